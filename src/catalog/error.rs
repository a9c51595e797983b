//! What can be wrong with the catalog's text.

use crate::catalog::UnknownAccessLevel;

/// The catalog's text is damaged. `refresh-catalog` writes it anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// The header lacks a line, or has one that does not read.
    #[error("catalog: header line `{0}` is missing or not readable; run refresh-catalog")]
    Header(&'static str),
    /// A line of a service's section does not read.
    #[error("catalog: service `{service}`: line `{line}` is not readable; run refresh-catalog")]
    Line {
        /// The service's prefix.
        service: String,
        /// The line.
        line: String,
    },
    /// An action uses a condition key or resource type that its section does not define.
    #[error("catalog: service `{service}`: `{name}` is used in `{line}` and not defined; run refresh-catalog")]
    Undefined {
        /// The service's prefix.
        service: String,
        /// The id or name that is not defined.
        name: String,
        /// The line that uses it.
        line: String,
    },
    /// An action has an access level that AWS does not have.
    #[error("catalog: service `{service}`: {source}; run refresh-catalog")]
    AccessLevel {
        /// The service's prefix.
        service: String,
        /// The level.
        source: UnknownAccessLevel,
    },
}
