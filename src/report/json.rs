//! The report as JSON, `docs/report.schema.json`: one finding a line, written one by one.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::finding::Finding;
use crate::finding::Report;
use crate::report::is_hidden;
use crate::report::visible::is_plain_ascii;

/// The name and version of the format, the first member of the document.
pub const SCHEMA: &str = "leastwise-report/1";

#[derive(Serialize)]
struct Ranked<'a> {
    rank: usize,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// Writes the report. Equal reports give equal bytes.
///
/// # Errors
/// What the writer says.
pub fn write_json(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(b"{\"schema\":")?;
    value(out, &SCHEMA)?;
    out.write_all(b",\n\"facts\":")?;
    value(out, &report.facts)?;
    let ranked = report.findings.iter().enumerate().map(|(index, finding)| Ranked {
        rank: index + 1,
        finding,
    });
    list(out, "findings", ranked)?;
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
