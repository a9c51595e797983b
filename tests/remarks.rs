//! What `lint` remarks on, in the report: by policy, each once, with its place.

use std::fs;

use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::command::leastwise;
use crate::reach::OTHER;
use crate::reach::OWN;
use crate::reach::account;
use crate::reach::allow;
use crate::reach::deny;
use crate::reach::organization;
use crate::reach::policy;
use crate::reach::snapshot;
use crate::reach::trusting;

const OF_AWS: &str = "arn:aws:iam::aws:policy/Odd";

/// Two accounts whose user and role hold one AWS policy and one of their own, below an SCP that never denies.
fn estate() -> TempDir {
    let odd = policy(&json!([allow("ec2:NoSuchThing", Value::Null)]));
    let own = json!([
        allow("s3:*", json!({"StringEquals": {"ec2:ResourceTag/a": "b"}})),
        allow("ec2:*", Value::Null)
    ]);
    let accounts = [OWN, OTHER].map(|id| {
        let mut records = account(id, &own, &trusting(id, &["sts:AssumeRole"]));
        for list in ["UserDetailList", "RoleDetailList"] {
            records[list][0]["AttachedManagedPolicies"] = json!([{"PolicyName": "Odd", "PolicyArn": OF_AWS}]);
        }
        records["Policies"] = json!([{"PolicyName": "Odd", "Arn": OF_AWS, "DefaultVersionId": "v1",
            "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": odd}]}]);
        (id, records)
    });
    let never = json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "StringLike": {"aws:RequestedRegion": "us-*"}});
    let scp = policy(&json!([allow("*", Value::Null), deny("*", never)]));
    snapshot(
        &accounts,
        Some(&organization(&[("p-never", "SERVICE_CONTROL_POLICY", "r-ab12", scp)])),
    )
}

fn remarks(directory: &TempDir, more: &[&str]) -> Vec<Value> {
    let source = directory.path().to_str().unwrap();
    let run = leastwise(&[&["audit", source, "--format", "json"], more].concat());
    run.json()["remarks"].as_array().unwrap().clone()
}

fn named(remarks: &[Value]) -> Vec<(Option<String>, String)> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    remarks
        .iter()
        .map(|policy| (text(&policy["account"]), text(&policy["policy"]).unwrap()))
        .collect()
}

#[test]
fn every_policy_with_a_remark_is_listed_once() {
    let directory = estate();
    let all = remarks(&directory, &[]);
    let inline = |kind: &str, account: &str| {
        (
            Some(account.to_owned()),
            format!("inline policy p of arn:aws:iam::{account}:{kind}"),
        )
    };
    let expected = [
        (None, OF_AWS.to_owned()),
        (None, "p-never (p-never)".to_owned()),
        inline("role/Dev", OWN),
        inline("user/Ann", OWN),
        inline("role/Dev", OTHER),
        inline("user/Ann", OTHER),
    ];
    assert_eq!(named(&all), expected);
    assert_eq!(all[1]["used_as"], "service control policy");
    assert_eq!(all[1]["remarks"][0]["statement"], 2);
    assert_eq!(remarks(&directory, &["--threads", "1"]), all);
    let of_one = remarks(&directory, &["--account", OWN, "--principal", "*:user/*"]);
    assert_eq!(
        named(&of_one),
        [expected[0].clone(), expected[1].clone(), expected[3].clone()]
    );
}

/// What the report says of a policy is what `lint` says of its document, and where it says the statement is, it is.
#[test]
fn the_report_says_what_lint_says() {
    let directory = estate();
    let all = remarks(&directory, &[]);
    let of_user = all
        .iter()
        .find(|row| row["policy"].as_str().unwrap().ends_with("user/Ann"))
        .unwrap();
    let place = &of_user["remarks"][0]["place"];
    let text = fs::read_to_string(
        directory
            .path()
            .join("accounts")
            .join(OWN)
            .join("account-authorization-details.json"),
    )
    .unwrap();
    assert!(
        place["file"]
            .as_str()
            .unwrap()
            .ends_with("account-authorization-details.json")
    );
    let at = usize::try_from(place["column"].as_u64().unwrap()).unwrap() - 1;
    let there: String = text.chars().skip(at).take(16).collect();
    assert_eq!(there, r#"{"Action":"s3:*""#);

    let alone = directory.path().join("alone.json");
    let statements = json!([
        allow("s3:*", json!({"StringEquals": {"ec2:ResourceTag/a": "b"}})),
        allow("ec2:*", Value::Null)
    ]);
    fs::write(&alone, policy(&statements).to_string()).unwrap();
    let linted = leastwise(&["lint", alone.to_str().unwrap(), "--format", "json"])
        .ends(1)
        .json();
    let said = |rows: &Value| -> Vec<[Value; 3]> {
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| ["statement", "kind", "words"].map(|name| row[name].clone()))
            .collect()
    };
    assert_eq!(said(&of_user["remarks"]), said(&linted));
    assert_eq!(said(&linted).len(), 1);
}

#[test]
fn the_table_counts_remarks() {
    let directory = estate();
    let source = directory.path().to_str().unwrap();
    let run = leastwise(&["audit", source]);
    let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("6 remarks on 6 policies: 4 key-never-sent, 1 never-applies, 1 no-such-action; the JSON format lists them"),
        "{}",
        run.out
    );
}
