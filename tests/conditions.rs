//! The condition of a "conditional" against single requests: it holds if and only if the evaluator allows.

use std::path::Path;

use jiff::Timestamp;
use leastwise::estate::AccountEstate;
use leastwise::estate::Organization;
use leastwise::estate::Resource;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Atom;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Formula;
use leastwise::evaluate::Outcome;
use leastwise::evaluate::Request;
use leastwise::evaluate::RequestContext;
use leastwise::evaluate::Subject;
use leastwise::evaluate::decide;
use leastwise::evaluate::evaluate_test;
use leastwise::ident::Action;
use leastwise::policy::PolicyVersion;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use leastwise::solve::Bound;
use leastwise::solve::Question;
use leastwise::solve::Scope;
use leastwise::solve::Summary;
use leastwise::solve::Verdict;
use leastwise::solve::ask;
use leastwise::solve::condition;
use serde_json::Value;
use serde_json::json;

use crate::agreement::Random;
use crate::agreement::random_request;
use crate::blockers::random_questions;
use crate::command::leastwise;
use crate::reach::OWN;
use crate::reach::TERMINATE;
use crate::reach::account;
use crate::reach::allow;
use crate::reach::deny;
use crate::reach::snapshot;
use crate::reach::trusting;

/// Whether a request meets the condition; none where an open point decides.
fn holds(summary: &Summary, context: &RequestContext) -> Option<bool> {
    // A condition names tags by their common key; a witness holds the keys that statements name.
    let mut common = RequestContext::new();
    for (key, value) in context.iter() {
        common.set(key, value.clone());
        if let Some((_, tag)) = key.split_once(":resourcetag/") {
            common.set(&format!("aws:ResourceTag/{tag}"), value.clone());
        }
    }
    let context = &common;
    let mut met = Formula::False;
    for alternative in &summary.alternatives {
        let mut all = Formula::True;
        for requirement in alternative {
            let Atom::Test(unmet) = &requirement.atom else { return None };
            let found = evaluate_test(&unmet.test, PolicyVersion::V2012, context);
            all = all.and(if requirement.holds { found } else { !found });
        }
        met = met.or(all);
    }
    (met.is_true() || met.is_false()).then(|| met.is_true())
}

/// What the law saw.
#[derive(Debug, Default)]
struct Seen {
    summaries: usize,
    exact: usize,
    alternatives: usize,
    allowed: usize,
    refused: usize,
}

fn check(question: &Question<'_>, random: &mut Random, seen: &mut Seen, text: &str) {
    let answer = ask(question);
    if answer.verdict != Verdict::Conditional {
        assert!(condition(question, &answer).is_none());
        return;
    }
    let summary = condition(question, &answer).unwrap();
    let subject = question.subject;
    let words = summary.words(question.action.action);
    let say = |what: &str, context: &RequestContext| format!("{what}: {words}\n{summary:#?}\n{context:?}\n{text}");
    seen.summaries += 1;
    seen.exact += usize::from(summary.bound == Bound::Exact);
    seen.alternatives += summary.alternatives.len();
    // The request that proves the answer is one of those.
    let witness = answer.witness.as_ref().unwrap();
    assert_ne!(
        holds(&summary, &witness.context),
        Some(false),
        "{}",
        say("the witness fails", &witness.context)
    );
    for _ in 0..60 {
        let decided = answer.request.as_ref().unwrap();
        let known = match question.scope {
            Scope::Counted(resources) => resources
                .iter()
                .find(|resource| Some(&resource.arn) == decided.target.arn.as_ref())
                .cloned(),
            Scope::One(..) | Scope::Any => None,
        };
        let resource = known.or_else(|| {
            let keys = ["team", "critical", "env", "owner"];
            let values = ["payments", "storefront", "prod", "dev", "yes", "x"];
            let chosen = keys.into_iter().filter(|_| random.chance(60)).collect::<Vec<_>>();
            let tags = chosen.into_iter().map(|key| (key.into(), (*random.pick(&values)).into()));
            Some(Resource {
                arn: decided.target.arn.clone()?,
                tags: Some(tags.collect()),
                protections: Vec::new(),
                cluster: None,
                instance_profile: None,
            })
        });
        let (credentials, target, context) = random_request(random, subject, question.action, resource.as_ref());
        if target.arn != decided.target.arn || *context.get_lower("aws:sourceip") == ContextValue::single("10.1.2.3") {
            continue;
        }
        let mut caller = subject.caller.clone();
        caller.credentials = credentials;
        let request = Request {
            caller: &caller,
            action: question.action.action,
            target,
            context,
        };
        let outcome = decide(&subject.stack, &request).outcome;
        let Some(met) = holds(&summary, &request.context).filter(|_| outcome != Outcome::Undetermined) else {
            continue;
        };
        let is_allowed = outcome == Outcome::Allow;
        seen.allowed += usize::from(is_allowed);
        seen.refused += usize::from(!is_allowed);
        match summary.bound {
            Bound::Exact => assert_eq!(met, is_allowed, "{}", say("not the same", &request.context)),
            Bound::Sufficient => assert!(!met || is_allowed, "{}", say("not enough", &request.context)),
            Bound::Necessary => assert!(met || !is_allowed, "{}", say("not needed", &request.context)),
        }
    }
}

