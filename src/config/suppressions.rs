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
use crate::finding::UnmatchedSuppression;

/// One entry.
#[derive(Debug, Clone)]
pub struct SuppressionEntry {
    /// Where it stands.
    pub place: Place,
    /// Who accepts, why and until when.
    pub suppression: Arc<Suppression>,
    /// What it asks of a finding, as TOML on one line.
    pub selector: Arc<str>,
    pub(super) terms: Terms,
}

impl SuppressionEntry {
    /// Whether it no longer counts at this time: it counts to the end of its last day, in UTC.
    #[must_use]
    pub fn is_expired(&self, at: Timestamp) -> bool {
        Offset::UTC.to_datetime(at).date() > self.suppression.expires
    }
}

/// What an entry did to findings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EntryUse {
    /// Whether it fits any of them, be it over or behind another entry.
    pub fits: bool,
    /// How many it would cover if it were not over, and no other entry covers.
    pub again: u64,
}

impl EntryUse {
    /// Adds what it did to other findings.
    pub const fn add(&mut self, other: Self) {
        self.fits |= other.fits;
        self.again += other.again;
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

    /// Marks the findings that somebody accepts at this time, and says what each entry did.
    pub fn mark(&self, findings: &mut [Finding], at: Timestamp) -> Vec<EntryUse> {
        let mut uses = vec![EntryUse::default(); self.entries.len()];
        if self.entries.is_empty() {
            return uses;
        }
        for finding in findings {
            let asked = Asked::of(finding);
            let (mut over, mut accepted) = (None, None);
            for (index, (entry, used)) in self.entries.iter().zip(&mut uses).enumerate() {
                // Behind the one that is named, only whether an entry fits anything is of interest.
                if (accepted.is_some() && used.fits) || !entry.terms.fit(&asked) {
                    continue;
                }
                used.fits = true;
                if accepted.is_some() {
                    continue;
                }
                if entry.is_expired(at) {
                    over = over.or(Some(index));
                } else {
                    accepted = Some(Arc::clone(&entry.suppression));
                }
            }
            if let (None, Some(used)) = (&accepted, over.and_then(|index| uses.get_mut(index))) {
                used.again += 1;
            }
            finding.suppression = accepted;
        }
        uses
    }

    /// The entries that are over, with what [`Self::mark`] gave, added up.
    #[must_use]
    pub fn expired(&self, uses: &[EntryUse], at: Timestamp) -> Vec<ExpiredSuppression> {
        let entries = self.entries.iter().enumerate();
        let mut expired: Vec<_> = entries
            .filter(|(_, entry)| entry.is_expired(at))
            .map(|(index, entry)| ExpiredSuppression {
                place: entry.place.clone(),
                suppression: Arc::clone(&entry.suppression),
                findings: uses.get(index).map_or(0, |used| used.again),
            })
            .collect();
        expired.sort();
        expired
    }
    /// The entries that still count and fit no finding, with what [`Self::mark`] gave, added up.
    #[must_use]
    pub fn unmatched(&self, uses: &[EntryUse], at: Timestamp) -> Vec<UnmatchedSuppression> {
        let entries = self.entries.iter().enumerate();
        entries
            .filter(|(index, entry)| !entry.is_expired(at) && !uses.get(*index).is_some_and(|used| used.fits))
            .map(|(index, entry)| UnmatchedSuppression {
                entry: index + 1,
                place: entry.place.clone(),
                selector: Arc::clone(&entry.selector),
                suppression: Arc::clone(&entry.suppression),
            })
            .collect()
    }
}
