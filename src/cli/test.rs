//! `test`: policy tests in the format iamcase/1.

use std::io;
use std::io::Read as _;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use clap::Args;
use leastwise::cases::Case;
use leastwise::cases::CaseResult;
use leastwise::cases::run_case;
use leastwise::cases::unknown_members;
use leastwise::report::visible;
use serde::Serialize;

use crate::args::Destination;
use crate::args::Format;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Files with one case a line, or - for standard input.
    #[arg(required = true, value_name = "CASES")]
    pub(crate) cases: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

/// One line of `--format json`.
#[derive(Debug, Serialize)]
struct Line<'r> {
    id: &'r str,
    expected: Option<&'r str>,
    actual: String,
    reason: &'r str,
}

/// What a case file gave: results, and lines that are no cases.
#[derive(Default)]
struct Run {
    results: Vec<(String, CaseResult)>,
    broken: Vec<String>,
    remarks: Vec<String>,
}

pub(crate) fn run(test: &Test) -> Result<ExitCode, Failure> {
    output::no_csv(&test.destination, "test")?;
    let mut run = Run::default();
    for path in &test.cases {
        read(path, &mut run)?;
    }
    let failing = run.results.iter().filter(|(_, result)| !result.holds).count();
    output::write(&test.destination, |out| match test.destination.format {
        Format::Json => json(&run, out),
        Format::Table | Format::Csv => text(&run, failing, out),
    })?;
    let silent = run.results.iter().filter(|(_, result)| result.expected.is_none()).count();
    if silent > 0 {
        run.remarks
            .push(format!("cases without an expectation, which cannot fail: {silent}"));
    }
    for line in run.remarks.iter().chain(&run.broken) {
        output::remark(line);
    }
    Ok(match (run.broken.is_empty(), failing) {
        (false, _) => ExitCode::Failed,
        (true, 0) => ExitCode::Done,
        (true, _) => ExitCode::Found,
    })
}

fn read(path: &Path, run: &mut Run) -> Result<(), Failure> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        io::stdin().lock().read_to_string(&mut text).map_err(|error| Failure::File {
            path: "standard input".into(),
            error,
        })?;
        text
    } else {
        std::fs::read_to_string(path).map_err(|error| output::file_failure(path, error))?
    };
    let name = if path == Path::new("-") {
        "standard input".into()
    } else {
        path.to_string_lossy()
    };
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let place = format!("{name}:{}", index + 1);
        for member in unknown_members(line) {
            run.remarks
                .push(format!("{place}: the format has no member `{member}`; it is without effect"));
        }
        match Case::parse(line).and_then(|case| run_case(&case)) {
            Ok(result) => run.results.push((place, result)),
            Err(error) => run.broken.push(format!("{place}: {error}")),
        }
    }
    Ok(())
}

fn json(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    for (_, result) in &run.results {
        let line = Line {
            id: &result.id,
            expected: result.expected.as_deref(),
            actual: result.actual.to_string(),
            reason: &result.reason,
        };
        serde_json::to_writer(&mut *out, &line)?;
        writeln!(out)?;
    }
    Ok(())
}

fn text(run: &Run, failing: usize, out: &mut dyn Write) -> io::Result<()> {
    for (place, result) in run.results.iter().filter(|(_, result)| !result.holds) {
        let expected = result.expected.as_deref().unwrap_or_default();
        writeln!(out, "FAIL {} ({})", visible(&result.id), visible(place))?;
        writeln!(
            out,
            "  expected {}, got {}: {}",
            visible(expected),
            result.actual,
            visible(&result.reason)
        )?;
    }
    let cases = run.results.len();
    writeln!(out, "{} passed, {failing} failed", cases - failing)
}
