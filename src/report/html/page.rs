//! The page around it: head, policy, style and script.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;
use sha2::Sha256;

use crate::finding::Report;
use crate::report::html::charts;
use crate::report::html::rows;
use crate::report::html::sections;
use crate::report::html::summary;
use crate::report::html::trend;

/// How much the page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HtmlOptions {
    /// How many findings are listed, the most urgent first; the numbers count all.
    pub rows: usize,
}

impl Default for HtmlOptions {
    fn default() -> Self {
        Self { rows: 20_000 }
    }
}

/// Writes the page, finding by finding. It loads nothing, and its policy lets only its own style and script in.
///
/// # Errors
/// What the writer says.
pub fn write_html(report: &Report, options: HtmlOptions, out: &mut dyn io::Write) -> io::Result<()> {
    // Browsers hash what they parsed, in which a line ends with one character.
    let style = include_str!("style.css").replace('\r', "");
    let script = include_str!("script.js").replace('\r', "");
    writeln!(
        out,
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>Leastwise report as of {}</title>\n<style>{style}</style></head>\n<body><main>",
        hash(&style),
        hash(&script),
        report.facts.as_of
    )?;
    let tallies = report.tallies();
    summary::write(report, &tallies, out)?;
    charts::write(&tallies, out)?;
    trend::write(report, &tallies, out)?;
    rows::write(report, options, out)?;
    sections::write(report, out)?;
    writeln!(out, "</main>\n<script>{script}</script></body></html>")
}

fn hash(text: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(text)))
}
