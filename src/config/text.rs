//! The text of a file with its name, and the mistakes found in it so far.

use std::cell::Cell;
use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::Mistake;
use crate::finding::Place;

/// A file under reading.
pub(super) struct Text<'t> {
    file: Arc<str>,
    whole: &'t str,
    /// Where each line starts.
    lines: Vec<usize>,
    /// An offset that was asked for, with its column: the next one is often further on in the same line.
    last: Cell<(usize, usize)>,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'t> Text<'t> {
    pub(super) fn new(file: &str, text: &'t str) -> Self {
        Self {
            file: file.into(),
            whole: text,
            lines: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
            last: Cell::new((0, 0)),
            mistakes: Vec::new(),
        }
    }

    /// The line and column of a byte offset.
    pub(super) fn place(&self, offset: usize) -> Place {
        let line = self.line(offset);
        let start = self.lines.get(line - 1).copied().unwrap_or_default();
        let (last, column) = self.last.get();
        let (from, before) = if last >= start && last <= offset {
            (last, column)
        } else {
            (start, 0)
        };
        let columns = before + self.whole.get(from..offset).unwrap_or_default().chars().count();
        self.last.set((offset, columns));
        Place {
            file: Arc::clone(&self.file),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(columns + 1).unwrap_or(u32::MAX),
        }
    }

    /// The line of a byte offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset).max(1)
    }

    pub(super) fn mistake(&mut self, offset: usize, words: impl Into<String>) {
        let place = self.place(offset);
        self.mistakes.push(Mistake {
            place,
            words: words.into(),
        });
    }

    /// A text that says something.
    pub(super) fn filled(&mut self, key: &str, value: &Spanned<DeValue<'_>>) -> Option<Arc<str>> {
        let Some(text) = value.get_ref().as_str() else {
            self.mistake(
                value.span().start,
                format!("`{key}` is a text in quotes, not {}", kind(value.get_ref())),
            );
            return None;
        };
        let text = text.trim();
        if text.is_empty() {
            self.mistake(value.span().start, format!("`{key}` is empty; write something"));
            return None;
        }
        Some(text.into())
    }
}

/// What a value is, for a sentence.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_the_same_in_whatever_order_they_are_asked_for() {
        let whole = "é = 1\n\n  b = [1, é, 3]\n";
        let text = Text::new("f", whole);
        let offsets: Vec<usize> = (0..=whole.len()).filter(|at| whole.is_char_boundary(*at)).collect();
        let place = |at: &usize| Place::in_text("f".into(), whole, *at);
        for at in offsets.iter().chain(offsets.iter().rev()) {
            assert_eq!(text.place(*at), place(at), "{at}");
        }
        assert_eq!(text.place(4 * whole.len()).line, 4);
    }
}
