//! Rule files: what to look for, in a form that people can read, argue with and write.
//!
//! In: Markdown with TOML front matter (`rules/README.md` tells how). Out: a [`Rule`], in which every word
//! is checked, or a [`RuleError`] that says where the file is wrong and what to do.
//! The prose of a rule is its manual page, the help in reports and the advice how to fix.

mod error;
mod parts;
mod front_matter;
mod rule;
mod builtin;
mod set;
mod usage;
mod evidence_words;
mod evidence;
mod citation;
mod blockers;
mod witness;
mod remarks;
mod run;

pub use blockers::blockers;
pub use builtin::BUILTIN;
pub use error::RuleError;
pub use evidence::analyzer_evidence;
pub use evidence::service_only_trust;
pub use evidence::unjoined;
pub use evidence::unjoined_of_organization;
pub use remarks::Linter;
pub use remarks::merge_remarks;
pub use rule::Reference;
pub use rule::Rule;
pub use rule::RuleAction;
pub use rule::RuleText;
pub use rule::Status;
pub use rule::Technique;
pub use run::AccountAudit;
pub use run::AccountFindings;
pub use run::Questions;
pub use set::RuleSet;
pub use usage::action_use;
pub use usage::usage;
pub use witness::witness;
