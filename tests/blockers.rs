//! What blocks every request: each core blocks by itself, none of its members can be spared, and each single fix opens.
//! What is left out of a question is left out here by other means than the solver's own.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use leastwise::estate::AccountEstate;
use leastwise::estate::DocumentState;
use leastwise::estate::Organization;
use leastwise::estate::Policy;
use leastwise::estate::PolicyText;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Guardrails;
use leastwise::evaluate::Layer;
use leastwise::evaluate::Level;
use leastwise::evaluate::Outcome;
use leastwise::evaluate::Request;
use leastwise::evaluate::Subject;
use leastwise::evaluate::decide;
use leastwise::ident::Action;
use leastwise::policy::Effect;
use leastwise::policy::PolicyDocument;
use leastwise::policy::PolicyType;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use leastwise::solve::Answer;
use leastwise::solve::Blocker;
use leastwise::solve::Question;
use leastwise::solve::Scope;
use leastwise::solve::Verdict;
use leastwise::solve::ask;
use leastwise::solve::blockers;
use leastwise::solve::blockers_at_hand;
use serde_json::Value;
use serde_json::json;

use crate::agreement::CONDITIONS;
use crate::agreement::Random;
use crate::agreement::assert_witness;
use crate::agreement::random_account;
use crate::agreement::random_document;
use crate::agreement::random_request;
use crate::command::leastwise;
use crate::reach::OWN;
use crate::reach::TERMINATE;
use crate::reach::account;
use crate::reach::allow;
use crate::reach::deny;
use crate::reach::snapshot;
use crate::reach::trusting;

const EVERYTHING: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;

pub fn parsed(name: &str, policy_type: PolicyType, text: &str) -> Policy {
    let text = PolicyText {
        text: text.into(),
        ..PolicyText::default()
    };
    let policy = Policy::parse(name, policy_type, text);
    assert!(policy.parsed().is_some(), "{name}");
    policy
}

/// Whether a layer's statement is kept, or, without one, that the layer has to allow.
type Keeps<'k> = dyn Fn(&Layer, Option<(&Policy, usize)>) -> bool + 'k;

/// The policies of one layer as far as some blockers leave them: the Deny statements among them, and where none of them
/// is the layer itself a statement that allows everything.
fn reduced(policies: &[&Policy], layer: &Layer, keeps: &Keeps<'_>) -> Vec<Policy> {
    let of = |policy: &&Policy| {
        let Some(document) = policy.parsed() else {
            return (*policy).clone();
        };
        let kept = document.statements.iter().enumerate().filter(|(index, statement)| {
            let is_deny = statement.effect == Effect::Deny;
            !is_deny || keeps(layer, Some((policy, *index)))
        });
        let mut statements: Vec<_> = kept.map(|(_, statement)| statement.clone()).collect();
        if !keeps(layer, None) {
            let everything = PolicyDocument::parse(EVERYTHING, PolicyType::Identity).unwrap();
            statements.extend(everything.statements.iter().cloned());
        }
        Policy {
            document: DocumentState::Parsed(Arc::new(PolicyDocument {
                statements: statements.into(),
                ..document.clone()
            })),
            ..(*policy).clone()
        }
    };
    let mut found: Vec<Policy> = policies.iter().map(of).collect();
    if policies.is_empty() && !keeps(layer, None) {
        found.push(parsed("everything", PolicyType::Identity, EVERYTHING));
    }
    found
}

/// A subject's layers as far as they are kept.
struct Reduced {
    identity: Vec<Policy>,
    boundary: Vec<Policy>,
    scps: Vec<(Arc<str>, Option<Vec<Policy>>)>,
}

