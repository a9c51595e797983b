//! Many findings, long names and hostile ones.

use std::io;
use std::sync::Arc;

use leastwise::finding::Report;
use leastwise::report::AsffOptions;
use leastwise::report::MarkdownOptions;
use leastwise::report::is_hidden;
use leastwise::report::write_asff;
use leastwise::report::write_markdown;
use leastwise::report::write_ocsf;
use leastwise::report::write_oscal;
use leastwise::report::write_sarif;
use pulldown_cmark::Event;
use pulldown_cmark::Options;
use pulldown_cmark::Parser;
use pulldown_cmark::Tag;
use serde_json::Value;

use super::FORMATS;
use super::json;
use super::lines;
use super::rendered;
use super::tools::mistakes;
use super::tools::schema;
use super::tools::security_hub;
use super::validity::compared;
use crate::sample_report::reviewed_report;
use crate::sample_report::sample_report;

fn many(count: usize) -> Report {
    let mut report = sample_report();
    let findings = report.findings.clone();
    report.findings = findings.into_iter().cycle().take(count).collect();
    report
}

#[test]
fn a_run_of_sarif_holds_no_more_than_github_takes() {
    let log = json(&rendered(&many(25_001), "sarif"));
    let runs = log["runs"].as_array().unwrap();
    let sizes: Vec<usize> = runs.iter().map(|run| run["results"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [25_000, 1]);
    let ids: Vec<&Value> = runs.iter().map(|run| &run["automationDetails"]["id"]).collect();
    assert_eq!(ids, ["leastwise/", "leastwise/2/"]);
    let log = json(&rendered(&many(25_000), "sarif"));
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
}

#[test]
fn sarif_keeps_its_own_rules_on_kinds_and_severities() {
    let log = json(&rendered(&compared(), "sarif"));
    let run = &log["runs"][0];
    for rule in run["tool"]["driver"]["rules"].as_array().unwrap() {
        let grade = rule["id"].as_str().unwrap().split_once('/').map_or("", |(_, grade)| grade);
        let number = rule["properties"]["security-severity"].as_str();
        let number: Option<f64> = number.map(|text| text.parse().unwrap());
        // How GitHub reads the number.
        let word = match number {
            None => "",
            Some(9.0..) => "critical",
            Some(7.0..) => "high",
            Some(4.0..) => "medium",
            Some(_) => "low",
        };
        assert_eq!(word, grade);
    }
    let mut kinds = Vec::new();
    for result in run["results"].as_array().unwrap() {
        let (kind, level) = (result["kind"].as_str().unwrap(), result["level"].as_str().unwrap());
        assert_eq!(kind == "fail", level != "none", "{kind} {level}");
        kinds.push(kind);
        assert!(result["suppressions"].is_array());
        assert!(result["baselineState"].is_string());
    }
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds, ["fail", "open", "pass"]);
    assert!(
        run["results"]
            .as_array()
            .unwrap()
            .iter()
            .any(|result| result.get("codeFlows").is_some())
    );
}

#[test]
fn a_message_of_sarif_holds_no_link_and_no_placeholder() {
    let mut report = compared();
    for finding in &mut report.findings {
        finding.unknowns = Arc::new(["[x](https://evil.test) {0} \\[".into()]);
    }
    let log = json(&rendered(&report, "sarif"));
    let mut seen = 0;
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let text = result["message"]["text"].as_str().unwrap();
        seen += text.matches("\\[x\\](https://evil.test) {{0}} \\\\\\[").count();
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            assert!(c != '[' && c != ']', "{text}");
            if c == '\\' {
                rest.next();
            }
        }
    }
    assert_eq!(seen, report.findings.len());
}

#[test]
fn long_names_are_cut_where_a_format_has_a_limit() {
    let mut report = compared();
    let long = "🚀é".repeat(5_000);
    for finding in &mut report.findings {
        let mut identity = (*finding.identity).clone();
        identity.principal = format!("{}{long}", identity.principal).into();
        identity.account_name = Some(long.as_str().into());
        finding.identity = Arc::new(identity);
        finding.conditions = finding
            .conditions
            .iter()
            .cloned()
            .map(|mut condition| {
                condition.words = long.as_str().into();
                condition
            })
            .collect();
    }
    assert_eq!(security_hub(&rendered(&report, "asff")).mistakes, [""; 0]);
    assert_eq!(mistakes(&schema("oscal"), &json(&rendered(&report, "oscal"))), [""; 0]);
    for event in lines(&rendered(&report, "ocsf")) {
        assert_eq!(mistakes(&schema("iam_analysis_finding"), &event), [""; 0]);
    }
    let markdown = rendered(&report, "markdown");
    assert!(markdown.chars().count() < 65_536, "{}", markdown.chars().count());
}

