//! Whether the identity is used at all: what can delete and never did is the best one to remove.

use jiff::Timestamp;

use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::LastUse;
use crate::rank::Weights;
use crate::rank::factor::days::days_between;

/// Tenths of points by the last use; "not known" gives the neutral value and says so.
pub(in crate::rank) fn usage(finding: &Finding, weights: &Weights, as_of: Timestamp) -> (u16, String) {
    let identity = &*finding.identity;
    let weight = &weights.usage;
    let limit = u64::from(weight.unused_days);
    let (points, why) = match identity.last_use() {
        LastUse::Used { at } => {
            let days = days_between(at, as_of);
            let points = if days > limit { weight.unused } else { weight.used };
            (points, format!("last used {} before the report", in_days(days)))
        }
        LastUse::NotUsed { since } => match watched_days(identity, since, as_of) {
            Some(days) if days <= limit => (weight.neutral, format!("not used in {}, too short to tell", in_days(days))),
            Some(days) => (weight.unused, format!("not used in {}: remove it first", in_days(days))),
            None => (weight.unused, "not used in the tracked period: remove it first".to_owned()),
        },
        LastUse::NotApplicable => (weight.unused, "has no credentials to use: remove it first".to_owned()),
        LastUse::NotTracked => (weight.neutral, "last use is not tracked".to_owned()),
        LastUse::NotCollected if analyzer_says_unused(identity) => (weight.unused, "last use not collected".to_owned()),
        LastUse::NotCollected => (weight.neutral, "last use not collected".to_owned()),
    };
    let agrees = if analyzer_says_unused(identity) {
        "; Access Analyzer says unused"
    } else {
        ""
    };
    (points * 10, why + agrees)
}

/// For how long AWS could have seen a use: not before the identity was created.
fn watched_days(identity: &Identity, since: Option<Timestamp>, as_of: Timestamp) -> Option<u64> {
    let start = since.max(identity.usage.created)?;
    Some(days_between(start, as_of))
}

fn analyzer_says_unused(identity: &Identity) -> bool {
    let is_unused = |kind: &str| kind == "UnusedIAMRole";
    identity
        .access_analyzer
        .iter()
        .any(|evidence| evidence.is_active() && is_unused(&evidence.kind))
}

fn in_days(days: u64) -> String {
    match days {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        _ => format!("{days} days"),
    }
}
