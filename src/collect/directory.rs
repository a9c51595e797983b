//! The directory that is filled: new or empty, and its owner's only.

use std::fs;
use std::fs::DirBuilder;
use std::io;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

use crate::collect::CollectError;
use crate::snapshot::write_privately;

/// A directory to fill.
#[derive(Debug)]
pub(super) struct Directory(PathBuf);

impl Directory {
    /// A directory that is not there yet, or empty. It is made with the first file.
    pub(super) fn at(path: &Path) -> Result<Self, CollectError> {
        match fs::read_dir(path).map(|mut entries| entries.next().is_some()) {
            Ok(true) => Err(CollectError::NotEmpty {
                path: path.to_path_buf(),
            }),
            Ok(false) => Ok(Self(path.to_path_buf())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Self(path.to_path_buf())),
            Err(error) => Err(failed(path, error)),
        }
    }

    /// Writes a file, whole or not at all; `name` is its path inside, with `/`.
    pub(super) fn write(&self, name: &str, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), CollectError> {
        let path = self.0.join(name);
        let folder = path.parent().unwrap_or(&self.0);
        private_folders().create(folder).map_err(|error| failed(folder, error))?;
        write_privately(&path, write).map_err(|error| failed(&path, error))
    }
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
