//! A finding as two reports are compared by it.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::finding::Citation;
use crate::finding::Finding;
use crate::finding::FindingId;
use crate::finding::RuleId;
use crate::finding::Score;
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

/// A row of a report: what it answers, the answer, and what the answer rests on.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(try_from = "super::raw::RawRow")]
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
    pub(super) evidence: Evidence,
}

/// What an answer rests on, without the places in the files: they move with every edit.
#[derive(Debug, Clone, Default)]
pub(super) struct Evidence {
    pub(super) grants: BTreeSet<Citation>,
    /// What limits, and for a denied row what blocks.
    pub(super) limits: BTreeSet<Citation>,
    pub(super) conditions: BTreeSet<Arc<str>>,
    pub(super) unknowns: BTreeSet<Arc<str>>,
    pub(super) reach: Option<Reach>,
    pub(super) tags: Option<BTreeMap<Box<str>, Box<str>>>,
    /// The factors of the score by name: points and reason.
    pub(super) factors: BTreeMap<Arc<str>, (String, Arc<str>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reach {
    pub(super) reachable: u32,
    pub(super) total: u32,
    pub(super) sample: BTreeSet<Arc<str>>,
}

impl EarlierRow {
    /// The name of the finding.
    #[must_use]
    pub fn id(&self) -> FindingId {
        FindingId::of(&self.rule, &self.principal, &self.action)
    }

    /// The row of a finding of this run.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        let blocking = finding.blockers.iter().flat_map(|blockers| &blockers.members);
        let limits = finding.limits.iter().chain(blocking.map(|blocker| &blocker.by));
        let factors = finding.score.iter().flat_map(Score::factors);
        Self {
            rule: finding.rule.clone(),
            principal: Arc::clone(&finding.identity.principal),
            account: finding.identity.account,
            action: Arc::clone(&finding.action),
            standing: Standing::of(finding),
            is_suppressed: finding.suppression.is_some(),
            evidence: Evidence {
                grants: finding.grants.iter().map(without_place).collect(),
                limits: limits.map(without_place).collect(),
                conditions: finding.conditions.iter().map(|one| Arc::clone(&one.words)).collect(),
                unknowns: finding.unknowns.iter().cloned().collect(),
                reach: finding.resources.as_ref().map(|reach| Reach {
                    reachable: reach.reachable,
                    total: reach.total,
                    sample: reach.sample.iter().map(|one| Arc::clone(&one.name)).collect(),
                }),
                tags: finding.identity.tags.clone(),
                factors: factors
                    .map(|factor| (factor.name.word().into(), (factor.points.to_string(), factor.why.into())))
                    .collect(),
            },
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

fn without_place(citation: &Citation) -> Citation {
    Citation {
        place: None,
        ..citation.clone()
    }
}
