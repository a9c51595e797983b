//! The name of a rule.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// The id of a rule, such as `T1578.003`: ASCII letters, digits, `.` and `-`, at most 64; never reused.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(transparent)]
pub struct RuleId(Arc<str>);

/// The text is not a rule id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rule id: write 1 to 64 letters, digits, dots or hyphens that begin with a letter or digit")]
pub struct InvalidRuleId(pub String);

impl RuleId {
    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RuleId {
    type Err = InvalidRuleId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let begins_well = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_plain = text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-');
        if begins_well && is_plain && text.len() <= 64 {
            Ok(Self(text.into()))
        } else {
            Err(InvalidRuleId(text.to_owned()))
        }
    }
}

impl fmt::Display for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for RuleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RuleId({})", self.0)
    }
}
