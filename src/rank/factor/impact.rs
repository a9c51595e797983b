//! What one successful call costs.

use crate::finding::Finding;
use crate::finding::Impact;
use crate::rank::Weights;

/// Tenths of points by the rule's word for the action.
pub(in crate::rank) fn impact(finding: &Finding, weights: &Weights) -> (u16, String) {
    let weights = &weights.impact;
    let points = match finding.impact {
        Impact::Critical => weights.critical,
        Impact::High => weights.high,
        Impact::Medium => weights.medium,
        Impact::Low => weights.low,
        Impact::Enabler => weights.enabler,
    };
    (
        points * 10,
        format!("{}: {} impact, {}", finding.action, finding.impact, finding.loss),
    )
}
