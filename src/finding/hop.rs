//! One step on the way from an identity to the harm.

use std::fmt;
use std::sync::Arc;

/// One call: who makes it, which action, on what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Hop {
    /// The ARN of the identity that makes the call.
    pub from: Arc<str>,
    /// The action.
    pub action: Arc<str>,
    /// The ARN of the resource, or none for any.
    pub to: Option<Arc<str>>,
}

/// `from → action → to`.
impl fmt::Display for Hop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} → {} → {}", self.from, self.action, self.to.as_deref().unwrap_or("any"))
    }
}
