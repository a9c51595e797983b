//! How much of the inventory an identity reaches.

use std::sync::Arc;

/// How many resources a [`ResourceReach`] names at most.
pub const MAX_SAMPLES: usize = 20;

/// How many of the inventory's resources the call can hit.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ResourceReach {
    /// What is counted, in the rule's word: `instance`, `service`.
    pub resource_type: Arc<str>,
    /// How many the inventory holds in the accounts that were read.
    pub total: u32,
    /// How many of them the identity reaches.
    pub reachable: u32,
    /// How many of the reachable ones carry a protection.
    pub protected: u32,
    /// Some of the reachable ones, sorted by name; at most [`MAX_SAMPLES`].
    pub sample: Box<[ReachedResource]>,
}

/// One resource that the identity reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct ReachedResource {
    /// The ARN.
    pub name: Arc<str>,
    /// Its protections in AWS's words: `DisableApiTermination`…
    pub protections: Box<[Arc<str>]>,
}

impl ResourceReach {
    /// Counts the reachable resources and keeps the first few by name.
    #[must_use]
    pub fn count(resource_type: Arc<str>, total: u32, mut reachable: Vec<ReachedResource>) -> Self {
        reachable.sort_unstable();
        let protected = reachable.iter().filter(|resource| !resource.protections.is_empty()).count();
        let count = reachable.len();
        reachable.truncate(MAX_SAMPLES);
        Self {
            resource_type,
            total,
            reachable: u32::try_from(count).unwrap_or(u32::MAX),
            protected: u32::try_from(protected).unwrap_or(u32::MAX),
            sample: reachable.into_boxed_slice(),
        }
    }
}
