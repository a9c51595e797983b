//! Where a snapshot comes from.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::snapshot::SnapshotError;
use crate::snapshot::SnapshotFile;
use crate::snapshot::layout::Part;
use crate::snapshot::layout::is_json;
use crate::snapshot::layout::kind_of;
use crate::snapshot::layout::part_of;

/// One place to read from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A directory: a snapshot, or bare authorization details.
    Directory(PathBuf),
    /// A bare file that `aws iam get-account-authorization-details` printed.
    File(PathBuf),
    /// The same, already read from standard input.
    Stdin(Vec<u8>),
    /// A snapshot built into the program.
    Memory {
        /// The directory that it was made from, as places name it.
        directory: &'static str,
        /// Paths in the directory with `/`, and the text of each file.
        files: &'static [(&'static str, &'static str)],
    },
}

impl Source {
    /// A directory or a file, by what stands at the path.
    ///
    /// # Errors
    /// [`SnapshotError::Io`] when nothing stands there or it may not be seen.
    pub fn of_path(path: &Path) -> Result<Self, SnapshotError> {
        let found = fs::metadata(path).map_err(|error| SnapshotError::Io {
            path: path.to_path_buf(),
            error,
        })?;
        Ok(if found.is_dir() {
            Self::Directory(path.to_path_buf())
        } else {
            Self::File(path.to_path_buf())
        })
    }

    /// The files on disk that belong to the source: the path inside it, with `/`, and the place of each, in order. These
    /// are those that are read, and what else a collector keeps of an account. None for a source that is no directory and
    /// no file.
    ///
    /// # Errors
    /// [`SnapshotError::Io`] when the directory cannot be listed.
    pub fn files(&self) -> Result<Vec<(String, PathBuf)>, SnapshotError> {
        match self {
            Self::Directory(directory) => {
                let mut files = listed(directory)?;
                files.retain(|(name, _)| match part_of(name) {
                    Part::Other => name.starts_with("accounts/") && name.rsplit('/').next().is_some_and(is_json),
                    Part::Top => is_json(name) || kind_of(name).is_some(),
                    Part::Manifest
                    | Part::Organization
                    | Part::OrganizationFindings
                    | Part::Account(..)
                    | Part::UnknownAccount(_) => true,
                });
                Ok(files)
            }
            Self::File(path) => {
                let name = path.file_name().unwrap_or(path.as_os_str());
                Ok(vec![(name.to_string_lossy().into_owned(), path.clone())])
            }
            Self::Stdin(_) | Self::Memory { .. } => Ok(Vec::new()),
        }
    }

    /// The source's name in messages.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Directory(path) | Self::File(path) => path.to_string_lossy().into_owned(),
            Self::Stdin(_) => "standard input".to_owned(),
            Self::Memory { directory, .. } => (*directory).to_owned(),
        }
    }
}

/// The files of a directory that a snapshot may use, by their path in it, sorted: those at the top, and those of each
/// folder of `accounts/`.
pub(super) fn files_of_directory(directory: &Path) -> Result<Vec<(String, SnapshotFile)>, SnapshotError> {
    let files = listed(directory)?.into_iter();
    Ok(files.map(|(name, path)| (name, SnapshotFile::at(path))).collect())
}

fn listed(directory: &Path) -> Result<Vec<(String, PathBuf)>, SnapshotError> {
    let mut files = Vec::new();
    for (name, path) in entries(directory)? {
        if path.is_file() {
            files.push((name, path));
        } else if name == "accounts" && path.is_dir() {
            for (account, path) in entries(&path)?.into_iter().filter(|(_, path)| path.is_dir()) {
                let inside = entries(&path)?.into_iter().filter(|(_, path)| path.is_file());
                files.extend(inside.map(|(name, path)| (format!("accounts/{account}/{name}"), path)));
            }
        }
    }
    Ok(files)
}

fn entries(directory: &Path) -> Result<Vec<(String, PathBuf)>, SnapshotError> {
    let list = || -> io::Result<Vec<(String, PathBuf)>> {
        let mut list = Vec::new();
        for entry in fs::read_dir(directory)? {
            let entry = entry?;
            list.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
        }
        list.sort();
        Ok(list)
    };
    list().map_err(|error| SnapshotError::Io {
        path: directory.to_path_buf(),
        error,
    })
}
