//! The proof of a verdict: conditions and names that exclude each other, witnesses that can be run again, two documents
//! compared, remarks on one.

use std::fs;

use serde_json::Value;
use serde_json::json;

use crate::command::leastwise;
use crate::reach::OWN;
use crate::reach::TERMINATE;
use crate::reach::account;
use crate::reach::allow;
use crate::reach::deny;
use crate::reach::may;
use crate::reach::policy;
use crate::reach::snapshot;
use crate::reach::trusting;
use crate::reach::who_can;

#[test]
fn conditions_that_exclude_each_other_are_never_met() {
    let tagged = |operator: &str, key: &str, value: &str| json!({operator: {key: value}});
    let when = |conditions: &[Value]| {
        let merged = conditions.iter().flat_map(|part| part.as_object().unwrap().clone());
        allow(TERMINATE, Value::Object(merged.collect()))
    };
    let unless = |condition: Value| deny(TERMINATE, condition);
    for (statements, verdict) in [
        // One tag, two values; under both of its names (E303).
        (
            json!([when(&[
                tagged("StringEquals", "aws:ResourceTag/k", "a"),
                tagged("StringLike", "ec2:ResourceTag/k", "b*")
            ])]),
            "denied",
        ),
        (
            json!([when(&[
                tagged("StringEquals", "aws:ResourceTag/k", "ba"),
                tagged("StringLike", "ec2:ResourceTag/k", "b*")
            ])]),
            "conditional",
        ),
        // A Deny that covers the Allow.
        (
            json!([
                when(&[tagged("StringLike", "aws:ResourceTag/k", "prod-*")]),
                unless(tagged("StringLike", "aws:ResourceTag/k", "p*"))
            ]),
            "denied",
        ),
        (
            json!([
                when(&[tagged("StringLike", "aws:ResourceTag/k", "p*")]),
                unless(tagged("StringLike", "aws:ResourceTag/k", "p?*"))
            ]),
            "conditional",
        ),
        // A network cut in two.
        (
            json!([
                when(&[tagged("IpAddress", "aws:SourceIp", "203.0.113.0/24")]),
                unless(tagged("IpAddress", "aws:SourceIp", "203.0.113.0/25")),
                unless(tagged("IpAddress", "aws:SourceIp", "203.0.113.128/25"))
            ]),
            "denied",
        ),
        (
            json!([
                when(&[tagged("IpAddress", "aws:SourceIp", "203.0.113.0/24")]),
                unless(tagged("IpAddress", "aws:SourceIp", "203.0.113.0/25"))
            ]),
            "conditional",
        ),
        // A tag that must be there and must not.
        (
            json!([
                when(&[tagged("Null", "aws:ResourceTag/k", "false")]),
                unless(tagged("StringNotEqualsIfExists", "aws:ResourceTag/k", "a")),
                unless(tagged("StringEquals", "aws:ResourceTag/k", "a"))
            ]),
            "denied",
        ),
    ] {
        assert_eq!(may(TERMINATE, &statements), verdict, "{statements}");
    }
}

#[test]
fn a_tag_holds_what_its_service_lets_it_hold() {
    let named = |service: &str, action: &str, value: &str| {
        let condition = json!({"StringLike": {format!("{service}:ResourceTag/k"): value}});
        may(action, &json!([allow(action, condition)]))
    };
    for (value, of_ec2, of_ecs) in [
        ("a,b", "conditional", "denied"),
        ("a*${$}", "conditional", "denied"),
        ("a b=+é", "conditional", "conditional"),
    ] {
        assert_eq!(named("aws", TERMINATE, value), of_ec2, "{value}");
        assert_eq!(named("aws", "ecs:DeleteService", value), of_ecs, "{value}");
    }
}

#[test]
fn whether_an_empty_tag_is_there_is_not_known() {
    let statements = |null: Option<&str>| {
        let mut condition = json!({"StringLike": {"aws:ResourceTag/k": "*"}, "StringNotLike": {"aws:ResourceTag/k": "?*"}});
        if let Some(wanted) = null {
            condition["Null"] = json!({"aws:ResourceTag/k": wanted});
        }
        json!([allow(TERMINATE, condition)])
    };
    assert_eq!(may(TERMINATE, &statements(None)), "conditional");
    assert_eq!(may(TERMINATE, &statements(Some("false"))), "undetermined", "U7");
    // Whichever it is, one of the two denies.
    let when = |value: &str| deny(TERMINATE, json!({"Null": {"aws:ResourceTag/k": value}}));
    let either = json!([allow(TERMINATE, Value::Null), when("true"), when("false")]);
    assert_eq!(may(TERMINATE, &either), "denied");
}

