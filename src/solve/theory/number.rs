//! Numbers: the keys of AWS count, so whole numbers from zero stand for all.

use std::collections::BTreeSet;

use crate::solve::theory::Literal;

/// Zero, and around each number that a test names the whole numbers up to two away.
pub(super) fn numbers(literals: &[Literal<'_>]) -> Vec<String> {
    let mut found = BTreeSet::from([0_i128]);
    for value in literals.iter().flat_map(|literal| &literal.test.values) {
        let whole = value.split('.').next().unwrap_or_default().trim_start_matches('+');
        let whole = if whole.is_empty() || whole == "-" { "0" } else { whole };
        let Ok(number) = whole.parse::<i128>() else { continue };
        found.extend(
            (-2..=2)
                .filter_map(|step| number.checked_add(step))
                .filter(|number| *number >= 0),
        );
    }
    found.into_iter().map(|number| number.to_string()).collect()
}
