//! The configuration file: settings of an audit, and findings that somebody accepts for a time.
//!
//! In: the text of `leastwise.toml`. Out: a [`ConfigFile`] and every [`Mistake`] in it, each with its place. What a
//! setting may be is the command's to say; a suppression is checked here and marks findings.

mod mistake;
mod text;
mod terms;
mod suppressions;
mod read;
mod file;
mod entry;

pub use entry::EntryWords;
pub use entry::entry;
pub use file::ConfigFile;
pub use file::Setting;
pub use file::SettingValue;
pub use mistake::Mistake;
pub use suppressions::EntryUse;
pub use suppressions::SuppressionEntry;
pub use suppressions::Suppressions;
