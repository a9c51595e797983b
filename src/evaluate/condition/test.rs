//! A test as a whole: the key's presence and type, its values, set qualifiers and negation.

use smallvec::SmallVec;
use smallvec::smallvec;

use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::catalog::KeyType;
use crate::catalog::ValueType;
use crate::evaluate::Atom;
use crate::evaluate::ContextValue;
use crate::evaluate::Formula;
use crate::evaluate::RequestContext;
use crate::evaluate::UnmetTest;
use crate::evaluate::condition::CidrBlock;
use crate::evaluate::condition::compare::Compared;
use crate::evaluate::condition::compare::Reading;
use crate::evaluate::condition::compare::compare;
use crate::evaluate::condition::compare::has_wildcards;
use crate::evaluate::condition::compare::takes_variables;
use crate::evaluate::fill::Filled;
use crate::evaluate::fill::fill;
use crate::evaluate::fill::has_variables;
use crate::evaluate::fill::policy_text;
use crate::ident::OpenPoint;
use crate::ident::PrefixMatch;
use crate::ident::Ternary;
use crate::policy::ConditionOperator;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::OperatorFamily;
use crate::policy::PolicyVersion;
use crate::policy::SetQualifier;

/// Whether the test holds in the context.
#[must_use]
pub fn evaluate_test(test: &ConditionTest, version: PolicyVersion, context: &RequestContext) -> Formula {
    let key_type = Catalog::bundled().key_type(test.key.lower());
    // E121: an operator that does not fit the key's type never applies, negated or not.
    if key_type.is_some_and(|known| !fits(test.operator.family(), known.value, &test.key)) {
        return Formula::False;
    }
    let one = |value: &str| present(test, &[value], key_type, version, context);
    match context.get(&test.key) {
        ContextValue::Single(value) => one(value),
        ContextValue::Many(values) if values.is_empty() => absent(test),
        ContextValue::Many(values) => {
            let values: Vec<&str> = values.iter().map(|value| &**value).collect();
            let multivalued = KeyType {
                value: ValueType::String,
                is_multivalued: true,
            };
            present(test, &values, Some(multivalued), version, context)
        }
        ContextValue::Unknown(class) => unknown(test, key_type, *class, version, context),
        ContextValue::Prefix(prefix) => with_prefix(test, prefix, version, context),
        ContextValue::Open(point) => Formula::open(*point),
        ContextValue::MfaNotProven => agreed(vec![absent(test), one("false")], OpenPoint::MfaInRoleSession),
        ContextValue::MfaAgeNotProven if test.operator == ConditionOperator::Null => Formula::open(OpenPoint::MfaInRoleSession),
        ContextValue::Absent | ContextValue::MfaAgeNotProven => absent(test),
        ContextValue::OneOf(values) => agreed(
            values.iter().map(|value| one(value)).collect(),
            OpenPoint::TagKeysDifferInCase,
        ),
    }
}

/// The readings' common value, or the open point between them.
fn agreed(readings: Vec<Formula>, point: OpenPoint) -> Formula {
    let mut readings = readings.into_iter();
    match readings.next() {
        Some(first) if readings.all(|other| other == first) => first,
        Some(_) | None => Formula::open(point),
    }
}

/// E121, E144: which operator families fit a key's type; strings also fit ARNs and dates.
fn fits(family: OperatorFamily, value: ValueType, key: &ContextKey) -> bool {
    match family {
        OperatorFamily::Null => true,
        OperatorFamily::StringEquals | OperatorFamily::StringEqualsIgnoreCase | OperatorFamily::StringLike => {
            matches!(value, ValueType::String | ValueType::Arn | ValueType::Date)
        }
        OperatorFamily::Arn => value == ValueType::Arn || key.lower() == "aws:federatedprovider",
        OperatorFamily::Numeric(_) => value == ValueType::Numeric || key.lower() == "aws:epochtime",
        OperatorFamily::Date(_) => value == ValueType::Date || key.lower() == "aws:epochtime",
        OperatorFamily::Bool => value == ValueType::Bool,
        OperatorFamily::Binary => value == ValueType::Binary,
        OperatorFamily::IpAddress => value == ValueType::IpAddress,
    }
}

/// E115, E29: the key is not in the request.
fn absent(test: &ConditionTest) -> Formula {
    if test.operator == ConditionOperator::Null {
        return null(test, false);
    }
    match test.qualifier {
        Some(SetQualifier::ForAllValues) => Formula::True,
        Some(SetQualifier::ForAnyValue) | None if test.if_exists => Formula::True,
        Some(SetQualifier::ForAnyValue) => Formula::False,
        None if test.values.is_empty() => Formula::open(OpenPoint::EmptyCondition),
        None => Formula::certain(test.operator.is_negated()),
    }
}

