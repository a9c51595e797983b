//! What `who-can` says of small accounts: the reachability questions of the evaluation law (T130–T144), and what follows
//! from the organization, the resource's owner and what the asker fixes.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;
use serde_json::json;
use tempfile::TempDir;

use crate::command::leastwise;

pub const OWN: &str = "111122223333";
pub const OTHER: &str = "444455556666";
const MANAGEMENT: &str = "222233334444";
const TARGET: &str = "arn:aws:iam::444455556666:role/Target";
pub const TERMINATE: &str = "ec2:TerminateInstances";

pub fn policy(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

pub fn allow(action: &str, condition: Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": action, "Resource": "*"});
    if condition != Value::Null {
        statement["Condition"] = condition;
    }
    statement
}

pub fn deny(action: &str, condition: Value) -> Value {
    let mut statement = allow(action, condition);
    statement["Effect"] = json!("Deny");
    statement
}

/// A user `Ann` with one policy, and a role `Dev` with the same one.
pub fn account(account: &str, statements: &Value, trust: &Value) -> Value {
    let inline = json!([{"PolicyName": "p", "PolicyDocument": policy(statements)}]);
    json!({
        "UserDetailList": [{"UserName": "Ann", "UserId": "AIDAANN", "Arn": format!("arn:aws:iam::{account}:user/Ann"),
            "UserPolicyList": inline, "GroupList": [], "AttachedManagedPolicies": []}],
        "RoleDetailList": [{"RoleName": "Dev", "RoleId": "AROADEV", "Arn": format!("arn:aws:iam::{account}:role/Dev"),
            "CreateDate": "2024-01-01T00:00:00Z", "AssumeRolePolicyDocument": trust,
            "RolePolicyList": inline, "AttachedManagedPolicies": []}],
        "GroupDetailList": [], "Policies": []
    })
}

pub fn trusting(principal: &str, actions: &[&str]) -> Value {
    policy(&json!([{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions}]))
}

/// A snapshot of accounts, and of an organization where there is one.
pub fn snapshot(accounts: &[(&str, Value)], organization: Option<&Value>) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (id, records) in accounts {
        let folder = directory.path().join("accounts").join(id);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("account-authorization-details.json"), records.to_string()).unwrap();
    }
    if let Some(organization) = organization {
        fs::write(directory.path().join("organization.json"), organization.to_string()).unwrap();
    }
    directory
}

/// The verdicts, by the end of the principal's ARN.
pub fn who_can(snapshot: &TempDir, arguments: &[&str]) -> BTreeMap<String, String> {
    let source = snapshot.path().to_str().unwrap();
    let (action, options) = arguments.split_first().unwrap();
    let mut all = vec![
        "who-can",
        action,
        source,
        "--all",
        "--format",
        "json",
        "--as-of",
        "2026-10-01T00:00:00Z",
    ];
    if !snapshot.path().join("organization.json").exists() {
        all.push("--standalone");
    }
    all.extend(options);
    let run = leastwise(&all);
    assert!(matches!(run.code, Some(0 | 3)), "{}", run.err);
    let answers = run.json();
    let answer = |answer: &Value| {
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        (text("principal"), text("verdict"))
    };
    answers["answers"].as_array().unwrap().iter().map(answer).collect()
}

fn ann(statements: &Value, arguments: &[&str]) -> String {
    let snapshot = snapshot(&[(OWN, account(OWN, statements, &trusting(OWN, &["sts:AssumeRole"])))], None);
    who_can(&snapshot, &[&[TERMINATE], arguments].concat())[&format!("arn:aws:iam::{OWN}:user/Ann")].clone()
}

fn dev(statements: &Value, trust: &Value) -> String {
    let snapshot = snapshot(&[(OWN, account(OWN, statements, trust))], None);
    who_can(&snapshot, &[TERMINATE])[&format!("arn:aws:iam::{OWN}:role/Dev")].clone()
}

