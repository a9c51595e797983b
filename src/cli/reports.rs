//! Writes the reports of one run, each in its format to its place.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::ValueEnum as _;
use clap::builder::PossibleValue;
use leastwise::controls::Assessment;
use leastwise::controls::Framework;
use leastwise::controls::assess;
use leastwise::finding::Report;
use leastwise::report::AsffOptions;
use leastwise::report::CsvOptions;
use leastwise::report::HtmlOptions;
use leastwise::report::MarkdownOptions;
use leastwise::report::RowSorter;
use leastwise::report::TableOptions;
use leastwise::report::write_asff;
use leastwise::report::write_controls_csv;
use leastwise::report::write_controls_json;
use leastwise::report::write_controls_table;
use leastwise::report::write_csv;
use leastwise::report::write_html;
use leastwise::report::write_json;
use leastwise::report::write_markdown;
use leastwise::report::write_ocsf;
use leastwise::report::write_oscal;
use leastwise::report::write_sarif;
use leastwise::report::write_table;

use crate::audit::args::ReportFile;
use crate::audit::args::ReportFormat;
use crate::audit::args::Reporting;
use crate::audit::rows;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;

/// Refuses to write two reports to one file; asked before the audit, which may take long.
pub(crate) fn check(reporting: &Reporting) -> Result<(), Failure> {
    let wanted = reporting.wanted();
    if let Some(name) = &reporting.controls {
        Framework::find(name)?;
        let lacks_controls = |report: &&ReportFile| !CONTROLS_FORMATS.contains(&report.format);
        if let Some(other) = wanted.iter().find(lacks_controls) {
            let word = other.format.to_possible_value();
            let word = word.as_ref().map_or("", PossibleValue::get_name);
            return Err(Failure::Usage(format!(
                "--controls writes table, csv, json, ocsf and oscal; {word} has no such form"
            )));
        }
    }
    let mut seen = BTreeSet::new();
    let mut paths = wanted.iter().filter_map(|report| report.path.as_deref());
    match paths.find(|path| !seen.insert(resolved(path))) {
        Some(twice) => Err(Failure::Usage(format!(
            "two reports are to be written to {}",
            twice.display()
        ))),
        None => Ok(()),
    }
}

/// The file that a path leads to, be it there or not.
fn resolved(path: &Path) -> PathBuf {
    let absolute = || {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = fs::canonicalize(parent.unwrap_or_else(|| Path::new("."))).ok()?;
        Some(parent.join(path.file_name()?))
    };
    fs::canonicalize(path)
        .ok()
        .or_else(absolute)
        .unwrap_or_else(|| path.to_owned())
}

/// Writes every report that is asked for. One that fails is told on standard error and loses no other; whether all were
/// written. A single report that fails is the run's failure.
///
/// `sorters` has the rows of the formats that take them so, in the order of [`Reporting::wanted`].
pub(crate) fn write(report: &Report, sorters: Vec<RowSorter>, reporting: &Reporting) -> Result<bool, Failure> {
    let wanted = reporting.wanted();
    let framework = reporting.controls.as_deref().map(Framework::find).transpose()?;
    let is_chosen = report.facts.chosen_rows.is_some();
    let assessment = framework.map(|framework| assess(&framework, report, is_chosen));
    let is_alone = wanted.len() == 1;
    let mut sorters = sorters.into_iter();
    let mut is_written = true;
    for file in wanted {
        let path = file.path.as_deref();
        let sorter = rows(file.format, reporting).and_then(|_| sorters.next());
        let write = |out: &mut dyn Write| match (&assessment, sorter) {
            (Some(assessment), _) => render_controls(assessment, report, file.format, reporting, out),
            (None, Some(sorter)) => sorter.write(report, out),
            (None, None) => render(report, file.format, reporting, output::width(), out),
        };
        match output::write_to(path, write) {
            Ok(()) => {}
            // Who has read enough of it changes nothing of how the run ended.
            Err(failure) if is_alone && !failure.is_broken_pipe() => return Err(failure),
            Err(failure) => is_written &= output::failure(&failure) == ExitCode::Done,
        }
    }
    Ok(is_written)
}

/// The formats that --controls has.
const CONTROLS_FORMATS: [ReportFormat; 5] = [
    ReportFormat::Table,
    ReportFormat::Csv,
    ReportFormat::Json,
    ReportFormat::Ocsf,
    ReportFormat::Oscal,
];

fn render_controls(
    assessment: &Assessment,
    report: &Report,
    format: ReportFormat,
    reporting: &Reporting,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ReportFormat::Csv => write_controls_csv(assessment, report, CsvOptions { raw: reporting.raw }, out),
        ReportFormat::Json => write_controls_json(assessment, report, out),
        // These hold the findings, and the controls after them.
        ReportFormat::Ocsf => write_ocsf(report, Some(assessment), out),
        ReportFormat::Oscal => write_oscal(report, Some(assessment), out),
        // Other formats are refused before the audit.
        ReportFormat::Table | ReportFormat::Sarif | ReportFormat::Asff | ReportFormat::Markdown | ReportFormat::Html => {
            write_controls_table(assessment, report, output::width(), out)
        }
    }
}

/// Writes one report; a table is as wide as `width` says.
pub(crate) fn render(
    report: &Report,
    format: ReportFormat,
    reporting: &Reporting,
    width: u16,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        ReportFormat::Table => {
            let limit = (reporting.limit > 0).then_some(reporting.limit);
            write_table(report, TableOptions { width, limit }, out)
        }
        ReportFormat::Csv => write_csv(report, CsvOptions { raw: reporting.raw }, out),
        ReportFormat::Json => write_json(report, out),
        ReportFormat::Sarif => write_sarif(report, out),
        ReportFormat::Ocsf => write_ocsf(report, None, out),
        ReportFormat::Asff => {
            let region = reporting.asff_region.as_deref();
            write_asff(report, AsffOptions { region }, out)
        }
        ReportFormat::Oscal => write_oscal(report, None, out),
        ReportFormat::Markdown => write_markdown(report, MarkdownOptions::default(), out),
        ReportFormat::Html => write_html(report, HtmlOptions::default(), out),
    }
}

/// Whether the format lists what stands beside the rows: remarks about policies, Access Analyzer findings that join no row.
pub(crate) const fn shows_lists(format: ReportFormat) -> bool {
    match format {
        ReportFormat::Table | ReportFormat::Json | ReportFormat::Html => true,
        ReportFormat::Csv
        | ReportFormat::Sarif
        | ReportFormat::Ocsf
        | ReportFormat::Asff
        | ReportFormat::Oscal
        | ReportFormat::Markdown => false,
    }
}

/// Whether the format shows the texts of the statements that decide.
pub(crate) const fn quotes_policies(format: ReportFormat) -> bool {
    match format {
        ReportFormat::Html => true,
        ReportFormat::Table
        | ReportFormat::Csv
        | ReportFormat::Json
        | ReportFormat::Sarif
        | ReportFormat::Ocsf
        | ReportFormat::Asff
        | ReportFormat::Oscal
        | ReportFormat::Markdown => false,
    }
}

/// Whether the format shows witnesses, weakest conditions and blockers.
pub(crate) const fn shows_details(format: ReportFormat) -> bool {
    match format {
        ReportFormat::Json | ReportFormat::Html => true,
        ReportFormat::Table
        | ReportFormat::Csv
        | ReportFormat::Sarif
        | ReportFormat::Ocsf
        | ReportFormat::Asff
        | ReportFormat::Oscal
        | ReportFormat::Markdown => false,
    }
}
