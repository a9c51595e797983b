//! What earlier reports counted, for a picture over time.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::finding::Severity;

/// The numbers of some reports, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trend {
    /// The reports.
    pub points: Vec<TrendPoint>,
    /// What could not be read, a line each.
    pub left_out: Vec<Arc<str>>,
}

/// The numbers of one report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrendPoint {
    /// The time that the report speaks of.
    pub as_of: Timestamp,
    /// Which rows were asked for, in words, where not all were.
    pub chosen_rows: Option<Arc<str>>,
    /// How many accounts it read.
    pub accounts: u64,
    /// How many identities it looked at.
    pub identities: u64,
    /// Findings by severity, none for those that were not ranked; without denied ones.
    pub counts: BTreeMap<Option<Severity>, u64>,
}

impl TrendPoint {
    /// Findings of this severity.
    #[must_use]
    pub fn count(&self, severity: Option<Severity>) -> u64 {
        self.counts.get(&severity).copied().unwrap_or_default()
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.values().fold(0, |sum, count| sum.saturating_add(*count))
    }
}

impl Trend {
    /// Adds a report; one that is there already changes nothing.
    pub fn add(&mut self, point: TrendPoint) {
        if let Err(at) = self.points.binary_search(&point) {
            self.points.insert(at, point);
        }
    }
}
