//! Least-privilege auditor for AWS IAM: who can delete compute, and why.
//!
//! Data moves one way: collect → snapshot → estate → evaluate / solve → finding → rank → report;
//! the configuration and an earlier report mark findings on the way.
//! Each room is a module; `tests/architecture.rs` holds who may import whom.

pub mod ident;
pub mod policy;
pub mod catalog;
pub mod snapshot;
#[cfg(feature = "live")]
pub mod collect;
pub mod estate;
pub mod evaluate;
pub mod solve;
pub mod finding;
pub mod config;
pub mod baseline;
pub mod controls;
pub mod rules;
pub mod rank;
pub mod report;
#[cfg(feature = "cli")]
pub mod evidence;
pub mod cases;