// E351: a session is issued before the call, and lasts.
#[test]
fn a_session_may_be_older_than_the_call() {
    let both = |issued: &str, called: &str| {
        json!([
            allow(TERMINATE, json!({"DateLessThan": {"aws:TokenIssueTime": issued}})),
            deny(TERMINATE, json!({"DateLessThan": {"aws:CurrentTime": called}}))
        ])
    };
    let trust = trusting(OWN, &["sts:AssumeRole"]);
    for (issued, called, user, role) in [
        // One second is for the holder to wait.
        ("2030-06-01T12:00:00Z", "2030-06-01T12:00:00Z", "allowed", "allowed"),
        // A user asks for as much as 36 hours; a role's sessions are sure of one hour, and never have more than twelve.
        ("2030-06-01T12:00:00Z", "2030-06-01T22:00:00Z", "allowed", "conditional"),
        ("2030-06-01T12:00:00Z", "2030-06-02T01:00:00Z", "allowed", "denied"),
        ("2030-06-01T12:00:00Z", "2030-06-03T01:00:00Z", "denied", "denied"),
        // A session from before the report is there, or it is not.
        ("2026-09-30T23:59:00Z", "2026-10-01T00:00:00Z", "conditional", "conditional"),
    ] {
        let statements = both(issued, called);
        assert_eq!(ann(&statements, &[]), user, "user, {issued}, {called}");
        assert_eq!(dev(&statements, &trust), role, "role, {issued}, {called}");
    }
}