/// E139, E145, E164.
fn null(test: &ConditionTest, is_present: bool) -> Formula {
    match test.qualifier {
        Some(SetQualifier::ForAllValues) => Formula::True,
        Some(SetQualifier::ForAnyValue) => Formula::False,
        None if test.values.is_empty() => Formula::open(OpenPoint::EmptyCondition),
        None => {
            let wanted = if is_present { "false" } else { "true" };
            Formula::certain(test.values.iter().any(|value| value.eq_ignore_ascii_case(wanted)))
        }
    }
}

/// The key is in the request with these values, at least one.
fn present(
    test: &ConditionTest,
    values: &[&str],
    key_type: Option<KeyType>,
    version: PolicyVersion,
    context: &RequestContext,
) -> Formula {
    let has_empty_value = matches!(values, [""]);
    if test.operator == ConditionOperator::Null {
        // U7: an empty value may count as none.
        return if has_empty_value {
            agreed(vec![null(test, true), null(test, false)], OpenPoint::EmptyValue)
        } else {
            null(test, true)
        };
    }
    if test.values.is_empty() {
        let stated = test.qualifier.is_some() || test.if_exists;
        return if stated {
            Formula::False
        } else {
            Formula::open(OpenPoint::EmptyCondition)
        };
    }
    let filled = match fill_values(test, version, context) {
        Ok(filled) => filled,
        Err(pending) => return pending,
    };
    let holds = |value: &&str| value_holds(test, value, &filled);
    match test.qualifier {
        Some(SetQualifier::ForAllValues) => {
            let all: Formula = values.iter().map(holds).fold(Ternary::Yes, Ternary::and).into();
            // U7: or an empty value counts as the empty set.
            if has_empty_value {
                agreed(vec![absent(test), all], OpenPoint::EmptyValue)
            } else {
                all
            }
        }
        // E119: a multivalued key needs a set operator.
        None if key_type.is_some_and(|known| known.is_multivalued) => Formula::open(OpenPoint::MultivaluedWithoutSetOperator),
        Some(SetQualifier::ForAnyValue) | None => values.iter().map(holds).fold(Ternary::No, Ternary::or).into(),
    }
}

/// A policy value after filling: its readings, more than one where AWS leaves it open.
struct PolicyValue<'t> {
    readings: SmallVec<[Reading<'t>; 1]>,
    open: Option<OpenPoint>,
}

/// The values that can match at all; an error where a variable's key is not known.
fn fill_values<'t>(
    test: &'t ConditionTest,
    version: PolicyVersion,
    context: &RequestContext,
) -> Result<SmallVec<[PolicyValue<'t>; 4]>, Formula> {
    let family = test.operator.family();
    let version = if takes_variables(family) {
        version
    } else {
        PolicyVersion::V2008
    };
    let mut values = SmallVec::new();
    for text in &test.values {
        if !has_variables(text, version) {
            values.push(PolicyValue {
                readings: smallvec![Reading::Plain(text)],
                open: None,
            });
            continue;
        }
        match fill(text, version, context, has_wildcards(family)) {
            Filled::NoValue => {}
            Filled::Open(point) => values.push(PolicyValue {
                readings: SmallVec::new(),
                open: Some(point),
            }),
            Filled::Pending(_, class) => return Err(unmet(test, class, version, context)),
            Filled::Tokens { tokens, wild } => {
                // C3: AWS pages differ on variables in Bool values.
                let open = (family == OperatorFamily::Bool && has_variables(text, version)).then_some(OpenPoint::VariableInBool);
                let open = open.or(wild.is_some().then_some(OpenPoint::WildcardInVariableValue));
                values.push(PolicyValue {
                    readings: [Some(tokens), wild].into_iter().flatten().map(Reading::Filled).collect(),
                    open,
                });
            }
        }
    }
    Ok(values)
}

