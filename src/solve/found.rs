//! What was found on one resource, and how it compares.

use crate::evaluate::Credentials;
use crate::evaluate::Decision;
use crate::evaluate::Formula;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::solve::Answer;
use crate::solve::Condition;
use crate::solve::DecidedRequest;
use crate::solve::Reached;
use crate::solve::Verdict;
use crate::solve::choice::Choice;
use crate::solve::satisfy::Satisfied;
use crate::solve::satisfy::satisfy;
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
    /// None where nothing was evaluated.
    pub(super) decision: Option<Decision<'e>>,
    /// How the request was made, so that it can be made again; none for calls of several resources.
    pub(super) way: Option<Way>,
    /// The counted resources that are reached.
    pub(super) reached: Option<Reached>,
    /// Why "denied" would be too much.
    pub(super) doubt: Option<Arc<str>>,
}

/// What of a request is chosen, the resource aside.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) choice: Choice,
    /// The Region, where the resource's ARN names none and some test looks at it.
    pub(super) region: Option<Box<str>>,
    /// The position of a counted resource.
    pub(super) counted: Option<usize>,
}

impl<'e> Found<'e> {
    /// Where nothing was evaluated: no policy speaks of the action, or no request can be made.
    pub(super) fn nothing() -> Self {
        Self {
            verdict: Verdict::Denied,
            weight: 0,
            conditions: Vec::new(),
            unknowns: Vec::new(),
            witness: None,
            request: DecidedRequest {
                credentials: Credentials::Other,
                target: Target::nothing(),
                context: RequestContext::new(),
            },
            decision: None,
            way: None,
            reached: None,
            doubt: None,
        }
    }

    /// The same on a resource of which no request can be made.
    pub(super) fn nothing_on(target: &Target) -> Self {
        let nothing = Self::nothing();
        Self {
            request: DecidedRequest {
                target: target.clone(),
                ..nothing.request
            },
            decision: Some(Decision::new(Formula::False, Formula::False, Vec::new())),
            ..nothing
        }
    }

    pub(super) fn answer(self) -> Answer<'e> {
        let doubt = self.doubt.filter(|_| self.verdict == Verdict::Denied);
        Answer {
            verdict: if doubt.is_some() {
                Verdict::Undetermined
            } else {
                self.verdict
            },
            conditions: self.conditions,
            unknowns: doubt.map_or(self.unknowns, |doubt| vec![doubt]),
            representative: self.request.target.arn.clone().filter(|_| self.verdict != Verdict::Denied),
            reached: self.reached,
            witness: self.witness,
            request: self.decision.is_some().then_some(self.request),
            decision: self.decision,
        }
    }

    /// Both tuples of one call: the weaker verdict, and what either needs. Where no request was found that meets the
    /// conditions of both, that is not known.
    pub(super) fn and(self, other: Self) -> Self {
        let is_conditional = self.verdict == Verdict::Conditional && other.verdict == Verdict::Conditional;
        let is_shown = !is_conditional || self.goes_with(&other);
        let (weaker, stronger) = if other.is_better_than(&self) {
            (self, other)
        } else {
            (other, self)
        };
        let mut all = Self {
            weight: weaker.weight + stronger.weight,
            way: None,
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
        if !is_shown {
            all.verdict = Verdict::Undetermined;
            all.witness = None;
            all.unknowns
                .push("the call names several resources, and no request was found that all of them allow".into());
        }
        all
    }

    /// Whether some values meet what is open of both: their resources' own keys are taken for the same, which may be too much.
    fn goes_with(&self, other: &Self) -> bool {
        let (Some(ours), Some(theirs)) = (&self.decision, &other.decision) else {
            return false;
        };
        let both = ours.residual.clone().and(theirs.residual.clone()).settle_unknowns(false);
        matches!(satisfy(&both, &self.request.context, None), Satisfied::By(_))
    }

    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        (self.verdict, self.weight) < (other.verdict, other.weight)
    }
}
