//! The list of findings: one line each, which unfolds to the reasons.

use std::collections::BTreeMap;
use std::io;

use crate::finding::Change;
use crate::finding::Finding;
use crate::finding::Report;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::report::html::markup::Code;
use crate::report::html::markup::Text;
use crate::report::html::markup::counted;
use crate::report::html::markup::thousands;
use crate::report::html::page::HtmlOptions;
use crate::report::html::people;
use crate::report::html::quote::Quotes;
use crate::report::html::reasons;
use crate::report::row;
use crate::report::sentence::cut;

/// A longer name is cut in the line of a row; what unfolds tells the whole.
const NAME: usize = 120;

/// Writes the list.
pub(super) fn write(report: &Report, options: HtmlOptions, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "<section id=\"findings\"><h2>Findings</h2>")?;
    let all = report.total();
    if all == 0 {
        return writeln!(out, "<p>There are none.</p></section>");
    }
    if let Some(rest @ 1..) = all.checked_sub(options.rows) {
        writeln!(
            out,
            "<p id=\"more\" class=\"notice\">This page lists the {} most urgent of {}. The other {} are in the CSV and JSON reports of the run: write them with <code class=\"option\">--report csv=FILE</code> or <code class=\"option\">--report json=FILE</code>. The numbers and pictures above count all of them.</p>",
            thousands(options.rows as u64),
            counted(all as u64, "finding", "findings"),
            thousands(rest as u64)
        )?;
    }
    write_controls(report, options, out)?;
    writeln!(
        out,
        "<div class=\"heads\" aria-hidden=\"true\"><span>score</span><span>identity</span><span>call</span><span>reach</span></div>\n<div id=\"rows\">"
    )?;
    let mut quotes = Quotes::of_page();
    for (index, finding) in report.findings.iter().take(options.rows).enumerate() {
        write_row(finding, index + 1, report, &mut quotes, out)?;
    }
    writeln!(out, "</div></section>")
}

/// What the script works; hidden where no script runs.
fn write_controls(report: &Report, options: HtmlOptions, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(
        out,
        "<div id=\"controls\" role=\"search\" hidden><label>Search <input id=\"text\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" placeholder=\"name, ARN, policy, condition…\" aria-keyshortcuts=\"/\"></label>"
    )?;
    let shown = || report.findings.iter().take(options.rows);
    let severities = Severity::ALL.iter().rev().map(|severity| severity.word());
    select("severity", "Severity", severities.map(|word| (word, word.to_owned())), out)?;
    let verdicts = Verdict::ALL
        .iter()
        .filter(|verdict| shown().any(|finding| finding.verdict == **verdict))
        .map(|verdict| (verdict.word(), verdict.word().to_owned()));
    select("verdict", "Verdict", verdicts, out)?;
    let accounts: BTreeMap<String, String> = shown()
        .map(|finding| (finding.identity.account.to_string(), row::account(&finding.identity)))
        .collect();
    let accounts = accounts.iter().map(|(number, name)| (number.as_str(), cut(name, NAME)));
    select("account", "Account", accounts, out)?;
    if report.baseline.is_some() || shown().any(|finding| finding.change.is_some()) {
        let changes = Change::ALL.iter().map(|change| (change.word(), change.word().to_owned()));
        select("change", "Change", changes, out)?;
    }
    if shown().any(|finding| finding.suppression.is_some()) {
        let accepted = [("yes", "accepted".to_owned()), ("no", "not accepted".to_owned())];
        select("accepted", "Accepted", accepted.into_iter(), out)?;
    }
    let orders = [
        ("identity", "identity"),
        ("account", "account"),
        ("action", "action"),
        ("reach", "reach, widest first"),
    ];
    write!(
        out,
        "<label>Order <select id=\"sort\"><option value=\"rank\">most urgent first</option>"
    )?;
    for (value, word) in orders {
        write!(out, "<option value=\"{value}\">{word}</option>")?;
    }
    writeln!(
        out,
        "</select></label><button id=\"reset\" type=\"button\">Reset</button><p id=\"shown\" role=\"status\" aria-live=\"polite\"></p></div>"
    )
}

fn select<'a>(id: &str, label: &str, values: impl Iterator<Item = (&'a str, String)>, out: &mut dyn io::Write) -> io::Result<()> {
    write!(out, "<label>{label} <select id=\"{id}\"><option value=\"\">all</option>")?;
    for (value, word) in values {
        write!(out, "<option value=\"{}\">{}</option>", Text(value), Text(word))?;
    }
    writeln!(out, "</select></label>")
}

fn write_row(finding: &Finding, rank: usize, report: &Report, quotes: &mut Quotes, out: &mut dyn io::Write) -> io::Result<()> {
    let identity = &*finding.identity;
    let severity = people::severity(finding.severity());
    let verdict = finding.verdict;
    write!(
        out,
        "<details class=\"row\" id=\"finding-{}\" data-rank=\"{rank}\" data-severity=\"{severity}\" data-verdict=\"{verdict}\" data-account=\"{}\" data-change=\"{}\" data-accepted=\"{}\" data-reach=\"{}\" data-identity=\"{}\" data-action=\"{}\">",
        finding.id(),
        identity.account,
        finding.change.map_or("", Change::word),
        if finding.suppression.is_some() { "yes" } else { "no" },
        finding
            .resources
            .as_deref()
            .filter(|_| verdict != Verdict::Denied)
            .map_or(0, |reach| reach.reachable),
        Text(cut(&row::who(identity), NAME)),
        Text(cut(&finding.action, NAME))
    )?;
    let class = if verdict == Verdict::Denied { "zero" } else { severity };
    write!(
        out,
        "<summary><span class=\"score\"><span class=\"count {class}\">{}</span> {}</span><span class=\"who\"><b>{}</b><small>{}</small></span><span class=\"call\">{}<small>",
        row::total(finding),
        if verdict == Verdict::Denied { "" } else { severity },
        Text(cut(&row::who(identity), NAME)),
        Text(cut(&row::account(identity), NAME)),
        Code(cut(&finding.action, NAME))
    )?;
    write!(out, "<span class=\"verdict {verdict}\">{verdict}</span>")?;
    if let Some(change) = finding.change {
        write!(out, " <span class=\"tag {change}\">{change}</span>")?;
    }
    if finding.suppression.is_some() {
        write!(out, " <span class=\"tag\">accepted</span>")?;
    }
    write!(
        out,
        "</small></span><span class=\"reach\">{}</span></summary><div class=\"why\">",
        Text(cut(&row::reach(finding), NAME))
    )?;
    reasons::write(finding, rank, report, quotes, out)?;
    writeln!(out, "</div></details>")
}
