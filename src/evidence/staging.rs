//! A directory that nobody else can read and that goes when the work on it does not come to its end.
//!
//! A run that is killed cannot clear up. Each directory therefore holds a file that its run has locked: where the lock is
//! free the run is gone, and the next one of the same name removes what it left.

use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::evidence::EvidenceError;

const MAX_ATTEMPTS: u32 = 100;

/// The file that the run at work has locked.
const LOCK: &str = ".lock";

/// A directory under a temporary name.
#[derive(Debug)]
pub struct Staging {
    path: PathBuf,
    is_kept: bool,
    /// Held while the directory is in use.
    lock: Option<File>,
    left: Vec<PathBuf>,
}

impl Staging {
    /// Makes one in a directory, under a hidden name with these words. What runs that were killed left under such names
    /// is removed, if it is ours.
    ///
    /// # Errors
    /// What the system says.
    pub fn new(inside: &Path, words: &str) -> Result<Self, EvidenceError> {
        let mut attempt = 0;
        let mut staging = loop {
            let name = format!(".{words}.{}-{attempt}", std::process::id());
            // Only a directory that is locked already gets the name under which others look for left ones.
            let (path, new) = (inside.join(format!("{name}.tmp")), inside.join(format!("{name}.new")));
            let made = if fs::symlink_metadata(&path).is_ok() {
                Err(io::ErrorKind::AlreadyExists.into())
            } else {
                private_directory(&new)
            };
            match made {
                Ok(()) => {
                    let mut staging = Self {
                        path: new,
                        is_kept: false,
                        lock: None,
                        left: Vec::new(),
                    };
                    staging.lock(path)?;
                    break staging;
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < MAX_ATTEMPTS => attempt += 1,
                Err(error) => return Err(EvidenceError::io(inside)(error)),
            }
        };
        staging.left = swept(inside, words, &staging.path);
        Ok(staging)
    }

    fn lock(&mut self, path: PathBuf) -> Result<(), EvidenceError> {
        let name = self.path.join(LOCK);
        let file = File::create_new(&name).map_err(EvidenceError::io(&name))?;
        // A file system without locks: others take the lock for held, and leave the directory alone.
        if file.try_lock().is_ok() {
            self.lock = Some(file);
        } else {
            fs::remove_file(&name).map_err(EvidenceError::io(&name))?;
        }
        fs::rename(&self.path, &path).map_err(EvidenceError::io(&path))?;
        self.path = path;
        Ok(())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Directories under such names that may be left by runs that were killed, or may be in use: they were not removed.
    #[must_use]
    pub fn left(&self) -> &[PathBuf] {
        &self.left
    }

    /// Gives the finished directory its name.
    pub(super) fn keep_as(mut self, target: &Path) -> Result<(), EvidenceError> {
        // An empty directory would give way to the rename.
        if fs::symlink_metadata(target).is_ok() {
            return Err(taken(target));
        }
        if self.lock.is_some() {
            let name = self.path.join(LOCK);
            fs::remove_file(&name).map_err(EvidenceError::io(&name))?;
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

/// Removes what killed runs left beside `own`. Gives what looks like that and cannot be told from what is in use.
fn swept(inside: &Path, words: &str, own: &Path) -> Vec<PathBuf> {
    let prefix = format!(".{words}.");
    let is_temporary = |name: &str| {
        let middle = name.strip_prefix(&prefix).and_then(|rest| {
            let rest = rest.strip_suffix(".tmp").or_else(|| rest.strip_suffix(".new"))?;
            rest.split_once('-')
        });
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        middle.is_some_and(|(process, attempt)| is_number(process) && is_number(attempt))
    };
    // Clearing up is a courtesy: what cannot be looked at stays.
    let entries = fs::read_dir(inside).into_iter().flatten().flatten();
    let mut left: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_str().is_some_and(is_temporary))
        .map(|entry| entry.path())
        .filter(|path| path != own && is_alike(path, own))
        .filter(|path| !is_removed(path))
        .collect();
    left.sort();
    left
}

/// Whether it is a directory, no link to one, of the same owner.
fn is_alike(path: &Path, own: &Path) -> bool {
    let (Ok(found), Ok(own)) = (fs::symlink_metadata(path), fs::symlink_metadata(own)) else {
        return false;
    };
    #[cfg(unix)]
    let is_ours = std::os::unix::fs::MetadataExt::uid(&found) == std::os::unix::fs::MetadataExt::uid(&own);
    #[cfg(not(unix))]
    let is_ours = own.is_dir();
    found.is_dir() && is_ours
}

/// Removes a directory whose run is gone. Whether there is nothing to say of it: it is gone, or another run is at work.
fn is_removed(path: &Path) -> bool {
    let name = path.join(LOCK);
    if !fs::symlink_metadata(&name).is_ok_and(|found| found.is_file()) {
        return false;
    }
    let Ok(lock) = File::open(&name) else { return false };
    match lock.try_lock() {
        // The lock of what stands there now, not of what stood there before.
        Ok(()) if is_same(&lock, &name) => fs::remove_dir_all(path).is_ok(),
        Ok(()) | Err(fs::TryLockError::WouldBlock) => true,
        Err(fs::TryLockError::Error(_)) => false,
    }
}

fn is_same(file: &File, path: &Path) -> bool {
    let (Ok(opened), Ok(found)) = (file.metadata(), fs::symlink_metadata(path)) else {
        return false;
    };
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        (opened.dev(), opened.ino()) == (found.dev(), found.ino())
    }
    #[cfg(not(unix))]
    {
        opened.len() == found.len()
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
