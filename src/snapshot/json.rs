//! Pulls typed values out of a JSON text without building a tree.
//!
//! A wrong shape becomes a [`Gap`] and is stepped over; a text that is no JSON ends the reading with [`Broken`].
//! Strings without escapes borrow from the text. A member that is `null` counts as absent, and of a repeated
//! member the first stands.

use std::borrow::Cow;
use std::fmt;

use jiter::Jiter;
use jiter::JiterErrorType;
use jiter::JiterResult;
use jiter::JsonErrorType;
use jiter::NumberInt;
use jiter::Peek;

use crate::snapshot::FileText;
use crate::snapshot::Gap;
use crate::snapshot::GapScope;
use crate::snapshot::Place;
use crate::snapshot::json_path::JsonPath;

/// Gaps of one file beyond this number are counted, not listed: a file of wrong shapes must not fill the memory.
const MAX_GAPS: usize = 1000;

/// The text is no JSON from here on.
#[derive(Debug)]
pub(super) struct Broken {
    offset: usize,
    problem: String,
}

/// What reading one value may give; `Ok(None)` is a wrong shape that is already a gap.
pub(super) type Read<T> = Result<Option<T>, Broken>;

/// Which of the members asked for were there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Members {
    names: &'static [&'static str],
    seen: u64,
}

/// Reads one file.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    file: &'a FileText,
    /// Reads the text from `base` on.
    json: Jiter<'a>,
    base: usize,
    scope: GapScope,
    gaps: Vec<Gap>,
    unlisted: usize,
}

