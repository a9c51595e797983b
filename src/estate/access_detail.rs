//! The details of an Access Analyzer finding (`FindingDetails` of `GetFindingV2`).

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;

use crate::estate::account::timestamp;
use crate::ident::Arn;
use crate::snapshot::AccessDetail as AccessDetailRecord;
use crate::snapshot::FindingDetailRecord;

/// One detail of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccessDetail {
    /// Someone outside the zone of trust can reach the resource.
    ExternalAccess(GrantedAccess),
    /// Someone inside can reach the resource.
    InternalAccess(GrantedAccess),
    /// The role was not used.
    UnusedIamRole {
        /// When it was before.
        last_accessed: LastAccess,
    },
    /// An access key was not used.
    UnusedIamUserAccessKey {
        /// The key's id.
        access_key_id: Option<Box<str>>,
        /// When it was before.
        last_accessed: LastAccess,
    },
    /// A password was not used.
    UnusedIamUserPassword {
        /// When it was before.
        last_accessed: LastAccess,
    },
    /// Permissions for a service were not used.
    UnusedPermission {
        /// The service prefix.
        service: Option<Box<str>>,
        /// When the service was last called.
        last_accessed: LastAccess,
        /// The names of the unused actions without their prefix; empty means the whole service.
        actions: Box<[Box<str>]>,
    },
    /// A kind that this version does not know, by AWS's name of it.
    Other(Box<str>),
}

/// Who can reach a resource, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantedAccess {
    /// The actions.
    pub actions: Box<[Box<str>]>,
    /// The conditions: key and value.
    pub condition: BTreeMap<Box<str>, Box<str>>,
    /// The principal: kind (`AWS`, `Federated`…) and id.
    pub principal: BTreeMap<Box<str>, Box<str>>,
    /// Whether anybody can; none where the file is silent.
    pub is_public: Option<bool>,
    /// What the analyzer made of resource control policies, in AWS's word.
    pub resource_control: Option<Box<str>>,
    /// What the analyzer made of service control policies, in AWS's word; internal access only.
    pub service_control: Option<Box<str>>,
}

/// When an unused thing was used before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LastAccess {
    /// Not in the tracking period.
    Never,
    /// Then.
    At(Timestamp),
    /// The file has a text that is no time.
    Unreadable(Box<str>),
}

impl LastAccess {
    fn of(text: Option<&str>) -> Self {
        text.map_or(Self::Never, |text| {
            timestamp(text).map_or_else(|| Self::Unreadable(text.into()), Self::At)
        })
    }
}

impl AccessDetail {
    pub(super) fn of(record: &FindingDetailRecord<'_>) -> Self {
        let time = |text: &Option<Cow<'_, str>>| LastAccess::of(text.as_deref());
        match record {
            FindingDetailRecord::ExternalAccess(access) => Self::ExternalAccess(GrantedAccess::of(access)),
            FindingDetailRecord::InternalAccess(access) => Self::InternalAccess(GrantedAccess::of(access)),
            FindingDetailRecord::UnusedIamRole { last_accessed } => Self::UnusedIamRole {
                last_accessed: time(last_accessed),
            },
            FindingDetailRecord::UnusedIamUserAccessKey {
                access_key_id,
                last_accessed,
            } => Self::UnusedIamUserAccessKey {
                access_key_id: access_key_id.as_deref().map(Into::into),
                last_accessed: time(last_accessed),
            },
            FindingDetailRecord::UnusedIamUserPassword { last_accessed } => Self::UnusedIamUserPassword {
                last_accessed: time(last_accessed),
            },
            FindingDetailRecord::UnusedPermission {
                service_namespace,
                last_accessed,
                actions,
            } => Self::UnusedPermission {
                service: service_namespace.as_deref().map(Into::into),
                last_accessed: time(last_accessed),
                actions: boxes(actions),
            },
            FindingDetailRecord::Other { kind } => Self::Other(kind.as_str().into()),
        }
    }

    /// The finding type that has such details, in AWS's word.
    pub(super) fn finding_type(&self) -> Option<&'static str> {
        match self {
            Self::ExternalAccess(_) => Some("ExternalAccess"),
            Self::InternalAccess(_) => Some("InternalAccess"),
            Self::UnusedIamRole { .. } => Some("UnusedIAMRole"),
            Self::UnusedIamUserAccessKey { .. } => Some("UnusedIAMUserAccessKey"),
            Self::UnusedIamUserPassword { .. } => Some("UnusedIAMUserPassword"),
            Self::UnusedPermission { .. } => Some("UnusedPermission"),
            Self::Other(_) => None,
        }
    }

    /// The identity that internal access names.
    pub(super) fn principal_arn(&self) -> Option<Arc<str>> {
        let Self::InternalAccess(access) = self else { return None };
        let mut ids = access.principal.values();
        ids.find(|id| id.parse::<Arn>().is_ok()).map(|id| id.as_ref().into())
    }
}

impl GrantedAccess {
    fn of(record: &AccessDetailRecord<'_>) -> Self {
        Self {
            actions: boxes(&record.actions),
            condition: map(&record.condition),
            principal: map(&record.principal),
            is_public: record.is_public,
            resource_control: record.resource_control_policy_restriction.as_deref().map(Into::into),
            service_control: record.service_control_policy_restriction.as_deref().map(Into::into),
        }
    }
}

fn boxes(texts: &[Cow<'_, str>]) -> Box<[Box<str>]> {
    texts.iter().map(|text| text.as_ref().into()).collect()
}

fn map(texts: &BTreeMap<String, Cow<'_, str>>) -> BTreeMap<Box<str>, Box<str>> {
    let pair = |(key, value): (&String, &Cow<'_, str>)| (key.as_str().into(), value.as_ref().into());
    texts.iter().map(pair).collect()
}
