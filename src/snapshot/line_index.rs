//! Byte offset → line and column.

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct LineIndex {
    /// Offset of the first byte of each line but the first, ascending.
    starts: Vec<usize>,
}

impl LineIndex {
    /// Finds the lines of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self {
            starts: memchr::memchr_iter(b'\n', text.as_bytes())
                .map(|newline| newline + 1)
                .collect(),
        }
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
        let before = text.as_bytes().get(start..offset).unwrap_or_default();
        // Continuation bytes of UTF-8 start with the bits 10: all others begin a character.
        let characters = before.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count();
        (line + 1, characters + 1)
    }
}
