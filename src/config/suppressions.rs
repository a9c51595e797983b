//! The suppressions of a file, and what they do to findings.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::config::terms::Asked;
use crate::config::terms::Terms;
use crate::finding::ExpiredSuppression;
use crate::finding::Finding;
use crate::finding::FindingId;
use crate::finding::Place;
use crate::finding::Suppression;

/// One entry.
#[derive(Debug, Clone)]
pub struct SuppressionEntry {
    /// Where it stands.
    pub place: Place,
    /// Who accepts, why and until when.
    pub suppression: Arc<Suppression>,
    pub(super) terms: Terms,
}

impl SuppressionEntry {
    /// Whether it no longer counts at this time: it counts to the end of its last day, in UTC.
    #[must_use]
    pub fn is_expired(&self, at: Timestamp) -> bool {
        Offset::UTC.to_datetime(at).date() > self.suppression.expires
    }
}

/// All entries, in the order of the file; the first that covers a finding and counts is the one that is named.
#[derive(Debug, Clone, Default)]
pub struct Suppressions {
    /// The entries.
    pub entries: Vec<SuppressionEntry>,
}

impl Suppressions {
    /// Whether an entry names this very finding.
    #[must_use]
    pub fn names(&self, id: FindingId) -> bool {
        self.entries.iter().any(|entry| entry.terms.findings.contains(&id))
    }

    /// Marks the findings that somebody accepts at this time. For each entry: how many findings it would cover if it
    /// were not over, and that no other entry covers.
    pub fn mark(&self, findings: &mut [Finding], at: Timestamp) -> Vec<u64> {
        let mut again = vec![0; self.entries.len()];
        if self.entries.is_empty() {
            return again;
        }
        for finding in findings {
            let asked = Asked::of(finding);
            let (mut over, mut accepted) = (None, None);
            for (entry, count) in self.entries.iter().zip(&mut again) {
                if !entry.terms.fit(&asked) {
                    continue;
                }
                if entry.is_expired(at) {
                    over = over.or(Some(count));
                } else {
                    accepted = Some(Arc::clone(&entry.suppression));
                    break;
                }
            }
            if let (None, Some(count)) = (&accepted, over) {
                *count += 1;
            }
            finding.suppression = accepted;
        }
        again
    }

    /// The entries that are over, with the counts that [`Self::mark`] gave, added up.
    #[must_use]
    pub fn expired(&self, counts: &[u64], at: Timestamp) -> Vec<ExpiredSuppression> {
        let entries = self.entries.iter().enumerate();
        let mut expired: Vec<_> = entries
            .filter(|(_, entry)| entry.is_expired(at))
            .map(|(index, entry)| ExpiredSuppression {
                place: entry.place.clone(),
                suppression: Arc::clone(&entry.suppression),
                findings: counts.get(index).copied().unwrap_or_default(),
            })
            .collect();
        expired.sort();
        expired
    }
}
