//! Findings as rows of a format, which need nothing of the other findings but their position.

use std::io;

use crate::finding::Finding;
use crate::finding::Report;
use crate::finding::RuleId;
use crate::rank::Urgency;
use crate::report::CsvOptions;
use crate::report::csv;
use crate::report::json;

/// So many findings are in memory as text at once.
const CHUNK: usize = 256;

/// A format that lists the findings, each on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowFormat {
    /// One row a finding.
    Csv(CsvOptions),
    /// One object a finding.
    Json,
}

/// Some findings in a format, without their positions in the report.
#[derive(Debug)]
pub struct Rows {
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<usize>,
    /// Where each belongs.
    places: Vec<(Urgency, RuleId)>,
}

impl RowFormat {
    /// These findings.
    ///
    /// # Errors
    /// None that is known: the text is made in memory.
    pub fn rows(self, findings: &[Finding]) -> io::Result<Rows> {
        let (bytes, ends) = match self {
            Self::Csv(options) => csv::rows(findings, options)?,
            Self::Json => json::rows(findings)?,
        };
        let places = findings
            .iter()
            .map(|finding| (Urgency::of(finding), finding.rule.clone()))
            .collect();
        Ok(Rows { bytes, ends, places })
    }

    pub(super) fn write_head(self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Csv(_) => csv::write_head(out),
            Self::Json => json::write_head(report, out),
        }
    }

    /// A row with its position in the report, from 1.
    pub(super) fn write_row(self, rank: usize, row: &[u8], out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Csv(_) => csv::write_row(rank, row, out),
            Self::Json => json::write_row(rank, row, out),
        }
    }

    pub(super) fn write_tail(self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        match self {
            Self::Csv(_) => Ok(()),
            Self::Json => json::write_tail(report, out),
        }
    }
}

impl Rows {
    /// How many bytes the rows take.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Each row, and where it belongs.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&(Urgency, RuleId), &[u8])> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        let texts = starts
            .zip(&self.ends)
            .map(|(start, &end)| self.bytes.get(start..end).unwrap_or_default());
        self.places.iter().zip(texts)
    }
}

/// Writes the findings that a report holds.
pub(super) fn write_listed(format: RowFormat, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    format.write_head(report, out)?;
    let mut rank = 0;
    for some in report.findings.chunks(CHUNK) {
        for (_, row) in format.rows(some)?.iter() {
            rank += 1;
            format.write_row(rank, row, out)?;
        }
    }
    format.write_tail(report, out)
}
