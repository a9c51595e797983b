//! `manifest.json`: when, from which calls, what is there, and what each call that failed leaves open.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;
use serde::Serialize;

use crate::collect::CollectError;
use crate::collect::directory::Directory;
use crate::collect::record::NOT_BUILT;
use crate::collect::record::PartGap;
use crate::collect::record::Record;
use crate::collect::record::Written;
use crate::ident::AccountId;
use crate::snapshot::SCHEMA;

pub(super) const FILE: &str = "manifest.json";

/// What the manifest says of the run as a whole.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Head {
    /// What was asked for; two runs that differ in it do not mix.
    pub(super) scope: BTreeMap<String, String>,
    /// When each run began that filled the directory.
    pub(super) runs: Vec<String>,
}

#[derive(Deserialize)]
struct Read {
    collection: Option<Head>,
}

#[derive(Serialize)]
struct Manifest<'a> {
    schema: &'static str,
    collected_at: &'a str,
    is_complete: bool,
    collection: &'a Head,
    sources: BTreeSet<&'a str>,
    calls: Vec<Calls<'a>>,
    files: Vec<&'a Written>,
    limits: Vec<Gap<'a>>,
    gaps: Vec<Gap<'a>>,
}

#[derive(Serialize)]
struct Calls<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    call: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct Gap<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(flatten)]
    gap: &'a PartGap,
}

/// The records of the organization (`None`) and of the accounts.
pub(super) type Records = BTreeMap<Option<AccountId>, Record>;

/// What an earlier run said of itself; `None` when there is no manifest of `collect`.
pub(super) fn read(directory: &Directory) -> Result<Option<Head>, CollectError> {
    let bytes = directory.read(FILE)?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice::<Read>(&bytes).ok()?.collection))
}

/// Writes the manifest.
pub(super) fn write(directory: &Directory, head: &Head, records: &Records, is_complete: bool) -> Result<(), CollectError> {
    let parts = || {
        records
            .iter()
            .flat_map(|(account, record)| record.values().map(move |part| (account.map(|id| id.to_string()), part)))
    };
    let latest = head.runs.last().map_or("", String::as_str);
    let mut counts: BTreeMap<(Option<String>, &str), u64> = BTreeMap::new();
    for (account, part) in parts() {
        for (call, count) in &part.calls {
            *counts.entry((account.clone(), call)).or_default() += count;
        }
    }
    let mut files: Vec<&Written> = parts().flat_map(|(_, part)| &part.files).collect();
    files.sort();
    let mut gaps: Vec<(Option<String>, &PartGap)> = parts()
        .flat_map(|(account, part)| part.gaps.iter().map(move |gap| (account.clone(), gap)))
        .collect();
    gaps.sort();
    let (limits, gaps): (Vec<_>, Vec<_>) = gaps
        .into_iter()
        .map(|(account, gap)| Gap { account, gap })
        .partition(|told| told.gap.code == NOT_BUILT);
    let manifest = Manifest {
        schema: SCHEMA,
        // The facts are of the time of the run that read the last of them.
        collected_at: parts().map(|(_, part)| part.at.as_str()).max().unwrap_or(latest),
        is_complete,
        collection: head,
        sources: counts.keys().map(|(_, call)| *call).collect(),
        calls: counts
            .iter()
            .map(|((account, call), count)| Calls {
                account: account.clone(),
                call,
                count: *count,
            })
            .collect(),
        files,
        limits,
        gaps,
    };
    directory.write(FILE, |out| {
        serde_json::to_writer_pretty(&mut *out, &manifest)?;
        out.write_all(b"\n")
    })?;
    Ok(())
}
