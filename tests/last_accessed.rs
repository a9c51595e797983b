//! When an identity last called an action: each way of not knowing stays apart, and half an answer says nothing.

use std::fs;

use leastwise::estate::AccountEstate;
use leastwise::finding::LastUse;
use leastwise::ident::Action;
use leastwise::rules::action_use;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use serde_json::Value;
use serde_json::json;

use crate::command::leastwise;

const AS_OF: &str = "2026-11-01T00:00:00Z";
const ROLES: [&str; 6] = ["asked", "young", "anew", "cut", "running", "not-asked"];

fn arn(role: &str) -> String {
    format!("arn:aws:iam::111122223333:role/{role}")
}

fn details() -> Value {
    let role = |name: &&str| {
        let created = match *name {
            "young" => "2026-10-01T00:00:00Z",
            "anew" => "2026-10-31T23:00:00Z",
            _ => "2020-01-01T00:00:00Z",
        };
        let allowed = json!({"Effect": "Allow", "Action": ["ec2:TerminateInstances", "ecs:Delete*"], "Resource": "*"});
        json!({"Arn": arn(name), "RoleName": name, "CreateDate": created, "AttachedManagedPolicies": [],
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [allowed]}}],
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}})
    };
    let roles: Vec<Value> = ROLES.iter().map(role).collect();
    json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": roles})
}

/// What `GetServiceLastAccessedDetails` answered about a role, and what differs for it.
fn answer(role: &str, more: &Value) -> Value {
    let actions = json!([
        {"ActionName": "TerminateInstances", "LastAccessedTime": "2026-10-30T08:00:00+00:00", "LastAccessedRegion": "eu-west-1"},
        {"ActionName": "StopInstances"},
        {"ActionName": "RebootInstances", "LastAccessedTime": "lately"}
    ]);
    let services = json!([
        {"ServiceName": "Amazon EC2", "ServiceNamespace": "ec2", "LastAuthenticated": "2026-10-30T08:00:00+00:00",
         "TotalAuthenticatedEntities": 1, "TrackedActionsLastAccessed": actions},
        {"ServiceName": "Amazon ECS", "ServiceNamespace": "ecs", "TotalAuthenticatedEntities": 0}
    ]);
    let mut answer = json!({"Arn": arn(role), "JobStatus": "COMPLETED", "JobType": "ACTION_LEVEL",
        "JobCompletionDate": "2026-10-31T12:00:00+00:00", "ServicesLastAccessed": services});
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer
}

fn snapshot() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let account = folder.path().join("accounts/111122223333");
    fs::create_dir_all(&account).unwrap();
    fs::write(account.join("account-authorization-details.json"), details().to_string()).unwrap();
    let answers = json!({"ServiceLastAccessed": [
        answer("asked", &json!({})),
        answer("asked", &json!({"JobCompletionDate": "2026-10-01T00:00:00Z", "ServicesLastAccessed": []})),
        answer("young", &json!({})),
        answer("anew", &json!({})),
        answer("cut", &json!({"IsTruncated": true})),
        answer("running", &json!({"JobStatus": "IN_PROGRESS"}))
    ]});
    fs::write(account.join("service-last-accessed.json"), answers.to_string()).unwrap();
    folder
}

#[test]
fn each_way_of_not_knowing_stays_apart() {
    let folder = snapshot();
    let snapshot = Snapshot::open(vec![Source::of_path(folder.path()).unwrap()]).unwrap();
    let files = snapshot.accounts()[0].read();
    let estate = AccountEstate::of(&files.records(), None);
    let of = |role: &str, action: &str| {
        let principal = estate.principal(&arn(role).parse().unwrap()).unwrap();
        let action: Action = action.parse().unwrap();
        action_use(principal, &action, &estate, AS_OF.parse().unwrap())
    };
    let used = LastUse::Used {
        at: "2026-10-30T08:00:00Z".parse().unwrap(),
    };
    let unused = |since: &str| LastUse::NotUsed {
        since: Some(since.parse().unwrap()),
    };
    assert_eq!(
        of("asked", "ec2:terminateinstances"),
        used,
        "the later answer stands, and case does not matter"
    );
    assert_eq!(
        of("asked", "ec2:StopInstances"),
        unused("2025-09-26T12:00:00Z"),
        "400 days before the answer"
    );
    assert_eq!(
        of("young", "ec2:StopInstances"),
        unused("2026-10-01T00:00:00Z"),
        "never before it was made"
    );
    assert_eq!(
        of("asked", "ecs:DeleteService"),
        LastUse::NotTracked,
        "a service whose actions are not tracked"
    );
    assert_eq!(
        of("asked", "ec2:RebootInstances"),
        LastUse::NotTracked,
        "a time that is none is not `never`"
    );
    assert_eq!(
        of("anew", "ec2:StopInstances"),
        LastUse::NotCollected,
        "the answer is about an earlier role"
    );
    for role in ["cut", "running", "not-asked"] {
        assert_eq!(of(role, "ec2:StopInstances"), LastUse::NotCollected, "{role}");
    }
    let root = estate
        .principals
        .iter()
        .find(|principal| principal.arn.as_str().ends_with(":root"))
        .unwrap();
    assert_eq!(
        action_use(root, &"ec2:StopInstances".parse().unwrap(), &estate, AS_OF.parse().unwrap()),
        LastUse::NotTracked,
        "AWS is never asked about the root user"
    );
    let told: Vec<&str> = estate
        .problems
        .iter()
        .map(|problem| &*problem.subject)
        .filter(|name| name.contains("role/"))
        .collect();
    assert_eq!(
        told,
        [&*arn("anew"), &arn("asked"), &arn("cut"), &arn("running"), &arn("young")],
        "times that are none, and answers set aside"
    );
}

#[test]
fn a_report_says_when_each_action_was_used() {
    let folder = snapshot();
    let path = folder.path().display().to_string();
    let options = ["audit", &path, "--standalone", "--as-of", AS_OF];
    let json = leastwise(&[&options[..], &["--format", "json"]].concat()).json();
    let findings = json["findings"].as_array().unwrap();
    let states = |role: &str| -> Vec<(&str, &str)> {
        let of_role = findings
            .iter()
            .filter(|finding| finding["identity"]["principal"] == arn(role));
        let mut states: Vec<_> = of_role
            .map(|finding| {
                (
                    finding["action"].as_str().unwrap(),
                    finding["action_last_used"]["state"].as_str().unwrap(),
                )
            })
            .collect();
        states.sort_unstable();
        states
    };
    assert!(
        states("asked").contains(&("ec2:TerminateInstances", "used")),
        "{:?}",
        states("asked")
    );
    assert!(states("asked").contains(&("ecs:DeleteService", "not_tracked")));
    assert!(states("not-asked").iter().all(|(_, state)| *state == "not_collected"));
    let csv = leastwise(&[&options[..], &["--format", "csv"]].concat()).out;
    assert!(csv.contains("2026-10-30T08:00:00Z"), "{csv}");
}
