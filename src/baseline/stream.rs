//! Reads a JSON report row by row, so that no more of it is held than is asked for.

use std::fmt;
use std::fs::File;
use std::io::BufReader;
use std::marker::PhantomData;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde::Deserializer;
use serde::de::DeserializeOwned;
use serde::de::DeserializeSeed;
use serde::de::Error as _;
use serde::de::IgnoredAny;
use serde::de::MapAccess;
use serde::de::SeqAccess;
use serde::de::Visitor;

use crate::baseline::EarlierReportError;

/// What is wanted of a report's first member.
const SCHEMA: &str = "leastwise-report/1";

/// A report without its rows.
pub(super) struct Head {
    pub(super) facts: Facts,
    pub(super) has_gaps: bool,
}

/// The facts of its run that are wanted later.
#[derive(Deserialize)]
pub(super) struct Facts {
    pub(super) as_of: Timestamp,
    pub(super) rules: Vec<RawRule>,
    #[serde(default)]
    pub(super) chosen_rows: Option<String>,
    #[serde(default)]
    pub(super) accounts: u64,
    #[serde(default)]
    pub(super) identities: u64,
}

#[derive(Deserialize)]
pub(super) struct RawRule {
    pub(super) id: String,
}

/// Reads the report and hands each row on; what `take` says against a row is told with its place.
///
/// # Errors
/// The file cannot be read or is no report.
pub(super) fn read<R: DeserializeOwned>(
    path: &Path,
    take: impl FnMut(R) -> Result<(), String>,
) -> Result<Head, EarlierReportError> {
    let file = || path.display().to_string();
    let unread = |source| EarlierReportError::Read { file: file(), source };
    let opened = File::open(path).map_err(unread)?;
    let mut text = serde_json::Deserializer::from_reader(BufReader::new(opened));
    let head = Whole {
        take,
        row: PhantomData::<R>,
    };
    let head = head.deserialize(&mut text).and_then(|head| text.end().map(|()| head));
    head.map_err(|error| {
        if error.is_io() {
            unread(error.into())
        } else {
            EarlierReportError::NoReport {
                file: file(),
                why: error.to_string(),
            }
        }
    })
}

struct Whole<R, F> {
    take: F,
    row: PhantomData<R>,
}

impl<'de, R: DeserializeOwned, F: FnMut(R) -> Result<(), String>> DeserializeSeed<'de> for Whole<R, F> {
    type Value = Head;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Head, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, R: DeserializeOwned, F: FnMut(R) -> Result<(), String>> Visitor<'de> for Whole<R, F> {
    type Value = Head;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut members: A) -> Result<Head, A::Error> {
        let (mut schema, mut facts, mut has_rows, mut gaps) = (None, None, false, Vec::new());
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "schema" if schema.is_none() => {
                    let told: String = members.next_value()?;
                    if told != SCHEMA {
                        return Err(A::Error::custom(format!("its schema is `{told}`, not `{SCHEMA}`")));
                    }
                    schema = Some(told);
                }
                "facts" if facts.is_none() => facts = Some(members.next_value::<Facts>()?),
                "findings" if !has_rows => {
                    has_rows = true;
                    members.next_value_seed(Rows {
                        take: &mut self.take,
                        row: PhantomData,
                    })?;
                }
                "gaps" => gaps = members.next_value::<Vec<IgnoredAny>>()?,
                "schema" | "facts" | "findings" => return Err(A::Error::custom(format!("`{name}` is there twice"))),
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        if schema.is_none() {
            return Err(A::Error::missing_field("schema"));
        }
        if !has_rows {
            return Err(A::Error::missing_field("findings"));
        }
        Ok(Head {
            facts: facts.ok_or_else(|| A::Error::missing_field("facts"))?,
            has_gaps: !gaps.is_empty(),
        })
    }
}

struct Rows<'t, R, F> {
    take: &'t mut F,
    row: PhantomData<R>,
}

impl<'de, R: DeserializeOwned, F: FnMut(R) -> Result<(), String>> DeserializeSeed<'de> for Rows<'_, R, F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, R: DeserializeOwned, F: FnMut(R) -> Result<(), String>> Visitor<'de> for Rows<'_, R, F> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of findings")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while let Some(row) = rows.next_element::<R>()? {
            (self.take)(row).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}
