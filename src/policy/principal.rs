//! One entry of a `Principal` or `NotPrincipal` element (E70–E86).

use crate::ident::AccountId;
use crate::ident::Arn;

/// Who an entry names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalEntry {
    /// `*` alone or under `AWS`: everyone, anonymous callers too (E70).
    Everyone,
    /// Twelve digits, or an ARN that ends in `:root`: the account as a whole (E71).
    Account(AccountId, Box<str>),
    /// A user, role, role session or federated user (E72–E74).
    Arn(Arn),
    /// A unique id that IAM put in place of a deleted entity's ARN (E81).
    UniqueId(Box<str>),
    /// A service (E78).
    Service(Box<str>),
    /// An identity provider (E79).
    Federated(Box<str>),
    /// An S3 canonical user; ignored elsewhere (E80).
    CanonicalUser(Box<str>),
    /// A text that names nobody, for example with a wildcard inside (E76).
    Nobody(Box<str>),
}

impl PrincipalEntry {
    /// Reads an entry of the `AWS` member.
    pub(crate) fn aws(text: &str) -> Self {
        if text == "*" {
            return Self::Everyone;
        }
        if let Ok(account) = text.parse() {
            return Self::Account(account, text.into());
        }
        let is_upper = |text: &str| text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if ["AIDA", "AROA", "AGPA", "ANPA"].iter().any(|kind| text.starts_with(kind)) && is_upper(text) {
            return Self::UniqueId(text.into());
        }
        match text.parse::<Arn>() {
            Ok(arn) if arn.service() == "iam" && arn.resource() == "root" => match arn.account() {
                Some(account) => Self::Account(account, text.into()),
                None => Self::Nobody(text.into()),
            },
            Ok(arn) if !text.contains(['*', '?']) => Self::Arn(arn),
            Ok(_) | Err(_) => Self::Nobody(text.into()),
        }
    }

    /// The member of the principal map under which the entry stands.
    #[must_use]
    pub fn member(&self) -> &'static str {
        match self {
            Self::Everyone | Self::Account(..) | Self::Arn(_) | Self::UniqueId(_) | Self::Nobody(_) => "AWS",
            Self::Service(_) => "Service",
            Self::Federated(_) => "Federated",
            Self::CanonicalUser(_) => "CanonicalUser",
        }
    }

    /// The entry as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Everyone => "*",
            Self::Arn(arn) => arn.as_str(),
            Self::Account(_, text)
            | Self::UniqueId(text)
            | Self::Service(text)
            | Self::Federated(text)
            | Self::CanonicalUser(text)
            | Self::Nobody(text) => text,
        }
    }
}
