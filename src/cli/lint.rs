//! `lint`: what can be proven of one policy document.

use std::path::PathBuf;

use clap::Args;
use leastwise::policy::PolicyType;
use leastwise::report::visible;
use leastwise::solve::lint;
use serde::Serialize;

use crate::args::Destination;
use crate::args::Format;
use crate::document;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;

/// The text of `lint --help` about exit codes.
pub(crate) const LINT_EXIT_CODES: &str = "\
Exit codes:
  0  nothing to remark
  1  there are remarks
  2  wrong usage, an invalid document, or nothing could be read or written";

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// The policy document.
    pub(crate) document: PathBuf,
    /// What it is used as.
    #[arg(long = "type", value_name = "TYPE", default_value = "identity")]
    pub(crate) policy_type: LintedType,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

#[derive(Debug, Serialize)]
struct Row {
    file: String,
    line: usize,
    column: usize,
    /// The statement, from 1, as in the rest of the product.
    statement: usize,
    sid: Option<String>,
    kind: &'static str,
    words: String,
}

pub(crate) fn run(options: &Lint) -> Result<ExitCode, Failure> {
    output::no_csv(&options.destination, "lint")?;
    let (policy, document) = document::read(&options.document, options.policy_type.into())?;
    let (file, text) = (policy.text.file, policy.text.text);
    let rows: Vec<Row> = lint(&document)
        .into_iter()
        .filter_map(|remark| {
            let statement = document.statements.get(remark.statement)?;
            let before = text.get(..statement.span.start).unwrap_or_default();
            Some(Row {
                file: file.to_string(),
                line: before.matches('\n').count() + 1,
                column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
                statement: remark.statement + 1,
                sid: statement.sid.as_deref().map(str::to_owned),
                kind: remark.kind.as_str(),
                words: remark.words,
            })
        })
        .collect();
    output::write(&options.destination, |out| match options.destination.format {
        Format::Json => {
            serde_json::to_writer_pretty(&mut *out, &rows)?;
            writeln!(out)
        }
        Format::Table | Format::Csv => {
            for row in &rows {
                let sid = row.sid.as_deref().map(|sid| format!(" ({sid})")).unwrap_or_default();
                let line = format!(
                    "{}:{}:{}: statement {}{sid}: {}: {}",
                    row.file, row.line, row.column, row.statement, row.kind, row.words
                );
                writeln!(out, "{}", visible(&line))?;
            }
            if rows.is_empty() {
                writeln!(out, "{}: nothing to remark", visible(&file))?;
            }
            Ok(())
        }
    })?;
    Ok(if rows.is_empty() { ExitCode::Done } else { ExitCode::Found })
}

/// What the document is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum LintedType {
    Identity,
    Boundary,
    Session,
    Resource,
    Trust,
    Scp,
    Rcp,
}

impl From<LintedType> for PolicyType {
    fn from(linted: LintedType) -> Self {
        match linted {
            LintedType::Identity => Self::Identity,
            LintedType::Boundary => Self::PermissionsBoundary,
            LintedType::Session => Self::Session,
            LintedType::Resource => Self::Resource,
            LintedType::Trust => Self::Trust,
            LintedType::Scp => Self::ServiceControl,
            LintedType::Rcp => Self::ResourceControl,
        }
    }
}
