//! Renders a [`Report`](crate::finding::Report): one file per format, the same numbers in each.
//!
//! In: a report. Out: bytes to an `io::Write`, finding by finding; CSV and JSON also from rows that were made account by
//! account, by [`RowSorter`]. Names come from dumps that anyone may have
//! written: the table and the CSV show control characters and bidirectional marks as escapes, JSON escapes them
//! the JSON way, the CSV defuses formulas, Markdown shows names as code, and HTML as text.

mod visible;
mod json;
#[cfg(feature = "cli")]
mod rows;
#[cfg(feature = "cli")]
mod sorter;
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
mod sentence;
#[cfg(feature = "cli")]
mod sarif;
#[cfg(feature = "cli")]
mod ocsf;
#[cfg(feature = "cli")]
mod asff;
#[cfg(feature = "cli")]
mod oscal;
#[cfg(feature = "cli")]
mod markdown;
#[cfg(feature = "cli")]
mod html;

#[cfg(feature = "cli")]
pub use asff::AsffOptions;
#[cfg(feature = "cli")]
pub use asff::write_asff;
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
#[cfg(feature = "cli")]
pub use html::HtmlOptions;
#[cfg(feature = "cli")]
pub use html::write_html;
pub use json::SCHEMA;
pub use json::write_json;
pub use json::write_json_value;
#[cfg(feature = "cli")]
pub use markdown::MarkdownOptions;
#[cfg(feature = "cli")]
pub use markdown::write_markdown;
#[cfg(feature = "cli")]
pub use ocsf::write_ocsf;
#[cfg(feature = "cli")]
pub use oscal::write_oscal;
#[cfg(feature = "cli")]
pub use review::write_review;
#[cfg(feature = "cli")]
pub use rows::RowFormat;
#[cfg(feature = "cli")]
pub use rows::Rows;
#[cfg(feature = "cli")]
pub use sarif::write_sarif;
#[cfg(feature = "cli")]
pub use sorter::RowSorter;
#[cfg(feature = "cli")]
pub use table::TableOptions;
#[cfg(feature = "cli")]
pub use table::write_table;
pub use visible::is_hidden;
pub use visible::visible;
