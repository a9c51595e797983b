//! Counts the answers of a report to a question.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::controls::Question;
use crate::controls::usage::Use;
use crate::controls::usage::Window;
use crate::finding::Finding;
use crate::finding::FindingId;
use crate::finding::Report;
use crate::finding::Verdict;

/// How many of a population are right, wrong, or not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// What is counted.
    pub unit: &'static str,
    /// How many there are; the sum of the counts below.
    pub population: u64,
    /// Nothing speaks against them.
    pub pass: u64,
    /// Something does.
    pub fail: u64,
    /// Something does, and somebody accepts it for a time.
    pub accepted: u64,
    /// It is not known.
    pub not_determined: u64,
    /// The findings behind `fail`, in order of the report.
    pub findings: Vec<FindingId>,
}

/// What is said of one of the population.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Pass,
    NotDetermined,
    Accepted,
    Fail,
}

impl Tally {
    pub(super) fn of(question: Question, report: &Report, window: Window) -> Self {
        match question {
            Question::Lp => rights(report, window),
            Question::Who => identities(report, |findings| {
                let is_reviewed = findings.iter().all(|finding| finding.suppression.is_some());
                if is_reviewed { Answer::Pass } else { Answer::NotDetermined }
            }),
            Question::Unused => identities(report, |findings| {
                let used = findings
                    .first()
                    .map_or(Use::NotKnown, |finding| window.of_identity(&finding.identity));
                let is_accepted = findings.iter().all(|finding| finding.suppression.is_some());
                answer(used, is_accepted)
            }),
            Question::Sod | Question::Admin | Question::Log | Question::Detect | Question::Change | Question::Recover => {
                Self::default()
            }
        }
    }

    fn add(&mut self, answer: Answer, findings: &[&Finding]) {
        self.population += 1;
        match answer {
            Answer::Pass => self.pass += 1,
            Answer::NotDetermined => self.not_determined += 1,
            Answer::Accepted => self.accepted += 1,
            Answer::Fail => {
                self.fail += 1;
                self.findings.extend(findings.iter().map(|finding| finding.id()));
            }
        }
    }
}

const fn answer(used: Use, is_accepted: bool) -> Answer {
    match used {
        Use::Used => Answer::Pass,
        Use::NotKnown => Answer::NotDetermined,
        Use::Unused if is_accepted => Answer::Accepted,
        Use::Unused => Answer::Fail,
    }
}

/// Each identity with each action: denied, used, unused, or not known.
fn rights(report: &Report, window: Window) -> Tally {
    let denied = report.facts.verdicts.denied;
    let mut tally = Tally {
        unit: "identity and action",
        population: denied,
        pass: denied,
        ..Tally::default()
    };
    for finding in &report.findings {
        let said = match finding.verdict {
            // Counted already, whether or not the report has rows of them.
            Verdict::Denied => continue,
            Verdict::Undetermined => Answer::NotDetermined,
            Verdict::Allowed | Verdict::Conditional => answer(window.of_right(finding), finding.suppression.is_some()),
        };
        tally.add(said, &[finding]);
    }
    tally
}

/// Each identity that can act, for certain or perhaps.
fn identities(report: &Report, said: impl Fn(&[&Finding]) -> Answer) -> Tally {
    let mut order: Vec<&Arc<str>> = Vec::new();
    let mut by_identity: BTreeMap<&Arc<str>, Vec<&Finding>> = BTreeMap::new();
    for finding in report.findings.iter().filter(|finding| finding.verdict != Verdict::Denied) {
        let principal = &finding.identity.principal;
        let findings = by_identity.entry(principal).or_default();
        if findings.is_empty() {
            order.push(principal);
        }
        findings.push(finding);
    }
    let mut tally = Tally {
        unit: "identity that can act, or perhaps can",
        ..Tally::default()
    };
    for findings in order.into_iter().filter_map(|principal| by_identity.get(principal)) {
        tally.add(said(findings), findings);
    }
    tally
}
