//! The formats for other platforms: their own schemas and validators take them and refuse planted mistakes; they and the
//! page for people agree with CSV and JSON, and hostile names do nothing.

mod agreement;
mod compliance;
mod limits;
mod tools;
mod validity;

use leastwise::finding::Report;
use leastwise::report::AsffOptions;
use leastwise::report::CsvOptions;
use leastwise::report::HtmlOptions;
use leastwise::report::MarkdownOptions;
use leastwise::report::write_asff;
use leastwise::report::write_csv;
use leastwise::report::write_html;
use leastwise::report::write_json;
use leastwise::report::write_markdown;
use leastwise::report::write_ocsf;
use leastwise::report::write_oscal;
use leastwise::report::write_sarif;
use serde_json::Value;

/// Every format of this module, by its word.
pub const FORMATS: [&str; 6] = ["sarif", "ocsf", "asff", "oscal", "markdown", "html"];

/// The report in the format of this word.
pub fn rendered(report: &Report, format: &str) -> String {
    let mut bytes = Vec::new();
    match format {
        "csv" => write_csv(report, CsvOptions { raw: true }, &mut bytes),
        "json" => write_json(report, &mut bytes),
        "sarif" => write_sarif(report, &mut bytes),
        "ocsf" => write_ocsf(report, None, &mut bytes),
        "asff" => write_asff(report, AsffOptions::default(), &mut bytes),
        "oscal" => write_oscal(report, None, &mut bytes),
        "markdown" => write_markdown(report, MarkdownOptions::default(), &mut bytes),
        "html" => write_html(report, HtmlOptions::default(), &mut bytes),
        _ => Err(std::io::Error::other("no such format")),
    }
    .unwrap();
    String::from_utf8(bytes).unwrap()
}

/// A text that is JSON.
pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// A text whose lines are JSON.
pub fn lines(text: &str) -> Vec<Value> {
    text.lines().map(json).collect()
}
