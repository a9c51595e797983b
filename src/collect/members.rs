//! Which accounts of the organization are asked for: `organization.json` read back, and the caller's choice.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::collect::CollectError;
use crate::collect::Members;
use crate::collect::directory::Directory;
use crate::collect::organization::FILE;
use crate::ident::AccountId;

/// AWS's word for an account that can be read.
const ACTIVE: &str = "ACTIVE";

#[derive(Deserialize)]
struct Organization {
    #[serde(rename = "OrganizationalUnits", default)]
    units: Vec<Node>,
    #[serde(rename = "Accounts", default)]
    accounts: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    #[serde(rename = "Id")]
    id: String,
    #[serde(rename = "ParentId")]
    parent: Option<String>,
    #[serde(rename = "State")]
    state: Option<String>,
    #[serde(rename = "Status")]
    status: Option<String>,
}

/// The accounts to collect.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Those that are active.
    pub(super) active: BTreeSet<AccountId>,
    /// The others, with AWS's word for their state.
    pub(super) inactive: BTreeMap<AccountId, String>,
}

/// Reads the organization's file; nothing is chosen where its accounts are not known.
pub(super) fn chosen(directory: &Directory, members: &Members) -> Result<Chosen, CollectError> {
    let organization: Option<Organization> = directory.read(FILE)?.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(organization) = organization else {
        return Ok(Chosen::default());
    };
    let parents: BTreeMap<&str, &str> = organization
        .units
        .iter()
        .chain(&organization.accounts)
        .filter_map(|node| Some((node.id.as_str(), node.parent.as_deref()?)))
        .collect();
    if let Some(unknown) = unknown(&organization, &parents, members) {
        return Err(unknown);
    }
    let mut chosen = Chosen::default();
    for account in &organization.accounts {
        let Ok(id) = account.id.parse::<AccountId>() else { continue };
        if !is_asked_for(&account.id, id, &parents, members) {
            continue;
        }
        let state = account.state.as_ref().or(account.status.as_ref());
        match state.filter(|state| *state != ACTIVE) {
            Some(state) => drop(chosen.inactive.insert(id, state.clone())),
            None => drop(chosen.active.insert(id)),
        }
    }
    Ok(chosen)
}

fn is_asked_for(text: &str, id: AccountId, parents: &BTreeMap<&str, &str>, members: &Members) -> bool {
    let is_under = |wanted: &String| above(text, parents).any(|found| found == wanted);
    let is_all = members.accounts.is_empty() && members.units.is_empty();
    let is_chosen = is_all || members.accounts.contains(&id) || members.units.iter().any(is_under);
    is_chosen && !members.exclude.iter().any(|name| name == text || is_under(name))
}

/// The units and the root above an account.
fn above<'a>(start: &'a str, parents: &'a BTreeMap<&'a str, &'a str>) -> impl Iterator<Item = &'a str> {
    // A file that goes round ends here too.
    std::iter::successors(parents.get(start).copied(), |id| parents.get(id).copied()).take(parents.len() + 1)
}

/// A name that the organization does not have: a typing error would quietly collect too little or too much.
fn unknown(organization: &Organization, parents: &BTreeMap<&str, &str>, members: &Members) -> Option<CollectError> {
    if organization.accounts.is_empty() {
        return None;
    }
    let is_known = |name: &str| parents.contains_key(name) || parents.values().any(|parent| *parent == name);
    let accounts = members.accounts.iter().map(ToString::to_string);
    let mut names = accounts.chain(members.units.iter().chain(&members.exclude).cloned());
    let name = names.find(|name| !is_known(name))?;
    Some(CollectError::UnknownMember { name })
}
