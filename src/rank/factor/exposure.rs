//! How easily someone gets hold of the identity.

use crate::finding::AnalyzerEvidence;
use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::PrincipalKind;
use crate::rank::Weights;
use crate::rank::weights::ExposureWeights;

/// Tenths of points by the worst that applies.
pub(in crate::rank) fn exposure(finding: &Finding, weights: &Weights) -> (u16, String) {
    let identity = &*finding.identity;
    let own = of_kind(identity, weights);
    let outside = of_outsiders(identity, weights).filter(|outside| outside.0 > own.0);
    let (points, why) = outside.unwrap_or(own);
    let weights = &weights.exposure;
    if identity.flags.management_account {
        let more = (points + weights.management_account).min(weights.max);
        (more * 10, format!("{why}, in the management account"))
    } else {
        (points * 10, why.to_owned())
    }
}

fn of_kind(identity: &Identity, weights: &Weights) -> (u16, &'static str) {
    let weights = &weights.exposure;
    match identity.kind {
        PrincipalKind::AccountRoot => (weights.root, "root user"),
        PrincipalKind::IamUser => of_user(identity, weights),
        PrincipalKind::IamRole if identity.flags.service_linked => (weights.service_linked, "service-linked role"),
        PrincipalKind::IamRole if identity.flags.service_only_trust => (weights.service_only, "role for AWS services only"),
        PrincipalKind::IamRole if identity.flags.identity_center => (weights.identity_center, "Identity Center role"),
        PrincipalKind::IamRole => (weights.role, "role"),
    }
}

fn of_user(identity: &Identity, weights: &ExposureWeights) -> (u16, &'static str) {
    let usage = &identity.usage;
    let has_key = usage.keys.as_deref().map(|keys| keys.iter().any(|key| key.active));
    match (has_key, usage.password_enabled) {
        (Some(true), _) => (weights.user_key, "user with an active access key"),
        (_, Some(true)) => (weights.user_password, "user with a password"),
        (Some(false), Some(false)) => (weights.user_bare, "user without a password or an active key"),
        (None, None) => (weights.user_unknown, "user"),
        (None, _) | (_, None) => (weights.user_unknown, "user whose keys or password were not collected"),
    }
}

fn of_outsiders(identity: &Identity, weights: &Weights) -> Option<(u16, &'static str)> {
    let weights = &weights.exposure;
    let external = || identity.access_analyzer.iter().filter(|evidence| evidence.is_external());
    if external().any(|evidence| evidence.is_active() && evidence.is_public) {
        Some((weights.public, "anyone can assume it, says Access Analyzer"))
    } else if external().any(AnalyzerEvidence::is_active) {
        Some((weights.external, "someone from outside can assume it, says Access Analyzer"))
    } else if external().any(AnalyzerEvidence::is_archived) {
        Some((
            weights.archived_external,
            "someone from outside can assume it, archived in Access Analyzer",
        ))
    } else {
        None
    }
}
