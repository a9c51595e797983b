//! The arguments of `audit`, and what is shared by those who report.

use std::path::PathBuf;

use clap::Args;
use clap::ValueEnum;
use leastwise::config::Suppressions;
use leastwise::finding::Severity;

use crate::args::Sources;
use crate::args::severity;
#[cfg(feature = "live")]
use crate::collect::Live;

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
    /// OCSF 1.8.0, one IAM Analysis Finding a line, and with --controls one Compliance Finding a control.
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
    /// An earlier JSON report, or a folder of them: the HTML report shows findings by severity over time (repeatable). One
    /// that cannot be read is left out, and told.
    #[arg(long = "trend", value_name = "REPORT")]
    pub(crate) trend: Vec<PathBuf>,
    /// Exit with 1 when a finding has at least this severity and is new or worse than in --baseline.
    #[arg(long, value_name = "SEVERITY", value_parser = severity)]
    pub(crate) fail_on_new: Option<Severity>,
    /// A rule file or a folder of them, beside the built-in rules (repeatable).
    #[arg(long = "rules", value_name = "PATH")]
    pub(crate) rules: Vec<PathBuf>,
    /// Group the report by the controls of this framework, such as nist-800-53r5, or of a file that ends in .toml: pass,
    /// fail or not determined, with the population behind it; ocsf and oscal have the findings, too. Formats: table, csv,
    /// json, ocsf, oscal; docs/controls.md lists the frameworks.
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
            trend: Vec::new(),
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

    /// Which rows are asked for, in words; none for all.
    pub(crate) fn chosen_rows(&self) -> Option<String> {
        let severity = self.severity.map(|severity| format!("severity {severity} and above"));
        let mut principals = self.principals.clone();
        principals.sort();
        principals.dedup();
        let principals = (!principals.is_empty()).then(|| format!("principals {}", principals.join(", ")));
        let words: Vec<String> = severity.into_iter().chain(principals).collect();
        (!words.is_empty()).then(|| words.join("; "))
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
