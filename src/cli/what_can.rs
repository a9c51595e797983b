//! `what-can`: all actions of the catalog, by identity.

use std::borrow::Cow;
use std::io;
use std::io::Write;
use std::sync::Arc;

use clap::Args;
use leastwise::estate::AccountEstate;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::Subject;
use leastwise::ident::Glob;
use leastwise::report::Column;
use leastwise::report::defused;
use leastwise::report::visible;
use leastwise::report::write_grid;
use leastwise::solve::ActionSet;
use leastwise::solve::EveryAction;
use leastwise::solve::Told;
use leastwise::solve::Verdict;
use serde::Serialize;
use serde::Serializer;

use crate::answers;
use crate::args::Destination;
use crate::args::Format;
use crate::args::Sources;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::output;

#[derive(Debug, Args)]
pub(crate) struct WhatCan {
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// Ask about identities whose ARN matches only (`*` and `?` are wildcards; repeatable).
    #[arg(long = "principal", value_name = "ARN")]
    pub(crate) principals: Vec<String>,
    /// List what they cannot do, too.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

/// Actions of one identity of which the same holds.
#[derive(Debug, Serialize)]
struct Row {
    principal: String,
    account: String,
    verdict: &'static str,
    /// What must hold, or what the holder has to choose or wait for.
    conditions: Vec<Arc<str>>,
    /// What is not known and decides.
    unknowns: Vec<Arc<str>>,
    /// How many actions there are.
    count: usize,
    /// The actions: `*` stands for all of the catalog, `service:*` for all of a service. Named when they are written: the
    /// names of thousands of rows do not fit into memory.
    #[serde(serialize_with = "named")]
    actions: ActionSet,
}

fn named<S: Serializer>(actions: &ActionSet, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(actions.patterns())
}

pub(crate) fn run(what_can: &WhatCan) -> Result<ExitCode, Failure> {
    let inputs = Inputs::open(&what_can.sources.sources, &what_can.sources.reading)?;
    let wanted: Vec<Glob> = what_can.principals.iter().map(|text| Glob::from_policy_text(text)).collect();
    let mut gaps = inputs.problems.len();
    let mut rows: Vec<Row> = Vec::new();
    let answer = |estate: &AccountEstate, scope: &AccountScope| {
        let is_wanted = |arn: &str| wanted.is_empty() || wanted.iter().any(|glob| glob.matches(arn));
        let mut subjects = Subject::all_of(estate, scope);
        subjects.retain(|subject| is_wanted(subject.principal.arn.as_str()));
        let mut every = EveryAction::default();
        let answered = subjects.iter().flat_map(|subject| {
            let row = |(told, actions): (Option<&Told>, &ActionSet)| Row {
                principal: subject.principal.arn.to_string(),
                account: estate.account.to_string(),
                verdict: told.map_or(Verdict::Denied, |told| told.verdict).as_str(),
                conditions: told.map_or_else(Vec::new, |told| {
                    told.conditions.iter().map(|condition| condition.words.clone()).collect()
                }),
                unknowns: told.map_or_else(Vec::new, |told| told.unknowns.clone()),
                count: actions.len(),
                actions: actions.clone(),
            };
            let told = every.ask(subject, inputs.as_of).by_what_holds();
            let kept = told.iter().filter(|(told, actions)| {
                let is_denied = told.as_ref().is_none_or(|told| told.verdict == Verdict::Denied);
                !actions.is_empty() && (what_can.all || !is_denied)
            });
            kept.map(|(told, actions)| row((told.as_deref(), actions)))
                .collect::<Vec<_>>()
        });
        (answered.collect::<Vec<Row>>(), estate.problems.len())
    };
    inputs.each(answer, |(answered, problems)| {
        rows.extend(answered);
        gaps += problems;
    })?;
    output::write(&what_can.destination, |out| match what_can.destination.format {
        Format::Table => table(&rows, out),
        Format::Csv => csv(&rows, out),
        Format::Json => answers::json(&rows, out),
    })?;
    Ok(output::completeness(gaps))
}

fn csv(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        "principal",
        "account",
        "verdict",
        "conditions",
        "unknowns",
        "count",
        "actions",
    ];
    let safe = |text: &str| defused(Cow::from(text)).into_owned();
    let row = |row: &Row| {
        [
            safe(&row.principal),
            row.account.clone(),
            row.verdict.to_owned(),
            safe(&row.conditions.join("; ")),
            safe(&row.unknowns.join("; ")),
            row.count.to_string(),
            row.actions.patterns().join(" "),
        ]
    };
    answers::csv(columns, rows.iter().map(row), out)
}

/// How many actions the table names of each row.
const NAMED: usize = 12;

fn table(rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let width = output::width().max(80);
    let rest = width - 14 - 8;
    let column = |heading, width, is_number| Column {
        heading,
        width,
        is_number,
    };
    let columns = [
        column("Verdict", 14, false),
        column("Identity", rest * 2 / 5, false),
        column("Count", 8, true),
        column("Actions, conditions, unknowns", rest - rest * 2 / 5, false),
    ];
    write_grid(&columns, rows.iter().map(cells), out)?;
    let mut identities: Vec<&str> = rows.iter().map(|row| &*row.principal).collect();
    identities.dedup();
    match identities.len() {
        0 => writeln!(
            out,
            "No identity that was asked about can call anything, or none fits --principal."
        ),
        1 => writeln!(out, "1 identity"),
        many => writeln!(out, "{many} identities"),
    }
}

fn cells(row: &Row) -> Vec<String> {
    let patterns = row.actions.patterns();
    let mut actions = patterns.iter().take(NAMED).copied().collect::<Vec<_>>().join(" ");
    if let Some(more) = patterns.len().checked_sub(NAMED).filter(|more| *more > 0) {
        actions = format!("{actions} and {more} more");
    }
    let said = std::iter::once(actions).chain(answers::said(row.verdict, &row.conditions, &row.unknowns));
    vec![
        row.verdict.to_owned(),
        visible(&row.principal).into_owned(),
        row.count.to_string(),
        said.collect::<Vec<_>>().join("\n"),
    ]
}
