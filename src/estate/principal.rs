//! An identity that can hold permissions.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::Attachment;
use crate::estate::Policy;
use crate::ident::Arn;

/// Tags by key.
pub type Tags = BTreeMap<Box<str>, Box<str>>;

/// The kinds of identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// The account's root user.
    AccountRoot,
    /// An IAM user.
    IamUser,
    /// An IAM role, that is, its sessions.
    IamRole,
}

/// An identity with everything it holds.
#[derive(Debug, Clone)]
pub struct Principal {
    /// What it is.
    pub kind: PrincipalKind,
    /// Its ARN, with path.
    pub arn: Arn,
    /// Its unique id; none where the dump does not tell.
    pub unique_id: Option<Box<str>>,
    /// Its tags; none: not collected.
    pub tags: Option<Arc<Tags>>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// Its policies and those of its groups (E173).
    pub attachments: Vec<Attachment>,
    /// Its permissions boundary.
    pub boundary: Option<Arc<Policy>>,
    /// A role's trust policy.
    pub trust: Option<Arc<Policy>>,
    /// When the role was last used: `None`: not told; `Some(None)`: not in the 400 days that AWS keeps.
    pub role_last_used: Option<Option<Timestamp>>,
    /// When a user's password was last used, where the dump tells; the credential report knows more.
    pub password_last_used: Option<Timestamp>,
    /// What of its attachments was not collected, in words (E184).
    pub gaps: Vec<Arc<str>>,
}

impl Principal {
    /// A service-linked role (E253): by its path, which nobody else can use.
    #[must_use]
    pub fn is_service_linked(&self) -> bool {
        self.kind == PrincipalKind::IamRole && self.arn.resource().starts_with("role/aws-service-role/")
    }

    /// A role that Identity Center made for a permission set (E86, E252).
    #[must_use]
    pub fn is_identity_center(&self) -> bool {
        self.kind == PrincipalKind::IamRole && self.arn.resource().starts_with("role/aws-reserved/sso.amazonaws.com/")
    }

    /// The name behind the path; `root` for the root user.
    #[must_use]
    pub fn name(&self) -> &str {
        self.arn.name()
    }
}
