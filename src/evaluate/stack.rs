//! Everything that applies to one request: the policies by type (E172).

use std::sync::Arc;

use crate::estate::Policy;

/// The policies that apply to a caller and a resource.
#[derive(Debug, Clone, Default)]
pub struct PolicyStack<'p> {
    /// Inline and managed policies of the user or role, and of the user's groups.
    pub identity: Vec<&'p Policy>,
    /// The permissions boundary.
    pub boundary: Option<&'p Policy>,
    /// The session policies, a union among themselves (E224); `None`: none was passed.
    pub session: Option<Vec<&'p Policy>>,
    /// The resource's policy; the trust policy for `sts:AssumeRole`.
    pub resource: Option<&'p Policy>,
    /// SCPs of the caller's account.
    pub scps: Guardrails<'p>,
    /// RCPs of the resource's account.
    pub rcps: Guardrails<'p>,
    /// Policies of the VPC endpoint that the call goes through.
    pub endpoint: Option<Vec<&'p Policy>>,
    /// Things of the caller's side that were not collected (groups, attachments), in words (E184).
    pub identity_gaps: Vec<Arc<str>>,
}

/// SCPs or RCPs on the path of an account.
#[derive(Debug, Clone, Default)]
pub enum Guardrails<'p> {
    /// There are none: no organization, the type is off, or the caller is exempt.
    #[default]
    None,
    /// It is not known whether there are any; in words why (E184).
    NotCollected(Arc<str>),
    /// One level for the root, each OU and the account (E193).
    Levels(Arc<[Level<'p>]>),
}

/// One level of an organization's path.
#[derive(Debug, Clone)]
pub struct Level<'p> {
    /// The root's, OU's or account's id, and its name where known.
    pub target: Arc<str>,
    /// What is attached there; `None`: not collected.
    pub policies: Option<Vec<&'p Policy>>,
}
