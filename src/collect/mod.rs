//! Reads AWS itself into a snapshot directory: the only room with network, async code and the AWS SDK.
//!
//! In: credentials, looked for where the AWS CLI looks (the SDK reads the environment and the shared files), and a
//! directory to fill. Out: the caller's account in AWS's own response shapes, and a manifest with a
//! [`Gap`](crate::snapshot::Gap) for every call that gave nothing. Guarantees: only reading calls are made; a failed
//! call never looks like an empty answer; files are readable by their owner only; no credential is written or printed.

mod access;
mod authorization_details;
mod caller;
mod cli_shape;
mod credential_report;
mod directory;
mod error;
mod failure;
mod manifest;
mod run;

pub use access::Access;
pub use caller::Caller;
pub use error::CollectError;
pub use run::ACTIONS;
pub use run::Collected;
pub use run::collect;
