//! Answers of AWS recorded once, and given again by a server that has nothing else.

use std::io::BufRead as _;
use std::io::BufReader;
use std::io::Read as _;
use std::io::Write as _;
use std::net::TcpStream;
use std::process::Child;
use std::process::Command;
use std::process::Stdio;

use serde_json::Value;

use super::Desk;
use super::SECRET;
use super::code;
use super::contents;
use super::emulator::Emulator;
use super::emulator::python;
use super::emulator::script;
use super::errors;

/// `replay.py` at work.
pub struct Recorder {
    process: Child,
    port: u16,
}

impl Recorder {
    /// Starts it; `replay.py` says with which arguments.
    pub fn start(arguments: &[&str]) -> Self {
        let mut process = Command::new(python())
            .arg(script("replay.py"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap();
        Self { process, port }
    }

    /// Where it listens.
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it saw since the last time; from now on it answers by itself.
    pub fn seen(&self) -> Value {
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        connection.write_all(b"GET /replay HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        connection.shutdown(std::net::Shutdown::Write).unwrap();
        let mut answer = String::new();
        connection.read_to_string(&mut answer).unwrap();
        serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn recorded_answers_give_the_same_snapshot_again_and_a_missing_one_is_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("answers.jsonl");
    let file = file.to_str().unwrap();
    let collect = |recorder: &Recorder, expected: i32| {
        let desk = Desk::at(&recorder.endpoint(), "testing", SECRET);
        let done = desk.collect(&["--regions", "us-east-1"]);
        assert_eq!(code(&done), expected, "{}", errors(&done));
        desk
    };
    let recorded = {
        let port = Emulator::shared().port().to_string();
        let recorder = Recorder::start(&[&port, "0", file]);
        let desk = collect(&recorder, 0);
        recorder.seen();
        contents(&desk)
    };
    let again = collect(&Recorder::start(&[file]), 0);
    assert_eq!(contents(&again), recorded);
    let text = std::fs::read_to_string(file).unwrap();
    assert!(!text.contains(SECRET));

    let without = |line: &&str| !line.contains("Action=GetAccountSummary");
    let fewer: Vec<&str> = text.lines().filter(without).collect();
    assert_eq!(fewer.len() + 1, text.lines().count());
    std::fs::write(file, fewer.join("\n")).unwrap();
    let less = collect(&Recorder::start(&[file]), 3);
    let gaps = super::gaps(&less);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(gaps[0]["subject"], "iam:GetAccountSummary");
}
