//! A framework file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::Serialize;

use crate::controls::BUILTIN;
use crate::controls::FrameworkError;
use crate::controls::Question;

/// A framework and those of its controls that our questions are about.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
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
        let invalid = |problem: String| FrameworkError::Invalid {
            file: file.to_owned(),
            problem,
        };
        let framework: Self = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
        let mut seen = BTreeSet::new();
        for control in &framework.controls {
            if !seen.insert(&control.id) {
                return Err(invalid(format!(
                    "control {} stands twice; one entry takes all its questions",
                    control.id
                )));
            }
            if control.questions.is_empty() {
                return Err(invalid(format!("control {} has no question", control.id)));
            }
        }
        if framework.controls.is_empty() {
            return Err(invalid("has no controls".to_owned()));
        }
        Ok(framework)
    }
}
