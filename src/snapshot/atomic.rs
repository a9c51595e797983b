//! Writes a file whole or not at all.

use std::ffi::OsString;
use std::fs;
use std::fs::File;
use std::fs::OpenOptions;
use std::io;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;

const MAX_ATTEMPTS: u32 = 100;

/// Writes a file under a temporary name beside it and renames it when all is written, so that nobody ever sees half of it.
/// A link is followed; what is not a regular file (a pipe, `/dev/null`) is written to as it is.
///
/// # Errors
/// The first error of the system or of `write`; the temporary file is then gone and an older file is untouched.
pub fn write_atomically(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    write_whole(path, &create_new(), write)
}

/// Like [`write_atomically`]; a new file can be read and written by its owner only, where the system knows owners.
///
/// # Errors
/// As [`write_atomically`].
pub fn write_privately(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut options = create_new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    write_whole(path, &options, write)
}

fn create_new() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    options
}

fn write_whole(path: &Path, options: &OpenOptions, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let existing = fs::metadata(&target).ok();
    if existing.as_ref().is_some_and(|existing| !existing.is_file()) {
        return filled(OpenOptions::new().write(true).open(&target)?, write).map(drop);
    }
    let (temporary, file) = create_beside(&target, options)?;
    let result = filled(file, write).and_then(|file| {
        if let Some(existing) = existing {
            file.set_permissions(existing.permissions())?;
        }
        file.sync_all()?;
        drop(file);
        fs::rename(&temporary, &target)
    });
    if result.is_err() {
        // The first error is the one to report, whatever becomes of the temporary file.
        drop(fs::remove_file(&temporary));
    }
    result
}

fn filled(file: File, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<File> {
    let mut buffer = BufWriter::new(file);
    write(&mut buffer)?;
    buffer.into_inner().map_err(io::IntoInnerError::into_error)
}

fn create_beside(target: &Path, options: &OpenOptions) -> io::Result<(PathBuf, File)> {
    let name = target
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    let process = std::process::id();
    let mut attempt = 0;
    loop {
        let mut temporary = OsString::from(".");
        temporary.push(name);
        temporary.push(format!(".{process}-{attempt}.tmp"));
        let temporary = target.with_file_name(temporary);
        match options.open(&temporary) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < MAX_ATTEMPTS => attempt += 1,
            result => return result.map(|file| (temporary, file)),
        }
    }
}
