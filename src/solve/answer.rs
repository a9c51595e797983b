//! What is answered.

use std::fmt;
use std::sync::Arc;

use crate::catalog::ControlClass;
use crate::evaluate::Credentials;
use crate::evaluate::Decision;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::ident::Arn;

/// The four verdict words, everywhere in the product the same. Ordered from the strongest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Whoever holds the identity can make the call with nothing that he does not choose himself.
    Allowed,
    /// Something else must hold, and it is named.
    Conditional,
    /// A document that was not read or is invalid, or an undocumented point, decides.
    Undetermined,
    /// No request succeeds.
    Denied,
}

impl Verdict {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Conditional => "conditional",
            Self::Undetermined => "undetermined",
            Self::Denied => "denied",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Something that must hold, in words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Condition {
    /// The words.
    pub words: Arc<str>,
    /// The condition key; several are joined by commas.
    pub key: Arc<str>,
    /// Who decides it.
    pub class: ControlClass,
}

/// How many of the counted resources the identity reaches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reached {
    /// How many there are.
    pub total: usize,
    /// Their positions in the question's list, on which the verdict of the answer holds.
    pub indices: Vec<usize>,
}

/// The request behind an answer: what the holder chose, on what, under which keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedRequest {
    /// The credentials.
    pub credentials: Credentials,
    /// The resource.
    pub target: Target,
    /// The condition keys that some statement looks at.
    pub context: RequestContext,
}

/// The answer to a question.
#[derive(Debug, Clone)]
pub struct Answer<'e> {
    /// The verdict: of a list of resources, the strongest.
    pub verdict: Verdict,
    /// What must hold; for an allowed call, what the holder has to choose or to wait for.
    pub conditions: Vec<Condition>,
    /// What is not known and decides, in words.
    pub unknowns: Vec<Arc<str>>,
    /// A resource on which the verdict holds.
    pub representative: Option<Arn>,
    /// The counted resources that are reached.
    pub reached: Option<Reached>,
    /// For what can be done: a complete request, every key that some statement looks at included, that the evaluator
    /// allows, as far as all documents are known.
    pub witness: Option<DecidedRequest>,
    /// The request that was decided; none where there is no decision.
    pub request: Option<DecidedRequest>,
    /// The decision behind the verdict; none where no identity policy speaks of the action at all.
    pub decision: Option<Decision<'e>>,
}
