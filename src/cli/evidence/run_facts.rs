//! `run.json`, which is signed as the predicate, too: what was run, with what, when.

use jiff::Timestamp;
use leastwise::catalog::Catalog;
use leastwise::evidence::FileHash;
use leastwise::rank::BUILTIN_WEIGHTS;
use leastwise::rules::BUILTIN;
use leastwise::snapshot::Snapshot;
use serde::Deserialize;
use serde::Serialize;

/// The file of the facts in a bundle.
pub(crate) const RUN: &str = "run.json";

/// The facts of the run.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunFile {
    /// The program's version.
    pub(crate) tool: String,
    pub(crate) catalog: String,
    /// What is compiled in and decides: the rules and the weights of the score.
    pub(crate) built_in: Vec<FileHash>,
    /// The audit, as one would type it in the bundle's directory; the program's name left out.
    pub(crate) arguments: Vec<String>,
    /// The frameworks whose controls were assessed, by name or as a file in the bundle.
    pub(crate) controls: Vec<String>,
    /// Whether the suppressions of the configuration file in the bundle were applied.
    pub(crate) suppressions: bool,
    pub(crate) redacted: bool,
    /// When making the evidence began and ended, by the clock of the machine.
    pub(crate) started: Timestamp,
    pub(crate) finished: Timestamp,
    /// The time that the reports speak of.
    pub(crate) as_of: Timestamp,
    /// What collectors say of themselves, one a snapshot.
    pub(crate) collections: Vec<Collection>,
    /// The inputs, whether or not they are in the bundle.
    pub(crate) inputs: Vec<FileHash>,
    /// What follows from inputs and arguments: a replay gives the same bytes.
    pub(crate) derived: Vec<String>,
}

/// A manifest of a snapshot.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Collection {
    pub(crate) collected_at: Option<String>,
    pub(crate) calls: Vec<String>,
}

pub(crate) fn built_in() -> Vec<FileHash> {
    let weights = [("rules/weights.toml", BUILTIN_WEIGHTS)];
    let files = BUILTIN.iter().copied().chain(weights);
    let mut hashes: Vec<FileHash> = files
        .filter_map(|(name, text)| FileHash::of(name, &mut text.as_bytes()).ok())
        .collect();
    hashes.sort();
    hashes
}

pub(crate) fn catalog() -> String {
    Catalog::bundled().version().to_string()
}

pub(crate) fn collections(snapshot: &Snapshot) -> Vec<Collection> {
    let manifests = snapshot.manifests().iter();
    manifests
        .map(|manifest| Collection {
            collected_at: manifest.collected_at.clone(),
            calls: manifest.sources.clone(),
        })
        .collect()
}
