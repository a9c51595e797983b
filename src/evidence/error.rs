//! What goes wrong with evidence, in words for the user.

use std::io;
use std::path::Path;

/// Why evidence could not be made, or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// Reading or writing a file.
    #[error("{path}: {error}")]
    Io {
        /// Which.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// Something stands where a bundle or a key is to be written.
    #[error("{path}: there is something already; name another place, evidence and keys are never overwritten")]
    Taken {
        /// Where.
        path: String,
    },
    /// No key, or one of another kind.
    #[error("{path}: no {wanted}: {problem}")]
    Key {
        /// The file.
        path: String,
        /// What was expected.
        wanted: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// The file of the private key is open to others.
    #[error("{path}: others can read this private key (mode {mode:o}); say `chmod 600`, and make a new key if somebody did")]
    OpenKey {
        /// The file.
        path: String,
        /// Its permissions.
        mode: u32,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
    /// A file that is to go into the bundle holds a private key.
    #[error("{path}: holds a private key, which must not be in evidence; take it out")]
    Secret {
        /// The file.
        path: String,
    },
    /// Two files of one name, or a name that leads out of the bundle.
    #[error("{name}: cannot be the name of a file in evidence")]
    Name {
        /// The name.
        name: String,
    },
    /// A file of the bundle is not what was signed.
    #[error("{file}: {problem}")]
    Differs {
        /// The first such file, by its path in the bundle.
        file: String,
        /// How it differs.
        problem: String,
    },
}

impl EvidenceError {
    pub(super) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + '_ {
        move |error| Self::Io {
            path: path.display().to_string(),
            error,
        }
    }

    pub(super) fn differs(file: &str, problem: impl Into<String>) -> Self {
        Self::Differs {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }
}
