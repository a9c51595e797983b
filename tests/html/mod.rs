//! The HTML report in a real browser: its numbers are the CSV's, names do nothing, nothing is loaded, and it is usable
//! by keyboard, on paper, without scripts, in both schemes, on a narrow screen, and with 20,000 rows.

mod browser;
mod hostile;
mod numbers;
mod reasons;
mod trend;
mod use_of_it;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use leastwise::finding::Report;
use leastwise::report::HtmlOptions;
use leastwise::report::write_html;
use serde_json::Value;
use serde_json::json;

use self::browser::Seen;

/// The page of a report.
fn page(report: &Report, options: HtmlOptions) -> String {
    let mut bytes = Vec::new();
    write_html(report, options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A file with this page.
fn file(folder: &Path, page: &str) -> PathBuf {
    let path = folder.join("report.html");
    fs::write(&path, page).unwrap();
    path
}

fn js(expression: &str) -> Value {
    json!({ "js": expression })
}

/// No error, no dialog, and nothing asked for but the page itself.
#[track_caller]
fn assert_quiet(seen: &Seen, file: &Path) {
    assert_eq!(seen.console, [""; 0]);
    assert_eq!(seen.dialogs, [""; 0]);
    let asked: Vec<&str> = seen.requests.iter().map(|url| url.split('#').next().unwrap()).collect();
    assert_eq!(asked, [format!("file://{}", file.display())]);
}
