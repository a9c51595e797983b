//! `manifest.json`: when, from which calls, and what each that failed leaves open.

use std::io;
use std::io::Write;

use serde::Serialize;

use crate::snapshot::Gap;
use crate::snapshot::GapScope;
use crate::snapshot::SCHEMA;

#[derive(Serialize)]
struct Written<'a> {
    schema: &'static str,
    collected_at: String,
    sources: &'a [&'static str],
    gaps: Vec<WrittenGap<'a>>,
}

#[derive(Serialize)]
struct WrittenGap<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    subject: &'a str,
    detail: &'a str,
}

/// Writes the manifest; `sources` are the calls that were answered.
pub(super) fn write(
    collected_at: jiff::Timestamp,
    sources: &[&'static str],
    gaps: &[Gap],
    out: &mut dyn Write,
) -> io::Result<()> {
    let manifest = Written {
        schema: SCHEMA,
        collected_at: collected_at.to_string(),
        sources,
        gaps: gaps.iter().map(written).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &manifest)?;
    out.write_all(b"\n")
}

fn written(gap: &Gap) -> WrittenGap<'_> {
    let account = match gap.scope {
        GapScope::Account(account) => Some(account.to_string()),
        GapScope::Snapshot | GapScope::Organization => None,
    };
    WrittenGap {
        account,
        subject: &gap.subject,
        detail: &gap.detail,
    }
}
