//! The report as SARIF 2.1.0: one result a finding, at the statements that grant.

use std::io;

use percent_encoding::AsciiSet;
use percent_encoding::NON_ALPHANUMERIC;
use percent_encoding::utf8_percent_encode;
use serde_json::Value;
use serde_json::json;

use crate::finding::Change;
use crate::finding::Citation;
use crate::finding::CoverageGap;
use crate::finding::Finding;
use crate::finding::Hop;
use crate::finding::Identity;
use crate::finding::Place;
use crate::finding::PrincipalKind;
use crate::finding::Report;
use crate::finding::RuleFacts;
use crate::finding::RunFacts;
use crate::finding::Score;
use crate::finding::Severity;
use crate::finding::Verdict;
use crate::report::json::list;
use crate::report::json::value;
use crate::report::sentence;
use crate::report::sentence::told;
use crate::report::visible;

/// More results in one run are refused by GitHub; further ones go into further runs.
const RESULTS_PER_RUN: usize = 25_000;
/// More locations of one result are refused by GitHub.
const LOCATIONS: usize = 1_000;
/// The descriptors of a rule: one for findings that are not ranked, then one for each severity.
const GRADES: [Option<Severity>; 5] = [
    None,
    Some(Severity::Low),
    Some(Severity::Medium),
    Some(Severity::High),
    Some(Severity::Critical),
];

/// Everything but what RFC 3986 leaves as it is in a path.
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Writes the report.
///
/// # Errors
/// What the writer says.
pub fn write_sarif(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    out.write_all(b"{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\n\"version\":\"2.1.0\",\n\"runs\":[")?;
    let mut rest = &*report.findings;
    let mut number = 1;
    loop {
        let (part, after) = rest.split_at_checked(RESULTS_PER_RUN).unwrap_or((rest, &[]));
        write_run(report, number, part, out)?;
        if after.is_empty() {
            return out.write_all(b"]}\n");
        }
        out.write_all(b",")?;
        rest = after;
        number += 1;
    }
}

fn write_run(report: &Report, number: usize, findings: &[Finding], out: &mut dyn io::Write) -> io::Result<()> {
    let facts = &report.facts;
    out.write_all(b"\n{\"tool\":")?;
    value(out, &tool(facts))?;
    // GitHub takes runs of one tool apart by the category, which is the id without what follows the last slash.
    let category = match number {
        1 => "leastwise/".to_owned(),
        _ => format!("leastwise/{number}/"),
    };
    out.write_all(b",\n\"automationDetails\":")?;
    value(out, &json!({"id": category}))?;
    out.write_all(b",\n\"columnKind\":\"unicodeCodePoints\",\n\"invocations\":")?;
    let notifications: Vec<Value> = report.gaps.iter().map(notification).collect();
    let invocation = json!({
        "executionSuccessful": true,
        "endTimeUtc": facts.as_of,
        "toolExecutionNotifications": notifications,
    });
    value(out, &[invocation])?;
    let taxonomies = taxonomies(&facts.rules);
    if !taxonomies.is_empty() {
        out.write_all(b",\n\"taxonomies\":")?;
        value(out, &taxonomies)?;
    }
    list(out, "results", findings.iter().map(|finding| told(result(finding, facts))))?;
    out.write_all(b"}")
}

fn tool(facts: &RunFacts) -> Value {
    let descriptors = facts
        .rules
        .iter()
        .flat_map(|rule| GRADES.map(|grade| told(descriptor(rule, grade))));
    json!({"driver": {
        "name": "leastwise",
        "version": facts.tool_version,
        "semanticVersion": facts.tool_version,
        "rules": descriptors.collect::<Vec<_>>(),
    }})
}

