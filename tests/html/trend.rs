//! The picture of earlier reports: its numbers are theirs, and what is no report takes nothing from the run.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;

use super::assert_quiet;
use super::browser::WIDE;
use super::browser::is_skipped;
use super::browser::look;
use super::js;
use crate::command::command;
use crate::command::leastwise;

/// The report of a day on which fewer identities were in the account; its counts by severity, worst first.
fn day(folder: &Path, name: &str, as_of: &str, users: usize) -> (PathBuf, Vec<usize>) {
    let users: Vec<Value> = (0..users)
        .map(|user| {
            json!({"Path": "/", "UserName": format!("u{user}"), "UserId": format!("AIDA{user}"), "GroupList": [],
                "Arn": format!("arn:aws:iam::111122223333:user/u{user}"), "CreateDate": "2025-01-01T00:00:00Z",
                "AttachedManagedPolicies": [], "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": "ec2:*", "Resource": "*",
                    "Condition": {"Bool": {"aws:MultiFactorAuthPresent": if user % 3 == 0 { "true" } else { "false" }}}}]}}]})
        })
        .collect();
    let details = json!({"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": [], "Policies": []});
    let source = folder.join(format!("{name}.source"));
    fs::write(&source, details.to_string()).unwrap();
    let report = folder.join(format!("{name}.json"));
    let arguments = [
        "audit",
        &source.display().to_string(),
        "--standalone",
        "--all",
        "--as-of",
        as_of,
        "--format",
        "json",
        "--output",
        &report.display().to_string(),
    ];
    leastwise(&arguments).ends(0);
    let told: Value = serde_json::from_str(&fs::read_to_string(&report).unwrap()).unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in told["findings"].as_array().unwrap() {
        if finding["verdict"] != "denied" {
            *counts.entry(finding["score"]["severity"].as_str().unwrap()).or_default() += 1;
        }
    }
    let severities = ["critical", "high", "medium", "low"];
    let numbers: Vec<usize> = severities.iter().map(|word| counts.get(word).copied().unwrap_or(0)).collect();
    let total = numbers.iter().sum();
    (report, [numbers, vec![total]].concat())
}

/// Rows of the table, and of each column the heights of its parts.
const SEEN: &str = "[Array.from(document.querySelectorAll('#trend tbody tr'), (row) => Array.from(row.cells, (cell) => cell.textContent)), \
     Array.from(document.querySelectorAll('.columns g'), (column) => Array.from(column.querySelectorAll('rect'), (part) => \
     Number(part.getAttribute('height')))), Array.from(document.querySelectorAll('.trend .notice'), (line) => line.textContent)]";

#[test]
fn the_trend_has_the_numbers_of_the_reports_and_names_what_is_none() {
    if is_skipped() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let history = folder.path().join("history");
    fs::create_dir(&history).unwrap();
    let (first, of_first) = day(&history, "a", "2026-01-01T00:00:00Z", 2);
    let (second, of_second) = day(&history, "b", "2026-02-01T00:00:00Z", 9);
    let (_, of_today) = day(folder.path(), "today", "2026-03-01T00:00:00Z", 5);
    assert_ne!(of_first, of_second);
    let whole = fs::read_to_string(&first).unwrap();
    let bad = [
        ("<img src=x onerror=alert(1)>.json", "no report"),
        ("c.json", "{\"schema\":\"leastwise-report/2\",\"facts\":{},\"findings\":[]}"),
        ("d.json", whole.get(..900).unwrap()),
    ];
    for (name, text) in bad {
        fs::write(history.join(name), text).unwrap();
    }
    let source = folder.path().join("today.source").display().to_string();
    let page = folder.path().join("page.html");
    let html = format!("html={}", page.display());
    let audit = [
        "audit",
        &source,
        "--standalone",
        "--as-of",
        "2026-03-01T00:00:00Z",
        "--report",
        &html,
    ];
    let [first, second, all, none] =
        [first, second, history.clone(), folder.path().join("nowhere")].map(|path| path.display().to_string());
    let run = leastwise(&[&audit[..], &["--trend", &none, "--trend", &all, "--trend", &first]].concat()).ends(0);
    for (name, _) in bad {
        assert!(run.err.contains(name), "{}", run.err);
    }
    assert!(
        run.err.contains("nowhere") && run.err.contains("leastwise-report/2"),
        "{}",
        run.err
    );
    let seen = look(&page, "", WIDE, &[json!({"click": ".trend summary"}), js(SEEN)]);
    assert_quiet(&seen, &page);
    let [rows, columns, left_out] = [0, 1, 2].map(|at| seen.values[1][at].as_array().unwrap());
    let expected: Vec<Vec<String>> = [
        ("2026-01-01 00:00:00Z", &of_first, "3"),
        ("2026-02-01 00:00:00Z", &of_second, "10"),
        ("2026-03-01 00:00:00Z this report", &of_today, "6"),
    ]
    .into_iter()
    .map(|(at, numbers, identities)| {
        let numbers = numbers.iter().map(ToString::to_string);
        let ends = ["1".to_owned(), identities.to_owned()];
        [at.to_owned()].into_iter().chain(numbers).chain(ends).collect()
    })
    .collect();
    assert_eq!(json!(rows), json!(expected));
    let most = of_second[4];
    for (column, numbers) in columns.iter().zip([&of_first, &of_second, &of_today]) {
        let heights: Vec<f64> = serde_json::from_value(column.clone()).unwrap();
        for (height, number) in heights.iter().zip(numbers) {
            let share = 1_000.0 * f64::from(u32::try_from(*number).unwrap()) / f64::from(u32::try_from(most).unwrap());
            assert!((height - share).abs() <= 1.0, "{height} is not {share}");
        }
    }
    assert_eq!(left_out.len(), 4, "{left_out:?}");

    // The same from the configuration and from the environment, in any order.
    let bytes = || fs::read_to_string(&page).unwrap();
    leastwise(&[&audit[..], &["--trend", &first, "--trend", &second]].concat()).ends(0);
    let flags = bytes();
    assert!(flags.contains("id=\"trend\"") && !flags.contains("Left out"));
    let config = folder.path().join("leastwise.toml");
    fs::write(&config, format!("trend = [{second:?}, {first:?}]\n")).unwrap();
    leastwise(&[&audit[..], &["--config", &config.display().to_string()]].concat()).ends(0);
    assert_eq!(bytes(), flags);
    let by_variable = command(&audit).env("LEASTWISE_TREND", format!("{second}\n{first}")).output();
    assert_eq!(by_variable.unwrap().status.code(), Some(0));
    assert_eq!(bytes(), flags);
    // No other format shows it, so that nothing is read.
    let csv = [&audit[..5], &["--format", "csv", "--trend", &none]].concat();
    assert_eq!(leastwise(&csv).ends(0).err, "");
}
