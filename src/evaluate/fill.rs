//! Filling policy variables (E90–E101).

use crate::catalog::ControlClass;
use crate::evaluate::ContextValue;
use crate::evaluate::RequestContext;
use crate::ident::GlobToken;
use crate::ident::OpenPoint;
use crate::policy::ContextKey;
use crate::policy::PolicyVersion;
use crate::policy::TextPart;
use crate::policy::text_parts;

/// A policy text with its variables filled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filled {
    /// The text as tokens; characters that a variable brought in are literal.
    Tokens {
        tokens: Vec<GlobToken>,
        /// The other reading, where a variable's value holds `*` or `?` (U8).
        wild: Option<Vec<GlobToken>>,
    },
    /// A variable has neither value nor default: the text matches nothing (E62, E97).
    NoValue,
    /// AWS does not say what the text means.
    Open(OpenPoint),
    /// A variable's key is not known.
    Pending(ContextKey, ControlClass),
}

/// Whether the text has variables to fill at all.
pub(crate) fn has_variables(text: &str, version: PolicyVersion) -> bool {
    version == PolicyVersion::V2012 && text.contains("${")
}

/// Fills a text. `wildcards`: whether `*` and `?` of the policy's own text are wildcards.
pub(crate) fn fill(text: &str, version: PolicyVersion, context: &RequestContext, wildcards: bool) -> Filled {
    let own = |c: char| {
        if wildcards {
            GlobToken::from_policy_char(c)
        } else {
            GlobToken::Char(c)
        }
    };
    if !has_variables(text, version) {
        return Filled::Tokens {
            tokens: text.chars().map(own).collect(),
            wild: None,
        };
    }
    let mut tokens = Vec::new();
    let mut wild: Vec<GlobToken> = Vec::new();
    for part in text_parts(text) {
        match part {
            TextPart::Text(text) => {
                tokens.extend(text.chars().map(own));
                wild.extend(text.chars().map(own));
            }
            TextPart::Escaped(c) => {
                tokens.push(GlobToken::Char(c));
                wild.push(GlobToken::Char(c));
            }
            TextPart::Malformed(_) => return Filled::Open(OpenPoint::MalformedVariable),
            TextPart::Variable { key, default } => match variable_value(key, default, context) {
                Ok(value) => {
                    tokens.extend(value.chars().map(GlobToken::Char));
                    wild.extend(value.chars().map(GlobToken::from_policy_char));
                }
                Err(other) => return other,
            },
        }
    }
    let differs = wildcards && wild != tokens;
    Filled::Tokens {
        tokens,
        wild: differs.then_some(wild),
    }
}

/// Tokens as policy text of version 2012-10-17: characters that would be wildcards or begin a variable are escaped (E96).
pub(crate) fn policy_text(tokens: &[GlobToken], wildcards: bool) -> String {
    let mut text = String::with_capacity(tokens.len());
    for token in tokens {
        match token {
            GlobToken::Char('$') => text.push_str("${$}"),
            GlobToken::Char('*') if wildcards => text.push_str("${*}"),
            GlobToken::Char('?') if wildcards => text.push_str("${?}"),
            GlobToken::Char(c) => text.push(*c),
            GlobToken::AnyRun | GlobToken::RunWithoutColon => text.push('*'),
            GlobToken::AnyOne | GlobToken::OneWithoutColon => text.push('?'),
        }
    }
    text
}

/// A resource text with its variables filled and its own wildcards kept; none where a variable has no known value.
#[must_use]
pub fn fill_text(text: &str, version: PolicyVersion, context: &RequestContext) -> Option<String> {
    match fill(text, version, context, true) {
        Filled::Tokens { tokens, .. } => {
            let spell = |token: &GlobToken| match token {
                GlobToken::Char(c) => *c,
                GlobToken::AnyRun | GlobToken::RunWithoutColon => '*',
                GlobToken::AnyOne | GlobToken::OneWithoutColon => '?',
            };
            Some(tokens.iter().map(spell).collect())
        }
        Filled::NoValue | Filled::Open(_) | Filled::Pending(..) => None,
    }
}

fn variable_value(key: &str, default: Option<&str>, context: &RequestContext) -> Result<String, Filled> {
    let key = ContextKey::new(key);
    match context.get(&key) {
        // E98; a value that is there and empty is open (U7).
        ContextValue::Single(value) if value.is_empty() && default.is_some() => Err(Filled::Open(OpenPoint::EmptyValue)),
        ContextValue::Single(value) => Ok(value.to_string()),
        ContextValue::Absent => default.map(str::to_owned).ok_or(Filled::NoValue),
        // E94: a multivalued key cannot be used.
        ContextValue::Many(_) => Err(Filled::NoValue),
        ContextValue::Unknown(class) => Err(Filled::Pending(key, *class)),
        ContextValue::Prefix(_) => Err(Filled::Pending(key, ControlClass::Session)),
        ContextValue::Open(point) => Err(Filled::Open(*point)),
        ContextValue::MfaNotProven | ContextValue::MfaAgeNotProven => Err(Filled::Open(OpenPoint::MfaInRoleSession)),
        ContextValue::OneOf(_) => Err(Filled::Open(OpenPoint::TagKeysDifferInCase)),
    }
}
