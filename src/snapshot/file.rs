//! A file of a source, and its text once read.

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;

use crate::snapshot::LineIndex;
use crate::snapshot::Place;
use crate::snapshot::ReadError;
use crate::snapshot::decompress::MAX_TEXT;
use crate::snapshot::decompress::decompress;

/// A file that can be read, and is not yet.
#[derive(Debug, Clone)]
pub struct SnapshotFile {
    name: Arc<str>,
    content: Content,
}

#[derive(Clone)]
enum Content {
    Path(PathBuf),
    Bytes(Arc<[u8]>),
    Static(&'static str),
}

/// The text of a file. Records borrow from it.
#[derive(Debug)]
pub struct FileText {
    name: Arc<str>,
    text: Cow<'static, str>,
    lines: OnceLock<LineIndex>,
}

impl SnapshotFile {
    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            name: path.to_string_lossy().into(),
            content: Content::Path(path),
        }
    }

    /// A file that was named: what is no regular file (a pipe, such as a shell makes for `<(…)`) can be read once only.
    pub(super) fn named(path: &Path) -> Result<Self, ReadError> {
        let file = Self::at(path.to_path_buf());
        let metadata = file.io(std::fs::metadata(path))?;
        if metadata.is_file() {
            return Ok(file);
        }
        let bytes = file.io(File::open(path).and_then(|pipe| read_at_most(pipe, MAX_TEXT + 1)))?;
        Ok(Self {
            name: file.name,
            content: Content::Bytes(bytes.into()),
        })
    }

    pub(super) fn of_bytes(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            content: Content::Bytes(bytes.into()),
        }
    }

    pub(super) fn of_text(name: &str, text: &'static str) -> Self {
        Self {
            name: name.into(),
            content: Content::Static(text),
        }
    }

    /// The name of the file, as the source names it.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// Reads the whole file: decompressed, without byte order mark, as UTF-8.
    ///
    /// # Errors
    /// [`ReadError`] when the file is gone, broken, too large or no text.
    pub fn read(&self) -> Result<FileText, ReadError> {
        let bytes = match &self.content {
            Content::Static(text) => return Ok(FileText::new(&self.name, Cow::Borrowed(text))),
            Content::Bytes(bytes) => bytes.to_vec(),
            Content::Path(path) => self.io(File::open(path).and_then(|file| read_at_most(file, MAX_TEXT + 1)))?,
        };
        if bytes.len() as u64 > MAX_TEXT {
            return Err(ReadError::TooLarge {
                file: Arc::clone(&self.name),
                limit: MAX_TEXT,
            });
        }
        let text = text_of(&self.name, decompress(&self.name, bytes)?)?;
        Ok(FileText::new(&self.name, Cow::Owned(text)))
    }

    /// The first bytes as they stand, compressed or not.
    pub(super) fn first_bytes(&self, count: usize) -> Result<Vec<u8>, ReadError> {
        match &self.content {
            Content::Static(text) => Ok(text.bytes().take(count).collect()),
            Content::Bytes(bytes) => Ok(bytes.iter().copied().take(count).collect()),
            Content::Path(path) => self.io(File::open(path).and_then(|file| read_at_most(file, count as u64))),
        }
    }

    fn io<T>(&self, result: io::Result<T>) -> Result<T, ReadError> {
        result.map_err(|error| ReadError::Io {
            file: Arc::clone(&self.name),
            error,
        })
    }
}

fn read_at_most(file: File, limit: u64) -> io::Result<Vec<u8>> {
    let size = file.metadata()?.len().min(limit);
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0) + 1);
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// UTF-8, or UTF-16 as a Windows shell writes it when it redirects output.
fn text_of(name: &Arc<str>, mut bytes: Vec<u8>) -> Result<String, ReadError> {
    if let Some(rest) = bytes.strip_prefix(&[0xff, 0xfe]) {
        return utf16(name, rest, u16::from_le_bytes);
    }
    if let Some(rest) = bytes.strip_prefix(&[0xfe, 0xff]) {
        return utf16(name, rest, u16::from_be_bytes);
    }
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        bytes.drain(..3);
    }
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        let good = String::from_utf8_lossy(error.as_bytes().get(..offset).unwrap_or_default());
        let (line, column) = LineIndex::new(&good).line_and_column(&good, offset);
        ReadError::NotUtf8 {
            file: Arc::clone(name),
            offset,
            line,
            column,
        }
    })
}

fn utf16(name: &Arc<str>, bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, ReadError> {
    let (pairs, odd) = bytes.as_chunks::<2>();
    let text: Result<String, _> = char::decode_utf16(pairs.iter().map(|pair| unit(*pair))).collect();
    text.ok()
        .filter(|_| odd.is_empty())
        .ok_or_else(|| ReadError::NotUtf16 { file: Arc::clone(name) })
}

impl FileText {
    pub(super) fn new(name: &Arc<str>, text: Cow<'static, str>) -> Self {
        Self {
            name: Arc::clone(name),
            text,
            lines: OnceLock::new(),
        }
    }

    /// The name of the file, as the source names it.
    #[must_use]
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// The text, without byte order mark. Offsets count from its start.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    #[must_use]
    pub fn line_and_column(&self, offset: usize) -> (usize, usize) {
        self.lines
            .get_or_init(|| LineIndex::new(&self.text))
            .line_and_column(&self.text, offset)
    }

    /// The place of a byte offset.
    #[must_use]
    pub fn place(&self, offset: usize, path: String) -> Place {
        let (line, column) = self.line_and_column(offset);
        Place {
            file: Arc::clone(&self.name),
            path,
            line: Some(line),
            column: Some(column),
        }
    }
}

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Static(text) => write!(f, "{} bytes of text", text.len()),
        }
    }
}
