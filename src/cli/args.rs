//! The command line: its commands, and the arguments that several of them take.

use std::path::PathBuf;

use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use jiff::Timestamp;
use leastwise::finding::Severity;
use leastwise::ident::AccountId;

use crate::audit::args::Audit;
#[cfg(feature = "live")]
use crate::collect::Collect;
use crate::compare::COMPARE_EXIT_CODES;
use crate::compare::Compare;
use crate::config::Config;
use crate::demo::Demo;
use crate::diff::DIFF_EXIT_CODES;
use crate::diff::Diff;
#[cfg(feature = "live")]
use crate::doctor::DOCTOR_EXIT_CODES;
#[cfg(feature = "live")]
use crate::doctor::Doctor;
use crate::evidence::args::Evidence;
use crate::exit::EXIT_CODES;
use crate::explain::Explain;
#[cfg(feature = "live")]
use crate::iam_policy::IamPolicy;
use crate::lint::LINT_EXIT_CODES;
use crate::lint::Lint;
use crate::rules::Rules;
use crate::suppress::Suppress;
use crate::test::Test;
use crate::what_can::WhatCan;
use crate::who_can::WhoCan;

/// Who can destroy our compute, and why: a least-privilege auditor for AWS IAM.
#[derive(Debug, Parser)]
#[command(name = "leastwise", version, after_help = EXIT_CODES, propagate_version = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Rank the identities that can do what the rules look for.
    #[command(after_help = EXIT_CODES)]
    Audit(Box<Audit>),
    /// List who can call an action.
    #[command(after_help = EXIT_CODES)]
    WhoCan(WhoCan),
    /// List what identities can call, of all actions of the catalog.
    #[command(after_help = EXIT_CODES)]
    WhatCan(WhatCan),
    /// Say whether an identity can call an action, with the proof: a request that succeeds, or what blocks every one.
    #[command(after_help = EXIT_CODES)]
    Can(Explain),
    /// Say why an identity can or cannot call an action, layer by layer.
    #[command(after_help = EXIT_CODES)]
    Explain(Explain),
    /// Say what one policy document allows that another does not, with a request for each.
    #[command(after_help = COMPARE_EXIT_CODES)]
    Compare(Compare),
    /// Say what can be proven of one policy document: statements that never apply, tests that guard nothing.
    #[command(after_help = LINT_EXIT_CODES)]
    Lint(Lint),
    /// Run policy tests in the format iamcase/1.
    #[command(after_help = EXIT_CODES)]
    Test(Test),
    /// List, show and check rules.
    Rules(Rules),
    /// Make evidence of an audit that can be checked later, and check it.
    Evidence(Evidence),
    /// Read the account of your AWS credentials, or its organization, into a snapshot directory.
    #[cfg(feature = "live")]
    Collect(Collect),
    /// Say who the credentials belong to, which calls of `collect` work, and what a report would not know.
    #[cfg(feature = "live")]
    #[command(after_help = DOCTOR_EXIT_CODES)]
    Doctor(Doctor),
    /// Print the read-only policy that `collect` needs, or a template of the role that has it.
    #[cfg(feature = "live")]
    IamPolicy(IamPolicy),
    /// Say what is new, worse, better and gone between two reports or snapshots, and why.
    #[command(after_help = DIFF_EXIT_CODES)]
    Diff(Diff),
    /// Check the configuration file.
    Config(Config),
    /// Accept a finding of a report for a time: an entry in the configuration file.
    Suppress(Suppress),
    /// Audit the shipped sample organization.
    #[command(after_help = EXIT_CODES)]
    Demo(Demo),
    /// Print a completion script for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Where the facts come from.
#[derive(Debug, Clone, Args)]
pub(crate) struct Sources {
    /// Snapshot directories, files of `aws iam get-account-authorization-details` (plain, gzip or zstd), or - for standard input.
    #[arg(value_name = "SOURCE")]
    pub(crate) sources: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
}

/// How they are read.
#[derive(Debug, Clone, Args)]
pub(crate) struct Reading {
    /// Look only at this account (repeatable).
    #[arg(long = "account", value_name = "ID")]
    pub(crate) accounts: Vec<AccountId>,
    /// The time to answer for, RFC 3339; without it the snapshot's collection time, or else now.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) as_of: Option<Timestamp>,
    /// The accounts are in no organization, so no SCP or RCP applies. Without it, and without organization.json,
    /// what only an SCP could stop is undetermined.
    #[arg(long)]
    pub(crate) standalone: bool,
    /// Threads that read accounts; the output does not depend on it.
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,
}

/// Where the result goes.
#[derive(Debug, Clone, Args)]
pub(crate) struct Destination {
    /// The format of the result.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
    /// Write to a file instead of standard output; it appears whole or not at all.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Table,
    /// RFC 4180, one row a finding or an answer; docs/csv.md lists the columns.
    Csv,
    /// For programs; docs/report.schema.json describes the report.
    Json,
}

/// The configuration file that is found without being named.
pub(crate) const CONFIG_FILE: &str = "leastwise.toml";

pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "a time such as 2026-09-30T12:00:00Z expected".to_owned())
}

pub(crate) fn severity(text: &str) -> Result<Severity, String> {
    Severity::from_word(text).ok_or_else(|| {
        let words: Vec<&str> = Severity::ALL.iter().map(|severity| severity.word()).collect();
        format!("one of {}", words.join(", "))
    })
}
