//! The first screen: who can, how bad, what is new, what was not seen, what is accepted.

use std::io;

use crate::finding::Change;
use crate::finding::CoverageCount;
use crate::finding::Report;
use crate::finding::Tallies;
use crate::finding::Verdict;
use crate::report::html::markup::Code;
use crate::report::html::markup::Text;
use crate::report::html::markup::counted;
use crate::report::html::markup::thousands;
use crate::report::html::people;
use crate::report::row;
use crate::report::sentence::cut;

/// How many rows, and how many actions, the first screen names.
const NAMED: usize = 5;
/// A longer name is cut here; its row tells the whole.
const NAME: usize = 80;

/// Writes the first screen.
pub(super) fn write(report: &Report, tallies: &Tallies, out: &mut dyn io::Write) -> io::Result<()> {
    let facts = &report.facts;
    let can = tallies.identities(Verdict::Allowed);
    let under_conditions = tallies.only_under_conditions();
    writeln!(
        out,
        "<header><p class=\"quiet\">Leastwise {}, as of {}, {}, {}</p><h1>{}</h1>",
        Text(&facts.tool_version),
        facts.as_of,
        counted(facts.accounts, "account", "accounts"),
        counted(facts.identities, "identity", "identities"),
        match (can, under_conditions) {
            (0, 0) => "No identity is known to be able to do what the rules ask about".to_owned(),
            _ => format!(
                "{} can do what the rules ask about, {} more under conditions",
                counted(can, "identity", "identities"),
                thousands(under_conditions)
            ),
        }
    )?;
    writeln!(out, "<ul class=\"rules\">")?;
    for rule in &facts.rules {
        writeln!(out, "<li>{}: {}</li>", Code(rule.id.as_str()), Text(&rule.title))?;
    }
    writeln!(
        out,
        "</ul><nav aria-label=\"Sections\"><a href=\"#findings\">Findings</a> <a href=\"#not-seen\">Not seen</a> <a href=\"#about\">About this report</a></nav></header>\n<section class=\"tiles\" aria-label=\"Summary\">"
    )?;
    write_counts(tallies, out)?;
    write_worst(report, out)?;
    write_changes(report, tallies, out)?;
    write_unseen(report, tallies, out)?;
    write_accepted(report, tallies, out)?;
    writeln!(out, "</section>")
}

/// Findings by verdict and severity, identities by verdict, and the actions.
fn write_counts(tallies: &Tallies, out: &mut dyn io::Write) -> io::Result<()> {
    let severities = people::severities(tallies);
    write!(
        out,
        "<div class=\"tile wide\"><h2>Who can do what, and how bad</h2><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Findings by verdict and severity\"><table id=\"counts\"><thead><tr><th scope=\"col\">verdict</th>"
    )?;
    for severity in &severities {
        write!(out, "<th scope=\"col\">{}</th>", people::severity(*severity))?;
    }
    writeln!(
        out,
        "<th scope=\"col\">findings</th><th scope=\"col\">identities</th></tr></thead><tbody>"
    )?;
    for verdict in Verdict::ALL.iter().copied() {
        if verdict == Verdict::Denied && tallies.of_verdict(verdict) == 0 {
            continue;
        }
        write!(
            out,
            "<tr data-verdict=\"{verdict}\"><th scope=\"row\">{verdict} <span class=\"quiet\">{}</span></th>",
            people::verdict(verdict)
        )?;
        for severity in &severities {
            let count = tallies.findings(verdict, *severity);
            // What cannot happen has no severity that anyone should read.
            let class = if count == 0 || verdict == Verdict::Denied {
                "zero"
            } else {
                people::severity(*severity)
            };
            write!(out, "<td><span class=\"count {class}\">{}</span></td>", thousands(count))?;
        }
        writeln!(
            out,
            "<td>{}</td><td>{}</td></tr>",
            thousands(tallies.of_verdict(verdict)),
            thousands(tallies.identities(verdict))
        )?;
    }
    writeln!(out, "</tbody></table></div><ul class=\"actions\">")?;
    for (action, verdicts) in tallies.actions.iter().take(NAMED) {
        let counts: Vec<String> = verdicts
            .iter()
            .map(|(verdict, count)| format!("{} {}", thousands(*count), people::verdict(*verdict)))
            .collect();
        writeln!(out, "<li>{}: {}</li>", Code(cut(action, NAME)), counts.join(", "))?;
    }
    if let Some(rest @ 1..) = tallies.actions.len().checked_sub(NAMED) {
        writeln!(out, "<li>{}</li>", counted(rest as u64, "more action", "more actions"))?;
    }
    writeln!(out, "</ul></div>")
}

