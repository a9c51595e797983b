//! What a formula can leave open.

use std::fmt;
use std::sync::Arc;

use crate::catalog::ControlClass;
use crate::ident::OpenPoint;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::TextPart;
use crate::policy::text_parts;

/// One open question of a formula.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Atom {
    /// A condition on a key whose value is not known.
    Test(UnmetTest),
    /// A resource text with a variable whose value is not known.
    Resource(UnmetResource),
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
    /// Who decides the key's value.
    pub class: ControlClass,
    /// The test on the key whose value is not known, as text of version 2012-10-17: what is known of its variables is
    /// filled in, and what they brought in is escaped (E96). So it can be put to another context.
    pub test: ConditionTest,
}

/// A text of a `Resource` list with a variable that is not known, against a known resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnmetResource {
    /// The variable's key.
    pub key: ContextKey,
    /// Who decides its value.
    pub class: ControlClass,
    /// The text.
    pub text: Box<str>,
    /// The resource.
    pub arn: Box<str>,
}

impl Atom {
    /// Whether no choice of the request settles the atom: it makes a verdict undetermined, not conditional.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        match self {
            // What the identity fixes and nobody read is unknown; what the resource or the network decides is a condition.
            Self::Test(UnmetTest { class, .. }) | Self::Resource(UnmetResource { class, .. }) => *class == ControlClass::Identity,
            Self::Open(_) | Self::MissingDocument(_) | Self::InvalidDocument(_) | Self::NotCollected(_) => true,
        }
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(test) => write!(f, "{test}"),
            Self::Resource(UnmetResource { key, text, arn, .. }) => {
                write!(f, "StringLike {key} [a value for which {text} matches {arn}]")
            }
            Self::Open(point) => write!(f, "{point}"),
            Self::MissingDocument(name) => write!(f, "the document of {name} was not collected [E184]"),
            Self::InvalidDocument(name) => write!(f, "the document of {name} is not valid [E34]"),
            Self::NotCollected(what) => write!(f, "{what} [E184]"),
        }
    }
}

impl UnmetTest {
    /// The values, to be read: escaped characters as they are.
    #[must_use]
    pub fn shown_values(&self) -> Vec<String> {
        let show = |value: &str| {
            let part = |part: TextPart<'_>| match part {
                TextPart::Escaped(c) => c.to_string(),
                TextPart::Text(text) | TextPart::Malformed(text) => text.to_owned(),
                TextPart::Variable { key, default: None } => format!("${{{key}}}"),
                TextPart::Variable {
                    key,
                    default: Some(default),
                } => format!("${{{key}, '{default}'}}"),
            };
            text_parts(value).map(part).collect()
        };
        self.test.values.iter().map(|value| show(value)).collect()
    }
}

impl fmt::Display for UnmetTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.shown_values().join(", ");
        write!(f, "{} {} [{values}]", self.test.operator_text(), self.test.key)
    }
}
