//! What a row unfolds to: everything that the report knows about why.

use std::io;

use crate::finding::Citation;
use crate::finding::Finding;
use crate::finding::Report;
use crate::finding::Verdict;
use crate::finding::WitnessValue;
use crate::report::html::markup::Code;
use crate::report::html::markup::Text;
use crate::report::html::people;
use crate::report::html::quote::OfRow;
use crate::report::html::quote::Quotes;
use crate::report::html::remedy;

/// The entries of one row, in the order in which they are shown; each line is HTML.
struct Entries<'o> {
    out: &'o mut dyn io::Write,
}

impl Entries<'_> {
    /// A label and its lines; nothing where there are no lines.
    fn add(&mut self, label: &str, lines: impl IntoIterator<Item = String>) -> io::Result<()> {
        let mut label = Some(label);
        for line in lines {
            if let Some(label) = label.take() {
                write!(self.out, "<dt>{label}</dt>")?;
            }
            write!(self.out, "<dd>{line}</dd>")?;
        }
        Ok(())
    }
}

/// Writes the reasons of a row, with the texts of its statements as far as the page has room for them.
pub(super) fn write(
    finding: &Finding,
    rank: usize,
    report: &Report,
    quotes: &mut Quotes,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let id = finding.id();
    write!(
        out,
        "<p class=\"quiet\">Rank {rank} of {}, rule {}, <a href=\"#finding-{id}\">link to this row</a>, id <code>{id}</code></p><dl>",
        report.total(),
        Code(finding.rule.as_str())
    )?;
    let mut entries = Entries { out };
    let mut texts = quotes.of_row(finding);
    write_state(finding, &mut entries)?;
    write_path(finding, &mut entries)?;
    write_conditions(finding, &mut entries)?;
    let mut cite = |cited: &Citation| citation(cited) + &texts.show(cited);
    entries.add("granted by", finding.grants.iter().map(&mut cite))?;
    entries.add("limited by", finding.limits.iter().map(&mut cite))?;
    write_blockers(finding, &mut texts, &mut entries)?;
    entries.add("fix", remedy::lines(finding, report))?;
    write_witness(finding, &mut entries)?;
    write_reach(finding, &mut entries)?;
    write_score(finding, &mut entries)?;
    write_identity(finding, &mut entries)?;
    entries.add("not read", finding.gaps.iter().map(|gap| Text(gap).to_string()))?;
    write!(out, "</dl>")
}

/// How it stands to the baseline, and who accepts it.
fn write_state(finding: &Finding, entries: &mut Entries<'_>) -> io::Result<()> {
    entries.add("change", finding.change.map(|change| people::change(change).to_owned()))?;
    let accepted = finding.suppression.as_deref().map(|suppression| {
        format!(
            "by {} until {}: {}",
            Text(&suppression.owner),
            suppression.expires,
            Text(&suppression.reason)
        )
    });
    entries.add("accepted", accepted)
}

fn write_path(finding: &Finding, entries: &mut Entries<'_>) -> io::Result<()> {
    let path = finding.path();
    let hops = path.iter().map(|hop| {
        let to = hop.to.as_ref().map_or_else(|| "any".to_owned(), |to| Code(to).to_string());
        format!("{} → {} → {to}", Code(&hop.from), Code(&hop.action))
    });
    entries.add("path", hops)
}

fn write_conditions(finding: &Finding, entries: &mut Entries<'_>) -> io::Result<()> {
    let conditions = finding.conditions.iter().map(|condition| {
        format!(
            "{} <small>{}, {}</small>",
            Text(&condition.words),
            Code(&condition.key),
            words(condition.class.word())
        )
    });
    let label = if finding.verdict == Verdict::Allowed {
        "the holder chooses"
    } else {
        "conditions"
    };
    entries.add(label, conditions)?;
    if let Some(weakest) = finding.condition.as_deref() {
        let said = format!("{} <small>{}</small>", Text(&weakest.words), people::bound(weakest.bound));
        let tests = weakest.alternatives.iter().map(|tests| {
            let tests = tests.iter().map(|test| {
                let values: Vec<String> = test.values.iter().map(|value| Code(value).to_string()).collect();
                let not = if test.holds { "" } else { "not: " };
                format!("{not}{} {} {}", Code(&test.key), Text(&test.operator), values.join(" or "))
            });
            format!("either: {}", tests.collect::<Vec<_>>().join(" <b>and</b> "))
        });
        entries.add("weakest condition", [said].into_iter().chain(tests))?;
    }
    entries.add("not known", finding.unknowns.iter().map(|unknown| Text(unknown).to_string()))
}

/// What blocks every request, and what alone would open the way.
fn write_blockers(finding: &Finding, texts: &mut OfRow<'_>, entries: &mut Entries<'_>) -> io::Result<()> {
    let Some(blockers) = finding.blockers.as_deref() else {
        return Ok(());
    };
    let members = blockers.members.iter().map(|blocker| {
        let keys: Vec<String> = blocker.keys.iter().map(|key| Code(key).to_string()).collect();
        let keys = if keys.is_empty() {
            String::new()
        } else {
            format!(" <small>{}</small>", keys.join(", "))
        };
        let text = texts.show(&blocker.by);
        format!("{}: {}{keys}{text}", citation(&blocker.by), Text(&blocker.words))
    });
    let label = if blockers.is_minimal {
        "blocked by, each needed"
    } else {
        "blocked by"
    };
    entries.add(label, members)?;
    let fixes = blockers.single_fixes.iter().flatten().map(citation);
    entries.add("each alone is in the way", fixes)
}

