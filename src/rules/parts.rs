//! Cuts a rule file into its TOML front matter and its sections; judges neither.

use std::sync::Arc;

use crate::finding::Place;
use crate::rules::RuleError;

const FENCE: &str = "+++";

/// The text of a rule file with the name of the file, for places.
pub(super) struct Source<'a> {
    pub(super) file: Arc<str>,
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// The line and column of a byte offset.
    pub(super) fn place(&self, offset: usize) -> Place {
        Place::in_text(Arc::clone(&self.file), self.text, offset)
    }
}

/// The front matter and the body, each with its byte offset in the file.
pub(super) struct Parts<'a> {
    pub(super) front: &'a str,
    pub(super) front_offset: usize,
    pub(super) body: &'a str,
    pub(super) body_offset: usize,
}

/// A heading `## …` and the text below it.
pub(super) struct Section<'a> {
    pub(super) heading: &'a str,
    pub(super) offset: usize,
    pub(super) text: &'a str,
}

/// Cuts at the two fences.
pub(super) fn cut<'a>(source: &Source<'a>) -> Result<Parts<'a>, RuleError> {
    let mut lines = lines_with_offsets(source.text);
    let first = lines.next().filter(|(_, line)| line.trim_end() == FENCE);
    let (start, opening) = first.ok_or_else(|| RuleError::NoFrontMatter(source.place(0)))?;
    let front_offset = start + opening.len();
    let (end, closing) = lines
        .find(|(_, line)| line.trim_end() == FENCE)
        .ok_or_else(|| RuleError::OpenFrontMatter(source.place(source.text.len())))?;
    let body_offset = end + closing.len();
    Ok(Parts {
        front: source.text.get(front_offset..end).unwrap_or_default(),
        front_offset,
        body: source.text.get(body_offset..).unwrap_or_default(),
        body_offset,
    })
}

/// The sections of a body; offsets are those in the file. Text before the first heading is an error.
pub(super) fn sections<'a>(source: &Source<'a>, parts: &Parts<'a>) -> Result<Vec<Section<'a>>, RuleError> {
    let mut headings = Vec::new();
    let mut in_code = false;
    for (offset, line) in lines_with_offsets(parts.body) {
        in_code ^= line.trim_start().starts_with("```");
        match line.strip_prefix("## ") {
            Some(heading) if !in_code => headings.push((offset, line.len(), heading.trim())),
            _ if headings.is_empty() && !line.trim().is_empty() => {
                return Err(RuleError::StrayText(source.place(parts.body_offset + offset)));
            }
            _ => {}
        }
    }
    let ends = headings.iter().skip(1).map(|&(offset, ..)| offset).chain([parts.body.len()]);
    let cut = headings.iter().zip(ends).map(|(&(offset, length, heading), end)| Section {
        heading,
        offset: parts.body_offset + offset,
        text: parts.body.get(offset + length..end).unwrap_or_default().trim(),
    });
    Ok(cut.collect())
}

fn lines_with_offsets(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |next, line| {
        let offset = *next;
        *next += line.len();
        Some((offset, line))
    })
}
