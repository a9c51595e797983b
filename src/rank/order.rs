//! The order of a report.

use std::cmp::Ordering;

use crate::finding::Finding;

/// How soon a finding comes in a report, of any account: one of less comes first. Highest score first, then the severity;
/// findings without a score come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Urgency(u32);

impl Urgency {
    /// That of a finding.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        Self(finding.score.as_ref().map_or(u32::MAX, |score| {
            let total = u32::from(score.total().tenths());
            (u32::from(u16::MAX) - total) << 8 | (u32::from(u8::MAX) - score.severity() as u32)
        }))
    }

    /// As a number that keeps the order.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }

    /// From such a number.
    #[must_use]
    pub const fn from_number(number: u32) -> Self {
        Self(number)
    }
}

/// By urgency; then by rule, account, principal and action, so that the order is total.
#[must_use]
pub fn by_urgency(one: &Finding, other: &Finding) -> Ordering {
    Urgency::of(one)
        .cmp(&Urgency::of(other))
        .then_with(|| one.rule.cmp(&other.rule))
        .then_with(|| one.identity.account.cmp(&other.identity.account))
        .then_with(|| one.identity.principal.cmp(&other.identity.principal))
        .then_with(|| one.action.cmp(&other.action))
}