#[test]
fn names_that_only_patterns_tell_apart_are_found() {
    let on = |effect: &str, resource: &str| {
        let arn = format!("arn:aws:ec2:*:*:instance/{resource}");
        json!({"Effect": effect, "Action": TERMINATE, "Resource": arn})
    };
    let of = |allowed: &str, denied: &[&str]| {
        let denies = denied.iter().map(|pattern| on("Deny", pattern));
        let statements: Vec<Value> = std::iter::once(on("Allow", allowed)).chain(denies).collect();
        may(TERMINATE, &json!(statements))
    };
    assert_eq!(of("i-a*", &["i-a?*"]), "allowed");
    assert_eq!(of("i-a*", &["i-a*"]), "denied");
    assert_eq!(of("i-*", &["i-?", "i-??", "i-????*"]), "allowed", "three characters are left");
    assert_eq!(of("i-??", &["i-?", "i-??"]), "denied");
    assert_eq!(
        of("i-*a*", &["i-*b*", "i-a*", "i-*a"]),
        "allowed",
        "something before and behind the a"
    );
    assert_eq!(of("i-*a", &["i-*b*", "i-*a*"]), "denied");
}

#[test]
fn the_witness_of_a_can_is_a_policy_test_that_passes() {
    let statements = json!([allow(
        TERMINATE,
        json!({"StringEquals": {"aws:ResourceTag/team": "it's"}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})
    )]);
    let snapshot = snapshot(&[(OWN, account(OWN, &statements, &trusting(OWN, &["sts:AssumeRole"])))], None);
    let source = snapshot.path().to_str().unwrap();
    for identity in ["user/Ann", "role/Dev"] {
        let arn = format!("arn:aws:iam::{OWN}:{identity}");
        let run = leastwise(&["can", &arn, TERMINATE, source, "--standalone", "--format", "json"]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        let answer = run.json();
        assert_eq!(answer["verdict"], "conditional");
        assert_eq!(answer["witness"]["context"]["aws:resourcetag/team"], "it's");
        let command = answer["witness"]["command"].as_str().unwrap();
        assert!(command.contains(r"it'\''s"), "{command}");
        let typed = r#""ContextKeyName":"aws:sourceip","ContextKeyType":"ip""#;
        assert!(command.contains(typed), "{command}");
        let case = snapshot.path().join("case.jsonl");
        fs::write(&case, answer["witness"]["case"].to_string()).unwrap();
        let test = leastwise(&["test", case.to_str().unwrap()]);
        assert_eq!(test.code, Some(0), "{} {}", test.out, test.err);
        assert!(
            test.out.contains("1 passed") || test.err.contains("1 passed"),
            "{} {}",
            test.out,
            test.err
        );
        fs::remove_file(&case).unwrap();
    }
    // Nothing to show where nothing can be done, and the layer that blocks is named.
    let denied = account(OWN, &json!([allow("s3:*", Value::Null)]), &trusting(OWN, &["sts:AssumeRole"]));
    let snapshot = crate::reach::snapshot(&[(OWN, denied)], None);
    let source = snapshot.path().to_str().unwrap();
    let arn = format!("arn:aws:iam::{OWN}:user/Ann");
    let answer = leastwise(&["can", &arn, TERMINATE, source, "--standalone", "--format", "json"]).json();
    assert_eq!(answer["verdict"], "denied");
    assert_eq!(answer["witness"], Value::Null);
    assert_eq!(answer["layers"][0]["layer"], "identity policies");
}

#[test]
fn two_documents_are_compared_request_by_request() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, statements: &Value| {
        let path = directory.path().join(name);
        fs::write(&path, policy(statements).to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let compared = |old: &Value, new: &Value| {
        let (old, new) = (write("old.json", old), write("new.json", new));
        let run = leastwise(&["compare", &old, &new, "--as-of", "2026-10-01T00:00:00Z", "--format", "json"]);
        let answer = run.json();
        let actions = |side: &str| -> Vec<String> {
            let rows = answer[side].as_array().unwrap().iter();
            rows.map(|row| format!("{} {}", row["action"].as_str().unwrap(), row["verdict"].as_str().unwrap()))
                .collect()
        };
        (run.code, actions("added"), actions("removed"))
    };
    let tagged = |pattern: &str| json!({"StringLike": {"aws:ResourceTag/team": pattern}});
    let allowed = |condition: Value| json!([allow(TERMINATE, condition)]);
    let one = |verdict: &str| vec![format!("{TERMINATE} {verdict}")];
    // The same, said otherwise.
    assert_eq!(
        compared(
            &allowed(tagged("p*")),
            &json!([allow(TERMINATE, tagged("p")), allow(TERMINATE, tagged("p?*"))])
        ),
        (Some(0), vec![], vec![])
    );
    // Wider, and narrower.
    assert_eq!(
        compared(&allowed(tagged("prod-*")), &allowed(tagged("p*"))),
        (Some(1), one("conditional"), vec![])
    );
    assert_eq!(
        compared(&allowed(Value::Null), &allowed(tagged("p*"))),
        (Some(0), vec![], one("conditional"))
    );
    // A new Deny on some instances.
    let denied = json!([
        allow(TERMINATE, Value::Null),
        {"Effect": "Deny", "Action": TERMINATE, "Resource": "arn:aws:ec2:*:*:instance/i-a*"}
    ]);
    assert_eq!(compared(&allowed(Value::Null), &denied), (Some(0), vec![], one("allowed")));
    // Both ways.
    let (code, added, removed) = compared(&json!([allow("ec2:StopInstances", Value::Null)]), &allowed(Value::Null));
    assert_eq!((code, added), (Some(1), one("allowed")));
    assert_eq!(removed, ["ec2:StopInstances allowed"]);
}

#[test]
fn lint_remarks_on_what_can_be_proven() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("policy.json");
    let kinds = |document: &Value| -> Vec<String> {
        fs::write(&path, document.to_string()).unwrap();
        let run = leastwise(&["lint", path.to_str().unwrap(), "--format", "json"]);
        let rows = run.json();
        let rows: Vec<String> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| format!("{} {}", row["statement"], row["kind"].as_str().unwrap()))
            .collect();
        assert_eq!(run.code, Some(i32::from(!rows.is_empty())), "{}", run.err);
        rows
    };
    let statement = |condition: Value| policy(&json!([allow(TERMINATE, condition)]));
    let none: [&str; 0] = [];
    assert_eq!(kinds(&statement(json!({"StringLike": {"aws:ResourceTag/a": "b*"}}))), none);
    assert_eq!(
        kinds(&statement(
            json!({"StringLike": {"aws:ResourceTag/a": "b*"}, "StringEquals": {"ec2:ResourceTag/a": "a"}})
        )),
        ["1 never-applies"]
    );
    assert_eq!(
        kinds(&statement(
            json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}})
        )),
        none,
        "some identity has the tag"
    );
    // Keys that some calls lack: of an unknown call nothing says that they are there.
    for key in [
        "aws:SourceIp",
        "aws:SourceVpce",
        "aws:MultiFactorAuthAge",
        "aws:ViaAWSService",
    ] {
        assert_eq!(kinds(&statement(json!({"Null": {key: "true"}}))), none, "{key}");
    }
    // An operator that does not fit (E121), and a key that the action never sends (E118).
    assert_eq!(
        kinds(&statement(json!({"StringEquals": {"aws:SecureTransport": "true"}}))),
        ["1 constant-test"]
    );
    assert_eq!(
        kinds(&statement(json!({"StringEquals": {"aws:RequestTag/a": "b"}}))),
        ["1 key-never-sent"]
    );
    assert_eq!(
        kinds(&policy(&json!([allow("ec2:TerminateInstance", Value::Null)]))),
        ["1 no-such-action"]
    );
    let old = json!({"Statement": [{"Effect": "Allow", "Action": TERMINATE, "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/a": "${aws:username}"}}}]});
    assert_eq!(kinds(&old), ["1 plain-variable"]);
}

