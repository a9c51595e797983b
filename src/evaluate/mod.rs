//! One concrete request → a [`Decision`] with its reasons (E1–E8, E170–E281).
//!
//! Everything is three-valued: what the request or the estate does not tell becomes an [`Atom`] of
//! a [`Formula`], and only what is certain becomes a yes or a no.

mod atom;
mod caller;
mod condition;
mod context;
mod decide;
mod decision;
mod derive;
mod fill;
mod formula;
mod principal;
mod request;
mod resource;
mod service_rules;
mod stack;
mod subject;
mod statement;

pub use atom::Atom;
pub use atom::UnmetResource;
pub use atom::UnmetTest;
pub use caller::Caller;
pub use caller::CallerKind;
pub use caller::Credentials;
pub use caller::OrganizationMembership;
pub use condition::CidrBlock;
pub(crate) use condition::Decimal;
pub use condition::evaluate_test;
pub use condition::parse_date;
pub use context::ContextValue;
pub use context::RequestContext;
pub use decide::decide;
pub use decide::decide_call;
pub use decision::Decision;
pub use decision::Layer;
pub use decision::LayerOutcome;
pub use decision::Outcome;
pub use decision::StatementHit;
pub use derive::ActionFacts;
pub use derive::DerivedFacts;
pub use derive::derive_context;
pub use derive::derive_into;
pub use derive::link_keys;
pub use fill::fill_text;
pub use formula::Formula;
pub use principal::Reach;
pub use request::Request;
pub use request::Target;
pub use stack::Guardrails;
pub use stack::Level;
pub use stack::PolicyStack;
pub use statement::StatementTrace;
pub use statement::resource_applies;
pub use statement::trace_statement;
pub use subject::AccountScope;
pub use subject::Subject;
