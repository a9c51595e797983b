//! Statements that `lint` calls covered: without them no request is decided otherwise, and `compare` finds no difference.

use std::fs;
use std::sync::Arc;

use leastwise::estate::Attachment;
use leastwise::estate::Policy;
use leastwise::estate::PolicyText;
use leastwise::estate::Principal;
use leastwise::estate::PrincipalKind;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Caller;
use leastwise::evaluate::CallerKind;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Outcome;
use leastwise::evaluate::PolicyStack;
use leastwise::evaluate::Request;
use leastwise::evaluate::RequestContext;
use leastwise::evaluate::Subject;
use leastwise::evaluate::Target;
use leastwise::evaluate::decide;
use leastwise::ident::Action;
use leastwise::policy::PolicyType;
use leastwise::solve::Question;
use leastwise::solve::RemarkKind;
use leastwise::solve::Verdict;
use leastwise::solve::ask_beyond;
use leastwise::solve::lint;
use serde_json::Value;
use serde_json::json;

use crate::agreement::Random;
use crate::command::leastwise;
use crate::reach::OWN;
use crate::reach::policy;

fn parsed(statements: &[Value]) -> Policy {
    let text = PolicyText {
        text: policy(&json!(statements)).to_string().into(),
        ..PolicyText::default()
    };
    let policy = Policy::parse("p", PolicyType::Identity, text);
    assert!(policy.parsed().is_some(), "{:?} {statements:?}", policy.document);
    policy
}

/// The positions of the statements that can go, and what is said of them.
fn can_go(policy: &Policy) -> Vec<(usize, String)> {
    let remarks = lint(policy.parsed().unwrap()).into_iter();
    let covered = remarks.filter(|remark| {
        remark.kind == RemarkKind::Covered || (remark.kind == RemarkKind::NeverApplies && remark.words.contains("is denied ("))
    });
    covered.map(|remark| (remark.statement, remark.words)).collect()
}

// Random documents: the narrower copy of a statement is likely to stand beside it.

const CONDITIONS: [&str; 14] = [
    r#"{"StringEquals": {"aws:ResourceTag/k": "a"}}"#,
    r#"{"StringLike": {"aws:ResourceTag/k": "a*"}}"#,
    r#"{"StringLike": {"ec2:ResourceTag/k": ["a*", "b"]}}"#,
    r#"{"StringNotEquals": {"aws:ResourceTag/k": "a"}}"#,
    r#"{"StringEqualsIfExists": {"aws:ResourceTag/k": ["a", "b"]}}"#,
    r#"{"Null": {"aws:ResourceTag/k": "true"}}"#,
    r#"{"Null": {"aws:ResourceTag/k": "false"}}"#,
    r#"{"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#,
    r#"{"IpAddress": {"aws:SourceIp": ["203.0.113.0/25", "203.0.113.128/25"]}}"#,
    r#"{"NotIpAddress": {"aws:SourceIp": "203.0.113.0/25"}}"#,
    r#"{"StringEquals": {"aws:ResourceTag/k": "${aws:username}"}}"#,
    r#"{"Bool": {"aws:MultiFactorAuthPresent": "true"}}"#,
    r#"{"ForAnyValue:StringLike": {"aws:TagKeys": ["a*"]}}"#,
    r#"{"ForAllValues:StringEquals": {"aws:TagKeys": ["a", "ab"]}}"#,
];
const HALVES: [(&str, &str, [&str; 2]); 3] = [
    ("Null", "aws:ResourceTag/k", ["true", "false"]),
    ("IpAddress", "aws:SourceIp", ["203.0.113.0/25", "203.0.113.128/25"]),
    ("StringEquals", "aws:ResourceTag/k", ["a", "b"]),
];
const RESOURCES: [&str; 9] = [
    r#"["*"]"#,
    r#"["arn:aws:ec2:*:*:instance/*"]"#,
    r#"["arn:aws:ec2:*:*:instance/i-0*", "arn:aws:ec2:us-*:*:instance/*"]"#,
    r#"["arn:aws:ec2:us-east-1:111122223333:instance/i-0*"]"#,
    r#"["arn:aws:ec2:*:*:inst*"]"#,
    r#"["arn:aws:ec2:*:*:instance/${aws:username}*"]"#,
    r#"["arn:aws:ec2:*:*:*"]"#,
    r#"["arn:aws:ecs:*:*:service/a/*", "arn:aws:ec2:*:*:instance/*"]"#,
    r#"["arn:aws:ec2:*:*/*"]"#,
];
const ACTIONS: [&str; 8] = [
    r#"["*"]"#,
    r#"["ec2:*"]"#,
    r#"["ec2:Terminate*"]"#,
    r#"["ec2:TerminateInstances"]"#,
    r#"["EC2:terminateinstances", "ecs:DeleteService"]"#,
    r#"["ec*:*"]"#,
    r#"["ecs:*", "ec2:T*"]"#,
    r#"["s3:*"]"#,
];