#[test]
fn names_that_are_too_many_to_be_told_apart_are_not_called_denied() {
    let allowed: Vec<String> = (0..60)
        .map(|index| format!("arn:aws:ec2:*:*:instance/i-*{index}a*b{index}*"))
        .collect();
    let denied: Vec<String> = (0..60)
        .map(|index| format!("arn:aws:ec2:*:*:instance/i-?*{index}?a*b*"))
        .collect();
    let tagged = json!({"StringEquals": {"aws:ResourceTag/k": "a"}});
    let statements = |pattern: &[String]| {
        json!([
            {"Effect": "Allow", "Action": TERMINATE, "Resource": pattern, "Condition": tagged},
            {"Effect": "Deny", "Action": TERMINATE, "Resource": denied},
            {"Effect": "Deny", "Action": TERMINATE, "Resource": "arn:aws:ec2:*:*:instance/i-*", "Condition": tagged}
        ])
    };
    assert_eq!(may(TERMINATE, &statements(&allowed)), "undetermined");
    // Many names that are spelled out are no trouble: each is tried, and one that none of them is.
    let spelled: Vec<String> = (0..300)
        .map(|index| format!("arn:aws:ec2:*:*:instance/i-{index:017x}"))
        .collect();
    let on_those = json!([
        {"Effect": "Allow", "Action": TERMINATE, "Resource": spelled, "Condition": tagged},
        {"Effect": "Deny", "Action": TERMINATE, "Resource": spelled, "Condition": tagged}
    ]);
    assert_eq!(may(TERMINATE, &on_those), "denied");
}

