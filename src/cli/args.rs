//! The command line.

use std::path::PathBuf;

use clap::Args;
use clap::Parser;
use clap::Subcommand;
use clap::ValueEnum;
use jiff::Timestamp;
use jiff::civil::Date;
use leastwise::config::Suppressions;
use leastwise::finding::FindingId;
use leastwise::finding::Severity;
use leastwise::ident::AccountId;
use leastwise::ident::Action;
use leastwise::ident::Arn;

use crate::evidence::args::Evidence;
use crate::exit::EXIT_CODES;
use crate::lint::LintedType;

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

/// A format of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people.
    Table,
    /// RFC 4180, one row a finding; docs/csv.md lists the columns.
    Csv,
    /// For programs; docs/report.schema.json describes it.
    Json,
    /// SARIF 2.1.0, for code scanning; docs/formats.md describes this and the next ones.
    Sarif,
    /// OCSF 1.8.0, one IAM Analysis Finding a line.
    Ocsf,
    /// Security Hub's format, one call of batch-import-findings a line.
    Asff,
    /// OSCAL Assessment Results 1.2.3.
    Oscal,
    /// A summary for a pull request or a chat.
    Markdown,
    /// One page for people, complete in itself; docs/html.md.
    Html,
}

/// A report and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportFile {
    pub(crate) format: ReportFormat,
    /// None for standard output.
    pub(crate) path: Option<PathBuf>,
}

/// What undetermined answers mean for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Undetermined {
    /// It might be a "can", so it counts.
    Count,
    /// It is listed and does not count.
    Ignore,
}

/// What the audit reports.
#[derive(Debug, Clone, Args)]
pub(crate) struct Reporting {
    /// The format of the report on standard output, or in the file of --output; table without it.
    #[arg(long, value_enum)]
    pub(crate) format: Option<ReportFormat>,
    /// Write to a file instead of standard output; it appears whole or not at all.
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Write a report of this format to this file (repeatable). Standard output stays empty unless --format asks for it.
    #[arg(long = "report", value_name = "FORMAT=FILE", value_parser = report_file)]
    pub(crate) reports: Vec<ReportFile>,
    /// Report only identities whose ARN matches (`*` and `?` are wildcards; repeatable).
    #[arg(long = "principal", value_name = "ARN")]
    pub(crate) principals: Vec<String>,
    /// Report only findings of at least this severity.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) severity: Option<Severity>,
    /// Exit with 1 when a finding has at least this severity.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) fail_on: Option<Severity>,
    /// Whether an undetermined answer counts for --fail-on, by its severity as any other, or not.
    #[arg(long, value_enum, value_name = "HOW", default_value_t = Undetermined::Count)]
    pub(crate) undetermined: Undetermined,
    /// An earlier JSON report: every row says how it stands to it, and what is gone is listed.
    #[arg(long, value_name = "REPORT")]
    pub(crate) baseline: Option<PathBuf>,
    /// Exit with 1 when a finding has at least this severity and is new or worse than in --baseline.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) fail_on_new: Option<Severity>,
    /// A rule file or a folder of them, beside the built-in rules (repeatable).
    #[arg(long = "rules", value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    /// Group the report by the controls of this framework, such as nist-800-53r5, or of a file that ends in .toml: pass,
    /// fail or not determined, with the population behind it. Formats: table, csv, json; docs/controls.md lists the frameworks.
    #[arg(long, value_name = "NAME")]
    pub(crate) controls: Option<String>,
    /// Give identities that can do nothing a row too.
    #[arg(long)]
    pub(crate) all: bool,
    /// A configuration file; without it leastwise.toml in the working directory, if there is one. docs/configuration.md
    /// says what it may hold. What is said here, or in the environment, takes precedence.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Who accepts which findings, as the configuration says.
    #[arg(skip)]
    pub(crate) suppressions: Suppressions,
    /// CSV values exactly as they are, without the apostrophe before formulas.
    #[arg(long)]
    pub(crate) raw: bool,
    /// Show at most this many rows of each section of the table; 0 for all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: usize,
    /// The Region whose Security Hub takes the ASFF format; without it us-east-1, or the main Region of the partition.
    #[arg(long, value_name = "REGION", value_parser = region)]
    pub(crate) asff_region: Option<String>,
}

