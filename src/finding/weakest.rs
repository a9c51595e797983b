//! The weakest condition of a "conditional", in parts and in words.

use std::sync::Arc;

use serde::Serialize;

use crate::finding::ControlClass;
use crate::finding::words::words;

/// Under which conditions the call succeeds on the resource that the row names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct WeakestCondition {
    /// How the condition relates to the requests that succeed.
    pub bound: Bound,
    /// The condition in words.
    pub words: Arc<str>,
    /// Lists of tests of which one must be met as a whole.
    pub alternatives: Box<[Box<[RequiredTest]>]>,
}

/// One test of one key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RequiredTest {
    /// The condition key.
    pub key: Arc<str>,
    /// The operator with its qualifier and `IfExists`; `ResourceMatches` where the key is a variable of a statement's
    /// resource, which has to match the row's.
    pub operator: Arc<str>,
    /// The values.
    pub values: Box<[Arc<str>]>,
    /// Whether the test must hold, or must not.
    pub holds: bool,
    /// Who or what controls the value of the key.
    pub class: ControlClass,
}

/// How a condition relates to the requests that succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// Those that meet it, and no others.
    Exact,
    /// All that meet it; others may.
    Sufficient,
    /// None that does not meet it; more may be needed.
    Necessary,
}

words!(Bound {
    Exact => "exact",
    Sufficient => "sufficient",
    Necessary => "necessary",
});
