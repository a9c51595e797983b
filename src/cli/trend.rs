//! What earlier reports counted, for the picture over time.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use leastwise::baseline::trend_point;
use leastwise::finding::Trend;

use crate::audit::args::ReportFormat;
use crate::audit::args::Reporting;
use crate::output::remark;

/// The numbers of the reports of --trend; none where no format shows them. A report that cannot be read is remarked on and
/// left out: it takes nothing from this run.
pub(crate) fn trend(reporting: &Reporting) -> Option<Trend> {
    let is_shown = reporting.wanted().iter().any(|report| report.format == ReportFormat::Html);
    if reporting.trend.is_empty() || !is_shown {
        return None;
    }
    let mut trend = Trend::default();
    let leave_out = |why: String, trend: &mut Trend| {
        remark(&format!("left out of the trend: {why}"));
        trend.left_out.push(why.into());
    };
    // Numbers of other rows say nothing beside these.
    let chosen = reporting.chosen_rows().map(Into::into);
    for path in &reporting.trend {
        match files(path) {
            Ok(files) if files.is_empty() => {
                leave_out(format!("{}: no file in it ends in .json", path.display()), &mut trend);
            }
            Ok(files) => {
                for file in files {
                    match trend_point(&file) {
                        Ok(point) if point.chosen_rows == chosen => trend.add(point),
                        Ok(point) => {
                            let rows = point.chosen_rows.as_deref().unwrap_or("all");
                            leave_out(
                                format!("{}: it has other rows than this report: {rows}", file.display()),
                                &mut trend,
                            );
                        }
                        Err(error) => leave_out(error.to_string(), &mut trend),
                    }
                }
            }
            Err(error) => leave_out(format!("{}: {error}", path.display()), &mut trend),
        }
    }
    Some(trend)
}

/// The file itself, or the JSON files of a folder, in order of their names.
fn files(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries = fs::read_dir(path)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<Result<Vec<_>, _>>()?;
    files.retain(|file| file.extension().is_some_and(|end| end == "json") && file.is_file());
    files.sort();
    Ok(files)
}
