//! Everything that a format renders.

use crate::finding::Baseline;
use crate::finding::CoverageGap;
use crate::finding::ExpiredSuppression;
use crate::finding::Finding;
use crate::finding::PolicyRemarks;
use crate::finding::RunFacts;
use crate::finding::UnjoinedFinding;

/// A finished audit: the ranked findings, what joins none of them, what was not read.
#[derive(Debug, Clone)]
pub struct Report {
    /// The facts of the run.
    pub facts: RunFacts,
    /// The findings, most urgent first.
    pub findings: Vec<Finding>,
    /// Suppressions that are over, in order of their places.
    pub expired_suppressions: Vec<ExpiredSuppression>,
    /// The earlier report that the findings are compared with.
    pub baseline: Option<Baseline>,
    /// Access Analyzer findings that belong to no row.
    pub unjoined: Vec<UnjoinedFinding>,
    /// What can be proven of single policies, by account and policy.
    pub remarks: Vec<PolicyRemarks>,
    /// What was not read.
    pub gaps: Vec<CoverageGap>,
}