#[test]
fn a_name_that_exists_is_found_for_each_kind() {
    let on = |resource: &str, condition: Value| {
        let mut statement = allow("ecs:DeleteService", condition);
        statement["Resource"] = json!(format!("arn:aws:ecs:*:*:service/{resource}"));
        may("ecs:DeleteService", &json!([statement]))
    };
    // Any character stands for the question mark but one that no name holds.
    let cluster = json!({"ArnLike": {"ecs:cluster": "arn:aws:ecs:eu-west-1:*:cluster/*ab*"}});
    assert_eq!(on("?aa*/ba?*", cluster), "allowed");
    // A session's tag fills the name that it has to be; the role's own tags do not.
    let statement = json!([{"Effect": "Allow", "Action": "ecs:DeleteService",
        "Resource": "arn:aws:ecs:eu-*:*:service/b*/${aws:PrincipalTag/team}"}]);
    let trust = trusting(OWN, &["sts:AssumeRole", "sts:TagSession"]);
    let snapshot = snapshot(&[(OWN, account(OWN, &statement, &trust))], None);
    let answers = who_can(&snapshot, &["ecs:DeleteService"]);
    assert_eq!(answers[&format!("arn:aws:iam::{OWN}:role/Dev")], "conditional");
    assert_eq!(answers[&format!("arn:aws:iam::{OWN}:user/Ann")], "denied");
}