impl Reporting {
    /// Every row, denied ones too, of these rules beside the built-in ones.
    pub(crate) fn of_all_rows(rules: Vec<PathBuf>) -> Self {
        Self {
            format: Some(ReportFormat::Csv),
            output: None,
            reports: Vec::new(),
            principals: Vec::new(),
            severity: None,
            fail_on: None,
            undetermined: Undetermined::Count,
            baseline: None,
            fail_on_new: None,
            rules,
            controls: None,
            all: true,
            config: None,
            suppressions: Suppressions::default(),
            raw: false,
            limit: 0,
            asff_region: None,
        }
    }

    /// Every report that is asked for.
    pub(crate) fn wanted(&self) -> Vec<ReportFile> {
        let main = ReportFile {
            format: self.format.unwrap_or(ReportFormat::Table),
            path: self.output.clone(),
        };
        let is_asked = self.format.is_some() || self.output.is_some() || self.reports.is_empty();
        is_asked
            .then_some(main)
            .into_iter()
            .chain(self.reports.iter().cloned())
            .collect()
    }
}

#[derive(Debug, Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    pub(crate) sources: Sources,
    #[command(flatten)]
    pub(crate) reporting: Reporting,
    /// Without a source AWS is read first, as `collect` does: keep that in this directory, and go on with what is there.
    #[cfg(feature = "live")]
    #[arg(long, value_name = "DIR", conflicts_with = "sources", help_heading = "Without a source")]
    pub(crate) snapshot: Option<PathBuf>,
    #[cfg(feature = "live")]
    #[command(flatten, next_help_heading = "Without a source")]
    pub(crate) live: Live,
}

/// Only reading calls are made; docs/collector-policy.json allows just these. Credentials, Region and proxy are found as
/// the AWS CLI finds them.
#[cfg(feature = "live")]
#[derive(Debug, Args)]
pub(crate) struct Collect {
    /// The directory to fill: new, empty, or left by an earlier run, which is then gone on with. Its files can be read by
    /// their owner only.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Start over instead of going on with what an earlier run left.
    #[arg(long)]
    pub(crate) refresh: bool,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// What is read of AWS, and how.
#[cfg(feature = "live")]
#[derive(Debug, Clone, Args)]
pub(crate) struct Live {
    /// Use this profile of the shared AWS config files.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Call this Region; without it the environment's or the profile's, or else us-east-1.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Read every active account of the organization, through a role of each.
    #[arg(long, requires = "role_name")]
    pub(crate) organization: bool,
    /// The role to assume in each account, with its path if it has one.
    #[arg(long, value_name = "NAME", requires = "organization")]
    pub(crate) role_name: Option<String>,
    /// What the role's trust policy asks for as sts:ExternalId.
    #[arg(long, value_name = "ID", requires = "organization")]
    pub(crate) external_id: Option<String>,
    /// Only these accounts.
    #[arg(long = "accounts", value_name = "ID,…", value_delimiter = ',', requires = "organization")]
    pub(crate) members: Vec<AccountId>,
    /// Only accounts in these organizational units, at any depth.
    #[arg(long, value_name = "OU,…", value_delimiter = ',', requires = "organization")]
    pub(crate) ou: Vec<String>,
    /// Not these accounts, nor those in these organizational units.
    #[arg(long, value_name = "ID,…", value_delimiter = ',', requires = "organization")]
    pub(crate) exclude: Vec<String>,
    /// The Regions whose analyzers and services are read; without it those that each account has.
    #[arg(long, value_name = "REGION,…", value_delimiter = ',')]
    pub(crate) regions: Vec<String>,
    /// Whose use of permissions IAM is asked for, action by action: a job of seconds for each identity.
    #[arg(long, value_enum, default_value_t = UsageChoice::Findings)]
    pub(crate) usage: UsageChoice,
    /// Accounts that are read at the same time.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) concurrency: usize,
    /// The most calls a second of the whole run.
    #[arg(long, value_name = "R", value_parser = rate)]
    pub(crate) max_rate: Option<f64>,
    /// Seconds of silence after which a call is sent again.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) call_timeout: u64,
}

#[cfg(feature = "live")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UsageChoice {
    /// Of every user and role.
    All,
    /// Of those that a rule finds able to act, for certain or perhaps.
    Findings,
    /// Of nobody.
    None,
}

