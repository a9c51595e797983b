//! `diff`: what is new, worse, better and gone between two reports or snapshots, and why.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use csv::QuoteStyle;
use csv::Terminator;
use csv::WriterBuilder;
use jiff::Timestamp;
use leastwise::baseline::DiffKind;
use leastwise::baseline::Difference;
use leastwise::baseline::EarlierReport;
use leastwise::baseline::Standing;
use leastwise::baseline::differences;
use leastwise::baseline::differing;
use leastwise::finding::Finding;
use leastwise::finding::FindingId;
use leastwise::finding::Severity;
use leastwise::finding::Verdict;
use leastwise::ident::AccountId;
use leastwise::rank::Weights;
use leastwise::report::Column;
use leastwise::report::defused;
use leastwise::report::io_error;
use leastwise::report::visible;
use leastwise::report::write_grid;
use leastwise::report::write_json_value;
use serde::Serialize;

use crate::args::Destination;
use crate::args::Format;
use crate::args::Reading;
use crate::audit::Needs;
use crate::audit::args::Reporting;
use crate::audit::audited;
use crate::audit::remark_on_rows;
use crate::audit::rules;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::holdings::holdings;
use crate::inputs::Inputs;
use crate::output;
use crate::output::file_failure;
use crate::settings;

/// The text of `diff --help` about exit codes.
pub(crate) const DIFF_EXIT_CODES: &str = "\
Exit codes:
  0  nothing is new or worse
  1  something is new or worse, and not suppressed
  2  wrong usage, or nothing could be read or written
  3  one of the two is incomplete, and nothing is new or worse";

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A JSON report of `audit`, or a source as of `audit`. Two sources tell the causes best.
    pub(crate) old: PathBuf,
    /// The same, later.
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// For sources: a configuration file whose suppressions count; its settings do not.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// For sources: a rule file or a folder of them, beside the built-in rules (repeatable).
    #[arg(long = "rules", value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

/// One of the two sides.
struct Side {
    name: String,
    report: EarlierReport,
    /// Of a report.
    file: Option<PathBuf>,
    /// Of a snapshot, until the causes are known.
    findings: Vec<Finding>,
    /// Of a snapshot, which can tell what was held.
    inputs: Option<Inputs>,
    is_incomplete: bool,
}

/// The result, in the order of the JSON.
#[derive(Serialize)]
struct Comparison<'d> {
    schema: &'static str,
    old: Named<'d>,
    new: Named<'d>,
    differences: &'d [Difference],
}

#[derive(Serialize)]
struct Named<'d> {
    name: &'d str,
    as_of: Timestamp,
}

pub(crate) fn run(asked: &Diff) -> Result<ExitCode, Failure> {
    let mut old = side(&asked.old, asked)?;
    let mut new = side(&asked.new, asked)?;
    remark_on_rows(
        &old.name,
        old.report.chosen_rows.as_deref(),
        new.report.chosen_rows.as_deref(),
    );
    let ids = differing(&old.report, &new.report);
    explain(&mut old, &ids)?;
    explain(&mut new, &ids)?;
    let mut found = differences(&old.report, &new.report, None);
    if let (Some(was), Some(is)) = (&old.inputs, &new.inputs)
        && !found.is_empty()
    {
        let accounts: BTreeSet<AccountId> = found.iter().map(|one| one.account).collect();
        let held = (holdings(was, &accounts), holdings(is, &accounts));
        found = differences(&old.report, &new.report, Some((&held.0, &held.1)));
    }
    output::write(&asked.destination, |out| match asked.destination.format {
        Format::Table => table(&old, &new, &found, out),
        Format::Csv => write_csv(&found, out),
        Format::Json => {
            let named = |side: &Side| side.report.as_of;
            let comparison = Comparison {
                schema: "leastwise-diff/1",
                old: Named {
                    name: &old.name,
                    as_of: named(&old),
                },
                new: Named {
                    name: &new.name,
                    as_of: named(&new),
                },
                differences: &found,
            };
            write_json_value(&comparison, out)?;
            writeln!(out)
        }
    })?;
    let alarms = |one: &Difference| !one.suppressed && matches!(one.change, DiffKind::New | DiffKind::Worse);
    Ok(if found.iter().any(alarms) {
        ExitCode::Found
    } else if old.is_incomplete || new.is_incomplete {
        ExitCode::Incomplete
    } else {
        ExitCode::Done
    })
}

/// Gets what the rows that differ rest on.
fn explain(side: &mut Side, ids: &BTreeSet<FindingId>) -> Result<(), Failure> {
    if ids.is_empty() {
        return Ok(());
    }
    match &side.file {
        Some(path) => side.report.read_evidence(path, ids)?,
        None => side.report.take_evidence(&std::mem::take(&mut side.findings), ids),
    }
    Ok(())
}

