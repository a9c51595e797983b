//! What the first screen and the pictures count, in one pass over the findings.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::finding::Change;
use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::LastUse;
use crate::finding::Report;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::rank::last_use;
use crate::report::row;

/// Days of a last use, from the report's time: up to so many, and what a bar is called.
const AGES: [(i64, &str); 4] = [
    (30, "used in the last 30 days"),
    (90, "31 to 90 days ago"),
    (365, "91 days to a year ago"),
    (i64::MAX, LONG_AGO),
];
/// Longer ago than the other ages.
pub(super) const LONG_AGO: &str = "longer ago";
/// Not used in the period that AWS tracks, or in the life of the identity.
pub(super) const NEVER: &str = "not used in the tracked period";
/// Nothing was collected that would tell.
pub(super) const NOT_KNOWN: &str = "not known";

/// Findings by severity; the denied ones are in none.
pub(super) type BySeverity = BTreeMap<Option<Severity>, u64>;

/// All counts.
#[derive(Default)]
pub(super) struct Tallies<'r> {
    /// Findings by verdict and severity.
    pub(super) verdicts: BTreeMap<(Verdict, Option<Severity>), u64>,
    /// Identities with at least one finding of this verdict.
    pub(super) identities: BTreeMap<Verdict, BTreeSet<&'r str>>,
    /// Identities by action and verdict.
    pub(super) actions: BTreeMap<&'r str, BTreeMap<Verdict, u64>>,
    /// Findings by how they stand to the baseline.
    pub(super) changes: BTreeMap<Change, u64>,
    /// Findings that somebody accepts.
    pub(super) accepted: u64,
    /// Findings that are not denied, by account and severity; what the account is called.
    pub(super) accounts: BTreeMap<String, (String, BySeverity)>,
    /// The same by organizational unit.
    pub(super) units: BTreeMap<&'r str, BySeverity>,
    /// The widest reach of each identity: reachable, protected, total, who.
    pub(super) reach: BTreeMap<&'r str, Reach<'r>>,
    /// Identities that can or might, by when they were last used; a name and how many.
    pub(super) uses: Vec<(&'static str, u64)>,
}

/// How much one identity reaches.
pub(super) struct Reach<'r> {
    /// The finding with the widest reach.
    pub(super) finding: &'r Finding,
    /// Reachable resources.
    pub(super) reachable: u32,
    /// Of these with a protection.
    pub(super) protected: u32,
    /// All of the inventory.
    pub(super) total: u32,
}

impl<'r> Tallies<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut tallies = Self::default();
        let mut live: BTreeMap<&str, &Identity> = BTreeMap::new();
        for finding in &report.findings {
            tallies.add(finding);
            if finding.verdict != Verdict::Denied {
                live.insert(&finding.identity.principal, &finding.identity);
            }
        }
        let mut uses: BTreeMap<&str, u64> = BTreeMap::new();
        for identity in live.values() {
            *uses.entry(age(identity, report.facts.as_of)).or_default() += 1;
        }
        let names = AGES.iter().map(|(_, name)| *name).chain([NEVER, NOT_KNOWN]);
        tallies.uses = names
            .map(|name| (name, uses.get(name).copied().unwrap_or_default()))
            .collect();
        tallies
    }

    fn add(&mut self, finding: &'r Finding) {
        let identity = &*finding.identity;
        let severity = finding.severity();
        *self.verdicts.entry((finding.verdict, severity)).or_default() += 1;
        let of_verdict = self.identities.entry(finding.verdict).or_default();
        of_verdict.insert(&identity.principal);
        let of_action = self.actions.entry(&finding.action).or_default();
        *of_action.entry(finding.verdict).or_default() += 1;
        if let Some(change) = finding.change {
            *self.changes.entry(change).or_default() += 1;
        }
        self.accepted += u64::from(finding.suppression.is_some());
        if finding.verdict == Verdict::Denied {
            return;
        }
        let of_account = self
            .accounts
            .entry(identity.account.to_string())
            .or_insert_with(|| (row::account(identity), BySeverity::new()));
        *of_account.1.entry(severity).or_default() += 1;
        let unit = identity.ou_path.as_deref().map_or("not known", |path| match path {
            "" => "the organization's root",
            path => path,
        });
        *self.units.entry(unit).or_default().entry(severity).or_default() += 1;
        if let Some(resources) = finding.resources.as_deref().filter(|resources| resources.reachable > 0) {
            let widest = self.reach.get(&*identity.principal).map_or(0, |reach| reach.reachable);
            if resources.reachable > widest {
                let reach = Reach {
                    finding,
                    reachable: resources.reachable,
                    protected: resources.protected,
                    total: resources.total,
                };
                self.reach.insert(&identity.principal, reach);
            }
        }
    }

    /// Findings of this verdict and severity.
    pub(super) fn findings(&self, verdict: Verdict, severity: Option<Severity>) -> u64 {
        self.verdicts.get(&(verdict, severity)).copied().unwrap_or_default()
    }

    /// Findings of this verdict.
    pub(super) fn of_verdict(&self, verdict: Verdict) -> u64 {
        let of_verdict = self.verdicts.iter().filter(|((found, _), _)| *found == verdict);
        of_verdict.map(|(_, count)| count).sum()
    }

    /// Identities with a finding of this verdict.
    pub(super) fn identities(&self, verdict: Verdict) -> u64 {
        self.identities.get(&verdict).map_or(0, |names| names.len() as u64)
    }

    /// Identities that can something under conditions, and nothing without.
    pub(super) fn only_under_conditions(&self) -> u64 {
        let can = self.identities.get(&Verdict::Allowed);
        let under_conditions = self.identities.get(&Verdict::Conditional).into_iter().flatten();
        let only = under_conditions.filter(|name| can.is_none_or(|can| !can.contains(**name)));
        only.count() as u64
    }

    /// All severities, the worst first, and last the lack of one where it occurs.
    pub(super) fn severities(&self) -> Vec<Option<Severity>> {
        let found: BTreeSet<_> = self.verdicts.keys().map(|(_, severity)| *severity).collect();
        let all = Severity::ALL.iter().rev().map(|severity| Some(*severity));
        let unranked = found.contains(&None).then_some(None);
        all.chain(unranked).collect()
    }

    /// Findings that stand so to the baseline.
    pub(super) fn changed(&self, change: Change) -> u64 {
        self.changes.get(&change).copied().unwrap_or_default()
    }
}

fn age(identity: &Identity, as_of: Timestamp) -> &'static str {
    match last_use(identity) {
        LastUse::Used { at } => {
            let days = as_of.duration_since(at).as_hours() / 24;
            AGES.iter()
                .find(|(most, _)| days <= *most)
                .map_or(NOT_KNOWN, |(_, name)| name)
        }
        LastUse::NotUsed { .. } => NEVER,
        LastUse::NotTracked | LastUse::NotCollected | LastUse::NotApplicable => NOT_KNOWN,
    }
}
