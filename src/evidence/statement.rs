//! The in-toto Statement v1 that is signed: about which manifest, and what was run.

use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;

use crate::evidence::manifest::MANIFEST;

const TYPE: &str = "https://in-toto.io/Statement/v1";

/// The type of our predicate: the facts of the run, `run.json` of the bundle.
pub const PREDICATE_TYPE: &str = "urn:leastwise:evidence:1";

/// The statement.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Statement {
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    predicate_type: String,
    predicate: Value,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: Digest,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Digest {
    sha256: String,
}

impl Statement {
    pub(super) fn of(manifest: String, predicate: Value) -> Self {
        Self {
            kind: TYPE.to_owned(),
            subject: vec![Subject {
                name: MANIFEST.to_owned(),
                digest: Digest { sha256: manifest },
            }],
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate,
        }
    }

    /// The hash that the manifest must have; none when the statement is about something else.
    pub(super) fn manifest(&self) -> Option<&str> {
        let is_ours = self.kind == TYPE && self.predicate_type == PREDICATE_TYPE;
        match self.subject.as_slice() {
            [subject] if is_ours && subject.name == MANIFEST => Some(&subject.digest.sha256),
            _ => None,
        }
    }

    pub(super) fn into_predicate(self) -> Value {
        self.predicate
    }
}
