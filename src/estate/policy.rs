//! A policy as the estate holds it: its name, its text, and what parsing it gave.

use std::sync::Arc;

use crate::policy::InvalidPolicy;
use crate::policy::PolicyDocument;
use crate::policy::PolicyType;

/// A policy of any type, parsed once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The name of an inline policy, the ARN of a managed one, or the name and id of an SCP or RCP.
    pub name: Arc<str>,
    /// Where it is used.
    pub policy_type: PolicyType,
    /// The document, or why there is none.
    pub document: DocumentState,
    /// Where the text stands.
    pub text: PolicyText,
}

/// The document of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DocumentState {
    /// It parsed. Policies of one text share the document.
    Parsed(Arc<PolicyDocument>),
    /// AWS could not have stored it (E34).
    Invalid(InvalidPolicy),
    /// It was not collected (E184); the text says why.
    Missing(Box<str>),
}

/// The text of a document and its place.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PolicyText {
    /// The text; empty when it was not collected.
    pub text: Arc<str>,
    /// The file it was read from.
    pub file: Arc<str>,
    /// Line and column, both from 1, of the text's first character in the file.
    pub start: (u32, u32),
    /// Whether the file holds the document inside a string; then all its places are the string's.
    pub is_embedded: bool,
}

impl DocumentState {
    /// Parses a document.
    #[must_use]
    pub fn parse(text: &str, policy_type: PolicyType) -> Self {
        match PolicyDocument::parse(text, policy_type) {
            Ok(document) => Self::Parsed(Arc::new(document)),
            Err(invalid) => Self::Invalid(invalid),
        }
    }
}

impl Policy {
    /// Parses a document.
    #[must_use]
    pub fn parse(name: impl Into<Arc<str>>, policy_type: PolicyType, text: PolicyText) -> Self {
        let document = DocumentState::parse(&text.text, policy_type);
        Self {
            name: name.into(),
            policy_type,
            document,
            text,
        }
    }

    /// A policy that is known to apply and whose document was not collected.
    #[must_use]
    pub fn missing(name: impl Into<Arc<str>>, policy_type: PolicyType, why: &str) -> Self {
        Self {
            name: name.into(),
            policy_type,
            document: DocumentState::Missing(why.into()),
            text: PolicyText::default(),
        }
    }

    /// The parsed document, if there is one.
    #[must_use]
    pub fn parsed(&self) -> Option<&PolicyDocument> {
        match &self.document {
            DocumentState::Parsed(document) => Some(document),
            DocumentState::Invalid(_) | DocumentState::Missing(_) => None,
        }
    }
}

impl PolicyText {
    /// Line and column, both from 1, of a byte of the text in its file.
    #[must_use]
    pub fn place(&self, offset: usize) -> (u32, u32) {
        if self.is_embedded {
            return self.start;
        }
        let before = self.text.get(..offset).unwrap_or(&self.text);
        let (line, column) = self.start;
        let breaks = memchr::memchr_iter(b'\n', before.as_bytes()).count();
        let breaks = u32::try_from(breaks).unwrap_or(u32::MAX);
        let last_break = memchr::memrchr(b'\n', before.as_bytes());
        let last_line = last_break.and_then(|at| before.get(at + 1..)).unwrap_or(before);
        let characters = u32::try_from(last_line.chars().count()).unwrap_or(u32::MAX);
        if breaks == 0 {
            (line, column.saturating_add(characters))
        } else {
            (line.saturating_add(breaks), characters.saturating_add(1))
        }
    }
}
