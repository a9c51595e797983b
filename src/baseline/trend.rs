//! What an earlier report counted.

use std::collections::BTreeMap;
use std::path::Path;

use crate::baseline::EarlierReportError;
use crate::baseline::raw::RawAnswer;
use crate::baseline::stream;
use crate::finding::TrendPoint;
use crate::finding::Verdict;

/// Reads the numbers of a JSON report, row by row; nothing of the rows is held.
///
/// # Errors
/// The file cannot be read or is no report.
pub fn trend_point(path: &Path) -> Result<TrendPoint, EarlierReportError> {
    let mut counts = BTreeMap::new();
    let head = stream::read(path, |row: RawAnswer| {
        let standing = row.standing()?;
        if standing.verdict != Verdict::Denied {
            *counts.entry(standing.severity).or_default() += 1;
        }
        Ok(())
    })?;
    Ok(TrendPoint {
        as_of: head.facts.as_of,
        chosen_rows: head.facts.chosen_rows.map(Into::into),
        accounts: head.facts.accounts,
        identities: head.facts.identities,
        counts,
    })
}
