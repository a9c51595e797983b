//! Runs the built command as a user does: a clean environment, a fixed width, the repository as working directory.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

/// The sample, as the shipped commands name it.
pub const SAMPLE: &str = "fixtures/estates/sample";
/// Its first account, as a bare file.
pub const BARE: &str = "fixtures/estates/sample/accounts/333344445555/account-authorization-details.json";

/// A run takes seconds; one that takes this long hangs.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a run gave.
pub struct Run {
    /// The exit code; a program that a signal ended has none.
    pub code: Option<i32>,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Run {
    /// The output, read as JSON.
    pub fn json(&self) -> Value {
        let value = serde_json::from_str(&self.out);
        assert!(value.is_ok(), "{}{}", self.out, self.err);
        value.unwrap()
    }

    /// The same, once it is known how the run ended.
    #[track_caller]
    pub fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }
}

/// Runs the command with these arguments.
pub fn leastwise<A: AsRef<OsStr>>(arguments: &[A]) -> Run {
    fed(arguments, b"")
}

/// Runs it with a standard input.
pub fn fed<A: AsRef<OsStr>>(arguments: &[A], input: &[u8]) -> Run {
    let started = Instant::now();
    let output = output_of(&mut command(arguments), input);
    let took = started.elapsed();
    assert!(took < PATIENCE, "took {took:?}");
    run_of(&output)
}

/// Runs any program with a standard input to its end.
pub fn output_of(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    // A run that does not read its input closes it.
    let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

/// Runs it on a terminal so wide that no cell is wrapped in the middle of what a test looks for.
pub fn wide<A: AsRef<OsStr>>(arguments: &[A]) -> Run {
    run_of(&command(arguments).env("COLUMNS", "500").output().unwrap())
}

/// The command itself, for a test that looks at how it is run.
pub fn command<A: AsRef<OsStr>>(arguments: &[A]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leastwise"));
    command
        .args(arguments)
        .env_clear()
        .env("COLUMNS", "100")
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

fn run_of(output: &Output) -> Run {
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout.clone()).unwrap(),
        err: String::from_utf8(output.stderr.clone()).unwrap(),
    }
}

/// The names in a directory, sorted.
pub fn names_in(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
