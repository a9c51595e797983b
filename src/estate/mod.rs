//! Who holds what: principals, policies, guardrails, resources of the accounts under audit.

mod policy;

pub use policy::DocumentState;
pub use policy::Policy;
pub use policy::PolicyText;
