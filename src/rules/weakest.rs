//! The solver's condition as plain values.

use std::sync::Arc;

use crate::evaluate::Atom;
use crate::finding;
use crate::finding::Interner;
use crate::finding::RequiredTest;
use crate::finding::WeakestCondition;
use crate::ident::Action;
use crate::solve::Bound;
use crate::solve::Requirement;
use crate::solve::Summary;

/// The condition in parts and in words. The pool holds texts that many rows have in common.
#[must_use]
pub fn weakest(summary: &Summary, action: &Action, texts: &mut Interner<str>) -> WeakestCondition {
    let alternatives = summary.alternatives.iter();
    WeakestCondition {
        bound: match summary.bound {
            Bound::Exact => finding::Bound::Exact,
            Bound::Sufficient => finding::Bound::Sufficient,
            Bound::Necessary => finding::Bound::Necessary,
        },
        words: texts.intern(&summary.words(action)),
        alternatives: alternatives
            .map(|tests| tests.iter().filter_map(|test| required(test, texts)).collect())
            .collect(),
    }
}

fn required(requirement: &Requirement, texts: &mut Interner<str>) -> Option<RequiredTest> {
    let key = requirement.key()?;
    let (operator, values): (Arc<str>, Vec<String>) = match &requirement.atom {
        Atom::Test(unmet) => (texts.intern(&unmet.test.operator_text()), unmet.shown_values()),
        Atom::Resource(resource) => (texts.intern("ResourceMatches"), vec![resource.text.to_string()]),
        Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => return None,
    };
    Some(RequiredTest {
        key: texts.intern(key.as_str()),
        operator,
        values: values.iter().map(|value| texts.intern(value)).collect(),
        holds: requirement.holds,
        class: finding::ControlClass::from_letter(requirement.class().letter()).unwrap_or(finding::ControlClass::Choice),
    })
}
