//! The report as OSCAL Assessment Results 1.2.3: an observation, a finding and, unless denied, a risk of each finding;
//! then an observation and a finding of each control, if those of a framework were asked for.
//!
//! Every UUID is made of what it names (version 5), so that two runs name the same things the same.

mod control;
mod document;
mod parts;

pub use document::write_oscal;
