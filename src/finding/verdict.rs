//! The four answers to "can this identity make the call?".

use crate::finding::words::words;

/// What the audit says about an identity and an action. The words mean the same everywhere in the product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Whoever holds the identity can make the call with nothing that they do not choose themselves.
    Allowed,
    /// Something else must hold, and it is named: the source network, an MFA device, a session or resource tag.
    Conditional,
    /// A document that was not read or is invalid, or a point that AWS does not document, decides.
    Undetermined,
    /// No request succeeds.
    Denied,
}

words!(Verdict {
    Allowed => "allowed",
    Conditional => "conditional",
    Undetermined => "undetermined",
    Denied => "denied",
});
