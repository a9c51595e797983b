//! How urgent a finding is, by its score.

use crate::finding::words::words;

/// The severity of a finding; a lower one compares less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Look at it when the rest is done.
    Low,
    /// Plan the fix.
    Medium,
    /// Fix soon.
    High,
    /// Fix first.
    Critical,
}

words!(Severity {
    Low => "low",
    Medium => "medium",
    High => "high",
    Critical => "critical",
});