/// E111: some value matches, or for a negated operator none does.
fn value_holds(test: &ConditionTest, value: &str, policy_values: &[PolicyValue<'_>]) -> Ternary {
    let negated = test.operator.is_negated();
    let mut matched = Ternary::No;
    for policy_value in policy_values {
        matched = matched.or(one_matches(test, value, policy_value, negated));
        if matched == Ternary::Yes {
            break;
        }
    }
    if negated { !matched } else { matched }
}

fn one_matches(test: &ConditionTest, value: &str, policy_value: &PolicyValue<'_>, negated: bool) -> Ternary {
    let family = test.operator.family();
    let mut readings = policy_value
        .readings
        .iter()
        .map(|reading| match compare(family, value, reading) {
            Compared::Match => Ternary::Yes,
            Compared::Open(point) => Ternary::Open(point),
            // E122: ArnNotEquals and ArnNotLike do not match a request value that is no ARN.
            Compared::BadRequestValue if negated && family == OperatorFamily::Arn => Ternary::Yes,
            Compared::BadPolicyValue | Compared::BadRequestValue if negated => Ternary::Open(OpenPoint::UnparsableValue),
            Compared::NoMatch | Compared::BadPolicyValue | Compared::BadRequestValue => Ternary::No,
        });
    let first = readings.next();
    match (first, policy_value.open) {
        (Some(first), None) => first,
        (Some(first), Some(OpenPoint::WildcardInVariableValue)) if readings.all(|other| other == first) => first,
        // C3: the other reading takes the variable literally, which is no Boolean and matches nothing.
        (None, None) | (Some(Ternary::No), Some(OpenPoint::VariableInBool)) => Ternary::No,
        (_, Some(point)) => Ternary::Open(point),
    }
}

/// Only the beginning of the value is known: settled where all or none of the values with it match.
fn with_prefix(test: &ConditionTest, prefix: &str, version: PolicyVersion, context: &RequestContext) -> Formula {
    let family = test.operator.family();
    let is_text = matches!(family, OperatorFamily::StringEquals | OperatorFamily::StringLike);
    if test.operator == ConditionOperator::Null {
        return null(test, true);
    }
    if !is_text || test.values.is_empty() {
        return unmet(test, ControlClass::Session, version, context);
    }
    let filled = match fill_values(test, version, context) {
        Ok(filled) => filled,
        Err(pending) => return pending,
    };
    let mut some = false;
    for value in &filled {
        let [reading] = value.readings.as_slice() else {
            return unmet(test, ControlClass::Session, version, context);
        };
        match reading.glob(family).matches_with_prefix(prefix) {
            PrefixMatch::All => return Formula::certain(!test.operator.is_negated()),
            PrefixMatch::Some => some = true,
            PrefixMatch::None => {}
        }
    }
    if some {
        unmet(test, ControlClass::Session, version, context)
    } else {
        Formula::certain(test.operator.is_negated())
    }
}

/// The key's value is not known.
fn unknown(
    test: &ConditionTest,
    key_type: Option<KeyType>,
    class: ControlClass,
    version: PolicyVersion,
    context: &RequestContext,
) -> Formula {
    let atom = unmet(test, class, version, context);
    let is_null = test.operator == ConditionOperator::Null;
    // E119: whatever is there, without a set operator it is not said what comes of it.
    if !is_null && test.qualifier.is_none() && !test.values.is_empty() && key_type.is_some_and(|known| known.is_multivalued) {
        let open = Formula::open(OpenPoint::MultivaluedWithoutSetOperator);
        return if absent(test).is_true() {
            atom.or(open)
        } else {
            atom.and(open)
        };
    }
    let settled = test.qualifier.is_none() && (test.operator.is_negated() || !test.if_exists);
    // E97: nothing equals a variable without value.
    let has_no_value =
        !is_null && !test.values.is_empty() && fill_values(test, version, context).is_ok_and(|values| values.is_empty());
    if settled && has_no_value {
        return Formula::certain(test.operator.is_negated());
    }
    // E346: the key shows public addresses only, so blocks of private ones hold none of its values.
    let is_public = |text: &str| CidrBlock::parse(text).is_none_or(|block| !block.is_private());
    if test.key.lower() == "aws:sourceip" && settled && !test.values.is_empty() && !test.values.iter().any(|text| is_public(text))
    {
        return Formula::certain(test.operator.is_negated());
    }
    atom
}

/// The test as an atom, its values filled as far as they are known.
fn unmet(test: &ConditionTest, class: ControlClass, version: PolicyVersion, context: &RequestContext) -> Formula {
    // E164: these hold or fail whatever the key is.
    if test.operator == ConditionOperator::Null && test.qualifier.is_some() {
        return null(test, true);
    }
    let show = |text: &str| -> Box<str> {
        if !text.contains("${") || !takes_variables(test.operator.family()) {
            return text.into();
        }
        match fill(text, version, context, has_wildcards(test.operator.family())) {
            Filled::Tokens { tokens, .. } => policy_text(&tokens, has_wildcards(test.operator.family())).into(),
            Filled::NoValue | Filled::Open(_) | Filled::Pending(..) => text.into(),
        }
    };
    // Sorted, so that the order of a list never shows.
    let mut values: Box<[Box<str>]> = test.values.iter().map(|text| show(text)).collect();
    values.sort();
    Formula::atom(Atom::Test(UnmetTest {
        class,
        test: ConditionTest {
            operator: test.operator,
            qualifier: test.qualifier,
            if_exists: test.if_exists,
            key: test.key.clone(),
            values,
        },
    }))
}
