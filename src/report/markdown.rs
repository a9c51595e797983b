//! A summary in Markdown for a pull request or a chat: how many, the first rows, what was not read.

use std::io;

use crate::finding::Change;
use crate::finding::Finding;
use crate::finding::Report;
use crate::finding::Severity;
use crate::report::row;
use crate::report::sentence::cut;
use crate::report::visible;

/// A name longer than this is cut: a comment on GitHub holds 65,536 characters.
const NAME: usize = 160;
/// So many conditions of a row are named.
const SHOWN: usize = 2;

/// How much the summary shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkdownOptions {
    /// How many findings; the most urgent first.
    pub findings: usize,
    /// How many gaps.
    pub gaps: usize,
}

impl Default for MarkdownOptions {
    fn default() -> Self {
        Self { findings: 20, gaps: 10 }
    }
}

/// Writes the summary. Names are code spans, in which nothing is a link, a mention or HTML.
///
/// # Errors
/// What the writer says.
pub fn write_markdown(report: &Report, options: MarkdownOptions, out: &mut dyn io::Write) -> io::Result<()> {
    write_heading(report, out)?;
    write_counts(report, out)?;
    write_findings(report, options, out)?;
    write_gone(report, options, out)?;
    write_gaps(report, options, out)?;
    let facts = &report.facts;
    let rules: Vec<String> = facts.rules.iter().map(|rule| code(rule.id.as_str())).collect();
    writeln!(
        out,
        "\nleastwise {}, as of {}, rules {}",
        code(&facts.tool_version),
        facts.as_of,
        rules.join(", ")
    )
}

fn write_heading(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let facts = &report.facts;
    let verdicts = facts.verdicts;
    writeln!(out, "## Leastwise: {}\n", counted(report.total(), "finding", "findings"))?;
    writeln!(
        out,
        "{} identities in {} accounts; answers: {} allowed, {} conditional, {} undetermined, {} denied.",
        facts.identities, facts.accounts, verdicts.allowed, verdicts.conditional, verdicts.undetermined, verdicts.denied
    )
}

/// Findings by severity, and how they stand to the baseline where there is one.
fn write_counts(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let tallies = report.tallies();
    if tallies.total() == 0 {
        return Ok(());
    }
    let has_baseline = tallies.is_compared();
    let (names, rule) = if has_baseline {
        (" new | worse | better | known |", " ---: | ---: | ---: | ---: |")
    } else {
        ("", "")
    };
    writeln!(
        out,
        "\n| severity | findings |{names} suppressed |\n| --- | ---: |{rule} ---: |"
    )?;
    for severity in tallies.severities().into_iter().rev() {
        let word = severity.map_or("not ranked", Severity::word);
        write!(out, "| {word} | {} |", tallies.of_severity(severity))?;
        if has_baseline {
            for change in [Change::New, Change::Worse, Change::Better, Change::Known] {
                write!(out, " {} |", tallies.changed_of(severity, change))?;
            }
        }
        writeln!(out, " {} |", tallies.suppressed_of(severity))?;
    }
    Ok(())
}

fn write_findings(report: &Report, options: MarkdownOptions, out: &mut dyn io::Write) -> io::Result<()> {
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n### Most urgent\n")?;
    writeln!(
        out,
        "| # | score | identity | can call | reach | remarks | id |\n| ---: | ---: | --- | --- | --- | --- | --- |"
    )?;
    for (index, finding) in report.findings.iter().take(options.findings).enumerate() {
        let identity = &*finding.identity;
        writeln!(
            out,
            "| {} | {} {} | {}<br>{} | {}<br>{} | {} | {} | {} |",
            index + 1,
            row::total(finding),
            row::severity(finding),
            code(&row::who(identity)),
            code(&row::account(identity)),
            code(&finding.action),
            finding.verdict,
            code(&row::reach(finding)),
            remarks(finding),
            code(&finding.id().to_string())
        )?;
    }
    match report.total().saturating_sub(options.findings) {
        0 => Ok(()),
        rest => writeln!(out, "\n{rest} more; the other formats list them."),
    }
}

/// What is new, who accepts it, and what must hold.
fn remarks(finding: &Finding) -> String {
    let mut remarks = Vec::new();
    if let Some(change) = finding.change {
        remarks.push(format!("**{change}**"));
    }
    if let Some(suppression) = &finding.suppression {
        let owner = code(&suppression.owner);
        remarks.push(format!("suppressed by {owner} until {}", suppression.expires));
    }
    let conditions = finding.conditions.iter().map(|condition| &*condition.words);
    let unknowns = finding.unknowns.iter().map(|unknown| &**unknown);
    let all: Vec<&str> = conditions.chain(unknowns).collect();
    remarks.extend(all.iter().take(SHOWN).map(|words| code(words)));
    if let Some(rest @ 1..) = all.len().checked_sub(SHOWN) {
        remarks.push(format!("{rest} more"));
    }
    remarks.join("<br>")
}

/// What the baseline has and this report has not.
fn write_gone(report: &Report, options: MarkdownOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let gone = report.baseline.as_ref().map(|baseline| &*baseline.gone).unwrap_or_default();
    if gone.is_empty() {
        return Ok(());
    }
    let heading = counted(gone.len(), "finding", "findings");
    writeln!(out, "\n### Gone since the baseline: {heading}\n")?;
    for finding in gone.iter().take(options.findings) {
        let severity = finding.severity.map_or("not ranked", Severity::word);
        let why = if finding.asked_again { "" } else { ", not asked again" };
        let (principal, action) = (code(&finding.principal), code(&finding.action));
        writeln!(out, "- {severity}: {principal} {action}, was {}{why}", finding.verdict)?;
    }
    match gone.len().saturating_sub(options.findings) {
        0 => Ok(()),
        rest => writeln!(out, "- {rest} more"),
    }
}

fn write_gaps(report: &Report, options: MarkdownOptions, out: &mut dyn io::Write) -> io::Result<()> {
    if report.gaps.is_empty() {
        return writeln!(out, "\nNo gaps: everything that the source names was read.");
    }
    writeln!(out, "\n### Not read: {}\n", counted(report.gaps.len(), "gap", "gaps"))?;
    for gap in report.gaps.iter().take(options.gaps) {
        let account = gap.account.map(|account| format!("{account} ")).unwrap_or_default();
        let what: Vec<String> = [&gap.source, &gap.what, &gap.consequence]
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(|text| code(text))
            .collect();
        writeln!(out, "- {account}{}", what.join(": "))?;
    }
    match report.gaps.len().saturating_sub(options.gaps) {
        0 => Ok(()),
        rest => writeln!(out, "- {rest} more"),
    }
}

fn counted(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A code span that nothing in the text ends: backticks are escapes as hidden characters are, and so are the bars that
/// would end a cell and the angle brackets that some chats obey even here.
fn code(text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let mut shown = String::from("`");
    for c in cut(&visible(text), NAME).chars() {
        match c {
            '`' | '|' | '<' | '>' => shown.extend(c.escape_unicode()),
            _ => shown.push(c),
        }
    }
    shown.push('`');
    shown
}
