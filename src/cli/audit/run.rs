//! `audit`: the ranked report.

use std::collections::BTreeSet;
use std::path::PathBuf;

use leastwise::baseline::EarlierReport;
use leastwise::config::EntryUse;
use leastwise::estate::AccountEstate;
use leastwise::evaluate::AccountScope;
use leastwise::finding::Change;
use leastwise::finding::Finding;
#[cfg(feature = "live")]
use leastwise::finding::PrincipalKind;
use leastwise::finding::Report;
use leastwise::finding::Severity;
use leastwise::finding::Tallies;
use leastwise::finding::Verdict;
#[cfg(feature = "live")]
use leastwise::ident::AccountId;
use leastwise::ident::Glob;
use leastwise::rank::Ranker;
use leastwise::rank::Weights;
use leastwise::rank::by_urgency;
use leastwise::report::RowSorter;
use leastwise::rules::AccountAudit;
use leastwise::rules::Linter;
use leastwise::rules::Questions;
use leastwise::rules::RuleSet;

use crate::audit::args::Audit;
use crate::audit::args::Reporting;
use crate::audit::args::Undetermined;
use crate::audit::gather::Gathered;
use crate::audit::gather::Share;
use crate::audit::gather::covers;
use crate::audit::gather::gap_of;
use crate::audit::needs::Needs;
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
    let needs = Needs::of(reporting);
    let mut audited = audited(inputs, &rules, &weights, reporting, baseline.as_ref(), &needs)?;
    audited.report.trend = trend(reporting);
    let is_written = reports::write(&audited.report, audited.sorters, reporting)?;
    Ok(if !is_written {
        ExitCode::Failed
    } else if audited.is_reached {
        ExitCode::Found
    } else if audited.is_incomplete {
        ExitCode::Incomplete
    } else {
        ExitCode::Done
    })
}

/// Whether a finding counts for the exit code.
fn reaches(finding: &Finding, reporting: &Reporting) -> bool {
    let counts = finding.suppression.is_none()
        && match finding.verdict {
            Verdict::Undetermined => reporting.undetermined == Undetermined::Count,
            Verdict::Allowed | Verdict::Conditional | Verdict::Denied => true,
        };
    let reaches = |threshold: Option<Severity>| threshold.is_some_and(|least| finding.severity() >= Some(least));
    let is_news = matches!(finding.change, Some(Change::New | Change::Worse));
    counts && (reaches(reporting.fail_on) || (is_news && reaches(reporting.fail_on_new)))
}

/// What an audit comes to.
pub(crate) struct Audited {
    pub(crate) report: Report,
    /// The rows of each format of the needs.
    pub(crate) sorters: Vec<RowSorter>,
    /// Whether something could not be read that a collector can read.
    pub(crate) is_incomplete: bool,
    /// Whether a finding counts for the exit code.
    pub(crate) is_reached: bool,
}

/// Asks the rules of every account and ranks what is found.
pub(crate) fn audited(
    inputs: &Inputs,
    rules: &RuleSet,
    weights: &Weights,
    reporting: &Reporting,
    baseline: Option<&EarlierReport>,
    needs: &Needs,
) -> Result<Audited, Failure> {
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
    let shows_lists = wanted.iter().any(|report| reports::shows_lists(report.format));
    let is_detailed = wanted.iter().any(|report| reports::shows_details(report.format));
    let quotes = wanted.iter().any(|report| reports::quotes_policies(report.format));
    let share = |estate: &AccountEstate, scope: &AccountScope| {
        let audit = AccountAudit {
            keep_denied: reporting.all,
            is_detailed,
            quotes,
            lists_unjoined: shows_lists,
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
        found.findings.sort_unstable_by(by_urgency);
        let findings = &found.findings;
        let rows = needs.rows.iter().map(|format| format.rows(findings)).collect();
        let tallies = Tallies::of(findings, inputs.as_of);
        let is_reached = findings.iter().any(|finding| reaches(finding, reporting));
        found.findings.truncate(needs.listed.unwrap_or(usize::MAX));
        Share {
            found,
            tallies,
            rows,
            is_reached,
            remarks: if shows_lists {
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
    let mut gathered = Gathered::new(needs);
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
    let is_reached = gathered.is_reached;
    let (mut report, sorters) = gathered.report(inputs, rules, &questions);
    report.facts.chosen_rows = reporting.chosen_rows().map(Into::into);
    report.expired_suppressions = expired;
    report.unmatched_suppressions = unmatched;
    report.baseline = baseline;
    Ok(Audited {
        report,
        sorters,
        is_incomplete,
        is_reached,
    })
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
        lists_unjoined: false,
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
