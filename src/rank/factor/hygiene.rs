//! How well long-term credentials are kept.

use jiff::Timestamp;

use crate::finding::AccessKey;
use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::LastUse;
use crate::finding::PrincipalKind;
use crate::rank::Weights;
use crate::rank::factor::days::days_between;
use crate::rank::weights::HygieneWeights;

/// Tenths of points for each fault of the credentials, up to the maximum.
pub(in crate::rank) fn hygiene(finding: &Finding, weights: &Weights, as_of: Timestamp) -> (u16, String) {
    let identity = &*finding.identity;
    let weights = &weights.hygiene;
    if identity.kind == PrincipalKind::IamRole {
        return (weights.no_credentials * 10, "a role has no long-term credentials".to_owned());
    }
    let usage = &identity.usage;
    if usage.keys.is_none() && usage.password_enabled.is_none() && usage.mfa_active.is_none() {
        return (weights.unknown * 10, "credentials not collected".to_owned());
    }
    let faults = faults(identity, weights, as_of);
    if faults.is_empty() {
        return (0, "no fault found".to_owned());
    }
    let sum = faults.iter().fold(0_u16, |sum, (points, _)| sum.saturating_add(*points));
    let words: Vec<_> = faults.into_iter().map(|(_, words)| words).collect();
    (sum.min(weights.max) * 10, words.join(", "))
}

fn faults(identity: &Identity, weights: &HygieneWeights, as_of: Timestamp) -> Vec<(u16, &'static str)> {
    let usage = &identity.usage;
    let is_root = identity.kind == PrincipalKind::AccountRoot;
    // The root user always has a password, which reports show as "not supported".
    let has_password = is_root || usage.password_enabled == Some(true);
    let active = || usage.keys.as_deref().unwrap_or_default().iter().filter(|key| key.active);
    let is_unused = |last_used| is_idle(last_used, u64::from(weights.unused_days), as_of);
    let is_old = |key: &AccessKey| {
        key.rotated
            .is_some_and(|rotated| days_between(rotated, as_of) > u64::from(weights.old_key_days))
    };
    [
        (
            has_password && usage.mfa_active == Some(false),
            weights.no_mfa,
            "a password without MFA",
        ),
        (
            is_root && active().next().is_some(),
            weights.root_key,
            "an active root access key",
        ),
        (active().any(is_old), weights.old_key, "an old access key"),
        (
            active().any(|key| is_unused(key.last_used)),
            weights.unused_key,
            "an unused access key",
        ),
        (
            !is_root && has_password && is_unused(usage.password_last_used),
            weights.unused_password,
            "an unused password",
        ),
    ]
    .into_iter()
    .filter(|&(applies, ..)| applies)
    .map(|(_, points, words)| (points, words))
    .collect()
}

fn is_idle(last_used: LastUse, days: u64, as_of: Timestamp) -> bool {
    match last_used {
        LastUse::Used { at } => days_between(at, as_of) > days,
        LastUse::NotUsed { since } => since.is_none_or(|since| days_between(since, as_of) > days),
        LastUse::NotTracked | LastUse::NotCollected | LastUse::NotApplicable => false,
    }
}
