//! What was found on one resource, and how it compares.

use crate::evaluate::Decision;
use crate::solve::Answer;
use crate::solve::Condition;
use crate::solve::DecidedRequest;
use crate::solve::Verdict;
use std::sync::Arc;

/// The best that was found on one resource.
pub(super) struct Found<'e> {
    pub(super) verdict: Verdict,
    /// How much must hold: the choice's needs and the open tests.
    pub(super) weight: usize,
    pub(super) conditions: Vec<Condition>,
    pub(super) unknowns: Vec<Arc<str>>,
    pub(super) witness: Option<DecidedRequest>,
    pub(super) request: DecidedRequest,
    pub(super) decision: Decision<'e>,
}

impl<'e> Found<'e> {
    pub(super) fn answer(self) -> Answer<'e> {
        Answer {
            verdict: self.verdict,
            conditions: self.conditions,
            unknowns: self.unknowns,
            representative: self.request.target.arn.clone().filter(|_| self.verdict != Verdict::Denied),
            reached: None,
            witness: self.witness,
            request: Some(self.request),
            decision: Some(self.decision),
        }
    }

    /// Both tuples of one call: the weaker verdict, and what either needs.
    pub(super) fn and(self, other: Self) -> Self {
        let (weaker, stronger) = if other.is_better_than(&self) {
            (self, other)
        } else {
            (other, self)
        };
        let mut all = Self {
            weight: weaker.weight + stronger.weight,
            ..weaker
        };
        if all.verdict != Verdict::Denied {
            all.conditions.extend(stronger.conditions);
            all.unknowns.extend(stronger.unknowns);
            all.conditions.sort();
            all.conditions.dedup();
            all.unknowns.sort();
            all.unknowns.dedup();
        }
        all
    }

    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        (self.verdict, self.weight) < (other.verdict, other.weight)
    }
}
