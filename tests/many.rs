//! Reports of more findings than memory should hold: the same bytes as if it did.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use leastwise::finding::Finding;
use leastwise::finding::Report;
use leastwise::finding::Tallies;
use leastwise::rank::by_urgency;
use leastwise::report::CsvOptions;
use leastwise::report::RowFormat;
use leastwise::report::RowSorter;
use leastwise::report::write_csv;
use leastwise::report::write_json;
use serde_json::Value;
use serde_json::json;

use crate::command::command;
use crate::command::leastwise;
use crate::command::names_in;
use crate::command::output_of;
use crate::sample_report::reviewed_report;

/// The findings of the sample in each of some accounts, in order.
fn accounts() -> Vec<Vec<Finding>> {
    let of_account = |number: u64| {
        let findings = reviewed_report().findings.into_iter().map(|mut finding| {
            let mut identity = (*finding.identity).clone();
            identity.account = (210_000_000_000 + number).to_string().parse().unwrap();
            identity.principal = format!("{} {number}", identity.principal).into();
            finding.identity = Arc::new(identity);
            finding
        });
        let mut findings: Vec<_> = findings.collect();
        findings.sort_by(by_urgency);
        findings
    };
    (0..150).map(of_account).collect()
}

fn report_of(accounts: &[Vec<Finding>]) -> Report {
    let mut report = reviewed_report();
    report.findings = accounts.concat();
    report.findings.sort_by(by_urgency);
    report
}

fn sorted(accounts: &[Vec<Finding>], report: &Report, format: RowFormat, limit: usize) -> Vec<u8> {
    let mut sorter = RowSorter::with_limit(format, limit);
    for findings in accounts {
        sorter.add(format.rows(findings));
    }
    let mut bytes = Vec::new();
    sorter.write(report, &mut bytes).unwrap();
    bytes
}

#[test]
fn rows_that_wait_in_files_come_in_the_order_of_the_report() {
    let accounts = accounts();
    let report = report_of(&accounts);
    for raw in [false, true] {
        let options = CsvOptions { raw };
        let mut expected = Vec::new();
        write_csv(&report, options, &mut expected).unwrap();
        // A file for each account, more of them than are held open, for some dozens, and none.
        for limit in [1, expected.len() / 4, usize::MAX] {
            let bytes = sorted(&accounts, &report, RowFormat::Csv(options), limit);
            assert!(bytes == expected, "raw {raw}, {limit} bytes");
        }
    }
    let mut expected = Vec::new();
    write_json(&report, &mut expected).unwrap();
    for limit in [1, expected.len() / 4, usize::MAX] {
        let bytes = sorted(&accounts, &report, RowFormat::Json, limit);
        assert!(bytes == expected, "{limit} bytes");
    }
    let parsed: Value = serde_json::from_slice(&expected).unwrap();
    assert_eq!(parsed["findings"].as_array().unwrap().len(), report.findings.len());
}

#[test]
fn a_report_without_findings_has_its_head_and_tail_however_it_is_written() {
    let mut report = reviewed_report();
    report.findings.clear();
    for format in [RowFormat::Csv(CsvOptions::default()), RowFormat::Json] {
        let expected = sorted(&[], &report, format, usize::MAX);
        assert_eq!(sorted(&[Vec::new(), Vec::new()], &report, format, 0), expected);
        let mut listed = Vec::new();
        match format {
            RowFormat::Csv(options) => write_csv(&report, options, &mut listed).unwrap(),
            RowFormat::Json => write_json(&report, &mut listed).unwrap(),
        }
        assert_eq!(listed, expected);
    }
}

#[test]
fn accounts_counted_one_by_one_add_up_to_all_of_them() {
    let accounts = accounts();
    let report = report_of(&accounts);
    let mut sum = Tallies::default();
    for findings in accounts.iter().rev() {
        sum.add(Tallies::of(findings, report.facts.as_of));
    }
    let all = report.tallies();
    let counts = |tallies: &Tallies| {
        let accounts = tallies
            .accounts
            .iter()
            .map(|(account, tally)| (*account, tally.counts.clone()));
        let accounts: BTreeMap<_, _> = accounts.collect();
        let widest = tallies.widest.iter().map(|reach| {
            let numbers = (reach.reachable, reach.protected, reach.total);
            (Arc::clone(&reach.identity.principal), numbers)
        });
        let identities = leastwise::finding::Verdict::ALL
            .iter()
            .map(|verdict| tallies.identities(*verdict));
        format!(
            "{accounts:?} {:?} {:?} {:?} {:?} {:?} {} {} {:?}",
            tallies.units,
            tallies.actions,
            tallies.seen,
            widest.collect::<Vec<_>>(),
            identities.collect::<Vec<_>>(),
            tallies.only_under_conditions(),
            tallies.suppressed(),
            tallies.live_by_severity()
        )
    };
    assert_eq!(counts(&sum), counts(&all));
    assert!(!all.widest.is_empty() && all.suppressed() > 0 && all.only_under_conditions() > 0);
}

