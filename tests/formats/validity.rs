//! Schemas and validators take the formats, and refuse planted mistakes.

use std::sync::Arc;

use leastwise::finding::Change;
use leastwise::finding::Hop;
use leastwise::finding::Report;
use leastwise::finding::Suppression;
use serde_json::Value;
use serde_json::json;

use super::json;
use super::lines;
use super::rendered;
use super::tools::mistakes;
use super::tools::schema;
use super::tools::security_hub;
use crate::sample_report::HOSTILE;
use crate::sample_report::sample_report;

/// The sample against a baseline, with accepted rows and a way of several steps.
pub fn compared() -> Report {
    let mut report = sample_report();
    let changes = [Change::New, Change::Worse, Change::Better, Change::Known];
    for (finding, change) in report.findings.iter_mut().zip(changes.into_iter().cycle()) {
        finding.change = Some(change);
    }
    for (finding, name) in report.findings.iter_mut().zip(HOSTILE) {
        finding.suppression = Some(Arc::new(Suppression {
            owner: name.into(),
            reason: format!("[see](https://evil.test) {{0}} {name}").into(),
            expires: "2026-12-31".parse().unwrap(),
        }));
    }
    for finding in report.findings.iter_mut().skip(2).step_by(3) {
        finding.detour = Arc::new([Hop {
            from: Arc::clone(&finding.identity.principal),
            action: "sts:AssumeRole".into(),
            to: Some("arn:aws:iam::111122223333:role/other".into()),
        }]);
    }
    report
}

/// No finding at all, and nothing that was asked.
fn empty() -> Report {
    let mut report = sample_report();
    report.findings.clear();
    report.gaps.clear();
    report.facts.rules.clear();
    report
}

/// Not ranked, as a program that uses the library may have it.
fn unranked() -> Report {
    let mut report = sample_report();
    report.findings = crate::sample_report::findings();
    report
}

fn reports() -> [Report; 4] {
    [sample_report(), compared(), unranked(), empty()]
}

#[test]
fn sarif_is_what_its_schema_says() {
    let schema = schema("sarif");
    for report in reports() {
        assert_eq!(mistakes(&schema, &json(&rendered(&report, "sarif"))), [""; 0]);
    }
    let good = json(&rendered(&compared(), "sarif"));
    for (pointer, value) in [
        ("/runs/0/results/0/level", json!("fatal")),
        ("/runs/0/results/0/rank", json!(101)),
        ("/runs/0/results/0/message", json!({})),
        ("/runs/0/results/0/baselineState", json!("known")),
        ("/runs/0/results/0/suppressions/0/kind", json!("mine")),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", json!(0)),
        ("/runs/0/results/0/fingerprint", json!("7")),
        ("/version", json!("2.0.0")),
    ] {
        assert_refused(&schema, &good, pointer, value);
    }
}

