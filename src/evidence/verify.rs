//! Whether a bundle is what was signed, and if not, the first file that is not.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::evidence::EvidenceError;
use crate::evidence::FileHash;
use crate::evidence::Manifest;
use crate::evidence::PublicKey;
use crate::evidence::envelope;
use crate::evidence::envelope::ENVELOPE;
use crate::evidence::hash::sha256;
use crate::evidence::listing::Listing;
use crate::evidence::manifest::MANIFEST;
use crate::evidence::manifest::SCHEMA;
use crate::evidence::statement::Statement;

/// A bundle in which every file is what was signed.
#[derive(Debug)]
pub struct Verified {
    /// Its files, without manifest and signature.
    pub manifest: Manifest,
    /// The facts of the run, as signed.
    pub predicate: Value,
}

/// Checks a bundle against the public key: signature, manifest, then every file in order of name.
///
/// # Errors
/// [`EvidenceError::Differs`] with the first file that was changed, removed or added, or what the system says.
pub fn verify(bundle: &Path, key: &PublicKey) -> Result<Verified, EvidenceError> {
    let listing = Listing::of(bundle)?;
    let read = |name: &str| {
        let path = listing
            .files
            .get(name)
            .ok_or_else(|| EvidenceError::differs(name, "is missing"))?;
        fs::read(path).map_err(EvidenceError::io(path))
    };
    let payload = envelope::opened(&read(ENVELOPE)?, key)?;
    let statement: Statement = serde_json::from_slice(&payload)
        .map_err(|error| EvidenceError::differs(ENVELOPE, format!("holds no statement of this tool: {error}")))?;
    let expected = statement
        .manifest()
        .ok_or_else(|| EvidenceError::differs(ENVELOPE, "is about something else than a bundle of this tool"))?;
    let text = read(MANIFEST)?;
    if sha256(&text) != expected {
        return Err(EvidenceError::differs(
            MANIFEST,
            "was changed: its SHA-256 is not the one that was signed",
        ));
    }
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| EvidenceError::differs(MANIFEST, format!("cannot be read: {error}")))?;
    if manifest.schema != SCHEMA {
        let problem = format!("is in format {}, and this version reads {SCHEMA}", manifest.schema);
        return Err(EvidenceError::differs(MANIFEST, problem));
    }
    compare(&listing, &manifest)?;
    Ok(Verified {
        manifest,
        predicate: statement.into_predicate(),
    })
}

fn compare(listing: &Listing, manifest: &Manifest) -> Result<(), EvidenceError> {
    let expected: BTreeMap<&str, &FileHash> = manifest.files.iter().map(|file| (file.name.as_str(), file)).collect();
    let folders: BTreeSet<&str> = expected.keys().flat_map(|name| folders_of(name)).collect();
    let found = listing.files.keys().chain(&listing.folders).chain(&listing.others);
    let names: BTreeSet<&str> = found.map(String::as_str).chain(expected.keys().copied()).collect();
    for name in names {
        let differs = |problem: &str| Err(EvidenceError::differs(name, problem));
        match (expected.get(name), listing.files.get(name)) {
            _ if listing.others.contains(name) => return differs("is no ordinary file, and was not there when it was signed"),
            (Some(_), None) => return differs("is missing"),
            (Some(expected), Some(path)) => {
                let mut file = fs::File::open(path).map_err(EvidenceError::io(path))?;
                let hash = FileHash::of(name, &mut file).map_err(EvidenceError::io(path))?;
                if hash != **expected {
                    return differs("was changed: its SHA-256 is not the one in the manifest");
                }
            }
            (None, Some(_)) if [MANIFEST, ENVELOPE].contains(&name) => {}
            (None, None) if folders.contains(name) => {}
            (None, _) => return differs("was added: the manifest does not list it"),
        }
    }
    Ok(())
}

/// The folders that a path goes through.
fn folders_of(name: &str) -> impl Iterator<Item = &str> {
    name.match_indices('/').filter_map(|(at, _)| name.get(..at))
}
