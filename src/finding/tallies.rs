//! What findings add up to: the numbers of the summaries and pictures.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::btree_map::Entry;
use std::sync::Arc;

use jiff::Timestamp;

use crate::finding::Change;
use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::LastUse;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::ident::AccountId;

/// Findings by severity, none for those that were not ranked.
pub type BySeverity = BTreeMap<Option<Severity>, u64>;

/// How many identities [`Tallies::widest`] names at most.
pub const WIDEST: usize = 10;

/// The counts of some findings. Those of several accounts are added by [`Tallies::add`].
#[derive(Debug, Clone, Default)]
pub struct Tallies {
    kinds: BTreeMap<Kind, u64>,
    identities: BTreeMap<Verdict, u64>,
    only_under_conditions: u64,
    /// Findings by action and verdict.
    pub actions: BTreeMap<Arc<str>, BTreeMap<Verdict, u64>>,
    /// Findings that are not denied, by account.
    pub accounts: BTreeMap<AccountId, AccountTally>,
    /// Findings that are not denied, by the path of the organizational unit; none where it was not read.
    pub units: BTreeMap<Option<Arc<str>>, BySeverity>,
    /// Identities that can or might, by when they were last seen.
    pub seen: BTreeMap<LastSeen, u64>,
    /// The identities that reach most, the widest first; at most [`WIDEST`].
    pub widest: Vec<WideReach>,
}

/// What all counts of a finding go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    verdict: Verdict,
    severity: Option<Severity>,
    change: Option<Change>,
    is_suppressed: bool,
}

/// The findings of an account that are not denied.
#[derive(Debug, Clone)]
pub struct AccountTally {
    /// One of its identities, which tells what the account is called.
    pub identity: Arc<Identity>,
    /// How many.
    pub counts: BySeverity,
}

/// How much of the inventory an identity reaches with the call that reaches most.
#[derive(Debug, Clone)]
pub struct WideReach {
    /// Who.
    pub identity: Arc<Identity>,
    /// Resources within reach.
    pub reachable: u32,
    /// How many of them carry a protection.
    pub protected: u32,
    /// How many the inventory holds.
    pub total: u32,
}

/// When an identity was last seen, counted in days before the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LastSeen {
    /// At most 30 days ago.
    Month,
    /// 31 to 90 days ago.
    Quarter,
    /// 91 to 365 days ago.
    Year,
    /// Longer ago.
    LongAgo,
    /// Not in the period that AWS tracks, or in the life of the identity.
    Never,
    /// Nothing was collected that would tell.
    NotKnown,
}

impl LastSeen {
    /// All, the latest first.
    pub const ALL: [Self; 6] = [
        Self::Month,
        Self::Quarter,
        Self::Year,
        Self::LongAgo,
        Self::Never,
        Self::NotKnown,
    ];

    fn of(identity: &Identity, as_of: Timestamp) -> Self {
        match identity.last_use() {
            LastUse::Used { at } => match as_of.duration_since(at).as_hours() / 24 {
                ..=30 => Self::Month,
                31..=90 => Self::Quarter,
                91..=365 => Self::Year,
                _ => Self::LongAgo,
            },
            LastUse::NotUsed { .. } => Self::Never,
            LastUse::NotTracked | LastUse::NotCollected | LastUse::NotApplicable => Self::NotKnown,
        }
    }
}

impl Tallies {
    /// The counts of these findings, as of a time.
    #[must_use]
    pub fn of(findings: &[Finding], as_of: Timestamp) -> Self {
        let mut tallies = Self::default();
        let mut names: BTreeMap<Verdict, BTreeSet<&str>> = BTreeMap::new();
        let mut live: BTreeMap<&str, &Identity> = BTreeMap::new();
        let mut reach: BTreeMap<&str, WideReach> = BTreeMap::new();
        for finding in findings {
            let identity = &*finding.identity;
            tallies.count(finding);
            names.entry(finding.verdict).or_default().insert(&identity.principal);
            if finding.verdict == Verdict::Denied {
                continue;
            }
            live.insert(&identity.principal, identity);
            let widest = reach.get(&*identity.principal).map_or(0, |reach| reach.reachable);
            if let Some(resources) = finding.resources.as_deref().filter(|resources| resources.reachable > widest) {
                let of_identity = WideReach {
                    identity: Arc::clone(&finding.identity),
                    reachable: resources.reachable,
                    protected: resources.protected,
                    total: resources.total,
                };
                reach.insert(&identity.principal, of_identity);
            }
        }
        for identity in live.values() {
            *tallies.seen.entry(LastSeen::of(identity, as_of)).or_default() += 1;
        }
        let can = names.get(&Verdict::Allowed);
        let under_conditions = names.get(&Verdict::Conditional).into_iter().flatten();
        let only = under_conditions.filter(|name| can.is_none_or(|can| !can.contains(**name)));
        tallies.only_under_conditions = only.count() as u64;
        let counts = names.iter().map(|(&verdict, names)| (verdict, names.len() as u64));
        tallies.identities = counts.collect();
        tallies.widest = reach.into_values().collect();
        tallies.keep_widest();
        tallies
    }

