//! When the credentials of an identity were made and used, with every way of not knowing kept apart.

use jiff::Timestamp;

/// What is known about an identity's credentials and their use. The default is "nothing was collected".
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Usage {
    /// When the identity was created.
    pub created: Option<Timestamp>,
    /// Whether it has a password; none when not collected.
    pub password_enabled: Option<bool>,
    /// When the password was last used.
    pub password_last_used: LastUse,
    /// Whether an MFA device is active; none when not collected.
    pub mfa_active: Option<bool>,
    /// Its access keys; none when not collected, empty when it has none.
    pub keys: Option<Box<[AccessKey]>>,
    /// When the role was last used; AWS keeps 400 days.
    pub role_last_used: LastUse,
}

/// One access key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AccessKey {
    /// Whether the key is active.
    pub active: bool,
    /// When it was made or last rotated.
    pub rotated: Option<Timestamp>,
    /// When it was last used.
    pub last_used: LastUse,
}

/// When something was last used, or why that is not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum LastUse {
    /// Used at this time.
    Used {
        /// When.
        at: Timestamp,
    },
    /// Not used in the period that AWS tracks.
    NotUsed {
        /// When that period, or the life of the identity, began; none when not known.
        since: Option<Timestamp>,
    },
    /// AWS does not track this.
    NotTracked,
    /// No source that would tell was read.
    #[default]
    NotCollected,
    /// There is no such credential.
    NotApplicable,
}
