//! What the accounts add up to, one after the other.

use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

use leastwise::catalog::Catalog;
use leastwise::config::EntryUse;
use leastwise::estate::AccountEstate;
use leastwise::estate::Problem;
use leastwise::finding::CoverageCount;
use leastwise::finding::CoverageGap;
use leastwise::finding::Finding;
use leastwise::finding::FindingId;
use leastwise::finding::PolicyCounts;
use leastwise::finding::PolicyRemarks;
use leastwise::finding::Report;
use leastwise::finding::RuleFacts;
use leastwise::finding::RunFacts;
use leastwise::finding::Tallies;
use leastwise::finding::UnjoinedFinding;
use leastwise::finding::VerdictCounts;
use leastwise::rank::by_urgency;
use leastwise::report::RowSorter;
use leastwise::report::Rows;
use leastwise::rules::AccountFindings;
use leastwise::rules::Questions;
use leastwise::rules::Rule;
use leastwise::rules::RuleSet;
use leastwise::rules::merge_remarks;
use leastwise::rules::unjoined_of_organization;

use crate::audit::needs::Needs;
use crate::inputs::Inputs;

/// One account's share of the report.
pub(super) struct Share {
    /// Its findings are in order, and as many of the first as are needed.
    pub(super) found: AccountFindings,
    /// What all its findings add up to.
    pub(super) tallies: Tallies,
    /// All its findings, for each format of [`Needs::rows`].
    pub(super) rows: Vec<io::Result<Rows>>,
    pub(super) remarks: Vec<PolicyRemarks>,
    pub(super) gaps: Vec<CoverageGap>,
    pub(super) covers: [bool; SOURCES.len()],
    /// What each suppression did.
    pub(super) uses: Vec<EntryUse>,
    /// What identities can do or may be able to, shown or not; only where it is compared with a baseline.
    pub(super) live: BTreeSet<FindingId>,
    /// Whether a finding counts for the exit code.
    pub(super) is_reached: bool,
}

/// What an account can be covered by.
const SOURCES: [&str; 5] = [
    "credential report",
    "last accessed information",
    "Access Analyzer findings",
    "inventory of instances",
    "inventory of services",
];

/// Which of these cover an account.
pub(super) fn covers(estate: &AccountEstate) -> [bool; SOURCES.len()] {
    let inventory = estate.inventory.as_ref();
    [
        estate.credentials.is_some(),
        estate.last_accessed.is_some(),
        estate.access_findings.is_some(),
        inventory.is_some_and(|inventory| inventory.instances.is_some()),
        inventory.is_some_and(|inventory| inventory.services.is_some()),
    ]
}

/// What the accounts add up to.
pub(super) struct Gathered<'n> {
    needs: &'n Needs,
    accounts: u64,
    identities: u64,
    verdicts: VerdictCounts,
    policies: PolicyCounts,
    covered: [u64; SOURCES.len()],
    findings: Vec<Finding>,
    tallies: Tallies,
    unjoined: Vec<UnjoinedFinding>,
    pub(super) sorters: Vec<RowSorter>,
    pub(super) remarks: Vec<PolicyRemarks>,
    pub(super) gaps: Vec<CoverageGap>,
    pub(super) uses: Vec<EntryUse>,
    pub(super) live: BTreeSet<FindingId>,
    pub(super) is_reached: bool,
}

impl<'n> Gathered<'n> {
    pub(super) fn new(needs: &'n Needs) -> Self {
        Self {
            needs,
            accounts: 0,
            identities: 0,
            verdicts: VerdictCounts::default(),
            policies: PolicyCounts::default(),
            covered: [0; SOURCES.len()],
            findings: Vec::new(),
            tallies: Tallies::default(),
            unjoined: Vec::new(),
            sorters: needs.rows.iter().map(|format| RowSorter::new(*format)).collect(),
            remarks: Vec::new(),
            gaps: Vec::new(),
            uses: Vec::new(),
            live: BTreeSet::new(),
            is_reached: false,
        }
    }

