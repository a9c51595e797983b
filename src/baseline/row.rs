//! A finding as two reports are compared by it.

use std::sync::Arc;

use crate::baseline::evidence::Evidence;
use crate::finding::Finding;
use crate::finding::FindingId;
use crate::finding::RuleId;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::ident::AccountId;

/// The answer and how urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Standing {
    /// The verdict.
    pub verdict: Verdict,
    /// The severity; none where the report was not ranked.
    pub severity: Option<Severity>,
}

/// A row of a report: what it answers, the answer, and where it was asked for, what the answer rests on.
#[derive(Debug, Clone)]
pub struct EarlierRow {
    /// The rule that asked.
    pub rule: RuleId,
    /// The ARN of the identity.
    pub principal: Arc<str>,
    /// The account.
    pub account: AccountId,
    /// The action.
    pub action: Arc<str>,
    /// The answer.
    pub standing: Standing,
    /// Whether somebody accepts it.
    pub is_suppressed: bool,
    pub(super) evidence: Option<Box<Evidence>>,
}

impl EarlierRow {
    /// The name of the finding.
    #[must_use]
    pub fn id(&self) -> FindingId {
        FindingId::of(&self.rule, &self.principal, &self.action)
    }

    /// The answer of a finding of this run.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        Self {
            rule: finding.rule.clone(),
            principal: Arc::clone(&finding.identity.principal),
            account: finding.identity.account,
            action: Arc::clone(&finding.action),
            standing: Standing::of(finding),
            is_suppressed: finding.suppression.is_some(),
            evidence: None,
        }
    }

    /// Whether the identity can act, or may be able to: a denied row says no more than no row.
    #[must_use]
    pub fn is_live(&self) -> bool {
        self.standing.verdict != Verdict::Denied
    }
}

impl Standing {
    /// Of a finding of this run.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        Self {
            verdict: finding.verdict,
            severity: finding.severity(),
        }
    }
}
