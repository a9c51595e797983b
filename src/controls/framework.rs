//! A framework file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;
use toml::Spanned;

use crate::controls::BUILTIN;
use crate::controls::FrameworkError;
use crate::controls::Question;
use crate::finding::Place;

/// A framework and those of its controls that our questions are about.
#[derive(Debug, Clone)]
pub struct Framework {
    /// The name to ask for it by.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its version, in its own words.
    pub version: String,
    /// The controls, in order of the file.
    pub controls: Vec<Control>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFramework {
    id: Spanned<String>,
    title: Spanned<String>,
    version: Spanned<String>,
    #[serde(default)]
    controls: Vec<Spanned<Control>>,
}

/// A control.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Its id in the framework.
    pub id: String,
    /// What it is for, in our words.
    pub purpose: String,
    /// The questions that it asks among others.
    pub questions: Vec<Question>,
    /// Whether the id was compared with a source.
    pub status: MappingStatus,
    /// Days after which something counts as unused.
    #[serde(default = "unused_days")]
    pub unused_days: u32,
    /// What an answer says about the control.
    #[serde(default)]
    pub extent: Extent,
}

impl Control {
    /// What no type forbids and yet means nothing.
    fn check(&self) -> Result<(), String> {
        let id = &self.id;
        if id.trim().is_empty() || self.purpose.trim().is_empty() {
            return Err("a control needs an `id` and a `purpose` that say something".to_owned());
        }
        if self.questions.is_empty() {
            return Err(format!("control {id} has no question"));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.questions.iter().find(|question| !seen.insert(**question)) {
            return Err(format!("control {id} asks {} twice", twice.word()));
        }
        if self.unused_days == 0 {
            return Err(format!("control {id}: `unused_days` is one at least"));
        }
        Ok(())
    }
}

const fn unused_days() -> u32 {
    90
}

/// Whether an id was compared with a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MappingStatus {
    /// It was found in the framework's list, or in one that AWS or another party publishes.
    Verified,
    /// It is from general knowledge of the framework.
    Unverified,
}

/// What the answers to the questions say about the control.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// They are evidence for it or against it.
    #[default]
    Evidence,
    /// They are worth knowing beside it, and decide nothing: the control asks something else.
    Context,
}

impl Framework {
    /// A built-in framework by its id, or that of a file whose name ends in `.toml`.
    ///
    /// # Errors
    /// [`FrameworkError`] when there is none of that name, or the file is wrong.
    pub fn find(name: &str) -> Result<Self, FrameworkError> {
        if Path::new(name).extension().is_some_and(|ending| ending == "toml") {
            let text = fs::read_to_string(name).map_err(|error| FrameworkError::Io {
                file: name.to_owned(),
                error,
            })?;
            return Self::parse(name, &text);
        }
        let named = |file: &str| {
            file.strip_prefix("rules/controls/")
                .and_then(|file| file.strip_suffix(".toml"))
                == Some(name)
        };
        match BUILTIN.iter().find(|(file, _)| named(file)) {
            Some((file, text)) => Self::parse(file, text),
            None => Err(FrameworkError::Unknown {
                name: name.to_owned(),
                known: Self::names().map(ToOwned::to_owned).collect(),
            }),
        }
    }

    /// The names of the built-in frameworks, in order.
    pub fn names() -> impl Iterator<Item = &'static str> {
        let files = BUILTIN.iter().map(|(file, _)| *file);
        files.filter_map(|file| file.strip_prefix("rules/controls/")?.strip_suffix(".toml"))
    }

    /// Reads the text of a framework file.
    ///
    /// # Errors
    /// [`FrameworkError::Invalid`], with line and column where the text is no such file.
    pub fn parse(file: &str, text: &str) -> Result<Self, FrameworkError> {
        let invalid = |offset: usize, problem: String| FrameworkError::Invalid {
            place: Place::in_text(file.into(), text, offset),
            problem,
        };
        let raw: RawFramework = toml::from_str(text).map_err(|error| {
            let words: Vec<&str> = error.message().split_whitespace().collect();
            invalid(error.span().map_or(0, |span| span.start), words.join(" "))
        })?;
        for (key, value) in [("id", &raw.id), ("title", &raw.title), ("version", &raw.version)] {
            if value.get_ref().trim().is_empty() {
                return Err(invalid(value.span().start, format!("`{key}` is empty; write something")));
            }
        }
        let mut seen = BTreeSet::new();
        for control in &raw.controls {
            let (start, control) = (control.span().start, control.get_ref());
            control.check().map_err(|problem| invalid(start, problem))?;
            if !seen.insert(&control.id) {
                let problem = format!("control {} stands twice; one entry takes all its questions", control.id);
                return Err(invalid(start, problem));
            }
        }
        if raw.controls.is_empty() {
            return Err(invalid(0, "has no controls".to_owned()));
        }
        Ok(Self {
            id: raw.id.into_inner(),
            title: raw.title.into_inner(),
            version: raw.version.into_inner(),
            controls: raw.controls.into_iter().map(Spanned::into_inner).collect(),
        })
    }
}