#[test]
fn calls_that_name_several_resources_are_decided_as_a_whole() {
    let on = |effect: &str, action: &str, resource: &str, condition: Value| {
        let mut statement = json!({"Effect": effect, "Action": action, "Resource": resource});
        if !condition.is_null() {
            statement["Condition"] = condition;
        }
        statement
    };
    // A key of one of many types (E293).
    let typed = json!({"StringEquals": {"ec2:VolumeType": "gp2"}});
    assert_eq!(
        may("ec2:CreateTags", &json!([allow("ec2:CreateTags", typed.clone())])),
        "conditional"
    );
    let listed = json!([{"Effect": "Allow", "Action": "ec2:CreateTags", "Condition": typed,
        "Resource": ["arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:snapshot/*"]}]);
    assert_eq!(may("ec2:CreateTags", &listed), "conditional");
    // One instance that is protected leaves the others.
    let attach = "ec2:AttachVolume";
    for protected in ["instance/i-0123456789abcdef0", "instance/i-0*", "volume/e*"] {
        let denied = on("Deny", attach, &format!("arn:aws:ec2:*:*:{protected}"), Value::Null);
        assert_eq!(
            may(attach, &json!([allow(attach, Value::Null), denied])),
            "allowed",
            "{protected}"
        );
    }
    // Both resources belong to one call, which comes from one network.
    let from = |block: &str| json!({"IpAddress": {"aws:SourceIp": block}});
    let apart = |volume: &str, instance: &str| {
        json!([
            on("Allow", attach, "arn:aws:ec2:*:*:volume/*", from(volume)),
            on("Allow", attach, "arn:aws:ec2:*:*:instance/*", from(instance))
        ])
    };
    assert_eq!(may(attach, &apart("203.0.113.0/24", "203.0.113.0/25")), "conditional");
    assert_eq!(may(attach, &apart("203.0.113.0/24", "198.51.100.0/24")), "undetermined");
    // Of more than two, any two may exclude each other.
    let run = "ec2:RunInstances";
    let agent = json!({"StringEquals": {"aws:UserAgent": "x"}});
    let three = [agent, from("203.0.113.0/24"), from("198.51.100.0/24")];
    for [first, second, third] in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let statements = json!([
            on("Allow", run, "arn:aws:ec2:*::image/*", three[first].clone()),
            on("Allow", run, "arn:aws:ec2:*:*:instance/*", three[second].clone()),
            on("Allow", run, "arn:aws:ec2:*:*:security-group/*", three[third].clone()),
            {"Effect": "Allow", "Action": run, "NotResource":
                ["arn:aws:ec2:*::image/*", "arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:*:*:security-group/*"]}
        ]);
        assert_eq!(may(run, &statements), "undetermined", "{first}{second}{third}");
    }
    // Each resource has tags of its own.
    let tagged = |value: &str| json!({"StringEquals": {"aws:ResourceTag/env": value}});
    let by_tag = json!([
        on("Allow", attach, "arn:aws:ec2:*:*:volume/*", tagged("disks")),
        on("Allow", attach, "arn:aws:ec2:*:*:instance/*", tagged("hosts"))
    ]);
    assert_eq!(may(attach, &by_tag), "conditional");
    // A call is new if one of its resources is.
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, statements: &Value| {
        let path = directory.path().join(name);
        fs::write(&path, policy(statements).to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let volume = write(
        "volume.json",
        &json!([on("Allow", attach, "arn:aws:ec2:*:*:volume/*", Value::Null)]),
    );
    let all = write("all.json", &json!([allow(attach, Value::Null)]));
    leastwise(&["compare", &volume, &all, "--action", attach]).ends(1);
    leastwise(&["compare", &all, &volume, "--action", attach]).ends(0);
    leastwise(&["compare", &all, &all, "--action", attach]).ends(0);
}

#[test]
fn more_ways_to_call_than_are_tried_are_not_called_denied() {
    let dates: Vec<String> = (0..120)
        .map(|day| format!("{}-01-{:02}T00:00:00Z", 2027 + day / 28, 1 + day % 28))
        .collect();
    let document = |effect: &str| {
        json!({"Effect": effect, "Action": TERMINATE, "Resource": "*", "Condition": {
            "DateEquals": {"aws:CurrentTime": dates}, "IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
            "Bool": {"aws:MultiFactorAuthPresent": "true", "aws:ViaAWSService": "false"}}})
    };
    let found = may(TERMINATE, &json!([document("Allow"), document("Deny")]));
    assert_ne!(found, "allowed");
    assert_ne!(found, "conditional");
    // What was not tried is no part of the condition that is left out.
    let mut until = document("Allow");
    let condition = until["Condition"].as_object_mut().unwrap();
    let dates = condition.remove("DateEquals").unwrap();
    condition.insert("DateLessThan".to_owned(), dates);
    let snapshot = snapshot(
        &[(OWN, account(OWN, &json!([until]), &trusting(OWN, &["sts:AssumeRole"])))],
        None,
    );
    let ann = format!("arn:aws:iam::{OWN}:user/Ann");
    let told = leastwise(&["can", &ann, TERMINATE, "--standalone", snapshot.path().to_str().unwrap()]).ends(0);
    assert!(told.out.contains("until 2027-01-01T00:00:00Z"), "{}", told.out);
}
