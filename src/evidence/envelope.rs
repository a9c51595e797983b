//! The DSSE v1 envelope: the statement, and who signed it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::Serialize;

use crate::evidence::EvidenceError;
use crate::evidence::PrivateKey;
use crate::evidence::PublicKey;

/// The name of the envelope in a bundle.
pub(super) const ENVELOPE: &str = "envelope.dsse.json";

const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<Signed>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signed {
    keyid: String,
    sig: String,
}

/// What is signed, by DSSE's "pre-authentication encoding": type and payload, each with its length in bytes.
fn encoded(payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// The text of the envelope around a payload.
pub(super) fn sealed(payload: &[u8], key: &PrivateKey) -> serde_json::Result<String> {
    text(&Envelope {
        payload: STANDARD.encode(payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![Signed {
            keyid: key.public().id().to_owned(),
            sig: STANDARD.encode(key.sign(&encoded(payload))),
        }],
    })
}

fn text(envelope: &Envelope) -> serde_json::Result<String> {
    Ok(serde_json::to_string_pretty(envelope)? + "\n")
}

/// The payload, once it is shown that the key's holder signed it.
pub(super) fn opened(envelope: &[u8], key: &PublicKey) -> Result<Vec<u8>, EvidenceError> {
    let differs = |problem: &str| EvidenceError::differs(ENVELOPE, problem);
    let read: Envelope = serde_json::from_slice(envelope).map_err(|error| differs(&format!("is no envelope: {error}")))?;
    let [signed] = read.signatures.as_slice() else {
        return Err(differs("holds not just one signature"));
    };
    let payload = STANDARD
        .decode(&read.payload)
        .map_err(|_| differs("its payload is no base64"))?;
    if read.payload_type != PAYLOAD_TYPE {
        return Err(differs("holds something else than an in-toto statement"));
    }
    if signed.keyid != key.id() {
        return Err(differs(&format!(
            "names the key {} as its signer, and the public key that was given is {}",
            signed.keyid,
            key.id()
        )));
    }
    let signature = STANDARD
        .decode(&signed.sig)
        .map_err(|_| differs("its signature is no base64"))?;
    if !key.has_signed(&encoded(&payload), &signature) {
        return Err(differs(
            "the signature does not fit: the statement or the signature was changed",
        ));
    }
    // One text for one envelope: what JSON lets pass beside the signed part is a change, too.
    if text(&read).ok().as_deref().map(str::as_bytes) != Some(envelope) {
        return Err(differs("is not written as it was when it was signed"));
    }
    Ok(payload)
}
