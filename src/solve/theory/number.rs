//! Numbers: the keys of AWS count, so whole numbers from zero stand for all.

use std::collections::BTreeSet;

use crate::evaluate::Decimal;
use crate::solve::theory::Literal;

/// Zero, and around each number that a test names the whole numbers up to two away. None where a number is too large
/// to be looked at; what is no number matches nothing and needs no value.
pub(super) fn numbers(literals: &[Literal<'_>]) -> Option<Vec<String>> {
    let mut found = BTreeSet::from([0_i128]);
    let values = literals.iter().flat_map(|literal| &literal.test.values);
    for value in values.filter(|value| Decimal::parse(value).is_some()) {
        let whole = value.split('.').next().unwrap_or_default();
        let number = match whole.trim_start_matches(['+', '-']) {
            "" => 0,
            _ => whole.parse::<i128>().ok()?,
        };
        let around = (-2..=2).map(|step| number.checked_add(step)).collect::<Option<Vec<i128>>>()?;
        found.extend(around.into_iter().filter(|number| *number >= 0));
    }
    Some(found.into_iter().map(|number| number.to_string()).collect())
}
