//! Policy tests: cases in the format `iamcase/1`, one per line, run through the evaluator.
//!
//! The format is described in `docs/policy-tests.md`.

mod build;
mod format;
mod run;

pub use format::Case;
pub use format::InvalidCase;
pub use format::unknown_members;
pub use run::CaseResult;
pub use run::Verdict;
pub use run::run_case;
