//! Dates: the second is the smallest step.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use jiff::Timestamp;

use crate::evaluate::parse_date;
use crate::solve::theory::Domain;
use crate::solve::theory::Literal;

/// Each date that a test names, the seconds around it, and the first instant of the domain.
pub(super) fn instants(literals: &[Literal<'_>], domain: &Domain) -> Vec<String> {
    let first = domain.not_before.unwrap_or(Timestamp::UNIX_EPOCH);
    let mut found = BTreeSet::from([first]);
    let second = SignedDuration::from_secs(1);
    for instant in literals
        .iter()
        .flat_map(|literal| &literal.test.values)
        .flat_map(|value| parse_date(value))
    {
        let around = [instant.checked_sub(second), Ok(instant), instant.checked_add(second)];
        found.extend(around.into_iter().flatten().filter(|instant| *instant >= first));
    }
    found.into_iter().map(|instant| instant.to_string()).collect()
}
