//! A concrete Amazon Resource Name (E50): `arn:partition:service:region:account:resource`.

use std::fmt;
use std::str::FromStr;

use crate::ident::AccountId;

/// An ARN of six fields. The resource field is everything after the fifth colon.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: Box<str>,
}

/// The text is not an ARN.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an ARN: `arn:partition:service:region:account:resource` expected")]
pub struct InvalidArn(pub String);

impl Arn {
    /// The ARN as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn field(&self, index: usize) -> &str {
        self.text.splitn(6, ':').nth(index).unwrap_or_default()
    }

    /// The partition: `aws`, `aws-cn`, `aws-us-gov`…
    #[must_use]
    pub fn partition(&self) -> &str {
        self.field(1)
    }

    /// The service prefix.
    #[must_use]
    pub fn service(&self) -> &str {
        self.field(2)
    }

    /// The Region; empty for global resources.
    #[must_use]
    pub fn region(&self) -> &str {
        self.field(3)
    }

    /// The account field as text; empty where AWS leaves it out, `aws` for AWS's own policies.
    #[must_use]
    pub fn account_field(&self) -> &str {
        self.field(4)
    }

    /// The account that the ARN names.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.account_field().parse().ok()
    }

    /// The resource field: everything after the fifth colon.
    #[must_use]
    pub fn resource(&self) -> &str {
        self.field(5)
    }

    /// The last path component of the resource field: a user's or role's name.
    #[must_use]
    pub fn name(&self) -> &str {
        let resource = self.resource();
        resource.rsplit_once('/').map_or(resource, |(_, name)| name)
    }
}

impl FromStr for Arn {
    type Err = InvalidArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fields = text.splitn(6, ':').count();
        if fields == 6 && text.starts_with("arn:") {
            Ok(Self { text: text.into() })
        } else {
            Err(InvalidArn(text.to_owned()))
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arn({})", self.text)
    }
}

impl serde::Serialize for Arn {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}
