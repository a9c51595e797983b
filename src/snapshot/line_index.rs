//! Byte offset → line and column.

/// Bytes between two counts of characters: a dump may be one line of megabytes.
const STRIDE: usize = 4096;

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct LineIndex {
    /// Offset of the first byte of each line but the first, ascending.
    starts: Vec<usize>,
    /// How many characters begin before each multiple of [`STRIDE`]; empty for a text of ASCII, where each is a byte.
    characters: Vec<usize>,
}

impl LineIndex {
    /// Finds the lines of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let starts = memchr::memchr_iter(b'\n', text.as_bytes())
            .map(|newline| newline + 1)
            .collect();
        if text.is_ascii() {
            return Self {
                starts,
                characters: Vec::new(),
            };
        }
        let mut characters = vec![0];
        for block in text.as_bytes().chunks(STRIDE) {
            characters.push(characters.last().copied().unwrap_or(0) + count(block));
        }
        Self { starts, characters }
    }

    /// Line and column of a byte offset in the text the index was made of, both from 1; the column counts characters.
    /// An offset past the end is the place after the last character.
    #[must_use]
    pub fn line_and_column(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line
            .checked_sub(1)
            .and_then(|before| self.starts.get(before))
            .copied()
            .unwrap_or(0);
        let column = self
            .characters_before(text, offset)
            .saturating_sub(self.characters_before(text, start));
        (line + 1, column + 1)
    }

    fn characters_before(&self, text: &str, offset: usize) -> usize {
        if self.characters.is_empty() {
            return offset;
        }
        let block = offset / STRIDE;
        let rest = text.as_bytes().get(block * STRIDE..offset).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or(0) + count(rest)
    }
}

/// How many characters begin in some bytes of UTF-8: continuation bytes start with the bits 10, all others begin one.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}
