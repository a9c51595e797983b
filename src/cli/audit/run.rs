//! `audit`: the ranked report.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use leastwise::baseline::EarlierReport;
use leastwise::catalog::Catalog;
use leastwise::config::EntryUse;
use leastwise::estate::AccountEstate;
use leastwise::estate::Problem;
use leastwise::evaluate::AccountScope;
use leastwise::finding::Change;
use leastwise::finding::CoverageCount;
use leastwise::finding::CoverageGap;
use leastwise::finding::Finding;
use leastwise::finding::FindingId;
use leastwise::finding::PolicyCounts;
use leastwise::finding::PolicyRemarks;
#[cfg(feature = "live")]
use leastwise::finding::PrincipalKind;
use leastwise::finding::Report;
use leastwise::finding::RuleFacts;
use leastwise::finding::RunFacts;
use leastwise::finding::Severity;
use leastwise::finding::UnjoinedFinding;
use leastwise::finding::Verdict;
use leastwise::finding::VerdictCounts;
#[cfg(feature = "live")]
use leastwise::ident::AccountId;
use leastwise::ident::Glob;
use leastwise::rank::Ranker;
use leastwise::rank::Weights;
use leastwise::rank::by_urgency;
use leastwise::rules::AccountAudit;
use leastwise::rules::AccountFindings;
use leastwise::rules::Linter;
use leastwise::rules::Questions;
use leastwise::rules::RuleSet;
use leastwise::rules::merge_remarks;
use leastwise::rules::unjoined_of_organization;

use crate::audit::args::Audit;
use crate::audit::args::Reporting;
use crate::audit::args::Undetermined;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::output::remark;
use crate::reports;
use crate::trend::trend;

pub(crate) fn run(audit: &Audit) -> Result<ExitCode, Failure> {
    #[cfg(feature = "live")]
    if audit.sources.sources.is_empty() {
        return crate::collect::audit(audit);
    }
    let inputs = Inputs::open(&audit.sources.sources, &audit.sources.reading)?;
    report(&inputs, &audit.reporting)
}

/// The built-in rules and those of the files.
pub(crate) fn rules(paths: &[PathBuf]) -> Result<RuleSet, Failure> {
    let mut rules = RuleSet::builtin()?;
    for path in paths {
        rules.read(path)?;
    }
    Ok(rules)
}

/// Where the earlier of two reports has other rows than the later, what it left out looks new, and the reverse gone.
pub(crate) fn remark_on_rows(earlier: &str, old: Option<&str>, new: Option<&str>) {
    if old != new {
        let words =
            |chosen: Option<&str>| chosen.map_or_else(|| "all rows".to_owned(), |chosen| format!("chosen rows ({chosen})"));
        remark(&format!(
            "{earlier} has {}, and what it is compared with {}: rows that one of them left out look new or gone",
            words(old),
            words(new)
        ));
    }
}

/// Audits the inputs and writes the report.
pub(crate) fn report(inputs: &Inputs, reporting: &Reporting) -> Result<ExitCode, Failure> {
    reports::check(reporting)?;
    let rules = rules(&reporting.rules)?;
    let weights = Weights::builtin()?;
    let baseline = match (&reporting.baseline, reporting.fail_on_new) {
        (Some(path), _) => Some(EarlierReport::open(path)?),
        (None, Some(_)) => {
            return Err(Failure::Usage(
                "--fail-on-new needs the earlier report: name it with --baseline".into(),
            ));
        }
        (None, None) => None,
    };
    // Where this run alone looks at less, nothing looks gone.
    if let (Some(baseline), Some(path)) = (&baseline, &reporting.baseline)
        && baseline.chosen_rows.is_some()
    {
        remark_on_rows(
            &path.display().to_string(),
            baseline.chosen_rows.as_deref(),
            reporting.chosen_rows().as_deref(),
        );
    }
    let (mut report, is_incomplete) = audited(inputs, &rules, &weights, reporting, baseline.as_ref())?;
    report.trend = trend(reporting);
    let is_written = reports::write(&report, reporting)?;
    let counts = |finding: &Finding| {
        finding.suppression.is_none()
            && match finding.verdict {
                Verdict::Undetermined => reporting.undetermined == Undetermined::Count,
                Verdict::Allowed | Verdict::Conditional | Verdict::Denied => true,
            }
    };
    let is_reached = report.findings.iter().filter(|finding| counts(finding)).any(|finding| {
        let reaches = |threshold: Option<Severity>| threshold.is_some_and(|least| finding.severity() >= Some(least));
        let is_news = matches!(finding.change, Some(Change::New | Change::Worse));
        reaches(reporting.fail_on) || (is_news && reaches(reporting.fail_on_new))
    });
    Ok(if !is_written {
        ExitCode::Failed
    } else if is_reached {
        ExitCode::Found
    } else if is_incomplete {
        ExitCode::Incomplete
    } else {
        ExitCode::Done
    })
}

