//! What was read, by what, as of when: the facts of a run and what is missing from it.

use std::sync::Arc;

use jiff::Timestamp;

use crate::finding::RuleId;
use crate::finding::Verdict;
use crate::ident::AccountId;

/// The facts of a run.
#[derive(Debug, Clone, serde::Serialize)]
pub struct RunFacts {
    /// The time that the report speaks of.
    pub as_of: Timestamp,
    /// Our version.
    pub tool_version: Arc<str>,
    /// The version or date of the action catalog.
    pub catalog_version: Arc<str>,
    /// The rules that were asked.
    pub rules: Vec<RuleFacts>,
    /// Which rows were asked for, in words, where not all were.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chosen_rows: Option<Arc<str>>,
    /// How many accounts were read.
    pub accounts: u64,
    /// How many identities were looked at.
    pub identities: u64,
    /// How many verdicts of each kind, the denied ones included.
    pub verdicts: VerdictCounts,
    /// How many policy documents were read.
    pub policies: PolicyCounts,
    /// How many accounts each kind of source covers.
    pub coverage: Vec<CoverageCount>,
}

/// A rule that was asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct RuleFacts {
    /// The rule.
    pub id: RuleId,
    /// Its title.
    pub title: Arc<str>,
    /// What it advises, Markdown. Not part of the JSON report.
    #[serde(skip)]
    pub fix: Arc<str>,
    /// The ATT&CK version of its reference.
    pub attack_version: Option<Arc<str>>,
}

/// How many verdicts of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct VerdictCounts {
    /// Allowed.
    pub allowed: u64,
    /// Conditional.
    pub conditional: u64,
    /// Undetermined.
    pub undetermined: u64,
    /// Denied.
    pub denied: u64,
}

impl VerdictCounts {
    /// All of them.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.allowed
            .saturating_add(self.conditional)
            .saturating_add(self.undetermined)
            .saturating_add(self.denied)
    }

    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        let count = match verdict {
            Verdict::Allowed => &mut self.allowed,
            Verdict::Conditional => &mut self.conditional,
            Verdict::Undetermined => &mut self.undetermined,
            Verdict::Denied => &mut self.denied,
        };
        *count = count.saturating_add(1);
    }
}

/// How many policy documents were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct PolicyCounts {
    /// Read and valid.
    pub read: u64,
    /// Read, but AWS would refuse to save them.
    pub invalid: u64,
    /// Attached to something, but not in the source.
    pub missing: u64,
}

/// How many accounts a kind of source covers.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CoverageCount {
    /// The kind of source: "credential report", "inventory of instances"…
    pub source: Arc<str>,
    /// How many accounts have it.
    pub covered: u64,
    /// Out of how many.
    pub accounts: u64,
}

/// Something that was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct CoverageGap {
    /// The account it is about; none for the organization.
    pub account: Option<AccountId>,
    /// The file or API call.
    pub source: Arc<str>,
    /// What is wrong or missing.
    pub what: Arc<str>,
    /// What follows from it, and what would close the gap.
    pub consequence: Arc<str>,
}
