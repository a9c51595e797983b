//! A policy document as it was read: its text and where it stands. Nobody here looks into it.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::snapshot::FileText;
use crate::snapshot::Place;
use crate::snapshot::json::Read;
use crate::snapshot::json::Reader;
use crate::snapshot::json_path::JsonPath;

/// The text of a policy document and its place.
#[derive(Debug, Clone)]
pub struct RawDocument<'a> {
    /// The document's JSON text; not checked to be JSON when it came as a string.
    pub text: Cow<'a, str>,
    /// Where it stands.
    pub place: DocumentPlace<'a>,
}

/// Where a document stands.
#[derive(Debug, Clone, Copy)]
pub struct DocumentPlace<'a> {
    file: &'a FileText,
    start: usize,
    form: DocumentForm,
}

/// In which form a document came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentForm {
    /// As a JSON value of the file: what the AWS CLI prints.
    Value,
    /// As JSON inside a JSON string: what Organizations answers.
    Text,
    /// Percent-encoded (RFC 3986) inside a JSON string: what the IAM API answers.
    PercentEncoded,
}

impl<'a> DocumentPlace<'a> {
    /// The file it stands in.
    #[must_use]
    pub fn file(&self) -> &'a FileText {
        self.file
    }

    /// The form it came in.
    #[must_use]
    pub fn form(&self) -> DocumentForm {
        self.form
    }

    /// Byte offset of the document's text in the file's text; `None` when it came as a string, whose places are not the file's.
    #[must_use]
    pub fn offset(&self) -> Option<usize> {
        match self.form {
            DocumentForm::Value => Some(self.start),
            DocumentForm::Text | DocumentForm::PercentEncoded => None,
        }
    }

    /// The place in the file of a byte offset in the document's text; the start of the string when it came as one.
    #[must_use]
    pub fn place_of(&self, offset: usize) -> Place {
        self.file
            .place(self.offset().map_or(self.start, |start| start + offset), String::new())
    }
}

/// Reads a document: a string holds it as text or percent-encoded, any other value is it.
pub(super) fn document<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<RawDocument<'a>> {
    let file = reader.file();
    if !reader.is_string()? {
        let (start, text) = reader.raw()?;
        let place = DocumentPlace {
            file,
            start,
            form: DocumentForm::Value,
        };
        return Ok(Some(RawDocument {
            text: Cow::Borrowed(text),
            place,
        }));
    }
    let start = reader.offset();
    let Some(text) = reader.string(at)? else { return Ok(None) };
    // Encoded text holds no brace, and JSON text that happens to hold a `%` begins with one.
    if text.trim_start().starts_with('{') || !text.contains('%') {
        let place = DocumentPlace {
            file,
            start,
            form: DocumentForm::Text,
        };
        return Ok(Some(RawDocument { text, place }));
    }
    let Ok(decoded) = percent_decode_str(&text).decode_utf8().map(Cow::into_owned) else {
        reader.gap(
            start,
            at,
            at.to_string(),
            "percent-encoded bytes that are not UTF-8; the document is not known",
        );
        return Ok(None);
    };
    let place = DocumentPlace {
        file,
        start,
        form: DocumentForm::PercentEncoded,
    };
    Ok(Some(RawDocument {
        text: Cow::Owned(decoded),
        place,
    }))
}
