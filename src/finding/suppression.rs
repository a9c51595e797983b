//! A finding that somebody accepts for a time.

use std::sync::Arc;

use jiff::civil::Date;

/// Who accepts a finding, why and until when. The finding stays in every report, marked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Suppression {
    /// Who answers for it.
    pub owner: Arc<str>,
    /// Why it is accepted.
    pub reason: Arc<str>,
    /// The last day, in UTC, on which it counts.
    pub expires: Date,
}