#[test]
fn what_a_holder_chooses_himself_is_no_condition() {
    let when = |condition: Value| json!([allow(TERMINATE, condition)]);
    let unless = |condition: Value| json!([allow(TERMINATE, Value::Null), deny(TERMINATE, condition)]);
    for (trap, statements, verdict) in [
        ("T130", when(json!({"Bool": {"aws:SecureTransport": "true"}})), "allowed"),
        (
            "T131",
            unless(json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
            "allowed",
        ),
        (
            "T132",
            unless(json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
            "conditional",
        ),
        (
            "T133",
            when(json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
            "allowed",
        ),
        (
            "T134",
            json!([
                allow(TERMINATE, json!({"Null": {"aws:TokenIssueTime": "true"}})),
                deny(TERMINATE, json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))
            ]),
            "denied",
        ),
        (
            "T135",
            when(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
            "conditional",
        ),
        (
            "T136",
            unless(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
            "allowed",
        ),
        (
            "T137",
            when(json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}, "StringEquals": {"aws:SourceVpce": "vpce-1"}})),
            "denied",
        ),
        (
            "T138",
            when(json!({"DateGreaterThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}})),
            "allowed",
        ),
        (
            "T139",
            when(json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}})),
            "conditional",
        ),
        ("T143", when(json!({"StringLike": {"aws:UserAgent": "corp-*"}})), "allowed"),
        ("T144", when(json!({"StringEquals": {"aws:SourceAccount": OWN}})), "denied"),
        (
            "E119",
            when(json!({"StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}})),
            "undetermined",
        ),
        ("E346", when(json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})), "denied"),
        (
            "E346 deny",
            unless(json!({"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "fd00::/8"]}})),
            "denied",
        ),
        (
            "E346 both",
            when(json!({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "203.0.113.0/24"]}})),
            "conditional",
        ),
    ] {
        assert_eq!(ann(&statements, &[]), verdict, "{trap}");
    }
}

#[test]
fn an_instance_id_begins_with_i() {
    let on = |name: &str| {
        let resource = format!("arn:aws:ec2:*:*:instance/{name}");
        ann(&json!([{"Effect": "Allow", "Action": TERMINATE, "Resource": resource}]), &[])
    };
    assert_eq!(on("i-0aaa*"), "allowed");
    assert_eq!(on("*"), "allowed");
    assert_eq!(on("?-0aaa"), "allowed");
    assert_eq!(on("web-*"), "denied");
    assert_eq!(on("${aws:username}"), "denied");
}

#[test]
fn a_session_tag_needs_a_trust_policy_that_lets_it_pass() {
    let tagged = json!([allow(TERMINATE, json!({"StringEquals": {"aws:PrincipalTag/admin": "yes"}}))]);
    let with = ["sts:AssumeRole", "sts:TagSession"];
    assert_eq!(dev(&tagged, &trusting(OWN, &with)), "conditional", "T142");
    assert_eq!(dev(&tagged, &trusting(OWN, &["sts:AssumeRole"])), "denied", "E266");
    let mut denying = trusting(OWN, &with);
    let never = json!({"Effect": "Deny", "Principal": "*", "Action": "sts:TagSession"});
    denying["Statement"].as_array_mut().unwrap().push(never);
    assert_eq!(dev(&tagged, &denying), "denied", "E266");
    denying["Statement"][1]["Condition"] = json!({"StringEquals": {"aws:RequestTag/admin": "no"}});
    assert_eq!(dev(&tagged, &denying), "conditional", "E266");
}

#[test]
fn what_the_asker_fixes_settles_what_follows_from_it() {
    let when = |condition: Value| json!([allow(TERMINATE, condition)]);
    let tagged = when(json!({"StringEquals": {"ec2:ResourceTag/Env": "dev"}}));
    assert_eq!(ann(&tagged, &["--context", "aws:ResourceTag/Env=dev"]), "allowed", "E303");
    assert_eq!(ann(&tagged, &["--context", "aws:ResourceTag/Env=prod"]), "denied", "E303");
    let first = when(json!({"StringEquals": {"aws:CalledViaFirst": "athena.amazonaws.com"}}));
    assert_eq!(
        ann(&first, &["--context", "aws:CalledVia=athena.amazonaws.com"]),
        "allowed",
        "E351"
    );
    assert_eq!(
        ann(&first, &["--context", "aws:CalledVia=glue.amazonaws.com"]),
        "denied",
        "E351"
    );
    let there = json!([{"Effect": "Allow", "Action": TERMINATE, "Resource": "arn:aws:ec2:us-east-1:*:instance/*"}]);
    assert_eq!(
        ann(&there, &["--context", "aws:RequestedRegion=us-east-1"]),
        "allowed",
        "E345"
    );
    assert_eq!(ann(&there, &["--context", "aws:RequestedRegion=eu-west-1"]), "denied", "E345");
    let region = when(json!({"StringEquals": {"ec2:Region": "us-east-1"}}));
    assert_eq!(
        ann(&region, &["--context", "aws:RequestedRegion=eu-west-1"]),
        "denied",
        "E351"
    );
}

#[test]
fn a_region_that_is_not_the_resources_is_a_slip() {
    let snapshot = snapshot(&[(OWN, account(OWN, &json!([]), &trusting(OWN, &["sts:AssumeRole"])))], None);
    let source = snapshot.path().to_str().unwrap();
    let resource = "arn:aws:ec2:us-east-1:111122223333:instance/i-0aaa1111bbbb2222c";
    let region = "aws:RequestedRegion=eu-west-1";
    let run = leastwise(&["who-can", TERMINATE, source, "--resource", resource, "--context", region]).ends(2);
    assert!(run.err.contains("is made in its Region"), "{}", run.err);
}

/// An organization: the root, a unit for each account, the management account below the root.
pub fn organization(guardrails: &[(&str, &str, &str, Value)]) -> Value {
    let targets = ["r-ab12", "ou-ab12-own", "ou-ab12-other", OWN, OTHER, MANAGEMENT];
    let everywhere = |id: &str| -> Value { targets.iter().map(|target| ((*target).to_owned(), json!([id]))).collect() };
    let everything = |kind: &str| match kind {
        "RESOURCE_CONTROL_POLICY" => policy(&json!([{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}])),
        _ => policy(&json!([allow("*", Value::Null)])),
    };
    let described = |id: &str, kind: &str, content: &Value| json!({"PolicySummary": {"Id": id, "Name": id, "Type": kind}, "Content": content.to_string()});
    let (scp, rcp) = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY");
    let mut found = json!({
        "Organization": {"Id": "o-abc", "MasterAccountId": MANAGEMENT, "FeatureSet": "ALL"},
        "Roots": [{"Id": "r-ab12", "PolicyTypes": [{"Type": scp, "Status": "ENABLED"}, {"Type": rcp, "Status": "ENABLED"}]}],
        "OrganizationalUnits": [{"Id": "ou-ab12-own", "Name": "Own", "ParentId": "r-ab12"},
            {"Id": "ou-ab12-other", "Name": "Other", "ParentId": "r-ab12"}],
        "Accounts": [{"Id": OWN, "ParentId": "ou-ab12-own"}, {"Id": OTHER, "ParentId": "ou-ab12-other"},
            {"Id": MANAGEMENT, "ParentId": "r-ab12"}],
        "Policies": [described("p-FullAWSAccess", scp, &everything(scp)), described("p-RCPFullAWSAccess", rcp, &everything(rcp))],
        "PoliciesForTarget": {scp: everywhere("p-FullAWSAccess"), rcp: everywhere("p-RCPFullAWSAccess")},
        "DelegatedAdministrators": []
    });
    for (id, kind, target, content) in guardrails {
        found["Policies"].as_array_mut().unwrap().push(described(id, kind, content));
        found["PoliciesForTarget"][kind][target]
            .as_array_mut()
            .unwrap()
            .push(json!(id));
    }
    found
}

/// Whether Ann of the first account may assume a role of the second that trusts her account.
fn across(organization: &Value, statements: &Value) -> String {
    let mut other = account(OTHER, &json!([]), &trusting(OWN, &["sts:AssumeRole"]));
    other["RoleDetailList"][0]["Arn"] = json!(TARGET);
    other["RoleDetailList"][0]["RoleName"] = json!("Target");
    let own = account(OWN, statements, &trusting(OWN, &["sts:AssumeRole"]));
    let snapshot = snapshot(&[(OWN, own), (OTHER, other)], Some(organization));
    who_can(&snapshot, &["sts:AssumeRole", "--resource", TARGET])[&format!("arn:aws:iam::{OWN}:user/Ann")].clone()
}

#[test]
fn rcps_and_organization_are_those_of_the_resources_account() {
    let assume = json!([allow("sts:AssumeRole", Value::Null)]);
    assert_eq!(across(&organization(&[]), &assume), "allowed");
    let never = policy(&json!([{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}]));
    let rcp = |target| organization(&[("p-no", "RESOURCE_CONTROL_POLICY", target, never.clone())]);
    assert_eq!(across(&rcp("ou-ab12-other"), &assume), "denied", "E205");
    assert_eq!(across(&rcp("ou-ab12-own"), &assume), "allowed", "E205");
    let below = json!([allow(
        "sts:AssumeRole",
        json!({"ForAnyValue:StringLike": {"aws:ResourceOrgPaths": "o-abc/r-ab12/ou-ab12-other/*"}})
    )]);
    assert_eq!(across(&organization(&[]), &below), "allowed", "the resource's path");
    let perimeter = json!([
        allow("sts:AssumeRole", Value::Null),
        deny("sts:AssumeRole", json!({"StringNotEquals": {"aws:ResourceOrgID": "o-abc"}}))
    ]);
    assert_eq!(
        across(&organization(&[]), &perimeter),
        "allowed",
        "the resource's organization"
    );
    let mut without = organization(&[]);
    without["Accounts"].as_array_mut().unwrap().remove(1);
    assert_eq!(
        across(&without, &perimeter),
        "undetermined",
        "an account that the organization does not list"
    );
}

fn in_organization(organization: &Value, account_id: &str, action: &str) -> String {
    let records = account(
        account_id,
        &json!([allow("*", Value::Null)]),
        &trusting(OWN, &["sts:AssumeRole"]),
    );
    let snapshot = snapshot(&[(account_id, records)], Some(organization));
    who_can(&snapshot, &[action])[&format!("arn:aws:iam::{account_id}:user/Ann")].clone()
}

// The console's sessions last up to twelve hours, of which GetSessionToken gives the root user one.
#[test]
fn a_session_of_the_root_user_may_be_older_than_the_call() {
    for (called, verdict) in [
        ("2030-06-01T12:30:00Z", "allowed"),
        ("2030-06-01T22:00:00Z", "conditional"),
        ("2030-06-02T01:00:00Z", "denied"),
    ] {
        let guardrail = policy(&json!([
            deny(TERMINATE, json!({"Null": {"aws:TokenIssueTime": "true"}})),
            deny(
                TERMINATE,
                json!({"DateGreaterThanEquals": {"aws:TokenIssueTime": "2030-06-01T12:00:00Z"}})
            ),
            deny(TERMINATE, json!({"DateLessThan": {"aws:CurrentTime": called}}))
        ]));
        let organization = organization(&[("p-when", "SERVICE_CONTROL_POLICY", "r-ab12", guardrail)]);
        let records = account(OWN, &json!([]), &trusting(OWN, &["sts:AssumeRole"]));
        let snapshot = snapshot(&[(OWN, records)], Some(&organization));
        let answers = who_can(&snapshot, &[TERMINATE]);
        assert_eq!(answers[&format!("arn:aws:iam::{OWN}:root")], verdict, "{called}");
    }
}

#[test]
fn what_is_not_known_of_the_organization_is_no_verdict() {
    let never = policy(&json!([deny("ec2:*", Value::Null)]));
    let scp = organization(&[("p-no", "SERVICE_CONTROL_POLICY", "r-ab12", never)]);
    assert_eq!(in_organization(&scp, OWN, TERMINATE), "denied");
    assert_eq!(in_organization(&scp, MANAGEMENT, TERMINATE), "allowed", "E191");
    let mut headless = scp.clone();
    headless["Organization"]["MasterAccountId"].take();
    assert_eq!(
        in_organization(&headless, MANAGEMENT, TERMINATE),
        "undetermined",
        "it may be the management account"
    );
    let mut pending = scp;
    pending["Roots"][0]["PolicyTypes"][0]["Status"] = json!("PENDING_DISABLE");
    assert_eq!(in_organization(&pending, OWN, TERMINATE), "undetermined", "on its way out");
}

#[test]
fn rcp_full_aws_access_is_attached_though_a_list_lacks_it() {
    let mut bare = organization(&[]);
    bare["PoliciesForTarget"]["RESOURCE_CONTROL_POLICY"]["ou-ab12-own"] = json!([]);
    assert_eq!(in_organization(&bare, OWN, "s3:ListAllMyBuckets"), "allowed", "E206");
    bare["Policies"][1].as_object_mut().unwrap().remove("Content");
    assert_eq!(in_organization(&bare, OWN, "s3:ListAllMyBuckets"), "allowed", "E206");
}

/// The verdict on Ann when her account's records stand twice.
fn twice(other: &Value) -> String {
    let mut records = account(
        OWN,
        &json!([allow(TERMINATE, Value::Null)]),
        &trusting(OWN, &["sts:AssumeRole"]),
    );
    records["UserDetailList"]
        .as_array_mut()
        .unwrap()
        .push(other["UserDetailList"][0].clone());
    let snapshot = snapshot(&[(OWN, records)], None);
    who_can(&snapshot, &[TERMINATE])[&format!("arn:aws:iam::{OWN}:user/Ann")].clone()
}

#[test]
fn two_records_that_differ_are_no_answer() {
    let of = |statements: &Value| account(OWN, statements, &trusting(OWN, &["sts:AssumeRole"]));
    assert_eq!(twice(&of(&json!([allow(TERMINATE, Value::Null)]))), "allowed");
    assert_eq!(twice(&of(&json!([deny(TERMINATE, Value::Null)]))), "undetermined");
    assert_eq!(twice(&of(&json!([]))), "undetermined");
    let mut tagged = of(&json!([allow(TERMINATE, Value::Null)]));
    tagged["UserDetailList"][0]["Tags"] = json!([{"Key": "team", "Value": "blue"}]);
    assert_eq!(twice(&tagged), "allowed", "tags that no policy asks for");
    tagged["UserDetailList"][0]["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/b"});
    assert_eq!(twice(&tagged), "undetermined", "a boundary or none");
}

/// The verdict on Ann, who may terminate instances tagged `Env=dev`, and how many are counted.
fn with_instances(instances: &Value) -> (String, Value) {
    let when = json!([allow(TERMINATE, json!({"StringEquals": {"aws:ResourceTag/Env": "dev"}}))]);
    let snapshot = snapshot(&[(OWN, account(OWN, &when, &trusting(OWN, &["sts:AssumeRole"])))], None);
    let inventory = snapshot.path().join("accounts").join(OWN).join("inventory.json");
    fs::write(inventory, json!({"Instances": instances, "Services": []}).to_string()).unwrap();
    let source = snapshot.path().to_str().unwrap();
    let run = leastwise(&["who-can", TERMINATE, source, "--all", "--format", "json", "--standalone"]);
    let json = run.json();
    let ann = json["answers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|answer| answer["principal"].as_str().unwrap().ends_with("user/Ann"));
    (
        ann.unwrap()["verdict"].as_str().unwrap().to_owned(),
        ann.unwrap()["total"].clone(),
    )
}

#[test]
fn an_instance_that_cannot_be_counted_is_not_left_out_in_silence() {
    let tagged = |value: &str| json!([{"Key": "Env", "Value": value}]);
    let there = json!({"InstanceId": "i-0aaa1111bbbb2222c", "Region": "us-east-1", "Tags": tagged("prod")});
    assert_eq!(
        with_instances(&json!([there])),
        ("denied".to_owned(), json!(1)),
        "the account and Region make its ARN"
    );
    let nowhere = json!({"InstanceId": "i-0ddd3333eeee4444f", "Tags": tagged("dev")});
    assert_eq!(
        with_instances(&json!([there, nowhere])),
        ("conditional".to_owned(), Value::Null)
    );
    let other = json!({"InstanceId": "i-0aaa1111bbbb2222c", "Region": "us-east-1", "Tags": tagged("dev")});
    assert_eq!(
        with_instances(&json!([there, other])),
        ("conditional".to_owned(), json!(1)),
        "which tag it has is not known"
    );
}

pub fn may(action: &str, statements: &Value) -> String {
    let snapshot = snapshot(&[(OWN, account(OWN, statements, &trusting(OWN, &["sts:AssumeRole"])))], None);
    who_can(&snapshot, &[action])[&format!("arn:aws:iam::{OWN}:user/Ann")].clone()
}

#[test]
fn a_resource_that_no_deny_names_is_found() {
    let but = |denied: &[&str]| {
        let texts =
            |names: &[&str]| -> Vec<String> { names.iter().map(|name| format!("arn:aws:ecs:*:*:service/{name}")).collect() };
        json!([
            {"Effect": "Allow", "Action": "ecs:DeleteService", "Resource": texts(&["dev/*"])},
            {"Effect": "Deny", "Action": "ecs:DeleteService", "Resource": texts(denied)}
        ])
    };
    assert_eq!(
        may("ecs:DeleteService", &but(&["dev/e*", "dev/z*", "dev/zq7k", "dev/a*"])),
        "allowed"
    );
    assert_eq!(may("ecs:DeleteService", &but(&["dev/*"])), "denied");
}

#[test]
fn keys_that_follow_from_the_resource_name_resources() {
    let when = |action: &str, condition: Value| may(action, &json!([allow(action, condition)]));
    assert_eq!(
        when(TERMINATE, json!({"StringEquals": {"ec2:InstanceID": "i-0abc1234"}})),
        "allowed",
        "E304"
    );
    assert_eq!(
        when(TERMINATE, json!({"StringLike": {"ec2:InstanceID": "web-*"}})),
        "denied",
        "E300"
    );
    let of = |cluster: &str| when("ecs:DeleteService", json!({"ArnLike": {"ecs:cluster": cluster}}));
    assert_eq!(of("arn:aws:ecs:eu-west-1:111122223333:cluster/prod"), "allowed", "E323");
    assert_eq!(of("arn:aws:ecs:*:*:cluster/prod-*"), "allowed", "E323");
    assert_eq!(of("arn:aws:ecs:*:444455556666:cluster/prod"), "denied", "E323");
}

#[test]
fn a_tag_that_the_identity_lacks_equals_nothing() {
    let owner = json!([allow(
        TERMINATE,
        json!({"StringEquals": {"aws:ResourceTag/owner": "${aws:PrincipalTag/team}"}})
    )]);
    assert_eq!(may(TERMINATE, &owner), "denied", "E97");
}

#[test]
fn the_tag_keys_are_those_of_the_tags_that_are_passed() {
    let passing = |keys: &str| {
        let condition = json!({"StringEquals": {"aws:RequestTag/a": "b"}, "ForAllValues:StringEquals": {"aws:TagKeys": [keys]}});
        may("ec2:CreateTags", &json!([allow("ec2:CreateTags", condition)]))
    };
    assert_eq!(passing("a"), "allowed");
    assert_eq!(passing("c"), "denied", "E351");
}

#[test]
fn many_choices_at_once_end_soon() {
    let denied = |index: u32| {
        deny(
            TERMINATE,
            json!({
                "StringNotEquals": {"aws:UserAgent": format!("a{index}"), "aws:referer": format!("b{index}")},
                "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"},
                "DateLessThan": {"aws:CurrentTime": format!("20{}-01-01T00:00:00Z", 30 + index)},
                "BoolIfExists": {"aws:MultiFactorAuthPresent": "false"},
                "StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1", "aws:CalledViaFirst": "athena.amazonaws.com"}
            }),
        )
    };
    let mut statements = vec![allow(TERMINATE, json!({"StringEquals": {"aws:ResourceTag/team": "blue"}}))];
    statements.extend((0..40).map(denied));
    assert_eq!(may(TERMINATE, &json!(statements)), "conditional");
}

#[test]
fn plain_http_is_left_open_and_tls_is_a_choice() {
    let with = |value: &str| {
        ann(
            &json!([allow(TERMINATE, json!({"Bool": {"aws:SecureTransport": value}}))]),
            &[],
        )
    };
    assert_eq!(with("true"), "allowed");
    assert_eq!(with("false"), "conditional");
}