/// Puts a value somewhere, there or not, and wants the schema to mind.
pub fn assert_refused(schema: &jsonschema::Validator, good: &Value, pointer: &str, value: Value) {
    let mut bad = good.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    bad.pointer_mut(parent).unwrap()[name] = value;
    assert!(!schema.is_valid(&bad), "{pointer} does not matter");
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_validator_of_sarif_has_nothing_to_say() {
    use super::tools::multitool;

    for report in [sample_report(), compared()] {
        let text = rendered(&report, "sarif");
        // The one remark: a tool without a site of its own names none.
        let said: Vec<String> = multitool(&text)
            .into_iter()
            .filter(|line| !line.contains("informationUri"))
            .collect();
        assert_eq!(said, [""; 0]);
    }
    let mut bad = json(&rendered(&sample_report(), "sarif"));
    bad["runs"][0]["results"][0]["ruleIndex"] = json!(4000);
    assert!(multitool(&bad.to_string()).iter().any(|line| line.contains(": error ")));
}

#[test]
fn ocsf_is_what_its_schema_says() {
    let schema = schema("iam_analysis_finding");
    let mut events = 0;
    for report in reports() {
        for event in lines(&rendered(&report, "ocsf")) {
            assert_eq!(mistakes(&schema, &event), [""; 0], "{event}");
            events += 1;
        }
    }
    assert_eq!(events, 3 * sample_report().findings.len());
    let good = lines(&rendered(&sample_report(), "ocsf")).remove(0);
    for (pointer, value) in [
        ("/severity_id", json!(7)),
        ("/verdict", json!("allowed")),
        ("/class_uid", json!(2004)),
        ("/finding_info", json!({"title": "no uid"})),
        ("/time", json!("2026-09-30T12:00:00Z")),
        ("/metadata/product", json!({})),
        ("/cloud", json!({})),
    ] {
        assert_refused(&schema, &good, pointer, value);
    }
    let mut bad = good.clone();
    bad.as_object_mut().unwrap().remove("permission_analysis_results");
    assert!(!schema.is_valid(&bad));
}

#[test]
fn oscal_is_what_its_schema_says() {
    let schema = schema("oscal");
    for report in reports() {
        assert_eq!(mistakes(&schema, &json(&rendered(&report, "oscal"))), [""; 0]);
    }
    let good = json(&rendered(&compared(), "oscal"));
    for (pointer, value) in [
        ("/assessment-results/uuid", json!("7f1ea6ba3d30b29aeb22c40c010447d3")),
        ("/assessment-results/results/0/findings", json!([])),
        (
            "/assessment-results/results/0/findings/0/target/status/state",
            json!("unknown"),
        ),
        ("/assessment-results/results/0/findings/0/props/0/value", json!(" padded ")),
        ("/assessment-results/results/0/observations/0/collected", json!("yesterday")),
        ("/assessment-results/metadata/oscal-version", json!(1)),
        ("/assessment-results/results/0/reviewed-controls", json!({})),
        ("/assessment-results/verdict", json!("bad")),
    ] {
        assert_refused(&schema, &good, pointer, value);
    }
}

#[test]
fn what_oscal_refers_to_is_there_and_is_named_once() {
    let document = json(&rendered(&compared(), "oscal"));
    let result = &document["assessment-results"]["results"][0];
    let uuids = |list: &Value| -> Vec<String> {
        let items = list.as_array().unwrap().iter();
        items.map(|item| item["uuid"].as_str().unwrap().to_owned()).collect()
    };
    let local = &result["local-definitions"];
    let [users, tools, observations, risks, findings] = [
        &local["users"],
        &local["components"],
        &result["observations"],
        &result["risks"],
        &result["findings"],
    ]
    .map(uuids);
    for observation in result["observations"].as_array().unwrap() {
        assert!(tools.contains(&text(observation, "/origins/0/actors/0/actor-uuid")));
        if observation.get("subjects").is_some() {
            assert!(users.contains(&text(observation, "/subjects/0/subject-uuid")));
        }
    }
    for finding in result["findings"].as_array().unwrap() {
        assert!(observations.contains(&text(finding, "/related-observations/0/observation-uuid")));
        let is_met = text(finding, "/target/status/state") == "satisfied";
        assert_eq!(is_met, finding.get("related-risks").is_none());
        if !is_met {
            assert!(risks.contains(&text(finding, "/related-risks/0/risk-uuid")));
        }
    }
    let mut all = [users, tools, observations, risks, findings].concat();
    let count = all.len();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), count);
}

fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap().to_owned()
}

#[test]
fn an_oscal_document_has_a_new_name_when_anything_changes_and_its_findings_keep_theirs() {
    let one = json(&rendered(&sample_report(), "oscal"));
    let other = json(&rendered(&compared(), "oscal"));
    assert_ne!(one["assessment-results"]["uuid"], other["assessment-results"]["uuid"]);
    let finding = "/assessment-results/results/0/findings/0/uuid";
    assert_eq!(one.pointer(finding), other.pointer(finding));
}

#[test]
fn security_hub_takes_every_batch_and_refuses_mistakes() {
    for report in reports() {
        let imported = security_hub(&rendered(&report, "asff"));
        assert_eq!(imported.mistakes, [""; 0]);
        let mut held: Vec<&str> = imported.held.iter().map(|[id, _, _]| &**id).collect();
        let mut ids: Vec<String> = report
            .findings
            .iter()
            .map(|finding| format!("leastwise/{}", finding.id()))
            .collect();
        held.sort_unstable();
        ids.sort_unstable();
        assert_eq!(held, ids);
    }
    let good = lines(&rendered(&sample_report(), "asff")).remove(0);
    for (name, value) in [
        ("Titel", json!("misspelt")),
        ("Severity", json!({"Label": "AWFUL"})),
        ("Title", json!("x".repeat(257))),
        ("Description", json!("")),
        ("Region", json!("eu-west-1")),
        ("CreatedAt", json!("yesterday")),
        ("Resources", json!([{"Type": "AwsIamRole"}])),
        ("ProductFields", json!({"empty": " "})),
    ] {
        let mut bad = good.clone();
        bad["Findings"][0][name] = value;
        assert_ne!(security_hub(&bad.to_string()).mistakes, [""; 0], "{name} does not matter");
    }
    let mut many = good.clone();
    many["Findings"] = json!(vec![good["Findings"][0].clone(); 101]);
    assert_ne!(security_hub(&many.to_string()).mistakes, [""; 0]);
}
