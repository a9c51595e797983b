//! What an earlier report said, how the findings of today stand to it, and why.
//!
//! In: a JSON report, or findings. Out: a [`Change`](crate::finding::Change) for each finding, what is gone, and each
//! [`Difference`] with its causes. Nothing is judged again: the rows tell. Of a report that is read only the answers are held,
//! and of the rows that differ what they rest on.

mod row;
mod raw;
mod evidence;
mod stream;
mod report;
mod trend;
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
pub use difference::differing;
pub use holdings::Holding;
pub use holdings::Holdings;
pub use report::EarlierReport;
pub use report::EarlierReportError;
pub use row::EarlierRow;
pub use row::Standing;
pub use trend::trend_point;
