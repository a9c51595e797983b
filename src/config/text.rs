//! The text of a file with its name, and the mistakes found in it so far.

use std::sync::Arc;

use toml::Spanned;
use toml::de::DeValue;

use crate::config::Mistake;
use crate::finding::Place;

/// A file under reading.
pub(super) struct Text<'t> {
    file: Arc<str>,
    whole: &'t str,
    pub(super) mistakes: Vec<Mistake>,
}

impl<'t> Text<'t> {
    pub(super) fn new(file: &str, text: &'t str) -> Self {
        Self {
            file: file.into(),
            whole: text,
            mistakes: Vec::new(),
        }
    }

    /// The line and column of a byte offset.
    pub(super) fn place(&self, offset: usize) -> Place {
        Place::in_text(Arc::clone(&self.file), self.whole, offset)
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
