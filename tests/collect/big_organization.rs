//! An organization of many accounts, collected and audited, gives row for row what its files give.
//!
//! `ORGANIZATION_ACCOUNTS` and `ORGANIZATION_POLICIES` (for each account) make it bigger.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Desk;
use super::SECRET;
use super::calls;
use super::code;
use super::emulator::Emulator;
use super::emulator::run;
use super::errors;
use super::gaps;
use super::text;

/// The rows of the report, but for where in which file a statement stands.
fn rows(desk: &Desk, source: &str) -> Vec<Value> {
    let audit = desk.run(&[
        "audit",
        source,
        "--all",
        "--as-of",
        "2026-06-01T00:00:00Z",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_slice(&audit.stdout).unwrap_or_else(|_| panic!("{}", errors(&audit)));
    report["findings"].as_array().unwrap().iter().map(without_places).collect()
}

fn without_places(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, _)| *name != "place");
            Value::Object(kept.map(|(name, value)| (name.clone(), without_places(value))).collect())
        }
        Value::Array(elements) => elements.iter().map(without_places).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// How big to make it.
#[expect(clippy::disallowed_methods, reason = "the size of a test is chosen from outside")]
pub fn size<T: std::str::FromStr>(name: &str, usual: T) -> T {
    let chosen = std::env::var(name).ok();
    chosen.map_or(usual, |size| size.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

#[test]
fn a_big_organization_that_was_collected_gives_the_rows_of_its_files() {
    let (accounts, policies) = (size("ORGANIZATION_ACCOUNTS", 12), size("ORGANIZATION_POLICIES", 250));
    let emulator = Emulator::with_pages(100);
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    let endpoint = emulator.endpoint();
    let (account_count, policy_count) = (accounts.to_string(), policies.to_string());
    let mut arguments = vec![&*endpoint, files.to_str().unwrap(), &account_count, &policy_count];
    // What the build reads the files have, too.
    arguments.extend(cfg!(feature = "ec2").then_some("instances"));
    let members = run("big_organization.py", &arguments);
    assert_eq!(members.as_array().unwrap().len(), accounts);

    let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
    let options = [
        "--organization",
        "--role-name",
        "reader",
        "--exclude",
        super::ACCOUNT,
        "--usage",
        "none",
    ];
    let done = desk.collect(&options);
    assert_eq!(code(&done), 0, "{}", errors(&done));
    assert!(gaps(&desk).is_empty());
    let pages = u64::try_from(accounts * policies / 100).unwrap();
    assert!(calls(&desk, "iam:GetAccountAuthorizationDetails") > pages);
    let analyzers = desk.json(&format!("accounts/{}/access-analyzer-findings.json", text(&members[0])));
    assert_eq!(analyzers["analyzers"].as_array().unwrap().len(), 2, "one for each Region");

    let (found, expected) = (
        rows(&desk, desk.output().to_str().unwrap()),
        rows(&desk, files.to_str().unwrap()),
    );
    let differing = found.iter().zip(&expected).find(|(found, expected)| found != expected);
    assert_eq!(differing, None);
    assert_eq!(found.len(), expected.len());
    let verdicts: BTreeSet<&str> = expected.iter().map(|row| text(&row["verdict"])).collect();
    assert!(verdicts.len() >= 3, "{verdicts:?}");
    assert!(expected.len() > accounts * 20);
}