#[test]
fn conditions_of_random_policies_hold_for_what_is_allowed_and_nothing_else() {
    let mut seen = Seen::default();
    random_questions(&mut Random::new(31), 600, 20, |question, random, text| {
        check(question, random, &mut seen, text);
    });
    eprintln!("{seen:?}");
    assert!(seen.summaries > 100 && seen.exact * 10 > seen.summaries * 9, "{seen:?}");
    assert!(seen.allowed > 300 && seen.refused > 1000, "{seen:?}");
}

#[test]
fn conditions_of_the_sample_hold_for_what_is_allowed_and_nothing_else() {
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
                check(&question, &mut random, &mut seen, principal.arn.as_str());
            }
        }
    }
    eprintln!("{seen:?}");
    assert!(seen.summaries > 5, "{seen:?}");
}

/// What `can` says of Ann, whose policies are these.
fn told(statements: &Value) -> Value {
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
    run.json()["condition"].clone()
}

#[test]
fn conditions_are_told_in_few_words() {
    let when = |condition: Value| allow(TERMINATE, condition);
    let address = |block: &str| json!({"IpAddress": {"aws:SourceIp": block}});
    for (statements, words) in [
        (json!([when(address("203.0.113.0/24"))]), "only from 203.0.113.0/24"),
        (
            json!([when(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"},
                "Bool": {"aws:MultiFactorAuthPresent": "true"}}))]),
            "only with MFA and from 203.0.113.0/24",
        ),
        // Two grants are one.
        (
            json!([when(address("203.0.113.0/24")), when(address("198.51.100.0/24"))]),
            "only from 198.51.100.0/24 or 203.0.113.0/24",
        ),
        // What a Deny repeats says nothing.
        (
            json!([
                when(json!({"StringEquals": {"aws:ResourceTag/team": ["payments", "search"]}})),
                deny("*", json!({"StringEquals": {"ec2:ResourceTag/team": "search"}})),
                deny("*", json!({"StringNotLike": {"aws:ResourceTag/team": "p*"}}))
            ]),
            "only instances tagged team=payments",
        ),
        (
            json!([when(json!({"StringEquals": {"aws:ResourceTag/team": "payments"},
                "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
                "DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}))]),
            "only until 2027-01-01T00:00:00Z and instances tagged team=payments",
        ),
        // Either way in.
        (
            json!([
                when(json!({"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
                when(address("203.0.113.0/24"))
            ]),
            "only either with MFA, or from 203.0.113.0/24",
        ),
        // The rule that long-term keys get around.
        (
            json!([
                when(address("203.0.113.0/24")),
                deny("*", json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}}))
            ]),
            "only with MFA or with a key or session that tells nothing of MFA and from 203.0.113.0/24",
        ),
    ] {
        let told = told(&statements);
        assert_eq!(told["words"], words, "{statements} {told:#}");
        assert_eq!(told["bound"], "exact", "{statements}");
    }
    assert_eq!(told(&json!([when(Value::Null)])), Value::Null, "no condition");
}

#[test]
fn conditions_are_told_in_parts_too() {
    let told = told(&json!([
        allow(TERMINATE, json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})),
        deny("*", json!({"StringEquals": {"aws:ResourceTag/env": "prod"}})),
        deny("*", json!({"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}))
    ]));
    let expected = json!([[
        {"key": "aws:MultiFactorAuthPresent", "operator": "Bool", "values": ["true"], "holds": true, "class": "choice"},
        {"key": "aws:ResourceTag/env", "operator": "StringNotEquals", "values": ["prod"], "holds": true, "class": "resource"},
        {"key": "aws:SourceIp", "operator": "IpAddress", "values": ["203.0.113.0/24"], "holds": true, "class": "network"}
    ]]);
    let mut alternatives = told["alternatives"].clone();
    for alternative in alternatives.as_array_mut().unwrap() {
        alternative
            .as_array_mut()
            .unwrap()
            .sort_by_key(|test| test["key"].to_string());
    }
    assert_eq!(alternatives, expected);
}