impl Reduced {
    fn of(subject: &Subject<'_>, keeps: &Keeps<'_>) -> Self {
        let boundary: Vec<&Policy> = subject.stack.boundary.into_iter().collect();
        let levels = match &subject.stack.scps {
            Guardrails::Levels(levels) => &**levels,
            Guardrails::None | Guardrails::NotCollected(_) => &[],
        };
        Self {
            identity: reduced(&subject.stack.identity, &Layer::Identity, keeps),
            boundary: if boundary.is_empty() {
                Vec::new()
            } else {
                reduced(&boundary, &Layer::Boundary, keeps)
            },
            scps: levels
                .iter()
                .map(|level| {
                    let layer = Layer::ServiceControl(level.target.clone());
                    let policies = level.policies.as_ref().map(|policies| reduced(policies, &layer, keeps));
                    (level.target.clone(), policies)
                })
                .collect(),
        }
    }

    fn subject<'s>(&'s self, of: &'s Subject<'s>) -> Subject<'s> {
        let mut subject = of.clone();
        subject.stack.identity = self.identity.iter().collect();
        subject.stack.boundary = self.boundary.first();
        if matches!(of.stack.scps, Guardrails::Levels(_)) {
            let level = |(target, policies): &'s (Arc<str>, Option<Vec<Policy>>)| Level {
                target: target.clone(),
                policies: policies.as_ref().map(|policies| policies.iter().collect()),
            };
            subject.stack.scps = Guardrails::Levels(self.scps.iter().map(level).collect());
        }
        subject
    }
}

fn is_same(blocker: &Blocker<'_>, layer: &Layer, statement: Option<(&Policy, usize)>) -> bool {
    let own = blocker.statement.map(|(policy, index, _)| (policy, index));
    let same_statement = match (own, statement) {
        (None, None) => true,
        (Some((own, at)), Some((other, index))) => std::ptr::eq(own, other) && at == index,
        _ => false,
    };
    blocker.layer == *layer && same_statement
}

