//! The report as CSV (RFC 4180), `docs/csv.md`: one finding a row.

use std::borrow::Cow;
use std::io;

use csv::QuoteStyle;
use csv::Terminator;
use csv::Writer;
use csv::WriterBuilder;

use crate::finding::Report;
use crate::report::columns::COLUMNS;
use crate::report::columns::Row;
use crate::report::is_hidden;
use crate::report::visible::escape;

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
    // Text is quoted always, so that the apostrophe of a defused formula stays part of its text.
    let quotes = if options.raw {
        QuoteStyle::Necessary
    } else {
        QuoteStyle::NonNumeric
    };
    let mut header = writer(QuoteStyle::Necessary, &mut *out);
    header.write_record(COLUMNS.iter().map(|(name, _)| name)).map_err(io_error)?;
    header.flush()?;
    drop(header);
    let mut rows = writer(quotes, out);
    for (index, finding) in report.findings.iter().enumerate() {
        let row = Row {
            rank: index + 1,
            finding,
        };
        for (_, value) in COLUMNS {
            let value = value(&row);
            let field = if options.raw { value } else { defused(value) };
            rows.write_field(&*field).map_err(io_error)?;
        }
        rows.write_record(None::<&[u8]>).map_err(io_error)?;
    }
    rows.flush()
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
