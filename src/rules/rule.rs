//! A rule in which every word is checked.

use std::sync::Arc;

use crate::finding::Impact;
use crate::finding::Loss;
use crate::finding::Place;
use crate::finding::RuleId;
use crate::ident::Action;
use crate::rules::RuleError;
use crate::rules::front_matter;
use crate::rules::parts;

/// A rule: which actions to look for, what they cost, and the prose about it.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The id; never reused.
    pub id: RuleId,
    /// One line.
    pub title: Arc<str>,
    /// Whether the mapping is confirmed by its source.
    pub status: Status,
    /// The technique in ATT&CK.
    pub attack: Option<Technique>,
    /// The page of the AWS Threat Technique Catalog.
    pub ttc_id: Option<Arc<str>>,
    /// The actions; any one of them is enough.
    pub actions: Box<[RuleAction]>,
    /// Where to read more.
    pub references: Box<[Reference]>,
    /// The prose.
    pub text: RuleText,
    /// Where the id stands.
    pub place: Place,
}

/// Who says that the actions belong to the technique.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// A published source does.
    Confirmed,
    /// We do.
    Assumed,
}

/// A technique in ATT&CK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Technique {
    /// The technique: `T1578.003`.
    pub id: Arc<str>,
    /// The version of ATT&CK that is meant; ids and tactics move between versions.
    pub version: Arc<str>,
    /// The tactic in that version: `TA0112`.
    pub tactic: Arc<str>,
}

/// An action that a rule looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleAction {
    /// The action.
    pub action: Action,
    /// The resource type that it is called on, in the service's word: `instance`.
    pub resource_type: Arc<str>,
    /// How bad one call is.
    pub impact: Impact,
    /// What is lost.
    pub loss: Loss,
}

/// Where to read more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// What it is called.
    pub title: Arc<str>,
    /// Its address.
    pub url: Arc<str>,
}

/// The prose of a rule, Markdown, a field per heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// `## What it finds`.
    pub finds: Arc<str>,
    /// `## Why it matters`.
    pub matters: Arc<str>,
    /// `## Example`.
    pub example: Arc<str>,
    /// `## Fix`.
    pub fix: Arc<str>,
}

impl Rule {
    /// Reads a rule file.
    ///
    /// # Errors
    /// [`RuleError`] with the file, line and column of what is wrong.
    pub fn parse(file: &str, text: &str) -> Result<Self, RuleError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let source = parts::Source { file: file.into(), text };
        let cut = parts::cut(&source)?;
        let body = read_body(&source, &cut)?;
        front_matter::read(&source, &cut, body)
    }

    /// The action of this name, if the rule looks for it.
    #[must_use]
    pub fn action(&self, action: &Action) -> Option<&RuleAction> {
        self.actions.iter().find(|one| one.action == *action)
    }
}

const HEADINGS: [&str; 4] = ["What it finds", "Why it matters", "Example", "Fix"];

fn read_body(source: &parts::Source<'_>, cut: &parts::Parts<'_>) -> Result<RuleText, RuleError> {
    let mut sections = parts::sections(source, cut)?.into_iter();
    let mut next = |heading: &'static str| -> Result<Arc<str>, RuleError> {
        let section = sections.next().ok_or_else(|| RuleError::NoHeading {
            place: source.place(source.text.len()),
            heading,
        })?;
        let place = source.place(section.offset);
        if section.heading != heading {
            return Err(unexpected(place, section.heading));
        }
        if section.text.is_empty() {
            return Err(RuleError::Empty { place, key: heading });
        }
        Ok(section.text.into())
    };
    let [finds, matters, example, fix] = HEADINGS;
    let text = RuleText {
        finds: next(finds)?,
        matters: next(matters)?,
        example: next(example)?,
        fix: next(fix)?,
    };
    match sections.next() {
        Some(extra) => Err(unexpected(source.place(extra.offset), extra.heading)),
        None => Ok(text),
    }
}

fn unexpected(place: Place, heading: &str) -> RuleError {
    let expected = HEADINGS.map(|heading| format!("`## {heading}`")).join(", ");
    RuleError::Heading {
        place,
        found: format!("## {heading}"),
        expected,
    }
}
