//! What blocks every request, for a "denied".

use std::sync::Arc;

use serde::Serialize;

use crate::finding::Citation;
use crate::finding::words::words;

/// Layers and statements that together block every request; without any one of them the others would not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blockers {
    /// Whether it is shown that each member is needed.
    pub is_minimal: bool,
    /// The members; none where a rule of the service blocks the call whatever the policies say.
    pub members: Box<[Blocker]>,
    /// The members without any one of which some request would succeed, all other limits in place; none where that was
    /// not asked.
    pub single_fixes: Option<Box<[Citation]>>,
}

/// A layer that does not allow, or a Deny statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blocker {
    /// How it blocks.
    pub kind: BlockerKind,
    /// The same in words.
    pub words: Arc<str>,
    /// The condition keys about which it and the other members disagree, or that no request meets.
    pub keys: Box<[Arc<str>]>,
    /// The layer or the statement.
    pub by: Citation,
}

/// How a layer or statement blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BlockerKind {
    /// Nothing of the identity, or of the resource, allows the action.
    NoAllow,
    /// Nothing in a layer that only limits allows the action.
    Capped,
    /// A Deny statement.
    ExplicitDeny,
    /// Allowed under conditions that no request meets.
    Contradiction,
    /// Allowed under conditions on a key that requests of the action never carry.
    NeverSentKey,
    /// Allowed up to a time that has passed.
    Expired,
    /// Allowed on no resource that the action could be called on.
    Resource,
    /// Allowed, and no single reason why no request gets through.
    NeverApplies,
}

words!(BlockerKind {
    NoAllow => "no_allow",
    Capped => "capped",
    ExplicitDeny => "explicit_deny",
    Contradiction => "contradiction",
    NeverSentKey => "never_sent_key",
    Expired => "expired",
    Resource => "resource",
    NeverApplies => "never_applies",
});
