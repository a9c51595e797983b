//! Scores findings and puts them in order.

use std::sync::Arc;

use jiff::Timestamp;

use crate::finding::FactorScore;
use crate::finding::Finding;
use crate::finding::Interner;
use crate::finding::Points;
use crate::finding::Scale;
use crate::finding::Score;
use crate::finding::Verdict;
use crate::rank::Weights;
use crate::rank::by_urgency;
use crate::rank::factor;

/// Scores findings as of one time, sharing the words of their reasons.
///
/// Scores depend on the finding, the weights and the time only, so several rankers on several threads agree.
#[derive(Debug)]
pub struct Ranker<'a> {
    weights: &'a Weights,
    scale: Arc<Scale>,
    as_of: Timestamp,
    words: Interner<str>,
}

impl<'a> Ranker<'a> {
    /// A ranker for a report as of this time.
    #[must_use]
    pub fn new(weights: &'a Weights, as_of: Timestamp) -> Self {
        Self {
            weights,
            scale: Arc::new(weights.scale()),
            as_of,
            words: Interner::new(),
        }
    }

    /// The score of a finding. A denied one has no points.
    pub fn score(&mut self, finding: &Finding) -> Score {
        let (weights, as_of) = (self.weights, self.as_of);
        let factors = [
            factor::impact(finding, weights),
            factor::reach(finding, weights),
            factor::bareness(finding, weights),
            factor::exposure(finding, weights),
            factor::hygiene(finding, weights, as_of),
            factor::usage(finding, weights, as_of),
        ];
        let is_denied = finding.verdict == Verdict::Denied;
        let factors = factors.map(|(tenths, why)| FactorScore {
            points: if is_denied {
                Points::ZERO
            } else {
                Points::from_tenths(tenths)
            },
            why: self.words.intern(if is_denied { "denied" } else { &why }),
        });
        Score::new(Arc::clone(&self.scale), factors, |total| weights.severity(total))
    }

    /// Scores all findings and sorts them, most urgent first. Drops none.
    pub fn rank(&mut self, findings: &mut [Finding]) {
        for finding in findings.iter_mut() {
            finding.score = Some(self.score(finding));
        }
        findings.sort_unstable_by(by_urgency);
    }
}
