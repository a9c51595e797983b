//! RFC 4180 rows that borrow from the text.

use std::borrow::Cow;

/// One row: its fields, and where it begins.
#[derive(Debug)]
pub(super) struct Row<'a> {
    pub(super) offset: usize,
    pub(super) fields: Vec<Cow<'a, str>>,
}

/// The rows of a text; empty lines are left out.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    text: &'a str,
    offset: usize,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, offset: 0 }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    /// Takes one field, and says whether another one follows in the row.
    fn field(&mut self) -> (Cow<'a, str>, bool) {
        let quoted = self.rest().strip_prefix('"').map(quoted);
        let field = match quoted {
            Some((field, length)) => {
                self.offset += 1 + length;
                field
            }
            None => Cow::Borrowed(""),
        };
        // What follows a closing quote before the separator is no CSV; it is kept as part of the field.
        let rest = self.rest();
        let length = rest.find([',', '\n']).unwrap_or(rest.len());
        let tail = rest.get(..length).unwrap_or_default();
        let separator = rest.as_bytes().get(length);
        self.offset += length + usize::from(separator.is_some());
        let tail = if separator == Some(&b',') {
            tail
        } else {
            tail.strip_suffix('\r').unwrap_or(tail)
        };
        let field = if field.is_empty() {
            Cow::Borrowed(tail)
        } else if tail.is_empty() {
            field
        } else {
            field + tail
        };
        (field, separator == Some(&b','))
    }
}

/// The field after an opening quote, and the length of the text up to and with the closing one.
fn quoted(text: &str) -> (Cow<'_, str>, usize) {
    let mut field = Cow::Borrowed("");
    let mut start = 0;
    loop {
        let rest = text.get(start..).unwrap_or_default();
        let Some(quote) = rest.find('"') else {
            return (field + rest, text.len());
        };
        field += rest.get(..quote).unwrap_or_default();
        let after = start + quote + 1;
        if text.as_bytes().get(after) != Some(&b'"') {
            return (field, after);
        }
        field += "\"";
        start = after + 1;
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Row<'a>;

    fn next(&mut self) -> Option<Row<'a>> {
        while !self.rest().is_empty() {
            let offset = self.offset;
            let mut fields = Vec::new();
            loop {
                let (field, has_next) = self.field();
                fields.push(field);
                if !has_next {
                    break;
                }
            }
            if fields.len() > 1 || fields.iter().any(|field| !field.is_empty()) {
                return Some(Row { offset, fields });
            }
        }
        None
    }
}
