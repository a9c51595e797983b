//! What the lists of answers have in common: `who-can` and `what-can`.

use std::io;
use std::io::Write;
use std::sync::Arc;

use leastwise::report::io_error;
use leastwise::report::visible;
use leastwise::solve::Verdict;
use serde::Serialize;

/// The answers as one JSON document.
pub(crate) fn json<R: Serialize>(rows: &[R], out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Answers<'r, R> {
        answers: &'r [R],
    }
    serde_json::to_writer_pretty(&mut *out, &Answers { answers: rows })?;
    writeln!(out)
}

/// The answers as CSV, a line each.
pub(crate) fn csv<const N: usize>(
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(columns).map_err(io_error)?;
    for row in rows {
        writer.write_record(row).map_err(io_error)?;
    }
    writer.flush()
}

/// What must hold and what is not known, as lines of a table's cell.
pub(crate) fn said(verdict: &str, conditions: &[Arc<str>], unknowns: &[Arc<str>]) -> Vec<String> {
    let prefix = if verdict == Verdict::Allowed.as_str() {
        "the holder chooses: "
    } else {
        "condition: "
    };
    let conditions = conditions.iter().map(|words| format!("{prefix}{}", visible(words)));
    let unknowns = unknowns.iter().map(|words| format!("not known: {}", visible(words)));
    conditions.chain(unknowns).collect()
}
