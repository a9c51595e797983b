//! Dates: the second is the smallest step.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::evaluate::parse_date;
use crate::solve::theory::Literal;

/// The epoch, each date that a test names, and the seconds around it.
pub(super) fn instants(literals: &[Literal<'_>]) -> Vec<String> {
    let mut found = BTreeSet::from([Timestamp::UNIX_EPOCH]);
    let second = SignedDuration::from_secs(1);
    for instant in literals
        .iter()
        .flat_map(|literal| &literal.test.values)
        .flat_map(|value| parse_date(value))
    {
        let around = [instant.checked_sub(second), Ok(instant), instant.checked_add(second)];
        found.extend(around.into_iter().flatten());
    }
    found.into_iter().map(|instant| instant.to_string()).collect()
}
