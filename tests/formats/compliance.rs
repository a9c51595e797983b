//! Controls in OCSF and OSCAL: their schemas take them, and every control says there what it says in the CSV.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use leastwise::controls::Assessment;
use leastwise::controls::Framework;
use leastwise::controls::Outcome;
use leastwise::controls::assess;
use leastwise::finding::Finding;
use leastwise::finding::LastUse;
use leastwise::finding::Report;
use leastwise::finding::Verdict;
use leastwise::report::write_ocsf;
use leastwise::report::write_oscal;
use serde_json::Value;
use serde_json::json;

use super::json;
use super::lines;
use super::rendered;
use super::tools::mistakes;
use super::tools::schema;
use super::validity::assert_refused;
use super::validity::compared;
use crate::sample_report::HOSTILE;
use crate::sample_report::sample_report;

fn ocsf(report: &Report, assessment: &Assessment) -> Vec<Value> {
    let mut bytes = Vec::new();
    write_ocsf(report, Some(assessment), &mut bytes).unwrap();
    lines(&String::from_utf8(bytes).unwrap())
}

fn oscal(report: &Report, assessment: &Assessment) -> Value {
    let mut bytes = Vec::new();
    write_oscal(report, Some(assessment), &mut bytes).unwrap();
    json(&String::from_utf8(bytes).unwrap())
}

/// A framework whose names are as hostile as a file can make them.
fn hostile_framework() -> Framework {
    let mut text = format!("id = {0}\ntitle = {0}\nversion = {0}\n", toml_text(HOSTILE[0]));
    for name in HOSTILE.iter().chain(&["A(1)", "A_x281_x29", "A_1", "7.2.1", "é"]) {
        let name = toml_text(name);
        let _ = writeln!(
            text,
            "[[controls]]\nid = {name}\npurpose = {name}\nquestions = [\"LP\", \"LOG\"]\nstatus = \"unverified\""
        );
    }
    Framework::parse("hostile.toml", &text).unwrap()
}

