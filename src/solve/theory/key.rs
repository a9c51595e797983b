//! The theory of one key: which family decides, and when "there is none" is certain.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::catalog::ControlClass;
use crate::catalog::ValueType;
use crate::evaluate::ContextValue;
use crate::evaluate::Formula;
use crate::evaluate::RequestContext;
use crate::evaluate::evaluate_test;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::OperatorFamily;
use crate::policy::PolicyVersion;
use crate::policy::variables;
use crate::solve::theory::address::addresses;
use crate::solve::theory::alphabet::Alphabet;
use crate::solve::theory::instant::instants;
use crate::solve::theory::number::numbers;
use crate::solve::theory::set::set_for;
use crate::solve::theory::words::text_for;

/// A test on one key and how it should come out. Its values are text of version 2012-10-17 without open variables.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Literal<'f> {
    pub(crate) test: &'f ConditionTest,
    pub(crate) holds: bool,
}

/// How open points of the language count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Every test certainly comes out as wanted.
    Must,
    /// No test certainly comes out otherwise.
    May,
}

/// What the key may be at all.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each says something else of the key")]
pub(crate) struct Domain {
    pub(crate) may_be_absent: bool,
    pub(crate) may_be_present: bool,
    pub(crate) value_type: Option<ValueType>,
    pub(crate) is_multivalued: bool,
    /// Addresses are public ones (E346).
    pub(crate) is_public: bool,
    /// Texts begin so.
    pub(crate) prefix: Option<Box<str>>,
    /// Texts hold these characters only.
    pub(crate) alphabet: Alphabet,
}

/// What the theory says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    Value(ContextValue),
    /// No value of the domain.
    Nothing,
    /// Not known.
    GaveUp,
}

/// The kinds of values that operators compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Text,
    Number,
    Instant,
    Boolean,
    Bytes,
    Address,
}

fn kind(family: OperatorFamily) -> Option<Kind> {
    match family {
        OperatorFamily::StringEquals
        | OperatorFamily::StringEqualsIgnoreCase
        | OperatorFamily::StringLike
        | OperatorFamily::Arn => Some(Kind::Text),
        OperatorFamily::Numeric(_) => Some(Kind::Number),
        OperatorFamily::Date(_) => Some(Kind::Instant),
        OperatorFamily::Bool => Some(Kind::Boolean),
        OperatorFamily::Binary => Some(Kind::Bytes),
        OperatorFamily::IpAddress => Some(Kind::Address),
        OperatorFamily::Null => None,
    }
}

