//! The directory that is filled: new, empty, or one of an earlier run; its owner's only.

use std::fs;
use std::fs::DirBuilder;
use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use sha2::Digest as _;
use sha2::Sha256;

use crate::collect::CollectError;
use crate::collect::record::FILE;
use crate::collect::record::Record;
use crate::collect::record::Written;
use crate::snapshot::write_privately;

const LOCK: &str = ".collecting";

/// A directory to fill.
#[derive(Debug)]
pub(super) struct Directory(PathBuf);

/// Keeps others from filling the same directory.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The lock ends with the file; a name that stays behind hinders nobody.
        drop(fs::remove_file(&self.path));
    }
}

impl Directory {
    /// A directory that may not be there yet. Nothing is made before the first file.
    pub(super) fn at(path: &Path) -> Self {
        Self(path.to_path_buf())
    }

    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> Result<bool, CollectError> {
        match fs::read_dir(&self.0).map(|mut entries| entries.next().is_none()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
            result => result.map_err(|error| failed(&self.0, error)),
        }
    }

    /// Makes the directory, and keeps it for this process.
    pub(super) fn lock(&self) -> Result<Lock, CollectError> {
        private_folders().create(&self.0).map_err(|error| failed(&self.0, error))?;
        let path = self.0.join(LOCK);
        let file = File::create(&path).map_err(|error| failed(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { path, _file: file }),
            Err(TryLockError::WouldBlock) => Err(CollectError::Busy { path: self.0.clone() }),
            Err(TryLockError::Error(error)) => Err(failed(&path, error)),
        }
    }

    /// A file's bytes; `None` when it is not there.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, CollectError> {
        let path = self.0.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, error)),
        }
    }

    /// The record of a folder, without the parts whose files are not what they were.
    pub(super) fn record(&self, folder: &str) -> Result<Record, CollectError> {
        let bytes = self.read(&format!("{folder}{FILE}"))?;
        let mut record: Record = bytes
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        record.retain(|_, part| part.files.iter().all(|file| self.holds(file)));
        Ok(record)
    }

    fn holds(&self, written: &Written) -> bool {
        let is_inside = !written.path.split('/').any(|step| step.is_empty() || step == "..");
        let bytes = is_inside.then(|| fs::read(self.0.join(&written.path)).ok()).flatten();
        bytes.is_some_and(|bytes| hex(&Sha256::digest(bytes)) == written.sha256)
    }

    /// Writes a file, whole or not at all; `name` is its path inside, with `/`.
    pub(super) fn write(
        &self,
        name: &str,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<Written, CollectError> {
        let path = self.0.join(name);
        let folder = path.parent().unwrap_or(&self.0);
        private_folders().create(folder).map_err(|error| failed(folder, error))?;
        let mut hash = Sha256::new();
        write_privately(&path, |out| write(&mut Hashing { out, hash: &mut hash })).map_err(|error| failed(&path, error))?;
        Ok(Written {
            path: name.into(),
            sha256: hex(&hash.finalize()),
        })
    }

    /// Removes what a run wrote: its files by the records, the records, and names left over by a run that was killed.
    pub(super) fn clear(&self) -> Result<(), CollectError> {
        for folder in self.folders()? {
            let bytes = self.read(&format!("{folder}{FILE}"))?;
            let record: Record = bytes
                .and_then(|bytes| serde_json::from_slice(&bytes).ok())
                .unwrap_or_default();
            let files = record.values().flat_map(|part| &part.files);
            for file in files.filter(|file| self.holds(file)) {
                self.remove(&file.path)?;
            }
            self.remove(&format!("{folder}{FILE}"))?;
        }
        Ok(())
    }

    /// Removes temporary files of a run that was killed.
    pub(super) fn sweep(&self) -> Result<(), CollectError> {
        for folder in self.folders()? {
            let path = self.0.join(&folder);
            for entry in fs::read_dir(&path).map_err(|error| failed(&path, error))?.flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.strip_prefix('.').is_some_and(|name| name.strip_suffix(".tmp").is_some()) {
                    self.remove(&format!("{folder}{name}"))?;
                }
            }
        }
        Ok(())
    }

    /// The folders that a run fills and that are there: the top, and those of accounts.
    fn folders(&self) -> Result<Vec<String>, CollectError> {
        let accounts = self.0.join("accounts");
        let mut folders = vec![String::new()];
        match fs::read_dir(&accounts) {
            Ok(entries) => folders.extend(
                entries
                    .flatten()
                    .filter(|entry| entry.path().is_dir())
                    .map(|entry| format!("accounts/{}/", entry.file_name().to_string_lossy())),
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(failed(&accounts, error)),
        }
        folders.sort();
        Ok(folders)
    }

    fn remove(&self, name: &str) -> Result<(), CollectError> {
        let path = self.0.join(name);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(&path, error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

/// Hashes what passes through.
struct Hashing<'a> {
    out: &'a mut dyn Write,
    hash: &'a mut Sha256,
}

impl Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.hash.update(bytes.get(..count).unwrap_or_default());
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')));
        text
    })
}

fn private_folders() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

fn failed(path: &Path, error: io::Error) -> CollectError {
    CollectError::Io {
        path: path.to_path_buf(),
        error,
    }
}
