//! The report as OCSF 1.8.0, an event a line: the findings, then the controls of a framework if they were asked for.

mod analysis;
mod compliance;
mod event;
mod write;

pub use write::write_ocsf;
