//! Everything that a format renders.

use crate::finding::Baseline;
use crate::finding::CoverageGap;
use crate::finding::ExpiredSuppression;
use crate::finding::Finding;
use crate::finding::PolicyRemarks;
use crate::finding::RunFacts;
use crate::finding::Trend;
use crate::finding::UnjoinedFinding;
use crate::finding::UnmatchedSuppression;

/// A finished audit: the ranked findings, what joins none of them, what was not read.
#[derive(Debug, Clone)]
pub struct Report {
    /// The facts of the run.
    pub facts: RunFacts,
    /// The findings, most urgent first.
    pub findings: Vec<Finding>,
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
