//! The report for a terminal: the findings, most urgent first, then what joins none, coverage and gaps.

use std::collections::BTreeMap;
use std::io;

use crate::finding::Change;
use crate::finding::Citation;
use crate::finding::Finding;
use crate::finding::Report;
use crate::finding::RunFacts;
use crate::finding::Severity;
use crate::report::grid::Column;
use crate::report::grid::write_grid;
use crate::report::grid::write_lines;
use crate::report::row;
use crate::report::visible;

/// From this width on every fact has its own column.
const WIDE: u16 = 160;
/// Narrower than this, text is wrapped as if the terminal were this wide.
const NARROWEST: u16 = 60;

/// How the table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions {
    /// The width of the terminal in columns.
    pub width: u16,
    /// How many rows each section shows at most; none for all.
    pub limit: Option<usize>,
}

/// Writes the report.
///
/// # Errors
/// What the writer says.
pub fn write_table(report: &Report, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let options = TableOptions {
        width: options.width.max(NARROWEST),
        ..options
    };
    write_facts(&report.facts, options, out)?;
    write_review(report, options, out)?;
    write_findings(report, options, out)?;
    write_gone(report, options, out)?;
    write_unjoined(report, options, out)?;
    write_coverage(&report.facts, options, out)?;
    write_remarks(report, options, out)?;
    write_gaps(report, options, out)
}

fn write_facts(facts: &RunFacts, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let verdicts = facts.verdicts;
    let accounts = counted(facts.accounts, "account", "accounts");
    let mut lines = vec![
        format!("leastwise {}, as of {}", visible(&facts.tool_version), facts.as_of),
        format!("{accounts}, {}", counted(facts.identities, "identity", "identities")),
        format!(
            "{}: {} allowed, {} conditional, {} undetermined, {} denied",
            counted(verdicts.total(), "answer", "answers"),
            verdicts.allowed,
            verdicts.conditional,
            verdicts.undetermined,
            verdicts.denied
        ),
    ];
    lines.extend(
        facts
            .rules
            .iter()
            .map(|rule| format!("rule {}: {}", rule.id, visible(&rule.title))),
    );
    write_lines(options.width, &lines, out)?;
    writeln!(out)
}

/// What somebody accepts, what is accepted no longer, and how the findings stand to the baseline.
fn write_review(report: &Report, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let mut lines = Vec::new();
    let tallies = report.tallies();
    let suppressed = tallies.suppressed();
    if suppressed > 0 {
        lines.push(format!(
            "{} suppressed: listed below, and not counted for the exit code",
            counted(suppressed, "finding", "findings")
        ));
    }
    lines.extend(report.expired_suppressions.iter().map(|expired| {
        let suppression = &expired.suppression;
        let line = format!(
            "suppression at {} is over since {}: {} again; owner {}, reason: {}",
            expired.place,
            suppression.expires,
            counted(expired.findings, "finding counts", "findings count"),
            suppression.owner,
            suppression.reason
        );
        visible(&line).into_owned()
    }));
    lines.extend(report.unmatched_suppressions.iter().map(|unmatched| {
        let line = format!(
            "suppression {} at {} covers nothing in this run: {}; owner {}, until {}",
            unmatched.entry, unmatched.place, unmatched.selector, unmatched.suppression.owner, unmatched.suppression.expires
        );
        visible(&line).into_owned()
    }));
    if let Some(baseline) = &report.baseline {
        let counts = Change::ALL
            .iter()
            .map(|&change| format!("{} {change}", tallies.changed(change)));
        let counts: Vec<String> = counts.chain([format!("{} gone", baseline.gone.len())]).collect();
        lines.push(format!("against the report of {}: {}", baseline.as_of, counts.join(", ")));
    }
    if lines.is_empty() {
        return Ok(());
    }
    write_lines(options.width, &lines, out)?;
    writeln!(out)
}

