//! Evidence that can be checked later: a directory of files, a manifest with the hash of each, and a signature.
//!
//! In: files by name, facts of the run, an Ed25519 key. Out: a directory that stands whole or not at all, and for one
//! that somebody hands over, the first file in it that is not what was signed. `docs/evidence.md` holds the format.
//! What the files say is not this room's business.

mod error;
mod hash;
mod key;
mod private_key;
mod manifest;
mod statement;
mod envelope;
mod staging;
mod bundle;
mod listing;
mod verify;

pub use bundle::Bundle;
pub use error::EvidenceError;
pub use hash::FileHash;
pub use key::PublicKey;
pub use manifest::Manifest;
pub use private_key::PrivateKey;
pub use staging::Staging;
pub use statement::PREDICATE_TYPE;
pub use verify::Verified;
pub use verify::verify;