/// What a run keeps of the findings depends on the formats that it writes; what these say does not.
#[test]
fn a_format_alone_says_what_it_says_beside_all_others() {
    let source = "fixtures/estates/sample";
    let to = tempfile::tempdir().unwrap();
    let formats = ["table", "csv", "json", "sarif", "ocsf", "asff", "oscal", "markdown", "html"];
    let path = |format: &str, of: &str| to.path().join(format!("{of}.{format}")).display().to_string();
    let reports: Vec<String> = formats
        .iter()
        .flat_map(|format| ["--report".to_owned(), format!("{format}={}", path(format, "beside"))])
        .collect();
    let shared = ["audit", source, "--as-of", "2026-01-01T00:00:00Z", "--all", "--limit", "3"];
    let arguments: Vec<&str> = shared.iter().copied().chain(reports.iter().map(String::as_str)).collect();
    leastwise(&arguments).ends(3);
    for format in formats {
        let alone = path(format, "alone");
        let mut arguments = shared.to_vec();
        arguments.extend(["--format", format, "--output", &alone]);
        leastwise(&arguments).ends(3);
        let texts = [alone, path(format, "beside")].map(|path| fs::read_to_string(path).unwrap());
        // Policy texts, witnesses and remarks are made where some format shows them.
        assert!(texts[0] == texts[1], "{format}");
        assert!(texts[0].len() > 100, "{format}");
    }
}

/// Accounts of users with a policy each.
fn large(folder: &Path, accounts: usize) {
    for account in 0..accounts {
        let number = 210_000_000_000_u64 + account as u64;
        let users = (0..400).map(|user| {
            let statement = json!({"Sid": format!("S{user}"), "Effect": "Allow", "Action": ["ec2:*", "ecs:*"], "Resource": "*"});
            json!({"Path": "/", "UserName": format!("user-{user}"), "UserId": format!("AIDA{account:06}{user:06}"),
                "Arn": format!("arn:aws:iam::{number}:user/user-{user}"), "CreateDate": "2025-01-01T00:00:00Z",
                "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}],
                "GroupList": [], "AttachedManagedPolicies": [], "Tags": []})
        });
        let users: Vec<Value> = users.collect();
        let details = json!({"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [], "Policies": []});
        fs::write(folder.join(format!("{account:05}.json")), details.to_string()).unwrap();
    }
}

#[test]
fn many_rows_leave_no_file_behind_and_a_full_or_missing_place_for_them_costs_no_other_report() {
    let estate = tempfile::tempdir().unwrap();
    large(estate.path(), 12);
    let files: Vec<String> = names_in(estate.path())
        .iter()
        .map(|name| estate.path().join(name).display().to_string())
        .collect();
    let to = tempfile::tempdir().unwrap();
    let waiting = tempfile::tempdir().unwrap();
    let run = |place: &Path, name: &str| {
        let path = |format: &str| to.path().join(format!("{name}.{format}"));
        let mut arguments = vec!["audit".to_owned(), "--standalone".to_owned()];
        arguments.extend(["--as-of", "2026-01-01T00:00:00Z"].map(ToOwned::to_owned));
        for format in ["json", "markdown"] {
            arguments.extend(["--report".to_owned(), format!("{format}={}", path(format).display())]);
        }
        arguments.extend(files.iter().cloned());
        let mut command = command(&arguments);
        command.env("TMPDIR", place);
        (output_of(&mut command, b""), path("json"), path("markdown"))
    };
    let (output, json, markdown) = run(waiting.path(), "good");
    assert_eq!(output.status.code(), Some(0));
    assert!(fs::metadata(&json).unwrap().len() > 17 << 20);
    assert_eq!(names_in(waiting.path()), [""; 0]);
    let report: Value = serde_json::from_reader(std::io::BufReader::new(fs::File::open(&json).unwrap())).unwrap();
    let ranks = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["rank"].as_u64().unwrap());
    assert!(ranks.eq(1..=12 * (400 * 2 + 2)));
    let good = fs::read_to_string(markdown).unwrap();
    assert!(good.starts_with("## Leastwise: 9624 findings\n"), "{good}");

    let (output, json, markdown) = run(&waiting.path().join("none"), "bad");
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("bad.json") && told.contains("TMPDIR"), "{told}");
    assert!(!json.exists());
    assert_eq!(fs::read_to_string(markdown).unwrap(), good);
}
