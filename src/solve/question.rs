//! What is asked.

use jiff::Timestamp;

use crate::catalog::Catalog;
use crate::estate::Policy;
use crate::estate::Resource;
use crate::estate::Tags;
use crate::evaluate::AccountScope;
use crate::evaluate::ActionFacts;
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
    pub action: &'q ActionFacts<'q>,
    /// On what.
    pub scope: Scope<'q>,
    /// From when on; later is possible, earlier is not.
    pub as_of: Timestamp,
    /// Keys that the asker fixes.
    pub given: &'q [(ContextKey, ContextValue)],
    /// The resource's policy, where the action has one.
    pub resource_policy: Option<&'q Policy>,
    /// The place of the account that owns the resource: its RCPs apply (E205). None: the identity's own account.
    pub owner: Option<&'q AccountScope>,
}

impl<'q> Question<'q> {
    /// About any resource that could exist, with nothing fixed by the asker.
    #[must_use]
    pub fn about(subject: &'q Subject<'q>, action: &'q ActionFacts<'q>, as_of: Timestamp) -> Self {
        Self {
            subject,
            action,
            scope: Scope::Any,
            as_of,
            given: &[],
            resource_policy: None,
            owner: None,
        }
    }
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

/// The Region that the asker fixes: only resources there can be called on (E345, E351).
#[must_use]
pub fn given_region(given: &[(ContextKey, ContextValue)]) -> Option<&str> {
    let is_region = |key: &ContextKey| matches!(key.lower(), "aws:requestedregion" | "ec2:region");
    let (_, value) = given.iter().find(|(key, _)| is_region(key))?;
    let ContextValue::Single(region) = value else { return None };
    Some(region)
}

/// The one resource type that a call of the action is about: where there is one, counted resources of it can be asked about.
#[must_use]
pub fn subject_type(action: &Action) -> Option<&'static str> {
    let entry = Catalog::bundled().action(action.service(), action.name())?;
    let required: Vec<&str> = entry
        .resource_types
        .iter()
        .filter(|row| row.required)
        .map(|row| row.resource_type)
        .collect();
    let listed: Vec<&str> = entry.resource_types.iter().map(|row| row.resource_type).collect();
    match (required.as_slice(), listed.as_slice()) {
        ([only], _) | ([], [only]) => Some(only),
        _ => None,
    }
}
