//! What a report says about the controls of a framework.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::controls::Control;
use crate::controls::Extent;
use crate::controls::Framework;
use crate::controls::MappingStatus;
use crate::controls::Question;
use crate::controls::Tally;
use crate::controls::usage::Window;
use crate::finding::FindingId;
use crate::finding::Report;

/// What is said of a control or a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// All was looked at, and nothing speaks against it.
    Pass,
    /// Something speaks against it.
    Fail,
    /// Not known: something was not read, is not decided, or is not asked by any rule.
    NotDetermined,
}

impl Outcome {
    /// The word of every format.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotDetermined => "not_determined",
        }
    }

    /// The same for people.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::NotDetermined => "not determined",
        }
    }
}

/// A framework's controls over a report.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The framework's name.
    pub framework: String,
    /// Its title and version.
    pub title: String,
    /// The controls, in order of the framework file.
    pub controls: Vec<ControlResult>,
}

/// A control.
#[derive(Debug, Clone, Serialize)]
pub struct ControlResult {
    /// Its id.
    pub id: String,
    /// What it is for, in our words.
    pub purpose: String,
    /// Whether the id was compared with a source.
    pub status: MappingStatus,
    /// Whether answers decide it.
    pub extent: Extent,
    /// What is said of it.
    pub outcome: Outcome,
    /// Its questions.
    pub questions: Vec<QuestionResult>,
}

/// A question of a control.
#[derive(Debug, Clone, Serialize)]
pub struct QuestionResult {
    /// The question.
    pub question: Question,
    /// The answer.
    pub outcome: Outcome,
    /// What it was counted over.
    #[serde(flatten)]
    pub tally: Tally,
    /// Why it is no pass, in words.
    pub reasons: Vec<String>,
}

impl ControlResult {
    /// The findings that fail it, each once: those of the first question come first.
    #[must_use]
    pub fn failing(&self) -> Vec<&FindingId> {
        let mut seen = BTreeSet::new();
        let failed = self.questions.iter().filter(|question| question.outcome == Outcome::Fail);
        let findings = failed.flat_map(|question| &question.tally.findings);
        findings.filter(|id| seen.insert(**id)).collect()
    }

    /// Why it is no pass, a question a line; empty when it is one.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let open = self.questions.iter().filter(|question| !question.reasons.is_empty());
        open.map(|question| format!("{}: {}", question.question.word(), question.reasons.join("; ")))
            .collect()
    }
}

impl QuestionResult {
    /// The counts in words.
    #[must_use]
    pub fn told(&self) -> String {
        let tally = &self.tally;
        if tally.unit.is_empty() {
            return self.reasons.join("; ");
        }
        format!(
            "of {} (each {}): {} pass, {} fail, {} accepted for a time, {} not known",
            tally.population, tally.unit, tally.pass, tally.fail, tally.accepted, tally.not_determined
        )
    }
}

/// Assesses a report. `is_chosen` says that rows were left out of it on demand, so that it is not about everything.
#[must_use]
pub fn assess(framework: &Framework, report: &Report, is_chosen: bool) -> Assessment {
    let controls = framework
        .controls
        .iter()
        .map(|control| of_control(control, report, is_chosen));
    Assessment {
        framework: framework.id.clone(),
        title: format!("{} {}", framework.title, framework.version),
        controls: controls.collect(),
    }
}

fn of_control(control: &Control, report: &Report, is_chosen: bool) -> ControlResult {
    let window = Window {
        as_of: report.facts.as_of,
        days: control.unused_days,
    };
    let mut questions: Vec<QuestionResult> = control
        .questions
        .iter()
        .map(|question| of_question(*question, report, window, is_chosen))
        .collect();
    if control.extent == Extent::Context {
        for question in &mut questions {
            question.outcome = Outcome::NotDetermined;
            question.reasons = vec!["the control asks something that the report does not answer; the counts are context".into()];
        }
    }
    let is_any = |outcome: Outcome| questions.iter().any(|question| question.outcome == outcome);
    ControlResult {
        id: control.id.clone(),
        purpose: control.purpose.clone(),
        status: control.status,
        extent: control.extent,
        outcome: if is_any(Outcome::Fail) {
            Outcome::Fail
        } else if is_any(Outcome::NotDetermined) {
            Outcome::NotDetermined
        } else {
            Outcome::Pass
        },
        questions,
    }
}

fn of_question(question: Question, report: &Report, window: Window, is_chosen: bool) -> QuestionResult {
    let tally = Tally::of(question, report, window);
    let mut reasons = Vec::new();
    if let Some(reason) = question.unanswered() {
        reasons.push(reason.to_owned());
    } else {
        let days = window.days;
        let mut say = |count: u64, words: &str| {
            if count > 0 {
                reasons.push(format!("{count} {words}"));
            }
        };
        say(tally.fail, &format!("not used for more than {days} days"));
        say(
            tally.accepted,
            &format!("not used for more than {days} days, and accepted for a time"),
        );
        let words = if question == Question::Who {
            "without a recorded review"
        } else {
            "not known"
        };
        say(tally.not_determined, words);
        say(
            u64::try_from(report.gaps.len()).unwrap_or(u64::MAX),
            "gaps: not everything was read",
        );
        if is_chosen {
            reasons.push("only chosen rows are in the report".to_owned());
        }
        if report.facts.accounts == 0 || report.facts.rules.is_empty() {
            reasons.push("nothing was looked at".to_owned());
        }
    }
    QuestionResult {
        question,
        outcome: match (tally.fail, reasons.is_empty()) {
            (0, true) => Outcome::Pass,
            (0, false) => Outcome::NotDetermined,
            _ => Outcome::Fail,
        },
        tally,
        reasons,
    }
}
