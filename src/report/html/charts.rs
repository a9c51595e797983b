//! Pictures: rows of words with a bar, so that they read at any width. The bars are inline SVG.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use crate::finding::BySeverity;
use crate::finding::LastSeen;
use crate::finding::Severity;
use crate::finding::Tallies;
use crate::finding::WIDEST;
use crate::report::html::markup::Text;
use crate::report::html::markup::counted;
use crate::report::html::markup::thousands;
use crate::report::html::people;
use crate::report::row;
use crate::report::sentence::cut;

/// A picture has at most so many bars.
const BARS: usize = WIDEST;
/// A longer name is cut.
const NAME: usize = 60;
/// The inner width of a bar, in units of its own.
const WIDTH: u64 = 1_000;

/// One bar: what it is, its parts with their classes, and its number in words.
struct Bar {
    label: String,
    parts: Vec<(&'static str, u64)>,
    value: String,
}

/// Writes the three pictures.
pub(super) fn write(tallies: &Tallies, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "<section class=\"charts\" aria-label=\"Pictures\">")?;
    let (by, bars) = by_place(tallies);
    let keys: Vec<_> = people::severities(tallies)
        .into_iter()
        .map(|severity| (people::severity(severity), people::severity(severity)))
        .collect();
    picture(&format!("Findings by {by} and severity"), &keys, &bars, out)?;
    let keys = [("high", "reachable"), ("guarded", "of these protected")];
    picture("Blast radius: resources within reach", &keys, &by_reach(tallies), out)?;
    let uses = LastSeen::ALL.iter().map(|&seen| {
        let count = tallies.seen.get(&seen).copied().unwrap_or_default();
        let (name, class) = recency(seen);
        Bar {
            label: name.to_owned(),
            parts: vec![(class, count)],
            value: counted(count, "identity", "identities"),
        }
    });
    picture(
        "Unused access: when those who can were last seen",
        &[],
        &uses.collect::<Vec<_>>(),
        out,
    )?;
    writeln!(out, "</section>")
}

/// What the bar is called; long unused is in the colour of what is urgent, not known in none.
const fn recency(seen: LastSeen) -> (&'static str, &'static str) {
    match seen {
        LastSeen::Month => ("used in the last 30 days", "low"),
        LastSeen::Quarter => ("31 to 90 days ago", "low"),
        LastSeen::Year => ("91 days to a year ago", "low"),
        LastSeen::LongAgo => ("longer ago", "high"),
        LastSeen::Never => ("not used in the tracked period", "high"),
        LastSeen::NotKnown => ("not known", "unranked"),
    }
}

/// By account; by organizational unit where there are more accounts than bars and more than one unit.
fn by_place(tallies: &Tallies) -> (&'static str, Vec<Bar>) {
    if tallies.accounts.len() > BARS && tallies.units.len() > 1 {
        let units = tallies.units.iter().map(|(path, counts)| {
            let name = path.as_deref().map_or("not known", |path| match path {
                "" => "the organization's root",
                path => path,
            });
            (name.to_owned(), counts)
        });
        return ("organizational unit", severity_bars(units));
    }
    let accounts = tallies.accounts.values();
    let accounts = accounts.map(|account| (row::account(&account.identity), &account.counts));
    ("account", severity_bars(accounts))
}

/// The worst first, by the number of the worst severity, then of the next.
fn severity_bars<'a>(places: impl Iterator<Item = (String, &'a BySeverity)>) -> Vec<Bar> {
    let mut places: Vec<_> = places.collect();
    let order = |counts: &BySeverity| -> Vec<u64> {
        let worst_first = Severity::ALL.iter().rev();
        worst_first
            .map(|severity| counts.get(&Some(*severity)).copied().unwrap_or_default())
            .collect()
    };
    places.sort_by(|(a_name, a), (b_name, b)| order(b).cmp(&order(a)).then_with(|| a_name.cmp(b_name)));
    let rest = places.split_off(places.len().min(BARS));
    let mut bars: Vec<Bar> = places
        .iter()
        .map(|(name, counts)| severity_bar(name.clone(), counts))
        .collect();
    if !rest.is_empty() {
        let mut sum = BTreeMap::new();
        for (severity, count) in rest.iter().flat_map(|(_, counts)| counts.iter()) {
            *sum.entry(*severity).or_default() += count;
        }
        bars.push(severity_bar(format!("{} others", thousands(rest.len() as u64)), &sum));
    }
    bars
}

fn severity_bar(label: String, counts: &BySeverity) -> Bar {
    let worst_first = counts.iter().rev();
    let words = worst_first
        .clone()
        .map(|(severity, count)| format!("{} {}", thousands(*count), people::severity(*severity)));
    Bar {
        label,
        value: words.collect::<Vec<_>>().join(", "),
        parts: worst_first
            .map(|(severity, count)| (people::severity(*severity), *count))
            .collect(),
    }
}

fn by_reach(tallies: &Tallies) -> Vec<Bar> {
    let bars = tallies.widest.iter().take(BARS).map(|reach| {
        let identity = &*reach.identity;
        let open = reach.reachable.saturating_sub(reach.protected);
        let value = match reach.protected {
            0 => format!("{} of {}", thousands(reach.reachable.into()), thousands(reach.total.into())),
            protected => format!(
                "{} of {}, {} protected",
                thousands(reach.reachable.into()),
                thousands(reach.total.into()),
                thousands(protected.into())
            ),
        };
        Bar {
            label: format!("{}, {}", cut(&row::who(identity), NAME - 16), identity.account),
            parts: vec![("high", open.into()), ("guarded", reach.protected.into())],
            value,
        }
    });
    bars.collect()
}

/// A heading, what the colours mean, and the bars, the longest as wide as there is room.
fn picture(title: &str, keys: &[(&str, &str)], bars: &[Bar], out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "<figure><figcaption><h3>{}</h3>", Text(title))?;
    if !keys.is_empty() && !bars.is_empty() {
        let mut legend = String::new();
        for (class, word) in keys {
            // Writing to a string does not fail.
            let _ = write!(
                legend,
                "<span><svg class=\"key\" viewBox=\"0 0 10 10\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"10\" height=\"10\"/></svg>{word}</span>"
            );
        }
        writeln!(out, "<p class=\"legend\">{legend}</p>")?;
    }
    writeln!(out, "</figcaption>")?;
    if bars.is_empty() {
        return writeln!(
            out,
            "<p class=\"quiet\">Nothing to show: no inventory was read, or nothing is reachable.</p></figure>"
        );
    }
    let total = |bar: &Bar| bar.parts.iter().map(|(_, count)| count).sum::<u64>();
    let longest = bars.iter().map(total).max().unwrap_or_default().max(1);
    writeln!(out, "<ul class=\"bars\">")?;
    for bar in bars {
        let label = cut(&bar.label, NAME);
        write!(
            out,
            "<li><span class=\"label\">{}</span><svg class=\"bar\" viewBox=\"0 0 {WIDTH} 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
            Text(&label)
        )?;
        let (mut before, mut x) = (0, 0);
        for (class, count) in &bar.parts {
            before += count;
            let end = before.saturating_mul(WIDTH) / longest;
            write!(
                out,
                "<rect class=\"{class}\" x=\"{x}\" width=\"{}\" height=\"10\"/>",
                end.saturating_sub(x)
            )?;
            x = end;
        }
        writeln!(out, "</svg><span class=\"value\">{}</span></li>", Text(&bar.value))?;
    }
    writeln!(out, "</ul></figure>")
}
