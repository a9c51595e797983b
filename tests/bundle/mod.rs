//! Evidence that can be checked later: keys, bundles, what the check finds, and other people's tools on the same files.

mod auditor;
mod keys;
mod making;
mod signature;
mod tampering;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use tempfile::TempDir;

use crate::command::SAMPLE;
use crate::command::leastwise;

/// A folder with a key pair.
pub struct Desk {
    pub folder: TempDir,
}

impl Desk {
    pub fn new() -> Self {
        let desk = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        leastwise(&[
            "evidence",
            "keygen",
            "--key",
            &desk.at("key.pem"),
            "--public-key",
            &desk.at("pub.pem"),
        ])
        .ends(0);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn at(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Makes a bundle of a source; the folder's name.
    pub fn create(&self, name: &str, source: &str, more: &[&str]) -> crate::command::Run {
        let (key, output) = (self.at("key.pem"), self.at(name));
        leastwise(&[&["evidence", "create", source, "--key", &key, "--output", &output], more].concat())
    }

    /// A bundle of the sample, which has gaps.
    pub fn of_sample(&self, name: &str, more: &[&str]) -> PathBuf {
        self.create(name, SAMPLE, more).ends(3);
        self.path(name)
    }

    pub fn verify(&self, bundle: &Path, more: &[&str]) -> crate::command::Run {
        let (key, bundle) = (self.at("pub.pem"), bundle.display().to_string());
        leastwise(&[&["evidence", "verify", &bundle, "--public-key", &key], more].concat())
    }
}

/// All files below a folder, by their path in it.
pub fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_path_buf()];
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            found.push(path.strip_prefix(folder).unwrap().display().to_string());
        }
    }
    found.sort();
    found
}
