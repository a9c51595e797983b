//! What identities held on one day: policies, groups, guardrails, tags.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ident::AccountId;

/// Something that an identity holds, that lies above its account, or that a resource carries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    /// A policy.
    Policy {
        /// What it is and where: `identity policy ReadOnly`, `service control policy Guardrails at ou-1`.
        what: Arc<str>,
        /// Its name, as citations have it.
        name: Arc<str>,
        /// Its text.
        text: Arc<str>,
    },
    /// A tag.
    Tag {
        /// Whose: `tag team`, `tag team of arn:…`.
        what: Arc<str>,
        /// Its value.
        value: Arc<str>,
    },
}

/// What was held, by identity, account and resource.
#[derive(Debug, Clone, Default)]
pub struct Holdings {
    /// By the ARN of the identity.
    pub identities: BTreeMap<Arc<str>, Vec<Holding>>,
    /// The guardrails above each account.
    pub guardrails: BTreeMap<AccountId, Vec<Holding>>,
    /// The tags of resources, by ARN.
    pub resources: BTreeMap<Arc<str>, Vec<Holding>>,
}

/// One thing that is not as it was.
pub(super) struct Edit {
    /// The policy's name; none for a tag.
    pub(super) policy: Option<Arc<str>>,
    pub(super) words: String,
}

impl Holding {
    fn what(&self) -> &Arc<str> {
        match self {
            Self::Policy { what, .. } | Self::Tag { what, .. } => what,
        }
    }
}

/// What differs between two days, in order of what it is.
pub(super) fn edits(old: &[Holding], new: &[Holding]) -> Vec<Edit> {
    let by_what = |holdings: &[Holding]| -> BTreeMap<Arc<str>, Holding> {
        let pairs = holdings.iter().map(|holding| (holding.what().clone(), holding.clone()));
        pairs.collect()
    };
    let (old, new) = (by_what(old), by_what(new));
    let all: BTreeSet<&Arc<str>> = old.keys().chain(new.keys()).collect();
    all.into_iter()
        .filter(|what| old.get(*what) != new.get(*what))
        .map(|what| edit(what, old.get(what), new.get(what)))
        .collect()
}

fn edit(what: &str, old: Option<&Holding>, new: Option<&Holding>) -> Edit {
    let policy = old.or(new).and_then(|holding| match holding {
        Holding::Policy { name, .. } => Some(name.clone()),
        Holding::Tag { .. } => None,
    });
    let value = |holding: Option<&Holding>| match holding {
        Some(Holding::Tag { value, .. }) => format!("`{value}`"),
        Some(Holding::Policy { .. }) | None => "not set".to_owned(),
    };
    let words = match (&policy, old, new) {
        (Some(_), None, _) => format!("{what} was attached"),
        (Some(_), _, None) => format!("{what} was detached"),
        (Some(_), Some(_), Some(_)) => format!("{what} was edited"),
        (None, old, new) => format!("{what} was {}, is {}", value(old), value(new)),
    };
    Edit { policy, words }
}