/// Reads a report, or audits a source.
fn side(path: &Path, asked: &Diff) -> Result<Side, Failure> {
    let name = path.display().to_string();
    if path.exists() && !path.is_file() && !path.is_dir() {
        return Err(Failure::Usage(format!(
            "{name}: a file or a directory is wanted, since it is read more than once"
        )));
    }
    if EarlierReport::is_at(path).map_err(|error| file_failure(path, error))? {
        let report = EarlierReport::open(path)?;
        return Ok(Side {
            name,
            is_incomplete: report.has_gaps,
            report,
            file: Some(path.to_path_buf()),
            findings: Vec::new(),
            inputs: None,
        });
    }
    let inputs = Inputs::open(&[path.to_path_buf()], &asked.reading)?;
    let mut reporting = Reporting::of_all_rows(asked.rules.clone());
    if let Some(path) = &asked.config {
        reporting.suppressions = settings::read(path)?.suppressions;
    }
    let audited = audited(
        &inputs,
        &rules(&asked.rules)?,
        &Weights::builtin()?,
        &reporting,
        None,
        &Needs::default(),
    )?;
    Ok(Side {
        name,
        report: EarlierReport::of(&audited.report),
        file: None,
        findings: audited.report.findings,
        inputs: Some(inputs),
        is_incomplete: audited.is_incomplete,
    })
}

fn table(old: &Side, new: &Side, found: &[Difference], out: &mut dyn Write) -> io::Result<()> {
    for (word, side) in [("old", old), ("new", new)] {
        writeln!(out, "{word}: {}, as of {}", visible(&side.name), side.report.as_of)?;
    }
    let count = |kind: DiffKind| found.iter().filter(|one| one.change == kind).count();
    let counts: Vec<String> = DiffKind::ALL
        .iter()
        .map(|&kind| format!("{} {}", count(kind), kind.word()))
        .collect();
    writeln!(out, "{}", counts.join(", "))?;
    if found.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let width = output::width().max(60);
    let call = (width * 2 / 5).clamp(30, 90);
    let column = |heading, width| Column {
        heading,
        width,
        is_number: false,
    };
    let columns = [
        column("Change", 14),
        column("Identity and call", call),
        column("Cause", width.saturating_sub(14 + call)),
    ];
    let rows = found.iter().map(|one| {
        let suppressed = if one.suppressed { "\nsuppressed" } else { "" };
        let causes: Vec<Cow<'_, str>> = one.causes.iter().map(|cause| visible(cause)).collect();
        vec![
            format!("{}{suppressed}", one.change.word()),
            format!("{}\n{}\n{}", visible(&one.principal), visible(&one.action), move_of(one)),
            causes.join("\n"),
        ]
    });
    write_grid(&columns, rows, out)
}

/// `conditional medium → allowed high`.
fn move_of(one: &Difference) -> String {
    let told = |standing: Option<Standing>| match standing {
        Some(standing) => match standing.severity.filter(|_| standing.verdict != Verdict::Denied) {
            Some(severity) => format!("{} {severity}", standing.verdict),
            None => standing.verdict.to_string(),
        },
        None => "no row".to_owned(),
    };
    format!("{} → {}", told(one.old), told(one.new))
}

const COLUMNS: [&str; 12] = [
    "change",
    "id",
    "rule",
    "account",
    "principal",
    "action",
    "old_verdict",
    "old_severity",
    "new_verdict",
    "new_severity",
    "suppressed",
    "causes",
];

fn write_csv(found: &[Difference], out: &mut dyn Write) -> io::Result<()> {
    let mut rows = WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .quote_style(QuoteStyle::Necessary)
        .from_writer(out);
    rows.write_record(COLUMNS).map_err(io_error)?;
    for one in found {
        let verdict = |standing: Option<Standing>| standing.map_or("", |standing| standing.verdict.word()).to_owned();
        let severity = |standing: Option<Standing>| {
            let severity = standing.and_then(|standing| standing.severity);
            severity.map_or("", Severity::word).to_owned()
        };
        let record = [
            one.change.word().to_owned(),
            one.id.to_string(),
            one.rule.to_string(),
            one.account.to_string(),
            one.principal.to_string(),
            one.action.to_string(),
            verdict(one.old),
            severity(one.old),
            verdict(one.new),
            severity(one.new),
            one.suppressed.to_string(),
            one.causes.join("; "),
        ];
        for field in record {
            rows.write_field(&*defused(field.into())).map_err(io_error)?;
        }
        rows.write_record(None::<&[u8]>).map_err(io_error)?;
    }
    rows.flush()
}
