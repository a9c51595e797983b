//! The request that proves a "can".

use std::sync::Arc;

use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeMap;

use crate::finding::words::words;

/// A complete request that succeeds; identity and action are those of its finding. Keys that it does not name are absent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// How it is signed.
    pub credentials: SignedBy,
    /// The ARN of the resource; none for an action that takes none.
    pub resource: Option<Arc<str>>,
    /// The condition keys that some statement looks at, in lower case and in order, each with its value.
    pub context: Arc<[WitnessKey]>,
}

/// A condition key of a witness.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WitnessKey {
    /// The key, in lower case.
    pub key: Arc<str>,
    /// Its value.
    pub value: WitnessValue,
}

/// What a key is worth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum WitnessValue {
    /// A single-valued key.
    One(Arc<str>),
    /// A multivalued key; never empty.
    Many(Arc<[Arc<str>]>),
}

/// The credentials that sign a request (E240).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignedBy {
    /// A long-term access key.
    AccessKey,
    /// A session token without MFA.
    SessionToken,
    /// A session token with MFA.
    SessionTokenMfa,
    /// The console without MFA.
    Console,
    /// The console with MFA.
    ConsoleMfa,
    /// A session of a role.
    RoleSession,
}

words!(SignedBy {
    AccessKey => "access_key",
    SessionToken => "session_token",
    SessionTokenMfa => "session_token_mfa",
    Console => "console",
    ConsoleMfa => "console_mfa",
    RoleSession => "role_session",
});

impl Witness {
    /// The keys as a JSON object: a text, or a list of texts for a multivalued key.
    #[must_use]
    pub fn keys(&self) -> WitnessKeys<'_> {
        WitnessKeys(&self.context)
    }
}

/// The keys of a witness, serialized as one object.
#[derive(Debug, Clone, Copy)]
pub struct WitnessKeys<'w>(&'w [WitnessKey]);

impl Serialize for WitnessKeys<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for entry in self.0 {
            map.serialize_entry(&entry.key, &entry.value)?;
        }
        map.end()
    }
}
