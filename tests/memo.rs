//! What was found for one identity and is used for the next ones: the answers are those that each would get alone.

use std::collections::BTreeMap;

use jiff::Timestamp;
use leastwise::estate::AccountEstate;
use leastwise::estate::Resource;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Subject;
use leastwise::ident::Action;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use leastwise::solve::Memo;
use leastwise::solve::Question;
use leastwise::solve::Scope;
use leastwise::solve::Verdict;
use leastwise::solve::ask;
use leastwise::solve::ask_in;
use serde_json::Value;
use serde_json::json;

use crate::agreement::Random;
use crate::agreement::assert_witness;
use crate::agreement::random_document;

/// Tests that tell identities apart: by their names, tags, ids, and by what a variable of theirs is worth.
const TELLING: [(&str, &str, &str); 9] = [
    ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app/*"),
    ("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app/r1*"),
    ("StringNotLike", "aws:PrincipalArn", "arn:aws:iam::*:user/${aws:username}"),
    ("StringEquals", "aws:PrincipalTag/team", "payments"),
    ("StringEquals", "aws:ResourceTag/team", "${aws:PrincipalTag/team}"),
    ("StringEquals", "aws:ResourceTag/owner", "${aws:username}"),
    ("StringLike", "aws:userid", "AIDA*"),
    ("StringNotEquals", "aws:PrincipalTag/team", "payments"),
    ("Bool", "aws:MultiFactorAuthPresent", "true"),
];

fn telling_document(random: &mut Random) -> Value {
    let statement = |effect: &str, random: &mut Random| {
        let (operator, key, value) = *random.pick(&TELLING);
        let resource = random.pick(&[
            "*",
            "arn:aws:ec2:*:*:instance/*",
            "arn:aws:ec2:*:*:instance/i-${aws:username}*",
        ]);
        json!({"Effect": effect, "Action": "ec2:*", "Resource": resource, "Condition": {operator: {key: value}}})
    };
    let allow = statement("Allow", random);
    let deny = statement("Deny", random);
    json!({"Version": "2012-10-17", "Statement": if random.chance(50) { vec![allow, deny] } else { vec![allow] }})
}

/// Users and roles that hold some of a few documents, inline, so that many hold the same.
fn account(random: &mut Random) -> Value {
    let mut pool: Vec<Value> = (0..3)
        .map(|_| serde_json::from_str(&random_document(random, 2, 2)).unwrap())
        .collect();
    pool.extend((0..3).map(|_| telling_document(random)));
    let held = |random: &mut Random| -> Vec<Value> {
        (0..=random.next() % 3)
            .map(|number| json!({"PolicyName": format!("p{number}"), "PolicyDocument": random.pick(&pool)}))
            .collect()
    };
    let tags = |random: &mut Random| match random.next() % 3 {
        0 => json!([]),
        1 => json!([{"Key": "team", "Value": "payments"}]),
        _ => json!([{"Key": "Team", "Value": "search"}]),
    };
    let users: Vec<Value> = (0..12)
        .map(|number| {
            json!({"Path": "/", "UserName": format!("u{number}"), "UserId": format!("AIDAU{number:016}"),
                "Arn": format!("arn:aws:iam::111122223333:user/u{number}"), "CreateDate": "2024-01-01T00:00:00Z",
                "UserPolicyList": held(random), "GroupList": [], "AttachedManagedPolicies": [], "Tags": tags(random)})
        })
        .collect();
    let roles: Vec<Value> = (0..24)
        .map(|number| {
            let actions = if random.chance(50) {
                json!(["sts:AssumeRole", "sts:TagSession"])
            } else {
                json!("sts:AssumeRole")
            };
            let path = random.pick(&["/", "/app/"]);
            json!({"Path": path, "RoleName": format!("r{number}"), "RoleId": format!("AROAR{number:016}"),
                "Arn": format!("arn:aws:iam::111122223333:role{path}r{number}"), "CreateDate": "2024-01-01T00:00:00Z",
                "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement":
                    [{"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": actions}]},
                "InstanceProfileList": [], "RolePolicyList": held(random), "AttachedManagedPolicies": [],
                "Tags": tags(random), "RoleLastUsed": {}})
        })
        .collect();
    json!({"UserDetailList": users, "GroupDetailList": [], "RoleDetailList": roles, "Policies": [], "IsTruncated": false})
}

fn instances(random: &mut Random) -> Vec<Resource> {
    let resource = |number: u64, random: &mut Random| {
        let region = random.pick(&["eu-west-1", "us-east-1"]);
        let arn = format!("arn:aws:ec2:{region}:111122223333:instance/i-u{number}")
            .parse()
            .unwrap();
        let tag = match random.next() % 3 {
            0 => BTreeMap::new(),
            1 => BTreeMap::from([("team".into(), "payments".into())]),
            _ => BTreeMap::from([("owner".into(), format!("u{number}").into())]),
        };
        Resource {
            arn,
            tags: Some(tag),
            protections: Vec::new(),
            cluster: None,
            instance_profile: None,
        }
    };
    (0..6).map(|number| resource(number, random)).collect()
}

#[test]
fn what_is_kept_of_one_identity_changes_no_answer_for_another() {
    let as_of: Timestamp = "2026-11-01T06:00:00Z".parse().unwrap();
    let action: Action = "ec2:TerminateInstances".parse().unwrap();
    let facts = ActionFacts::of(&action);
    let mut random = Random::new(5);
    let mut seen: BTreeMap<Verdict, usize> = BTreeMap::new();
    for _ in 0..12 {
        let text = account(&mut random).to_string();
        let snapshot = Snapshot::open(vec![Source::Stdin(text.into_bytes())]).unwrap();
        let files = snapshot.accounts()[0].read();
        let estate = AccountEstate::of(&files.records(), None);
        assert!(estate.problems.is_empty(), "{:?}", estate.problems);
        let place = AccountScope::standalone();
        let subjects: Vec<Subject<'_>> = estate
            .principals
            .iter()
            .map(|principal| Subject::of(principal, &estate, &place))
            .collect();
        let counted = instances(&mut random);
        for scope in [Scope::Any, Scope::Counted(&counted)] {
            let (mut reasons, mut verdicts) = (Memo::new(true), Memo::new(false));
            for subject in &subjects {
                let question = Question {
                    scope: scope.clone(),
                    ..Question::about(subject, &facts, as_of)
                };
                let alone = ask(&question);
                let kept = ask_in(&mut reasons, &question);
                let arn = &subject.principal.arn;
                assert_eq!(kept.verdict, alone.verdict, "{arn}");
                assert_eq!(kept.conditions, alone.conditions, "{arn}");
                assert_eq!(kept.unknowns, alone.unknowns, "{arn}");
                assert_eq!(kept.representative, alone.representative, "{arn}");
                assert_eq!(kept.reached, alone.reached, "{arn}");
                assert_witness(subject, &action, &kept);
                let short = ask_in(&mut verdicts, &question);
                assert_eq!((short.verdict, &short.reached), (alone.verdict, &alone.reached), "{arn}");
                *seen.entry(alone.verdict).or_default() += 1;
            }
        }
    }
    assert!(seen.len() >= 3, "{seen:?}");
}
