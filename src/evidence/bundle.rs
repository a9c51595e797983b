//! Makes a bundle: file by file under a temporary name, then manifest, signature, and the name it was asked for.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::io::BufWriter;
use std::io::Read;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;

use crate::evidence::EvidenceError;
use crate::evidence::FileHash;
use crate::evidence::Manifest;
use crate::evidence::PrivateKey;
use crate::evidence::Staging;
use crate::evidence::envelope;
use crate::evidence::envelope::ENVELOPE;
use crate::evidence::hash::Hashing;
use crate::evidence::hash::sha256;
use crate::evidence::manifest::MANIFEST;
use crate::evidence::manifest::SCHEMA;
use crate::evidence::staging::private_directory;
use crate::evidence::staging::sync;
use crate::evidence::staging::taken;
use crate::evidence::statement::Statement;

/// A bundle in the making. Dropped before [`Bundle::seal`] it leaves nothing behind.
#[derive(Debug)]
pub struct Bundle {
    staging: Staging,
    target: PathBuf,
    files: BTreeMap<String, FileHash>,
}

impl Bundle {
    /// Starts a bundle that will stand at `target`.
    ///
    /// # Errors
    /// [`EvidenceError::Taken`] when something stands there, or what the system says.
    pub fn new(target: &Path) -> Result<Self, EvidenceError> {
        if fs::symlink_metadata(target).is_ok() {
            return Err(taken(target));
        }
        let target = std::path::absolute(target).map_err(EvidenceError::io(target))?;
        let name = target.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let staging = Staging::new(target.parent().unwrap_or(&target), &name)?;
        Ok(Self {
            staging,
            target,
            files: BTreeMap::new(),
        })
    }

    /// The directory that holds the files until the bundle is sealed.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.staging.path()
    }

    /// Directories beside it that may be left by runs that were killed; what surely is has been removed.
    #[must_use]
    pub fn left(&self) -> &[PathBuf] {
        self.staging.left()
    }

    /// Adds a file.
    ///
    /// # Errors
    /// [`EvidenceError`] when the name is taken or leads out of the bundle, or what the system or `write` says.
    pub fn write(&mut self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), EvidenceError> {
        if !is_fit(name) || self.files.contains_key(name) || [MANIFEST, ENVELOPE].contains(&name) {
            return Err(EvidenceError::Name { name: name.to_owned() });
        }
        let hash = self.put(name, write)?;
        self.files.insert(name.to_owned(), hash);
        Ok(())
    }

    /// Adds a copy of what a reader gives, unless that holds a private key. `path` is for messages.
    ///
    /// # Errors
    /// As [`Bundle::write`], and [`EvidenceError::Secret`].
    pub fn copy(&mut self, name: &str, path: &Path, reader: &mut dyn Read, key: &PrivateKey) -> Result<(), EvidenceError> {
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes).map_err(EvidenceError::io(path))?;
        if key.is_in(&bytes) {
            return Err(EvidenceError::Secret {
                path: path.display().to_string(),
            });
        }
        self.write(name, |out| out.write_all(&bytes))
    }

    /// The files so far under a folder, such as `inputs`.
    pub fn files_in<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a FileHash> {
        self.files.values().filter(move |file| is_in(&file.name, folder))
    }

    /// Takes a folder out again.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(&mut self, folder: &str) -> Result<(), EvidenceError> {
        let path = self.staging.path().join(folder);
        match fs::remove_dir_all(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(EvidenceError::io(&path)(error)),
            Ok(()) | Err(_) => {}
        }
        self.files.retain(|name, _| !is_in(name, folder));
        Ok(())
    }

    /// Writes manifest and signature, and gives the bundle its name.
    ///
    /// # Errors
    /// What the system says; then there is no bundle.
    pub fn seal(self, predicate: Value, key: &PrivateKey) -> Result<(), EvidenceError> {
        let manifest = Manifest {
            schema: SCHEMA.to_owned(),
            files: self.files.values().cloned().collect(),
        };
        let of_json = |error: serde_json::Error| EvidenceError::io(self.staging.path())(error.into());
        let manifest = serde_json::to_string_pretty(&manifest).map_err(of_json)? + "\n";
        let statement = Statement::of(sha256(manifest.as_bytes()), predicate);
        let payload = serde_json::to_vec(&statement).map_err(of_json)?;
        let envelope = envelope::sealed(&payload, key).map_err(of_json)?;
        self.put(MANIFEST, |out| out.write_all(manifest.as_bytes()))?;
        self.put(ENVELOPE, |out| out.write_all(envelope.as_bytes()))?;
        let folders: BTreeSet<&Path> = self
            .files
            .keys()
            .flat_map(|name| Path::new(name).ancestors().skip(1))
            .collect();
        for folder in folders {
            sync(&self.staging.path().join(folder))?;
        }
        self.staging.keep_as(&self.target)
    }

    fn put(&self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<FileHash, EvidenceError> {
        let path = self.staging.path().join(name);
        self.folders(name)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&path).and_then(|file| {
            let mut out = Hashing::new(BufWriter::new(file));
            write(&mut out)?;
            out.flush()?;
            Ok(out.finish(name))
        });
        let hash = written.map_err(EvidenceError::io(&path))?;
        fs::File::open(&path)
            .and_then(|file| file.sync_all())
            .map_err(EvidenceError::io(&path))?;
        Ok(hash)
    }

    fn folders(&self, name: &str) -> Result<(), EvidenceError> {
        let mut path = self.staging.path().to_path_buf();
        let (folders, _) = name.rsplit_once('/').unwrap_or_default();
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            path.push(folder);
            match private_directory(&path) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(EvidenceError::io(&path)(error)),
                Ok(()) | Err(_) => {}
            }
        }
        Ok(())
    }
}

/// Whether a name stays inside: steps with `/` between them, none of them empty, `.` or `..`.
pub(super) fn is_fit(name: &str) -> bool {
    name.split('/')
        .all(|step| !["", ".", ".."].contains(&step) && !step.contains(['\\', '\0']))
}

fn is_in(name: &str, folder: &str) -> bool {
    name.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
