//! `who-can` and `what-can`.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use leastwise::solve::catalog_actions;
use serde_json::Value;

use crate::cli::INSTANCE;
use crate::cli::text_of;
use crate::command::SAMPLE;
use crate::command::leastwise;

fn answers(run: &crate::command::Run) -> Vec<Value> {
    run.json().get("answers").unwrap().as_array().unwrap().clone()
}

#[test]
fn who_can_answers_in_the_agreed_form() {
    let run = leastwise(&["who-can", "ec2:TerminateInstances", SAMPLE, "--format", "json"]);
    let answers = answers(&run);
    assert!(answers.len() > 10);
    for answer in &answers {
        assert!(text_of(answer, "principal").starts_with("arn:aws:iam::"), "{answer}");
        assert!(text_of(answer, "principal").contains(&text_of(answer, "account")), "{answer}");
        assert_eq!(text_of(answer, "action"), "ec2:TerminateInstances");
        let verdict = text_of(answer, "verdict");
        assert!(["allowed", "conditional", "undetermined"].contains(&&*verdict), "{answer}");
        let has = |member: &str| !answer.get(member).unwrap().as_array().unwrap().is_empty();
        assert_eq!(has("unknowns"), verdict == "undetermined", "{answer}");
        assert!(verdict != "conditional" || has("conditions"), "{answer}");
    }
}

#[test]
fn who_can_tells_denied_ones_only_when_asked() {
    let arguments = ["who-can", "ec2:TerminateInstances", SAMPLE, "--format", "json"];
    let some = answers(&leastwise(&arguments));
    let all = answers(&leastwise(&[&arguments[..], &["--all"]].concat()));
    assert_eq!(all.len(), 62, "every identity of the sample");
    let denied = all.iter().filter(|answer| text_of(answer, "verdict") == "denied").count();
    assert_eq!(some.len() + denied, all.len());
}

#[test]
fn who_can_agrees_with_the_audit() {
    let report = leastwise(&["audit", SAMPLE, "--format", "json"]).json();
    let mut audited = BTreeSet::new();
    for finding in report.get("findings").unwrap().as_array().unwrap() {
        let identity = finding.get("identity").unwrap();
        audited.insert((
            text_of(identity, "principal"),
            text_of(finding, "action"),
            text_of(finding, "verdict"),
        ));
    }
    let mut asked = BTreeSet::new();
    for action in ["ec2:TerminateInstances", "ecs:DeleteService"] {
        for answer in answers(&leastwise(&["who-can", action, SAMPLE, "--format", "json"])) {
            asked.insert((
                text_of(&answer, "principal"),
                text_of(&answer, "action"),
                text_of(&answer, "verdict"),
            ));
        }
    }
    assert_eq!(audited, asked);
}

#[test]
fn what_can_agrees_with_who_can() {
    let account = ["--account", "111122223333"];
    let list = |more: &[&str]| {
        answers(&leastwise(
            &[&["what-can", SAMPLE, "--all", "--format", "json"], more, &account].concat(),
        ))
    };
    let told = list(&[]);
    let holds = |row: &Value, action: &str| {
        let service = format!("{}:*", action.split_once(':').unwrap().0);
        let mut actions = row["actions"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
        actions.any(|name| name == action || name == service || name == "*")
    };
    for action in [
        "s3:DeleteBucket",
        "rds:DeleteDBInstance",
        "iam:CreateUser",
        "sts:GetCallerIdentity",
    ] {
        let asked = answers(&leastwise(
            &[&["who-can", action, SAMPLE, "--all", "--format", "json"], &account[..]].concat(),
        ));
        let by_who: BTreeSet<_> = asked
            .iter()
            .map(|row| {
                (
                    text_of(row, "principal"),
                    text_of(row, "verdict"),
                    row["conditions"].clone().to_string(),
                )
            })
            .collect();
        let by_what: BTreeSet<_> = told
            .iter()
            .filter(|row| holds(row, action))
            .map(|row| {
                (
                    text_of(row, "principal"),
                    text_of(row, "verdict"),
                    row["conditions"].clone().to_string(),
                )
            })
            .collect();
        assert_eq!(by_what, by_who, "{action}");
    }
    // Each action is in one row of each identity.
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in &told {
        *counts.entry(text_of(row, "principal")).or_default() += row["count"].as_u64().unwrap();
    }
    let whole = catalog_actions().len() as u64;
    assert!(counts.len() > 3 && counts.values().all(|count| *count == whole), "{counts:?}");
    let some = list(&["--principal", "*:role/OrgAutomation"]);
    assert!(
        !some.is_empty()
            && some
                .iter()
                .all(|row| text_of(row, "principal").ends_with("role/OrgAutomation"))
    );
}

#[test]
fn who_can_asks_about_one_resource_and_one_account() {
    let arguments = ["who-can", "ec2:TerminateInstances", SAMPLE, "--format", "json"];
    let resource = answers(&leastwise(&[&arguments[..], &["--resource", INSTANCE]].concat()));
    assert!(!resource.is_empty());
    for answer in &resource {
        assert_eq!(text_of(answer, "account"), "333344445555");
        assert_eq!(text_of(answer, "resource"), INSTANCE);
    }
    let account = answers(&leastwise(&[&arguments[..], &["--account", "555566667777"]].concat()));
    assert!(!account.is_empty());
    assert!(account.iter().all(|answer| text_of(answer, "account") == "555566667777"));
    leastwise(&[
        "who-can",
        "ec2:TerminateInstances",
        SAMPLE,
        "--resource",
        "arn:aws:s3:::bucket",
    ])
    .ends(2);
}

#[test]
fn who_can_takes_context() {
    let verdict = |address: &str| {
        let given = format!("aws:SourceIp={address}");
        let run = leastwise(&[
            "who-can",
            "ec2:TerminateInstances",
            SAMPLE,
            "--account",
            "444455556666",
            "--format",
            "json",
            "--all",
            "--context",
            &given,
        ]);
        let answers = answers(&run);
        let builder = answers
            .iter()
            .find(|answer| text_of(answer, "principal").ends_with("/build-server"));
        text_of(builder.unwrap(), "verdict")
    };
    assert_eq!(verdict("203.0.113.7"), "allowed");
    assert_eq!(verdict("198.51.100.7"), "denied");

    let with = |context: &[&str]| leastwise(&[&["who-can", "ec2:TerminateInstances", SAMPLE][..], context].concat());
    for (wrong, word) in [
        (&["--context", "aws:SourceIp"][..], "KEY=VALUE"),
        (&["--context", "=1"], "KEY=VALUE"),
        (&["--context", "aws:SourceIp=here"], "not an IP address"),
        (&["--context", "aws:MultiFactorAuthPresent=1"], "`true` or `false`"),
        (&["--context", "aws:CurrentTime=soon"], "not a date"),
        (
            &[
                "--context",
                "aws:SourceIp=203.0.113.7",
                "--context",
                "aws:SourceIp=203.0.113.8",
            ],
            "has one value",
        ),
    ] {
        let run = with(wrong).ends(2);
        assert!(run.err.contains(word), "{wrong:?}: {}", run.err);
    }
    let run = with(&["--context", "example:Key=1"]).ends(3);
    assert!(run.err.contains("example:Key is not in the catalog"), "{}", run.err);
}

#[test]
fn an_unknown_action_is_remarked_on() {
    let run = leastwise(&["who-can", "ec2:TerminateInstancez", SAMPLE]);
    assert!(run.err.contains("does not know ec2:TerminateInstancez"), "{}", run.err);
}
