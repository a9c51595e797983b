//! The public key of an auditor: who signed.

use std::fmt;
use std::fs;
use std::path::Path;

use ed25519_dalek::Signature;
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::pkcs8::DecodePublicKey as _;
use ed25519_dalek::pkcs8::EncodePublicKey as _;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;

use crate::evidence::EvidenceError;
use crate::evidence::hash::sha256;

/// An Ed25519 public key, in files as PEM of a `SubjectPublicKeyInfo` (RFC 8410).
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
    pem: String,
    id: String,
}

impl PublicKey {
    pub(super) fn of(key: VerifyingKey, path: &Path) -> Result<Self, EvidenceError> {
        let wrong = |error: ed25519_dalek::pkcs8::spki::Error| problem(path, error.to_string());
        let der = key.to_public_key_der().map_err(wrong)?;
        let pem = key.to_public_key_pem(LineEnding::LF).map_err(wrong)?;
        let id = sha256(der.as_bytes());
        Ok(Self { key, pem, id })
    }

    /// Reads a PEM file.
    ///
    /// # Errors
    /// [`EvidenceError`] when it cannot be read or is no Ed25519 public key.
    pub fn read(path: &Path) -> Result<Self, EvidenceError> {
        let text = fs::read_to_string(path).map_err(EvidenceError::io(path))?;
        let key = VerifyingKey::from_public_key_pem(text.trim()).map_err(|error| problem(path, error.to_string()))?;
        Self::of(key, path)
    }

    /// The key as PEM.
    #[must_use]
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// SHA-256 of its DER form, in hex: `openssl pkey -pubin -outform DER | sha256sum` gives the same.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether the key's holder signed these bytes; weak keys and signatures of two readings do not count.
    pub(super) fn has_signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.key.verify_strict(bytes, &signature).is_ok())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.id)
    }
}

fn problem(path: &Path, problem: String) -> EvidenceError {
    EvidenceError::Key {
        path: path.display().to_string(),
        wanted: "Ed25519 public key in PEM",
        problem,
    }
}
