//! Laws of the answer over all requests: limits never allow more, order and names do not matter, and what is settled is
//! answered as the evaluator decides it.

use std::collections::BTreeMap;

use leastwise::catalog::ControlClass;
use leastwise::estate::Tags;
use leastwise::evaluate::ActionFacts;
use leastwise::evaluate::Atom;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Formula;
use leastwise::evaluate::Outcome;
use leastwise::evaluate::RequestContext;
use leastwise::evaluate::evaluate_test;
use leastwise::policy::ContextKey;
use leastwise::policy::PolicyVersion;
use leastwise::solve::Question;
use leastwise::solve::Scope;
use leastwise::solve::Verdict;
use leastwise::solve::ask;
use serde_json::Value;

use crate::agreement::Random;
use crate::toy::ADDRESSES;
use crate::toy::Built;
use crate::toy::Call;
use crate::toy::NAMES;
use crate::toy::Names;
use crate::toy::World;
use crate::toy::as_of;
use crate::toy::decided;
use crate::toy::document;
use crate::toy::statement;
use crate::toy::terminate;

/// Everything that an answer says in words.
fn said(world: &World) -> (Verdict, Vec<String>) {
    Built::of(world).answer(|answer| {
        let mut conditions: Vec<String> = answer
            .conditions
            .iter()
            .map(|condition| condition.words.to_string())
            .collect();
        conditions.sort();
        (answer.verdict, conditions)
    })
}

#[test]
fn a_further_limit_never_lets_more_be_done() {
    let random = &mut Random::new(21);
    let (mut stopped, mut lost) = (0, 0);
    for _ in 0..250 {
        let world = World::random(random, NAMES);
        let mut limited = world.clone();
        match random.next() % 4 {
            0 if limited.boundary.is_none() => limited.boundary = Some(document(random, NAMES, 2)),
            1 => limited.scps.push(document(random, NAMES, 2)),
            2 => limited.scps.extend([vec![statement(random, NAMES, "Allow")]]),
            _ => {
                let at = usize::try_from(random.next()).unwrap_or_default() % limited.identity.len();
                limited.identity[at].push(statement(random, NAMES, "Deny"));
            }
        }
        let (before, after) = (Built::of(&world).verdict(), Built::of(&limited).verdict());
        // What is ruled out may come to be not known, since the search takes another way, and seldom does.
        let is_lost = before == Verdict::Denied && after == Verdict::Undetermined;
        lost += usize::from(is_lost);
        assert!(
            after >= before || is_lost,
            "{before} {after}\n{}\n{}",
            world.text(),
            limited.text()
        );
        stopped += usize::from(before < Verdict::Undetermined && after == Verdict::Denied);
    }
    assert!(stopped > 20 && lost < 5, "{stopped} {lost}");
}

#[test]
fn the_order_of_policies_statements_and_values_does_not_matter() {
    let random = &mut Random::new(22);
    for _ in 0..300 {
        let world = World::random(random, NAMES);
        let mut turned = world.clone();
        turned.identity.reverse();
        turned.scps.reverse();
        let documents = turned.identity.iter_mut().chain(&mut turned.scps).chain(&mut turned.boundary);
        for statements in documents {
            let by = usize::try_from(random.next()).unwrap_or_default() % statements.len();
            statements.rotate_left(by);
            statements.iter_mut().for_each(turn_values);
        }
        assert_eq!(said(&world), said(&turned), "{}\n{}", world.text(), turned.text());
    }
}

