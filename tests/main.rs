//! One test binary; a module per promise.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(
    unreachable_pub,
    reason = "a test binary has no outside; `pub` says which helpers are shared"
)]

mod agreement;
mod broken_input;
mod cli;
mod command;
mod evidence;
mod guides;
mod ranking;
mod reports;
mod rules;
mod sample_report;