/// The text of `doctor --help` about exit codes.
#[cfg(feature = "live")]
const DOCTOR_EXIT_CODES: &str = "\
Exit codes:
  0  every call works
  2  wrong usage, no credentials, or nobody answers
  3  a call is refused or fails, or a chosen account is not active";

/// Makes each call of `collect` once and writes nothing.
#[cfg(feature = "live")]
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The format of the result.
    #[arg(long, value_enum, default_value_t = DoctorFormat::Text)]
    pub(crate) format: DoctorFormat,
    #[command(flatten)]
    pub(crate) live: Live,
}

#[cfg(feature = "live")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    /// For people.
    Text,
    /// For programs; docs/collect.md describes it.
    Json,
}

/// Just the calls that `collect` makes. docs/collect.md says who needs which policy.
#[cfg(feature = "live")]
#[derive(Debug, Args)]
pub(crate) struct IamPolicy {
    /// The policy alone, or the role with the policy and its trust.
    #[arg(long, value_enum, default_value_t = PolicyFormat::Json)]
    pub(crate) format: PolicyFormat,
    /// The policy of the caller who reads a whole organization, instead of that for an account.
    #[arg(long)]
    pub(crate) organization: bool,
    /// The role, if it is not to be leastwise-collector.
    #[arg(long, value_name = "NAME")]
    pub(crate) role_name: Option<String>,
    /// Who may assume the role; without it a parameter of the template without a default.
    #[arg(long, value_name = "ARN")]
    pub(crate) trust: Option<Arn>,
    /// What who assumes the role has to pass as sts:ExternalId; without it a parameter without a default.
    #[arg(long, value_name = "ID")]
    pub(crate) external_id: Option<String>,
}

#[cfg(feature = "live")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PolicyFormat {
    /// A policy document.
    Json,
    /// A CloudFormation template, fit for a StackSet.
    Cloudformation,
    /// A Terraform module.
    Terraform,
}

/// The text of `diff --help` about exit codes.
const DIFF_EXIT_CODES: &str = "\
Exit codes:
  0  nothing is new or worse
  1  something is new or worse, and not suppressed
  2  wrong usage, or nothing could be read or written
  3  one of the two is incomplete, and nothing is new or worse";

#[derive(Debug, Args)]
pub(crate) struct Diff {
    /// A JSON report of `audit`, or a source as of `audit`. Two sources tell the causes best.
    pub(crate) old: PathBuf,
    /// The same, later.
    pub(crate) new: PathBuf,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// For sources: a configuration file whose suppressions count; its settings do not.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// For sources: a rule file or a folder of them, beside the built-in rules (repeatable).
    #[arg(long = "rules", value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

#[derive(Debug, Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    pub(crate) command: ConfigCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Name every mistake in a configuration file, with its line and column.
    Check {
        /// The file.
        #[arg(value_name = "FILE", default_value = CONFIG_FILE)]
        file: PathBuf,
    },
}

/// The configuration file that is found without being named.
pub(crate) const CONFIG_FILE: &str = "leastwise.toml";

