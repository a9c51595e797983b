//! `doctor` says before a run what the run would not see.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Desk;
use super::Emulator;
use super::SECRET;
use super::code;
use super::errors;
use super::text;

fn examined(desk: &Desk, more: &[&str], exit: i32) -> Value {
    let done = desk.run(&[&["doctor", "--format", "json"], more].concat());
    assert_eq!(code(&done), exit, "{}", errors(&done));
    serde_json::from_slice(&done.stdout).unwrap()
}

/// The calls in a state, with how many places each has.
fn in_state(examined: &Value, state: &str) -> Vec<String> {
    let checks = examined["checks"].as_array().unwrap().iter();
    let found = checks.filter(|check| check["state"] == state);
    found.map(|check| text(&check["call"]).to_owned()).collect()
}

/// The permissions that `doctor` finds missing.
pub(super) fn denied(desk: &Desk, more: &[&str]) -> BTreeSet<String> {
    let done = desk.run(&[&["doctor", "--format", "json"], more].concat());
    let examined: Value = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", errors(&done)));
    assert_eq!(in_state(&examined, "failed"), [] as [&str; 0]);
    in_state(&examined, "denied").into_iter().collect()
}

#[test]
fn where_all_is_allowed_nothing_is_missing_and_nothing_is_written() {
    let desk = Desk::with_key("testing");
    let found = examined(&desk, &[], 0);
    assert_eq!(found["is_complete"], true);
    assert_eq!(text(&found["caller"]["account"]), super::ACCOUNT);
    let expected: Vec<String> = super::own_actions().into_iter().map(str::to_owned).collect();
    let mut known = [in_state(&found, "works"), in_state(&found, "not_built")].concat();
    known.sort();
    assert_eq!(known, expected, "each action of the policy is looked at");
    assert!(std::fs::read_dir(desk.folder.path()).unwrap().next().is_none());
    let without = examined(&desk, &["--usage", "none"], 0);
    assert_eq!(in_state(&without, "works").len(), in_state(&found, "works").len() - 2);
}

#[test]
fn what_is_missing_is_named_with_what_the_report_will_not_know() {
    for (key, state, call, unknown) in [
        (
            "NOREPORT",
            "denied",
            "iam:GenerateCredentialReport",
            "which passwords and access keys are in use is not known",
        ),
        (
            "BARE403",
            "denied",
            "iam:GenerateCredentialReport",
            "which passwords and access keys are in use is not known",
        ),
        (
            "NODETAILS",
            "denied",
            "iam:GetAccountAuthorizationDetails",
            "no identity and no policy of the account is known",
        ),
    ] {
        let desk = Desk::with_key(key);
        let found = examined(&desk, &[], 3);
        assert_eq!(in_state(&found, state), [call]);
        let done = desk.run(&["doctor"]);
        let shown = String::from_utf8_lossy(&done.stdout).into_owned();
        let expected =
            format!("denied    {call}\n          without it {unknown}\n          it was answered AccessDenied (HTTP 403)");
        assert!(shown.contains(&expected), "{shown}");
        assert!(shown.contains(&format!("missing permissions: {call};")), "{shown}");
        // The run says the same of its gap.
        assert_eq!(code(&desk.collect(&[])), 3);
        let gaps = super::gaps(&desk);
        assert_eq!(gaps.iter().map(|gap| text(&gap["permission"])).collect::<Vec<_>>(), [call]);
        assert!(text(&gaps[0]["detail"]).ends_with(unknown), "{gaps:?}");
    }
}

#[test]
fn each_account_of_an_organization_is_looked_at() {
    let (emulator, ids) = Emulator::organization();
    let desk = Desk::at(&emulator.endpoint(), "testing", SECRET);
    let choice = ["--organization", "--role-name", "reader"];
    let found = examined(&desk, &choice, 3);
    assert_eq!(
        (&found["accounts"], found["is_complete"].as_bool()),
        (&Value::from(4), Some(false))
    );
    assert_eq!(text(&found["inactive"][0]["account"]), text(&ids["accounts"]["closed"]));
    assert_eq!(in_state(&found, "denied"), [] as [&str; 0]);
    let details = in_state(&found, "works")
        .into_iter()
        .filter(|call| call == "iam:GetAccountAuthorizationDetails");
    assert_eq!(details.count(), 4);

    let production = text(&ids["units"]["production"]);
    let closed = ["--organization", "--role-name", "closed-door", "--ou", production];
    let found = examined(&desk, &closed, 3);
    assert_eq!(in_state(&found, "denied"), ["sts:AssumeRole", "sts:AssumeRole"]);
    let done = desk.run(&[&["doctor"], &closed[..]].concat());
    let shown = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(shown.contains("denied    sts:AssumeRole in 2 of 2 accounts: "), "{shown}");
    assert!(shown.contains("without it nothing of the account is known"), "{shown}");

    let blind = Desk::at(&emulator.endpoint(), "NOORGANIZATION", SECRET);
    let found = examined(&blind, &choice, 3);
    let expected = ["ListDelegatedAdministrators", "ListPolicies", "ListRoots"];
    assert_eq!(
        in_state(&found, "denied"),
        expected.map(|name| format!("organizations:{name}"))
    );
    assert!(in_state(&found, "not_asked").contains(&"organizations:DescribePolicy".to_owned()));
}
