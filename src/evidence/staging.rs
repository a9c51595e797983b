//! A directory that nobody else can read and that goes when the work on it does not come to its end.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use crate::evidence::EvidenceError;

const MAX_ATTEMPTS: u32 = 100;

/// A directory under a temporary name.
#[derive(Debug)]
pub struct Staging {
    path: PathBuf,
    is_kept: bool,
}

impl Staging {
    /// Makes one in a directory, under a hidden name with these words.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(inside: &Path, words: &str) -> Result<Self, EvidenceError> {
        let mut attempt = 0;
        loop {
            let path = inside.join(format!(".{words}.{}-{attempt}.tmp", std::process::id()));
            match private_directory(&path) {
                Ok(()) => return Ok(Self { path, is_kept: false }),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists && attempt < MAX_ATTEMPTS => attempt += 1,
                Err(error) => return Err(EvidenceError::io(&path)(error)),
            }
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the finished directory its name.
    pub(super) fn keep_as(mut self, target: &Path) -> Result<(), EvidenceError> {
        // An empty directory would give way to the rename.
        if fs::symlink_metadata(target).is_ok() {
            return Err(taken(target));
        }
        fs::rename(&self.path, target).map_err(EvidenceError::io(target))?;
        self.is_kept = true;
        sync(target.parent().unwrap_or(target))
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.is_kept {
            // There is an error to report already.
            drop(fs::remove_dir_all(&self.path));
        }
    }
}

pub(super) fn taken(target: &Path) -> EvidenceError {
    EvidenceError::Taken {
        path: target.display().to_string(),
    }
}

/// Makes a directory for its owner alone.
pub(super) fn private_directory(path: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Has the entries of a directory written to the disk, where the system can.
pub(super) fn sync(directory: &Path) -> Result<(), EvidenceError> {
    #[cfg(unix)]
    fs::File::open(directory)
        .and_then(|directory| directory.sync_all())
        .map_err(EvidenceError::io(directory))?;
    #[cfg(not(unix))]
    let _ = directory;
    Ok(())
}
