//! What is wrong with a framework.

use crate::finding::Place;

/// Why there is no such framework.
#[derive(Debug, thiserror::Error)]
pub enum FrameworkError {
    /// A name that is none of the built-in ones.
    #[error("no framework is called {name}; there are {}. A file of your own ends in .toml", known.join(", "))]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// A file that cannot be read.
    #[error("{file}: {error}")]
    Io {
        /// The file.
        file: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// A file that is wrong.
    #[error("{place}: {problem}")]
    Invalid {
        /// Where.
        place: Place,
        /// What is wrong.
        problem: String,
    },
}