fn picked(random: &mut Random, texts: &[&str]) -> Value {
    let text: &&str = random.pick(texts);
    serde_json::from_str(text).unwrap()
}

fn statement(random: &mut Random) -> Value {
    let effect = if random.chance(65) { "Allow" } else { "Deny" };
    let action = if random.chance(12) { "NotAction" } else { "Action" };
    let resource = if random.chance(12) { "NotResource" } else { "Resource" };
    let mut statement = json!({"Effect": effect, action: picked(random, &ACTIONS), resource: picked(random, &RESOURCES)});
    for _ in 0..random.next() % 3 {
        add_condition(random, &mut statement);
    }
    statement
}

fn add_condition(random: &mut Random, statement: &mut Value) {
    let more = picked(random, &CONDITIONS);
    for (operator, keys) in more.as_object().unwrap() {
        if statement["Condition"][operator] == Value::Null {
            statement["Condition"][operator] = keys.clone();
        }
    }
}

/// A statement that says less or the like.
fn variation(random: &mut Random, statement: &Value) -> Value {
    let mut other = statement.clone();
    match random.next() % 5 {
        0 => add_condition(random, &mut other),
        1 if other["Resource"] != Value::Null => other["Resource"] = picked(random, &RESOURCES),
        2 if other["Action"] != Value::Null => other["Action"] = picked(random, &ACTIONS),
        3 => other["Effect"] = json!("Deny"),
        _ => {}
    }
    other
}

fn document(random: &mut Random) -> Vec<Value> {
    let mut statements = vec![statement(random)];
    for _ in 0..=random.next() % 4 {
        let next = if random.chance(60) {
            let of = random.pick(&statements).clone();
            variation(random, &of)
        } else {
            statement(random)
        };
        statements.push(next);
    }
    if random.chance(25) {
        // Two halves of one of them.
        let of = random.pick(&statements).clone();
        let (operator, key, halves) = random.pick(&HALVES);
        for half in halves {
            let mut part = of.clone();
            part["Condition"][operator] = json!({*key: half});
            statements.insert(0, part);
        }
    }
    statements
}

const CALLS: [(&str, &[&str]); 5] = [
    (
        "ec2:TerminateInstances",
        &[
            "arn:aws:ec2:us-east-1:111122223333:instance/i-0abc",
            "arn:aws:ec2:us-east-1:444455556666:instance/i-9abc",
            "arn:aws:ec2:eu-west-1:111122223333:instance/i-0abc",
            "arn:aws:ec2:eu-west-1:111122223333:instance/i-9abc",
        ],
    ),
    ("ec2:StopInstances", &["arn:aws:ec2:us-east-1:111122223333:instance/i-0abc"]),
    (
        "ecs:DeleteService",
        &[
            "arn:aws:ecs:us-east-1:111122223333:service/a/b",
            "arn:aws:ecs:us-east-1:111122223333:service/b/b",
        ],
    ),
    ("ec2:DescribeInstances", &[]),
    ("s3:ListAllMyBuckets", &[]),
];