fn toml_text(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Nothing hidden from it, all rows decided: some used, some not, so that there is a pass and a fail.
fn decided(last: LastUse) -> Report {
    let mut report = sample_report();
    report.gaps.clear();
    report.findings.retain(|finding| finding.verdict == Verdict::Allowed);
    for finding in &mut report.findings {
        finding.action_last_used = last;
    }
    report
}

fn used() -> LastUse {
    LastUse::Used {
        at: "2026-09-29T00:00:00Z".parse().unwrap(),
    }
}

fn unused() -> LastUse {
    LastUse::NotUsed {
        since: Some("2025-01-01T00:00:00Z".parse().unwrap()),
    }
}

const LP: &str = r#"
id = "ours"
title = "Ours"
version = "1"
[[controls]]
id = "C-1"
purpose = "no more than is needed"
questions = ["LP"]
status = "verified"
"#;

fn frameworks() -> Vec<Framework> {
    let mut all: Vec<Framework> = Framework::names().map(|name| Framework::find(name).unwrap()).collect();
    all.push(hostile_framework());
    all.push(Framework::parse("ours.toml", LP).unwrap());
    all
}

#[test]
fn schemas_take_the_controls_of_every_framework_and_refuse_planted_mistakes() {
    let compliance = schema("compliance_finding");
    let assessment_results = schema("oscal");
    for framework in frameworks() {
        for report in [sample_report(), compared(), decided(used()), decided(unused())] {
            let assessment = assess(&framework, &report, false);
            let events = ocsf(&report, &assessment);
            assert_eq!(events.len(), report.findings.len() + framework.controls.len());
            for event in events.iter().skip(report.findings.len()) {
                assert_eq!(mistakes(&compliance, event), [""; 0], "{event}");
            }
            assert_eq!(mistakes(&assessment_results, &oscal(&report, &assessment)), [""; 0]);
        }
    }
    let report = decided(unused());
    let assessment = assess(&Framework::find("nist-800-53r5").unwrap(), &report, false);
    let good = ocsf(&report, &assessment).pop().unwrap();
    for (pointer, value) in [
        ("/class_uid", json!(2008)),
        ("/compliance/status_id", json!(4)),
        ("/compliance/checks/0/status_id", json!("1")),
        ("/compliance/verdict", json!("pass")),
        ("/finding_info/related_events", json!([{"title": "no uid"}])),
        ("/cloud", json!({})),
    ] {
        assert_refused(&compliance, &good, pointer, value);
    }
    let good = oscal(&report, &assessment);
    let last = good["assessment-results"]["results"][0]["findings"].as_array().unwrap().len() - 1;
    for (name, value) in [
        ("target-id", json!("AC-6(1)")),
        ("type", json!("control-id")),
        ("status", json!({"state": "unknown"})),
    ] {
        let pointer = format!("/assessment-results/results/0/findings/{last}/target/{name}");
        assert_refused(&assessment_results, &good, &pointer, value);
    }
}

#[test]
fn a_control_has_the_same_outcome_in_both_and_what_is_not_known_is_no_pass() {
    let mut outcomes = BTreeMap::new();
    for framework in frameworks() {
        for report in [sample_report(), decided(used()), decided(unused())] {
            let assessment = assess(&framework, &report, false);
            let events = ocsf(&report, &assessment);
            let document = oscal(&report, &assessment);
            let result = &document["assessment-results"]["results"][0];
            let findings = result["findings"].as_array().unwrap();
            for (index, control) in assessment.controls.iter().enumerate() {
                *outcomes.entry(control.outcome.word()).or_insert(0) += 1;
                let event = &events[report.findings.len() + index];
                let (status, state, reason) = match control.outcome {
                    Outcome::Pass => ("Pass", "satisfied", "pass"),
                    Outcome::Fail => ("Fail", "not-satisfied", "fail"),
                    Outcome::NotDetermined => ("Unknown", "not-satisfied", "other"),
                };
                assert_eq!(event["compliance"]["status"], status);
                assert_eq!(event["finding_info"]["uid"], format!("{}/{}", framework.id, control.id));
                assert_eq!(event["compliance"]["standards"], json!([assessment.title]));
                let finding = &findings[report.findings.len() + index];
                assert_eq!(finding["target"]["status"]["state"], state);
                assert_eq!(finding["target"]["status"]["reason"], reason);
                let is_open = control.outcome == Outcome::NotDetermined;
                assert_eq!(finding["target"]["status"].get("remarks").is_some(), is_open);
                let why = event["compliance"]["status_details"].as_array().unwrap();
                assert_eq!(why.is_empty(), control.outcome == Outcome::Pass);
                let asked = control.questions.iter().filter(|asked| !asked.tally.unit.is_empty());
                let counts = event["unmapped"]["questions"].as_array().unwrap();
                assert_eq!(counts.len(), asked.clone().count());
                for (asked, told) in asked.zip(counts) {
                    let tally = &asked.tally;
                    for (name, count) in [("population", tally.population), ("pass", tally.pass), ("fail", tally.fail)] {
                        assert_eq!(told[name], count);
                    }
                }
            }
        }
    }
    assert_eq!(
        outcomes.keys().copied().collect::<Vec<_>>(),
        ["fail", "not_determined", "pass"]
    );
}

#[test]
fn what_a_failing_control_names_is_there() {
    let report = decided(unused());
    let assessment = assess(&Framework::parse("ours.toml", LP).unwrap(), &report, false);
    let ids: Vec<String> = assessment.controls[0].questions[0]
        .tally
        .findings
        .iter()
        .map(ToString::to_string)
        .collect();
    // The root user is not expected to be used.
    assert_eq!(ids.len(), report.findings.len() - 1);
    let event = ocsf(&report, &assessment).pop().unwrap();
    let named = event["finding_info"]["related_events"].as_array().unwrap();
    assert_eq!(named.iter().map(|one| one["uid"].as_str().unwrap()).collect::<Vec<_>>(), ids);
    assert_eq!(event["finding_info"]["related_events_count"], ids.len());
    let failing = report
        .findings
        .iter()
        .filter(|finding| ids.contains(&finding.id().to_string()));
    let worst = failing.filter_map(Finding::severity).max().unwrap();
    assert_eq!(event["severity"].as_str().unwrap().to_lowercase(), worst.word());

    let document = oscal(&report, &assessment);
    let result = &document["assessment-results"]["results"][0];
    let uuids = |list: &str| -> Vec<&Value> { result[list].as_array().unwrap().iter().map(|one| &one["uuid"]).collect() };
    let finding = result["findings"].as_array().unwrap().last().unwrap();
    assert_eq!(finding["target"]["target-id"], "ours_C-1_obj");
    let observations = finding["related-observations"].as_array().unwrap();
    assert_eq!(observations.len(), 1 + ids.len());
    assert!(
        observations
            .iter()
            .all(|one| uuids("observations").contains(&&one["observation-uuid"]))
    );
    let risks = finding["related-risks"].as_array().unwrap();
    assert_eq!(risks.len(), ids.len());
    assert!(risks.iter().all(|one| uuids("risks").contains(&&one["risk-uuid"])));
    // The schema does not compare names; two controls with one would be one.
    let many = oscal(&report, &assess(&hostile_framework(), &report, false));
    let findings = many["assessment-results"]["results"][0]["findings"].as_array().unwrap();
    let mut targets: Vec<String> = findings
        .iter()
        .skip(report.findings.len())
        .map(|one| one["target"]["target-id"].to_string())
        .collect();
    let count = targets.len();
    targets.sort();
    targets.dedup();
    assert_eq!((targets.len(), count), (count, hostile_framework().controls.len()));
}

#[test]
fn without_controls_nothing_changes() {
    let report = sample_report();
    let assessment = assess(&Framework::find("soc-2").unwrap(), &report, false);
    let plain = lines(&rendered(&report, "ocsf"));
    assert_eq!(ocsf(&report, &assessment)[..plain.len()], plain[..]);
    let [with, without] = [oscal(&report, &assessment), json(&rendered(&report, "oscal"))];
    assert_ne!(with["assessment-results"]["uuid"], without["assessment-results"]["uuid"]);
    let of = |document: &Value| {
        document["assessment-results"]["results"][0]["findings"]
            .as_array()
            .unwrap()
            .clone()
    };
    assert_eq!(of(&with)[..of(&without).len()], of(&without)[..]);
}