/// Code scanning takes severities from the rule, not from the result, so that each severity is a rule of its own.
fn descriptor(rule: &RuleFacts, grade: Option<Severity>) -> Value {
    let technique = technique(rule).map(|(id, version)| {
        json!([{
            "target": {"id": id, "toolComponent": {"name": taxonomy_name(version)}},
            "kinds": ["relevant"],
        }])
    });
    json!({
        "id": graded(rule.id.as_str(), grade),
        "shortDescription": {"text": message(&rule.title)},
        "fullDescription": {"text": message(&rule.title)},
        "help": {"text": format!("`leastwise rules show {}` says what the rule finds, why it matters and how to fix it.", rule.id)},
        "defaultConfiguration": {"level": level(grade)},
        "relationships": technique,
        "properties": {
            "security-severity": grade.map(security_severity),
            "precision": "very-high",
            "tags": ["security", "iam", "least-privilege"],
        },
    })
}

fn graded(rule: &str, grade: Option<Severity>) -> String {
    match grade {
        Some(severity) => format!("{rule}/{severity}"),
        None => rule.to_owned(),
    }
}

const fn level(grade: Option<Severity>) -> &'static str {
    match grade {
        Some(Severity::Critical | Severity::High) => "error",
        Some(Severity::Medium) | None => "warning",
        Some(Severity::Low) => "note",
    }
}

/// The middle of what GitHub calls by the same word.
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

/// Rules that follow a technique have its id.
pub(super) fn technique(rule: &RuleFacts) -> Option<(&str, &str)> {
    Some((rule.id.as_str(), rule.attack_version.as_deref()?))
}

fn taxonomy_name(version: &str) -> String {
    format!("MITRE ATT&CK {version}")
}

fn taxonomies(rules: &[RuleFacts]) -> Vec<Value> {
    let mut versions: Vec<&str> = rules.iter().filter_map(|rule| rule.attack_version.as_deref()).collect();
    versions.sort_unstable();
    versions.dedup();
    let taxonomy = |version: &&str| {
        let taxa = rules.iter().filter_map(technique).filter(|(_, of)| of == version);
        json!({
            "name": taxonomy_name(version),
            "version": version,
            "organization": "MITRE",
            "shortDescription": {"text": "Adversary tactics and techniques"},
            "taxa": taxa.map(|(id, _)| json!({"id": id})).collect::<Vec<_>>(),
        })
    };
    versions.iter().map(taxonomy).collect()
}

fn notification(gap: &CoverageGap) -> Value {
    let text = visible(&sentence::gap(gap)).into_owned();
    told(json!({
        "level": "warning",
        "message": {"text": message(&text)},
        "properties": {"account": gap.account},
    }))
}

fn result(finding: &Finding, facts: &RunFacts) -> Value {
    let grade = finding.severity();
    let of_rules = facts.rules.iter().position(|rule| rule.id == finding.rule);
    let of_grades = GRADES.iter().position(|known| *known == grade).unwrap_or_default();
    let (kind, level) = match finding.verdict {
        Verdict::Allowed | Verdict::Conditional => ("fail", level(grade)),
        Verdict::Undetermined => ("open", "none"),
        Verdict::Denied => ("pass", "none"),
    };
    let id = finding.id().to_string();
    let identity = &*finding.identity;
    let mut text = vec![sentence::title(finding)];
    text.extend(sentence::description(finding));
    let related: Vec<Value> = finding
        .limits
        .iter()
        .filter(|citation| citation.place.is_some())
        .take(LOCATIONS)
        .zip(1_u32..)
        .map(|(citation, number)| related(citation, number))
        .collect();
    json!({
        "ruleId": graded(finding.rule.as_str(), grade),
        "ruleIndex": of_rules.map(|rule| rule * GRADES.len() + of_grades),
        "kind": kind,
        "level": level,
        "message": {"text": message(&text.join("\n"))},
        "locations": locations(finding),
        "relatedLocations": some(related),
        "codeFlows": code_flows(finding),
        // The first is what GitHub matches alerts by.
        "partialFingerprints": {"primaryLocationLineHash": format!("{id}:1"), "leastwiseFindingId/v1": id},
        "baselineState": finding.change.map(baseline_state),
        "suppressions": suppressions(finding),
        "rank": finding.score.as_ref().map(Score::total),
        "properties": {
            "account": identity.account,
            "accountName": identity.account_name,
            "ouPath": identity.ou_path,
            "principal": identity.principal,
            "action": finding.action,
            "verdict": finding.verdict,
            "severity": grade,
            "change": finding.change,
            "notRead": some(finding.gaps.to_vec()),
        },
    })
}

