//! The answer for one request, with its reasons (E8).

use std::fmt;
use std::sync::Arc;

use crate::estate::Policy;
use crate::evaluate::Formula;
use crate::policy::Effect;
use crate::policy::Statement;

/// The outcome of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// The request succeeds.
    Allow,
    /// A Deny statement applies.
    ExplicitDeny,
    /// Something that must allow does not.
    ImplicitDeny,
    /// It depends on what is not known; the decision's residual says on what.
    Undetermined,
}

/// A policy layer of the decision.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Identity policies, those of groups included.
    Identity,
    /// The permissions boundary.
    Boundary,
    /// The session policies.
    Session,
    /// The resource's policy or the role's trust policy.
    Resource,
    /// One level of SCPs; the target's id.
    ServiceControl(Arc<str>),
    /// One level of RCPs; the target's id.
    ResourceControl(Arc<str>),
    /// The VPC endpoint's policy.
    Endpoint,
    /// A rule of the service or of the kind of credentials, not of a policy.
    ServiceRule,
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Identity => f.write_str("identity policies"),
            Self::Boundary => f.write_str("permissions boundary"),
            Self::Session => f.write_str("session policy"),
            Self::Resource => f.write_str("resource policy"),
            Self::ServiceControl(target) => write!(f, "service control policies at {target}"),
            Self::ResourceControl(target) => write!(f, "resource control policies at {target}"),
            Self::Endpoint => f.write_str("VPC endpoint policy"),
            Self::ServiceRule => f.write_str("rule of the service"),
        }
    }
}

/// A statement that applies, or may apply.
#[derive(Debug, Clone)]
pub struct StatementHit<'p> {
    /// The policy.
    pub policy: &'p Policy,
    /// The statement.
    pub statement: &'p Statement,
    /// Its position in the document, from 0.
    pub index: usize,
    /// Under what it applies; never certainly false.
    pub applies: Formula,
}

/// What one layer said.
#[derive(Debug, Clone)]
pub struct LayerOutcome<'p> {
    /// The layer.
    pub layer: Layer,
    /// Whether it allows.
    pub allow: Formula,
    /// Whether it denies.
    pub deny: Formula,
    /// The statements that apply or may apply.
    pub hits: Vec<StatementHit<'p>>,
    /// A sentence, where no statement says it.
    pub note: Option<Arc<str>>,
}

impl LayerOutcome<'_> {
    /// The Deny statements that apply or may apply.
    pub fn denying(&self) -> impl Iterator<Item = &StatementHit<'_>> {
        self.hits.iter().filter(|hit| hit.statement.effect == Effect::Deny)
    }

    /// The Allow statements that apply or may apply.
    pub fn allowing(&self) -> impl Iterator<Item = &StatementHit<'_>> {
        self.hits.iter().filter(|hit| hit.statement.effect == Effect::Allow)
    }
}

/// The answer for one request.
#[derive(Debug, Clone)]
pub struct Decision<'p> {
    /// The outcome.
    pub outcome: Outcome,
    /// Under what the request succeeds: the grant formula and no deny (E8).
    pub residual: Formula,
    /// What each layer said, in the order of evaluation.
    pub layers: Vec<LayerOutcome<'p>>,
}

impl<'p> Decision<'p> {
    /// Folds the grant formula and the deny formula into an outcome (E8).
    #[must_use]
    pub fn new(grant: Formula, deny: Formula, layers: Vec<LayerOutcome<'p>>) -> Self {
        let denied = deny.is_true();
        let not_granted = grant.is_false();
        let residual = grant.and(!deny);
        let outcome = match &residual {
            _ if denied => Outcome::ExplicitDeny,
            _ if not_granted => Outcome::ImplicitDeny,
            Formula::True => Outcome::Allow,
            Formula::False | Formula::Atom(_) | Formula::Not(_) | Formula::All(_) | Formula::Any(_) => Outcome::Undetermined,
        };
        Self {
            outcome,
            residual,
            layers,
        }
    }

    /// The layers that deny, or that would have to allow and do not.
    #[must_use]
    pub fn blocking(&self) -> Vec<&LayerOutcome<'p>> {
        let blocks = |layer: &&LayerOutcome<'_>| match self.outcome {
            Outcome::ExplicitDeny => layer.deny.is_true(),
            Outcome::ImplicitDeny => layer.allow.is_false(),
            Outcome::Allow | Outcome::Undetermined => false,
        };
        self.layers.iter().filter(blocks).collect()
    }
}
