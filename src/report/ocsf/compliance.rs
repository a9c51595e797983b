//! A control as a Compliance Finding (class 2003): pass, fail or unknown, over which population, and what fails it.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::json;

use crate::controls::Assessment;
use crate::controls::ControlResult;
use crate::controls::Outcome;
use crate::controls::QuestionResult;
use crate::finding::FindingId;
use crate::finding::Report;
use crate::finding::Severity;
use crate::report::ocsf::event::INFORMATIONAL;
use crate::report::ocsf::event::event;
use crate::report::ocsf::event::severity;

/// At most so many failing findings are named in an event; their count is always whole.
const NAMED: usize = 1000;

/// How severe each finding of a report is.
pub(super) struct Severities(BTreeMap<FindingId, Option<Severity>>);

impl Severities {
    pub(super) fn of(report: &Report) -> Self {
        let findings = report.findings.iter();
        Self(findings.map(|finding| (finding.id(), finding.severity())).collect())
    }

    fn worst(&self, findings: &[&FindingId]) -> Option<Severity> {
        findings.iter().filter_map(|id| *self.0.get(*id)?).max()
    }
}

pub(super) fn compliance(control: &ControlResult, assessment: &Assessment, severities: &Severities, report: &Report) -> Value {
    let failing = control.failing();
    let (severity_id, severity) = match control.outcome {
        Outcome::Pass => INFORMATIONAL,
        Outcome::Fail => severity(severities.worst(&failing)),
        Outcome::NotDetermined => severity(None),
    };
    let (status_id, status) = match control.outcome {
        Outcome::Pass => (4, "Resolved"),
        Outcome::Fail | Outcome::NotDetermined => (1, "New"),
    };
    let (outcome_id, outcome) = status_of(control.outcome);
    let standards = [&assessment.title];
    let checks = control.questions.iter().map(|question| check(question, &standards));
    let name = format!("{} {}", assessment.title, control.id);
    let events = failing.iter().take(NAMED).map(|id| json!({"uid": id, "type_uid": 200_801}));
    let events: Vec<Value> = events.collect();
    let own = json!({
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "message": format!("{name}: {}", control.outcome.phrase()),
        "finding_info": {
            "uid": format!("{}/{}", assessment.framework, control.id),
            "title": name,
            "desc": control.purpose,
            "types": ["Compliance"],
            "related_events": (!events.is_empty()).then_some(&events),
            "related_events_count": failing.len(),
        },
        "cloud": {"provider": "AWS"},
        "compliance": {
            "standards": standards,
            "control": control.id,
            "desc": control.purpose,
            "status_id": outcome_id,
            "status": outcome,
            "status_code": control.outcome,
            "status_details": control.reasons(),
            "checks": checks.collect::<Vec<_>>(),
        },
        "unmapped": {
            "framework": assessment.framework,
            "mapping_status": control.status,
            "extent": control.extent,
            "accounts": report.facts.accounts,
            "identities": report.facts.identities,
            "gaps": report.gaps.len(),
            "questions": counts(control),
        },
    });
    event((2003, "Compliance Finding"), (1, "Create"), &report.facts, own)
}

const fn status_of(outcome: Outcome) -> (u32, &'static str) {
    match outcome {
        Outcome::Pass => (1, "Pass"),
        Outcome::Fail => (3, "Fail"),
        Outcome::NotDetermined => (0, "Unknown"),
    }
}

fn check(question: &QuestionResult, standards: &[&String]) -> Value {
    let (status_id, status) = status_of(question.outcome);
    json!({
        "uid": question.question.word(),
        "name": question.question.sentence(),
        "desc": question.told(),
        "standards": standards,
        "status_id": status_id,
        "status": status,
    })
}

/// Of the questions that were asked; the others were counted over nothing.
fn counts(control: &ControlResult) -> Vec<Value> {
    let asked = control.questions.iter().filter(|question| !question.tally.unit.is_empty());
    let counted = asked.map(|question| {
        let tally = &question.tally;
        json!({
            "question": question.question,
            "unit": tally.unit,
            "population": tally.population,
            "pass": tally.pass,
            "fail": tally.fail,
            "accepted": tally.accepted,
            "not_determined": tally.not_determined,
        })
    });
    counted.collect()
}
