//! The command `leastwise`: parses, calls one function per subcommand, and exits with a documented code.

mod args;
mod audit;
mod compare;
#[cfg(feature = "live")]
mod collect;
mod demo;
#[cfg(feature = "live")]
mod doctor;
mod document;
mod evidence;
mod exit;
mod explain;
#[cfg(feature = "live")]
mod iam_policy;
mod inputs;
mod lint;
mod output;
mod progress;
mod reports;
mod rules;
mod test;
mod who_can;
mod witness;

use clap::Parser as _;

use crate::args::Arguments;
use crate::args::Command;
use crate::exit::ExitCode;
use crate::explain::Length;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error),
    };
    let done = match arguments.command {
        Command::Audit(audit) => audit::run(&audit),
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
        Command::Demo(demo) => demo::run(&demo),
        Command::Completions { shell } => output::completions(shell),
    };
    done.unwrap_or_else(|error| output::failure(&error))
}
