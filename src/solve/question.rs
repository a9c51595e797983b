//! What is asked.

use jiff::Timestamp;

use crate::estate::Policy;
use crate::estate::Resource;
use crate::estate::Tags;
use crate::evaluate::ContextValue;
use crate::evaluate::Subject;
use crate::evaluate::Target;
use crate::ident::Action;
use crate::policy::ContextKey;

/// Can whoever holds this identity make this call?
#[derive(Debug, Clone)]
pub struct Question<'q> {
    /// The identity.
    pub subject: &'q Subject<'q>,
    /// The action.
    pub action: &'q Action,
    /// On what.
    pub scope: Scope<'q>,
    /// From when on; later is possible, earlier is not.
    pub as_of: Timestamp,
    /// Keys that the asker fixes.
    pub given: &'q [(ContextKey, ContextValue)],
    /// The resource's policy, where the action has one.
    pub resource_policy: Option<&'q Policy>,
}

/// The resources of a question.
#[derive(Debug, Clone)]
pub enum Scope<'q> {
    /// This one; its tags where they are known.
    One(Target, Option<&'q Tags>),
    /// One of those that were counted.
    Counted(&'q [Resource]),
    /// Any that could exist.
    Any,
}
