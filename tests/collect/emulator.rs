//! Starts and stops the emulator: a pinned moto in a virtual environment of its own, on a free port of the loopback.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::path::PathBuf;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::Value;

use crate::python::environment;

/// A running emulator with one account in it. It ends with this process, since its standard input ends then.
pub struct Emulator {
    process: Child,
    port: u16,
    /// What it was filled with.
    pub seed: Seed,
}

/// What the seeding printed.
#[derive(Deserialize)]
pub struct Seed {
    /// Access keys with their secrets, by user.
    pub keys: BTreeMap<String, (String, String)>,
    /// The account's details as botocore reads them.
    pub details: Value,
}

impl Emulator {
    /// One that permits everything, for all tests together.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Emulator> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    /// One that checks signatures and policies.
    pub fn enforcing() -> Self {
        let emulator = Self::start();
        emulator.enforce();
        emulator
    }

    /// From now on signatures and policies are checked.
    pub fn enforce(&self) {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let request = "POST /moto-api/reset-auth HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1\r\nConnection: close\r\n\r\n0";
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }

    /// One whose account manages a small organization; with the ids of its accounts and units by name.
    pub fn organization() -> (Self, Value) {
        let emulator = Self::start();
        let ids = run("small_organization.py", &[&emulator.endpoint()]);
        (emulator, ids)
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// One for a single test, that permits everything.
    pub fn start() -> Self {
        Self::with_pages(4)
    }

    /// One whose pages of an account's details hold at most so many elements.
    pub fn with_pages(size: usize) -> Self {
        let python = python();
        let mut process = Command::new(&python)
            .arg(script("server.py"))
            .env("PAGE_SIZE", size.to_string())
            .env("PYTHONDONTWRITEBYTECODE", "1") // it imports from this folder
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line
            .trim()
            .parse()
            .unwrap_or_else(|_| panic!("the emulator did not start: it printed `{line}`"));
        let seed = seed(&python, port);
        Self { process, port, seed }
    }

    /// Where it listens on the loopback.
    pub fn port(&self) -> u16 {
        self.port
    }
}

/// Runs a script of this folder, and reads the JSON that it prints.
pub fn run(name: &str, arguments: &[&str]) -> Value {
    let output = Command::new(python())
        .arg(script(name))
        .args(arguments)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs a script of this folder that checks something, and fails with what it printed.
pub fn check(name: &str, arguments: &[&str]) {
    let output = Command::new(python())
        .arg(script(name))
        .args(arguments)
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn seed(python: &Path, port: u16) -> Seed {
    let output = Command::new(python)
        .arg(script("seed.py"))
        .arg(format!("http://127.0.0.1:{port}"))
        .arg(policy_file())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The policy that the documentation tells people to give to the collector.
pub fn policy_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/collector-policy.json")
}

/// A file of this folder.
pub fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/collect").join(name)
}

/// The interpreter of the environment that has moto.
pub fn python() -> PathBuf {
    let found = environment("emulator", &script("requirements.txt"), "the tests of `collect`");
    found.unwrap_or_else(|why| panic!("{why}"))
}
