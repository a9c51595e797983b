//! A finding that somebody accepts for a time.

use std::sync::Arc;

use jiff::civil::Date;

use crate::finding::Place;

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

/// An entry that is over: what it covered counts again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ExpiredSuppression {
    /// Where the entry stands.
    pub place: Place,
    /// Who answered for it, why, and until when.
    #[serde(flatten)]
    pub suppression: Arc<Suppression>,
    /// How many findings of the run it covers and no other entry does.
    pub findings: u64,
}

/// An entry that covers nothing in the run: its finding is gone, or it is misspelt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct UnmatchedSuppression {
    /// Which of the configuration it is, from 1.
    pub entry: usize,
    /// Where it stands.
    pub place: Place,
    /// What it asks of a finding, as TOML on one line.
    pub selector: Arc<str>,
    /// Who answers for it, why, and until when.
    #[serde(flatten)]
    pub suppression: Arc<Suppression>,
}
