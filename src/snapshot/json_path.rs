//! Where in a JSON text a value stands, in words.

use std::fmt;

/// The way from the top of the text to a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonPath<'p> {
    parent: Option<&'p JsonPath<'p>>,
    step: Step<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Top,
    Member(&'p str),
    Position(usize),
}

impl JsonPath<'_> {
    pub(super) const TOP: Self = Self {
        parent: None,
        step: Step::Top,
    };

    pub(super) fn member<'p>(&'p self, name: &'p str) -> JsonPath<'p> {
        JsonPath {
            parent: Some(self),
            step: Step::Member(name),
        }
    }

    pub(super) fn position(&self, position: usize) -> JsonPath<'_> {
        JsonPath {
            parent: Some(self),
            step: Step::Position(position),
        }
    }
}

impl fmt::Display for JsonPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            write!(f, "{parent}")?;
        }
        match self.step {
            Step::Top => Ok(()),
            Step::Position(position) => write!(f, "[{position}]"),
            Step::Member(name) => {
                let dot = if self.parent.is_some_and(|parent| matches!(parent.step, Step::Top)) {
                    ""
                } else {
                    "."
                };
                write!(f, "{dot}{}", name.escape_debug())
            }
        }
    }
}
