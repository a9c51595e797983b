//! Byte offset → line and column.

/// Bytes of a block: a dump may be one line of megabytes, or lines without end.
const STRIDE: usize = 4096;

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct LineIndex {
    /// For each block of [`STRIDE`] bytes, what lies before it.
    blocks: Vec<Before>,
    /// How many characters begin before each block; empty for a text of ASCII, where each is a byte.
    characters: Vec<usize>,
}

/// What lies before a block.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    newlines: usize,
    /// Where the line begins that runs into the block.
    start: usize,
}

impl LineIndex {
    /// Finds the lines of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut blocks = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut before = Before::default();
        for (at, block) in text.as_bytes().chunks(STRIDE).enumerate() {
            blocks.push(before);
            before = before.after(at * STRIDE, block);
        }
        blocks.push(before);
        let mut characters = Vec::new();
        if !text.is_ascii() {
            characters.push(0);
            for block in text.as_bytes().chunks(STRIDE) {
                characters.push(characters.last().copied().unwrap_or(0) + count(block));
            }
        }
        Self { blocks, characters }
    }

    /// Line and column of a byte offset in the text the index was made of, both from 1; the column counts characters.
    /// An offset past the end is the place after the last character.
    #[must_use]
    pub fn line_and_column(&self, text: &str, offset: usize) -> (usize, usize) {
        let offset = offset.min(text.len());
        let block = offset / STRIDE;
        let rest = text.as_bytes().get(block * STRIDE..offset).unwrap_or_default();
        let before = self.blocks.get(block).copied().unwrap_or_default();
        let here = before.after(block * STRIDE, rest);
        let column = self
            .characters_before(text, offset)
            .saturating_sub(self.characters_before(text, here.start));
        (here.newlines + 1, column + 1)
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

impl Before {
    /// What lies before the end of some bytes that begin at an offset.
    fn after(self, offset: usize, bytes: &[u8]) -> Self {
        Self {
            newlines: self.newlines + memchr::memchr_iter(b'\n', bytes).count(),
            start: memchr::memrchr(b'\n', bytes).map_or(self.start, |newline| offset + newline + 1),
        }
    }
}

/// How many characters begin in some bytes of UTF-8: continuation bytes start with the bits 10, all others begin one.
fn count(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}
