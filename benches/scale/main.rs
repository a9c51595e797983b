//! Whether reports of many findings stay in bounded memory: `cargo bench --bench scale [-- FINDINGS]`.
//!
//! Makes an organization of so many findings (500,000 without a number) in a temporary directory and audits it with CSV, JSON
//! and HTML, each in a process of its own. Then compares two of the JSON reports, equal ones and ones of which every row
//! differs. Prints wall time, peak memory and the size of what was written, and fails when a peak is above its bound, when
//! the formats disagree on the number of rows, or when the page does not say where its other rows are. Needs Linux.
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a measurement, not a library"
)]

use std::fs;
use std::fs::File;
use std::io::BufRead as _;
use std::io::BufReader;
use std::io::BufWriter;
use std::path::Path;
use std::process::Command;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;
use serde_json::json;

/// Users of an account; each can call two actions.
const USERS: usize = 500;
/// The most that an audit takes, however many findings there are, KiB; a page holds the findings that it lists.
const OF_ROWS: u64 = 160 * 1024;
const OF_PAGE: u64 = 224 * 1024;
/// The most bytes for each row of a report that is compared, and where all rows differ.
const OF_ANSWER: u64 = 300;
const OF_DIFFERENCE: u64 = 1_500;
/// What a run takes without findings, KiB.
const BASE: u64 = 64 * 1024;
/// Rows of the page.
const PAGE: usize = 20_000;

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|word| word != "--bench");
    let findings: usize = arguments.next().map_or(500_000, |number| number.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let accounts = findings.div_ceil(2 * USERS);
    let estate = folder.path().join("estate");
    make(&estate, accounts, "ec2:*");
    let path = |name: &str| folder.path().join(name);
    let rows = accounts * USERS * 2;
    println!("{rows} findings of users in {accounts} accounts");

    let bound = |rows: usize, each: u64| BASE + u64::try_from(rows).unwrap() * each / 1024;
    for (format, most) in [("csv", OF_ROWS), ("json", OF_ROWS), ("html", OF_PAGE)] {
        let peak = audit(&estate, format, &path(&format!("report.{format}")));
        assert!(peak < most, "{format}: {peak} KiB");
    }
    // Root users have rows, too.
    let total = rows + accounts * 2;
    assert_eq!(
        lines(&path("report.csv"), "\"allowed\"") + lines(&path("report.csv"), "\"conditional\""),
        total
    );
    assert_eq!(lines(&path("report.json"), "{\"rank\":"), total);
    let page = fs::read_to_string(path("report.html")).unwrap();
    assert_eq!(page.matches("<details class=\"row\"").count(), total.min(PAGE));
    if total > PAGE {
        let (_, notice) = page.split_once("id=\"more\"").unwrap();
        assert!(notice.split("</p>").next().unwrap().contains("--report csv=FILE"));
    }

    let report = path("report.json").display().to_string();
    let peak = diff(&report, &report, &path("same.csv"));
    assert!(peak < bound(2 * rows, OF_ANSWER), "diff of equal reports: {peak} KiB");
    make(&estate, accounts, "ec2:TerminateInstances");
    audit(&estate, "json", &path("later.json"));
    let later = path("later.json").display().to_string();
    let peak = diff(&report, &later, &path("all.csv"));
    assert!(
        peak < bound(2 * rows, OF_DIFFERENCE),
        "diff of reports that differ: {peak} KiB"
    );
    let differing = lines(&path("all.csv"), ":user/");
    assert!(differing > rows / 2, "{differing} rows differ");
}

/// Accounts of users with a policy each, of which no two are alike.
fn make(folder: &Path, accounts: usize, action: &str) {
    let _ = fs::remove_dir_all(folder);
    fs::create_dir(folder).unwrap();
    for account in 0..accounts {
        let number = 210_000_000_000 + account;
        let users = (0..USERS).map(|user| {
            let mut statement = json!({"Sid": format!("S{user}"), "Effect": "Allow", "Action": [action, "ecs:*"], "Resource": "*"});
            if user % 3 == 0 {
                statement["Condition"] = json!({"IpAddress": {"aws:SourceIp": format!("20.{}.{}.0/24", account % 250, user % 250)}});
            }
            // Where the action is no longer what it was the row says so, and its conditions change.
            if action != "ec2:*" {
                statement["Condition"] = json!({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}, "Bool": {"aws:MultiFactorAuthPresent": "true"}});
            }
            json!({"Path": "/", "UserName": format!("user-{user}"), "UserId": format!("AIDA{account:06}{user:06}"),
                "Arn": format!("arn:aws:iam::{number}:user/user-{user}"), "CreateDate": "2025-01-01T00:00:00Z",
                "UserPolicyList": [{"PolicyName": format!("p{user}"), "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}],
                "GroupList": [], "AttachedManagedPolicies": [], "Tags": [{"Key": "team", "Value": format!("team-{}", user % 20)}]})
        });
        let users: Vec<Value> = users.collect();
        let details = json!({"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [], "Policies": []});
        let file = folder.join(format!("{account:05}.json"));
        serde_json::to_writer(BufWriter::new(File::create(file).unwrap()), &details).unwrap();
    }
}

/// The peak of an audit in KiB.
fn audit(estate: &Path, format: &str, to: &Path) -> u64 {
    let mut files: Vec<_> = fs::read_dir(estate).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut command = Command::new(env!("CARGO_BIN_EXE_leastwise"));
    command
        .args([
            "audit",
            "--standalone",
            "--as-of",
            "2026-01-01T00:00:00Z",
            "--format",
            format,
            "--output",
        ])
        .arg(to)
        .args(files);
    let what = format!("audit, {format}");
    measure(&what, command, to)
}

fn diff(old: &str, new: &str, to: &Path) -> u64 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_leastwise"));
    command.args(["diff", old, new, "--format", "csv", "--output"]).arg(to);
    measure("diff", command, to)
}

/// Runs a process to its end, and looks at its peak while it runs.
fn measure(what: &str, mut command: Command, to: &Path) -> u64 {
    let start = Instant::now();
    let mut child = command.env_clear().stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let code = loop {
        if let Some(code) = child.try_wait().unwrap() {
            break code;
        }
        peak = peak_of(&status).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(matches!(code.code(), Some(0 | 1)), "{what}: {code}");
    println!(
        "{what:12} {:6.1} s  {:5} MiB at most  {:5} MB written",
        start.elapsed().as_secs_f64(),
        peak / 1024,
        fs::metadata(to).unwrap().len() / 1_000_000
    );
    peak
}

fn peak_of(status: &str) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// How many lines of a file have this text.
fn lines(path: &Path, text: &str) -> usize {
    let lines = BufReader::new(File::open(path).unwrap()).lines();
    lines.filter(|line| line.as_ref().unwrap().contains(text)).count()
}
