//! `suppress`: an entry for a finding in the configuration file.

use std::io;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use leastwise::baseline::EarlierReport;
use leastwise::config::EntryWords;
use leastwise::config::entry;
use leastwise::finding::FindingId;
use leastwise::report::visible;
use leastwise::snapshot::write_atomically;

use crate::args::CONFIG_FILE;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;
use crate::output::file_failure;
use crate::settings::checked_text;
use crate::settings::listed;

#[derive(Debug, Args)]
pub(crate) struct Suppress {
    /// The finding's id, as every format of the report tells it.
    #[arg(value_parser = finding_id)]
    pub(crate) id: FindingId,
    /// A JSON report that has the finding.
    pub(crate) report: PathBuf,
    /// Who answers for accepting it.
    #[arg(long, value_name = "WHO")]
    pub(crate) owner: String,
    /// Why it is accepted.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// The last day on which that counts, in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) expires: Date,
    /// The configuration file that gets the entry; it is made if it is not there.
    #[arg(long, value_name = "FILE", default_value = CONFIG_FILE)]
    pub(crate) config: PathBuf,
    /// Print the entry and write nothing.
    #[arg(long)]
    pub(crate) print: bool,
}

pub(crate) fn run(asked: &Suppress) -> Result<ExitCode, Failure> {
    let report = EarlierReport::open(&asked.report)?;
    let Some(row) = report.row(asked.id) else {
        return Err(Failure::Usage(format!(
            "{}: no finding has the id {}",
            asked.report.display(),
            asked.id
        )));
    };
    let [owner, reason] = [("--owner", &asked.owner), ("--reason", &asked.reason)].map(|(flag, told)| {
        let told = told.trim();
        if told.is_empty() {
            return Err(Failure::Usage(format!("{flag} is empty; write something")));
        }
        Ok(told)
    });
    if asked.expires < Offset::UTC.to_datetime(Timestamp::now()).date() {
        return Err(Failure::Usage(format!("--expires {} is over already", asked.expires)));
    }
    let written = entry(&EntryWords {
        id: asked.id,
        rule: row.rule.as_str(),
        action: &row.action,
        identity: &row.principal,
        owner: owner?,
        reason: reason?,
        expires: asked.expires,
    });
    if asked.print {
        output::lines(&written)?;
        return Ok(ExitCode::Done);
    }
    let path = &asked.config;
    let old = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(file_failure(path, error)),
    };
    let (known, mistakes) = checked_text(path, &old);
    if !mistakes.is_empty() {
        return Err(Failure::Config(listed(&mistakes)));
    }
    if known.suppressions.names(asked.id) {
        return Err(Failure::Usage(format!(
            "{}: the finding {} has an entry already; change that",
            path.display(),
            asked.id
        )));
    }
    let gap = match &*old {
        "" => "",
        old if old.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let new = format!("{old}{gap}{written}");
    // Where the list is written inline, nothing can be added at the end.
    let (_, mistakes) = checked_text(path, &new);
    if !mistakes.is_empty() {
        return Err(Failure::Usage(format!(
            "{}: no entry can be added at the end; write each suppression as [[suppressions]], or add what --print prints",
            path.display()
        )));
    }
    write_atomically(path, |out| out.write_all(new.as_bytes())).map_err(|error| file_failure(path, error))?;
    output::lines(&visible(&format!(
        "{}: accepted until {}: {} {}",
        path.display(),
        asked.expires,
        row.principal,
        row.action
    )))?;
    output::lines("\n")?;
    Ok(ExitCode::Done)
}

fn finding_id(text: &str) -> Result<FindingId, String> {
    FindingId::from_text(text).ok_or_else(|| "32 hexadecimal digits expected, as in the column `id` of a report".to_owned())
}

fn day(text: &str) -> Result<Date, String> {
    let day = text.parse().ok().filter(|_| text.len() == "2026-12-31".len());
    day.ok_or_else(|| "a day such as 2026-12-31 expected".to_owned())
}
