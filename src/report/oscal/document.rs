//! The document, and what stands in it for each finding and gap.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use serde_json::Value;
use serde_json::json;
use sha2::Digest as _;
use sha2::Sha256;
use uuid::Uuid;

use crate::controls::Assessment;
use crate::finding::CoverageGap;
use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::Report;
use crate::finding::RunFacts;
use crate::finding::Verdict;
use crate::report::json::list;
use crate::report::json::value;
use crate::report::oscal::control;
use crate::report::oscal::parts::NAMESPACE;
use crate::report::oscal::parts::markdown;
use crate::report::oscal::parts::of;
use crate::report::oscal::parts::props;
use crate::report::oscal::parts::tool;
use crate::report::sentence;
use crate::report::sentence::told;

/// Least privilege: the control that every question of ours is about.
const CONTROL: &str = "ac-6";
/// Its objective, as NIST SP 800-53A names it.
const OBJECTIVE: &str = "ac-6_obj";

/// Writes the report, and what it says of the controls that were assessed.
///
/// # Errors
/// What the writer says.
pub fn write_oscal(report: &Report, controls: Option<&Assessment>, out: &mut dyn io::Write) -> io::Result<()> {
    write_document(report, controls, document(report, controls)?, out)
}

fn write_document(report: &Report, controls: Option<&Assessment>, document: Uuid, out: &mut dyn io::Write) -> io::Result<()> {
    let facts = &report.facts;
    out.write_all(b"{\"assessment-results\":{\"uuid\":")?;
    value(out, &document)?;
    out.write_all(b",\n\"metadata\":")?;
    value(
        out,
        &json!({
            "title": "Least privilege of AWS identities",
            "last-modified": facts.as_of,
            "version": facts.as_of.to_string(),
            "oscal-version": "1.2.3",
        }),
    )?;
    let plan = of("plan", "");
    out.write_all(b",\n\"import-ap\":")?;
    value(out, &json!({"href": format!("#{plan}")}))?;
    out.write_all(b",\n\"results\":[")?;
    write_result(report, controls, document, out)?;
    out.write_all(b"],\n\"back-matter\":")?;
    let resource = json!({
        "uuid": plan,
        "title": "No assessment plan",
        "description": "The audit follows its rules; there is no assessment plan in OSCAL.",
    });
    value(out, &json!({"resources": [resource]}))?;
    out.write_all(b"}}\n")
}

/// Changes with every other byte of the document, as OSCAL wants; not with what only other formats of the run show.
fn document(report: &Report, controls: Option<&Assessment>) -> io::Result<Uuid> {
    let mut hash = Hashing(Sha256::new());
    write_document(report, controls, Uuid::nil(), &mut hash)?;
    let mut name = String::from("document ");
    for byte in hash.0.finalize() {
        // Writing to a string does not fail.
        let _ = write!(name, "{byte:02x}");
    }
    Ok(Uuid::new_v5(&NAMESPACE, name.as_bytes()))
}

struct Hashing(Sha256);

impl io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_result(report: &Report, controls: Option<&Assessment>, document: Uuid, out: &mut dyn io::Write) -> io::Result<()> {
    let facts = &report.facts;
    out.write_all(b"\n{\"uuid\":")?;
    value(out, &of("result", &document.to_string()))?;
    out.write_all(b",\n\"title\":\"Who can make the calls that the rules name\",\n\"description\":")?;
    value(out, &summary(facts))?;
    out.write_all(b",\n\"start\":")?;
    value(out, &facts.as_of)?;
    out.write_all(b",\n\"end\":")?;
    value(out, &facts.as_of)?;
    out.write_all(b",\n\"local-definitions\":{\"components\":")?;
    value(out, &[component(facts)])?;
    let mut identities: BTreeMap<&str, &Identity> = BTreeMap::new();
    for finding in &report.findings {
        identities.entry(&finding.identity.principal).or_insert(&finding.identity);
    }
    if !identities.is_empty() {
        list(out, "users", identities.values().map(|identity| user(identity)))?;
    }
    out.write_all(b"},\n\"reviewed-controls\":")?;
    let mut selections = vec![json!({"include-controls": [{"control-id": CONTROL}]})];
    selections.extend(controls.map(control::selection));
    value(out, &json!({"control-selections": selections}))?;
    // A list is left out when nothing is in it: the schema wants one item at least.
    let observations = report.findings.iter().map(|finding| observation(finding, facts));
    let gaps = report.gaps.iter().map(|gap| gap_observation(gap, facts));
    let assessed = || {
        controls
            .into_iter()
            .flat_map(|assessment| assessment.controls.iter().map(move |one| (assessment, one)))
    };
    let counts = assessed().map(|(assessment, one)| control::observation(one, assessment, facts));
    some(out, "observations", observations.chain(gaps).chain(counts))?;
    let open = report.findings.iter().filter(|finding| finding.verdict != Verdict::Denied);
    some(out, "risks", open.map(risk))?;
    let of_controls = assessed().map(|(assessment, one)| control::finding(one, assessment));
    some(out, "findings", report.findings.iter().map(finding).chain(of_controls))?;
    out.write_all(b"}")
}

fn some(out: &mut dyn io::Write, name: &str, items: impl Iterator<Item = Value>) -> io::Result<()> {
    let mut items = items.peekable();
    if items.peek().is_none() {
        return Ok(());
    }
    list(out, name, items)
}

