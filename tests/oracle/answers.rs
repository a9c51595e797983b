//! The questions with the SMT solver's answers, as `oracle.py` writes them.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;
use std::thread;

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::python::environment;

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

fn python() -> Result<PathBuf, String> {
    environment(
        "oracle",
        &folder().join("requirements.txt"),
        "the comparisons with an SMT solver",
    )
}
