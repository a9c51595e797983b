//! What can be proven of a document without knowing whose it is: statements that never apply, tests that never or always
//! hold, guards on keys that no request of the statement carries, statements that others cover.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::Support;
use crate::evaluate::Atom;
use crate::evaluate::Formula;
use crate::evaluate::RequestContext;
use crate::evaluate::UnmetTest;
use crate::evaluate::evaluate_test;
use crate::policy::ActionClause;
use crate::policy::ConditionTest;
use crate::policy::Effect;
use crate::policy::PolicyDocument;
use crate::policy::PolicyVersion;
use crate::policy::ResourceClause;
use crate::policy::Statement;
use crate::solve::covered::Covered;
use crate::solve::covered::covered;
use crate::solve::satisfy::Satisfied;
use crate::solve::satisfy::satisfy;
use crate::solve::theory::whatever;
use crate::solve::theory::with_key_open;

/// A remark on one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The statement's position in the document, from 0.
    pub statement: usize,
    /// What is wrong with it.
    pub kind: RemarkKind,
    /// What follows, in words.
    pub words: String,
}

/// The kinds of remarks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RemarkKind {
    /// No request meets all conditions of the statement, or what it allows is all denied.
    NeverApplies,
    /// Other statements of the document say all that it says.
    Covered,
    /// The test comes out the same for every request.
    ConstantTest,
    /// No action of the statement carries the key.
    KeyNeverSent,
    /// The catalog knows no action of that pattern.
    NoSuchAction,
    /// `${…}` under version 2008-10-17 is plain text (E12).
    PlainVariable,
}

impl RemarkKind {
    /// All kinds.
    pub const ALL: &'static [Self] = &[
        Self::NeverApplies,
        Self::Covered,
        Self::ConstantTest,
        Self::KeyNeverSent,
        Self::NoSuchAction,
        Self::PlainVariable,
    ];

    /// The kind as one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverApplies => "never-applies",
            Self::Covered => "covered",
            Self::ConstantTest => "constant-test",
            Self::KeyNeverSent => "key-never-sent",
            Self::NoSuchAction => "no-such-action",
            Self::PlainVariable => "plain-variable",
        }
    }
}

/// How many actions of a statement are looked at for keys that none carries; statements with more are left alone.
const MAX_ACTIONS: usize = 2_000;

/// Everything that can be proven of the document's statements, in their order.
#[must_use]
pub fn lint(document: &PolicyDocument) -> Vec<Remark> {
    let mut remarks = Vec::new();
    let mut never_apply = BTreeSet::new();
    for (index, statement) in document.statements.iter().enumerate() {
        let mut remark = |kind, words| {
            remarks.push(Remark {
                statement: index,
                kind,
                words,
            });
        };
        for pattern in unknown_actions(statement) {
            remark(
                RemarkKind::NoSuchAction,
                format!(
                    "no action of the catalog ({}) matches {pattern}",
                    Catalog::bundled().version()
                ),
            );
        }
        if document.version == PolicyVersion::V2008 {
            for text in plain_variables(statement) {
                let words = format!("{text} is plain text under version 2008-10-17; variables need 2012-10-17 [E12]");
                remark(RemarkKind::PlainVariable, words);
            }
        }
        let mut is_constant = false;
        for test in &statement.condition.tests {
            if let Some(holds) = whatever(test, document.version) {
                is_constant |= !holds;
                never_apply.extend((!holds).then_some(index));
                remark(RemarkKind::ConstantTest, outcome(test, holds, statement));
            } else if let Some(holds) = never_sent(statement, test, document.version) {
                let outcome = outcome(test, holds, statement);
                let words = format!("no action of the statement carries {}, so {outcome} [E118]", test.key);
                remark(RemarkKind::KeyNeverSent, words);
            }
        }
        if !is_constant && is_contradictory(statement, document.version) {
            let words = format!(
                "its conditions exclude each other: this {} never applies",
                statement.effect.as_str()
            );
            remark(RemarkKind::NeverApplies, words);
            never_apply.insert(index);
        }
    }
    let found = covered(document, |index| never_apply.contains(&index));
    remarks.extend(found.iter().filter_map(|found| of_covered(document, found)));
    remarks.sort_by_key(|remark| remark.statement);
    remarks
}

