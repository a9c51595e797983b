//! Who holds what: principals, policies, guardrails and resources of the accounts under audit.
//!
//! In: the records of a snapshot. Out: an [`Organization`] for all accounts and an [`AccountEstate`] for
//! each, in which every document is parsed once. What does not parse or was not collected marks its holders
//! (E34, E184) and is listed as a [`Problem`]; the rest goes on.

mod access_analyzer;
mod access_detail;
mod account;
mod attachment;
mod credentials;
mod document;
mod last_accessed;
mod organization;
mod policy;
mod principal;
mod problem;
mod resource;

pub use access_analyzer::AccessFinding;
pub use access_analyzer::AccessFindings;
pub use access_detail::AccessDetail;
pub use access_detail::GrantedAccess;
pub use access_detail::LastAccess;
pub use account::AccountEstate;
pub use attachment::Attachment;
pub use credentials::Credentials;
pub use credentials::CredentialsByArn;
pub use credentials::KeyCredentials;
pub use credentials::Told;
pub use last_accessed::LastAccessed;
pub use last_accessed::LastAccessedByArn;
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