enum Found {
    End,
    Known(usize),
    Unknown,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a FileText, scope: GapScope) -> Self {
        Self {
            file,
            json: Jiter::new(file.text().as_bytes()),
            base: 0,
            scope,
            gaps: Vec::new(),
            unlisted: 0,
        }
    }

    /// The file that is read.
    pub(super) fn file(&self) -> &'a FileText {
        self.file
    }

    /// Where the reader stands.
    pub(super) fn offset(&self) -> usize {
        self.base + self.json.current_index()
    }

    /// Whether only white space follows.
    pub(super) fn at_end(&mut self) -> bool {
        self.json.finish().is_ok()
    }

    /// What the file left open.
    pub(super) fn into_gaps(mut self) -> Vec<Gap> {
        if self.unlisted > 0 {
            let detail = format!("{} more places of the file could not be read", self.unlisted);
            let place = Some(crate::snapshot::Place::whole(self.file.name()));
            self.gaps.push(Gap {
                scope: self.scope,
                subject: "further places".to_owned(),
                detail,
                place,
            });
        }
        self.gaps
    }

    /// Records that something at a place could not be read.
    pub(super) fn gap(&mut self, offset: usize, at: &JsonPath<'_>, subject: impl Into<String>, detail: impl Into<String>) {
        if self.gaps.len() >= MAX_GAPS {
            self.unlisted += 1;
            return;
        }
        let place = Some(self.file.place(offset, at.to_string()));
        self.gaps.push(Gap {
            scope: self.scope,
            subject: subject.into(),
            detail: detail.into(),
            place,
        });
    }

    /// Records that the text is no JSON.
    pub(super) fn gap_of_broken(&mut self, broken: &Broken, what: &str) {
        // An object that was only cut out may be where it went wrong: the first error of the whole text is the one to tell.
        let first = lift(0, Jiter::new(self.file.text().as_bytes()).next_skip()).err();
        let broken = first.as_ref().filter(|first| first.offset < broken.offset).unwrap_or(broken);
        let detail = format!("not valid JSON: {}; what follows is not known", broken.problem);
        self.gap(broken.offset, &JsonPath::TOP, what, detail);
    }

    /// The members of an object that are asked for, in the order of the text; the rest is stepped over.
    pub(super) fn object(
        &mut self,
        at: &JsonPath<'_>,
        names: &'static [&'static str],
        mut member: impl FnMut(&mut Self, &JsonPath<'_>, &'static str) -> Result<(), Broken>,
    ) -> Read<Members> {
        if !self.is_next(Peek::Object, at, "an object")? {
            return Ok(None);
        }
        let mut members = Members { names, seen: 0 };
        let mut found = find(names, lift(self.base, self.json.next_object())?);
        loop {
            let index = match found {
                Found::End => return Ok(Some(members)),
                Found::Unknown => None,
                Found::Known(index) => Some(index),
            };
            match index.and_then(|index| names.get(index).map(|name| (index, *name))) {
                Some((index, name)) => self.member(at, &mut members, index, name, &mut member)?,
                None => self.skip()?,
            }
            found = find(names, lift(self.base, self.json.next_key())?);
        }
    }

    fn member(
        &mut self,
        at: &JsonPath<'_>,
        members: &mut Members,
        index: usize,
        name: &'static str,
        read: &mut impl FnMut(&mut Self, &JsonPath<'_>, &'static str) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let at = at.member(name);
        if lift(self.base, self.json.peek())? == Peek::Null {
            return self.skip();
        }
        let (bit, start) = (1 << index, self.offset());
        if members.seen & bit != 0 {
            self.gap(
                start,
                &at,
                at.to_string(),
                "stands twice in one object; the first one was read",
            );
            return self.skip();
        }
        members.seen |= bit;
        read(self, &at, name)?;
        if self.offset() == start { self.skip() } else { Ok(()) }
    }

    /// The members of an object whose names are data.
    pub(super) fn map(
        &mut self,
        at: &JsonPath<'_>,
        mut member: impl FnMut(&mut Self, &JsonPath<'_>, String) -> Result<(), Broken>,
    ) -> Read<()> {
        if !self.is_next(Peek::Object, at, "an object")? {
            return Ok(None);
        }
        let mut next = lift(self.base, self.json.next_object())?.map(str::to_owned);
        while let Some(name) = next {
            let path = name.clone();
            let at = at.member(&path);
            lift(self.base, self.json.peek())?;
            let start = self.offset();
            member(self, &at, name)?;
            if self.offset() == start {
                self.skip()?;
            }
            next = lift(self.base, self.json.next_key())?.map(str::to_owned);
        }
        Ok(Some(()))
    }

    /// Each value of a list.
    pub(super) fn each(
        &mut self,
        at: &JsonPath<'_>,
        mut read: impl FnMut(&mut Self, &JsonPath<'_>) -> Result<(), Broken>,
    ) -> Read<()> {
        if !self.is_next(Peek::Array, at, "a list")? {
            return Ok(None);
        }
        let mut position = 0;
        let mut next = lift(self.base, self.json.next_array())?;
        while next.is_some() {
            let start = self.offset();
            read(self, &at.position(position))?;
            if self.offset() == start {
                self.skip()?;
            }
            position += 1;
            next = lift(self.base, self.json.array_step())?;
        }
        Ok(Some(()))
    }

    /// A list whose every value must be read: with one left out it would say less than the truth, so it is then unknown.
    pub(super) fn list<T>(
        &mut self,
        at: &JsonPath<'_>,
        mut read: impl FnMut(&mut Self, &JsonPath<'_>) -> Read<T>,
    ) -> Read<Vec<T>> {
        let mut values = Vec::new();
        let mut is_whole = true;
        let found = self.each(at, |reader, at| {
            match read(reader, at)? {
                Some(value) => values.push(value),
                None => is_whole = false,
            }
            Ok(())
        })?;
        Ok(found.filter(|()| is_whole).map(|()| values))
    }

    /// A string.
    pub(super) fn string(&mut self, at: &JsonPath<'_>) -> Read<Cow<'a, str>> {
        if self.is_next(Peek::String, at, "a string")? {
            self.known_string().map(Some)
        } else {
            Ok(None)
        }
    }

    /// A list of strings.
    pub(super) fn strings(&mut self, at: &JsonPath<'_>) -> Read<Vec<Cow<'a, str>>> {
        self.list(at, Self::string)
    }

    fn known_string(&mut self) -> Result<Cow<'a, str>, Broken> {
        let start = self.offset() + 1;
        let decoded = lift(self.base, self.json.known_str())?;
        let length = decoded.len();
        // Every escape is longer than what it stands for: equal lengths mean there is none.
        let raw = self.file.text().get(start..start + length).filter(|raw| *raw == decoded);
        let owned = if raw.is_some() { None } else { Some(decoded.to_owned()) };
        let end = self.offset();
        Ok(match (raw, owned) {
            (Some(raw), _) if start + length + 1 == end => Cow::Borrowed(raw),
            (Some(raw), _) => Cow::Owned(raw.to_owned()),
            (None, owned) => Cow::Owned(owned.unwrap_or_default()),
        })
    }

    /// True or false.
    pub(super) fn boolean(&mut self, at: &JsonPath<'_>) -> Read<bool> {
        let peek = lift(self.base, self.json.peek())?;
        if peek == Peek::True || peek == Peek::False {
            return Ok(Some(lift(self.base, self.json.known_bool(peek))?));
        }
        self.wrong_shape(at, "true or false").map(|()| None)
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, at: &JsonPath<'_>) -> Read<u64> {
        let peek = lift(self.base, self.json.peek())?;
        let start = self.offset();
        if peek.is_num() {
            if let Ok(NumberInt::Int(number)) = self.json.clone().known_int(peek)
                && let Ok(number) = u64::try_from(number)
            {
                self.skip()?;
                return Ok(Some(number));
            }
            self.gap(
                start,
                at,
                at.to_string(),
                "wrong shape: a whole number expected; what it holds is not known",
            );
            return self.skip().map(|()| None);
        }
        self.wrong_shape(at, "a number").map(|()| None)
    }

    /// Whether the next value is a string.
    pub(super) fn is_string(&mut self) -> Result<bool, Broken> {
        Ok(lift(self.base, self.json.peek())? == Peek::String)
    }

    /// The next value as it stands in the text, and the offset of its first byte.
    ///
    /// An object is only cut out, by its braces: whoever parses it finds what else is wrong with it, and one broken
    /// document then spoils nothing but itself.
    pub(super) fn raw(&mut self) -> Result<(usize, &'a str), Broken> {
        let peek = lift(self.base, self.json.peek())?;
        let start = self.offset();
        let text = self.file.text();
        let length = text
            .as_bytes()
            .get(start..)
            .filter(|_| peek == Peek::Object)
            .and_then(object_length);
        if let Some(length) = length {
            self.base = start + length;
            self.json = Jiter::new(text.as_bytes().get(self.base..).unwrap_or_default());
        } else {
            self.skip()?;
        }
        Ok((start, text.get(start..self.offset()).unwrap_or_default()))
    }

    fn skip(&mut self) -> Result<(), Broken> {
        lift(self.base, self.json.next_skip())
    }

    fn is_next(&mut self, expected: Peek, at: &JsonPath<'_>, words: &str) -> Result<bool, Broken> {
        if lift(self.base, self.json.peek())? == expected {
            return Ok(true);
        }
        self.wrong_shape(at, words)?;
        Ok(false)
    }

    fn wrong_shape(&mut self, at: &JsonPath<'_>, expected: &str) -> Result<(), Broken> {
        let peek = lift(self.base, self.json.peek())?;
        let found = match peek {
            Peek::Object => "an object",
            Peek::Array => "a list",
            Peek::String => "a string",
            Peek::Null => "null",
            Peek::True | Peek::False => "true or false",
            _ => "a number",
        };
        let start = self.offset();
        self.skip()?;
        let detail = format!("wrong shape: {expected} expected, {found} found; what it holds is not known");
        self.gap(start, at, at.to_string(), detail);
        Ok(())
    }
}

fn find(names: &[&str], key: Option<&str>) -> Found {
    match key {
        None => Found::End,
        Some(key) => names
            .iter()
            .position(|name| *name == key)
            .map_or(Found::Unknown, Found::Known),
    }
}

/// An error of the part that begins at `base`, as one of the whole text.
/// The first place at which a text is no JSON, and what is wrong there.
pub(super) fn first_error(file: &FileText) -> Option<(Place, String)> {
    let broken = lift(0, Jiter::new(file.text().as_bytes()).next_skip()).err()?;
    Some((file.place(broken.offset, String::new()), broken.problem))
}

fn lift<T>(base: usize, result: JiterResult<T>) -> Result<T, Broken> {
    result.map_err(|error| Broken {
        offset: base + error.index,
        problem: problem_of(&error.error_type),
    })
}

/// The length of the object that a text begins with, by its braces and strings alone.
fn object_length(text: &[u8]) -> Option<usize> {
    let mut depth = 0_usize;
    let mut at = 0;
    loop {
        at += memchr::memchr3(b'"', b'{', b'}', text.get(at..)?)? + 1;
        match text.get(at - 1)? {
            b'{' => depth += 1,
            b'}' => depth = depth.checked_sub(1)?,
            _ => at = string_end(text, at)?,
        }
        if depth == 0 {
            return Some(at);
        }
    }
}

/// Where the string that is open at an offset ends: after its closing quote.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', text.get(at..)?)? + 1;
        if text.get(at - 1)? == &b'"' {
            return Some(at);
        }
        at += 1;
    }
}

impl Members {
    /// Whether the member was not there (or `null`): different from there and of a wrong shape.
    pub(super) fn lacks(self, name: &str) -> bool {
        self.names
            .iter()
            .position(|known| *known == name)
            .is_none_or(|index| self.seen & (1 << index) == 0)
    }

    /// Whether none of the members was there.
    pub(super) fn lacks_all(self) -> bool {
        self.seen == 0
    }
}

fn problem_of(error: &JiterErrorType) -> String {
    let ends_early = [
        JsonErrorType::EofWhileParsingList,
        JsonErrorType::EofWhileParsingObject,
        JsonErrorType::EofWhileParsingString,
        JsonErrorType::EofWhileParsingValue,
    ];
    match error {
        JiterErrorType::JsonError(error) if ends_early.contains(error) => "the text ends in the middle of a value".to_owned(),
        JiterErrorType::JsonError(JsonErrorType::RecursionLimitExceeded) => "nested more than 200 levels deep".to_owned(),
        JiterErrorType::JsonError(_) | JiterErrorType::WrongType { .. } => error.to_string(),
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}
