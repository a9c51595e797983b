//! A JSON value in the shape that the AWS CLI prints.
//!
//! A member that AWS did not send is left out. A policy document becomes the JSON that it encodes, byte for byte, since
//! a parsed copy would lose duplicate members; what is no JSON stays the string that AWS sent.

use std::borrow::Cow;
use std::io;
use std::io::Write;

use aws_sdk_iam::primitives::DateTime;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::Serializer;
use serde::ser::SerializeMap as _;
use serde_json::value::RawValue;

const NANOS_PER_MICRO: u32 = 1000;

/// A JSON value to be written.
pub(super) enum Shape<'a> {
    Text(&'a str),
    Date(&'a DateTime),
    Count(i32),
    Flag(bool),
    Document(&'a str),
    List(Vec<Shape<'a>>),
    Object(Vec<(&'static str, Option<Shape<'a>>)>),
    Map(Vec<(&'a str, Shape<'a>)>),
}

impl Serialize for Shape<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Date(date) => serializer.serialize_str(&rfc3339(date)),
            Self::Count(count) => serializer.serialize_i32(*count),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Document(text) => match json_of(text) {
                Some(json) => json.serialize(serializer),
                None => serializer.serialize_str(text),
            },
            Self::List(elements) => serializer.collect_seq(elements),
            Self::Map(members) => serializer.collect_map(members.iter().map(|(name, value)| (name, value))),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, value) in members {
                    if let Some(value) = value {
                        map.serialize_entry(name, value)?;
                    }
                }
                map.end()
            }
        }
    }
}

/// The document as JSON. The API percent-encodes it (RFC 3986, a `+` is a plus); one that begins with a brace is JSON already.
fn json_of(text: &str) -> Option<Box<RawValue>> {
    let decoded = if text.trim_start().starts_with('{') {
        Cow::Borrowed(text)
    } else {
        percent_decode_str(text).decode_utf8().ok()?
    };
    let json = RawValue::from_string(decoded.trim().to_owned()).ok()?;
    json.get().starts_with('{').then_some(json)
}

/// A time as the AWS CLI writes it; one out of any calendar as its seconds.
fn rfc3339(date: &DateTime) -> String {
    let Ok(time) = jiff::Timestamp::from_second(date.secs()) else {
        return date.secs().to_string();
    };
    let seconds = time.strftime("%Y-%m-%dT%H:%M:%S");
    match date.subsec_nanos() / NANOS_PER_MICRO {
        0 => format!("{seconds}+00:00"),
        micros => format!("{seconds}.{micros:06}+00:00"),
    }
}

impl Shape<'_> {
    /// Writes the value as a file.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }
}

pub(super) fn list<'a, T>(values: Option<&'a [T]>, shape: impl Fn(&'a T) -> Shape<'a>) -> Option<Shape<'a>> {
    Some(Shape::List(values?.iter().map(shape).collect()))
}

pub(super) fn text(value: Option<&String>) -> Option<Shape<'_>> {
    Some(Shape::Text(value?))
}

pub(super) fn date(value: Option<&DateTime>) -> Option<Shape<'_>> {
    Some(Shape::Date(value?))
}

pub(super) fn document(value: Option<&String>) -> Option<Shape<'_>> {
    Some(Shape::Document(value?))
}

/// A word of AWS's lists.
pub(super) fn word<T: AsRef<str>>(value: Option<&T>) -> Option<Shape<'_>> {
    Some(Shape::Text(value?.as_ref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(document: &str) -> String {
        serde_json::to_string(&Shape::Document(document)).unwrap()
    }

    #[test]
    fn a_document_keeps_its_bytes_and_its_duplicates() {
        assert_eq!(
            written("%7B%22Sid%22%3A%22a%2Bb+c%22%2C%20%22Sid%22%3A%22d%22%7D"),
            r#"{"Sid":"a+b+c", "Sid":"d"}"#
        );
    }

    #[test]
    fn a_document_that_came_as_json_is_not_decoded() {
        assert_eq!(written(r#"{"Resource":"a%2Fb"}"#), r#"{"Resource":"a%2Fb"}"#);
    }

    #[test]
    fn what_is_no_document_stays_the_string_that_aws_sent() {
        assert_eq!(written("%7B%22Version%22"), r#""%7B%22Version%22""#);
        assert_eq!(written("%FF"), r#""%FF""#);
        assert_eq!(written("%5B%5D"), r#""%5B%5D""#);
        assert_eq!(written(""), r#""""#);
    }

    #[test]
    fn times_are_written_as_the_cli_writes_them() {
        assert_eq!(rfc3339(&DateTime::from_secs(1_700_000_000)), "2023-11-14T22:13:20+00:00");
        assert_eq!(
            rfc3339(&DateTime::from_fractional_secs(0, 0.25)),
            "1970-01-01T00:00:00.250000+00:00"
        );
        assert_eq!(rfc3339(&DateTime::from_secs(i64::MAX)), i64::MAX.to_string());
    }
}
