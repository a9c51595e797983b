//! What stands below the findings: what was not seen, what is gone, what is over, what joins no row, and the run.

use std::io;

use crate::finding::Report;
use crate::report::html::markup::Code;
use crate::report::html::markup::Text;
use crate::report::html::markup::counted;
use crate::report::html::markup::thousands;
use crate::report::html::people;
use crate::report::html::prose;
use crate::report::html::summary::write_coverage;

/// A list names at most so many; the JSON report has all.
const NAMED: usize = 1_000;

/// Writes the sections.
pub(super) fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let gaps = report.gaps.iter().map(|gap| {
        let account = gap.account.map(|account| format!("{account}: ")).unwrap_or_default();
        format!(
            "{account}{}: {}; {}",
            Code(&gap.source),
            Text(&gap.what),
            Text(&gap.consequence)
        )
    });
    let none = "No gaps: everything that the source names was read.";
    list("not-seen", "What was not read", none, report.gaps.len(), gaps, out)?;
    if let Some(baseline) = &report.baseline {
        let gone = baseline.gone.iter().map(|gone| {
            let asked = if gone.asked_again {
                "asked again, and no longer so"
            } else {
                "not asked again: its account was not read, or its rule is not in use"
            };
            format!(
                "{} {}, was {} {}; {asked} <small>{}</small>",
                Code(&gone.principal),
                Code(&gone.action),
                gone.verdict,
                gone.severity.map_or("", |severity| severity.word()),
                gone.id
            )
        });
        list(
            "gone",
            "Gone since the baseline",
            "Nothing is gone.",
            baseline.gone.len(),
            gone,
            out,
        )?;
    }
    let expired = report.expired_suppressions.iter().map(|expired| {
        format!(
            "{} by {}, until {}: {} <small>{}</small>",
            counted(expired.findings, "finding counts again", "findings count again"),
            Text(&expired.suppression.owner),
            expired.suppression.expires,
            Text(&expired.suppression.reason),
            Text(expired.place.to_string())
        )
    });
    let count = report.expired_suppressions.len();
    list("expired", "Acceptances that are over", "There are none.", count, expired, out)?;
    let unmatched = report.unmatched_suppressions.iter().map(|unmatched| {
        format!(
            "{} by {}, until {} <small>{}</small>",
            Code(&unmatched.selector),
            Text(&unmatched.suppression.owner),
            unmatched.suppression.expires,
            Text(unmatched.place.to_string())
        )
    });
    let count = report.unmatched_suppressions.len();
    let title = "Acceptances that cover nothing here";
    list("unmatched", title, "There are none.", count, unmatched, out)?;
    let unjoined = report.unjoined.iter().map(|finding| {
        format!(
            "{}: {} <small>{}</small>",
            Code(&finding.resource),
            Text(finding.evidence.to_string()),
            Text(&finding.reason)
        )
    });
    let title = "Access Analyzer findings that belong to no row";
    list("unjoined", title, "There are none.", report.unjoined.len(), unjoined, out)?;
    let remarks = report.remarks.iter().flat_map(|policy| {
        policy.remarks.iter().map(|remark| {
            format!(
                "{} {}, statement {}: {} <small>{}</small>",
                Text(policy.used_as),
                Code(&policy.policy),
                remark
                    .sid
                    .as_ref()
                    .map_or_else(|| remark.statement.to_string(), |sid| Text(sid).to_string()),
                Text(&remark.words),
                Text(remark.place.to_string())
            )
        })
    });
    let count = report.remarks.iter().map(|policy| policy.remarks.len()).sum();
    list("remarks", "Remarks on policies", "There are none.", count, remarks, out)?;
    write_fixes(report, out)?;
    write_about(report, out)
}

/// A section that unfolds to a list; each item is HTML.
fn list(
    id: &str,
    title: &str,
    none: &str,
    count: usize,
    items: impl Iterator<Item = String>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if count == 0 {
        return writeln!(out, "<section id=\"{id}\"><h2>{title}</h2><p>{none}</p></section>");
    }
    writeln!(
        out,
        "<section id=\"{id}\"><h2>{title}</h2><details class=\"list\"><summary>{}</summary><ul>",
        counted(count as u64, "entry", "entries")
    )?;
    for item in items.take(NAMED) {
        writeln!(out, "<li>{item}</li>")?;
    }
    if let Some(rest @ 1..) = count.checked_sub(NAMED) {
        writeln!(out, "<li>{} more; the JSON report has them</li>", thousands(rest as u64))?;
    }
    writeln!(out, "</ul></details></section>")
}

/// What each rule advises.
fn write_fixes(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    for (number, rule) in report.facts.rules.iter().enumerate() {
        writeln!(
            out,
            "<section id=\"fix-{number}\"><h2>What rule {} advises</h2><details class=\"list\"><summary>{}</summary><div class=\"prose\">",
            Text(rule.id.as_str()),
            Text(&rule.title)
        )?;
        prose::write(&rule.fix, out)?;
        writeln!(out, "</div></details></section>")?;
    }
    Ok(())
}

fn write_about(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let facts = &report.facts;
    let verdicts = facts.verdicts;
    writeln!(
        out,
        "<section id=\"about\"><h2>About this report</h2><ul><li>Answers: {} allowed, {} conditional, {} undetermined, {} denied</li><li>{} policies read, {} invalid, {} missing</li><li>Action catalog {}</li>",
        thousands(verdicts.allowed),
        thousands(verdicts.conditional),
        thousands(verdicts.undetermined),
        thousands(verdicts.denied),
        thousands(facts.policies.read),
        thousands(facts.policies.invalid),
        thousands(facts.policies.missing),
        Text(&facts.catalog_version)
    )?;
    for coverage in &facts.coverage {
        write_coverage(coverage, out)?;
    }
    writeln!(
        out,
        "</ul><dl class=\"words\"><dt>allowed</dt><dd>whoever holds the identity {} make the call, with nothing that they do not choose themselves</dd><dt>conditional</dt><dd>something else must hold, and the row names it</dd><dt>undetermined</dt><dd>something that was not read, is invalid or is not documented decides</dd><dt>denied</dt><dd>no request succeeds</dd></dl></section>",
        people::verdict(crate::finding::Verdict::Allowed)
    )
}
