//! What is wrong with a document or a tree; listed in the report.

use std::sync::Arc;

use crate::ident::AccountId;

/// A document that is invalid or missing, or a part of the organization's tree that does not add up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The account it is about; none for the organization.
    pub account: Option<AccountId>,
    /// The policy or part of the tree.
    pub subject: Arc<str>,
    /// What is wrong, where, and what follows.
    pub detail: Arc<str>,
}