/// One account's share of the report.
struct Share {
    found: AccountFindings,
    remarks: Vec<PolicyRemarks>,
    gaps: Vec<CoverageGap>,
    covers: [bool; SOURCES.len()],
    /// What each suppression did.
    uses: Vec<EntryUse>,
    /// What identities can do or may be able to, shown or not; only where it is compared with a baseline.
    live: BTreeSet<FindingId>,
}

/// What an account can be covered by.
const SOURCES: [&str; 5] = [
    "credential report",
    "last accessed information",
    "Access Analyzer findings",
    "inventory of instances",
    "inventory of services",
];

/// The report, and whether something could not be read that a collector can read.
pub(crate) fn audited(
    inputs: &Inputs,
    rules: &RuleSet,
    weights: &Weights,
    reporting: &Reporting,
    baseline: Option<&EarlierReport>,
) -> Result<(Report, bool), Failure> {
    let questions = Questions::of(rules);
    let principals: Vec<Glob> = reporting
        .principals
        .iter()
        .map(|pattern| Glob::from_policy_text(pattern))
        .collect();
    let is_named = |arn: &str| principals.is_empty() || principals.iter().any(|glob| glob.matches(arn));
    let is_wanted = |finding: &Finding| {
        let named = is_named(&finding.identity.principal);
        let severe = reporting.severity.is_none_or(|least| finding.severity() >= Some(least));
        named && severe
    };
    let linter = Linter::new();
    let wanted = reporting.wanted();
    let shows_remarks = wanted.iter().any(|report| reports::shows_remarks(report.format));
    let is_detailed = wanted.iter().any(|report| reports::shows_details(report.format));
    let quotes = wanted.iter().any(|report| reports::quotes_policies(report.format));
    let share = |estate: &AccountEstate, scope: &AccountScope| {
        let audit = AccountAudit {
            keep_denied: reporting.all,
            is_detailed,
            quotes,
            ..account_audit(inputs, &questions, estate, scope)
        };
        let mut found = audit.run();
        let mut ranker = Ranker::new(weights, inputs.as_of);
        ranker.rank(&mut found.findings);
        let live = match baseline {
            Some(baseline) => {
                baseline.mark(&mut found.findings);
                let live = found.findings.iter().filter(|finding| finding.verdict != Verdict::Denied);
                live.map(Finding::id).collect()
            }
            None => BTreeSet::new(),
        };
        let uses = reporting.suppressions.mark(&mut found.findings, inputs.as_of);
        found.findings.retain(is_wanted);
        Share {
            found,
            remarks: if shows_remarks {
                linter.of_account(estate, |principal| is_named(principal.arn.as_str()))
            } else {
                Vec::new()
            },
            gaps: estate.problems.iter().map(gap_of).collect(),
            covers: covers(estate),
            uses,
            live,
        }
    };
    let mut gathered = Gathered::default();
    inputs.each(share, |share| gathered.add(share))?;
    let of_organization = inputs
        .organization
        .iter()
        .flat_map(|organization| linter.of_organization(organization));
    gathered.remarks.extend(of_organization);
    let is_incomplete = !gathered.gaps.is_empty() || !inputs.problems.is_empty();
    // Nothing was marked where there is no account.
    gathered
        .uses
        .resize(reporting.suppressions.entries.len(), EntryUse::default());
    let expired = reporting.suppressions.expired(&gathered.uses, inputs.as_of);
    let unmatched = reporting.suppressions.unmatched(&gathered.uses, inputs.as_of);
    let baseline = baseline.map(|baseline| {
        let read: BTreeSet<_> = inputs.accounts().into_iter().collect();
        baseline.baseline(
            &gathered.live,
            |row| is_named(&row.principal) && inputs.looks_at(row.account),
            |row| read.contains(&row.account) && rules.iter().any(|rule| rule.id == row.rule),
        )
    });
    let mut report = gathered.report(inputs, rules, &questions);
    report.facts.chosen_rows = reporting.chosen_rows().map(Into::into);
    report.expired_suppressions = expired;
    report.unmatched_suppressions = unmatched;
    report.baseline = baseline;
    Ok((report, is_incomplete))
}

