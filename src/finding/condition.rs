//! What must hold for a conditional verdict, in words.

use std::sync::Arc;

use crate::finding::words::words;

/// One condition that must hold before the call succeeds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ConditionWords {
    /// The condition in words: "the call comes from 203.0.113.0/24".
    pub words: Arc<str>,
    /// The condition key that decides: `aws:SourceIp`.
    pub key: Arc<str>,
    /// Who or what controls the value of the key.
    pub class: ControlClass,
}

impl ConditionWords {
    /// Whether the condition asks for an MFA device.
    #[must_use]
    pub fn needs_mfa(&self) -> bool {
        self.key.to_ascii_lowercase().starts_with("aws:multifactorauth")
    }
}

/// Who controls the value of a condition key (E340).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ControlClass {
    /// F: free text in the request.
    FreeText,
    /// C: a choice among a few values by how the call is made.
    Choice,
    /// N: the network position of the caller.
    Network,
    /// T: the time of the call.
    Time,
    /// I: fixed by the identity.
    Identity,
    /// S: fixed when the session was issued.
    Session,
    /// R: fixed by the resource.
    Resource,
    /// Q: follows from the action and the resource.
    Request,
    /// V: set only for calls that AWS services make.
    Service,
}

impl ControlClass {
    /// The class of a letter of E340, as the catalog names it.
    #[must_use]
    pub const fn from_letter(letter: char) -> Option<Self> {
        Some(match letter {
            'F' => Self::FreeText,
            'C' => Self::Choice,
            'N' => Self::Network,
            'T' => Self::Time,
            'I' => Self::Identity,
            'S' => Self::Session,
            'R' => Self::Resource,
            'Q' => Self::Request,
            'V' => Self::Service,
            _ => return None,
        })
    }
}

words!(ControlClass {
    FreeText => "free_text",
    Choice => "choice",
    Network => "network",
    Time => "time",
    Identity => "identity",
    Session => "session",
    Resource => "resource",
    Request => "request",
    Service => "service",
});
