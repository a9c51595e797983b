//! Renders a [`Report`](crate::finding::Report): one file per format, the same numbers in each.
//!
//! In: a report. Out: bytes to an `io::Write`, finding by finding. Names come from dumps that anyone may have
//! written: the table and the CSV show control characters and bidirectional marks as escapes, JSON escapes them
//! the JSON way, and the CSV defuses formulas.

mod visible;
mod json;
#[cfg(feature = "cli")]
mod columns;
#[cfg(feature = "cli")]
mod csv;
#[cfg(feature = "cli")]
mod wrap;
#[cfg(feature = "cli")]
mod grid;
#[cfg(feature = "cli")]
mod controls;
#[cfg(feature = "cli")]
mod review;
#[cfg(feature = "cli")]
mod row;
#[cfg(feature = "cli")]
mod table;

#[cfg(feature = "cli")]
pub use columns::column_names;
#[cfg(feature = "cli")]
pub use controls::write_controls_csv;
#[cfg(feature = "cli")]
pub use controls::write_controls_json;
#[cfg(feature = "cli")]
pub use controls::write_controls_table;
#[cfg(feature = "cli")]
pub use csv::CsvOptions;
#[cfg(feature = "cli")]
pub use csv::defused;
#[cfg(feature = "cli")]
pub use csv::io_error;
#[cfg(feature = "cli")]
pub use csv::write_csv;
#[cfg(feature = "cli")]
pub use grid::Column;
#[cfg(feature = "cli")]
pub use grid::write_grid;
pub use json::SCHEMA;
pub use json::write_json;
pub use json::write_json_value;
#[cfg(feature = "cli")]
pub use review::write_review;
#[cfg(feature = "cli")]
pub use table::TableOptions;
#[cfg(feature = "cli")]
pub use table::write_table;
pub use visible::is_hidden;
pub use visible::visible;
