//! When identities used their permissions: asked of whom the rules find able to act, and told in the report.

use std::collections::BTreeMap;

use serde_json::Value;

use super::ACCOUNT;
use super::Desk;
use super::calls;
use super::code;
use super::errors;
use super::gaps;
use super::report;
use super::text;

const GENERATE: &str = "iam:GenerateServiceLastAccessedDetails";
const READ: &str = "iam:GetServiceLastAccessedDetails";

/// The services of each identity that was asked about, by its name.
fn answers(desk: &Desk) -> BTreeMap<String, usize> {
    let file = desk.json(&format!("accounts/{ACCOUNT}/service-last-accessed.json"));
    let answers = file["ServiceLastAccessed"].as_array().unwrap();
    let named = |answer: &Value| {
        let arn = text(&answer["Arn"]);
        assert_eq!(
            (text(&answer["JobStatus"]), text(&answer["JobType"])),
            ("COMPLETED", "ACTION_LEVEL")
        );
        let services = answer["ServicesLastAccessed"].as_array().unwrap().len();
        (arn.rsplit_once(':').unwrap().1.to_owned(), services)
    };
    answers.iter().map(named).collect()
}

#[test]
fn those_who_can_act_are_asked_about_and_the_report_says_when_they_did() {
    let desk = Desk::with_key("testing");
    let done = desk.collect(&[]);
    assert_eq!(code(&done), 0, "{}", errors(&done));
    let found = answers(&desk);
    // alice and runner may terminate, bob may delete services; carol may only look, and the root user has no such data.
    assert!(
        ["user/alice", "user/staff/bob", "role/runner"]
            .iter()
            .all(|name| found[*name] == 4),
        "{found:?}"
    );
    assert!(!found.contains_key("user/carol") && !found.contains_key("root"), "{found:?}");
    let asked = u64::try_from(found.len()).unwrap();
    assert_eq!(
        (calls(&desk, GENERATE), calls(&desk, READ)),
        (asked, 2 * asked),
        "two pages each"
    );

    let report = report(&desk);
    let state = |name: &str, action: &str| {
        let arn = format!("arn:aws:iam::{ACCOUNT}:{name}");
        let mut found = report["findings"].as_array().unwrap().iter();
        let found = found.find(|finding| finding["identity"]["principal"] == *arn && finding["action"] == action);
        found.unwrap_or_else(|| panic!("{name} {action}"))["action_last_used"].clone()
    };
    let used = state("user/alice", "ec2:TerminateInstances");
    assert_eq!((text(&used["state"]), text(&used["at"])), ("used", "2026-01-02T03:04:05Z"));
    assert_eq!(state("role/runner", "ec2:TerminateInstances")["state"], "not_used");
    assert_eq!(state("user/staff/bob", "ecs:DeleteService")["state"], "not_tracked");
    assert_eq!(state("root", "ec2:TerminateInstances")["state"], "not_tracked");
}

#[test]
fn all_or_nobody_can_be_asked_about() {
    let all = Desk::with_key("testing");
    assert_eq!(code(&all.collect(&["--usage", "all"])), 0);
    let found = answers(&all);
    assert!(
        ["user/carol", "role/bounded", "user/alice"]
            .iter()
            .all(|name| found.contains_key(*name)),
        "{found:?}"
    );
    // What was asked for is what the directory holds: another choice does not mix with it.
    let other = all.collect(&["--usage", "none"]);
    assert_eq!(code(&other), 2);
    assert!(errors(&other).contains("usage: all there, none now"), "{}", errors(&other));

    let none = Desk::with_key("testing");
    assert_eq!(code(&none.collect(&["--usage", "none"])), 0);
    assert_eq!(calls(&none, GENERATE), 0);
    let states: Vec<String> = report(&none)["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["identity"]["kind"] != "account_root")
        .map(|finding| text(&finding["action_last_used"]["state"]).to_owned())
        .collect();
    assert!(
        !states.is_empty() && states.iter().all(|state| state == "not_collected"),
        "{states:?}"
    );
}

#[test]
fn a_refusal_is_one_gap_that_says_for_how_many() {
    for (key, subject, permission) in [("NOUSAGE", GENERATE, Some(GENERATE)), ("FAILEDUSAGE", READ, None)] {
        let desk = Desk::with_key(key);
        let done = desk.collect(&[]);
        assert_eq!(code(&done), 3, "{}", errors(&done));
        let gaps = gaps(&desk);
        assert_eq!(gaps.len(), 1, "{gaps:?}");
        assert_eq!(text(&gaps[0]["subject"]), subject);
        let detail = text(&gaps[0]["detail"]);
        assert!(
            detail.contains("identities used their permissions is not known, such as arn:"),
            "{detail}"
        );
        assert_eq!(gaps[0].get("permission").map(text), permission);
        assert!(!desk.details().with_file_name("service-last-accessed.json").exists());
    }
}
