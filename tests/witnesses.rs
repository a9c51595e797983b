//! The witnesses of the JSON report, read back: the evaluator allows each of them.

use std::collections::BTreeMap;
use std::path::Path;

use leastwise::estate::AccountEstate;
use leastwise::estate::Organization;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::Caller;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Credentials;
use leastwise::evaluate::Outcome;
use leastwise::evaluate::Request;
use leastwise::evaluate::RequestContext;
use leastwise::evaluate::Subject;
use leastwise::evaluate::Target;
use leastwise::evaluate::decide;
use leastwise::ident::Action;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::agreement::Random;
use crate::command::SAMPLE;
use crate::command::leastwise;
use crate::reach::OTHER;
use crate::reach::OWN;
use crate::reach::allow;
use crate::reach::deny;
use crate::reach::organization;
use crate::reach::policy;
use crate::reach::snapshot;
use crate::reach::trusting;

const AS_OF: &str = "2026-11-01T06:00:00Z";

/// How many rows a report has of each verdict.
type Counts = BTreeMap<String, usize>;

/// Audits a snapshot and puts every witness of the report to the evaluator.
fn replay(directory: &Path) -> Counts {
    let arguments = [
        "audit",
        directory.to_str().unwrap(),
        "--all",
        "--format",
        "json",
        "--as-of",
        AS_OF,
    ];
    let run = leastwise(&arguments);
    assert!(matches!(run.code, Some(0 | 3)), "{}", run.err);
    assert_eq!(run.out, leastwise(&arguments).out, "equal runs give equal bytes");
    let report = run.json();
    let schema: Value = serde_json::from_str(include_str!("../docs/report.schema.json")).unwrap();
    assert!(jsonschema::is_valid(&schema, &report));

    let snapshot = Snapshot::open(vec![Source::of_path(directory).unwrap()]).unwrap();
    let files = snapshot.read_organization();
    let organization = files.records().organization.as_ref().map(Organization::of);
    let mut counts = Counts::new();
    for account in snapshot.accounts() {
        let files = account.read();
        let estate = AccountEstate::of(&files.records(), None);
        let scope = AccountScope::of(organization.as_ref(), account.id());
        let id = account.id().to_string();
        let rows = report["findings"].as_array().unwrap().iter();
        for row in rows.filter(|row| row["identity"]["account"] == id.as_str()) {
            *counts.entry(row["verdict"].as_str().unwrap().to_owned()).or_default() += 1;
            let witness = &row["witness"];
            match row["verdict"].as_str().unwrap() {
                "allowed" | "conditional" => {
                    assert_eq!(witness["principal"], row["identity"]["principal"]);
                    assert_eq!(decided(witness, &estate, &scope), Outcome::Allow, "{row:#}");
                }
                _ => assert_eq!(*witness, Value::Null, "{row:#}"),
            }
        }
    }
    counts
}

/// The evaluator's decision of a witness, out of the JSON alone.
fn decided(witness: &Value, estate: &AccountEstate, scope: &AccountScope) -> Outcome {
    let principal = estate
        .principal(&witness["principal"].as_str().unwrap().parse().unwrap())
        .unwrap();
    let subject = Subject::of(principal, estate, scope);
    let caller = Caller {
        credentials: match witness["credentials"].as_str().unwrap() {
            "access_key" => Credentials::LongTermKey,
            "session_token" => Credentials::SessionToken,
            "session_token_mfa" => Credentials::SessionTokenWithMfa,
            "console" => Credentials::Console,
            "console_mfa" => Credentials::ConsoleWithMfa,
            _ => Credentials::Other,
        },
        ..subject.caller.clone()
    };
    let mut context = RequestContext::new();
    for (key, value) in witness["context"].as_object().unwrap() {
        let value = match value.as_str() {
            Some(text) => ContextValue::single(text),
            None => ContextValue::many(value.as_array().unwrap().iter().map(|value| value.as_str().unwrap())),
        };
        context.set(key, value);
    }
    let action: Action = witness["action"].as_str().unwrap().parse().unwrap();
    let request = Request {
        caller: &caller,
        action: &action,
        target: Target::resource(witness["resource"].as_str().unwrap().parse().unwrap()),
        context,
    };
    decide(&subject.stack, &request).outcome
}

#[test]
fn every_witness_of_the_sample_is_allowed() {
    let counts = replay(Path::new(SAMPLE));
    assert!(counts["allowed"] > 10 && counts["conditional"] > 5, "{counts:?}");
}

#[test]
fn every_witness_of_a_generated_organization_is_allowed() {
    let counts = replay(generated().path());
    assert!(
        counts["allowed"] > 100 && counts["conditional"] > 100 && counts["denied"] > 100,
        "{counts:?}"
    );
}

