//! What stands in a directory: its files, and whatever should not be there.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::evidence::EvidenceError;

/// The files of a directory, by their path in it with `/`.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) files: BTreeMap<String, PathBuf>,
    pub(super) folders: BTreeSet<String>,
    /// Links, pipes and the like; names that are no text.
    pub(super) others: BTreeSet<String>,
}

impl Listing {
    pub(super) fn of(directory: &Path) -> Result<Self, EvidenceError> {
        let mut listing = Self::default();
        let mut todo = vec![(String::new(), directory.to_path_buf())];
        while let Some((inside, path)) = todo.pop() {
            for entry in fs::read_dir(&path).map_err(EvidenceError::io(&path))? {
                let entry = entry.map_err(EvidenceError::io(&path))?;
                let kind = entry.file_type().map_err(EvidenceError::io(&path))?;
                let found = entry.file_name();
                let name = format!("{inside}{}", found.to_string_lossy());
                if found.to_str().is_none() || !(kind.is_file() || kind.is_dir()) {
                    listing.others.insert(name);
                } else if kind.is_dir() {
                    todo.push((format!("{name}/"), entry.path()));
                    listing.folders.insert(name);
                } else {
                    listing.files.insert(name, entry.path());
                }
            }
        }
        Ok(listing)
    }
}
