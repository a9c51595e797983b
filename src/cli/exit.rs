//! The exit codes, one list for all subcommands.

use std::process::Termination;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ExitCode {
    /// Done.
    Done,
    /// Findings at or above `--fail-on`, or policy tests that fail.
    Found,
    /// Wrong usage, or nothing could be read or written.
    Failed,
    /// The run is incomplete, and nothing reached the threshold.
    Incomplete,
}

impl Termination for ExitCode {
    fn report(self) -> std::process::ExitCode {
        std::process::ExitCode::from(match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Failed => 2,
            Self::Incomplete => 3,
        })
    }
}

/// The text of `--help` about them.
pub(crate) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  findings at or above --fail-on or --fail-on-new, or failing policy tests
  2  wrong usage, or nothing could be read or written
  3  the run is incomplete (gaps are listed) and nothing reached --fail-on or --fail-on-new";

/// What made a run fail, in words for the user.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A source that is none.
    #[error(transparent)]
    Snapshot(#[from] leastwise::snapshot::SnapshotError),
    /// A rule file.
    #[error(transparent)]
    Rule(#[from] leastwise::rules::RuleError),
    /// The weights file.
    #[error(transparent)]
    Weights(#[from] leastwise::rank::WeightsError),
    /// A framework of controls.
    #[error(transparent)]
    Framework(#[from] leastwise::controls::FrameworkError),
    /// Evidence that cannot be made, or does not hold.
    #[error(transparent)]
    Evidence(#[from] leastwise::evidence::EvidenceError),
    /// Reading AWS.
    #[cfg(feature = "live")]
    #[error(transparent)]
    Collect(#[from] leastwise::collect::CollectError),
    /// Reading or writing a file.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// Writing to standard output.
    #[error("standard output: {0}")]
    Output(std::io::Error),
    /// An earlier report.
    #[error(transparent)]
    EarlierReport(#[from] leastwise::baseline::EarlierReportError),
    /// A configuration file with mistakes, each a line.
    #[error("{0}")]
    Config(String),
    /// Anything else that the user can mend.
    #[error("{0}")]
    Usage(String),
}

impl Failure {
    /// Whether who reads standard output went away.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
    }
}
