//! What a formula can leave open.

use std::fmt;
use std::sync::Arc;

use crate::catalog::ControlClass;
use crate::ident::OpenPoint;
use crate::policy::ConditionOperator;
use crate::policy::ContextKey;
use crate::policy::SetQualifier;

/// One open question of a formula.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Atom {
    /// A condition on a key whose value is not known.
    Test(UnmetTest),
    /// The caller's session must be this one, which the holder of the role may or may not be able to choose.
    Session(Arc<str>),
    /// A point that AWS does not document.
    Open(OpenPoint),
    /// A document that is known to apply and was not collected (E184).
    MissingDocument(Arc<str>),
    /// A document that AWS could not have stored (E34).
    InvalidDocument(Arc<str>),
    /// Something else that was not collected, in words.
    NotCollected(Arc<str>),
}

/// A condition test that could not be decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnmetTest {
    /// The key whose value is not known.
    pub key: ContextKey,
    /// Who decides that value.
    pub class: ControlClass,
    /// The operator.
    pub operator: ConditionOperator,
    /// The set qualifier.
    pub qualifier: Option<SetQualifier>,
    /// Whether the operator ends in `IfExists`.
    pub if_exists: bool,
    /// The values of the policy, variables filled as far as they are known.
    pub values: Box<[Box<str>]>,
}

impl Atom {
    /// Whether no choice of the request settles the atom: it makes a verdict undetermined, not conditional.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            // What the identity fixes and nobody read is unknown; what the resource or the network decides is a condition.
            Self::Test(test) => test.class == ControlClass::Identity,
            Self::Session(_) => false,
            Self::Open(_) | Self::MissingDocument(_) | Self::InvalidDocument(_) | Self::NotCollected(_) => true,
        }
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(test) => write!(f, "{test}"),
            Self::Session(arn) => write!(f, "the session is {arn}"),
            Self::Open(point) => write!(f, "{point}"),
            Self::MissingDocument(name) => write!(f, "the document of {name} was not collected [E184]"),
            Self::InvalidDocument(name) => write!(f, "the document of {name} is not valid [E34]"),
            Self::NotCollected(what) => write!(f, "{what} [E184]"),
        }
    }
}

impl fmt::Display for UnmetTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let qualifier = self.qualifier.map(|q| format!("{}:", q.as_str())).unwrap_or_default();
        let suffix = if self.if_exists { "IfExists" } else { "" };
        write!(
            f,
            "{qualifier}{}{suffix} {} [{}]",
            self.operator.as_str(),
            self.key,
            self.values.join(", ")
        )
    }
}