    /// Adds an account; they come in their order.
    pub(super) fn add(&mut self, share: Share) {
        let AccountFindings {
            findings,
            unjoined,
            verdicts,
            identities,
            policies,
        } = share.found;
        self.accounts += 1;
        self.identities += identities;
        self.verdicts.allowed += verdicts.allowed;
        self.verdicts.conditional += verdicts.conditional;
        self.verdicts.undetermined += verdicts.undetermined;
        self.verdicts.denied += verdicts.denied;
        self.policies.read += policies.read;
        self.policies.invalid += policies.invalid;
        self.policies.missing += policies.missing;
        for (count, covers) in self.covered.iter_mut().zip(share.covers) {
            *count += u64::from(covers);
        }
        self.uses.resize(share.uses.len(), EntryUse::default());
        for (used, more) in self.uses.iter_mut().zip(share.uses) {
            used.add(more);
        }
        for (sorter, rows) in self.sorters.iter_mut().zip(share.rows) {
            sorter.add(rows);
        }
        self.live.extend(share.live);
        self.is_reached |= share.is_reached;
        self.tallies.add(share.tallies);
        self.findings.extend(findings);
        if self
            .needs
            .listed
            .is_some_and(|most| self.findings.len() > most.saturating_mul(2))
        {
            self.keep_first();
        }
        self.unjoined.extend(unjoined);
        self.remarks.extend(share.remarks);
        self.gaps.extend(share.gaps);
    }

    /// Puts the findings in order and keeps as many as are needed.
    fn keep_first(&mut self) {
        self.findings.sort_unstable_by(by_urgency);
        if let Some(most) = self.needs.listed {
            self.findings.truncate(most);
        }
    }

    pub(super) fn report(mut self, inputs: &Inputs, rules: &RuleSet, questions: &Questions<'_>) -> (Report, Vec<RowSorter>) {
        let accounts = self.accounts;
        let coverage = SOURCES.iter().zip(self.covered).map(|(source, covered)| CoverageCount {
            source: Arc::from(*source),
            covered,
            accounts,
        });
        let facts = RunFacts {
            as_of: inputs.as_of,
            tool_version: env!("CARGO_PKG_VERSION").into(),
            catalog_version: Catalog::bundled().version().to_string().into(),
            rules: rules.iter().map(rule_facts).collect(),
            chosen_rows: None,
            accounts,
            identities: self.identities,
            verdicts: self.verdicts,
            policies: self.policies,
            coverage: coverage.collect(),
        };
        if let Some(organization_findings) = &inputs.findings {
            let read: BTreeSet<_> = inputs.accounts().into_iter().collect();
            self.unjoined
                .extend(unjoined_of_organization(organization_findings, &read, questions.actions()));
        }
        self.gaps.extend(inputs.problems.iter().chain(&inputs.limits).map(gap_of));
        self.keep_first();
        self.unjoined.sort_unstable();
        self.gaps.sort_unstable();
        self.gaps.dedup();
        merge_remarks(&mut self.remarks);
        let report = Report {
            facts,
            findings: self.findings,
            all: Some(self.tallies),
            expired_suppressions: Vec::new(),
            unmatched_suppressions: Vec::new(),
            baseline: None,
            trend: None,
            unjoined: self.unjoined,
            remarks: self.remarks,
            gaps: self.gaps,
        };
        (report, self.sorters)
    }
}

fn rule_facts(rule: &Rule) -> RuleFacts {
    RuleFacts {
        id: rule.id.clone(),
        title: rule.title.clone(),
        fix: rule.text.fix.clone(),
        attack_version: rule.attack.as_ref().map(|attack| attack.version.clone()),
    }
}

/// A problem as the report tells it.
pub(super) fn gap_of(problem: &Problem) -> CoverageGap {
    let (what, consequence) = problem.detail.split_once("; ").unwrap_or((&problem.detail, ""));
    CoverageGap {
        account: problem.account,
        source: problem.subject.clone(),
        what: what.into(),
        consequence: consequence.into(),
    }
}
