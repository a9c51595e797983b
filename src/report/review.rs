//! The reviewer's sheet: one finding a row, with empty columns for what a person decides about it.

use std::io;

use csv::QuoteStyle;

use crate::finding::Report;
use crate::report::columns::COLUMNS;
use crate::report::columns::RANK;
use crate::report::csv::defused;
use crate::report::csv::io_error;
use crate::report::csv::writer;

/// What the sheet says of a finding: columns of the CSV report, in this order.
const TOLD: [&str; 13] = [
    "id",
    "rank",
    "severity",
    "verdict",
    "account",
    "account_name",
    "ou_path",
    "principal",
    "principal_kind",
    "rule",
    "action",
    "conditions",
    "unknowns",
];

/// What the reviewer fills in.
const ASKED: [&str; 7] = [
    "reviewer",
    "reviewer_role",
    "decision",
    "date",
    "reason",
    "ticket",
    "exception_expires",
];

/// Writes the sheet (RFC 4180), header first.
///
/// # Errors
/// What the writer says.
pub fn write_review(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let told: Vec<_> = TOLD
        .iter()
        .map(|name| (*name, COLUMNS.iter().find(|(known, _)| known == name)))
        .filter(|(name, column)| column.is_some() || *name == RANK)
        .collect();
    let mut header = writer(QuoteStyle::Necessary, &mut *out);
    let names = told.iter().map(|(name, _)| *name).chain(ASKED);
    header.write_record(names).map_err(io_error)?;
    header.flush()?;
    drop(header);
    let mut rows = writer(QuoteStyle::NonNumeric, out);
    for (index, finding) in report.findings.iter().enumerate() {
        for (_, column) in &told {
            let value = column.map_or_else(|| (index + 1).to_string().into(), |(_, value)| value(finding));
            rows.write_field(&*defused(value)).map_err(io_error)?;
        }
        for _ in ASKED {
            rows.write_field("").map_err(io_error)?;
        }
        rows.write_record(None::<&[u8]>).map_err(io_error)?;
    }
    rows.flush()
}