fn random_outcome(random: &mut Random) -> impl Fn(&Policy) -> Outcome + use<> {
    let (action, arns) = random.pick(&CALLS);
    let action: Action = action.parse().unwrap();
    let target = match arns {
        [] => Target::nothing_for(&action),
        _ => Target::resource(random.pick(arns).parse().unwrap()),
    };
    let mut context = RequestContext::new();
    let mut maybe = |random: &mut Random, key: &str, values: &[&str]| {
        if random.chance(75) {
            context.set(key, ContextValue::single(*random.pick(values)));
        }
    };
    // No empty one: of that the evaluator knows less, the more tests with Null there are (U7).
    let tags = ["a", "b", "ab", "c", "ann"];
    if random.chance(50) {
        // Both spellings, or one (E118).
        let value = [*random.pick(&tags)];
        maybe(random, "aws:ResourceTag/k", &value);
        maybe(random, "ec2:ResourceTag/k", &value);
    } else {
        maybe(random, "aws:ResourceTag/k", &tags);
    }
    maybe(
        random,
        "aws:SourceIp",
        &["203.0.113.7", "203.0.113.200", "8.8.8.8", "2001:db8::1"],
    );
    maybe(random, "aws:username", &["ann", "i-0"]);
    maybe(random, "aws:MultiFactorAuthPresent", &["true", "false"]);
    if random.chance(60) {
        let keys = ["a", "ab", "b"].into_iter().filter(|_| random.chance(50));
        context.set("aws:TagKeys", ContextValue::many(keys.collect::<Vec<_>>()));
    }
    move |policy| {
        let stack = PolicyStack {
            identity: vec![policy],
            ..PolicyStack::default()
        };
        let caller = Caller {
            account: Some(OWN.parse().unwrap()),
            ..Caller::new(CallerKind::IamUser)
        };
        let request = Request {
            caller: &caller,
            action: &action,
            target: target.clone(),
            context: context.clone(),
        };
        decide(&stack, &request).outcome
    }
}

#[test]
fn without_covered_statements_no_request_is_decided_otherwise() {
    let random = &mut Random::new(4);
    let (mut documents, mut together) = (0, 0);
    for _ in 0..700 {
        let statements = document(random);
        let whole = parsed(&statements);
        let gone = can_go(&whole);
        if gone.is_empty() {
            continue;
        }
        documents += 1;
        together += usize::from(gone.iter().any(|(_, words)| words.contains(", statement")));
        let is_denied = gone.iter().any(|(_, words)| words.contains("denied ("));
        let kept = |is_gone: &dyn Fn(usize) -> bool| -> Vec<Value> {
            let kept = statements.iter().enumerate().filter(|(at, _)| !is_gone(*at));
            kept.map(|(_, statement)| statement.clone()).collect()
        };
        let mut fewer: Vec<Policy> = gone.iter().map(|(at, _)| parsed(&kept(&|other| other == *at))).collect();
        fewer.push(parsed(&kept(&|other| gone.iter().any(|(at, _)| *at == other))));
        for _ in 0..40 {
            let outcome = random_outcome(random);
            for fewer in &fewer {
                let (before, after) = (allowed(outcome(&whole)), allowed(outcome(fewer)));
                // Where it is open whether an Allow applies, and for the same reason whether the Deny does that covers
                // it, the evaluator knows without the Allow what it did not know with it.
                let is_clearer = is_denied && before == Outcome::Undetermined && after == Outcome::ImplicitDeny;
                assert!(
                    before == after || is_clearer,
                    "{before:?} {after:?} {gone:?}\n{}",
                    json!(statements)
                );
            }
        }
    }
    assert!(documents > 300 && together > 10, "{documents} {together}");
}

/// An Allow that a Deny covers leaves the one that denies explicitly.
fn allowed(outcome: Outcome) -> Outcome {
    if outcome == Outcome::ExplicitDeny {
        Outcome::ImplicitDeny
    } else {
        outcome
    }
}

fn holder(policy: Policy) -> Principal {
    Principal {
        kind: PrincipalKind::IamUser,
        arn: format!("arn:aws:iam::{OWN}:user/ann").parse().unwrap(),
        unique_id: None,
        tags: Some(Arc::default()),
        created: None,
        attachments: vec![Attachment {
            policy: Arc::new(policy),
            group: None,
        }],
        boundary: None,
        trust: None,
        role_last_used: None,
        password_last_used: None,
        gaps: Vec::new(),
    }
}

