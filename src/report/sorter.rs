//! Rows of any number of findings in the order of the report, of which memory holds only some.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::env;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read as _;
use std::io::Seek as _;
use std::io::Write as _;

use crate::finding::Report;
use crate::finding::RuleId;
use crate::rank::Urgency;
use crate::report::RowFormat;
use crate::report::Rows;

/// So many bytes of rows wait in memory before they go to a file.
const WAITING: usize = 16 << 20;
/// So many files are held open.
const MAX_RUNS: usize = 64;

/// Takes the rows of one account after the other and writes all of them in the order of the report.
///
/// Many rows wait in files of the temporary directory, each in order, which are merged in the end. The files have no name
/// where the system allows that, so that nothing is left of them however the process ends.
#[derive(Debug)]
pub struct RowSorter {
    format: RowFormat,
    limit: usize,
    waiting: Vec<Rows>,
    bytes: usize,
    runs: Vec<Run>,
    failed: Option<io::Error>,
}

impl RowSorter {
    /// For a report of this format.
    #[must_use]
    pub fn new(format: RowFormat) -> Self {
        Self::with_limit(format, WAITING)
    }

    /// The same with so many bytes of rows in memory, and those of one account.
    #[must_use]
    pub fn with_limit(format: RowFormat, limit: usize) -> Self {
        Self {
            format,
            limit,
            waiting: Vec::new(),
            bytes: 0,
            runs: Vec::new(),
            failed: None,
        }
    }

    /// Takes the rows of an account, which are in the order of [`by_urgency`](crate::rank::by_urgency); accounts come in
    /// their order. What goes wrong is told when the report is written.
    pub fn add(&mut self, rows: io::Result<Rows>) {
        if self.failed.is_some() {
            return;
        }
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => {
                self.failed = Some(error);
                return;
            }
        };
        self.bytes += rows.len();
        self.waiting.push(rows);
        if self.bytes >= self.limit
            && let Err(error) = self.put_away()
        {
            // What it took of the disk is for the other reports.
            self.runs.clear();
            self.failed = Some(error);
        }
    }

    /// Writes the waiting rows to a file; of many files one is made first, since a process may hold only so many open.
    fn put_away(&mut self) -> io::Result<()> {
        if self.runs.len() >= MAX_RUNS {
            let mut merged = RunWriter::new()?;
            merge(std::mem::take(&mut self.runs), |head| {
                merged.add(head.urgency, &head.rule, &head.row)
            })?;
            self.runs.push(merged.done()?);
        }
        let waiting = std::mem::take(&mut self.waiting);
        self.bytes = 0;
        let mut run = RunWriter::new()?;
        for ((urgency, rule), row) in in_order(&waiting) {
            run.add(*urgency, rule.as_str().as_bytes(), row)?;
        }
        self.runs.push(run.done()?);
        Ok(())
    }

    /// Writes the report: head, rows, and what follows them.
    ///
    /// # Errors
    /// What the writer says, or a temporary file.
    pub fn write(mut self, report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
        if let Some(failed) = self.failed {
            return Err(failed);
        }
        // Before anything is written: it may fail.
        if !self.runs.is_empty() {
            self.put_away()?;
        }
        let format = self.format;
        format.write_head(report, out)?;
        let mut rank = 0;
        let mut write = |row: &[u8]| {
            rank += 1;
            format.write_row(rank, row, out)
        };
        if self.runs.is_empty() {
            for (_, row) in in_order(&self.waiting) {
                write(row)?;
            }
        } else {
            merge(self.runs, |head| write(&head.row))?;
        }
        format.write_tail(report, out)
    }
}

/// The rows of some accounts. Where urgency and rule are the same, the accounts and their own order decide.
fn in_order(waiting: &[Rows]) -> Vec<(&(Urgency, RuleId), &[u8])> {
    let mut rows: Vec<_> = waiting.iter().flat_map(Rows::iter).collect();
    rows.sort_by_key(|(place, _)| *place);
    rows
}

/// Writes rows that come in order to a file.
struct RunWriter {
    file: BufWriter<File>,
    rows: usize,
}

impl RunWriter {
    fn new() -> io::Result<Self> {
        let file = tempfile::tempfile().map_err(|error| in_temporary(&error))?;
        Ok(Self {
            file: BufWriter::new(file),
            rows: 0,
        })
    }

    fn add(&mut self, urgency: Urgency, rule: &[u8], row: &[u8]) -> io::Result<()> {
        self.rows += 1;
        let mut written = self.file.write_all(&urgency.number().to_le_bytes());
        for text in [rule, row] {
            written = written.and_then(|()| self.file.write_all(&(text.len() as u64).to_le_bytes()));
            written = written.and_then(|()| self.file.write_all(text));
        }
        written.map_err(|error| in_temporary(&error))
    }

    /// The rows, to be read from the first.
    fn done(self) -> io::Result<Run> {
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error);
        let rewound = file.and_then(|mut file| file.rewind().map(|()| file));
        let file = BufReader::new(rewound.map_err(|error| in_temporary(&error))?);
        Ok(Run { file, left: self.rows })
    }
}

/// Rows in order, in a file.
#[derive(Debug)]
struct Run {
    file: BufReader<File>,
    left: usize,
}

/// A row of a run and where it belongs.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    urgency: Urgency,
    rule: Vec<u8>,
    /// Runs are in order of their accounts.
    run: usize,
    row: Vec<u8>,
}

impl Run {
    /// Reads the next row in the place of the last; false after the end.
    fn read(&mut self, head: &mut Head) -> io::Result<bool> {
        let Some(left) = self.left.checked_sub(1) else {
            return Ok(false);
        };
        self.left = left;
        let mut number = [0; 4];
        self.file.read_exact(&mut number)?;
        head.urgency = Urgency::from_number(u32::from_le_bytes(number));
        for text in [&mut head.rule, &mut head.row] {
            let mut length = [0; 8];
            self.file.read_exact(&mut length)?;
            text.resize(usize::try_from(u64::from_le_bytes(length)).map_err(io::Error::other)?, 0);
            self.file.read_exact(text)?;
        }
        Ok(true)
    }
}

/// Gives the rows of all runs in order.
fn merge(mut runs: Vec<Run>, mut give: impl FnMut(&Head) -> io::Result<()>) -> io::Result<()> {
    let mut heads = BinaryHeap::with_capacity(runs.len());
    for (number, run) in runs.iter_mut().enumerate() {
        let mut head = Head {
            urgency: Urgency::from_number(0),
            rule: Vec::new(),
            run: number,
            row: Vec::new(),
        };
        if run.read(&mut head).map_err(|error| in_temporary(&error))? {
            heads.push(Reverse(head));
        }
    }
    while let Some(Reverse(mut head)) = heads.pop() {
        give(&head)?;
        let Some(run) = runs.get_mut(head.run) else { continue };
        if run.read(&mut head).map_err(|error| in_temporary(&error))? {
            heads.push(Reverse(head));
        }
    }
    Ok(())
}

/// Says where it went wrong, which is not where the report goes.
fn in_temporary(error: &io::Error) -> io::Error {
    let place = env::temp_dir();
    let words = format!(
        "a temporary file in {}: {error}; TMPDIR names another directory",
        place.display()
    );
    io::Error::new(error.kind(), words)
}