#[derive(Debug, Args)]
pub(crate) struct Suppress {
    /// The finding's id, as every format of the report tells it.
    #[arg(value_parser = finding_id)]
    pub(crate) id: FindingId,
    /// A JSON report that has the finding.
    pub(crate) report: PathBuf,
    /// Who answers for accepting it.
    #[arg(long, value_name = "WHO")]
    pub(crate) owner: String,
    /// Why it is accepted.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    /// The last day on which that counts, in UTC.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) expires: Date,
    /// The configuration file that gets the entry; it is made if it is not there.
    #[arg(long, value_name = "FILE", default_value = CONFIG_FILE)]
    pub(crate) config: PathBuf,
    /// Print the entry and write nothing.
    #[arg(long)]
    pub(crate) print: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Demo {
    #[command(flatten)]
    pub(crate) reporting: Reporting,
}

#[derive(Debug, Args)]
pub(crate) struct WhoCan {
    /// The action, such as ec2:TerminateInstances.
    pub(crate) action: Action,
    #[command(flatten)]
    pub(crate) sources: Sources,
    /// Ask about this resource.
    #[arg(long, value_name = "ARN")]
    pub(crate) resource: Option<Arn>,
    /// Fix a condition key (repeatable; a key of several values is given several times).
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,
    /// List those who cannot, too.
    #[arg(long)]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The ARN of the user, role or root user.
    pub(crate) principal: Arn,
    /// The action, such as ec2:TerminateInstances.
    pub(crate) action: Action,
    /// The resource's ARN (optional), then the sources.
    #[arg(value_name = "RESOURCE] [SOURCE")]
    pub(crate) rest: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: Reading,
    /// Fix a condition key (repeatable; a key of several values is given several times).
    #[arg(long = "context", value_name = "KEY=VALUE")]
    pub(crate) context: Vec<String>,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

/// The text of `compare --help` about exit codes.
const COMPARE_EXIT_CODES: &str = "\
Exit codes:
  0  the new document allows nothing that the old one does not
  1  it allows something more, or that is not known
  2  wrong usage, or nothing could be read or written";

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The policy document that is in force.
    pub(crate) old: PathBuf,
    /// The policy document that would take its place.
    pub(crate) new: PathBuf,
    /// Look at this action (repeatable). Otherwise at all that a statement of either document covers.
    #[arg(long = "action", value_name = "ACTION")]
    pub(crate) actions: Vec<Action>,
    /// The user or role that the documents are attached to. Otherwise a role whose sessions carry any tags.
    #[arg(long, value_name = "ARN")]
    pub(crate) principal: Option<Arn>,
    /// The time from which on requests count, RFC 3339; without it now.
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub(crate) as_of: Option<Timestamp>,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

/// The text of `lint --help` about exit codes.
const LINT_EXIT_CODES: &str = "\
Exit codes:
  0  nothing to remark
  1  there are remarks
  2  wrong usage, an invalid document, or nothing could be read or written";

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// The policy document.
    pub(crate) document: PathBuf,
    /// What it is used as.
    #[arg(long = "type", value_name = "TYPE", default_value = "identity")]
    pub(crate) policy_type: LintedType,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Files with one case a line, or - for standard input.
    #[arg(required = true, value_name = "CASES")]
    pub(crate) cases: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) destination: Destination,
}

#[derive(Debug, Args)]
pub(crate) struct Rules {
    #[command(subcommand)]
    pub(crate) command: RulesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List the rules.
    List {
        /// A rule file or a folder of them, beside the built-in rules (repeatable).
        #[arg(long = "rules", value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Show a rule's manual page.
    Show {
        /// The rule's id.
        id: String,
        /// A rule file or a folder of them, beside the built-in rules (repeatable).
        #[arg(long = "rules", value_name = "PATH")]
        rules: Vec<PathBuf>,
    },
    /// Check rule files.
    Check {
        /// Rule files or folders of them.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
    },
}

fn report_file(text: &str) -> Result<ReportFile, String> {
    let (format, path) = text
        .split_once('=')
        .filter(|(_, path)| !path.is_empty())
        .ok_or_else(|| "a format and a file such as csv=report.csv expected".to_owned())?;
    let format = ReportFormat::from_str(format, false).map_err(|_| {
        let words = ReportFormat::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        let words: Vec<_> = words.map(|word| word.get_name().to_owned()).collect();
        format!("the format is one of {}", words.join(", "))
    })?;
    Ok(ReportFile {
        format,
        path: Some(path.into()),
    })
}

fn finding_id(text: &str) -> Result<FindingId, String> {
    FindingId::from_text(text).ok_or_else(|| "32 hexadecimal digits expected, as in the column `id` of a report".to_owned())
}

fn day(text: &str) -> Result<Date, String> {
    let day = text.parse().ok().filter(|_| text.len() == "2026-12-31".len());
    day.ok_or_else(|| "a day such as 2026-12-31 expected".to_owned())
}

pub(crate) fn time(text: &str) -> Result<Timestamp, String> {
    text.parse()
        .map_err(|_| "a time such as 2026-09-30T12:00:00Z expected".to_owned())
}

fn region(text: &str) -> Result<String, String> {
    let is_plain = text
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if is_plain && text.contains('-') {
        Ok(text.to_owned())
    } else {
        Err("a Region such as eu-west-1 expected".to_owned())
    }
}

#[cfg(feature = "live")]
fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "a number above zero expected".to_owned())
}

pub(crate) fn severity(text: &str) -> Result<Severity, String> {
    Severity::from_word(text).ok_or_else(|| {
        let words: Vec<&str> = Severity::ALL.iter().map(|severity| severity.word()).collect();
        format!("one of {}", words.join(", "))
    })
}
