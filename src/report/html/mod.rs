//! The report as one HTML page for people: what matters first, pictures, and every row with its reasons.
//!
//! One file that loads nothing. All text goes through `markup`, the only place that knows what HTML obeys.

mod markup;
mod page;
mod summary;
mod charts;
mod trend;
mod sections;
mod rows;
mod reasons;
mod quote;
mod remedy;
mod prose;
mod people;

pub use page::HtmlOptions;
pub use page::write_html;
