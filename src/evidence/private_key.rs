//! The private key: made, kept from others, and never shown.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use ed25519_dalek::Signer as _;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use ed25519_dalek::pkcs8::EncodePrivateKey as _;
use ed25519_dalek::pkcs8::KeypairBytes;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::spki::der::zeroize::Zeroizing;
use memchr::memmem;

use crate::evidence::EvidenceError;
use crate::evidence::PublicKey;

/// An Ed25519 private key, in files as PEM of PKCS#8 (RFC 8410). Its memory is cleared when it goes.
pub struct PrivateKey {
    key: SigningKey,
    public: PublicKey,
}

impl PrivateKey {
    /// A new key, from the system's random bytes.
    ///
    /// # Errors
    /// [`EvidenceError::Random`] when the system has none to give.
    pub fn generate() -> Result<Self, EvidenceError> {
        let mut secret = Zeroizing::new([0; 32]);
        getrandom::fill(&mut *secret).map_err(EvidenceError::Random)?;
        Self::of(SigningKey::from_bytes(&secret), Path::new("new key"))
    }

    fn of(key: SigningKey, path: &Path) -> Result<Self, EvidenceError> {
        let public = PublicKey::of(key.verifying_key(), path)?;
        Ok(Self { key, public })
    }

    /// Reads a PEM file, as [`PrivateKey::write`] or `openssl genpkey -algorithm ed25519` makes it.
    ///
    /// # Errors
    /// [`EvidenceError`] when it cannot be read, is open to others, or is no such key. No error shows what the file holds.
    pub fn read(path: &Path) -> Result<Self, EvidenceError> {
        let file = fs::File::open(path).map_err(EvidenceError::io(path))?;
        let mode = others(&file).map_err(EvidenceError::io(path))?;
        if mode & 0o077 != 0 {
            return Err(EvidenceError::OpenKey {
                path: path.display().to_string(),
                mode,
            });
        }
        let text = io::read_to_string(file).map_err(EvidenceError::io(path))?;
        let text = Zeroizing::new(text);
        let key = SigningKey::from_pkcs8_pem(text.trim()).map_err(|error| problem(path, error.to_string()))?;
        Self::of(key, path)
    }

    /// Writes the key to a new file that only its owner can read.
    ///
    /// # Errors
    /// [`EvidenceError::Taken`] when something stands there, or what the system says; then there is no file.
    pub fn write(&self, path: &Path) -> Result<(), EvidenceError> {
        // Without the public key: the form that every OpenSSL reads.
        let bytes = KeypairBytes {
            secret_key: self.key.to_bytes(),
            public_key: None,
        };
        let pem = bytes
            .to_pkcs8_pem(LineEnding::LF)
            .map_err(|error| problem(path, error.to_string()))?;
        write_new(path, pem.as_bytes())
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey {
        &self.public
    }

    pub(super) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.key.sign(bytes).to_bytes()
    }

    /// Whether bytes hold this key, or the PEM of any private key.
    pub(super) fn is_in(&self, bytes: &[u8]) -> bool {
        let secret = Zeroizing::new(self.key.to_bytes());
        memmem::find(bytes, b"PRIVATE KEY-----").is_some() || memmem::find(bytes, &*secret).is_some()
    }
}

/// Only who the key is, never the key.
impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({:?})", self.public)
    }
}

fn problem(path: &Path, problem: String) -> EvidenceError {
    EvidenceError::Key {
        path: path.display().to_string(),
        wanted: "Ed25519 private key in PEM (PKCS#8, not encrypted)",
        problem,
    }
}

/// The permissions of a file; none where the system knows no owners.
fn others(file: &fs::File) -> io::Result<u32> {
    #[cfg(unix)]
    {
        Ok(std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions()) & 0o777)
    }
    #[cfg(not(unix))]
    {
        file.metadata().map(|_| 0)
    }
}

/// Writes a new file for its owner alone. The rename of the ordinary way would take the place of another key that
/// appeared meanwhile; a second name for the whole file cannot.
fn write_new(path: &Path, bytes: &[u8]) -> Result<(), EvidenceError> {
    use std::io::Write as _;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = options.open(&temporary).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let linked = written.and_then(|()| fs::hard_link(&temporary, path));
    // Whatever became of it, the temporary name goes; the first error is the one to report.
    drop(fs::remove_file(&temporary));
    linked.map_err(|error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            EvidenceError::Taken {
                path: path.display().to_string(),
            }
        } else {
            EvidenceError::io(path)(error)
        }
    })
}
