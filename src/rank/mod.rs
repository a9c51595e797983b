//! Orders findings by what they would cost and how near the harm is, and explains each position.
//!
//! In: findings, [`Weights`] (`rules/weights.toml`) and the time of the report. Out: the same findings, each with
//! a score that is the sum of six named factors, in an order that is total. Nothing is dropped.
//! `docs/ranking.md` explains the factors.

mod weights;
mod factor;
mod ranker;
mod order;

pub use order::Urgency;
pub use order::by_urgency;
pub use ranker::Ranker;
pub use weights::BUILTIN_WEIGHTS;
pub use weights::Weights;
pub use weights::WeightsError;
