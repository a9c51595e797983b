//! How a finding stands to an earlier report.

use crate::finding::words::words;

/// How a finding compares with the same one of an earlier report, the baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// The baseline does not have it.
    New,
    /// Its verdict or severity is worse than in the baseline.
    Worse,
    /// Its verdict or severity is better than in the baseline.
    Better,
    /// Verdict and severity are those of the baseline.
    Known,
}

words!(Change {
    New => "new",
    Worse => "worse",
    Better => "better",
    Known => "known",
});
