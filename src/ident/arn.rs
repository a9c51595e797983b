//! A concrete Amazon Resource Name (E50): `arn:partition:service:region:account:resource`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::ident::AccountId;

/// An ARN of six fields. The resource field is everything after the fifth colon.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: Arc<str>,
    /// Where the five colons stand.
    colons: [u32; 5],
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

    /// The six fields.
    #[must_use]
    pub fn fields(&self) -> [&str; 6] {
        let [first, second, third, fourth, fifth] = self.colons.map(|colon| colon as usize);
        [
            (0, first),
            (first + 1, second),
            (second + 1, third),
            (third + 1, fourth),
            (fourth + 1, fifth),
            (fifth + 1, self.text.len()),
        ]
        .map(|(from, to)| self.text.get(from..to).unwrap_or_default())
    }

    /// The text up to the third colon: partition and service are spelled out.
    #[must_use]
    pub fn head(&self) -> Option<&str> {
        let [_, _, third, ..] = self.colons;
        self.text.get(..=third as usize)
    }

    fn between(&self, before: u32, after: u32) -> &str {
        self.text.get(before as usize + 1..after as usize).unwrap_or_default()
    }

    /// The partition: `aws`, `aws-cn`, `aws-us-gov`…
    #[must_use]
    pub fn partition(&self) -> &str {
        let [before, after, ..] = self.colons;
        self.between(before, after)
    }

    /// The service prefix.
    #[must_use]
    pub fn service(&self) -> &str {
        let [_, before, after, ..] = self.colons;
        self.between(before, after)
    }

    /// The Region; empty for global resources.
    #[must_use]
    pub fn region(&self) -> &str {
        let [_, _, before, after, _] = self.colons;
        self.between(before, after)
    }

    /// The account field as text; empty where AWS leaves it out, `aws` for AWS's own policies.
    #[must_use]
    pub fn account_field(&self) -> &str {
        let [.., before, after] = self.colons;
        self.between(before, after)
    }

    /// The account that the ARN names.
    #[must_use]
    pub fn account(&self) -> Option<AccountId> {
        self.account_field().parse().ok()
    }

    /// The resource field: everything after the fifth colon.
    #[must_use]
    pub fn resource(&self) -> &str {
        let [.., last] = self.colons;
        self.text.get(last as usize + 1..).unwrap_or_default()
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
        let invalid = || InvalidArn(text.to_owned());
        if !text.starts_with("arn:") {
            return Err(invalid());
        }
        let mut colons = [0; 5];
        let mut found = memchr::memchr_iter(b':', text.as_bytes());
        for colon in &mut colons {
            *colon = found.next().and_then(|at| u32::try_from(at).ok()).ok_or_else(invalid)?;
        }
        Ok(Self {
            text: text.into(),
            colons,
        })
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
