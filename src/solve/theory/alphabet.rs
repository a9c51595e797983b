//! Which characters a text may hold: tags differ by the service that keeps them.

use crate::policy::ContextKey;

/// The characters of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alphabet {
    /// Any.
    Any,
    /// Letters, digits and spaces of any script, and `_ . : / = + - @`: a tag where the service is strict (E99).
    Tag,
}

/// The services that refuse other characters in tags. EC2 takes any, and of a service that is not listed it is not known.
const STRICT: [&str; 4] = ["ecs", "iam", "s3", "sts"];

impl Alphabet {
    /// Of the values of a key, in a call of that service.
    pub(crate) fn of(key: &ContextKey, service: Option<&str>) -> Self {
        let key = key.lower();
        let keeper = match key.split_once(':') {
            // Tags of users, roles and sessions.
            Some(("aws", name)) if name.starts_with("principaltag/") => Some("iam"),
            Some(("aws", name)) if name == "tagkeys" || name.contains("tag/") => service,
            Some((prefix, name)) if name.contains("tag/") => Some(prefix),
            Some(_) | None => None,
        };
        match keeper {
            Some(keeper) if STRICT.contains(&keeper) => Self::Tag,
            Some(_) | None => Self::Any,
        }
    }

    pub(crate) fn takes(self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Tag => {
                let is_space = c.is_whitespace() && !c.is_control();
                c.is_alphanumeric() || is_space || "_.:/=+-@".contains(c)
            }
        }
    }

    pub(crate) fn takes_all(self, text: &str) -> bool {
        text.chars().all(|c| self.takes(c))
    }
}
