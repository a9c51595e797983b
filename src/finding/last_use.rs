//! When an identity was last seen, over all its credentials.

use crate::finding::Identity;
use crate::finding::LastUse;
use crate::finding::PrincipalKind;
use crate::finding::Usage;

impl Identity {
    /// The last use of whatever the identity signs in with.
    ///
    /// When one credential was not collected and the others are not used, the answer is "not collected".
    #[must_use]
    pub fn last_use(&self) -> LastUse {
        match self.kind {
            PrincipalKind::IamRole => self.usage.role_last_used,
            PrincipalKind::IamUser | PrincipalKind::AccountRoot => of_credentials(&self.usage),
        }
    }
}

fn of_credentials(usage: &Usage) -> LastUse {
    let keys = usage.keys.as_deref();
    let of_keys = keys.unwrap_or_default().iter().map(|key| key.last_used);
    let without_keys = if keys.is_none() {
        LastUse::NotCollected
    } else {
        LastUse::NotApplicable
    };
    of_keys
        .chain([usage.password_last_used, without_keys])
        .fold(LastUse::NotApplicable, later_of)
}

fn later_of(one: LastUse, other: LastUse) -> LastUse {
    use LastUse::{NotApplicable, NotCollected, NotTracked, NotUsed, Used};
    match (one, other) {
        (Used { at: a }, Used { at: b }) => Used { at: a.max(b) },
        (used @ Used { .. }, _) | (_, used @ Used { .. }) => used,
        (NotCollected, _) | (_, NotCollected) => NotCollected,
        (NotTracked, _) | (_, NotTracked) => NotTracked,
        (NotUsed { since: a }, NotUsed { since: b }) => NotUsed {
            since: a.zip(b).map(|(a, b)| a.max(b)),
        },
        (unused @ NotUsed { .. }, NotApplicable) | (NotApplicable, unused @ NotUsed { .. }) => unused,
        (NotApplicable, NotApplicable) => NotApplicable,
    }
}
