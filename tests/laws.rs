//! Laws of the evaluator: limits never allow more, grants never allow less, order never matters, and a
//! verdict with unknowns fits every way of filling them.

use std::collections::BTreeSet;

use leastwise::evaluate::CallerKind;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::Outcome;
use leastwise::policy::PolicyDocument;
use leastwise::policy::PolicyType;
use leastwise::policy::PrincipalClause;
use leastwise::policy::PrincipalEntry;
use leastwise::policy::Span;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use serde_json::json;

use crate::worlds::Doc;
use crate::worlds::World;
use crate::worlds::doc;
use crate::worlds::known_value;
use crate::worlds::levels;
use crate::worlds::statement;
use crate::worlds::world;

/// How much an outcome allows.
fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Allow => 2,
        Outcome::Undetermined => 1,
        Outcome::ExplicitDeny | Outcome::ImplicitDeny => 0,
    }
}

/// Whether a verdict can become another one when unknowns are filled.
fn fits(before: Outcome, after: Outcome) -> bool {
    match before {
        Outcome::Undetermined => true,
        Outcome::Allow => after == Outcome::Allow,
        Outcome::ExplicitDeny => after == Outcome::ExplicitDeny,
        // An unknown Deny may turn out to apply.
        Outcome::ImplicitDeny => rank(after) == 0,
    }
}

/// Pushes a statement to one of the documents that are there.
fn add(world: &mut World, at: prop::sample::Index, statement: Value) {
    let mut docs = world.docs_mut();
    if docs.is_empty() {
        world.identity.push(Doc::Statements {
            is_2012: true,
            statements: vec![statement],
        });
    } else {
        let at = at.index(docs.len());
        docs.swap_remove(at).1.push(statement);
    }
}

proptest! {
    #[test]
    fn a_deny_statement_never_allows_more(world in world(), deny in statement("Deny"), at in any::<prop::sample::Index>()) {
        let mut more = world.clone();
        add(&mut more, at, deny);
        let (before, after) = (world.decide().0, more.decide().0);
        prop_assert!(rank(after) <= rank(before), "{before:?} {after:?}");
        prop_assert!(before != Outcome::ExplicitDeny || after == Outcome::ExplicitDeny);
    }

    #[test]
    fn a_bare_deny_of_everything_denies(world in world()) {
        let is_signed = !matches!(world.caller.kind, CallerKind::Service | CallerKind::Anonymous | CallerKind::AccountRoot);
        let mut denied = world;
        denied.identity.push(Doc::Statements {
            is_2012: true,
            statements: vec![json!({"Effect": "Deny", "Action": "*", "Resource": "*"})],
        });
        prop_assert!(!is_signed || denied.decide().0 == Outcome::ExplicitDeny);
    }

    #[test]
    fn an_allow_statement_never_allows_less(world in world(), allow in statement("Allow"), at in any::<prop::sample::Index>()) {
        let mut more = world.clone();
        add(&mut more, at, allow);
        let (before, after) = (world.decide().0, more.decide().0);
        prop_assert!(rank(after) >= rank(before), "{before:?} {after:?}");
        prop_assert!(after != Outcome::ExplicitDeny || before == Outcome::ExplicitDeny);
    }

    #[test]
    fn a_further_limit_never_allows_more(world in world(), limit in doc(), which in 0..5) {
        let mut limited = world.clone();
        match which {
            0 if world.boundary.is_none() => limited.boundary = Some(limit),
            // E243: a federated user has nothing without a session policy.
            1 if world.session.is_none() && world.caller.kind != CallerKind::FederatedUser => limited.session = Some(limit),
            2 => limited.scps.get_or_insert_default().push(vec![limit]),
            3 => limited.rcps.get_or_insert_default().push(vec![limit]),
            4 if world.endpoint.is_none() => limited.endpoint = Some(limit),
            _ => {}
        }
        let (before, after) = (world.decide().0, limited.decide().0);
        prop_assert!(rank(after) <= rank(before), "{before:?} {after:?}");
    }

    #[test]
    fn the_order_of_anything_never_matters(world in world(), order in vec(any::<u8>(), 8)) {
        let mut other = world.clone();
        other.identity.reverse();
        other.scps.iter_mut().for_each(|levels| levels.reverse());
        other.rcps.iter_mut().flatten().for_each(|docs| docs.reverse());
        let turned = other.decide_rewritten(&|json| {
            let mut text = String::new();
            write_turned(json, &order, &mut text);
            text
        });
        prop_assert_eq!(world.decide(), turned);
    }

    #[test]
    fn printing_and_parsing_gives_the_same_document_and_decision(world in world()) {
        let mut docs = world.clone();
        for (policy_type, doc) in docs.docs_mut() {
            let text = doc.json(policy_type).to_string();
            let Ok(parsed) = PolicyDocument::parse(&text, policy_type) else { continue };
            let printed = parsed.to_json().to_string();
            let again = PolicyDocument::parse(&printed, policy_type).unwrap();
            prop_assert_eq!(normal(parsed), normal(again), "{}", printed);
        }
        let printed = world.decide_rewritten(&|json| {
            let parsed = PRINTED_AS.iter().find_map(|policy_type| PolicyDocument::parse(&json.to_string(), *policy_type).ok());
            parsed.unwrap().to_json().to_string()
        });
        prop_assert_eq!(world.decide(), printed);
    }

    #[test]
    fn a_verdict_fits_every_way_of_filling_its_unknowns(
        world in world(),
        values in vec(known_value(), 8),
        documents in vec(doc(), 12),
        scps in levels(),
    ) {
        let mut filled = world.clone();
        for ((_, value), known) in filled.context.iter_mut().zip(values) {
            *value = fill(value, known);
        }
        for ((_, doc), document) in filled.docs_mut().into_iter().zip(documents) {
            if matches!(doc, Doc::Missing | Doc::Invalid) {
                *doc = document;
            }
        }
        if !filled.scps_are_collected {
            filled.scps_are_collected = true;
            filled.scps = scps;
        }
        let (before, after) = (world.decide(), filled.decide());
        prop_assert!(fits(before.0, after.0), "{before:?}\n{after:?}");
    }
}