/// Turns every list round.
fn turn_values(value: &mut Value) {
    match value {
        Value::Array(items) => items.reverse(),
        Value::Object(members) => members.values_mut().for_each(turn_values),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn other_names_get_the_same_answers() {
    let others = Names {
        account: "777788889999",
        user: "qz",
        tags: ["team", "zone"],
        letters: ["q", "z"],
    };
    for seed in 0..200 {
        let [one, other] = [NAMES, others].map(|names| World::random(&mut Random::new(seed), names));
        let [said_of_one, said_of_other] = [&one, &other].map(said);
        assert_eq!(said_of_one.0, said_of_other.0, "{}\n{}", one.text(), other.text());
        assert_eq!(
            said_of_one.1.len(),
            said_of_other.1.len(),
            "{said_of_one:?}\n{said_of_other:?}\n{}",
            one.text()
        );
    }
}

fn random_call(random: &mut Random) -> Call {
    let mut tag = || {
        let values = ["", "a", "b", "ab", "ba", "aa", "A", "x", "aba"];
        random.chance(75).then(|| (*random.pick(&values)).to_owned())
    };
    let tags = [tag(), tag()];
    Call {
        instance: (*random.pick(&["i-0", "i-1", "i-0a", "i-1a", "i-10a1"])).to_owned(),
        tags,
        address: *random.pick(&ADDRESSES),
    }
}

/// The keys that a request of a toy world settles.
const KEYS: [&str; 5] = [
    "aws:ResourceTag/k",
    "ec2:ResourceTag/k",
    "aws:ResourceTag/j",
    "ec2:ResourceTag/j",
    "aws:SourceIp",
];

#[test]
fn what_is_settled_is_answered_as_it_is_decided() {
    let random = &mut Random::new(23);
    let mut counts: BTreeMap<Outcome, usize> = BTreeMap::new();
    let action = terminate();
    for _ in 0..300 {
        let world = World::random(random, NAMES);
        let built = Built::of(&world);
        let subject = built.subject();
        for _ in 0..4 {
            let call = random_call(random);
            let context = call.context(&subject, NAMES);
            let given: Vec<(ContextKey, ContextValue)> = KEYS
                .iter()
                .map(|key| (ContextKey::new(key), context.get(&ContextKey::new(key)).clone()))
                .collect();
            let tags: Tags = call.tags(NAMES);
            let outcome = decided(&subject, call.target(NAMES), context).outcome;
            let verdict = ask(&Question {
                subject: &subject,
                action: &ActionFacts::of(&action),
                scope: Scope::One(call.target(NAMES), Some(&tags)),
                as_of: as_of(),
                given: &given,
                resource_policy: None,
                owner: None,
            })
            .verdict;
            let agrees = match outcome {
                Outcome::Allow => matches!(verdict, Verdict::Allowed | Verdict::Conditional),
                Outcome::ExplicitDeny | Outcome::ImplicitDeny => verdict == Verdict::Denied,
                Outcome::Undetermined => verdict == Verdict::Undetermined,
            };
            assert!(agrees, "{outcome:?} {verdict} {call:?}\n{}", world.text());
            *counts.entry(outcome).or_default() += 1;
        }
    }
    assert!(counts.len() > 2 && counts.values().all(|count| *count > 3), "{counts:?}");
}

/// What a formula comes to with these values of the keys; none where something stays open.
fn value_of(formula: &Formula, context: &RequestContext) -> Option<bool> {
    match formula {
        Formula::True => Some(true),
        Formula::False => Some(false),
        Formula::Not(inner) => value_of(inner, context).map(|value| !value),
        Formula::All(parts) => {
            let values: Vec<Option<bool>> = parts.iter().map(|part| value_of(part, context)).collect();
            if values.contains(&Some(false)) {
                Some(false)
            } else {
                values
                    .into_iter()
                    .try_fold(true, |all, value| value.map(|value| all && value))
            }
        }
        Formula::Any(parts) => {
            let values: Vec<Option<bool>> = parts.iter().map(|part| value_of(part, context)).collect();
            if values.contains(&Some(true)) {
                Some(true)
            } else {
                values
                    .into_iter()
                    .try_fold(false, |any, value| value.map(|value| any || value))
            }
        }
        Formula::Atom(atom) => {
            let Atom::Test(unmet) = &**atom else { return None };
            match evaluate_test(&unmet.test, PolicyVersion::V2012, context) {
                Formula::True => Some(true),
                Formula::False => Some(false),
                Formula::Atom(_) | Formula::Not(_) | Formula::All(_) | Formula::Any(_) => None,
            }
        }
    }
}

#[test]
fn what_is_left_of_a_decision_is_what_decides() {
    let random = &mut Random::new(24);
    let mut counts: BTreeMap<Option<bool>, usize> = BTreeMap::new();
    for _ in 0..500 {
        let world = World::random(random, NAMES);
        let built = Built::of(&world);
        let subject = built.subject();
        let call = random_call(random);
        let whole = call.context(&subject, NAMES);
        let mut partly = whole.clone();
        for key in KEYS {
            if random.chance(70) {
                partly.set(key, ContextValue::Unknown(ControlClass::Resource));
            }
        }
        let residual = decided(&subject, call.target(NAMES), partly).residual;
        let expected = match decided(&subject, call.target(NAMES), whole.clone()).outcome {
            Outcome::Allow => Some(true),
            Outcome::ExplicitDeny | Outcome::ImplicitDeny => Some(false),
            Outcome::Undetermined => None,
        };
        assert_eq!(
            value_of(&residual, &whole),
            expected,
            "{residual:?} {call:?}\n{}",
            world.text()
        );
        *counts
            .entry(expected.filter(|_| !residual.is_true() && !residual.is_false()))
            .or_default() += 1;
    }
    assert!(counts.values().all(|count| *count > 20), "{counts:?}");
}
