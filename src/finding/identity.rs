//! The identity that a finding is about.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::AnalyzerEvidence;
use crate::finding::Usage;
use crate::finding::words::words;
use crate::ident::AccountId;

/// An identity with everything that holds for all its findings; findings share it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Identity {
    /// The ARN.
    pub principal: Arc<str>,
    /// What it is.
    pub kind: PrincipalKind,
    /// What else is known about it.
    #[serde(flatten)]
    pub flags: IdentityFlags,
    /// The account it lives in.
    pub account: AccountId,
    /// The account's name, when the organization was read.
    pub account_name: Option<Arc<str>>,
    /// The organizational units above the account, root first, joined by `/`; none when not read.
    pub ou_path: Option<Arc<str>>,
    /// Its tags; none when not collected.
    pub tags: Option<BTreeMap<Box<str>, Box<str>>>,
    /// What is known about its credentials and their use.
    pub usage: Usage,
    /// IAM Access Analyzer findings about it.
    pub access_analyzer: Box<[AnalyzerEvidence]>,
}

impl Identity {
    /// The name in the ARN: what follows the last `/`, or `root`.
    #[must_use]
    pub fn name(&self) -> &str {
        let resource = self.principal.splitn(6, ':').nth(5).unwrap_or(&self.principal);
        resource.rsplit_once('/').map_or(resource, |(_, name)| name)
    }
}

/// Kinds of identities that hold permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// The root user of an account.
    AccountRoot,
    /// An IAM user.
    IamUser,
    /// An IAM role, through its sessions.
    IamRole,
}

words!(PrincipalKind {
    AccountRoot => "account_root",
    IamUser => "iam_user",
    IamRole => "iam_role",
});

/// Yes-or-no facts about an identity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each a column of the report")]
pub struct IdentityFlags {
    /// A service-linked role: no SCP applies, and only its service can assume it.
    pub service_linked: bool,
    /// A role that Identity Center made for a permission set.
    pub identity_center: bool,
    /// It lives in the organization's management account, where no SCP applies.
    pub management_account: bool,
    /// Its trust policy names AWS services only, so that no person assumes it directly.
    pub service_only_trust: bool,
}
