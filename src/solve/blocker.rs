//! What blocks every request, and how.

use std::fmt;
use std::sync::Arc;

use crate::estate::Policy;
use crate::evaluate::Layer;
use crate::policy::ContextKey;
use crate::policy::Statement;

/// Layers and statements that together block every request: without any one of them the others would not.
///
/// One explanation of possibly several: the identity's own layers are named rather than the organization's.
#[derive(Debug, Clone)]
pub struct Blockers<'e> {
    /// The layers and statements; none where a rule of the service or the facts of the question block the call whatever
    /// the policies say.
    pub members: Vec<Blocker<'e>>,
    /// Whether it is shown that each member is needed; otherwise the search for fewer was cut short.
    pub is_minimal: bool,
    /// Whether it was asked of each member if its removal alone lets some request through.
    pub knows_fixes: bool,
}

/// A layer that does not allow, or a Deny statement.
#[derive(Debug, Clone)]
pub struct Blocker<'e> {
    /// The layer.
    pub layer: Layer,
    /// How it blocks.
    pub kind: BlockerKind,
    /// The Deny statement, with its policy and its position there, from 0; none for a layer that does not allow.
    pub statement: Option<(&'e Policy, usize, &'e Statement)>,
    /// The condition keys about which its statements and the other members disagree, or that no request meets.
    pub keys: Vec<ContextKey>,
    /// Whether some request would succeed without it, all other limits in place: without the statement, or if the layer
    /// allowed everything.
    pub is_single_fix: bool,
}

/// How a layer or statement blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlockerKind {
    /// No statement of the identity's policies, or of the resource's, allows the action.
    NoAllow,
    /// No statement of a layer that only limits allows the action.
    Capped,
    /// A Deny statement.
    ExplicitDeny,
    /// Statements allow the action under conditions on keys that no request meets, the other members in place.
    Contradiction,
    /// Statements allow the action under conditions on a key that its requests never carry (E118).
    NeverSentKey,
    /// Statements allow the action up to a time that has passed.
    Expired,
    /// Statements allow the action, on no resource that it could be called on, the other members in place.
    Resource,
    /// Statements allow the action, and there is no single reason why they let no request through.
    NeverApplies,
}

impl BlockerKind {
    /// The kind as one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoAllow => "no_allow",
            Self::Capped => "capped",
            Self::ExplicitDeny => "explicit_deny",
            Self::Contradiction => "contradiction",
            Self::NeverSentKey => "never_sent_key",
            Self::Expired => "expired",
            Self::Resource => "resource",
            Self::NeverApplies => "never_applies",
        }
    }
}

impl fmt::Display for BlockerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Blocker<'_> {
    /// How it blocks, in words, the layer's name and the statement's place aside.
    #[must_use]
    pub fn words(&self) -> Arc<str> {
        let keys: Vec<&str> = self.keys.iter().map(ContextKey::as_str).collect();
        let keys = keys.join(", ");
        match self.kind {
            BlockerKind::NoAllow | BlockerKind::Capped => "no statement allows the action".into(),
            BlockerKind::ExplicitDeny if keys.is_empty() => "denies".into(),
            BlockerKind::ExplicitDeny => format!("denies, by {keys}, what the others leave").into(),
            BlockerKind::Contradiction => format!("allows only with values of {keys} that no request can have here").into(),
            BlockerKind::NeverSentKey => format!("allows only with {keys}, which requests of the action never carry").into(),
            BlockerKind::Expired => "allows only up to a time that has passed".into(),
            BlockerKind::Resource => "allows on no resource that the action could be called on here".into(),
            BlockerKind::NeverApplies => "allows no request that is possible here".into(),
        }
    }
}
