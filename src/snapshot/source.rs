//! Where a snapshot comes from.

use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

use crate::snapshot::SnapshotError;
use crate::snapshot::SnapshotFile;

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
    let mut files = Vec::new();
    for (name, path) in entries(directory)? {
        if path.is_file() {
            files.push((name, SnapshotFile::at(path)));
        } else if name == "accounts" && path.is_dir() {
            for (account, path) in entries(&path)?.into_iter().filter(|(_, path)| path.is_dir()) {
                let inside = entries(&path)?.into_iter().filter(|(_, path)| path.is_file());
                files.extend(inside.map(|(name, path)| (format!("accounts/{account}/{name}"), SnapshotFile::at(path))));
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