fn summary(facts: &RunFacts) -> String {
    let verdicts = facts.verdicts;
    format!(
        "{} accounts and {} identities were looked at; answers: {} allowed, {} conditional, {} undetermined, {} denied.",
        facts.accounts, facts.identities, verdicts.allowed, verdicts.conditional, verdicts.undetermined, verdicts.denied
    )
}

fn component(facts: &RunFacts) -> Value {
    json!({
        "uuid": tool(),
        "type": "software",
        "title": "leastwise",
        "description": "Reads the policies of AWS accounts and answers who can make a call.",
        "props": props([
            ("version", Some(Cow::from(&*facts.tool_version))),
            ("catalog-version", Some(Cow::from(&*facts.catalog_version))),
        ]),
        "status": {"state": "operational"},
    })
}

fn user(identity: &Identity) -> Value {
    told(json!({
        "uuid": of("identity", &identity.principal),
        "title": markdown(identity.name()),
        "props": props([
            ("principal", Some(Cow::from(&*identity.principal))),
            ("account", Some(identity.account.as_str().into())),
        ]),
    }))
}

fn observation(finding: &Finding, facts: &RunFacts) -> Value {
    let identity = &*finding.identity;
    json!({
        "uuid": of("observation", &finding.id().to_string()),
        "title": markdown(&sentence::title(finding)),
        "description": description(finding),
        "methods": ["EXAMINE"],
        "types": ["finding"],
        "origins": [{"actors": [{"type": "tool", "actor-uuid": tool()}]}],
        "subjects": [{
            "subject-uuid": of("identity", &identity.principal),
            "type": "user",
            "title": markdown(&identity.principal),
        }],
        "collected": facts.as_of,
    })
}

fn gap_observation(gap: &CoverageGap, facts: &RunFacts) -> Value {
    let account = gap.account.map(|account| account.to_string()).unwrap_or_default();
    let name = format!("{account}\n{}\n{}\n{}", gap.source, gap.what, gap.consequence);
    told(json!({
        "uuid": of("gap", &name),
        "title": "Something was not read",
        "description": markdown(&sentence::gap(gap)),
        "methods": ["EXAMINE"],
        "origins": [{"actors": [{"type": "tool", "actor-uuid": tool()}]}],
        "props": props([("account", gap.account.map(|account| account.to_string().into()))]),
        "collected": facts.as_of,
    }))
}

fn finding(finding: &Finding) -> Value {
    let id = finding.id().to_string();
    let (state, reason) = match finding.verdict {
        Verdict::Allowed | Verdict::Conditional => ("not-satisfied", "fail"),
        Verdict::Undetermined => ("not-satisfied", "other"),
        Verdict::Denied => ("satisfied", "pass"),
    };
    let remarks = (finding.verdict == Verdict::Undetermined)
        .then_some("Undetermined: a document that was not read, or a point that AWS does not document, decides.");
    let risk = (finding.verdict != Verdict::Denied).then(|| json!([{"risk-uuid": of("risk", &id)}]));
    told(json!({
        "uuid": of("finding", &id),
        "title": markdown(&sentence::title(finding)),
        "description": description(finding),
        "props": properties(finding),
        "target": {
            "type": "objective-id",
            "target-id": OBJECTIVE,
            "status": {"state": state, "reason": reason, "remarks": remarks},
        },
        "related-observations": [{"observation-uuid": of("observation", &id)}],
        "related-risks": risk,
    }))
}

fn risk(finding: &Finding) -> Value {
    let id = finding.id().to_string();
    let status = if finding.suppression.is_some() {
        "deviation-approved"
    } else {
        "open"
    };
    let facets = [
        ("impact", Some(finding.impact.to_string())),
        ("loss", Some(finding.loss.to_string())),
        ("severity", finding.severity().map(|severity| severity.to_string())),
        ("score", finding.score.as_ref().map(|score| score.total().to_string())),
    ];
    let facets = facets
        .into_iter()
        .filter_map(|(name, value)| Some(json!({"name": name, "system": NAMESPACE.urn().to_string(), "value": value?})));
    told(json!({
        "uuid": of("risk", &id),
        "title": markdown(&sentence::title(finding)),
        "description": description(finding),
        "statement": format!("One call has {} impact; the loss is of the kind {}.", finding.impact, finding.loss),
        "status": status,
        "characterizations": [{
            "origin": {"actors": [{"type": "tool", "actor-uuid": tool()}]},
            "facets": facets.collect::<Vec<_>>(),
        }],
        "related-observations": [{"observation-uuid": of("observation", &id)}],
    }))
}

fn description(finding: &Finding) -> String {
    let mut lines = vec![markdown(&sentence::title(finding))];
    lines.extend(sentence::description(finding).iter().map(|line| markdown(line)));
    lines.join("\n\n")
}

fn properties(finding: &Finding) -> Option<Value> {
    let identity = &*finding.identity;
    let score = finding.score.as_ref();
    props([
        ("id", Some(finding.id().to_string().into())),
        ("rule", Some(finding.rule.as_str().into())),
        ("account", Some(identity.account.as_str().into())),
        ("ou-path", identity.ou_path.as_deref().map(Cow::from)),
        ("principal", Some(Cow::from(&*identity.principal))),
        ("action", Some(Cow::from(&*finding.action))),
        ("verdict", Some(finding.verdict.word().into())),
        ("severity", score.map(|score| score.severity().word().into())),
        ("score", score.map(|score| score.total().to_string().into())),
        ("change", finding.change.map(|change| change.word().into())),
        (
            "accepted",
            finding.suppression.as_deref().map(|by| sentence::accepted(by).into()),
        ),
    ])
}
