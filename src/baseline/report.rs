//! A whole report, by the ids of its findings.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde::de::IgnoredAny;

use crate::baseline::EarlierRow;
use crate::baseline::Standing;
use crate::baseline::change_of;
use crate::baseline::row::Evidence;
use crate::finding::Baseline;
use crate::finding::Finding;
use crate::finding::FindingId;
use crate::finding::GoneFinding;
use crate::finding::Report;
use crate::finding::RuleId;
use crate::ident::AccountId;

/// What is wanted of a report's first member.
const SCHEMA: &str = "leastwise-report/1";

/// How our reports begin.
const MARK: &str = "\"leastwise-report/";

/// The rows of a report.
#[derive(Debug, Clone)]
pub struct EarlierReport {
    /// The time that it speaks of.
    pub as_of: Timestamp,
    /// The rules that were asked.
    pub rules: BTreeSet<RuleId>,
    /// The accounts of which it has rows.
    pub accounts: BTreeSet<AccountId>,
    /// Whether something was not read for it.
    pub has_gaps: bool,
    rows: BTreeMap<FindingId, EarlierRow>,
}

/// A file that is no report.
#[derive(Debug, thiserror::Error)]
pub enum EarlierReportError {
    /// It could not be read.
    #[error("{file}: {source}")]
    Read {
        /// The file.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// It is none.
    #[error("{file}: this is no JSON report of leastwise: {why}; `leastwise audit --format json` writes one")]
    NoReport {
        /// The file.
        file: String,
        /// What is wrong, with line and column.
        why: String,
    },
}

#[derive(Deserialize)]
struct RawReport<R> {
    schema: String,
    facts: RawFacts,
    findings: Vec<R>,
    #[serde(default)]
    gaps: Vec<IgnoredAny>,
}

/// A row without what its answer rests on, which is most of it.
#[derive(Deserialize)]
#[serde(from = "EarlierRow")]
struct Answer(EarlierRow);

impl From<EarlierRow> for Answer {
    fn from(row: EarlierRow) -> Self {
        Self(EarlierRow {
            evidence: Evidence::default(),
            ..row
        })
    }
}

#[derive(Deserialize)]
struct RawSchema {
    schema: String,
}

#[derive(Deserialize)]
struct RawFacts {
    as_of: Timestamp,
    rules: Vec<RawRule>,
}

#[derive(Deserialize)]
struct RawRule {
    id: String,
}

impl EarlierReport {
    /// Whether a JSON report lies there, be it one that cannot be read: not a directory, nor JSON of another kind.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn is_at(path: &Path) -> io::Result<bool> {
        if path.is_dir() {
            return Ok(false);
        }
        let mut start = [0; 64];
        let length = File::open(path)?.read(&mut start)?;
        let begins = String::from_utf8_lossy(start.get(..length).unwrap_or_default()).contains(MARK);
        // Who has sorted the members put others first.
        Ok(begins || {
            let told: Result<RawSchema, _> = serde_json::from_reader(BufReader::new(File::open(path)?));
            told.is_ok_and(|told| told.schema.starts_with("leastwise-report/"))
        })
    }

    /// Reads a JSON report with all that [`differences`](crate::baseline::differences) tells causes by.
    ///
    /// # Errors
    /// The file cannot be read or is no report.
    pub fn open(path: &Path) -> Result<Self, EarlierReportError> {
        read(path, |row: EarlierRow| row)
    }

    /// Reads the answers of a JSON report alone, which takes much less memory.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_answers(path: &Path) -> Result<Self, EarlierReportError> {
        read(path, |answer: Answer| answer.0)
    }

    /// The rows of a report of this run.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let rules = report.facts.rules.iter().map(|rule| rule.id.clone());
        Self::new(
            report.facts.as_of,
            rules.collect(),
            report.findings.iter().map(EarlierRow::of),
            !report.gaps.is_empty(),
        )
    }

    fn new(as_of: Timestamp, rules: BTreeSet<RuleId>, rows: impl IntoIterator<Item = EarlierRow>, has_gaps: bool) -> Self {
        let rows: BTreeMap<FindingId, EarlierRow> = rows.into_iter().map(|row| (row.id(), row)).collect();
        Self {
            as_of,
            rules,
            accounts: rows.values().map(|row| row.account).collect(),
            has_gaps,
            rows,
        }
    }

    /// The row of a finding.
    #[must_use]
    pub fn row(&self, id: FindingId) -> Option<&EarlierRow> {
        self.rows.get(&id)
    }

    /// All rows with their ids, in order of these.
    pub fn rows(&self) -> impl Iterator<Item = (FindingId, &EarlierRow)> {
        self.rows.iter().map(|(&id, row)| (id, row))
    }

    /// Says of each finding how it stands to this report.
    pub fn mark(&self, findings: &mut [Finding]) {
        for finding in findings {
            let old = self.row(finding.id());
            finding.change = Some(change_of(old, Standing::of(finding), finding.suppression.is_some()));
        }
    }

    /// This report as the baseline of one in which the identities of these findings can act. A row is gone where the
    /// identity could act and now cannot; `is_looked_at` says which rows the new report speaks of at all, and
    /// `is_asked` whether the question was asked again.
    pub fn baseline(
        &self,
        live: &BTreeSet<FindingId>,
        is_looked_at: impl Fn(&EarlierRow) -> bool,
        is_asked: impl Fn(&EarlierRow) -> bool,
    ) -> Baseline {
        let gone = self
            .rows()
            .filter(|(id, row)| row.is_live() && !live.contains(id) && is_looked_at(row));
        let mut gone: Vec<GoneFinding> = gone
            .map(|(id, row)| GoneFinding {
                id,
                rule: row.rule.clone(),
                principal: row.principal.clone(),
                account: row.account,
                action: row.action.clone(),
                verdict: row.standing.verdict,
                severity: row.standing.severity,
                asked_again: is_asked(row),
            })
            .collect();
        gone.sort_by(|left, right| {
            (&left.principal, &left.rule, &left.action).cmp(&(&right.principal, &right.rule, &right.action))
        });
        Baseline { as_of: self.as_of, gone }
    }
}

fn read<R: DeserializeOwned>(path: &Path, row: impl Fn(R) -> EarlierRow) -> Result<EarlierReport, EarlierReportError> {
    let file = || path.display().to_string();
    let unread = |source| EarlierReportError::Read { file: file(), source };
    let opened = File::open(path).map_err(unread)?;
    let raw: RawReport<R> = serde_json::from_reader(BufReader::new(opened)).map_err(|error| {
        if error.is_io() {
            unread(error.into())
        } else {
            EarlierReportError::NoReport {
                file: file(),
                why: error.to_string(),
            }
        }
    })?;
    if raw.schema != SCHEMA {
        return Err(EarlierReportError::NoReport {
            file: file(),
            why: format!("its schema is `{}`, not `{SCHEMA}`", raw.schema),
        });
    }
    let rules = raw.facts.rules.iter().filter_map(|rule| rule.id.parse().ok());
    Ok(EarlierReport::new(
        raw.facts.as_of,
        rules.collect(),
        raw.findings.into_iter().map(row),
        !raw.gaps.is_empty(),
    ))
}
