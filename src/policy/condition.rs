//! The condition block (E110–E123) as parsed.

use std::cmp::Ordering;
use std::fmt;

use crate::policy::ConditionOperator;
use crate::policy::SetQualifier;

/// A condition key. Names ignore case, the tag key after the slash included (E112).
#[derive(Clone)]
pub struct ContextKey {
    text: Box<str>,
    lower: Option<Box<str>>,
}

impl ContextKey {
    /// A key of that name.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        Self {
            lower: (lower != text).then(|| lower.into()),
            text: text.into(),
        }
    }

    /// The name as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name in lower case.
    #[must_use]
    pub fn lower(&self) -> &str {
        self.lower.as_deref().unwrap_or(&self.text)
    }
}

impl PartialEq for ContextKey {
    fn eq(&self, other: &Self) -> bool {
        self.lower() == other.lower()
    }
}

impl Eq for ContextKey {}

impl PartialOrd for ContextKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ContextKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.lower().cmp(other.lower())
    }
}

impl fmt::Display for ContextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for ContextKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ContextKey({})", self.text)
    }
}

/// One test of one key. All tests of a block must hold (E110).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConditionTest {
    /// The operator.
    pub operator: ConditionOperator,
    /// `ForAllValues:` or `ForAnyValue:`.
    pub qualifier: Option<SetQualifier>,
    /// Whether the operator ends in `IfExists`.
    pub if_exists: bool,
    /// The key.
    pub key: ContextKey,
    /// The values as text; numbers and Booleans are written as in the document (E27).
    pub values: Box<[Box<str>]>,
}

impl ConditionTest {
    /// The operator as written: qualifier, name and `IfExists`.
    #[must_use]
    pub fn operator_text(&self) -> String {
        let qualifier = self.qualifier.map(|q| format!("{}:", q.as_str())).unwrap_or_default();
        format!(
            "{qualifier}{}{}",
            self.operator.as_str(),
            if self.if_exists { "IfExists" } else { "" }
        )
    }
}

/// The `Condition` element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct ConditionBlock {
    /// The tests, in the order of the text.
    pub tests: Box<[ConditionTest]>,
    /// `"Condition": {}`, or an operator without keys: AWS does not say what it means (U1).
    pub has_empty_part: bool,
}
