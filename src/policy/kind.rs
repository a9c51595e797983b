//! The policy types and what the grammar asks of each (E19–E23).

use std::fmt;

/// Where a policy is used. The grammar and the evaluation differ by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyType {
    /// Inline or managed, on a user, group or role.
    Identity,
    /// On a bucket, queue, key…
    Resource,
    /// A role's trust policy.
    Trust,
    /// A managed policy used as a permissions boundary.
    PermissionsBoundary,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// Passed when a session is issued.
    Session,
    /// On a VPC endpoint.
    Endpoint,
}

/// Whether an element must, may or must not appear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presence {
    Required,
    Optional,
    Forbidden,
}

impl PolicyType {
    /// E20: who carries a principal.
    pub(crate) fn principal(self) -> Presence {
        match self {
            Self::Identity | Self::PermissionsBoundary | Self::Session | Self::ServiceControl => Presence::Forbidden,
            Self::Resource | Self::Trust | Self::ResourceControl => Presence::Required,
            Self::Endpoint => Presence::Optional,
        }
    }

    /// E21: where `NotPrincipal` may stand.
    pub(crate) fn allows_not_principal(self) -> bool {
        matches!(self, Self::Resource | Self::Endpoint)
    }

    /// E19, E260: a trust policy's resource is the role itself.
    pub(crate) fn resource(self) -> Presence {
        if self == Self::Trust {
            Presence::Forbidden
        } else {
            Presence::Required
        }
    }

    /// E22.
    pub(crate) fn allows_id(self) -> bool {
        !matches!(self, Self::Identity | Self::PermissionsBoundary | Self::Session)
    }

    /// E23: IAM itself stores the document and accepts only letters and digits in a `Sid`.
    pub(crate) fn is_stored_by_iam(self) -> bool {
        matches!(self, Self::Identity | Self::PermissionsBoundary | Self::Session | Self::Trust)
    }

    /// The type in the words of a report.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity policy",
            Self::Resource => "resource policy",
            Self::Trust => "trust policy",
            Self::PermissionsBoundary => "permissions boundary",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Session => "session policy",
            Self::Endpoint => "VPC endpoint policy",
        }
    }
}

impl fmt::Display for PolicyType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