/// A value of the key that meets all literals, the absent key first.
pub(crate) fn value_for(key: &ContextKey, literals: &[Literal<'_>], domain: &Domain, reading: Reading) -> Found {
    // What comes out the same whatever the value (E121, E164, E346) needs no value.
    let mut left: Vec<Literal<'_>> = Vec::with_capacity(literals.len());
    for literal in literals {
        match whatever(literal.test, PolicyVersion::V2012) {
            Some(holds) if holds == literal.holds => {}
            Some(_) => return Found::Nothing,
            None => left.push(*literal),
        }
    }
    if domain.may_be_absent && meets(key, &ContextValue::Absent, &left, reading) {
        return Found::Value(ContextValue::Absent);
    }
    if !domain.may_be_present {
        return Found::Nothing;
    }
    if domain.is_multivalued {
        return set_for(key, &left, domain, reading);
    }
    single_for(key, &left, domain, reading, &|text| ContextValue::single(text))
}

/// What the test comes to whatever its key is worth, where that is so.
pub(crate) fn whatever(test: &ConditionTest, version: PolicyVersion) -> Option<bool> {
    match with_key_open(test, version) {
        Formula::True => Some(true),
        Formula::False => Some(false),
        Formula::Atom(_) | Formula::Not(_) | Formula::All(_) | Formula::Any(_) => None,
    }
}

/// The test with nothing known of its key, nor of those that stand in its values.
pub(crate) fn with_key_open(test: &ConditionTest, version: PolicyVersion) -> Formula {
    let mut context = RequestContext::new();
    let named = test.values.iter().flat_map(|value| variables(value)).map(|(key, _)| key);
    for key in named.chain([test.key.as_str()]) {
        context.set(key, ContextValue::Unknown(ControlClass::Free));
    }
    evaluate_test(test, version, &context)
}

/// Whether the value meets all literals.
pub(crate) fn meets(key: &ContextKey, value: &ContextValue, literals: &[Literal<'_>], reading: Reading) -> bool {
    let mut context = RequestContext::new();
    context.set(key.as_str(), value.clone());
    literals.iter().all(|literal| {
        let holds = evaluate_test(literal.test, PolicyVersion::V2012, &context);
        match reading {
            Reading::Must => (literal.holds && holds.is_true()) || (!literal.holds && holds.is_false()),
            Reading::May => !((literal.holds && holds.is_false()) || (!literal.holds && holds.is_true())),
        }
    })
}

/// One value that meets all literals; `wrap` makes a context value of it.
pub(super) fn single_for(
    key: &ContextKey,
    literals: &[Literal<'_>],
    domain: &Domain,
    reading: Reading,
    wrap: &dyn Fn(&str) -> ContextValue,
) -> Found {
    let mut kinds: BTreeSet<Kind> = literals
        .iter()
        .filter_map(|literal| kind(literal.test.operator.family()))
        .collect();
    kinds.extend(domain.value_type.map(kind_of_type).filter(|_| kinds.is_empty()));
    if kinds.is_empty() {
        kinds.insert(Kind::Text);
    }
    let mut is_certain = kinds.len() == 1;
    let mut gave_up = false;
    for kind in &kinds {
        let own: Vec<Literal<'_>> = literals
            .iter()
            .filter(|literal| self::kind(literal.test.operator.family()).is_none_or(|of| of == *kind))
            .copied()
            .collect();
        let values = match kind {
            Kind::Text => match text_for(key, &own, domain, reading, wrap) {
                Found::Value(value) => {
                    if meets(key, &value, literals, reading) {
                        return Found::Value(value);
                    }
                    Vec::new()
                }
                // Of the tests on texts alone: then of all of them.
                Found::Nothing => return Found::Nothing,
                Found::GaveUp => {
                    gave_up = true;
                    Vec::new()
                }
            },
            Kind::Number => match numbers(&own) {
                Some(values) => values,
                None => return Found::GaveUp,
            },
            Kind::Instant => instants(&own),
            Kind::Boolean => vec!["true".to_owned(), "false".to_owned()],
            Kind::Bytes => bytes(&own),
            Kind::Address => addresses(&own, domain),
        };
        for value in &values {
            let value = wrap(value);
            if meets(key, &value, literals, reading) {
                return Found::Value(value);
            }
        }
        // No value of this kind meets even its own tests: nothing meets all of them.
        is_certain |= *kind != Kind::Text && !values.iter().any(|value| meets(key, &wrap(value), &own, reading));
    }
    if is_certain && !gave_up {
        Found::Nothing
    } else {
        Found::GaveUp
    }
}

fn kind_of_type(value_type: ValueType) -> Kind {
    match value_type {
        ValueType::String | ValueType::Arn => Kind::Text,
        ValueType::Bool => Kind::Boolean,
        ValueType::Date => Kind::Instant,
        ValueType::Numeric => Kind::Number,
        ValueType::IpAddress => Kind::Address,
        ValueType::Binary => Kind::Bytes,
    }
}

/// The values that tests name, and one that none names.
fn bytes(literals: &[Literal<'_>]) -> Vec<String> {
    let named = literals.iter().flat_map(|literal| &literal.test.values);
    let named: BTreeSet<Vec<u8>> = named.filter_map(|value| STANDARD.decode(&**value).ok()).collect();
    let mut other = b"leastwise".to_vec();
    while named.contains(&other) {
        other.push(b'x');
    }
    named.iter().chain([&other]).map(|value| STANDARD.encode(value)).collect()
}
