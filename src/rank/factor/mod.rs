//! One file per factor of the score. Each turns facts of a finding into tenths of points and a reason.

mod days;
mod impact;
mod reach;
mod bareness;
mod exposure;
mod hygiene;
mod usage;

pub(super) use bareness::bareness;
pub(super) use exposure::exposure;
pub(super) use hygiene::hygiene;
pub(super) use impact::impact;
pub(super) use reach::reach;
pub(super) use usage::usage;
