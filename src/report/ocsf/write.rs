//! Writes the events.

use std::io;

use crate::controls::Assessment;
use crate::finding::Report;
use crate::report::json::value;
use crate::report::ocsf::analysis::iam_analysis;
use crate::report::ocsf::compliance::Severities;
use crate::report::ocsf::compliance::compliance;
use crate::report::sentence::told;

/// Writes the report, one line an event: an IAM Analysis Finding (class 2008) of each finding, and after them a
/// Compliance Finding (class 2003) of each control that was assessed.
///
/// # Errors
/// What the writer says.
pub fn write_ocsf(report: &Report, controls: Option<&Assessment>, out: &mut dyn io::Write) -> io::Result<()> {
    for (index, finding) in report.findings.iter().enumerate() {
        value(out, &told(iam_analysis(finding, index + 1, &report.facts)))?;
        out.write_all(b"\n")?;
    }
    let Some(assessment) = controls else {
        return Ok(());
    };
    let severities = Severities::of(report);
    for control in &assessment.controls {
        value(out, &told(compliance(control, assessment, &severities, report)))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