#[test]
fn nothing_hidden_gets_out() {
    for format in FORMATS {
        let text = rendered(&compared(), format);
        let hidden: Vec<char> = text.chars().filter(|&c| c != '\n' && is_hidden(c)).collect();
        assert!(hidden.is_empty(), "{format}: {hidden:?}");
    }
}

#[test]
fn markdown_shows_names_and_obeys_none() {
    let mut report = compared();
    let evil = "` | <img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](http://evil.test/z) @everyone #1 | ``";
    for finding in &mut report.findings {
        finding.conditions = Arc::default();
        finding.unknowns = Arc::new([evil.into()]);
        let mut identity = (*finding.identity).clone();
        identity.account_name = Some(evil.into());
        finding.identity = Arc::new(identity);
    }
    for gap in &mut report.gaps {
        gap.source = evil.into();
    }
    report.baseline = reviewed_report().baseline;
    for gone in report.baseline.iter_mut().flat_map(|baseline| &mut baseline.gone) {
        gone.principal = evil.into();
    }
    let text = rendered(&report, "markdown");
    let mut cells = 0;
    let mut rows = Vec::new();
    let mut said = String::new();
    for event in Parser::new_ext(&text, Options::all()) {
        match event {
            Event::InlineHtml(html) => assert_eq!(&*html, "<br>"),
            Event::Html(html) => panic!("{html}"),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => panic!("{dest_url}"),
            Event::Start(Tag::TableHead | Tag::TableRow) => cells = 0,
            Event::Start(Tag::TableCell) => cells += 1,
            Event::End(pulldown_cmark::TagEnd::TableHead | pulldown_cmark::TagEnd::TableRow) => rows.push(cells),
            Event::Text(words) => said.push_str(&words),
            Event::Start(_)
            | Event::End(_)
            | Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::FootnoteReference(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::TaskListMarker(_) => {}
        }
    }
    assert!(!said.contains("evil") && !said.contains('@'), "{said}");
    // Two tables: 3 columns of counts and 4 of the baseline, then 7 of findings.
    assert!(rows.iter().all(|&cells| cells == 7), "{rows:?}");
    assert!(rows.len() > report.findings.len());
    assert_eq!(
        text.matches("evil.test").count(),
        2 * report.findings.len() + report.gaps.len() + 1
    );
}

#[test]
fn markdown_counts_what_is_new() {
    let text = rendered(&compared(), "markdown");
    let header = "| severity | findings | new | worse | better | known | suppressed |";
    let (_, table) = text.split_once(header).unwrap();
    let rows = table.trim_start().lines().skip(1).take_while(|line| line.starts_with('|'));
    let mut sums = [0_usize; 6];
    for row in rows {
        let numbers = row.split('|').skip(2).filter_map(|cell| cell.trim().parse::<usize>().ok());
        sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum += number);
    }
    let [all, new, worse, better, known, suppressed] = sums;
    let report = compared();
    assert_eq!(all, report.findings.len());
    assert_eq!(new + worse + better + known, all);
    assert_eq!(new, all.div_ceil(4));
    assert_eq!(suppressed, 8);
    assert!(!rendered(&sample_report(), "markdown").contains("| new |"));
    assert!(!text.contains("Gone since"));
    let text = rendered(&reviewed_report(), "markdown");
    let (_, gone) = text.split_once("### Gone since the baseline: 1 finding\n\n").unwrap();
    let line = gone.lines().next().unwrap();
    assert!(line.starts_with("- high: `arn:aws:iam::111122223333:user/"), "{line}");
    assert!(line.ends_with(", was allowed, not asked again"), "{line}");
}

/// Fails at the second thousand bytes.
struct Full(usize);

impl io::Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 < bytes.len() {
            return Err(io::Error::new(io::ErrorKind::StorageFull, "the disk is full"));
        }
        self.0 -= bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_full_disk_is_told_as_such() {
    let report = sample_report();
    for size in [0, 10, 1_000, 2_000] {
        let results = [
            write_sarif(&report, &mut Full(size)),
            write_ocsf(&report, None, &mut Full(size)),
            write_asff(&report, AsffOptions::default(), &mut Full(size)),
            write_oscal(&report, None, &mut Full(size)),
            write_markdown(&report, MarkdownOptions::default(), &mut Full(size)),
        ];
        for result in results {
            assert_eq!(result.unwrap_err().kind(), io::ErrorKind::StorageFull);
        }
    }
}