    fn count(&mut self, finding: &Finding) {
        let identity = &*finding.identity;
        let severity = finding.severity();
        let kind = Kind {
            verdict: finding.verdict,
            severity,
            change: finding.change,
            is_suppressed: finding.suppression.is_some(),
        };
        *self.kinds.entry(kind).or_default() += 1;
        if !self.actions.contains_key(&finding.action) {
            self.actions.insert(Arc::clone(&finding.action), BTreeMap::new());
        }
        if let Some(verdicts) = self.actions.get_mut(&finding.action) {
            *verdicts.entry(finding.verdict).or_default() += 1;
        }
        if finding.verdict == Verdict::Denied {
            return;
        }
        let account = self.accounts.entry(identity.account).or_insert_with(|| AccountTally {
            identity: Arc::clone(&finding.identity),
            counts: BySeverity::new(),
        });
        *account.counts.entry(severity).or_default() += 1;
        let unit = self.units.entry(identity.ou_path.clone()).or_default();
        *unit.entry(severity).or_default() += 1;
    }

    /// Adds the counts of other findings, about other identities.
    pub fn add(&mut self, other: Self) {
        let severities = |sums: &mut BySeverity, more: BySeverity| {
            for (severity, count) in more {
                *sums.entry(severity).or_default() += count;
            }
        };
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        for (verdict, count) in other.identities {
            *self.identities.entry(verdict).or_default() += count;
        }
        self.only_under_conditions += other.only_under_conditions;
        for (action, verdicts) in other.actions {
            let sums = self.actions.entry(action).or_default();
            for (verdict, count) in verdicts {
                *sums.entry(verdict).or_default() += count;
            }
        }
        for (account, tally) in other.accounts {
            match self.accounts.entry(account) {
                Entry::Occupied(mut sum) => severities(&mut sum.get_mut().counts, tally.counts),
                Entry::Vacant(none) => {
                    none.insert(tally);
                }
            }
        }
        for (unit, counts) in other.units {
            severities(self.units.entry(unit).or_default(), counts);
        }
        for (seen, count) in other.seen {
            *self.seen.entry(seen).or_default() += count;
        }
        self.widest.extend(other.widest);
        self.keep_widest();
    }

    fn keep_widest(&mut self) {
        let order = |one: &WideReach, other: &WideReach| -> Ordering {
            let by_reach = other.reachable.cmp(&one.reachable);
            by_reach.then_with(|| one.identity.principal.cmp(&other.identity.principal))
        };
        self.widest.sort_by(order);
        self.widest.truncate(WIDEST);
    }

    fn sum(&self, is_meant: impl Fn(&Kind) -> bool) -> u64 {
        let meant = self.kinds.iter().filter(|(kind, _)| is_meant(kind));
        meant.map(|(_, count)| count).sum()
    }

    /// All findings.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.sum(|_| true)
    }

    /// Findings of this verdict.
    #[must_use]
    pub fn of_verdict(&self, verdict: Verdict) -> u64 {
        self.sum(|kind| kind.verdict == verdict)
    }

    /// Findings of this verdict and severity.
    #[must_use]
    pub fn findings(&self, verdict: Verdict, severity: Option<Severity>) -> u64 {
        self.sum(|kind| kind.verdict == verdict && kind.severity == severity)
    }

    /// Findings of this severity, whatever their verdict.
    #[must_use]
    pub fn of_severity(&self, severity: Option<Severity>) -> u64 {
        self.sum(|kind| kind.severity == severity)
    }

    /// Findings that stand so to the baseline.
    #[must_use]
    pub fn changed(&self, change: Change) -> u64 {
        self.sum(|kind| kind.change == Some(change))
    }

    /// Findings of this severity that stand so to the baseline.
    #[must_use]
    pub fn changed_of(&self, severity: Option<Severity>, change: Change) -> u64 {
        self.sum(|kind| kind.severity == severity && kind.change == Some(change))
    }

    /// Whether some finding was compared with a baseline.
    #[must_use]
    pub fn is_compared(&self) -> bool {
        self.kinds.keys().any(|kind| kind.change.is_some())
    }

    /// Findings that somebody accepts.
    #[must_use]
    pub fn suppressed(&self) -> u64 {
        self.sum(|kind| kind.is_suppressed)
    }

    /// Findings of this severity that somebody accepts.
    #[must_use]
    pub fn suppressed_of(&self, severity: Option<Severity>) -> u64 {
        self.sum(|kind| kind.severity == severity && kind.is_suppressed)
    }

    /// The severities that occur, the lack of one first.
    #[must_use]
    pub fn severities(&self) -> BTreeSet<Option<Severity>> {
        self.kinds.keys().map(|kind| kind.severity).collect()
    }

    /// Findings that are not denied, by severity.
    #[must_use]
    pub fn live_by_severity(&self) -> BySeverity {
        let mut counts = BySeverity::new();
        for (kind, count) in self.kinds.iter().filter(|(kind, _)| kind.verdict != Verdict::Denied) {
            *counts.entry(kind.severity).or_default() += count;
        }
        counts
    }

    /// Identities with a finding of this verdict.
    #[must_use]
    pub fn identities(&self, verdict: Verdict) -> u64 {
        self.identities.get(&verdict).copied().unwrap_or_default()
    }

    /// Identities that can something under conditions, and nothing without.
    #[must_use]
    pub const fn only_under_conditions(&self) -> u64 {
        self.only_under_conditions
    }
}
