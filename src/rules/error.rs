//! What is wrong with a rule file, and where.

use crate::finding::InvalidRuleId;
use crate::finding::Place;
use crate::finding::RuleId;
use crate::ident::InvalidAction;

/// A rule file or a set of them that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    /// The file could not be read.
    #[error("{file}: cannot read the rule file: {source}")]
    Read {
        /// The file or folder.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is too long for a rule.
    #[error("{file}: a rule file has at most {limit} bytes; is this one?")]
    TooLong {
        /// The file.
        file: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// The folder holds no rule file.
    #[error("{file}: no rule file (`*.md` other than README.md) in this folder")]
    EmptyFolder {
        /// The folder.
        file: String,
    },
    /// The first line is not `+++`.
    #[error("{0}: a rule file begins with a line `+++`, then TOML, then a second line `+++`")]
    NoFrontMatter(Place),
    /// The second `+++` is missing.
    #[error("{0}: the front matter does not end: add a line `+++` after the TOML")]
    OpenFrontMatter(Place),
    /// The front matter is not TOML, or a key is unknown, missing or of the wrong type.
    #[error("{place}: {message}; rules/README.md lists the keys")]
    Toml {
        /// Where.
        place: Place,
        /// What the TOML reader says.
        message: String,
    },
    /// The id is not one.
    #[error("{place}: {source}")]
    Id {
        /// Where.
        place: Place,
        /// What is expected.
        source: InvalidRuleId,
    },
    /// An action is not one.
    #[error("{place}: {source}; a rule names each action in full")]
    Action {
        /// Where.
        place: Place,
        /// What is expected.
        source: InvalidAction,
    },
    /// An action is not in the catalog.
    #[error("{place}: `{action}` is not in the action catalog of {built}; correct the spelling")]
    UnknownAction {
        /// Where.
        place: Place,
        /// The action.
        action: String,
        /// The day of the catalog's data.
        built: &'static str,
    },
    /// An action is listed twice.
    #[error("{place}: the action `{action}` is listed twice; remove one")]
    RepeatedAction {
        /// The second one.
        place: Place,
        /// The action.
        action: String,
    },
    /// No action is listed.
    #[error("{0}: a rule needs at least one `[[actions]]`")]
    NoActions(Place),
    /// A word is not one of a closed set.
    #[error("{place}: `{word}` is no {key}; write one of {allowed}")]
    Word {
        /// Where.
        place: Place,
        /// The key.
        key: &'static str,
        /// What was written.
        word: String,
        /// The words that there are.
        allowed: String,
    },
    /// A value is empty.
    #[error("{place}: `{key}` is empty; write something or leave the key out")]
    Empty {
        /// Where.
        place: Place,
        /// The key or heading.
        key: &'static str,
    },
    /// A technique id without the version of its catalogue.
    #[error("{0}: `attack_id` needs `attack_version` and `tactic` beside it: ids move between ATT&CK versions")]
    NoAttackVersion(Place),
    /// A heading that a rule does not have, or in the wrong order.
    #[error("{place}: the heading `{found}` is not expected here; a rule has {expected} in this order")]
    Heading {
        /// Where.
        place: Place,
        /// The heading that was found.
        found: String,
        /// The headings that a rule has.
        expected: String,
    },
    /// Text before the first heading.
    #[error("{0}: text before the first heading; put it below `## What it finds`")]
    StrayText(Place),
    /// A heading is missing.
    #[error("{place}: the heading `## {heading}` is missing; add it with its text")]
    NoHeading {
        /// The end of the file.
        place: Place,
        /// The heading.
        heading: &'static str,
    },
    /// Two rules have the same id.
    #[error("{place}: the rule `{id}` is already defined in {first}; give one of them another id")]
    Duplicate {
        /// The second rule's id.
        place: Place,
        /// The id.
        id: RuleId,
        /// Where the first one is.
        first: String,
    },
}
