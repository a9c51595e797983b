//! Everything that a format renders.

use std::borrow::Cow;

use crate::finding::Baseline;
use crate::finding::CoverageGap;
use crate::finding::ExpiredSuppression;
use crate::finding::Finding;
use crate::finding::PolicyRemarks;
use crate::finding::RunFacts;
use crate::finding::Tallies;
use crate::finding::Trend;
use crate::finding::UnjoinedFinding;
use crate::finding::UnmatchedSuppression;

/// A finished audit: the ranked findings, what joins none of them, what was not read.
#[derive(Debug, Clone)]
pub struct Report {
    /// The facts of the run.
    pub facts: RunFacts,
    /// The findings, most urgent first: all, or as many of the first as the formats of the run list.
    pub findings: Vec<Finding>,
    /// What all findings add up to, where `findings` are only the first of them.
    pub all: Option<Tallies>,
    /// Suppressions that are over, in order of their places.
    pub expired_suppressions: Vec<ExpiredSuppression>,
    /// Suppressions that still count and cover nothing, in order of the configuration.
    pub unmatched_suppressions: Vec<UnmatchedSuppression>,
    /// The earlier report that the findings are compared with.
    pub baseline: Option<Baseline>,
    /// What earlier reports counted; none where none was given. Not part of the JSON report.
    pub trend: Option<Trend>,
    /// Access Analyzer findings that belong to no row.
    pub unjoined: Vec<UnjoinedFinding>,
    /// What can be proven of single policies, by account and policy.
    pub remarks: Vec<PolicyRemarks>,
    /// What was not read.
    pub gaps: Vec<CoverageGap>,
}

impl Report {
    /// What all findings add up to, whether or not `findings` holds them all.
    #[must_use]
    pub fn tallies(&self) -> Cow<'_, Tallies> {
        match &self.all {
            Some(all) => Cow::Borrowed(all),
            None => Cow::Owned(Tallies::of(&self.findings, self.facts.as_of)),
        }
    }

    /// How many findings there are, whether or not `findings` holds them all.
    #[must_use]
    pub fn total(&self) -> usize {
        match &self.all {
            Some(all) => usize::try_from(all.total()).unwrap_or(usize::MAX),
            None => self.findings.len(),
        }
    }
}
