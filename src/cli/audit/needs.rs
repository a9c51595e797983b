//! What the reports of a run need of the findings: a large organization has more than memory should hold.

use leastwise::report::CsvOptions;
use leastwise::report::HtmlOptions;
use leastwise::report::MarkdownOptions;
use leastwise::report::RowFormat;

use crate::audit::args::ReportFormat;
use crate::audit::args::Reporting;

/// What is kept of the findings until the reports are written.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// How many are listed at most, the most urgent first; none for all.
    pub(crate) listed: Option<usize>,
    /// The formats that list all, one by one, in the order of [`Reporting::wanted`].
    pub(crate) rows: Vec<RowFormat>,
}

impl Needs {
    /// Of the reports that are asked for.
    pub(crate) fn of(reporting: &Reporting) -> Self {
        let wanted = reporting.wanted();
        // Controls are assessed by their findings.
        if reporting.controls.is_some() {
            return Self::default();
        }
        let listed = wanted.iter().map(|report| listed(report.format, reporting));
        Self {
            listed: listed.collect::<Option<Vec<_>>>().and_then(|most| most.into_iter().max()),
            rows: wanted.iter().filter_map(|report| rows(report.format, reporting)).collect(),
        }
    }
}

/// The format as one whose rows are written account by account.
pub(crate) const fn rows(format: ReportFormat, reporting: &Reporting) -> Option<RowFormat> {
    match format {
        ReportFormat::Csv => Some(RowFormat::Csv(CsvOptions { raw: reporting.raw })),
        ReportFormat::Json => Some(RowFormat::Json),
        ReportFormat::Table
        | ReportFormat::Sarif
        | ReportFormat::Ocsf
        | ReportFormat::Asff
        | ReportFormat::Oscal
        | ReportFormat::Markdown
        | ReportFormat::Html => None,
    }
}

/// How many findings a format lists at most, beside those that it takes as rows; none for all.
fn listed(format: ReportFormat, reporting: &Reporting) -> Option<usize> {
    match format {
        ReportFormat::Csv | ReportFormat::Json => Some(0),
        ReportFormat::Table => (reporting.limit > 0).then_some(reporting.limit),
        ReportFormat::Markdown => Some(MarkdownOptions::default().findings),
        ReportFormat::Html => Some(HtmlOptions::default().rows),
        ReportFormat::Sarif | ReportFormat::Ocsf | ReportFormat::Asff | ReportFormat::Oscal => None,
    }
}
