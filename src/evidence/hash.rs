//! SHA-256 of what passes by.

use std::io;
use std::io::Read;
use std::io::Write;

use serde::Deserialize;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

/// A file by name, size and content.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileHash {
    /// The path inside the bundle, with `/`.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hex.
    pub sha256: String,
}

impl FileHash {
    /// Reads to the end.
    ///
    /// # Errors
    /// What the reader says.
    pub fn of(name: &str, reader: &mut dyn Read) -> io::Result<Self> {
        let mut hashing = Hashing::new(io::sink());
        io::copy(reader, &mut hashing)?;
        Ok(hashing.finish(name))
    }
}

/// A writer that hashes what it passes on.
pub(super) struct Hashing<W> {
    out: W,
    size: u64,
    state: Sha256,
}

impl<W> Hashing<W> {
    pub(super) fn new(out: W) -> Self {
        Self {
            out,
            size: 0,
            state: Sha256::new(),
        }
    }

    pub(super) fn finish(self, name: &str) -> FileHash {
        FileHash {
            name: name.to_owned(),
            size: self.size,
            sha256: hex(&self.state.finalize()),
        }
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.state.update(bytes.get(..written).unwrap_or(bytes));
        self.size = self.size.saturating_add(u64::try_from(written).unwrap_or(u64::MAX));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// SHA-256 in hex.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        text.extend([byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16).unwrap_or('0')));
        text
    })
}
