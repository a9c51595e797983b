//! Findings by severity over time: a column a report, this one among them, and a table of the same numbers.

use std::io;

use crate::finding::Report;
use crate::finding::Severity;
use crate::finding::Tallies;
use crate::finding::Trend;
use crate::finding::TrendPoint;
use crate::report::html::markup::Text;
use crate::report::html::markup::counted;
use crate::report::html::markup::thousands;
use crate::report::html::people;

/// The latest so many reports are shown.
const SHOWN: usize = 60;
/// Fewer columns are not made wider than this many.
const NARROW: usize = 20;
/// Reports that were left out are named up to here.
const NAMED: usize = 10;
/// The height of the picture, in units of its own.
const HEIGHT: u64 = 1_000;

/// Writes the picture; nothing where no earlier report was given.
pub(super) fn write(report: &Report, tallies: &Tallies, out: &mut dyn io::Write) -> io::Result<()> {
    let Some(earlier) = &report.trend else { return Ok(()) };
    let this = of_report(report, tallies);
    let mut all = earlier.clone();
    all.add(this.clone());
    let hidden = all.points.len().saturating_sub(SHOWN);
    let points = all.points.get(hidden..).unwrap_or_default();
    writeln!(
        out,
        "<section class=\"trend\" aria-label=\"Trend\"><figure><figcaption><h3>Findings by severity over time</h3>"
    )?;
    let (Some(first), Some(last)) = (points.first(), points.last()) else {
        return writeln!(out, "</figcaption></figure></section>");
    };
    if points.len() > 1 {
        write_words(first, last, points, out)?;
        write_columns(points, out)?;
    } else {
        writeln!(
            out,
            "</figcaption><p>Nothing to compare with: no other report could be read, or all are this one.</p>"
        )?;
    }
    write_left_out(&all, out)?;
    write_table(points, &this, hidden, out)?;
    writeln!(out, "</figure></section>")
}

fn of_report(report: &Report, tallies: &Tallies) -> TrendPoint {
    TrendPoint {
        as_of: report.facts.as_of,
        chosen_rows: report.facts.chosen_rows.clone(),
        accounts: report.facts.accounts,
        identities: report.facts.identities,
        counts: tallies.live_by_severity(),
    }
}

/// The severities from worst to best, and last the lack of one where it occurs.
fn severities(points: &[TrendPoint]) -> Vec<Option<Severity>> {
    let unranked = points.iter().any(|point| point.count(None) > 0).then_some(None);
    Severity::ALL
        .iter()
        .rev()
        .map(|severity| Some(*severity))
        .chain(unranked)
        .collect()
}

/// How the first became the last, and what the colours mean.
fn write_words(first: &TrendPoint, last: &TrendPoint, points: &[TrendPoint], out: &mut dyn io::Write) -> io::Result<()> {
    let severities = severities(points);
    let moved: Vec<String> = severities
        .iter()
        .map(|severity| {
            let [was, is] = [first, last].map(|point| thousands(point.count(*severity)));
            format!("{} {was} → {is}", people::severity(*severity))
        })
        .collect();
    let most = points.iter().map(TrendPoint::total).max().unwrap_or_default();
    writeln!(
        out,
        "<p>From {} to {}: {}</p><p class=\"legend\">",
        people::day(first.as_of),
        people::day(last.as_of),
        moved.join(", ")
    )?;
    for severity in severities {
        let word = people::severity(severity);
        write!(
            out,
            "<span><svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"{word}\" width=\"10\" height=\"10\"/></svg>{word}</span>"
        )?;
    }
    writeln!(
        out,
        "<span>a column a report, the highest has {}</span></p></figcaption>",
        counted(most, "finding", "findings")
    )
}

/// The worst at the foot, where heights compare best.
fn write_columns(points: &[TrendPoint], out: &mut dyn io::Write) -> io::Result<()> {
    let most = points.iter().map(TrendPoint::total).max().unwrap_or_default().max(1);
    write!(
        out,
        "<svg class=\"columns\" viewBox=\"0 0 {} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"A column for each report; the table below has the numbers\">",
        points.len().max(NARROW) * 10
    )?;
    for (number, point) in points.iter().enumerate() {
        write!(
            out,
            "<g><title>{}: {}</title>",
            point.as_of,
            counted(point.total(), "finding", "findings")
        )?;
        let (mut below, mut foot) = (0_u64, HEIGHT);
        for severity in severities(points) {
            below = below.saturating_add(point.count(severity));
            let top = HEIGHT - scaled(below, most);
            write!(
                out,
                "<rect class=\"{}\" x=\"{}\" y=\"{top}\" width=\"8\" height=\"{}\"/>",
                people::severity(severity),
                number * 10 + 1,
                foot.saturating_sub(top)
            )?;
            foot = top;
        }
        write!(out, "</g>")?;
    }
    writeln!(out, "</svg>")
}

/// A number in the units of the picture; numbers of a report are never trusted to be small.
fn scaled(number: u64, most: u64) -> u64 {
    let scaled = u128::from(number.min(most)) * u128::from(HEIGHT) / u128::from(most);
    u64::try_from(scaled).unwrap_or(HEIGHT)
}

fn write_left_out(all: &Trend, out: &mut dyn io::Write) -> io::Result<()> {
    for why in all.left_out.iter().take(NAMED) {
        writeln!(out, "<p class=\"notice\">Left out: {}</p>", Text(why))?;
    }
    if let Some(rest @ 1..) = all.left_out.len().checked_sub(NAMED) {
        writeln!(out, "<p class=\"notice\">Left out: {} more</p>", thousands(rest as u64))?;
    }
    Ok(())
}

fn write_table(points: &[TrendPoint], this: &TrendPoint, hidden: usize, out: &mut dyn io::Write) -> io::Result<()> {
    let severities = severities(points);
    writeln!(
        out,
        "<details><summary>The numbers of {}</summary><div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Findings of each report\"><table id=\"trend\"><thead><tr><th scope=\"col\">as of</th>",
        counted(points.len() as u64, "report", "reports")
    )?;
    for severity in &severities {
        write!(out, "<th scope=\"col\">{}</th>", people::severity(*severity))?;
    }
    writeln!(
        out,
        "<th scope=\"col\">findings</th><th scope=\"col\">accounts</th><th scope=\"col\">identities</th></tr></thead><tbody>"
    )?;
    for point in points {
        let is_this = if point == this {
            " <span class=\"quiet\">this report</span>"
        } else {
            ""
        };
        let at = point.as_of.to_string();
        let (day, time) = at.split_once('T').unwrap_or((&at, ""));
        write!(
            out,
            "<tr><th scope=\"row\">{day} <span class=\"quiet\">{time}</span>{is_this}</th>"
        )?;
        let counts = severities.iter().map(|severity| point.count(*severity));
        for number in counts.chain([point.total(), point.accounts, point.identities]) {
            write!(out, "<td>{}</td>", thousands(number))?;
        }
        writeln!(out, "</tr>")?;
    }
    writeln!(out, "</tbody></table></div>")?;
    if hidden > 0 {
        writeln!(
            out,
            "<p class=\"quiet\">{} before these are left out.</p>",
            counted(hidden as u64, "report", "reports")
        )?;
    }
    writeln!(out, "</details>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heights_fit_whatever_a_report_says() {
        assert_eq!(scaled(0, 1), 0);
        assert_eq!(scaled(5, 10), HEIGHT / 2);
        assert_eq!(scaled(u64::MAX, u64::MAX), HEIGHT);
        assert_eq!(scaled(u64::MAX, 3), HEIGHT);
    }
}
