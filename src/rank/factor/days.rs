//! Ages in whole days.

use jiff::Timestamp;

/// Whole days from `earlier` to `later`; 0 when it is not earlier.
pub(in crate::rank) fn days_between(earlier: Timestamp, later: Timestamp) -> u64 {
    u64::try_from(later.duration_since(earlier).as_hours() / 24).unwrap_or(0)
}