/// A value that the partly known one may turn out to be.
fn fill(value: &ContextValue, known: ContextValue) -> ContextValue {
    match value {
        ContextValue::Unknown(_) => known,
        ContextValue::Prefix(prefix) => {
            let rest = if let ContextValue::Single(rest) = &known { rest } else { "s1" };
            ContextValue::single(format!("{prefix}{rest}"))
        }
        ContextValue::MfaNotProven if known == ContextValue::Absent => ContextValue::Absent,
        ContextValue::MfaNotProven => ContextValue::single("false"),
        ContextValue::MfaAgeNotProven => ContextValue::Absent,
        ContextValue::OneOf(values) => ContextValue::Single(values[0].clone()),
        ContextValue::Absent | ContextValue::Single(_) | ContextValue::Many(_) | ContextValue::Open(_) => value.clone(),
    }
}

/// Writes JSON with members and list items turned by the given steps; every list of a policy is a set.
fn write_turned(json: &Value, order: &[u8], text: &mut String) {
    let (first, rest) = order
        .split_first()
        .map_or((0, order), |(first, rest)| (usize::from(*first), rest));
    let deeper: Vec<u8> = rest.iter().copied().chain(order.first().copied()).collect();
    match json {
        Value::Array(items) => {
            let mut items: Vec<&Value> = items.iter().collect();
            let by = first % items.len().max(1);
            items.rotate_left(by);
            text.push('[');
            for (at, item) in items.into_iter().enumerate() {
                text.push_str(if at == 0 { "" } else { ", " });
                write_turned(item, &deeper, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            let by = first % members.len().max(1);
            members.rotate_left(by);
            text.push_str("{\n");
            for (at, (name, value)) in members.into_iter().enumerate() {
                text.push_str(if at == 0 { "" } else { " ,\t" });
                text.push_str(&json!(name).to_string());
                text.push_str(" : ");
                write_turned(value, &deeper, text);
            }
            text.push('}');
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => text.push_str(&json.to_string()),
    }
}

/// Between them they can hold every document of a world.
const PRINTED_AS: [PolicyType; 4] = [
    PolicyType::Identity,
    PolicyType::Trust,
    PolicyType::Resource,
    PolicyType::Endpoint,
];

/// The document without its places, and with the members that carry no order sorted (E10).
pub fn normal(mut document: PolicyDocument) -> PolicyDocument {
    for statement in &mut document.statements {
        statement.span = Span::default();
        statement
            .condition
            .tests
            .sort_by_key(|test| (test.operator_text(), test.key.clone()));
        if let Some(PrincipalClause::Only(entries) | PrincipalClause::AllBut(entries)) = &mut statement.principal {
            entries.sort_by_key(|entry: &PrincipalEntry| entry.member());
        }
    }
    document
}

/// The laws say little if the worlds are all alike.
#[test]
fn worlds_of_every_outcome_occur() {
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..600 {
        let world = world().new_tree(&mut runner).unwrap().current();
        seen.insert(world.decide().0);
    }
    let all = [
        Outcome::Allow,
        Outcome::ExplicitDeny,
        Outcome::ImplicitDeny,
        Outcome::Undetermined,
    ];
    assert_eq!(seen, BTreeSet::from(all));
}
