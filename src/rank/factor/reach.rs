//! How many resources the call can hit.

use crate::finding::Finding;
use crate::finding::ResourceReach;
use crate::finding::Verdict;
use crate::rank::Weights;

/// Tenths of points by the share and the number of reachable resources.
pub(in crate::rank) fn reach(finding: &Finding, weights: &Weights) -> (u16, String) {
    match finding.resources.as_deref() {
        None => (weights.reach.any * 10, "any resource: no inventory was read".to_owned()),
        // Not knowing is no proof of safety: it may be all of them.
        Some(reach) if reach.reachable == 0 && reach.total > 0 && finding.verdict == Verdict::Undetermined => {
            let why = format!("not known how many of {}", counted(reach.total, &reach.resource_type));
            (weights.reach.any * 10, why)
        }
        Some(reach) if reach.reachable == 0 => {
            let why = format!(
                "none of {} in the inventory today",
                counted(reach.total, &reach.resource_type)
            );
            (weights.reach.none * 10, why)
        }
        Some(reach) => (of_inventory(reach, weights), words(reach)),
    }
}

fn words(reach: &ResourceReach) -> String {
    let all = counted(reach.total, &reach.resource_type);
    format!("{} of {all}, {} protected", reach.reachable, reach.protected)
}

fn counted(number: u32, word: &str) -> String {
    if number == 1 {
        format!("1 {word}")
    } else {
        format!("{number} {word}s")
    }
}

/// Whole numbers only, so that the same counts give the same tenths everywhere.
fn of_inventory(reach: &ResourceReach, weights: &Weights) -> u16 {
    let weights = &weights.reach;
    let protected = u64::from(reach.protected.min(reach.reachable));
    let discount = u64::from(100_u16.saturating_sub(weights.protected_percent));
    // In hundredths of a resource.
    let weighed = u64::from(reach.reachable) * 100 - protected * discount;
    let total = u64::from(reach.total.max(reach.reachable)) * 100;
    let share = (u64::from(weights.share) * 10 * weighed * 2 + total) / (total * 2);
    let step = weights.number.iter().rfind(|step| u64::from(step.at_least) * 100 <= weighed);
    let number = step.map_or(0, |step| step.points * 10);
    u16::try_from(share)
        .unwrap_or(u16::MAX)
        .saturating_add(number)
        .min(weights.max * 10)
}
