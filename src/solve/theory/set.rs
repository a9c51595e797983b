//! Multivalued keys: what all elements have to meet, and what some element has to.

use crate::evaluate::ContextValue;
use crate::policy::ConditionOperator;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::SetQualifier;
use crate::solve::theory::Domain;
use crate::solve::theory::Found;
use crate::solve::theory::Literal;
use crate::solve::theory::Reading;
use crate::solve::theory::key::meets;
use crate::solve::theory::key::single_for;

/// A set that meets all literals: one element for each test that some element has to meet, every element as all have to.
pub(super) fn set_for(key: &ContextKey, literals: &[Literal<'_>], domain: &Domain, reading: Reading) -> Found {
    let mut of_all: Vec<(ConditionTest, bool)> = Vec::new();
    let mut of_some: Vec<(ConditionTest, bool)> = Vec::new();
    for literal in literals {
        let element = ConditionTest {
            qualifier: Some(SetQualifier::ForAnyValue),
            ..literal.test.clone()
        };
        if literal.test.operator == ConditionOperator::Null {
            continue;
        }
        match (literal.test.qualifier, literal.holds) {
            (Some(SetQualifier::ForAllValues), true) => of_all.push((element, true)),
            (Some(SetQualifier::ForAnyValue), false) => of_all.push((element, false)),
            (Some(SetQualifier::ForAllValues), false) => of_some.push((element, false)),
            (Some(SetQualifier::ForAnyValue), true) => of_some.push((element, true)),
            // U10: never certain, always possible.
            (None, _) => {}
        }
    }
    let wrap = |text: &str| ContextValue::many([text]);
    let mut elements: Vec<Box<str>> = Vec::new();
    let wanted: Vec<Option<&(ConditionTest, bool)>> = if of_some.is_empty() {
        vec![None]
    } else {
        of_some.iter().map(Some).collect()
    };
    for some in wanted {
        let own: Vec<Literal<'_>> = of_all
            .iter()
            .chain(some)
            .map(|(test, holds)| Literal { test, holds: *holds })
            .collect();
        match single_for(key, &own, domain, reading, &wrap) {
            Found::Value(ContextValue::Many(values)) => {
                elements.extend(
                    values
                        .into_iter()
                        .filter(|value| !elements.contains(value))
                        .collect::<Vec<_>>(),
                );
            }
            Found::Nothing => return Found::Nothing,
            Found::Value(_) | Found::GaveUp => return Found::GaveUp,
        }
    }
    let value = ContextValue::many(elements);
    if meets(key, &value, literals, reading) {
        return Found::Value(value);
    }
    // Whether the key is there, and tests without qualifier, come out alike for every set.
    let is_alike = |literal: &&Literal<'_>| literal.test.qualifier.is_none();
    let alike: Vec<Literal<'_>> = literals.iter().filter(is_alike).copied().collect();
    if meets(key, &value, &alike, reading) {
        Found::GaveUp
    } else {
        Found::Nothing
    }
}
