//! Statements by what they say: identities hold the same ones in copies of their own.

use std::cmp::Ordering;

use crate::policy::PolicyVersion;
use crate::policy::Statement;

/// What a statement says, its actions aside.
#[derive(Debug)]
pub(super) struct Content<'e>(pub(super) &'e Statement, pub(super) PolicyVersion);

impl PartialEq for Content<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Content<'_> {}

impl PartialOrd for Content<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Content<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let (Self(ours, our_version), Self(theirs, their_version)) = (self, other);
        // Where it names principals, only the statement itself says the same.
        let named = |said: &Statement| {
            let clause = said.principal.as_ref().filter(|clause| !clause.is_everyone());
            clause.map(|clause| std::ptr::from_ref(clause).addr())
        };
        (our_version, ours.effect, &ours.resource, &ours.condition, named(ours)).cmp(&(
            their_version,
            theirs.effect,
            &theirs.resource,
            &theirs.condition,
            named(theirs),
        ))
    }
}
