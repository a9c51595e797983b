//! How a finding stands to an earlier report.

use std::sync::Arc;

use jiff::Timestamp;

use crate::finding::FindingId;
use crate::finding::RuleId;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::finding::words::words;
use crate::ident::AccountId;

/// How a finding compares with the same one of an earlier report, the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// The baseline does not have it.
    New,
    /// Its verdict or severity is worse than in the baseline.
    Worse,
    /// Its verdict or severity is better than in the baseline.
    Better,
    /// Verdict and severity are those of the baseline.
    Known,
}

words!(Change {
    New => "new",
    Worse => "worse",
    Better => "better",
    Known => "known",
});

/// The earlier report that the findings are compared with.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Baseline {
    /// The time that it speaks of.
    pub as_of: Timestamp,
    /// What it has and this report has not, in order of identity, rule and action.
    pub gone: Vec<GoneFinding>,
}

/// A finding of an earlier report that is one no longer.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct GoneFinding {
    /// Its name.
    pub id: FindingId,
    /// The rule that asked.
    pub rule: RuleId,
    /// The ARN of the identity.
    pub principal: Arc<str>,
    /// The account.
    pub account: AccountId,
    /// The action.
    pub action: Arc<str>,
    /// The verdict then.
    pub verdict: Verdict,
    /// The severity then.
    pub severity: Option<Severity>,
    /// Whether the question was asked again. Otherwise its account was not read, or its rule is not in use.
    pub asked_again: bool,
}
