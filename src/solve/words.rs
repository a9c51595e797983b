//! A residual in words: "aws:SourceIp is in 10.0.0.0/8".

use crate::catalog::ControlClass;
use crate::evaluate::Atom;
use crate::evaluate::Formula;
use crate::evaluate::UnmetResource;
use crate::evaluate::UnmetTest;
use crate::policy::Comparison;
use crate::policy::ConditionOperator;
use crate::policy::OperatorFamily;
use crate::policy::SetQualifier;
use crate::solve::Condition;

/// The conditions that must all hold for the formula to be true.
#[must_use]
pub fn describe(formula: &Formula) -> Vec<Condition> {
    match formula {
        Formula::True | Formula::False => Vec::new(),
        Formula::All(parts) => parts.iter().flat_map(describe).collect(),
        Formula::Not(inner) => match &**inner {
            // Not any of these: each of them fails.
            Formula::Any(parts) => parts.iter().flat_map(|part| describe(&!part.clone())).collect(),
            Formula::True | Formula::False | Formula::Atom(_) | Formula::Not(_) | Formula::All(_) => vec![one(formula)],
        },
        Formula::Atom(_) | Formula::Any(_) => vec![one(formula)],
    }
}

fn one(formula: &Formula) -> Condition {
    let atoms = formula.atoms();
    let mut keys: Vec<&str> = Vec::new();
    let mut class = ControlClass::Choice;
    for atom in atoms {
        match atom {
            Atom::Test(UnmetTest {
                class: decided_by, test, ..
            }) => {
                keys.push(test.key.as_str());
                class = *decided_by;
            }
            Atom::Resource(resource) => {
                keys.push(resource.key.as_str());
                class = resource.class;
            }
            Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => {}
        }
    }
    keys.dedup();
    let key = keys.join(", ").into();
    Condition {
        words: sentence(formula, true).into(),
        key,
        class,
    }
}

fn sentence(formula: &Formula, holds: bool) -> String {
    let joined = |parts: &[Formula], word: &str| {
        let texts: Vec<String> = parts.iter().map(|part| group(part, holds)).collect();
        texts.join(word)
    };
    match formula {
        Formula::True => (if holds { "always" } else { "never" }).to_owned(),
        Formula::False => (if holds { "never" } else { "always" }).to_owned(),
        Formula::Not(inner) => sentence(inner, !holds),
        Formula::All(parts) => joined(parts, if holds { " and " } else { " or " }),
        Formula::Any(parts) => joined(parts, if holds { " or " } else { " and " }),
        Formula::Atom(atom) => match &**atom {
            Atom::Test(unmet) => test(unmet, holds),
            Atom::Resource(UnmetResource { key, text, arn, .. }) => {
                let verb = if holds { "matches" } else { "does not match" };
                format!("{key} {verb} a value for which {text} matches {arn}")
            }
            Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => {
                format!("{}({atom})", if holds { "" } else { "not " })
            }
        },
    }
}

fn group(formula: &Formula, holds: bool) -> String {
    let text = sentence(formula, holds);
    let is_compound = match formula {
        Formula::All(_) | Formula::Any(_) => true,
        Formula::Not(inner) => matches!(**inner, Formula::All(_) | Formula::Any(_)),
        Formula::True | Formula::False | Formula::Atom(_) => false,
    };
    if is_compound { format!("({text})") } else { text }
}

/// One test, or its opposite, as a sentence about the key.
fn test(unmet: &UnmetTest, holds: bool) -> String {
    let values = unmet.shown_values();
    let unmet = &unmet.test;
    let key = &unmet.key;
    if unmet.operator == ConditionOperator::Null {
        let wants_absent = unmet.values.iter().any(|value| value.eq_ignore_ascii_case("true"));
        return format!("{key} is {}", if wants_absent == holds { "absent" } else { "present" });
    }
    let is_positive = unmet.operator.is_negated() != holds;
    let values = values.join(" or ");
    let text = match (unmet.qualifier, is_positive) {
        (None, _) => format!("{key} {} {values}", verb(unmet.operator, is_positive)),
        (Some(SetQualifier::ForAllValues), _) if holds => {
            format!("every value of {key} {} {values}", verb(unmet.operator, is_positive))
        }
        (Some(SetQualifier::ForAllValues), _) => format!("some value of {key} {} {values}", verb(unmet.operator, is_positive)),
        (Some(SetQualifier::ForAnyValue), _) if holds => {
            format!("some value of {key} {} {values}", verb(unmet.operator, is_positive))
        }
        (Some(SetQualifier::ForAnyValue), _) => format!("every value of {key} {} {values}", verb(unmet.operator, is_positive)),
    };
    match (unmet.if_exists, holds) {
        (true, true) => format!("{text}, or {key} is absent"),
        (true, false) => format!("{text}, and {key} is present"),
        (false, _) => text,
    }
}

fn verb(operator: ConditionOperator, is_positive: bool) -> &'static str {
    let pick = |positive, negative| if is_positive { positive } else { negative };
    match operator.family() {
        OperatorFamily::StringEquals | OperatorFamily::Binary | OperatorFamily::Bool => pick("is", "is not"),
        OperatorFamily::StringEqualsIgnoreCase => pick("is, letter case aside,", "is not, letter case aside,"),
        OperatorFamily::StringLike | OperatorFamily::Arn => pick("matches", "does not match"),
        OperatorFamily::IpAddress => pick("is in", "is not in"),
        OperatorFamily::Numeric(comparison) => {
            order(comparison, is_positive, ["is below", "is at most", "is above", "is at least"])
        }
        OperatorFamily::Date(comparison) => order(
            comparison,
            is_positive,
            ["is before", "is not after", "is after", "is not before"],
        ),
        OperatorFamily::Null => pick("is absent", "is present"),
    }
}

/// The opposite of "below" is "at least", and so on.
fn order(comparison: Comparison, is_positive: bool, words: [&'static str; 4]) -> &'static str {
    let [below, at_most, above, at_least] = words;
    match (comparison, is_positive) {
        (Comparison::Equals, true) => "is",
        (Comparison::Equals, false) => "is not",
        (Comparison::LessThan, true) | (Comparison::GreaterThanEquals, false) => below,
        (Comparison::LessThanEquals, true) | (Comparison::GreaterThan, false) => at_most,
        (Comparison::GreaterThan, true) | (Comparison::LessThanEquals, false) => above,
        (Comparison::GreaterThanEquals, true) | (Comparison::LessThan, false) => at_least,
    }
}
