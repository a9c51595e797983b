//! Who holds what: principals, policies, guardrails and resources of the accounts under audit.
//!
//! In: the records of a snapshot. Out: an [`Organization`] for all accounts and an [`AccountEstate`] for
//! each, in which every document is parsed once. What does not parse or was not collected marks its holders
//! (E34, E184) and is listed as a [`Problem`]; the rest goes on.

mod account;
mod attachment;
mod organization;
mod policy;
mod principal;
mod problem;
mod resource;

pub use account::AccountEstate;
pub use attachment::Attachment;
pub use organization::AccountPlace;
pub use organization::Levels;
pub use organization::Organization;
pub use organization::PolicyLevel;
pub use policy::DocumentState;
pub use policy::Policy;
pub use policy::PolicyText;
pub use principal::Principal;
pub use principal::PrincipalKind;
pub use principal::Tags;
pub use problem::Problem;
pub use resource::Inventory;
pub use resource::Resource;
