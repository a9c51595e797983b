//! The report grouped by the controls of a framework, as table, CSV and JSON.

use std::io;

use csv::QuoteStyle;
use serde::Serialize;

use crate::controls::Assessment;
use crate::controls::ControlResult;
use crate::controls::MappingStatus;
use crate::controls::Outcome;
use crate::controls::QuestionResult;
use crate::finding::CoverageGap;
use crate::finding::Report;
use crate::finding::RunFacts;
use crate::report::csv::CsvOptions;
use crate::report::csv::defused;
use crate::report::csv::io_error;
use crate::report::csv::writer;
use crate::report::grid::Column;
use crate::report::grid::write_grid;
use crate::report::visible;

/// The name and version of the JSON.
const SCHEMA: &str = "leastwise-controls/1";

/// The columns of the CSV, one row a control and question. Their order does not change; new ones come last.
const COLUMNS: [&str; 17] = [
    "framework",
    "control",
    "purpose",
    "mapping_status",
    "outcome",
    "question",
    "question_outcome",
    "unit",
    "population",
    "pass",
    "fail",
    "accepted",
    "not_determined",
    "accounts",
    "gaps",
    "reasons",
    "findings",
];

const fn status(status: MappingStatus) -> &'static str {
    match status {
        MappingStatus::Verified => "verified",
        MappingStatus::Unverified => "unverified",
    }
}

/// Writes the JSON.
///
/// # Errors
/// What the writer says.
pub fn write_controls_json(assessment: &Assessment, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema: &'static str,
        framework: &'a str,
        title: &'a str,
        facts: &'a RunFacts,
        gaps: &'a [CoverageGap],
        controls: &'a [ControlResult],
    }
    let document = Document {
        schema: SCHEMA,
        framework: &assessment.framework,
        title: &assessment.title,
        facts: &report.facts,
        gaps: &report.gaps,
        controls: &assessment.controls,
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    out.write_all(b"\n")
}

/// Writes the CSV (RFC 4180), header first.
///
/// # Errors
/// What the writer says.
pub fn write_controls_csv(
    assessment: &Assessment,
    report: &Report,
    options: CsvOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut rows = writer(QuoteStyle::Necessary, out);
    rows.write_record(COLUMNS).map_err(io_error)?;
    for control in &assessment.controls {
        for question in &control.questions {
            for value in values(assessment, control, question, report) {
                let value = value.into();
                let value = if options.raw { value } else { defused(value) };
                rows.write_field(&*value).map_err(io_error)?;
            }
            rows.write_record(None::<&[u8]>).map_err(io_error)?;
        }
    }
    rows.flush()
}

fn values(
    assessment: &Assessment,
    control: &ControlResult,
    question: &QuestionResult,
    report: &Report,
) -> [String; COLUMNS.len()] {
    let tally = &question.tally;
    let findings: Vec<String> = tally.findings.iter().map(ToString::to_string).collect();
    [
        assessment.framework.clone(),
        control.id.clone(),
        control.purpose.clone(),
        status(control.status).to_owned(),
        control.outcome.word().to_owned(),
        question.question.word().to_owned(),
        question.outcome.word().to_owned(),
        tally.unit.to_owned(),
        tally.population.to_string(),
        tally.pass.to_string(),
        tally.fail.to_string(),
        tally.accepted.to_string(),
        tally.not_determined.to_string(),
        report.facts.accounts.to_string(),
        report.gaps.len().to_string(),
        question.reasons.join("; "),
        findings.join(" "),
    ]
}

/// Writes the table.
///
/// # Errors
/// What the writer says.
pub fn write_controls_table(assessment: &Assessment, report: &Report, width: u16, out: &mut dyn io::Write) -> io::Result<()> {
    let facts = &report.facts;
    writeln!(out, "{}, as of {}", visible(&assessment.title), facts.as_of)?;
    let (accounts, identities, gaps) = (facts.accounts, facts.identities, report.gaps.len());
    writeln!(out, "accounts: {accounts}, identities: {identities}, gaps: {gaps}\n")?;
    let fixed = [("Control", 14, false), ("Outcome", 15, false), ("Question", 15, false)];
    let counts = [
        ("Of", 7, true),
        ("Pass", 7, true),
        ("Fail", 7, true),
        ("Accepted", 10, true),
        ("Unknown", 9, true),
    ];
    let taken: u16 = fixed.iter().chain(&counts).map(|(_, width, _)| width).sum();
    let last = [("Purpose, reasons", width.saturating_sub(taken).max(30), false)];
    let columns: Vec<Column> = fixed
        .into_iter()
        .chain(counts)
        .chain(last)
        .map(|(heading, width, is_number)| Column {
            heading,
            width,
            is_number,
        })
        .collect();
    let rows = assessment
        .controls
        .iter()
        .flat_map(|control| control.questions.iter().map(move |question| row(control, question)));
    write_grid(&columns, rows, out)
}

fn shown(outcome: Outcome) -> String {
    outcome.word().replace('_', " ")
}

fn row(control: &ControlResult, question: &QuestionResult) -> Vec<String> {
    let tally = &question.tally;
    let id = match control.status {
        MappingStatus::Verified => visible(&control.id).into_owned(),
        MappingStatus::Unverified => format!("{}\nunverified", visible(&control.id)),
    };
    let asked = if control.questions.len() == 1 || control.outcome == question.outcome {
        question.question.word().to_owned()
    } else {
        format!("{}\n{}", question.question.word(), shown(question.outcome))
    };
    let counts = [tally.population, tally.pass, tally.fail, tally.accepted, tally.not_determined];
    let why = std::iter::once(&control.purpose)
        .chain(&question.reasons)
        .map(|line| visible(line).into_owned());
    let why: Vec<String> = why.collect();
    let mut cells = vec![id, shown(control.outcome), asked];
    cells.extend(counts.map(|count| count.to_string()));
    cells.push(why.join("\n"));
    cells
}
