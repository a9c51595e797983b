//! One condition key at a time: is there a value for which these tests come out as wanted?
//!
//! Every family has a finite list of values that stands for all (numbers, dates, addresses), or an exact search
//! (texts). What a value is worth is always the evaluator's to say.

mod address;
mod alphabet;
mod empty;
mod instant;
mod key;
mod number;
mod set;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub(super) use alphabet::Alphabet;
pub(super) use key::Domain;
pub(super) use key::Found;
pub(super) use key::Literal;
pub(super) use key::Reading;
pub(super) use key::meets;
pub(super) use key::value_for;
pub(super) use key::whatever;
pub(super) use key::with_key_open;
pub(super) use text::TextGlob;
pub(super) use text::representatives;
