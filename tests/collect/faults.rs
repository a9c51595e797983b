//! Each fault over the whole run of a small organization: what comes of it is the whole snapshot, or gaps that name what
//! is missing; and the same command, once the fault is over, ends as if there had been none.
//!
//! A stall lasts three seconds here and a call is given one (`--call-timeout`), in place of the 30 seconds of AWS's side.

use std::collections::BTreeMap;
use std::fs;
use std::io::BufRead as _;
use std::io::BufReader;
use std::process::Child;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

use super::ACCOUNT;
use super::Desk;
use super::ORGANIZATION;
use super::SECRET;
use super::big_organization::size;
use super::code;
use super::contents;
use super::emulator::Emulator;
use super::emulator::python;
use super::emulator::script;
use super::errors;
use super::files;
use super::gaps;
use super::text;

/// An organization, and what collecting it undisturbed gives.
struct Undisturbed {
    emulator: Emulator,
    ids: Value,
    contents: Vec<(String, String)>,
    took: Duration,
}

fn undisturbed() -> &'static Undisturbed {
    static SHARED: OnceLock<Undisturbed> = OnceLock::new();
    SHARED.get_or_init(|| {
        let (emulator, ids) = Emulator::organization();
        let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
        assert_eq!(code(&desk.collect(&ORGANIZATION)), 3, "the closed account");
        let started = Instant::now();
        let done = desk.collect(&[&ORGANIZATION[..], &["--refresh"]].concat());
        assert_eq!(code(&done), 3, "{}", errors(&done));
        Undisturbed {
            took: started.elapsed(),
            contents: contents(&desk),
            emulator,
            ids,
        }
    })
}

fn account(name: &str) -> &'static str {
    text(&undisturbed().ids["accounts"][name])
}

/// A proxy with these rules in front of the emulator; see proxy.py. It ends when its standard input does.
struct Proxy {
    process: Child,
    endpoint: String,
}

