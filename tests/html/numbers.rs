//! The numbers of the page are those of the CSV of the same run.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;

use leastwise::report::HtmlOptions;
use serde_json::Value;

use super::assert_quiet;
use super::browser::View;
use super::browser::WIDE;
use super::browser::is_skipped;
use super::browser::look;
use super::js;
use super::page;
use crate::command::leastwise;
use crate::sample_report::reviewed_report;

type Row = BTreeMap<String, String>;

const ROWS: &str = "Array.from(document.querySelectorAll('#rows > details'), (row) => [row.id, row.dataset.severity, \
                    row.dataset.verdict, row.dataset.account, row.querySelector('.count').textContent, \
                    row.querySelector('.call code').textContent, row.dataset.reach])";
const COUNTS: &str = "Array.from(document.querySelectorAll('#counts tbody tr'), (row) => [row.dataset.verdict, \
                      ...Array.from(row.querySelectorAll('td'), (cell) => cell.textContent)])";

fn strings(value: &Value) -> Vec<Vec<String>> {
    serde_json::from_value(value.clone()).unwrap()
}

/// Verdict, the number of findings of each severity, of all, and of identities.
fn counted(rows: &[Row], verdict: &str) -> Vec<String> {
    let rows: Vec<&Row> = rows.iter().filter(|row| row["verdict"] == verdict).collect();
    let severities = ["critical", "high", "medium", "low"];
    let numbers = severities.map(|severity| rows.iter().filter(|row| row["severity"] == severity).count());
    let identities: BTreeSet<&String> = rows.iter().map(|row| &row["principal"]).collect();
    let numbers = numbers.into_iter().chain([rows.len(), identities.len()]);
    [verdict.to_owned()]
        .into_iter()
        .chain(numbers.map(|number| number.to_string()))
        .collect()
}

fn assert_equal(extra: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let (csv, html) = (folder.path().join("report.csv"), folder.path().join("report.html"));
    let reports = [format!("csv={}", csv.display()), format!("html={}", html.display())];
    let mut arguments = vec!["demo", "--raw", "--report", &reports[0], "--report", &reports[1]];
    arguments.extend(extra);
    let run = leastwise(&arguments);
    assert!(matches!(run.code, Some(0 | 3)), "{:?} {}", run.code, run.err);
    let text = fs::read(&csv).unwrap();
    let rows: Vec<Row> = csv::Reader::from_reader(&*text).deserialize().map(Result::unwrap).collect();
    assert!(rows.len() > 5);
    let expected: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let id = format!("finding-{}", row["id"]);
            let reach = match (&*row["verdict"], &*row["resources_reachable"]) {
                ("denied", _) | (_, "") => "0",
                (_, reach) => reach,
            };
            let cells = ["severity", "verdict", "account", "score", "action"].map(|name| row[name].clone());
            [id].into_iter().chain(cells).chain([reach.to_owned()]).collect()
        })
        .collect();
    let verdicts: Vec<Vec<String>> = ["allowed", "conditional", "undetermined", "denied"]
        .map(|verdict| counted(&rows, verdict))
        .into_iter()
        .filter(|counts| counts[0] != "denied" || counts[5] != "0")
        .collect();
    for scripts in [true, false] {
        let seen = look(
            &html,
            "",
            View { scripts, ..WIDE },
            &[js(ROWS), js(COUNTS), js("document.querySelector('#controls').hidden")],
        );
        assert_quiet(&seen, &html);
        assert_eq!(strings(&seen.values[0]), expected);
        assert_eq!(strings(&seen.values[1]), verdicts);
        assert_eq!(seen.values[2], !scripts);
    }
}

#[test]
fn the_numbers_of_the_page_are_those_of_the_csv() {
    if !is_skipped() {
        assert_equal(&[]);
        assert_equal(&["--all"]);
    }
}

#[test]
fn the_same_report_gives_the_same_bytes() {
    let report = reviewed_report();
    let first = page(&report, HtmlOptions::default());
    assert_eq!(first, page(&report, HtmlOptions::default()));
    assert!(first.ends_with("</html>\n"));
}
