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

use crate::baseline::EarlierRow;
use crate::baseline::Standing;
use crate::baseline::change_of;
use crate::baseline::evidence::Evidence;
use crate::baseline::evidence::Pool;
use crate::baseline::raw::RawAnswer;
use crate::baseline::raw::RawEvidence;
use crate::baseline::stream;
use crate::finding::Baseline;
use crate::finding::Finding;
use crate::finding::FindingId;
use crate::finding::GoneFinding;
use crate::finding::Report;
use crate::finding::RuleId;
use crate::ident::AccountId;

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
    /// Which rows were asked for, in words, where not all were.
    pub chosen_rows: Option<String>,
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
struct RawSchema {
    schema: String,
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

    /// Reads the answers of a JSON report, row by row.
    ///
    /// # Errors
    /// The file cannot be read or is no report.
    pub fn open(path: &Path) -> Result<Self, EarlierReportError> {
        let (mut rows, mut rules, mut pool) = (BTreeMap::new(), Vec::new(), Pool::default());
        let head = stream::read(path, |answer: RawAnswer| {
            let row = answer.row(&mut rules, &mut pool)?;
            rows.insert(row.id(), row);
            Ok(())
        })?;
        let rules = head.facts.rules.iter().filter_map(|rule| rule.id.parse().ok());
        let mut report = Self::new(head.facts.as_of, rules.collect(), rows, head.has_gaps);
        report.chosen_rows = head.facts.chosen_rows;
        Ok(report)
    }

    /// Reads once more, from the same file, what the answers of these rows rest on, which
    /// [`differences`](crate::baseline::differences) tells the causes by.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn read_evidence(&mut self, path: &Path, ids: &BTreeSet<FindingId>) -> Result<(), EarlierReportError> {
        let (mut rules, mut pool) = (Vec::new(), Pool::default());
        stream::read(path, |raw: RawEvidence| {
            let id = raw.id(&mut rules)?;
            if let Some(row) = self.rows.get_mut(&id).filter(|_| ids.contains(&id)) {
                row.evidence = Some(Box::new(Evidence::of_raw(raw, &mut pool)?));
            }
            Ok(())
        })?;
        Ok(())
    }

    /// The answers of a report of this run.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let rules = report.facts.rules.iter().map(|rule| rule.id.clone());
        let rows = report.findings.iter().map(EarlierRow::of);
        Self::new(
            report.facts.as_of,
            rules.collect(),
            rows.map(|row| (row.id(), row)).collect(),
            !report.gaps.is_empty(),
        )
    }

    /// The same as [`Self::read_evidence`] from the findings of the run.
    pub fn take_evidence(&mut self, findings: &[Finding], ids: &BTreeSet<FindingId>) {
        let mut pool = Pool::default();
        for finding in findings {
            let id = finding.id();
            if let Some(row) = self.rows.get_mut(&id).filter(|_| ids.contains(&id)) {
                row.evidence = Some(Box::new(Evidence::of(finding, &mut pool)));
            }
        }
    }

    fn new(as_of: Timestamp, rules: BTreeSet<RuleId>, rows: BTreeMap<FindingId, EarlierRow>, has_gaps: bool) -> Self {
        Self {
            as_of,
            rules,
            accounts: rows.values().map(|row| row.account).collect(),
            has_gaps,
            chosen_rows: None,
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
