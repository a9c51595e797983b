//! An empty tag. Whether it counts as there is open where a test asks for presence or for all values (U7).

use crate::evaluate::ContextValue;
use crate::policy::ContextKey;
use crate::policy::OperatorFamily;
use crate::policy::SetQualifier;
use crate::solve::theory::Literal;
use crate::solve::theory::Reading;
use crate::solve::theory::key::meets;

/// Whether the test asks for presence, or for all values.
pub(super) fn counts_presence(literal: &Literal<'_>) -> bool {
    is_null(literal) || literal.test.qualifier == Some(SetQualifier::ForAllValues)
}

/// Whether an empty tag meets all literals; of what may be, in one reading for all of them.
pub(super) fn empty_meets(key: &ContextKey, literals: &[Literal<'_>], reading: Reading) -> bool {
    let empty = ContextValue::single("");
    let agrees = |literal: &Literal<'_>, counts_as_none: bool| {
        let alone = &[*literal];
        if !counts_presence(literal) {
            return meets(key, &empty, alone, reading);
        }
        if counts_as_none {
            meets(key, &ContextValue::Absent, alone, reading)
        } else if is_null(literal) {
            meets(key, &ContextValue::single("x"), alone, reading)
        } else {
            // What differs from the empty set is not met by all values.
            meets(key, &empty, alone, Reading::Must) || (!literal.holds && meets(key, &empty, alone, reading))
        }
    };
    match reading {
        Reading::Must => meets(key, &empty, literals, reading),
        Reading::May => [true, false]
            .into_iter()
            .any(|counts_as_none| literals.iter().all(|literal| agrees(literal, counts_as_none))),
    }
}

fn is_null(literal: &Literal<'_>) -> bool {
    literal.test.operator.family() == OperatorFamily::Null
}
