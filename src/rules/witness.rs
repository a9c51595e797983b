//! The solver's request as plain values.

use std::sync::Arc;

use crate::evaluate::ContextValue;
use crate::evaluate::Credentials;
use crate::finding::Interner;
use crate::finding::SignedBy;
use crate::finding::Witness;
use crate::finding::WitnessKey;
use crate::finding::WitnessValue;
use crate::solve::DecidedRequest;

/// A request that succeeds. The pools hold the texts and the lists of keys that many witnesses have in common.
#[must_use]
pub fn witness(request: &DecidedRequest, texts: &mut Interner<str>, contexts: &mut Interner<[WitnessKey]>) -> Witness {
    let context: Vec<WitnessKey> = request
        .context
        .iter()
        .filter_map(|(key, value)| {
            Some(WitnessKey {
                value: known(value, texts)?,
                key: texts.intern(key),
            })
        })
        .collect();
    Witness {
        credentials: signed_by(request.credentials),
        resource: request.target.arn.as_ref().map(|arn| texts.intern(arn.as_str())),
        context: contexts.intern(&context),
    }
}

/// What a request that succeeds may say of the key. Of several values that all succeed it says the first; a key of which it
/// is open whether it is there at all is left out.
fn known(value: &ContextValue, texts: &mut Interner<str>) -> Option<WitnessValue> {
    match value {
        ContextValue::Single(value) => Some(WitnessValue::One(texts.intern(value))),
        ContextValue::OneOf(values) => values.first().map(|value| WitnessValue::One(texts.intern(value))),
        ContextValue::Many(values) if !values.is_empty() => {
            let values: Vec<Arc<str>> = values.iter().map(|value| texts.intern(value)).collect();
            Some(WitnessValue::Many(values.into()))
        }
        ContextValue::Many(_)
        | ContextValue::Absent
        | ContextValue::Prefix(_)
        | ContextValue::Unknown(_)
        | ContextValue::Open(_)
        | ContextValue::MfaNotProven
        | ContextValue::MfaAgeNotProven => None,
    }
}

fn signed_by(credentials: Credentials) -> SignedBy {
    match credentials {
        Credentials::LongTermKey => SignedBy::AccessKey,
        Credentials::SessionToken => SignedBy::SessionToken,
        Credentials::SessionTokenWithMfa => SignedBy::SessionTokenMfa,
        Credentials::Console => SignedBy::Console,
        Credentials::ConsoleWithMfa => SignedBy::ConsoleMfa,
        Credentials::Other => SignedBy::RoleSession,
    }
}
