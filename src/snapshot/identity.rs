//! Users, groups, roles and managed policies in the shapes of `GetAccountAuthorizationDetails`.
//!
//! `None` means not known: absent where AWS always writes it, or of a wrong shape. AWS leaves some members out
//! when there is nothing to say (tags, inline policies, boundary, instance profiles): those are then empty.

use std::borrow::Cow;

use crate::snapshot::RawDocument;

/// An IAM user (`UserDetail`).
#[derive(Debug, Clone)]
pub struct UserRecord<'a> {
    /// What all four kinds have.
    pub head: RecordHead<'a>,
    /// The names of the groups the user is in.
    pub groups: Option<Vec<Cow<'a, str>>>,
    /// The user's inline policies.
    pub inline_policies: Option<Vec<InlinePolicyRecord<'a>>>,
    /// The managed policies attached to the user.
    pub attached_policies: Option<Vec<AttachedPolicyRecord<'a>>>,
    /// The user's permissions boundary.
    pub permissions_boundary: Option<BoundaryRecord<'a>>,
    /// The user's tags.
    pub tags: Option<Vec<TagRecord<'a>>>,
    /// When the password was last used, as AWS writes it; `None` when the dump does not tell.
    pub password_last_used: Option<Cow<'a, str>>,
}

/// An IAM group (`GroupDetail`).
#[derive(Debug, Clone)]
pub struct GroupRecord<'a> {
    /// What all four kinds have.
    pub head: RecordHead<'a>,
    /// The group's inline policies.
    pub inline_policies: Option<Vec<InlinePolicyRecord<'a>>>,
    /// The managed policies attached to the group.
    pub attached_policies: Option<Vec<AttachedPolicyRecord<'a>>>,
}

/// An IAM role (`RoleDetail`).
#[derive(Debug, Clone)]
pub struct RoleRecord<'a> {
    /// What all four kinds have.
    pub head: RecordHead<'a>,
    /// The trust policy.
    pub trust_document: Option<RawDocument<'a>>,
    /// The role's inline policies.
    pub inline_policies: Option<Vec<InlinePolicyRecord<'a>>>,
    /// The managed policies attached to the role.
    pub attached_policies: Option<Vec<AttachedPolicyRecord<'a>>>,
    /// The role's permissions boundary.
    pub permissions_boundary: Option<BoundaryRecord<'a>>,
    /// The role's tags.
    pub tags: Option<Vec<TagRecord<'a>>>,
    /// The instance profiles that hold the role.
    pub instance_profiles: Option<Vec<InstanceProfileRecord<'a>>>,
    /// The role's last use; `None` when the dump does not tell, an empty record when AWS saw none in its tracking period.
    pub last_used: Option<RoleLastUsedRecord<'a>>,
    /// The longest session, in seconds; `None` when the dump does not tell.
    pub max_session_seconds: Option<u64>,
    /// The description; `None` when the dump does not tell.
    pub description: Option<Cow<'a, str>>,
}

/// A managed policy (`ManagedPolicyDetail`), of the customer or of AWS.
#[derive(Debug, Clone)]
pub struct ManagedPolicyRecord<'a> {
    /// What all four kinds have.
    pub head: RecordHead<'a>,
    /// The id of the version in force, such as `v3`.
    pub default_version_id: Option<Cow<'a, str>>,
    /// All versions.
    pub versions: Option<Vec<PolicyVersionRecord<'a>>>,
}

/// What users, groups, roles and managed policies have in common.
#[derive(Debug, Clone)]
pub struct RecordHead<'a> {
    /// The ARN, as text. A record without one is set aside with a gap.
    pub arn: Cow<'a, str>,
    /// The name; the end of the ARN when the dump leaves it out.
    pub name: Cow<'a, str>,
    /// The unique id, such as `AROA…`.
    pub id: Option<Cow<'a, str>>,
    /// The path, such as `/` or `/teams/`.
    pub path: Option<Cow<'a, str>>,
    /// When it was created, as AWS writes it.
    pub create_date: Option<Cow<'a, str>>,
}

/// An inline policy (`PolicyDetail`).
#[derive(Debug, Clone)]
pub struct InlinePolicyRecord<'a> {
    /// The name; empty when it could not be read.
    pub name: Cow<'a, str>,
    /// The document.
    pub document: Option<RawDocument<'a>>,
}

/// A managed policy attached to an identity (`AttachedPolicy`).
#[derive(Debug, Clone)]
pub struct AttachedPolicyRecord<'a> {
    /// The policy's ARN, as text.
    pub arn: Cow<'a, str>,
    /// The policy's name; the end of the ARN when the dump leaves it out.
    pub name: Cow<'a, str>,
}

/// The permissions boundary of an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BoundaryRecord<'a> {
    /// The identity has none.
    Absent,
    /// The ARN of the managed policy that is the boundary, as text.
    Policy(Cow<'a, str>),
}

/// A tag of a user, role or resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagRecord<'a> {
    /// The key.
    pub key: Cow<'a, str>,
    /// The value; empty when the tag has none.
    pub value: Cow<'a, str>,
}

/// An instance profile that holds a role.
#[derive(Debug, Clone)]
pub struct InstanceProfileRecord<'a> {
    /// The ARN, as text.
    pub arn: Cow<'a, str>,
    /// The name; the end of the ARN when the dump leaves it out.
    pub name: Cow<'a, str>,
}

/// When and where a role was last used; both are `None` when AWS saw no use in its tracking period of 400 days.
#[derive(Debug, Clone, Default)]
pub struct RoleLastUsedRecord<'a> {
    /// The time, as AWS writes it.
    pub date: Option<Cow<'a, str>>,
    /// The Region.
    pub region: Option<Cow<'a, str>>,
}

/// One version of a managed policy.
#[derive(Debug, Clone)]
pub struct PolicyVersionRecord<'a> {
    /// The id, such as `v3`.
    pub id: Option<Cow<'a, str>>,
    /// Whether the version says that it is in force.
    pub is_default: bool,
    /// The document.
    pub document: Option<RawDocument<'a>>,
}

impl<'a> ManagedPolicyRecord<'a> {
    /// The version in force: the one the policy names, or else the one that says so itself.
    #[must_use]
    pub fn default_version(&self) -> Option<&PolicyVersionRecord<'a>> {
        let versions = self.versions.as_ref()?;
        let named = self
            .default_version_id
            .as_ref()
            .and_then(|id| versions.iter().find(|version| version.id.as_ref() == Some(id)));
        named.or_else(|| versions.iter().find(|version| version.is_default))
    }
}
