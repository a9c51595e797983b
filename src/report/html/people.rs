//! The words of closed sets as a person reads them.

use crate::finding::Bound;
use crate::finding::Change;
use crate::finding::LastUse;
use crate::finding::Severity;
use crate::finding::Tallies;
use crate::finding::Verdict;

/// The severity's word, or `unranked`.
pub(super) fn severity(severity: Option<Severity>) -> &'static str {
    severity.map_or("unranked", Severity::word)
}

/// All severities, the worst first, and last the lack of one where it occurs.
pub(super) fn severities(tallies: &Tallies) -> Vec<Option<Severity>> {
    let all = Severity::ALL.iter().rev().map(|severity| Some(*severity));
    let unranked = tallies.severities().contains(&None).then_some(None);
    all.chain(unranked).collect()
}

/// What a verdict says, after a number of identities.
pub(super) const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "can",
        Verdict::Conditional => "can under conditions",
        Verdict::Undetermined => "not known",
        Verdict::Denied => "cannot",
    }
}

/// How a row stands to the baseline.
pub(super) const fn change(change: Change) -> &'static str {
    match change {
        Change::New => "new since the baseline",
        Change::Worse => "worse than in the baseline",
        Change::Better => "better than in the baseline",
        Change::Known => "known from the baseline",
    }
}

/// How the weakest condition relates to the requests that succeed.
pub(super) const fn bound(bound: Bound) -> &'static str {
    match bound {
        Bound::Exact => "exactly the requests that meet it succeed",
        Bound::Sufficient => "all requests that meet it succeed; others may",
        Bound::Necessary => "no request succeeds without it; more may be needed",
    }
}

/// When something was last used, a day or a reason.
pub(super) fn last_use(last_use: LastUse) -> String {
    match last_use {
        LastUse::Used { at } => format!("last used {}", day(at)),
        LastUse::NotUsed { since: Some(since) } => format!("not used since {}", day(since)),
        LastUse::NotUsed { since: None } => "not used in the tracked period".to_owned(),
        LastUse::NotTracked => "use is not tracked by AWS".to_owned(),
        LastUse::NotCollected => "use was not collected".to_owned(),
        LastUse::NotApplicable => "there is none".to_owned(),
    }
}

/// The day of a time, in UTC.
pub(super) fn day(at: jiff::Timestamp) -> String {
    let mut text = at.to_string();
    text.truncate(10);
    text
}