/// The request that proves it.
fn write_witness(finding: &Finding, entries: &mut Entries<'_>) -> io::Result<()> {
    let Some(witness) = finding.witness.as_deref() else {
        return Ok(());
    };
    let call = format!("{} signed by {}", Code(&finding.action), words(witness.credentials.word()));
    let resource = witness.resource.iter().map(|resource| format!("on {}", Code(resource)));
    let keys = witness.context.iter().map(|entry| {
        let values: Vec<String> = match &entry.value {
            WitnessValue::One(value) => vec![Code(value).to_string()],
            WitnessValue::Many(values) => values.iter().map(|value| Code(value).to_string()).collect(),
        };
        format!("{} = {}", Code(&entry.key), values.join(", "))
    });
    entries.add("request that succeeds", [call].into_iter().chain(resource).chain(keys))
}

fn write_reach(finding: &Finding, entries: &mut Entries<'_>) -> io::Result<()> {
    let Some(reach) = finding.resources.as_deref() else {
        return Ok(());
    };
    let count = format!(
        "{} of {}, {} protected ({})",
        reach.reachable,
        reach.total,
        reach.protected,
        Text(&reach.resource_type)
    );
    let sample = reach.sample.iter().map(|resource| {
        let protections: Vec<String> = resource.protections.iter().map(|name| Text(name).to_string()).collect();
        format!("{} <small>{}</small>", Code(&resource.name), protections.join(", "))
    });
    let rest = (reach.reachable as usize).saturating_sub(reach.sample.len());
    let rest = (rest > 0 && !reach.sample.is_empty()).then(|| format!("and {rest} more"));
    entries.add("within reach", [count].into_iter().chain(sample).chain(rest))
}

/// The factors, of which the score is the sum. A denied row has no points.
fn write_score(finding: &Finding, entries: &mut Entries<'_>) -> io::Result<()> {
    let Some(score) = finding.score.as_ref().filter(|_| finding.verdict != Verdict::Denied) else {
        return Ok(());
    };
    let factors = score.factors().map(|factor| {
        format!(
            "{} <b>{}</b> of {}: {}",
            factor.name,
            factor.points,
            factor.max,
            Text(factor.why)
        )
    });
    let sum = format!("sum <b>{}</b>: {}", score.total(), score.severity());
    entries.add("score", factors.chain([sum]))
}

/// Who it is, its credentials, and what Access Analyzer says of it.
fn write_identity(finding: &Finding, entries: &mut Entries<'_>) -> io::Result<()> {
    let identity = &*finding.identity;
    let usage = &identity.usage;
    let unit = identity.ou_path.as_deref().map(|path| match path {
        "" => "directly below the organization's root".to_owned(),
        path => format!("organizational unit {}", Code(path)),
    });
    let created = usage.created.map(|at| format!("created {}", people::day(at)));
    let password = usage.password_enabled.map(|enabled| {
        if enabled {
            format!("password: {}", people::last_use(usage.password_last_used))
        } else {
            "no password".to_owned()
        }
    });
    let mfa = usage
        .mfa_active
        .map(|active| if active { "MFA device active" } else { "no MFA device" }.to_owned());
    let role = identity
        .principal
        .contains(":role/")
        .then(|| format!("role: {}", people::last_use(usage.role_last_used)));
    let keys = usage.keys.iter().flatten().map(|key| {
        format!(
            "{} access key of {}: {}",
            if key.active { "active" } else { "inactive" },
            key.rotated.map_or_else(|| "an unknown day".to_owned(), people::day),
            people::last_use(key.last_used)
        )
    });
    let called = format!("this action: {}", people::last_use(finding.action_last_used));
    let tags = identity
        .tags
        .iter()
        .flatten()
        .map(|(key, value)| format!("tag {} = {}", Code(key), Code(value)));
    let lines = [Code(&identity.principal).to_string()]
        .into_iter()
        .chain(unit)
        .chain(created)
        .chain(password)
        .chain(mfa)
        .chain(role)
        .chain(keys)
        .chain([called])
        .chain(tags);
    entries.add("identity", lines)?;
    let analyzer = identity
        .access_analyzer
        .iter()
        .map(|evidence| Text(evidence.to_string()).to_string());
    entries.add("Access Analyzer says", analyzer)
}

/// Who says so, with the statement that decides marked, and where it stands.
pub(super) fn citation(citation: &Citation) -> String {
    let via = citation
        .via
        .as_ref()
        .map(|via| format!(" at {}", Code(via)))
        .unwrap_or_default();
    let statement = match (&citation.sid, citation.statement) {
        (Some(sid), _) => format!("statement {} ", Text(sid)),
        (None, Some(number)) => format!("statement {number} "),
        (None, None) => String::new(),
    };
    let place = citation
        .place
        .as_ref()
        .map(|place| format!(" <small>{}</small>", Text(place.to_string())));
    format!(
        "{} {}{via}: <mark>{statement}{}</mark>{}",
        citation.layer.phrase(),
        Code(&citation.policy),
        citation.effect.phrase(),
        place.unwrap_or_default()
    )
}

/// `access_key` as `access key`.
fn words(word: &str) -> String {
    word.replace('_', " ")
}
