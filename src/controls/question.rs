//! What auditors ask about deleting compute.

use serde::Deserialize;
use serde::Serialize;

/// A question; controls of all frameworks come down to these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Question {
    /// Is each right to delete compute needed?
    Lp,
    /// Is the list of identities that can delete complete and reviewed?
    Who,
    /// Are unused identities and credentials removed in time?
    Unused,
    /// Are deleting, approving and lifting guardrails separated?
    Sod,
    /// Are wildcard and admin grants limited?
    Admin,
    /// Are destructive calls recorded, protected and kept?
    Log,
    /// Would a destructive call alert someone?
    Detect,
    /// Are changes to policies and guardrails controlled?
    Change,
    /// Can deleted compute be restored?
    Recover,
}

impl Question {
    /// The key in framework files.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lp => "LP",
            Self::Who => "WHO",
            Self::Unused => "UNUSED",
            Self::Sod => "SOD",
            Self::Admin => "ADMIN",
            Self::Log => "LOG",
            Self::Detect => "DETECT",
            Self::Change => "CHANGE",
            Self::Recover => "RECOVER",
        }
    }

    /// The question in words.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Lp => "Is each right to delete compute needed?",
            Self::Who => "Is the list of identities that can delete complete and reviewed?",
            Self::Unused => "Are unused identities and credentials removed in time?",
            Self::Sod => "Are deleting, approving and lifting guardrails separated?",
            Self::Admin => "Are wildcard and admin grants limited?",
            Self::Log => "Are destructive calls recorded, protected and kept?",
            Self::Detect => "Would a destructive call alert someone?",
            Self::Change => "Are changes to policies and guardrails controlled?",
            Self::Recover => "Can deleted compute be restored?",
        }
    }

    /// Why a report answers nothing to it; none for what it does answer.
    #[must_use]
    pub const fn unanswered(self) -> Option<&'static str> {
        match self {
            Self::Lp | Self::Who | Self::Unused => None,
            Self::Sod => Some("no rule looks for identities that delete and also lift guardrails or approve"),
            Self::Admin => Some("no rule looks for wildcards in policies as such"),
            Self::Log => Some("trails and logs are not read"),
            Self::Detect => Some("alarms and detectors are not read"),
            Self::Change => Some("how policies are changed cannot be seen in a snapshot"),
            Self::Recover => Some("backups are not read"),
        }
    }
}