impl Proxy {
    fn new(rules: &Value) -> Self {
        let mut process = Command::new(python())
            .arg(script("proxy.py"))
            .arg(undisturbed().emulator.port().to_string())
            .arg(json!({ "rules": rules }).to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let endpoint = format!("http://127.0.0.1:{}", line.trim());
        Self { process, endpoint }
    }

    fn desk(&self) -> Desk {
        Desk::at(&self.endpoint, "testing", SECRET)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The same place, without the fault.
fn calm(mut desk: Desk) -> Desk {
    desk.environment.retain(|(name, _)| *name != "AWS_ENDPOINT_URL");
    desk.with("AWS_ENDPOINT_URL", &undisturbed().emulator.endpoint())
}

/// Collects with a fault and then without; gives the gaps of the first, but for the account that is closed anyway.
fn disturbed(rules: &Value, more: &[&str]) -> Vec<Value> {
    let proxy = Proxy::new(rules);
    let desk = proxy.desk();
    let done = desk.collect(&[&ORGANIZATION[..], more].concat());
    assert_eq!(code(&done), 3, "{rules}: {}", errors(&done));
    let gaps = nothing_is_silent(&desk);
    let output = desk.output();
    let audit = desk.run(&["audit", output.to_str().unwrap(), "--format", "json"]);
    let report: Value = serde_json::from_slice(&audit.stdout).unwrap_or_else(|_| panic!("{}", errors(&audit)));
    for gap in &gaps {
        let subject = text(&gap["subject"]);
        assert!(report["gaps"].to_string().contains(subject), "{subject} stands in the report");
    }
    goes_on(desk);
    gaps
}

/// What differs from the undisturbed snapshot is of an account, or the organization, that has a gap.
fn nothing_is_silent(desk: &Desk) -> Vec<Value> {
    let closed = account("closed");
    let manifest = desk.json("manifest.json");
    assert_eq!(manifest["is_complete"], true);
    let mut gaps = gaps(desk);
    gaps.retain(|gap| gap["account"] != *closed);
    let found: BTreeMap<String, String> = contents(desk).into_iter().collect();
    let is_of_the_organization = gaps.iter().any(|gap| gap.get("account").is_none());
    for (name, expected) in &undisturbed().contents {
        if name.ends_with("collected.json") || name == "manifest.json" || found.get(name) == Some(expected) {
            continue;
        }
        let of = |gap: &Value| gap.get("account").is_some_and(|account| name.contains(text(account)));
        assert!(
            is_of_the_organization || gaps.iter().any(of),
            "{name} is another or missing, and no gap says so: {gaps:?}"
        );
    }
    gaps
}

/// The same command ends the same as an undisturbed one.
fn goes_on(desk: Desk) {
    let desk = calm(desk);
    let again = desk.collect(&ORGANIZATION);
    assert_eq!(code(&again), 3, "{}", errors(&again));
    let (found, expected) = (contents(&desk), &undisturbed().contents);
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!(found.0, expected.0);
        let differing = found.1.lines().zip(expected.1.lines()).find(|(one, other)| one != other);
        assert_eq!(differing, None, "{}", found.0);
    }
    assert_eq!(&found, expected);
}

fn is_overcome(rules: &Value, more: &[&str]) {
    assert_eq!(disturbed(rules, more), [] as [Value; 0], "{rules}");
}

#[test]
fn throttling_is_overcome() {
    is_overcome(&json!([{"fault": "throttle", "every": 3}]), &[]);
}

#[test]
fn a_burst_of_throttling_is_overcome() {
    // Of all calls: first of the organization, then of the accounts side by side.
    for after in [10, 60] {
        is_overcome(&json!([{"fault": "throttle", "after": after, "lasts": 5}]), &[]);
    }
}

#[test]
fn errors_of_the_server_are_overcome() {
    is_overcome(&json!([{"fault": "500", "every": 5}]), &[]);
    is_overcome(&json!([{"fault": "503", "every": 4}]), &[]);
}

#[test]
fn answers_that_break_off_are_overcome() {
    is_overcome(&json!([{"fault": "reset", "every": 5}]), &[]);
}

#[test]
fn halves_of_answers_are_no_answers() {
    is_overcome(&json!([{"fault": "truncate", "every": 5}]), &[]);
}

#[test]
fn what_is_no_answer_of_aws_is_overcome() {
    is_overcome(&json!([{"fault": "garbage", "every": 5}]), &[]);
}

#[test]
fn silence_is_overcome() {
    is_overcome(
        &json!([{"fault": "stall", "every": 7, "seconds": 3}]),
        &["--call-timeout", "1"],
    );
}

#[test]
fn a_fault_that_does_not_end_is_a_gap_that_names_the_call() {
    for (fault, code, seconds) in [("truncate", "UnreadableAnswer", "30"), ("stall", "Timeout", "1")] {
        let rules = json!([{"fault": fault, "action": "GetAccountSummary", "account": account("shop"), "seconds": 3}]);
        let gaps = disturbed(&rules, &["--call-timeout", seconds]);
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        assert_eq!(text(&gaps[0]["account"]), account("shop"));
        assert_eq!(
            (text(&gaps[0]["subject"]), text(&gaps[0]["code"])),
            ("iam:GetAccountSummary", code)
        );
        assert!(gaps[0].get("permission").is_none(), "no permission was missing");
    }
}

#[test]
fn a_page_that_comes_again_and_again_is_a_gap() {
    let rules = json!([{"fault": "repeat", "action": "GetAccountAuthorizationDetails", "account": null}]);
    let gaps = disturbed(&rules, &[]);
    let told: Vec<(&str, &str)> = gaps.iter().map(|gap| (text(&gap["account"]), text(&gap["code"]))).collect();
    assert_eq!(told, [(ACCOUNT, "RepeatedMarker")]);
}

#[test]
fn what_followed_from_a_gap_is_read_anew_without_it() {
    // Without the list other Regions are looked at; without its policies the organization denies nobody; without the
    // services more identities might delete one, and are asked about.
    for (rule, subject) in [
        (json!({"fault": "deny", "path": "/listRegions"}), "account:ListRegions"),
        (
            json!({"fault": "deny", "action": "ListPolicies"}),
            "organizations:ListPolicies",
        ),
        (json!({"fault": "deny", "action": "ListClusters"}), "ecs:ListClusters"),
    ] {
        let gaps = disturbed(&json!([rule]), &[]);
        assert!(
            !gaps.is_empty() && gaps.iter().all(|gap| gap["subject"] == subject),
            "{gaps:?}"
        );
    }
}

#[test]
fn a_token_that_expires_half_way_is_a_gap_of_each_account_that_is_left() {
    let gaps = disturbed(&json!([{"fault": "expire", "after": 40}]), &["--concurrency", "1"]);
    assert!(!gaps.is_empty());
    assert!(
        gaps.iter().all(|gap| text(&gap["code"]).starts_with("ExpiredToken")),
        "{gaps:?}"
    );
}

#[test]
fn an_account_that_denies_is_a_gap_and_the_others_are_read() {
    let gaps = disturbed(&json!([{"fault": "deny", "role": account("sandbox")}]), &[]);
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    assert_eq!(
        (text(&gaps[0]["account"]), text(&gaps[0]["permission"])),
        (account("sandbox"), "sts:AssumeRole")
    );

    let gaps = disturbed(&json!([{"fault": "deny403", "account": account("shop")}]), &[]);
    assert!(gaps.iter().all(|gap| text(&gap["account"]) == account("shop")), "{gaps:?}");
    assert!(gaps.iter().all(|gap| gap["permission"] == gap["subject"]), "{gaps:?}");
    assert!(gaps.len() > 5, "{gaps:?}");
}

/// No file may grow beyond four blocks, as on a disk that is full; the signal for that is ignored, so that writing fails.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_run_and_names_the_file() {
    let desk = Desk::at(&undisturbed().emulator.endpoint(), "testing", SECRET);
    let output = desk.output();
    let done = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 4; exec \"$@\"",
            "sh",
            env!("CARGO_BIN_EXE_leastwise"),
        ])
        .args(["collect", "--output", output.to_str().unwrap()])
        .args(ORGANIZATION)
        .env_clear()
        .envs(desk.environment.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    assert_eq!(code(&done), 2, "{}", errors(&done));
    let words = errors(&done);
    assert!(
        words.contains("cannot write `") && words.contains(output.to_str().unwrap()),
        "{words}"
    );
    assert!(
        !files(&output)
            .iter()
            .any(|file| file.extension().is_some_and(|end| end == "tmp"))
    );
    assert_eq!(desk.json("manifest.json")["is_complete"], false);
    goes_on(desk);
}

