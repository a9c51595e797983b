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
    head: Head,
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
            head: Head::of(text),
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
    head: Head,
}

/// The first letters of a text in lower case, as far as its first eight bytes are spelled out: most patterns fail by them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Head {
    letters: u64,
    /// All bits of each byte that holds a letter.
    spelled: u64,
}

impl Head {
    fn of(text: &str) -> Self {
        let is_spelled = |byte: &u8| byte.is_ascii() && !byte.is_ascii_whitespace() && !matches!(byte, b'*' | b'?');
        let mut head = Self { letters: 0, spelled: 0 };
        for (index, byte) in text.bytes().take(8).take_while(is_spelled).enumerate() {
            head.letters |= u64::from(byte.to_ascii_lowercase()) << (8 * index);
            head.spelled |= 0xFF << (8 * index);
        }
        head
    }

    /// Whether a pattern that begins so cannot match an action that begins with the other.
    #[inline]
    fn differs_from(self, action: Self) -> bool {
        (self.letters ^ action.letters) & self.spelled != 0
    }
}

impl ActionPattern {
    /// The pattern as it was written. Any text is a pattern; one that no action fits matches nothing (E47, E48).
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::from(Box::from(text))
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the first letters let the pattern match the action at all: a list is passed through quickly.
    #[inline]
    #[must_use]
    pub fn may_match(&self, action: &Action) -> bool {
        !self.head.differs_from(action.head)
    }

    /// Whether the pattern matches the action.
    #[must_use]
    pub fn matches(&self, action: &Action) -> Ternary {
        let text = &*self.text;
        if !self.may_match(action) {
            return Ternary::No;
        }
        if text == "*" {
            return Ternary::Yes;
        }
        if !could_match(text.as_bytes(), action.lower.as_bytes()) {
            return Ternary::No;
        }
        if let Some(spelled) = spelled(text, &action.lower) {
            return if spelled > action.colon {
                Ternary::Yes
            } else {
                Ternary::Open(OpenPoint::WildcardInServicePrefix)
            };
        }
        let trimmed = text.trim();
        if !glob_matches(lower_tokens(trimmed), action.lower.chars()) {
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

impl From<Box<str>> for ActionPattern {
    fn from(text: Box<str>) -> Self {
        Self {
            head: Head::of(&text),
            text,
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

/// How many letters of the action the pattern spells, where it is the action, or its beginning and a last `*`: what most
/// patterns that match are.
fn spelled(pattern: &str, action: &str) -> Option<usize> {
    let (beginning, spelled) = match pattern.strip_suffix('*') {
        Some(beginning) => (beginning, action.get(..beginning.len())?),
        None => (pattern, action),
    };
    // No letter of an action is a wildcard or a blank, so that a beginning that has one differs.
    spelled.eq_ignore_ascii_case(beginning).then_some(spelled.len())
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
            ("ec2:TerminateInstances ", Ternary::Open(OpenPoint::BlankInAction)),
            ("EC2:TERM*", Ternary::Yes),
            ("ec2:Stop*", Ternary::No),
            ("ec2*", Ternary::Open(OpenPoint::WildcardInServicePrefix)),
            ("ec?:TerminateInstances", Ternary::Open(OpenPoint::WildcardInServicePrefix)),
            ("?c2:Terminate*", Ternary::Open(OpenPoint::WildcardInServicePrefix)),
            ("ec2:Term\u{e9}*", Ternary::No),
            ("", Ternary::No),
        ] {
            assert_eq!(ActionPattern::new(pattern).matches(&terminate), expected, "{pattern}");
        }
    }
}