#[test]
fn the_comparison_finds_no_difference_without_covered_statements() {
    let random = &mut Random::new(5);
    let scope = AccountScope::standalone();
    let mut compared = 0;
    for _ in 0..120 {
        let statements = document(random);
        let gone = can_go(&parsed(&statements));
        let Some((at, words)) = gone.first() else { continue };
        let mut fewer = statements.clone();
        fewer.remove(*at);
        for (mine, other) in [(&statements, &fewer), (&fewer, &statements)] {
            let (mine, other) = (holder(parsed(mine)), parsed(other));
            let subject = Subject::in_account(&mine, OWN.parse().unwrap(), &scope);
            for action in ["ec2:TerminateInstances", "ecs:DeleteService"] {
                let action: Action = action.parse().unwrap();
                let facts = ActionFacts::of(&action);
                let question = Question::about(&subject, &facts, "2026-11-01T06:00:00Z".parse().unwrap());
                let verdict = ask_beyond(&question, &other).verdict;
                assert!(
                    matches!(verdict, Verdict::Denied | Verdict::Undetermined),
                    "{verdict}: {at} {words}\n{}",
                    json!(statements)
                );
                compared += usize::from(verdict == Verdict::Denied);
            }
        }
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn what_covers_a_statement_is_named() {
    let on = |effect: &str, action: &str, resource: &str| json!({"Effect": effect, "Action": action, "Resource": resource});
    let mut conditional = on("Allow", "ec2:StopInstances", "*");
    conditional["Condition"] = json!({"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}});
    let mut named = on("Allow", "ec2:*", "*");
    named["Sid"] = json!("AllOfEc2");
    let both = json!({"Effect": "Allow", "Action": ["ec2:StopInstances", "s3:GetObject"], "Resource": "*"});
    let network = |block: &str| {
        let mut statement = on("Deny", "*", "*");
        statement["Condition"] = json!({"IpAddress": {"aws:SourceIp": block}});
        statement
    };
    for (statements, expected) in [
        (
            vec![conditional.clone(), named.clone()],
            vec![(
                1,
                "covered",
                "all that it allows is covered (statement 2 AllOfEc2): without it nothing changes",
            )],
        ),
        (
            vec![named.clone(), on("Allow", "EC2:*", "*")],
            vec![(
                2,
                "covered",
                "all that it allows is covered (statement 1 AllOfEc2): without it nothing changes",
            )],
        ),
        (
            vec![both, on("Allow", "ec2:Stop*", "*"), on("Allow", "s3:*", "*")],
            vec![(
                1,
                "covered",
                "all that it allows is covered (statement 2, statement 3): without it nothing changes",
            )],
        ),
        (
            vec![
                on("Allow", "ec2:StopInstances", "arn:aws:ec2:*:*:instance/*"),
                on("Deny", "ec2:Stop*", "*"),
            ],
            vec![(
                1,
                "never-applies",
                "all that it allows is denied (statement 2): this Allow never applies",
            )],
        ),
        (
            vec![
                network("203.0.113.0/25"),
                network("203.0.113.128/25"),
                network("203.0.113.0/24"),
            ],
            vec![(
                3,
                "covered",
                "all that it denies is covered (statement 1, statement 2): without it nothing changes",
            )],
        ),
        // Nothing is said where there may be no resource, or something is left.
        (vec![on("Allow", "ec2:*", "*"), on("Allow", "*", "arn:aws:ec2:*:*:*")], vec![]),
        (vec![on("Allow", "s3:*", "*"), on("Deny", "s3:Get*", "*")], vec![]),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("policy.json");
        fs::write(&file, policy(&json!(statements)).to_string()).unwrap();
        let run = leastwise(&["lint", file.to_str().unwrap(), "--format", "json"]);
        let rows = run.json();
        let said: Vec<(u64, &str, &str)> = rows
            .as_array()
            .unwrap()
            .iter()
            .map(|row| {
                (
                    row["statement"].as_u64().unwrap(),
                    row["kind"].as_str().unwrap(),
                    row["words"].as_str().unwrap(),
                )
            })
            .collect();
        assert_eq!(said, expected, "{}", json!(statements));
    }
}
