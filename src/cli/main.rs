//! The command `leastwise`: parses, calls one function per subcommand, and exits with a documented code.

// An audit makes many small values that live shortly: with the allocators of glibc and musl that is a third of its time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod answers;
mod args;
mod audit;
mod compare;
mod config;
#[cfg(feature = "live")]
mod collect;
mod demo;
mod diff;
#[cfg(feature = "live")]
mod doctor;
mod document;
mod evidence;
mod exit;
mod explain;
mod holdings;
#[cfg(feature = "live")]
mod iam_policy;
mod inputs;
mod lint;
mod output;
mod progress;
mod reports;
mod rules;
mod settings;
mod suppress;
mod test;
mod trend;
mod what_can;
mod who_can;
mod witness;

use crate::args::Command;
use crate::exit::ExitCode;
use crate::explain::Length;
use crate::settings::Refusal;

fn main() -> ExitCode {
    let arguments = match settings::arguments() {
        Ok(arguments) => arguments,
        Err(Refusal::Usage(error)) => return output::usage(&error),
        Err(Refusal::Config(error)) => return output::failure(&error),
    };
    let done = match arguments.command {
        Command::Audit(audit) => audit::run(&audit),
        Command::WhatCan(what_can) => what_can::run(&what_can),
        Command::WhoCan(who_can) => who_can::run(&who_can),
        Command::Explain(explain) => explain::run(&explain, Length::Full),
        Command::Lint(options) => lint::run(&options),
        Command::Compare(options) => compare::run(&options),
        Command::Can(explain) => explain::run(&explain, Length::Proof),
        Command::Test(test) => test::run(&test),
        Command::Rules(rules) => rules::run(&rules),
        Command::Evidence(asked) => evidence::run(&asked),
        #[cfg(feature = "live")]
        Command::Collect(collect) => collect::run(&collect),
        #[cfg(feature = "live")]
        Command::Doctor(asked) => doctor::run(&asked),
        #[cfg(feature = "live")]
        Command::IamPolicy(asked) => iam_policy::run(&asked),
        Command::Diff(asked) => diff::run(&asked),
        Command::Config(asked) => config::run(&asked),
        Command::Suppress(asked) => suppress::run(&asked),
        Command::Demo(demo) => demo::run(&demo),
        Command::Completions { shell } => output::completions(shell),
    };
    done.unwrap_or_else(|error| output::failure(&error))
}
