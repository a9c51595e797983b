//! Why nothing could be read at all. What fails in part is a [`Gap`](crate::snapshot::Gap) instead.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::snapshot::Place;

/// A source cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The path cannot be opened or listed.
    #[error("cannot read `{}`: {error}", path.display())]
    Io {
        /// The path, as given.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        error: io::Error,
    },
    /// A source without a single account.
    #[error(
        "`{name}` holds no accounts: expected accounts/<id>/account-authorization-details.json, or files that \
         `aws iam get-account-authorization-details` printed"
    )]
    NoAccounts {
        /// The source, as given.
        name: String,
    },
    /// No source was given.
    #[error("no source given: name a snapshot directory or a file that `aws iam get-account-authorization-details` printed")]
    NoSource,
    /// A bare file that is something else.
    #[error("`{file}` is not the output of `aws iam get-account-authorization-details`: it holds none of its lists")]
    NotAuthorizationDetails {
        /// The file, as given.
        file: Arc<str>,
    },
    /// A bare file without anything in it.
    #[error("`{file}` is empty: expected what `aws iam get-account-authorization-details` prints")]
    Empty {
        /// The file, as given.
        file: Arc<str>,
    },
    /// A bare file that is no JSON.
    #[error("{place} is not JSON: {problem}")]
    NotJson {
        /// Where the text goes wrong.
        place: Place,
        /// What is wrong there.
        problem: String,
    },
    /// A bare file without an ARN that would tell whose it is.
    #[error("`{file}` does not tell its account: no user, group, role or policy in it has an ARN; put it under accounts/<id>/")]
    NamesNoAccount {
        /// The file, as given.
        file: Arc<str>,
    },
    /// The manifest is of another version of the format.
    #[error("`{file}` has the schema `{schema}`; this version reads `{expected}`", expected = crate::snapshot::SCHEMA)]
    UnknownSchema {
        /// The manifest.
        file: Arc<str>,
        /// The schema it names.
        schema: String,
    },
    /// Two sources describe an organization.
    #[error("`{first}` and `{second}` both describe an organization: audit one organization at a time")]
    TwoOrganizations {
        /// The first of them.
        first: Arc<str>,
        /// The other.
        second: Arc<str>,
    },
    /// A file that was named cannot be read.
    #[error(transparent)]
    Unreadable(#[from] ReadError),
}

/// A file cannot be read as text.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system refuses.
    #[error("cannot read `{file}`: {error}")]
    Io {
        /// The file.
        file: Arc<str>,
        /// What the operating system said.
        #[source]
        error: io::Error,
    },
    /// The bytes are not UTF-8.
    #[error("`{file}` is not UTF-8 text: byte {offset}, line {line}, column {column}")]
    NotUtf8 {
        /// The file.
        file: Arc<str>,
        /// Offset of the first wrong byte.
        offset: usize,
        /// Its line, from 1.
        line: usize,
        /// Its column in characters, from 1.
        column: usize,
    },
    /// UTF-16, by its byte order mark, with a lone surrogate or half a unit.
    #[error("`{file}` begins as UTF-16 text and is not: save it as UTF-8")]
    NotUtf16 {
        /// The file.
        file: Arc<str>,
    },
    /// The compressed data are broken.
    #[error("`{file}` does not decompress as {format}: {problem}")]
    Compression {
        /// The file.
        file: Arc<str>,
        /// `gzip` or `zstd`.
        format: &'static str,
        /// What the decoder said.
        problem: String,
    },
    /// More text than any account has, or a compressed file made to fill the memory.
    #[error("`{file}` holds more than {limit} bytes of text")]
    TooLarge {
        /// The file.
        file: Arc<str>,
        /// The bound, in bytes.
        limit: u64,
    },
}