/// The findings of the baseline that are none any more.
fn write_gone(report: &Report, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(baseline) = report.baseline.as_ref().filter(|baseline| !baseline.gone.is_empty()) else {
        return Ok(());
    };
    writeln!(out, "\nGone since the baseline: {}\n", baseline.gone.len())?;
    let columns = columns(
        options.width,
        &[("Was", 14, false), ("Identity", (options.width / 2).min(90), false)],
        "Call",
    );
    let rows = limited(&baseline.gone, options).iter().map(|gone| {
        let call = visible(&gone.action);
        let not_asked = if gone.asked_again {
            ""
        } else {
            "not asked this time: its account was not read, or its rule is not in use"
        };
        vec![
            lines_of(&[gone.verdict.word(), gone.severity.map_or("", Severity::word)]),
            visible(&gone.principal).into_owned(),
            lines_of(&[&call, not_asked]),
        ]
    });
    write_grid(&columns, rows, out)?;
    write_rest(baseline.gone.len(), options, out)
}

fn write_findings(report: &Report, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return writeln!(out, "No findings.");
    }
    let is_wide = options.width >= WIDE;
    let findings = limited(&report.findings, options);
    let digits = u16::try_from(findings.len().to_string().len()).unwrap_or(u16::MAX);
    let columns = if is_wide {
        wide_columns(options.width, digits)
    } else {
        narrow_columns(options.width, digits)
    };
    let row = if is_wide { wide_row } else { narrow_row };
    let rows = findings.iter().enumerate().map(|(index, finding)| row(index + 1, finding));
    write_grid(&columns, rows, out)?;
    write_rest(report.total(), options, out)
}

fn narrow_columns(width: u16, digits: u16) -> Vec<Column> {
    let call = (width * 2 / 5).clamp(26, 48);
    columns(
        width,
        &[
            ("#", digits + 2, true),
            ("Score", 9, false),
            ("Identity and call", call, false),
        ],
        "Why",
    )
}

/// Without the places of statements, which `explain` and the other formats show.
fn narrow_row(rank: usize, finding: &Finding) -> Vec<String> {
    let identity = &*finding.identity;
    let mut call = vec![
        row::who(identity),
        row::account(identity),
        visible(&finding.action).into_owned(),
        finding.verdict.to_string(),
    ];
    call.push(row::reach(finding));
    vec![
        rank.to_string(),
        format!("{}\n{}", row::total(finding), row::severity(finding)),
        call.join("\n"),
        row::why(finding, Citation::brief).join("\n"),
    ]
}

fn wide_columns(width: u16, digits: u16) -> Vec<Column> {
    let fixed = [
        ("#", digits + 2, true),
        ("Score", 6, true),
        ("Severity", 9, false),
        ("Verdict", 13, false),
        ("Action", 23, false),
        ("Identity", width / 5, false),
        ("Account", 20, false),
        ("Reach", 18, false),
    ];
    columns(width, &fixed, "Why")
}

fn wide_row(rank: usize, finding: &Finding) -> Vec<String> {
    let identity = &*finding.identity;
    vec![
        rank.to_string(),
        row::total(finding),
        row::severity(finding).to_owned(),
        finding.verdict.to_string(),
        visible(&finding.action).into_owned(),
        format!("{}\n{}", row::who(identity), visible(&identity.principal)),
        row::account(identity),
        row::reach(finding),
        row::why(finding, brief_with_place).join("\n"),
    ]
}

/// The row names the identity, so that the citation need not.
fn brief_with_place(citation: &Citation) -> String {
    match &citation.place {
        Some(place) => format!("{} ({place})", citation.brief()),
        None => citation.brief(),
    }
}

