//! Controls of compliance frameworks: which of our questions each is about, and what a report answers to them.
//!
//! In: a framework file (`rules/controls/*.toml`) and a report. Out: for each control pass, fail or not determined, with the
//! population behind it. What is not known never counts as a pass. `docs/controls.md` says what each answer means.

mod builtin;
mod error;
mod framework;
mod question;
mod usage;
mod tally;
mod assess;

pub use assess::Assessment;
pub use assess::ControlResult;
pub use assess::Outcome;
pub use assess::QuestionResult;
pub use assess::assess;
pub use builtin::BUILTIN;
pub use error::FrameworkError;
pub use framework::Control;
pub use framework::Extent;
pub use framework::Framework;
pub use framework::MappingStatus;
pub use question::Question;
pub use tally::Tally;