const fn baseline_state(change: Change) -> &'static str {
    match change {
        Change::New => "new",
        Change::Worse | Change::Better => "updated",
        Change::Known => "unchanged",
    }
}

/// Written always: SARIF takes a missing list for "not known".
fn suppressions(finding: &Finding) -> Value {
    let suppression = finding.suppression.as_deref().map(|suppression| {
        json!({
            "kind": "external",
            "status": "accepted",
            "justification": sentence::accepted(suppression),
        })
    });
    suppression.into_iter().collect()
}

/// The statements that grant; where none stands in a file, a path that names the identity.
fn locations(finding: &Finding) -> Vec<Value> {
    let logical = logical(&finding.identity);
    let places = finding.grants.iter().filter_map(|grant| Some((grant, grant.place.as_ref()?)));
    let locations = places.take(LOCATIONS).map(|(grant, place)| {
        json!({
            "physicalLocation": physical(place),
            "logicalLocations": [logical],
            "message": {"text": message(&visible(&grant.brief()))},
        })
    });
    let mut locations: Vec<Value> = locations.collect();
    if locations.is_empty() {
        let uri = pseudo_path(&finding.identity);
        let physical = json!({"artifactLocation": {"uri": uri}, "region": {"startLine": 1}});
        locations.push(json!({"physicalLocation": physical, "logicalLocations": [logical]}));
    }
    locations
}

fn related(citation: &Citation, number: u32) -> Value {
    json!({
        "id": number,
        "physicalLocation": citation.place.as_ref().map(physical),
        "message": {"text": message(&visible(&citation.brief()))},
    })
}

fn physical(place: &Place) -> Value {
    json!({
        "artifactLocation": {"uri": uri(&place.file)},
        "region": {"startLine": place.line, "startColumn": place.column},
    })
}

fn logical(identity: &Identity) -> Value {
    json!({"name": identity.name(), "fullyQualifiedName": identity.principal, "kind": "principal"})
}

/// `aws/111122223333/role/deploy.json`: nothing is there, but consumers insist on a file, and it does not change.
fn pseudo_path(identity: &Identity) -> String {
    let kind = match identity.kind {
        PrincipalKind::AccountRoot => "root",
        PrincipalKind::IamUser => "user",
        PrincipalKind::IamRole => "role",
    };
    let name = identity.name();
    format!(
        "aws/{}/{kind}/{}.json",
        identity.account,
        utf8_percent_encode(name, NON_ALPHANUMERIC)
    )
}

/// A URI of a file as the source names it: relative for a relative path.
fn uri(file: &str) -> String {
    let file = if cfg!(windows) {
        file.replace('\\', "/")
    } else {
        file.to_owned()
    };
    let path = utf8_percent_encode(&file, IN_PATH);
    if file.starts_with('/') {
        format!("file://{path}")
    } else {
        path.to_string()
    }
}

/// The way of an identity that needs several steps; none for a direct call.
fn code_flows(finding: &Finding) -> Option<Value> {
    if finding.detour.is_empty() {
        return None;
    }
    let step = |hop: &Hop| {
        let logical = json!({"name": hop.from, "fullyQualifiedName": hop.from, "kind": "principal"});
        let text = message(&visible(&hop.to_string()));
        json!({"location": {"logicalLocations": [logical], "message": {"text": text}}})
    };
    let steps: Vec<Value> = finding.path().iter().map(step).collect();
    Some(json!([{"threadFlows": [{"locations": steps}]}]))
}

fn some<T>(items: Vec<T>) -> Option<Vec<T>> {
    (!items.is_empty()).then_some(items)
}

/// Text that SARIF reads neither as a link (§3.11.6) nor as a placeholder (§3.11.5).
fn message(text: &str) -> String {
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\\' | '[' | ']' => shown.extend(['\\', c]),
            '{' | '}' => shown.extend([c, c]),
            _ => shown.push(c),
        }
    }
    shown
}
