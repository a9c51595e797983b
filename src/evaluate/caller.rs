//! Who makes the request, with what credentials (E240–E254).

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::ident::AccountId;
use crate::ident::Arn;

/// The caller of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// What kind of principal.
    pub kind: CallerKind,
    /// The caller's account; none for services and anonymous callers.
    pub account: Option<AccountId>,
    /// The ARN: of the user, role, session or federated user; `…:root` for the root user.
    pub arn: Option<Arn>,
    /// The role behind a session, with its path.
    pub role_arn: Option<Arn>,
    /// The IAM user behind a federated user.
    pub user_arn: Option<Arn>,
    /// The service's name; kind [`CallerKind::Service`] only.
    pub service: Option<Box<str>>,
    /// The unique id (`AIDA…`, `AROA…`).
    pub unique_id: Option<Box<str>>,
    /// Tags of the user or role; `None`: not collected.
    pub tags: Option<Arc<BTreeMap<Box<str>, Box<str>>>>,
    /// Session tags, which override tags of the same key, case ignored (E245).
    pub session_tags: BTreeMap<Box<str>, Box<str>>,
    /// What kind of credentials.
    pub credentials: Credentials,
    /// A service-linked role (E253).
    pub is_service_linked: bool,
    /// A principal of the organization's management account (E191).
    pub is_in_management_account: bool,
    /// The organization of the account, if it is in one.
    pub organization: Option<OrganizationMembership>,
    /// Whether it is known that the account is in that organization or in none.
    pub is_organization_known: bool,
}

/// The kinds of caller that evaluation tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CallerKind {
    /// The account's root user.
    AccountRoot,
    /// An IAM user.
    IamUser,
    /// A session of a role.
    RoleSession,
    /// A session of `GetFederationToken`.
    FederatedUser,
    /// An AWS service acting for itself.
    Service,
    /// Nobody signed the request.
    Anonymous,
}

/// How the caller signed (E240).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Credentials {
    /// A long-term access key.
    LongTermKey,
    /// `GetSessionToken` without MFA.
    SessionToken,
    /// `GetSessionToken` with MFA.
    SessionTokenWithMfa,
    /// The console without MFA.
    Console,
    /// The console with MFA.
    ConsoleWithMfa,
    /// A session of a role or federated user, or none at all.
    Other,
}

/// An account's place in its organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationMembership {
    /// The organization's id.
    pub id: Arc<str>,
    /// The path `o-…/r-…/ou-…/`, with a trailing slash, without the account.
    pub path: Arc<str>,
}

impl Caller {
    /// A caller of that kind of which nothing else is known.
    #[must_use]
    pub fn new(kind: CallerKind) -> Self {
        Self {
            kind,
            account: None,
            arn: None,
            role_arn: None,
            user_arn: None,
            service: None,
            unique_id: None,
            tags: Some(Arc::default()),
            session_tags: BTreeMap::new(),
            credentials: Credentials::Other,
            is_service_linked: false,
            is_in_management_account: false,
            organization: None,
            is_organization_known: true,
        }
    }

    /// The partition of the caller's ARN.
    #[must_use]
    pub fn partition(&self) -> Option<&str> {
        self.arn.as_ref().or(self.role_arn.as_ref()).map(Arn::partition)
    }

    /// Whether SCPs do not restrict the caller (E191).
    #[must_use]
    pub fn is_exempt_from_scps(&self) -> bool {
        let has_account = !matches!(self.kind, CallerKind::Service | CallerKind::Anonymous);
        self.is_in_management_account || self.is_service_linked || !has_account
    }
}

/// The cut-off of implicit self-trust (E265): roles created before it may still trust themselves.
pub(crate) fn self_trust_ended() -> Timestamp {
    Timestamp::from_second(1_663_718_400).unwrap_or(Timestamp::UNIX_EPOCH)
}