fn account_audit<'a>(
    inputs: &'a Inputs,
    questions: &'a Questions<'a>,
    estate: &'a AccountEstate,
    scope: &'a AccountScope,
) -> AccountAudit<'a> {
    let organization = inputs.organization.as_ref();
    AccountAudit {
        questions,
        estate,
        scope,
        place: organization.and_then(|organization| organization.place(estate.account)),
        is_management: organization.is_some_and(|organization| organization.is_management(estate.account)),
        as_of: inputs.as_of,
        keep_denied: false,
        is_detailed: false,
        quotes: false,
    }
}

/// The users and roles of an account that a rule finds able to act, for certain or perhaps.
#[cfg(feature = "live")]
pub(crate) fn able(inputs: &Inputs, rules: &RuleSet, account: AccountId) -> BTreeSet<String> {
    let questions = Questions::of(rules);
    let found = inputs.one(account, |estate, scope| {
        account_audit(inputs, &questions, estate, scope).run()
    });
    let findings = found.map(|found| found.findings).unwrap_or_default();
    findings
        .into_iter()
        .filter(|finding| finding.identity.kind != PrincipalKind::AccountRoot)
        .map(|finding| finding.identity.principal.to_string())
        .collect()
}

fn covers(estate: &AccountEstate) -> [bool; SOURCES.len()] {
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
#[derive(Default)]
struct Gathered {
    accounts: u64,
    identities: u64,
    verdicts: VerdictCounts,
    policies: PolicyCounts,
    covered: [u64; SOURCES.len()],
    findings: Vec<Finding>,
    unjoined: Vec<UnjoinedFinding>,
    remarks: Vec<PolicyRemarks>,
    gaps: Vec<CoverageGap>,
    uses: Vec<EntryUse>,
    live: BTreeSet<FindingId>,
}

impl Gathered {
    fn add(&mut self, share: Share) {
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
        self.live.extend(share.live);
        self.findings.extend(findings);
        self.unjoined.extend(unjoined);
        self.remarks.extend(share.remarks);
        self.gaps.extend(share.gaps);
    }

    fn report(mut self, inputs: &Inputs, rules: &RuleSet, questions: &Questions<'_>) -> Report {
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
        self.findings.sort_unstable_by(by_urgency);
        self.unjoined.sort_unstable();
        self.gaps.sort_unstable();
        self.gaps.dedup();
        merge_remarks(&mut self.remarks);
        Report {
            facts,
            findings: self.findings,
            expired_suppressions: Vec::new(),
            unmatched_suppressions: Vec::new(),
            baseline: None,
            trend: None,
            unjoined: self.unjoined,
            remarks: self.remarks,
            gaps: self.gaps,
        }
    }
}

fn rule_facts(rule: &leastwise::rules::Rule) -> RuleFacts {
    RuleFacts {
        id: rule.id.clone(),
        title: rule.title.clone(),
        fix: rule.text.fix.clone(),
        attack_version: rule.attack.as_ref().map(|attack| attack.version.clone()),
    }
}

fn gap_of(problem: &Problem) -> CoverageGap {
    let (what, consequence) = problem.detail.split_once("; ").unwrap_or((&problem.detail, ""));
    CoverageGap {
        account: problem.account,
        source: problem.subject.clone(),
        what: what.into(),
        consequence: consequence.into(),
    }
}