/// A run that is killed, and what it had printed.
fn killed(desk: &Desk, after: Duration) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_leastwise"))
        .args(["collect", "--output", desk.output().to_str().unwrap()])
        .args(ORGANIZATION)
        .env_clear()
        .envs(desk.environment.iter().map(|(name, value)| (name, value)))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    sleep(after);
    child.kill().unwrap(); // SIGKILL, or nothing if it has ended
    child.wait_with_output().unwrap()
}

/// The next of a row of numbers that looks random.
fn next(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}

#[test]
fn a_run_that_is_killed_at_any_point_can_be_gone_on_from() {
    let mut state: u64 = size("KILL_SEED", 20_260_102);
    let whole = u64::try_from(undisturbed().took.as_millis()).unwrap();
    for round in 0..2 {
        let desk = Desk::at(&undisturbed().emulator.endpoint(), "testing", SECRET);
        let output = desk.output();
        let manifest = || fs::read(output.join("manifest.json"));
        let mut ended: Option<Vec<u8>> = None;
        for _ in 0..5 {
            let after = Duration::from_millis(next(&mut state) % whole.max(1));
            let end = killed(&desk, after);
            let why = format!("round {round}, killed after {after:?}: {}", errors(&end));
            if end.status.code().is_some() {
                assert_eq!(code(&end), 3, "{why}"); // it came to its end first
                ended = Some(manifest().unwrap());
                continue;
            }
            let Ok(manifest) = manifest() else { continue };
            assert!(manifest.ends_with(b"}\n"), "{why}");
            // Killed before it touched what an earlier one had brought to its end.
            if ended.as_ref() == Some(&manifest) {
                continue;
            }
            let audit = desk.run(&["audit", output.to_str().unwrap(), "--format", "json"]);
            let is_told = String::from_utf8_lossy(&audit.stdout).contains("did not come to its end");
            let is_nothing = code(&audit) == 2;
            if !is_told && !is_nothing {
                // Killed with everything written, before it could say so.
                assert_eq!(contents(&desk), undisturbed().contents, "{why}: {}", errors(&audit));
                ended = Some(manifest);
            }
        }
        goes_on(desk);
    }
}
