//! What an earlier report said, how the findings of today stand to it, and why.
//!
//! In: a JSON report, or findings. Out: a [`Change`](crate::finding::Change) for each finding, what is gone, and each
//! [`Difference`] with its causes. Nothing is judged again: the rows tell.

mod row;
mod raw;
mod report;
mod change;
mod holdings;
mod cause;
mod difference;

pub use change::change;
pub use change::change_of;
pub use change::counts_again;
pub use difference::DiffKind;
pub use difference::Difference;
pub use difference::differences;
pub use holdings::Holding;
pub use holdings::Holdings;
pub use report::EarlierReport;
pub use report::EarlierReportError;
pub use row::EarlierRow;
pub use row::Standing;
