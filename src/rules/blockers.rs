//! The solver's blockers as plain values.

use crate::evaluate::Formula;
use crate::evaluate::LayerOutcome;
use crate::evaluate::StatementHit;
use crate::evaluate::Subject;
use crate::finding;
use crate::finding::Citation;
use crate::finding::CitedEffect;
use crate::finding::Interner;
use crate::rules::citation::statement;
use crate::rules::citation::whole_layer;
use crate::solve;

/// What blocks every request, with the places of the statements, and their texts where `quotes`. The pool holds texts that
/// many rows have in common.
#[must_use]
pub fn blockers(
    blockers: &solve::Blockers<'_>,
    subject: &Subject<'_>,
    quotes: bool,
    texts: &mut Interner<str>,
) -> finding::Blockers {
    let cited: Vec<(Citation, bool)> = blockers
        .members
        .iter()
        .map(|blocker| (cite(blocker, subject, quotes, texts), blocker.is_single_fix))
        .collect();
    let members = blockers.members.iter().zip(&cited);
    finding::Blockers {
        is_minimal: blockers.is_minimal,
        members: members
            .map(|(blocker, (by, _))| finding::Blocker {
                kind: kind(blocker.kind),
                words: texts.intern(&blocker.words()),
                keys: blocker.keys.iter().map(|key| texts.intern(key.as_str())).collect(),
                by: by.clone(),
            })
            .collect(),
        single_fixes: blockers.knows_fixes.then(|| {
            let fixes = cited.iter().filter(|(_, is_fix)| *is_fix);
            fixes.map(|(by, _)| by.clone()).collect()
        }),
    }
}

fn cite(blocker: &solve::Blocker<'_>, subject: &Subject<'_>, quotes: bool, texts: &mut Interner<str>) -> Citation {
    let Some((policy, index, of)) = blocker.statement else {
        let outcome = LayerOutcome {
            layer: blocker.layer.clone(),
            allow: Formula::False,
            deny: Formula::False,
            hits: Vec::new(),
            note: None,
        };
        return whole_layer(&outcome, texts);
    };
    let hit = StatementHit {
        policy,
        statement: of,
        index,
        applies: Formula::True,
    };
    statement(&hit, &blocker.layer, subject, CitedEffect::Deny, quotes, texts)
}

fn kind(kind: solve::BlockerKind) -> finding::BlockerKind {
    match kind {
        solve::BlockerKind::NoAllow => finding::BlockerKind::NoAllow,
        solve::BlockerKind::Capped => finding::BlockerKind::Capped,
        solve::BlockerKind::ExplicitDeny => finding::BlockerKind::ExplicitDeny,
        solve::BlockerKind::Contradiction => finding::BlockerKind::Contradiction,
        solve::BlockerKind::NeverSentKey => finding::BlockerKind::NeverSentKey,
        solve::BlockerKind::Expired => finding::BlockerKind::Expired,
        solve::BlockerKind::Resource => finding::BlockerKind::Resource,
        solve::BlockerKind::NeverApplies => finding::BlockerKind::NeverApplies,
    }
}
