//! What can be proven of a policy on its own.

use std::sync::Arc;

use crate::finding::Place;
use crate::ident::AccountId;

/// A policy with the remarks on its statements.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct PolicyRemarks {
    /// The account that holds the policy; none for a policy of AWS or of the organization.
    pub account: Option<AccountId>,
    /// The ARN of a managed policy, or the name of another.
    pub policy: Arc<str>,
    /// What it is used as: `identity policy`, `permissions boundary`, `service control policy`…
    pub used_as: &'static str,
    /// The remarks, in order of the statements; at least one.
    pub remarks: Box<[StatementRemark]>,
}

/// A remark on one statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct StatementRemark {
    /// The statement's number in the policy, from 1.
    pub statement: u32,
    /// Its Sid, where it has one.
    pub sid: Option<Arc<str>>,
    /// What is wrong, in one word.
    pub kind: &'static str,
    /// What follows, in words.
    pub words: Arc<str>,
    /// Where the statement stands in the files that were read.
    pub place: Place,
}
