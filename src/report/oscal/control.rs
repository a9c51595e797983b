//! A control: an observation of how many were looked at, and a finding whether its objective is met.

use std::fmt::Write as _;

use serde_json::Value;
use serde_json::json;

use crate::controls::Assessment;
use crate::controls::ControlResult;
use crate::controls::Outcome;
use crate::finding::RunFacts;
use crate::report::oscal::parts::markdown;
use crate::report::oscal::parts::of;
use crate::report::oscal::parts::props;
use crate::report::oscal::parts::tool;
use crate::report::sentence::told;

/// At most so many failing findings are related to a control; their count is always whole.
const NAMED: usize = 1000;

/// The frameworks whose controls NIST publishes in OSCAL: AC-6(1) is `ac-6.1` there.
const NIST: [&str; 2] = ["nist-800-53r5", "fedramp-rev5"];

/// All controls of the framework, as reviewed.
pub(super) fn selection(assessment: &Assessment) -> Value {
    let controls = assessment.controls.iter();
    let controls: Vec<Value> = controls
        .map(|control| json!({"control-id": token(control, assessment)}))
        .collect();
    told(json!({"description": markdown(&assessment.title), "include-controls": controls}))
}

pub(super) fn observation(control: &ControlResult, assessment: &Assessment, facts: &RunFacts) -> Value {
    told(json!({
        "uuid": of("control observation", &name(control, assessment)),
        "title": markdown(&format!("What was counted for {} {}", assessment.title, control.id)),
        "description": description(control),
        "props": counts(control),
        "methods": ["EXAMINE"],
        "types": ["control-objective"],
        "origins": [{"actors": [{"type": "tool", "actor-uuid": tool()}]}],
        "collected": facts.as_of,
    }))
}

pub(super) fn finding(control: &ControlResult, assessment: &Assessment) -> Value {
    let (state, reason) = match control.outcome {
        Outcome::Pass => ("satisfied", "pass"),
        Outcome::Fail => ("not-satisfied", "fail"),
        // The model knows no third state, and nobody may take this for a pass.
        Outcome::NotDetermined => ("not-satisfied", "other"),
    };
    let remarks = (control.outcome == Outcome::NotDetermined).then(|| {
        format!(
            "Not determined, and no evidence of a failure: {}",
            control.reasons().join("; ")
        )
    });
    let failing = control.failing();
    let own = json!({"observation-uuid": of("control observation", &name(control, assessment))});
    let named = failing.iter().take(NAMED).map(ToString::to_string);
    let observations = std::iter::once(own).chain(named.clone().map(|id| json!({"observation-uuid": of("observation", &id)})));
    let risks = named.map(|id| json!({"risk-uuid": of("risk", &id)}));
    let risks: Vec<Value> = risks.collect();
    told(json!({
        "uuid": of("control finding", &name(control, assessment)),
        "title": markdown(&format!("{} {}: {}", assessment.title, control.id, control.outcome.phrase())),
        "description": description(control),
        "props": props([
            ("framework", Some(assessment.framework.as_str().into())),
            ("control", Some(control.id.as_str().into())),
            ("outcome", Some(control.outcome.word().into())),
            ("failing-findings", Some(failing.len().to_string().into())),
        ]),
        "target": {
            "type": "objective-id",
            "target-id": format!("{}_obj", token(control, assessment)),
            "status": {"state": state, "reason": reason, "remarks": remarks.map(|text| markdown(&text))},
        },
        "related-observations": observations.collect::<Vec<_>>(),
        "related-risks": (!risks.is_empty()).then_some(risks),
    }))
}

fn name(control: &ControlResult, assessment: &Assessment) -> String {
    format!("{}\n{}", assessment.framework, control.id)
}

fn description(control: &ControlResult) -> String {
    let questions = control.questions.iter();
    let lines = questions.map(|question| {
        let (key, sentence) = (question.question.word(), question.question.sentence());
        markdown(&format!(
            "{key}: {sentence} {}: {}",
            question.outcome.phrase(),
            question.told()
        ))
    });
    std::iter::once(markdown(&control.purpose))
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n\n")
}

/// Properties named after question and count, such as `lp-population`.
fn counts(control: &ControlResult) -> Option<Value> {
    // A question that nobody asked was counted over nothing.
    let asked = control.questions.iter().filter(|question| !question.tally.unit.is_empty());
    let named = asked.flat_map(|question| {
        let key = question.question.word().to_ascii_lowercase();
        let tally = &question.tally;
        [
            ("population", tally.population),
            ("pass", tally.pass),
            ("fail", tally.fail),
            ("accepted", tally.accepted),
            ("not-determined", tally.not_determined),
        ]
        .map(|(count, of)| (format!("{key}-{count}"), of.to_string()))
    });
    let named: Vec<(String, String)> = named.collect();
    props(named.iter().map(|(name, value)| (name.as_str(), Some(value.as_str().into()))))
}

/// The control as OSCAL names things, which begin with a letter and know no brackets.
fn token(control: &ControlResult, assessment: &Assessment) -> String {
    if NIST.contains(&assessment.framework.as_str()) {
        let id = control.id.to_ascii_lowercase().replace('(', ".").replace(')', "");
        if id.starts_with(|c: char| c.is_ascii_lowercase()) && id.bytes().all(is_plain) {
            return id;
        }
    }
    let token = format!("{}_{}", spelled(&assessment.framework), spelled(&control.id));
    if token.starts_with(|c: char| c.is_ascii_alphabetic()) {
        token
    } else {
        format!("_{token}")
    }
}

/// Every other character as `_x` and two digits, so that no two ids become one.
fn spelled(text: &str) -> String {
    let mut token = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_plain(byte) {
            token.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(token, "_x{byte:02x}");
        }
    }
    token
}

const fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}
