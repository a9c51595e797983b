//! A policy on an identity, and through what it came there.

use std::sync::Arc;

use crate::estate::Policy;

/// A policy that an identity holds.
#[derive(Debug, Clone)]
pub struct Attachment {
    /// The policy.
    pub policy: Arc<Policy>,
    /// The group that carries it; none where the identity holds it itself.
    pub group: Option<Arc<str>>,
}
