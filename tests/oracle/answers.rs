//! The questions with the SMT solver's answers, as `oracle.py` writes them.

use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::thread;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

const REQUIREMENTS: &str = include_str!("requirements.txt");

/// One question with its answer.
#[derive(Deserialize)]
pub struct Line {
    pub question: Asked,
    /// `sat`, `unsat`, `unknown` for a time-out, or why it is none.
    pub answer: String,
    /// The request that succeeds.
    pub model: Option<Requested>,
    /// Some requests of no design.
    pub requests: Vec<Requested>,
    /// The question as it was written.
    #[serde(skip)]
    pub text: String,
}

/// A question: whether the identity can make any request of the action.
#[derive(Deserialize, Serialize)]
pub struct Asked {
    pub number: usize,
    pub action: String,
    pub is_role: bool,
    pub name: String,
    pub tags: BTreeMap<String, String>,
    pub identity: Vec<Value>,
    pub boundary: Option<Value>,
    pub scps: Vec<Vec<Value>>,
}

/// A request.
#[derive(Deserialize, Serialize)]
pub struct Requested {
    pub resource: String,
    pub region: String,
    /// `key`, `token`, `mfa` or `role`.
    pub credentials: String,
    /// The time of the call, in seconds.
    pub now: i64,
    pub tags: BTreeMap<String, String>,
    /// All keys that the identity and the resource do not fix.
    pub keys: BTreeMap<String, Value>,
}

/// The answers to the first questions of a seed; an error where Python or the solver are not to be had.
pub fn lines(seed: &str, count: usize, flaws: &[&str]) -> Result<Vec<Line>, String> {
    let python = python()?;
    let half = count / 2;
    let output = thread::scope(|scope| {
        let parts = [(0, half), (half, count)].map(|(from, to)| {
            let python = &python;
            scope.spawn(move || part(python, seed, from, to, flaws))
        });
        parts.map(|part| part.join().unwrap()).concat()
    });
    let line = |text: &str| {
        let mut line: Line = serde_json::from_str(text).unwrap();
        line.text = serde_json::to_string(&line.question).unwrap();
        line
    };
    Ok(output.lines().map(line).collect())
}

fn part(python: &Path, seed: &str, from: usize, to: usize, flaws: &[&str]) -> String {
    let output = Command::new(python)
        .arg("-B")
        .arg(folder().join("oracle.py"))
        .args([seed, &from.to_string(), &to.to_string()])
        .args(flaws)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

/// The interpreter of a virtual environment with the solver, made at the first use; another test waits meanwhile.
fn python() -> Result<PathBuf, String> {
    let folder_of_environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join("oracle");
    fs::create_dir_all(&folder_of_environment).unwrap();
    let lock = File::create(folder_of_environment.join("lock")).unwrap();
    lock.lock().unwrap();
    let environment = folder_of_environment.join("venv");
    let python = environment.join("bin/python");
    let installed = folder_of_environment.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(python);
    }
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
    run(Command::new(&python)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"])
        .arg(folder().join("requirements.txt")))?;
    fs::write(installed, REQUIREMENTS).unwrap();
    Ok(python)
}

fn run(command: &mut Command) -> Result<(), String> {
    let what = "the comparison with an SMT solver needs python3 (3.10 or newer, with venv and pip) and a package index, once";
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!(
            "{what}; {command:?} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        )),
        Err(error) => Err(format!("{what}; {command:?}: {error}")),
    }
}
