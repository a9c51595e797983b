//! How bare of conditions the permission is.

use crate::finding::ConditionWords;
use crate::finding::ControlClass;
use crate::finding::Finding;
use crate::finding::Verdict;
use crate::rank::Weights;

/// Tenths of points by the verdict and, for a conditional one, by what must hold.
pub(in crate::rank) fn bareness(finding: &Finding, weights: &Weights) -> (u16, String) {
    let weight = &weights.bareness;
    match finding.verdict {
        Verdict::Allowed => (weight.allowed * 10, "allowed: nothing else must hold".to_owned()),
        Verdict::Undetermined => (weight.undetermined * 10, "undetermined: see what is not known".to_owned()),
        Verdict::Denied => (0, "denied".to_owned()),
        Verdict::Conditional => conditional(&finding.conditions, weights),
    }
}

fn conditional(conditions: &[ConditionWords], weights: &Weights) -> (u16, String) {
    let weight = &weights.bareness;
    let hardest = conditions.iter().map(|condition| of_condition(condition, weights)).min();
    let Some((points, word)) = hardest else {
        return (
            weight.unnamed * 10,
            "conditional: the condition could not be named".to_owned(),
        );
    };
    let more = conditions.len() - 1;
    let discount = u16::try_from(more).unwrap_or(u16::MAX).saturating_mul(weight.each_more);
    let why = match more {
        0 => format!("conditional: {word}"),
        1 => format!("conditional: {word} and one condition more"),
        _ => format!("conditional: {word} and {more} conditions more"),
    };
    (points.saturating_sub(discount).max(weight.least) * 10, why)
}

fn of_condition(condition: &ConditionWords, weights: &Weights) -> (u16, &'static str) {
    let weight = &weights.bareness;
    if condition.needs_mfa() {
        return (weight.mfa, "an MFA device");
    }
    match condition.class {
        ControlClass::FreeText | ControlClass::Choice | ControlClass::Time => (weight.choice, "a choice of the caller"),
        ControlClass::Resource | ControlClass::Request => (weight.resource, "a fact about the resource"),
        ControlClass::Identity | ControlClass::Session => (weight.identity, "a fact about the identity or its session"),
        ControlClass::Network | ControlClass::Service => (weight.network, "the source of the call"),
    }
}
