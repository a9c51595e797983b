//! All actions of the catalog at once, for one identity after another.
//!
//! Most actions are alike to an identity: the same statements speak of them, and what the catalog says of them differs in
//! nothing that these statements look at: neither whether calls carry a key that they test, nor whether a resource that they
//! name is one of the action's. One of each such class is asked about; its answer holds for the others.

mod action_set;
mod answer;
mod asker;
mod coverage;
mod listed;
mod looks;
mod partition;
mod parts;
mod said;
mod types;

pub use action_set::ActionSet;
pub use answer::ActionClass;
pub use answer::EveryAnswer;
pub use answer::Told;
pub use asker::EveryAction;
pub use listed::catalog_actions;