/// Two accounts under guardrails, each with 150 users and 150 roles of one to three policies out of a pool.
pub fn generated() -> TempDir {
    let random = &mut Random::new(20);
    let unless = |condition: Value| policy(&json!([allow("*", Value::Null), deny("ec2:*", condition)]));
    let guardrails = [(
        "p-regions",
        "SERVICE_CONTROL_POLICY",
        "r-ab12",
        unless(
            json!({"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1", "eu-central-1"]},
                "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/role-1*"}}),
        ),
    )];
    let accounts = [OWN, OTHER].map(|account| (account, generated_account(random, account)));
    snapshot(&accounts, Some(&organization(&guardrails)))
}

fn generated_account(random: &mut Random, account: &str) -> Value {
    let mut users = Vec::new();
    let mut roles = Vec::new();
    let tags = [("team", "storefront"), ("team", "a b"), ("env", "prod"), ("cost", "")];
    for number in 0..150 {
        let own = |random: &mut Random| {
            let count = 1 + random.next() % 3;
            let policies: Vec<Value> = (0..count)
                .map(|at| json!({"PolicyName": format!("p{at}"), "PolicyDocument": policy(&statements(random))}))
                .collect();
            let (key, value) = *random.pick(&tags);
            (json!(policies), json!([{"Key": key, "Value": value}]))
        };
        let (policies, tags) = own(random);
        users.push(
            json!({"UserName": format!("user-{number}"), "UserId": format!("AIDA{number}"), "Tags": tags,
            "Arn": format!("arn:aws:iam::{account}:user/user-{number}"), "CreateDate": "2024-01-01T00:00:00Z",
            "UserPolicyList": policies, "GroupList": [], "AttachedManagedPolicies": []}),
        );
        let trust = if random.chance(50) {
            trusting("*", &["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"])
        } else {
            trusting(account, &["sts:AssumeRole"])
        };
        let (policies, tags) = own(random);
        roles.push(
            json!({"RoleName": format!("role-{number}"), "RoleId": format!("AROA{number}"), "Tags": tags,
            "Arn": format!("arn:aws:iam::{account}:role/role-{number}"), "CreateDate": "2024-01-01T00:00:00Z",
            "AssumeRolePolicyDocument": trust, "RolePolicyList": policies, "AttachedManagedPolicies": []}),
        );
    }
    json!({"UserDetailList": users, "RoleDetailList": roles, "GroupDetailList": [], "Policies": []})
}

/// Grants and limits on compute as people write them.
fn statements(random: &mut Random) -> Value {
    let actions = ["ec2:TerminateInstances", "ecs:DeleteService", "ec2:*", "ecs:*", "*"];
    let conditions = [
        Value::Null,
        Value::Null,
        json!({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/28"]}}),
        json!({"StringEquals": {"aws:SourceVpce": "vpce-0a1b"}}),
        json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}),
        json!({"StringLike": {"ec2:ResourceTag/team": "store*", "aws:ResourceTag/env": "?*"}}),
        json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}, "NumericLessThan": {"aws:MultiFactorAuthAge": "3600"}}),
        json!({"DateGreaterThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}}),
        json!({"ForAnyValue:StringEquals": {"aws:CalledVia": ["cloudformation.amazonaws.com"]}}),
        json!({"ArnLike": {"ecs:cluster": "arn:aws:ecs:*:*:cluster/prod-*"}}),
        json!({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}),
        json!({"Null": {"aws:ResourceTag/team": "false"}}),
        json!({"StringEquals": {"aws:username": "${aws:ResourceTag/owner}"}}),
        json!({"StringLike": {"aws:userid": "*:alice", "aws:UserAgent": "aws-cli/*"}}),
    ];
    let denials = [
        json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}),
        json!({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/25"}, "Bool": {"aws:ViaAWSService": "false"}}),
        json!({"StringNotEqualsIfExists": {"aws:ResourceTag/team": ["storefront", "a b"]}}),
        json!({"Null": {"aws:ResourceTag/env": "true"}}),
        json!({"StringNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/user-1*"}}),
        Value::Null,
    ];
    let action = *random.pick(&actions);
    let mut statements = vec![allow(action, random.pick(&conditions).clone())];
    if random.chance(30) {
        statements[0]["Resource"] = json!([
            "arn:aws:ec2:*:*:instance/i-0${aws:PrincipalTag/team, 'ab'}*",
            "arn:aws:ecs:eu-*:*:service/prod-*/*"
        ]);
    }
    if random.chance(40) {
        let action = *random.pick(&actions);
        statements.push(deny(action, random.pick(&denials).clone()));
    }
    json!(statements)
}