fn write_worst(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "<div class=\"tile\"><h2>Most urgent</h2><ol class=\"worst\">")?;
    let open = report
        .findings
        .iter()
        .filter(|finding| finding.verdict != Verdict::Denied && finding.suppression.is_none());
    let open: Vec<_> = open.take(NAMED).collect();
    if open.is_empty() && report.findings.len() < report.total() {
        writeln!(out, "<li>All rows that this page lists are accepted or denied.</li>")?;
    }
    for finding in open {
        writeln!(
            out,
            "<li><span class=\"count {}\">{}</span> <a href=\"#finding-{}\">{}</a> <span class=\"quiet\">{}</span></li>",
            people::severity(finding.severity()),
            row::total(finding),
            finding.id(),
            Text(cut(&row::who(&finding.identity), NAME)),
            Text(cut(&finding.action, NAME))
        )?;
    }
    writeln!(out, "</ol></div>")
}

fn write_changes(report: &Report, tallies: &Tallies, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "<div class=\"tile\"><h2>What is new</h2>")?;
    let Some(baseline) = &report.baseline else {
        return writeln!(
            out,
            "<p>Not known: no earlier report was given. <code class=\"option\">--baseline</code> takes an earlier JSON report.</p></div>"
        );
    };
    writeln!(out, "<p class=\"quiet\">Since {}</p><ul class=\"numbers\">", baseline.as_of)?;
    for change in Change::ALL.iter().copied() {
        writeln!(
            out,
            "<li data-change=\"{change}\"><b>{}</b> {change}</li>",
            thousands(tallies.changed(change))
        )?;
    }
    writeln!(
        out,
        "<li><b>{}</b> <a href=\"#gone\">gone</a></li></ul></div>",
        thousands(baseline.gone.len() as u64)
    )
}

fn write_unseen(report: &Report, tallies: &Tallies, out: &mut dyn io::Write) -> io::Result<()> {
    let facts = &report.facts;
    writeln!(
        out,
        "<div class=\"tile\"><h2>What we could not see</h2><ul class=\"numbers\"><li><b>{}</b> undetermined</li><li><b>{}</b> <a href=\"#not-seen\">{}</a></li><li><b>{}</b> policies missing or invalid</li></ul><ul class=\"quiet\">",
        thousands(tallies.of_verdict(Verdict::Undetermined)),
        thousands(report.gaps.len() as u64),
        if report.gaps.len() == 1 { "gap" } else { "gaps" },
        thousands(facts.policies.missing.saturating_add(facts.policies.invalid))
    )?;
    let short = facts.coverage.iter().filter(|coverage| coverage.covered < coverage.accounts);
    for coverage in short {
        write_coverage(coverage, out)?;
    }
    writeln!(out, "</ul></div>")
}

/// How much of the accounts one source covers.
pub(super) fn write_coverage(coverage: &CoverageCount, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(
        out,
        "<li>{}: {} of {}</li>",
        Text(&coverage.source),
        thousands(coverage.covered),
        counted(coverage.accounts, "account", "accounts")
    )
}

fn write_accepted(report: &Report, tallies: &Tallies, out: &mut dyn io::Write) -> io::Result<()> {
    let expired = &report.expired_suppressions;
    let again = match expired.iter().map(|expired| expired.findings).sum() {
        0 => String::new(),
        again => format!(", so that {} again", counted(again, "finding counts", "findings count")),
    };
    writeln!(
        out,
        "<div class=\"tile\"><h2>Accepted</h2><ul class=\"numbers\"><li><b>{}</b> accepted by somebody, marked below</li><li><b>{}</b> <a href=\"#expired\">expired</a>{again}</li></ul></div>",
        thousands(tallies.suppressed()),
        thousands(expired.len() as u64)
    )
}
