//! One test binary; a module per promise.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may panic, and says what it skipped"
)]
#![expect(
    unreachable_pub,
    reason = "a test binary has no outside; `pub` says which helpers are shared"
)]

mod agreement;
mod answers;
mod architecture;
mod blockers;
mod broken_input;
#[cfg(unix)]
mod bundle;
mod cli;
#[cfg(feature = "live")]
mod collect;
mod command;
mod conditions;
mod configuration;
mod controls;
mod covered;
mod decisions;
mod differences;
mod differential;
mod every;
mod evidence;
mod formats;
mod formulas;
mod guides;
#[cfg(unix)]
mod hard;
#[cfg(unix)]
mod html;
mod last_accessed;
mod laws;
mod many;
mod memo;
mod oracle;
mod parsing;
mod patterns;
mod proofs;
mod python;
mod ranking;
mod reach;
#[cfg(unix)]
mod recipes;
mod remarks;
mod reports;
mod rules;
mod sample;
mod sample_report;
mod solver_laws;
mod toy;
mod witnesses;
mod worlds;