/// What to say of a statement that others cover.
fn of_covered(document: &PolicyDocument, covered: &Covered) -> Option<Remark> {
    let statement = document.statements.get(covered.statement)?;
    let by: Vec<(usize, &Statement)> = covered
        .by
        .iter()
        .filter_map(|at| Some((*at, document.statements.get(*at)?)))
        .collect();
    let named = |effect: Effect| {
        let of = by.iter().filter(|(_, other)| other.effect == effect);
        let names: Vec<String> = of.map(|(at, other)| numbered(*at, other)).collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let (kind, words) = match (statement.effect, named(Effect::Allow), named(Effect::Deny)) {
        (Effect::Allow, None, Some(denied)) => (
            RemarkKind::NeverApplies,
            format!("all that it allows is denied ({denied}): this Allow never applies"),
        ),
        (Effect::Allow, Some(allowed), Some(denied)) => (
            RemarkKind::Covered,
            format!("all that it allows is allowed ({allowed}) or denied ({denied}) anyway: without it nothing changes"),
        ),
        (Effect::Allow, Some(others), None) | (Effect::Deny, _, Some(others)) => {
            let verb = if statement.effect == Effect::Allow {
                "allows"
            } else {
                "denies"
            };
            let said = format!("all that it {verb} is covered ({others}): without it nothing changes");
            (RemarkKind::Covered, said)
        }
        (_, _, None) => return None,
    };
    Some(Remark {
        statement: covered.statement,
        kind,
        words,
    })
}

/// `statement 2 (Sid)`.
fn numbered(at: usize, statement: &Statement) -> String {
    let sid = statement.sid.as_deref().map(|sid| format!(" {sid}")).unwrap_or_default();
    format!("statement {}{sid}", at + 1)
}

/// What a test always comes to, and what follows for its statement.
fn outcome(test: &ConditionTest, holds: bool, statement: &Statement) -> String {
    let shown = format!("{} {} [{}]", test.operator_text(), test.key, test.values.join(", "));
    if holds {
        format!("{shown} always holds: it guards nothing")
    } else {
        format!("{shown} never holds: this {} never applies", statement.effect.as_str())
    }
}

fn unknown_actions(statement: &Statement) -> Vec<String> {
    let ActionClause::Only(patterns) = &statement.action else {
        return Vec::new();
    };
    let unknown = |pattern: &&String| *pattern != "*" && Catalog::bundled().each_matching(pattern).next().is_none();
    let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
    patterns.iter().filter(unknown).cloned().collect()
}

fn plain_variables(statement: &Statement) -> Vec<&str> {
    let resources = statement.resource.iter().flat_map(ResourceClause::texts);
    let values = statement.condition.tests.iter().flat_map(|test| &test.values);
    let mut found: Vec<&str> = resources
        .chain(values)
        .map(|text| &**text)
        .filter(|text| text.contains("${"))
        .collect();
    found.dedup();
    found
}

/// What a test comes to where no action of the statement carries its key.
fn never_sent(statement: &Statement, test: &ConditionTest, version: PolicyVersion) -> Option<bool> {
    let ActionClause::Only(patterns) = &statement.action else {
        return None;
    };
    let holds = match evaluate_test(test, version, &RequestContext::new()) {
        Formula::True => true,
        Formula::False => false,
        Formula::Atom(_) | Formula::Not(_) | Formula::All(_) | Formula::Any(_) => return None,
    };
    let catalog = Catalog::bundled();
    let mut count = 0;
    for pattern in patterns {
        for name in catalog.each_matching(&pattern.to_string()) {
            count += 1;
            let entry = catalog.action(name.service, name.name)?;
            if count > MAX_ACTIONS || catalog.action_supports_key(entry, None, test.key.lower()) != Support::No {
                return None;
            }
        }
    }
    (count > 0).then_some(holds)
}

/// Whether no values of the keys meet all tests at once.
fn is_contradictory(statement: &Statement, version: PolicyVersion) -> bool {
    let tests = statement.condition.tests.iter();
    let all = tests
        .map(|test| with_key_open(test, version))
        .fold(Formula::True, Formula::and);
    let is_plain = |atom: &&Atom| matches!(atom, Atom::Test(UnmetTest { .. }));
    all.atoms().iter().all(is_plain) && satisfy(&all, &RequestContext::new(), None) == Satisfied::Never
}
