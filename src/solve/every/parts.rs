//! Which statements of an identity speak of which actions.

use smallvec::SmallVec;

use crate::evaluate::CallerKind;
use crate::evaluate::Subject;
use crate::ident::Ternary;
use crate::solve::every::ActionSet;
use crate::solve::every::listed::LISTED;
use crate::solve::every::said::Heard;

/// Actions of which the same statements speak.
pub(super) struct Part {
    pub(super) actions: ActionSet,
    /// The places of the statements, and how each speaks.
    pub(super) speakers: SmallVec<[(u32, Ternary); 8]>,
}

/// The actions that something of the identity may allow.
pub(super) fn granted(subject: &Subject<'_>, heard: &[Heard]) -> ActionSet {
    let stack = &subject.stack;
    let is_unread = stack.identity.iter().any(|policy| policy.parsed().is_none());
    // E181: the root user starts from full access.
    if subject.caller.kind == CallerKind::AccountRoot || !stack.identity_gaps.is_empty() || is_unread {
        return LISTED.all.clone();
    }
    let mut granted = ActionSet::default();
    for heard in heard.iter().filter(|heard| heard.grants) {
        granted.add(&heard.known.coverage.covered);
        heard.known.coverage.open.iter().for_each(|(_, open)| granted.add(open));
    }
    granted
}

/// Takes a set apart by which statements speak of the actions.
pub(super) fn parts(heard: &[Heard], actions: ActionSet) -> Vec<Part> {
    let mut parts = vec![Part {
        actions,
        speakers: SmallVec::new(),
    }];
    parts.retain(|part| !part.actions.is_empty());
    for (at, heard) in (0_u32..).zip(heard) {
        let covered = std::iter::once((Ternary::Yes, &heard.known.coverage.covered));
        let open = heard.known.coverage.open.iter().map(|(speech, open)| (*speech, open));
        for (speech, covered) in covered.chain(open) {
            if covered.is_empty() {
                continue;
            }
            let is_whole = heard.known.coverage.is_whole;
            let mut apart: Vec<Part> = Vec::new();
            for part in parts.iter_mut().filter(|part| part.actions.is_near(covered)) {
                let rest = if is_whole {
                    ActionSet::default()
                } else {
                    part.actions.without(covered)
                };
                if rest.is_empty() {
                    part.speakers.push((at, speech));
                    continue;
                }
                let shared = part.actions.and(covered);
                if !shared.is_empty() {
                    let mut speakers = part.speakers.clone();
                    speakers.push((at, speech));
                    part.actions = rest;
                    apart.push(Part {
                        actions: shared,
                        speakers,
                    });
                }
            }
            parts.append(&mut apart);
        }
    }
    parts
}
