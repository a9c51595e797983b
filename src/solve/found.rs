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

    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        (self.verdict, self.weight) < (other.verdict, other.weight)
    }
}