/// Statements that all speak of the call, so that it takes several to block it: an Allow, bare or under one condition,
/// and Denies under one or two.
pub fn dense_document(random: &mut Random, is_bare: bool) -> String {
    // Neighbours in the list are about the same keys.
    let from = usize::try_from(random.next()).unwrap() % (CONDITIONS.len() - 5);
    let condition = |random: &mut Random| {
        let (operator, key, values) = *random.pick(&CONDITIONS[from..from + 5]);
        let values: Value = serde_json::from_str(values).unwrap();
        (operator, key, values)
    };
    let mut statements = vec![if is_bare || random.chance(50) {
        allow(TERMINATE, Value::Null)
    } else {
        let (operator, key, values) = condition(random);
        allow(TERMINATE, json!({operator: {key: values}}))
    }];
    for _ in 0..random.next() % 8 {
        let (operator, key, values) = condition(random);
        let mut tests = json!({operator: {key: values}});
        if random.chance(30) {
            let (operator, key, values) = condition(random);
            tests[operator][key] = values;
        }
        statements.push(deny(TERMINATE, tests));
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// What the laws saw.
#[derive(Debug, Default)]
struct Seen {
    sizes: BTreeMap<usize, usize>,
    kinds: BTreeMap<&'static str, usize>,
    needed: usize,
    unproven: usize,
    fixes: usize,
}

/// Every law for one denied question.
fn check(question: &Question<'_>, answer: &Answer<'_>, random: &mut Random, seen: &mut Seen, text: &str) {
    let subject = question.subject;
    let action = question.action.action;
    let found = blockers(question).unwrap();
    assert!(found.is_minimal && found.knows_fixes, "{text}");
    *seen.sizes.entry(found.members.len()).or_default() += 1;
    for member in &found.members {
        *seen.kinds.entry(member.kind.as_str()).or_default() += 1;
    }
    if let Some(at_hand) = blockers_at_hand(question, answer) {
        assert_eq!(at_hand.members.len(), 1, "{text}");
        let one = &at_hand.members[0];
        assert_eq!(found.members.len(), 1, "{text}");
        let statement = one.statement.map(|(policy, index, _)| (policy, index));
        assert!(is_same(&found.members[0], &one.layer, statement), "{text}");
        assert_eq!(one.kind, found.members[0].kind, "{text}");
    }
    let asked = |keeps: &Keeps<'_>, check: &mut dyn FnMut(&Subject<'_>, &Answer<'_>)| {
        let reduced = Reduced::of(subject, keeps);
        let subject = reduced.subject(subject);
        let answer = ask(&Question {
            subject: &subject,
            ..question.clone()
        });
        check(&subject, &answer);
    };
    // The core blocks by itself.
    let in_core =
        |layer: &Layer, statement: Option<(&Policy, usize)>| found.members.iter().any(|member| is_same(member, layer, statement));
    asked(&in_core, &mut |subject, answer| {
        assert_eq!(answer.verdict, Verdict::Denied, "{:?}\n{text}", found.members);
        for _ in 0..20 {
            let resource = match question.scope {
                Scope::Counted(counted) if !counted.is_empty() => Some(random.pick(counted).clone()),
                Scope::Counted(_) | Scope::One(..) | Scope::Any => None,
            };
            let (credentials, target, context) = random_request(random, subject, question.action, resource.as_ref());
            let mut caller = subject.caller.clone();
            caller.credentials = credentials;
            let request = Request {
                caller: &caller,
                action,
                target,
                context,
            };
            let outcome = decide(&subject.stack, &request).outcome;
            assert_ne!(outcome, Outcome::Allow, "{:?}\n{text}", request.context);
        }
    });
    for member in &found.members {
        let own = member.statement.map(|(policy, index, _)| (policy, index));
        // Without a member some request succeeds.
        let without =
            |layer: &Layer, statement: Option<(&Policy, usize)>| in_core(layer, statement) && !is_same(member, layer, statement);
        asked(&without, &mut |subject, answer| {
            assert_ne!(answer.verdict, Verdict::Denied, "{member:?}\n{text}");
            assert_witness(subject, action, answer);
            match answer.verdict {
                Verdict::Undetermined => seen.unproven += 1,
                Verdict::Allowed | Verdict::Conditional | Verdict::Denied => seen.needed += 1,
            }
        });
        // A single fix opens, what is none does not.
        let all_but = |layer: &Layer, statement: Option<(&Policy, usize)>| !is_same(member, layer, statement);
        asked(&all_but, &mut |subject, answer| {
            let opens = matches!(answer.verdict, Verdict::Allowed | Verdict::Conditional);
            assert_eq!(opens, member.is_single_fix, "{own:?} {}\n{text}", answer.verdict);
            assert_witness(subject, action, answer);
            seen.fixes += usize::from(opens);
        });
    }
}

/// Questions about the identities of random accounts, under random guardrails; `broad` of a hundred of these have few tests.
pub fn random_questions(
    random: &mut Random,
    accounts: usize,
    broad: u64,
    mut ask_about: impl FnMut(&Question<'_>, &mut Random, &str),
) {
    let as_of: Timestamp = "2026-11-01T06:00:00Z".parse().unwrap();
    let action: Action = TERMINATE.parse().unwrap();
    let facts = ActionFacts::of(&action);
    for _ in 0..accounts {
        let text = random_account(random);
        let snapshot = Snapshot::open(vec![Source::Stdin(text.clone().into_bytes())]).unwrap();
        let files = snapshot.accounts()[0].read();
        let estate = AccountEstate::of(&files.records(), None);
        let scope = AccountScope::standalone();
        let guardrails: Vec<Policy> = (0..random.next() % 3)
            .map(|level| {
                let text = if random.chance(broad) {
                    random_document(random, 2, 3)
                } else {
                    dense_document(random, true)
                };
                parsed(&format!("guardrail {level}"), PolicyType::ServiceControl, &text)
            })
            .collect();
        let levels = guardrails.iter().map(|policy| Level {
            target: policy.name.clone(),
            policies: Some(vec![policy]),
        });
        let scps = Guardrails::Levels(levels.collect());
        let dense = random.chance(70).then(|| {
            let text = dense_document(random, false);
            parsed("dense", PolicyType::Identity, &text)
        });
        let documents: Vec<&str> = guardrails.iter().chain(&dense).map(|policy| &*policy.text.text).collect();
        for principal in estate.principals.iter().filter(|principal| !principal.attachments.is_empty()) {
            let mut subject = Subject::of(principal, &estate, &scope);
            subject.stack.scps = scps.clone();
            if let Some(dense) = &dense {
                subject.stack.identity = vec![dense];
                subject.stack.boundary = None;
            }
            let question = Question::about(&subject, &facts, as_of);
            let text = format!("{}\n{text}\n{}", principal.arn, documents.join("\n"));
            ask_about(&question, random, &text);
        }
    }
}

#[test]
fn cores_of_random_policies_block_and_cannot_be_smaller() {
    let mut seen = Seen::default();
    random_questions(&mut Random::new(23), 120, 50, |question, random, text| {
        let answer = ask(question);
        if answer.verdict == Verdict::Denied {
            check(question, &answer, random, &mut seen, text);
        }
    });
    eprintln!("{seen:?}");
    assert!(seen.sizes.keys().filter(|size| **size > 1).count() > 1, "{seen:?}");
    assert!(seen.needed > 150 && seen.fixes > 50 && seen.kinds.len() > 4, "{seen:?}");
    assert!(seen.unproven * 20 < seen.needed, "{seen:?}");
}

#[test]
fn cores_of_the_sample_block_and_cannot_be_smaller() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/estates/sample");
    let snapshot = Snapshot::open(vec![Source::of_path(&root).unwrap()]).unwrap();
    let files = snapshot.read_organization();
    let organization = Organization::of(files.records().organization.as_ref().unwrap());
    let as_of: Timestamp = "2026-11-01T06:00:00Z".parse().unwrap();
    let mut random = Random::new(5);
    let mut seen = Seen::default();
    for entry in snapshot.accounts() {
        let files = entry.read();
        let estate = AccountEstate::of(&files.records(), None);
        let scope = AccountScope::of(Some(&organization), estate.account);
        for principal in &estate.principals {
            let subject = Subject::of(principal, &estate, &scope);
            for (action, kind) in [(TERMINATE, "instance"), ("ecs:DeleteService", "service")] {
                let action: Action = action.parse().unwrap();
                let facts = ActionFacts::of(&action);
                let inventory = estate.inventory.as_ref();
                let counted = inventory.and_then(|inventory| inventory.of_type(action.service(), kind));
                let question = Question {
                    scope: counted.map_or(Scope::Any, Scope::Counted),
                    ..Question::about(&subject, &facts, as_of)
                };
                let answer = ask(&question);
                if answer.verdict == Verdict::Denied {
                    check(&question, &answer, &mut random, &mut seen, principal.arn.as_str());
                }
            }
        }
    }
    eprintln!("{seen:?}");
    assert!(seen.needed > 20 && seen.fixes > 10, "{seen:?}");
}

/// What `can` says of Ann, whose policies are these.
fn blocked(statements: &Value) -> Value {
    let snapshot = snapshot(&[(OWN, account(OWN, statements, &trusting(OWN, &["sts:AssumeRole"])))], None);
    let source = snapshot.path().to_str().unwrap();
    let arn = format!("arn:aws:iam::{OWN}:user/Ann");
    let as_of = "2026-10-01T00:00:00Z";
    let run = leastwise(&[
        "can",
        &arn,
        TERMINATE,
        source,
        "--standalone",
        "--format",
        "json",
        "--as-of",
        as_of,
    ]);
    run.json()["blockers"].clone()
}

#[test]
fn each_kind_of_blocker_is_told() {
    let when = |condition: Value| allow(TERMINATE, condition);
    let on = |resource: &str| json!({"Effect": "Allow", "Action": TERMINATE, "Resource": resource});
    let address = |block: &str| json!({"IpAddress": {"aws:SourceIp": block}});
    for (statements, expected) in [
        (json!([allow("s3:*", Value::Null)]), vec![("no_allow", json!(null), "")]),
        (
            json!([allow("s3:*", Value::Null), deny(TERMINATE, Value::Null)]),
            // The missing Allow rather than the Deny.
            vec![("no_allow", json!(null), "")],
        ),
        (
            json!([when(Value::Null), deny("ec2:*", Value::Null)]),
            vec![("explicit_deny", json!(2), "")],
        ),
        (
            json!([when(json!({"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}))]),
            vec![("expired", json!(null), "aws:CurrentTime")],
        ),
        (
            json!([when(json!({"StringEquals": {"aws:RequestTag/a": "b"}}))]),
            vec![("never_sent_key", json!(null), "aws:RequestTag/a")],
        ),
        (json!([on("arn:aws:ec2:*:*:volume/*")]), vec![("resource", json!(null), "")]),
        (
            json!([when(address("203.0.113.0/24")), deny("*", address("203.0.0.0/16"))]),
            vec![
                ("contradiction", json!(null), "aws:SourceIp"),
                ("explicit_deny", json!(2), "aws:SourceIp"),
            ],
        ),
        // Two halves of what the Allow leaves; the third Deny is not needed.
        (
            json!([
                when(address("203.0.113.0/24")),
                deny("*", address("203.0.113.0/25")),
                deny("*", address("198.51.100.0/24")),
                deny("*", address("203.0.113.128/25"))
            ]),
            vec![
                ("contradiction", json!(null), "aws:SourceIp"),
                ("explicit_deny", json!(2), "aws:SourceIp"),
                ("explicit_deny", json!(4), "aws:SourceIp"),
            ],
        ),
        // Nobody can have MFA and not have it.
        (
            json!([
                when(Value::Null),
                deny("*", json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})),
                deny("*", json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
            ]),
            vec![
                ("explicit_deny", json!(2), "aws:MultiFactorAuthPresent"),
                ("explicit_deny", json!(3), "aws:MultiFactorAuthPresent"),
            ],
        ),
    ] {
        let found = blocked(&statements);
        assert_eq!(found["is_minimal"], true, "{statements}");
        let members: Vec<(String, Value, String)> = found["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| {
                let keys: Vec<&str> = member["keys"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|key| key.as_str().unwrap())
                    .collect();
                let kind = member["kind"].as_str().unwrap().to_owned();
                (kind, member["by"]["statement"].clone(), keys.join(", "))
            })
            .collect();
        let expected: Vec<(String, Value, String)> = expected
            .into_iter()
            .map(|(kind, statement, keys)| (kind.to_owned(), statement, keys.to_owned()))
            .collect();
        assert_eq!(members, expected, "{statements}");
    }
}

#[test]
fn a_single_fix_is_told_apart_from_what_is_not_enough() {
    // The Deny stands in the way of whoever is allowed.
    let both = blocked(&json!([allow("s3:*", Value::Null), deny("*", Value::Null)]));
    assert_eq!(both["single_fixes"], json!([]));
    let missing = blocked(&json!([allow("s3:*", Value::Null)]));
    assert_eq!(missing["single_fixes"], json!([missing["members"][0]["by"]]));
    let denied = blocked(&json!([allow("*", Value::Null), deny("ec2:*", Value::Null)]));
    assert_eq!(denied["single_fixes"][0]["statement"], 2);
    // Of two that each block by themselves neither is enough.
    let twice = blocked(&json!([
        allow("*", Value::Null),
        deny("ec2:*", Value::Null),
        deny(TERMINATE, Value::Null)
    ]));
    assert_eq!(twice["members"].as_array().unwrap().len(), 1);
    assert_eq!(twice["single_fixes"], json!([]));
    // What can be done is blocked by nothing.
    assert_eq!(blocked(&json!([allow("*", Value::Null)])), Value::Null);
}
