//! The one place that prints.

use std::io;
use std::io::IsTerminal as _;
use std::io::Write;
use std::path::Path;

use clap::CommandFactory as _;
use leastwise::report::visible;
use leastwise::snapshot::write_atomically;

use crate::args::Arguments;
use crate::args::Destination;
use crate::args::Format;
use crate::exit::ExitCode;
use crate::exit::Failure;

/// Prints a usage error, or the help that was asked for.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::Failed
    } else {
        ExitCode::Done
    }
}

/// Prints why the run failed. A reader that closed the pipe has what it wanted.
pub(crate) fn failure(failure: &Failure) -> ExitCode {
    if failure.is_broken_pipe() {
        return ExitCode::Done;
    }
    if let Failure::Config(mistakes) = failure {
        mistakes.lines().for_each(remark);
    } else {
        remark(&failure.to_string());
    }
    ExitCode::Failed
}

/// A remark on standard error. When nobody reads that, there is nobody to tell.
pub(crate) fn remark(text: &str) {
    let _ = writeln!(io::stderr(), "leastwise: {}", visible(text));
}

/// Says on standard error that something could not be read; `audit` lists it.
pub(crate) fn completeness(gaps: usize) -> ExitCode {
    match gaps {
        0 => return ExitCode::Done,
        1 => remark("1 gap: something could not be read; `leastwise audit` lists it"),
        _ => remark(&format!(
            "{gaps} gaps: something could not be read; `leastwise audit` lists them"
        )),
    }
    ExitCode::Incomplete
}

/// Refuses CSV where a result has no rows.
pub(crate) fn no_csv(destination: &Destination, what: &str) -> Result<(), Failure> {
    match destination.format {
        Format::Csv => Err(Failure::Usage(format!(
            "`{what}` writes no CSV; say --format table or --format json"
        ))),
        Format::Table | Format::Json => Ok(()),
    }
}

/// A line of progress that the next one overwrites.
pub(crate) fn progress(text: &str) {
    let mut out = io::stderr();
    let _ = write!(out, "\r\x1b[2K{text}");
    let _ = out.flush();
}

/// Whether progress would be seen.
pub(crate) fn shows_progress() -> bool {
    io::stderr().is_terminal()
}

/// Writes the result where it is wanted: a file whole or not at all, else standard output.
pub(crate) fn write(destination: &Destination, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    write_to(destination.output.as_deref(), write)
}

/// Writes to a file, whole or not at all, or without one to standard output.
pub(crate) fn write_to(path: Option<&Path>, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    match path {
        Some(path) => write_atomically(path, write).map_err(|error| file_failure(path, error)),
        None => to_stdout(write),
    }
}

/// Writes to standard output.
pub(crate) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(Failure::Output)
}

/// Prints lines to standard output.
pub(crate) fn lines(text: &str) -> Result<(), Failure> {
    to_stdout(|out| out.write_all(text.as_bytes()))
}

/// The width to write tables for: the terminal's, or what `COLUMNS` says, or 100.
pub(crate) fn width() -> u16 {
    let told = std::env::var_os("COLUMNS").and_then(|text| text.to_str()?.parse().ok());
    told.or_else(terminal_width).unwrap_or(100)
}

fn terminal_width() -> Option<u16> {
    if !io::stdout().is_terminal() {
        return None;
    }
    comfy_table::Table::new().width()
}

/// Prints a completion script.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "leastwise", &mut script);
    to_stdout(|out| out.write_all(&script))?;
    Ok(ExitCode::Done)
}

pub(crate) fn file_failure(path: &Path, error: io::Error) -> Failure {
    Failure::File {
        path: path.display().to_string(),
        error,
    }
}
