//! Kleene logic of formulas: every way of filling the atoms agrees with the formula as built.

use leastwise::catalog::ControlClass;
use leastwise::evaluate::Atom;
use leastwise::evaluate::Formula;
use leastwise::evaluate::UnmetTest;
use leastwise::ident::OpenPoint;
use leastwise::policy::ConditionOperator;
use leastwise::policy::ConditionTest;
use leastwise::policy::ContextKey;
use proptest::prelude::*;

/// Two unknowns that nothing settles, and two questions that a request settles.
fn atoms() -> [Atom; 4] {
    [
        Atom::Open(OpenPoint::EmptyCondition),
        Atom::MissingDocument("a policy".into()),
        test("aws:SourceIp"),
        test("aws:SourceVpce"),
    ]
}

fn test(key: &str) -> Atom {
    Atom::Test(UnmetTest {
        class: ControlClass::Network,
        test: ConditionTest {
            operator: ConditionOperator::StringEquals,
            qualifier: None,
            if_exists: false,
            key: ContextKey::new(key),
            values: ["x".into()].into(),
        },
    })
}

/// A formula as written, before anything is folded.
#[derive(Debug, Clone)]
enum Term {
    Certain(bool),
    Atom(usize),
    Not(Box<Term>),
    And(Box<Term>, Box<Term>),
    Or(Box<Term>, Box<Term>),
}

impl Term {
    fn formula(&self) -> Formula {
        match self {
            Self::Certain(value) => Formula::certain(*value),
            Self::Atom(index) => Formula::atom(atoms()[*index].clone()),
            Self::Not(inner) => !inner.formula(),
            Self::And(one, two) => one.formula().and(two.formula()),
            Self::Or(one, two) => one.formula().or(two.formula()),
        }
    }

    fn value(&self, filled: [bool; 4]) -> bool {
        match self {
            Self::Certain(value) => *value,
            Self::Atom(index) => filled[*index],
            Self::Not(inner) => !inner.value(filled),
            Self::And(one, two) => one.value(filled) && two.value(filled),
            Self::Or(one, two) => one.value(filled) || two.value(filled),
        }
    }
}

fn term() -> impl Strategy<Value = Term> {
    let leaf = prop_oneof![1 => any::<bool>().prop_map(Term::Certain), 4 => (0..4_usize).prop_map(Term::Atom)];
    leaf.prop_recursive(5, 24, 2, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|term| Term::Not(Box::new(term))),
            2 => (inner.clone(), inner.clone()).prop_map(|(one, two)| Term::And(Box::new(one), Box::new(two))),
            2 => (inner.clone(), inner).prop_map(|(one, two)| Term::Or(Box::new(one), Box::new(two))),
        ]
    })
}

fn value(formula: &Formula, filled: [bool; 4]) -> bool {
    match formula {
        Formula::True => true,
        Formula::False => false,
        Formula::Atom(atom) => filled[atoms().iter().position(|known| known == &**atom).unwrap()],
        Formula::Not(inner) => !value(inner, filled),
        Formula::All(parts) => parts.iter().all(|part| value(part, filled)),
        Formula::Any(parts) => parts.iter().any(|part| value(part, filled)),
    }
}

fn fillings() -> impl Iterator<Item = [bool; 4]> {
    (0..16_u8).map(|bits| [0, 1, 2, 3].map(|at| bits & (1 << at) != 0))
}

proptest! {
    #[test]
    fn folding_keeps_the_meaning(term in term()) {
        let formula = term.formula();
        for filled in fillings() {
            prop_assert_eq!(value(&formula, filled), term.value(filled), "{:?} {:?}", formula, filled);
        }
    }

    #[test]
    fn settling_unknowns_gives_bounds(term in term()) {
        let formula = term.formula();
        let (least, most) = (formula.settle_unknowns(false), formula.settle_unknowns(true));
        prop_assert!(least.atoms().iter().chain(most.atoms().iter()).all(|atom| !atom.is_unknown()));
        for filled in fillings() {
            let exact = value(&formula, filled);
            prop_assert!(!value(&least, filled) || exact, "{least:?} {formula:?}");
            prop_assert!(!exact || value(&most, filled), "{most:?} {formula:?}");
        }
    }

    #[test]
    fn joining_does_not_depend_on_order(one in term(), two in term(), three in term()) {
        let (one, two, three) = (one.formula(), two.formula(), three.formula());
        prop_assert_eq!(one.clone().and(two.clone()), two.clone().and(one.clone()));
        prop_assert_eq!(one.clone().or(two.clone()), two.clone().or(one.clone()));
        prop_assert_eq!(one.clone().and(two.clone()).and(three.clone()), one.clone().and(two.clone().and(three.clone())));
        prop_assert_eq!(one.clone().or(two.clone()).or(three.clone()), one.or(two.or(three)));
    }

    #[test]
    fn every_part_that_is_left_is_undecided(term in term()) {
        fn check(formula: &Formula) -> bool {
            match formula {
                Formula::True | Formula::False => false,
                Formula::Atom(_) => true,
                Formula::Not(inner) => check(inner),
                Formula::All(parts) | Formula::Any(parts) => parts.len() > 1 && parts.iter().all(check),
            }
        }
        let formula = term.formula();
        prop_assert!(formula.is_true() || formula.is_false() || check(&formula), "{formula:?}");
    }
}
