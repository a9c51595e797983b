//! `collected.json`: what of an account or the organization is there, so that a later run can go on.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::Serialize;

use crate::collect::failure::Failure;

/// The name of the record in its folder.
pub(super) const FILE: &str = "collected.json";

/// Our code for what this build leaves out.
pub(super) const NOT_BUILT: &str = "NotBuilt";

/// What one source gave.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Part {
    /// When the run began that read it.
    pub(super) at: String,
    /// The calls that were answered, and how often.
    pub(super) calls: BTreeMap<String, u64>,
    /// What was written.
    pub(super) files: Vec<Written>,
    /// What could not be read.
    pub(super) gaps: Vec<PartGap>,
}

/// A file of the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Written {
    /// Its path inside, with `/`.
    pub(super) path: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub(super) sha256: String,
}

/// A call without an answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct PartGap {
    /// The call.
    pub(super) subject: String,
    /// The Region, where the call is one of a Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) region: Option<String>,
    /// AWS's error code, or a word of ours.
    pub(super) code: String,
    /// The permission that was missing, when that was it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) permission: Option<String>,
    /// What happened, and after a semicolon what follows from it.
    pub(super) detail: String,
}

/// The parts, by source.
pub(super) type Record = BTreeMap<String, Part>;

impl PartGap {
    pub(super) fn of(failure: &Failure, region: Option<&str>, consequence: &str) -> Self {
        let place = region.map_or(String::new(), |region| format!("in Region {region}: "));
        Self {
            subject: failure.call.into(),
            region: region.map(Into::into),
            code: failure.code.clone(),
            permission: failure.is_denied().then(|| failure.call.into()),
            detail: format!("{place}{failure}; {consequence}"),
        }
    }
}
