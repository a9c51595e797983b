//! `manifest.json`: every file of the bundle with its hash.

use serde::Deserialize;
use serde::Serialize;

use crate::evidence::FileHash;

/// The name of the manifest in a bundle.
pub(super) const MANIFEST: &str = "manifest.json";

/// The format of bundles that this version reads and writes.
pub(super) const SCHEMA: &str = "leastwise-evidence/1";

/// Every file of a bundle but the manifest itself and the signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The format and its version.
    pub schema: String,
    /// The files, in order of name.
    pub files: Vec<FileHash>,
}
