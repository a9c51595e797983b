//! Reads AWS itself into a snapshot directory: the only room with network, async code and the AWS SDK.
//!
//! In: credentials, looked for where the AWS CLI looks (the SDK reads the environment and the shared files), and a
//! [`Plan`]. Out: the caller's account, or the accounts of its organization, in AWS's own response shapes, and a
//! manifest with a [`Gap`](crate::snapshot::Gap) for every call that gave nothing. Guarantees: only reading calls are
//! made; a failed call never looks like an empty answer, and one account's never stops another; a run that was stopped
//! can go on, and two runs that ask for different things never mix; files are readable by their owner only; no
//! credential is written or printed.
//!
//! One file is one source: `authorization_details`, `credential_report`, `account_summary`, `regions`, `analyzer`,
//! `services`, `instances` (feature `ec2`), `last_accessed`, `organization`. `account` calls those of an account in order, `run` the accounts;
//! `checkup` says before a run what it would not see.

mod access;
mod account;
mod account_summary;
mod actions;
mod analyzer;
mod analyzer_shape;
mod authorization_details;
mod authorization_details_shape;
mod caller;
mod checkup;
mod consequence;
mod credential_report;
mod directory;
mod error;
mod failure;
#[cfg(feature = "ec2")]
mod instances;
mod last_accessed;
mod manifest;
mod members;
mod organization;
mod organization_shape;
mod pace;
mod pages;
mod plan;
mod policy;
mod record;
mod probe;
mod regions;
mod role;
mod role_template;
mod run;
mod services;
mod shape;
mod whole;
mod work;

pub use access::Access;
pub use actions::ACCOUNT_ACTIONS;
pub use actions::ORGANIZATION_ACTIONS;
pub use caller::Caller;
pub use checkup::Check;
pub use checkup::CheckState;
pub use checkup::Checkup;
pub use checkup::checkup;
pub use error::CollectError;
pub use plan::Members;
pub use plan::Plan;
pub use plan::Usage;
pub use policy::DEFAULT_ROLE;
pub use policy::account_policy;
pub use policy::organization_policy;
pub use policy::policy_text;
pub use role_template::RoleTemplate;
pub use role_template::RoleTemplateError;
pub use run::Able;
pub use run::Collected;
pub use run::Progress;
pub use run::collect;
