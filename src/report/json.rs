//! The report as JSON, `docs/report.schema.json`: one finding a line, written one by one.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

#[cfg(feature = "cli")]
use crate::finding::Finding;
use crate::finding::Report;
use crate::report::is_hidden;
use crate::report::visible::is_plain_ascii;

/// The name and version of the format, the first member of the document.
pub const SCHEMA: &str = "leastwise-report/1";

/// Writes the report. Equal reports give equal bytes.
///
/// # Errors
/// What the writer says.
pub fn write_json(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    write_head(report, out)?;
    let mut text = Vec::new();
    for (index, finding) in report.findings.iter().enumerate() {
        text.clear();
        value(&mut text, finding)?;
        write_row(index + 1, &text, out)?;
    }
    write_tail(report, out)
}

/// What comes before the findings.
pub(super) fn write_head(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(b"{\"schema\":")?;
    value(out, &SCHEMA)?;
    out.write_all(b",\n\"facts\":")?;
    value(out, &report.facts)?;
    out.write_all(b",\n\"findings\":[")
}

/// Findings as objects, and where each ends.
#[cfg(feature = "cli")]
pub(super) fn rows(findings: &[Finding]) -> io::Result<(Vec<u8>, Vec<usize>)> {
    let mut bytes = Vec::new();
    let mut ends = Vec::with_capacity(findings.len());
    for finding in findings {
        value(&mut bytes, finding)?;
        ends.push(bytes.len());
    }
    Ok((bytes, ends))
}

/// A finding that is written already, as an object, with its position in the report, from 1.
pub(super) fn write_row(rank: usize, finding: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
    let separator = if rank == 1 { "" } else { "," };
    write!(out, "{separator}\n{{\"rank\":{rank},")?;
    out.write_all(finding.strip_prefix(b"{").unwrap_or(finding))
}

/// What comes after the findings.
pub(super) fn write_tail(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(b"]")?;
    list(out, "expired_suppressions", report.expired_suppressions.iter())?;
    list(out, "unmatched_suppressions", report.unmatched_suppressions.iter())?;
    out.write_all(b",\n\"baseline\":")?;
    value(out, &report.baseline)?;
    list(out, "unjoined", report.unjoined.iter())?;
    list(out, "remarks", report.remarks.iter())?;
    list(out, "gaps", report.gaps.iter())?;
    out.write_all(b"}\n")
}

/// Writes one value on one line, with hidden characters as escapes.
///
/// # Errors
/// What the writer says.
pub fn write_json_value<T: Serialize>(told: &T, out: &mut dyn io::Write) -> io::Result<()> {
    value(out, told)
}

/// A comma and a member that is a list, an item a line.
pub(super) fn list<T: Serialize>(out: &mut dyn io::Write, name: &str, items: impl Iterator<Item = T>) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    let mut separator = "\n";
    for item in items {
        out.write_all(separator.as_bytes())?;
        value(out, &item)?;
        separator = ",\n";
    }
    out.write_all(b"]")
}

/// One value, compact, hidden characters as escapes.
pub(super) fn value<T: Serialize>(out: &mut dyn io::Write, value: &T) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(out, Plain))
        .map_err(io::Error::from)
}

/// Compact JSON in which hidden characters are `\u` escapes, so that showing the text does no harm.
struct Plain;

impl Formatter for Plain {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if is_plain_ascii(fragment) || !fragment.contains(is_hidden) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        let mut bytes = [0; 4];
        for c in fragment.chars() {
            if is_hidden(c) {
                for unit in c.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                writer.write_all(c.encode_utf8(&mut bytes).as_bytes())?;
            }
        }
        Ok(())
    }
}
