//! The report as CSV (RFC 4180), `docs/csv.md`: one finding a row.

use std::borrow::Cow;
use std::io;

use csv::QuoteStyle;
use csv::Terminator;
use csv::Writer;
use csv::WriterBuilder;

use crate::finding::Finding;
use crate::finding::Report;
use crate::report::RowFormat;
use crate::report::columns::COLUMNS;
use crate::report::columns::column_names;
use crate::report::is_hidden;
use crate::report::rows::write_listed;
use crate::report::visible::escape;

/// About how many bytes a row takes.
const ROW: usize = 1_280;

/// How the CSV is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CsvOptions {
    /// Values exactly as they are, for machines: no apostrophe before a formula, no escapes.
    pub raw: bool,
}

/// Writes the report, header first.
///
/// # Errors
/// What the writer says.
pub fn write_csv(report: &Report, options: CsvOptions, out: &mut dyn io::Write) -> io::Result<()> {
    write_listed(RowFormat::Csv(options), report, out)
}

/// Writes the names of the columns.
pub(super) fn write_head(out: &mut dyn io::Write) -> io::Result<()> {
    let mut header = writer(QuoteStyle::Necessary, out);
    header.write_record(column_names()).map_err(io_error)?;
    header.flush()
}

/// The rest of a row after its position in the report.
pub(super) fn write_row(rank: usize, row: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "{rank},")?;
    out.write_all(row)
}

/// The rows of findings from the second column on, and where each ends.
pub(super) fn rows(findings: &[Finding], options: CsvOptions) -> io::Result<(Vec<u8>, Vec<usize>)> {
    // Text is quoted always, so that the apostrophe of a defused formula stays part of its text.
    let quotes = if options.raw {
        QuoteStyle::Necessary
    } else {
        QuoteStyle::NonNumeric
    };
    let mut rows = writer(quotes, Vec::with_capacity(findings.len().saturating_mul(ROW)));
    let mut ends = Vec::with_capacity(findings.len());
    for finding in findings {
        for (_, value) in COLUMNS {
            let value = value(finding);
            let field = if options.raw { value } else { defused(value) };
            rows.write_field(&*field).map_err(io_error)?;
        }
        rows.write_record(None::<&[u8]>).map_err(io_error)?;
        rows.flush()?;
        ends.push(rows.get_ref().len());
    }
    let bytes = rows.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok((bytes, ends))
}

/// What the writer said, with its kind: a closed pipe must be told from a full disk.
#[must_use]
pub fn io_error(error: csv::Error) -> io::Error {
    let message = error.to_string();
    if let csv::ErrorKind::Io(error) = error.into_kind() {
        error
    } else {
        io::Error::other(message)
    }
}

pub(super) fn writer<W: io::Write>(quotes: QuoteStyle, out: W) -> Writer<W> {
    WriterBuilder::new()
        .terminator(Terminator::CRLF)
        .quote_style(quotes)
        .from_writer(out)
}

/// A value that a spreadsheet takes for text and a terminal shows as it is.
#[must_use]
pub fn defused(value: Cow<'_, str>) -> Cow<'_, str> {
    let is_formula = value.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let shown = match escape(&value, |c| is_hidden(c) && !matches!(c, '\n' | '\r' | '\t')) {
        Cow::Borrowed(_) => value,
        Cow::Owned(escaped) => Cow::Owned(escaped),
    };
    if is_formula { Cow::Owned(format!("'{shown}")) } else { shown }
}
