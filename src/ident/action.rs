//! Actions and patterns over them (E40–E48): prefix and name match without regard to case.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use crate::ident::OpenPoint;
use crate::ident::Ternary;
use crate::ident::glob::GlobToken;
use crate::ident::glob::glob_matches;

/// A concrete action such as `ec2:TerminateInstances`. Equality ignores case.
#[derive(Clone)]
pub struct Action {
    text: Box<str>,
    lower: Box<str>,
    colon: usize,
}

/// The text is not an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an action: `service:ActionName` without wildcards expected")]
pub struct InvalidAction(pub String);

impl Action {
    /// The action as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The action in lower case.
    #[must_use]
    pub fn lower(&self) -> &str {
        &self.lower
    }

    /// The service prefix, in lower case.
    #[must_use]
    pub fn service(&self) -> &str {
        self.lower.get(..self.colon).unwrap_or_default()
    }

    /// The action name as it was written.
    #[must_use]
    pub fn name(&self) -> &str {
        self.text.get(self.colon + 1..).unwrap_or_default()
    }

    /// The action name in lower case.
    #[must_use]
    pub fn lower_name(&self) -> &str {
        self.lower.get(self.colon + 1..).unwrap_or_default()
    }
}

impl FromStr for Action {
    type Err = InvalidAction;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = || InvalidAction(text.to_owned());
        let (service, name) = text.split_once(':').ok_or_else(invalid)?;
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if service.is_empty() || name.is_empty() || !service.chars().chain(name.chars()).all(is_word) {
            return Err(invalid());
        }
        Ok(Self {
            colon: service.len(),
            lower: text.to_ascii_lowercase().into(),
            text: text.into(),
        })
    }
}

impl PartialEq for Action {
    fn eq(&self, other: &Self) -> bool {
        self.lower == other.lower
    }
}

impl Eq for Action {}

impl PartialOrd for Action {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Action {
    fn cmp(&self, other: &Self) -> Ordering {
        self.lower.cmp(&other.lower)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Action({})", self.text)
    }
}

impl serde::Serialize for Action {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

/// An entry of an `Action` or `NotAction` list: `*`, or `service:name-pattern`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActionPattern {
    text: Box<str>,
}

impl ActionPattern {
    /// The pattern as it was written. Any text is a pattern; one that no action fits matches nothing (E47, E48).
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { text: text.into() }
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the pattern matches the action.
    #[must_use]
    pub fn matches(&self, action: &Action) -> Ternary {
        let text = &*self.text;
        if text == "*" {
            return Ternary::Yes;
        }
        if !could_match(text.as_bytes(), action.lower.as_bytes()) {
            return Ternary::No;
        }
        let trimmed = text.trim();
        let matched = glob_matches(lower_tokens(trimmed), action.lower.chars());
        if !matched {
            return Ternary::No;
        }
        if trimmed.len() != text.len() {
            return Ternary::Open(OpenPoint::BlankInAction);
        }
        // E43: `*` inside or instead of the prefix; only the lone `*` is documented.
        match text.split_once(':') {
            Some((prefix, _)) if !prefix.contains(['*', '?']) => Ternary::Yes,
            Some(_) | None => Ternary::Open(OpenPoint::WildcardInServicePrefix),
        }
    }
}

/// A cheap test that most patterns fail: before the first wildcard a letter differs, or the pattern ends too early.
fn could_match(pattern: &[u8], action: &[u8]) -> bool {
    let differing = pattern.iter().zip(action).find(|(p, a)| !p.eq_ignore_ascii_case(a));
    match differing {
        Some((p, _)) => matches!(p, b'*' | b'?') || p.is_ascii_whitespace() || !p.is_ascii(),
        None => pattern.len() >= action.len(),
    }
}

fn lower_tokens(text: &str) -> impl Iterator<Item = GlobToken> + Clone + '_ {
    text.chars().map(|c| GlobToken::from_policy_char(c.to_ascii_lowercase()))
}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_is_ignored_and_patterns_are_anchored() {
        let terminate: Action = "ec2:TerminateInstances".parse().unwrap();
        for (pattern, expected) in [
            ("EC2:terminateinstances", Ternary::Yes),
            ("ec2:TerminateInstance", Ternary::No),
            ("ec2:Terminate?nstances", Ternary::Yes),
            ("ec2:*", Ternary::Yes),
            ("*", Ternary::Yes),
            ("*:*", Ternary::Open(OpenPoint::WildcardInServicePrefix)),
            (" ec2:*", Ternary::Open(OpenPoint::BlankInAction)),
            ("ec2:TerminateInstances,ec2:StopInstances", Ternary::No),
            ("", Ternary::No),
        ] {
            assert_eq!(ActionPattern::new(pattern).matches(&terminate), expected, "{pattern}");
        }
    }
}
