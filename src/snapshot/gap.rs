//! What could not be read, where, and what that means.

use std::fmt;
use std::sync::Arc;

use crate::ident::AccountId;

/// Something that was to be read and was not. Gaps travel to the report: unknown never turns into "no" on the way.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Gap {
    /// Whose facts are missing.
    pub scope: GapScope,
    /// What is missing: a file, a member of a record, an API call.
    pub subject: String,
    /// What happened and what it means for the reader.
    pub detail: String,
    /// Where it was seen; `None` for what is not there at all.
    pub place: Option<Place>,
}

/// Whose facts a [`Gap`] leaves open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GapScope {
    /// The run as a whole: a source, the manifest.
    Snapshot,
    /// The organization: its tree, its policies, its analyzers.
    Organization,
    /// One account.
    Account(AccountId),
}

/// A place in a file that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The file, as the source names it.
    pub file: Arc<str>,
    /// The members and list positions that lead there, such as `UserDetailList[3].GroupList`; empty when none do.
    pub path: String,
    /// The line, from 1; `None` when the whole file is meant.
    pub line: Option<usize>,
    /// The column in characters, from 1; `None` when the whole file is meant.
    pub column: Option<usize>,
}

impl Gap {
    /// What is missing; the file's name where nothing in it can be named.
    #[must_use]
    pub fn named(&self) -> &str {
        match &self.place {
            Some(place) if self.subject.is_empty() => &place.file,
            Some(_) | None => &self.subject,
        }
    }

    /// What happened, where, and after a semicolon what follows from it.
    #[must_use]
    pub fn told(&self) -> String {
        let (what, consequence) = match self.detail.split_once("; ") {
            Some((what, consequence)) => (what, format!("; {consequence}")),
            None => (self.detail.as_str(), String::new()),
        };
        match &self.place {
            Some(place) => format!("{what}, at {place}{consequence}"),
            None => self.detail.clone(),
        }
    }
}

impl Place {
    /// The whole file.
    #[must_use]
    pub fn whole(file: &Arc<str>) -> Self {
        Self {
            file: Arc::clone(file),
            path: String::new(),
            line: None,
            column: None,
        }
    }
}

impl fmt::Display for GapScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot => f.write_str("snapshot"),
            Self::Organization => f.write_str("organization"),
            Self::Account(id) => write!(f, "account {id}"),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(f, ":{line}:{column}")?;
        }
        if self.path.is_empty() {
            Ok(())
        } else {
            write!(f, " ({})", self.path)
        }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.scope, self.subject, self.detail)?;
        self.place.as_ref().map_or(Ok(()), |place| write!(f, ", at {place}"))
    }
}
