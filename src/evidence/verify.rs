//! Whether a bundle is what was signed, and if not, the first file that is not.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::evidence::EvidenceError;
use crate::evidence::FileHash;
use crate::evidence::Manifest;
use crate::evidence::PublicKey;
use crate::evidence::bundle::is_fit;
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
    let path_of = |name: &str| {
        let path = listing.files.get(name);
        path.ok_or_else(|| EvidenceError::differs(name, "is missing"))
    };
    let envelope = read_to(path_of(ENVELOPE)?, MAX_ENVELOPE)?
        .ok_or_else(|| EvidenceError::differs(ENVELOPE, "is larger than any envelope of this tool"))?;
    let payload = envelope::opened(&envelope, key)?;
    let statement: Statement = serde_json::from_slice(&payload)
        .map_err(|error| EvidenceError::differs(ENVELOPE, format!("holds no statement of this tool: {error}")))?;
    let expected = statement
        .manifest()
        .ok_or_else(|| EvidenceError::differs(ENVELOPE, "is about something else than a bundle of this tool"))?;
    if serde_json::to_vec(&statement).ok().as_ref() != Some(&payload) {
        let problem = "its statement is not written as this tool writes it, such as with a name that stands twice";
        return Err(EvidenceError::differs(ENVELOPE, problem));
    }
    let text = manifest_text(path_of(MANIFEST)?, expected)?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|error| EvidenceError::differs(MANIFEST, format!("cannot be read: {error}")))?;
    if manifest.schema != SCHEMA {
        let problem = format!("is in format {}, and this version reads {SCHEMA}", manifest.schema);
        return Err(EvidenceError::differs(MANIFEST, problem));
    }
    in_order(&manifest)?;
    compare(&listing, &manifest)?;
    Ok(Verified {
        manifest,
        predicate: statement.into_predicate(),
    })
}

/// No envelope is larger: its statement holds a line for each input.
const MAX_ENVELOPE: u64 = 256 << 20;

/// The bytes of a file, if it has no more than so many.
fn read_to(path: &Path, most: u64) -> Result<Option<Vec<u8>>, EvidenceError> {
    let file = fs::File::open(path).map_err(EvidenceError::io(path))?;
    let size = file.metadata().map_err(EvidenceError::io(path))?.len();
    if size > most {
        return Ok(None);
    }
    // It may grow meanwhile.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    let read = file.take(most + 1).read_to_end(&mut bytes).map_err(EvidenceError::io(path))?;
    Ok((u64::try_from(read).unwrap_or(u64::MAX) <= most).then_some(bytes))
}

/// The text of the manifest, which is only held once it is known to be the one that was signed: another may have any size.
fn manifest_text(path: &Path, expected: &str) -> Result<Vec<u8>, EvidenceError> {
    let mut file = fs::File::open(path).map_err(EvidenceError::io(path))?;
    let found = FileHash::of(MANIFEST, &mut file).map_err(EvidenceError::io(path))?;
    let changed = || EvidenceError::differs(MANIFEST, "was changed: its SHA-256 is not the one that was signed");
    if found.sha256 != expected {
        return Err(changed());
    }
    // It may be exchanged in between.
    let text = read_to(path, found.size)?.filter(|text| sha256(text) == expected);
    text.ok_or_else(changed)
}

/// Names in order, each once, none of which leads out of the bundle: whoever reads the manifest sees what was compared.
fn in_order(manifest: &Manifest) -> Result<(), EvidenceError> {
    let mut last = "";
    for FileHash { name, .. } in &manifest.files {
        if !is_fit(name) || [MANIFEST, ENVELOPE].contains(&name.as_str()) {
            return Err(EvidenceError::differs(
                MANIFEST,
                format!("lists {name}, which is no name of a file in evidence"),
            ));
        }
        if name.as_str() <= last {
            return Err(EvidenceError::differs(
                MANIFEST,
                format!("lists {name} twice or out of order"),
            ));
        }
        last = name;
    }
    Ok(())
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