fn write_unjoined(report: &Report, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    if report.unjoined.is_empty() {
        return Ok(());
    }
    writeln!(
        out,
        "\nAccess Analyzer findings that belong to no row above: {}\n",
        report.unjoined.len()
    )?;
    let columns = columns(options.width, &[("Resource", (options.width / 2).min(80), false)], "Finding");
    let rows = limited(&report.unjoined, options).iter().map(|unjoined| {
        vec![
            format!("{}\n{}", visible(&unjoined.resource), visible(&unjoined.resource_type)),
            format!("{}\n{}", visible(&unjoined.evidence.to_string()), visible(&unjoined.reason)),
        ]
    });
    write_grid(&columns, rows, out)?;
    write_rest(report.unjoined.len(), options, out)
}

fn write_coverage(facts: &RunFacts, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let policies = facts.policies;
    let mut lines = vec![
        format!(
            "{} read, {} invalid, {} missing",
            counted(policies.read, "policy", "policies"),
            policies.invalid,
            policies.missing
        ),
        format!("action catalog {}", visible(&facts.catalog_version)),
    ];
    lines.extend(facts.coverage.iter().map(|coverage| {
        let accounts = counted(coverage.accounts, "account", "accounts");
        format!("{}: {} of {accounts}", visible(&coverage.source), coverage.covered)
    }));
    writeln!(out, "\nCoverage\n")?;
    write_lines(options.width, &lines, out)
}

/// How many there are of each kind; the list would be long and urges nobody.
fn write_remarks(report: &Report, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    for remark in report.remarks.iter().flat_map(|policy| &policy.remarks) {
        *kinds.entry(remark.kind).or_default() += 1;
    }
    if kinds.is_empty() {
        return Ok(());
    }
    let total: u64 = kinds.values().sum();
    let policies = u64::try_from(report.remarks.len()).unwrap_or(u64::MAX);
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let remarks = counted(total, "remark", "remarks");
    let line = format!(
        "{remarks} on {}: {}; the JSON format lists them, and `leastwise lint` looks at one document",
        counted(policies, "policy", "policies"),
        kinds.join(", ")
    );
    writeln!(out)?;
    write_lines(options.width, &[line], out)
}

fn write_gaps(report: &Report, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    if report.gaps.is_empty() {
        return writeln!(out, "\nNo gaps: everything that the source names was read.");
    }
    writeln!(out, "\nGaps: {}\n", report.gaps.len())?;
    let columns = columns(
        options.width,
        &[("Where", (options.width * 2 / 5).min(60), false)],
        "What, and what follows",
    );
    let rows = limited(&report.gaps, options).iter().map(|gap| {
        let account = gap.account.map(|account| account.to_string()).unwrap_or_default();
        vec![
            lines_of(&[&account, &visible(&gap.source)]),
            lines_of(&[&visible(&gap.what), &visible(&gap.consequence)]),
        ]
    });
    write_grid(&columns, rows, out)?;
    write_rest(report.gaps.len(), options, out)
}

/// The lines that say something.
fn lines_of(lines: &[&str]) -> String {
    let told: Vec<&str> = lines.iter().copied().filter(|line| !line.is_empty()).collect();
    told.join("\n")
}

/// The fixed columns, and a last one that takes what is left.
fn columns(width: u16, fixed: &[(&'static str, u16, bool)], last: &'static str) -> Vec<Column> {
    let taken = fixed.iter().map(|&(_, width, _)| width).sum();
    let rest = (last, width.saturating_sub(taken), false);
    fixed
        .iter()
        .copied()
        .chain([rest])
        .map(|(heading, width, is_number)| Column {
            heading,
            width,
            is_number,
        })
        .collect()
}

fn limited<T>(items: &[T], options: TableOptions) -> &[T] {
    options.limit.and_then(|limit| items.get(..limit)).unwrap_or(items)
}

fn write_rest(count: usize, options: TableOptions, out: &mut dyn io::Write) -> io::Result<()> {
    match options.limit.map(|limit| count.saturating_sub(limit)) {
        None | Some(0) => Ok(()),
        Some(rest) => writeln!(out, "{rest} more; --limit 0 and the CSV and JSON formats show all"),
    }
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}
