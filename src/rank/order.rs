//! The order of a report.

use std::cmp::Ordering;
use std::cmp::Reverse;

use crate::finding::Finding;

/// Highest score first; then severity, rule, account, principal and action, so that the order is total.
///
/// Findings without a score come last.
#[must_use]
pub fn by_urgency(one: &Finding, other: &Finding) -> Ordering {
    let urgency = |finding: &Finding| {
        finding
            .score
            .as_ref()
            .map(|score| (Reverse(score.total()), Reverse(score.severity())))
    };
    let rank = |finding: &Finding| (finding.score.is_none(), urgency(finding));
    rank(one)
        .cmp(&rank(other))
        .then_with(|| one.rule.cmp(&other.rule))
        .then_with(|| one.identity.account.cmp(&other.identity.account))
        .then_with(|| one.identity.principal.cmp(&other.identity.principal))
        .then_with(|| one.action.cmp(&other.action))
}
