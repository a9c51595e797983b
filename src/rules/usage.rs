//! When an identity's credentials were made and used (AWS: credential reports, `RoleLastUsed`, access keys, last
//! accessed information).

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::estate::AccountEstate;
use crate::estate::Credentials;
use crate::estate::KeyCredentials;
use crate::estate::Principal;
use crate::estate::PrincipalKind;
use crate::estate::Told;
use crate::finding::AccessKey;
use crate::finding::LastUse;
use crate::finding::Usage;
use crate::ident::Action;

/// `RoleLastUsed` and last accessed information tell of the last 400 days.
const TRACKING: SignedDuration = SignedDuration::from_hours(400 * 24);
/// AWS tracks passwords since 20 October 2014.
const PASSWORD_TRACKING: Timestamp = Timestamp::constant(1_413_763_200, 0);
/// AWS tracks access keys since 22 April 2015.
const KEY_TRACKING: Timestamp = Timestamp::constant(1_429_660_800, 0);

/// What is known about an identity's credentials at a time. What was not collected or is not tracked is never "unused".
#[must_use]
pub fn usage(principal: &Principal, estate: &AccountEstate, as_of: Timestamp) -> Usage {
    match principal.kind {
        PrincipalKind::IamRole => of_role(principal, as_of),
        PrincipalKind::IamUser | PrincipalKind::AccountRoot => of_holder(principal, estate.credentials_of(principal)),
    }
}

/// When an identity last called an action. AWS keeps 400 days of it.
#[must_use]
pub fn action_use(principal: &Principal, action: &Action, estate: &AccountEstate, as_of: Timestamp) -> LastUse {
    if principal.kind == PrincipalKind::AccountRoot {
        return LastUse::NotTracked;
    }
    let Some(answer) = estate.last_accessed_of(principal) else {
        return LastUse::NotCollected;
    };
    match answer.of(action) {
        Some(Some(at)) => LastUse::Used { at },
        Some(None) => {
            let end = answer.completed.unwrap_or(as_of);
            let tracking = end.checked_sub(TRACKING).unwrap_or(Timestamp::MIN);
            LastUse::NotUsed {
                since: Some(later(tracking, principal.created)),
            }
        }
        None => LastUse::NotTracked,
    }
}

fn of_role(principal: &Principal, as_of: Timestamp) -> Usage {
    let tracking = as_of.checked_sub(TRACKING).unwrap_or(Timestamp::MIN);
    Usage {
        created: principal.created,
        password_enabled: Some(false),
        password_last_used: LastUse::NotApplicable,
        mfa_active: None,
        keys: Some(Box::default()),
        role_last_used: match principal.role_last_used {
            Some(Some(at)) => LastUse::Used { at },
            Some(None) => LastUse::NotUsed {
                since: Some(later(tracking, principal.created)),
            },
            None => LastUse::NotCollected,
        },
    }
}

fn of_holder(principal: &Principal, row: Option<&Credentials>) -> Usage {
    let created = principal.created.or_else(|| row?.created.known());
    let has_password = row.and_then(|row| match row.password_enabled {
        Told::Known(enabled) => Some(enabled),
        Told::NotApplicable => Some(false),
        Told::Never | Told::NotSupported | Told::NotTold => None,
    });
    let in_report = row.map_or(LastUse::NotCollected, |row| password_use(row, has_password, created));
    Usage {
        created,
        password_enabled: has_password,
        password_last_used: match (in_report, principal.password_last_used) {
            (LastUse::Used { at }, Some(dump)) => LastUse::Used { at: at.max(dump) },
            (_, Some(at)) => LastUse::Used { at },
            (report, None) => report,
        },
        mfa_active: row.and_then(|row| row.mfa_active.known()),
        keys: row.and_then(keys),
        role_last_used: LastUse::NotApplicable,
    }
}

fn password_use(row: &Credentials, has_password: Option<bool>, created: Option<Timestamp>) -> LastUse {
    match row.password_last_used {
        Told::Known(at) => LastUse::Used { at },
        // Without a password there is none to use, whatever word stands there.
        Told::Never | Told::NotApplicable | Told::NotSupported | Told::NotTold if has_password == Some(false) => {
            LastUse::NotApplicable
        }
        Told::Never => LastUse::NotUsed {
            // A password can be younger than its user.
            since: Some(later(PASSWORD_TRACKING, created.max(row.password_last_changed.known()))),
        },
        Told::NotSupported => LastUse::NotTracked,
        // `N/A` means "no password", which is not what the other column says.
        Told::NotApplicable | Told::NotTold => LastUse::NotCollected,
    }
}

/// The keys; none when the report leaves open whether one exists or is active, as a key left out would be taken for none.
fn keys(row: &Credentials) -> Option<Box<[AccessKey]>> {
    let mut keys = Vec::new();
    for key in &row.keys {
        if !is_empty_slot(key) {
            keys.push(access_key(key)?);
        }
    }
    Some(keys.into())
}

/// Whether the report says that there is no key: neither active nor ever made.
fn is_empty_slot(key: &KeyCredentials) -> bool {
    let has_traces = key.rotated.known().or(key.last_used.known()).is_some();
    match key.active {
        Told::Known(active) => !active && !has_traces && key.rotated == Told::NotApplicable,
        Told::NotApplicable => !has_traces,
        Told::Never | Told::NotSupported | Told::NotTold => false,
    }
}

/// A key; none when the report leaves open whether it exists or is active.
fn access_key(key: &KeyCredentials) -> Option<AccessKey> {
    let active = key.active.known()?;
    let rotated = key.rotated.known();
    if !active && rotated.or(key.last_used.known()).is_none() {
        return None;
    }
    let last_used = match key.last_used {
        Told::Known(at) => LastUse::Used { at },
        Told::NotApplicable | Told::Never => LastUse::NotUsed {
            since: Some(later(KEY_TRACKING, rotated)),
        },
        Told::NotSupported => LastUse::NotTracked,
        Told::NotTold => LastUse::NotCollected,
    };
    Some(AccessKey {
        active,
        rotated,
        last_used,
    })
}

fn later(tracking: Timestamp, made: Option<Timestamp>) -> Timestamp {
    made.map_or(tracking, |made| made.max(tracking))
}
