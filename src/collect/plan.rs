//! What to collect.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;

use crate::collect::Access;
use crate::ident::AccountId;

/// What to collect, where to, and how fast.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Whose credentials are used.
    pub access: Access,
    /// The directory to fill: new, empty, or one that an earlier run began.
    pub output: PathBuf,
    /// The member accounts; `None` for the account of the credentials alone.
    pub members: Option<Members>,
    /// The Regions to look at; empty for those that each account has.
    pub regions: Vec<String>,
    /// Whose use of permissions is asked for.
    pub usage: Usage,
    /// Accounts that are read at the same time, at least 1.
    pub concurrency: usize,
    /// The most calls a second of the whole run; `None` for no limit of our own.
    pub max_rate: Option<f64>,
    /// Whether to start over where an earlier run left something.
    pub refresh: bool,
    /// When the run began; the manifest says so.
    pub now: Timestamp,
}

/// Whose use of permissions is asked for. IAM answers for one identity at a time, and takes seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usage {
    /// Of all users and roles.
    All,
    /// Of those that the run's `able` names.
    Findings,
    /// Nobody's.
    None,
}

impl Usage {
    fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Findings => "findings",
            Self::None => "none",
        }
    }
}

/// The accounts of an organization that are read, and by which role.
#[derive(Debug, Clone, Default)]
pub struct Members {
    /// The role to assume in each account, with its path if it has one.
    pub role: String,
    /// What the role's trust policy asks for as `sts:ExternalId`.
    pub external_id: Option<String>,
    /// These accounts only.
    pub accounts: Vec<AccountId>,
    /// Only accounts in these organizational units, at any depth.
    pub units: Vec<String>,
    /// Not these accounts, nor those in these units.
    pub exclude: Vec<String>,
}

impl Plan {
    /// What two runs must have in common to go on in one directory, in words.
    pub(super) fn scope(&self, account: AccountId) -> BTreeMap<String, String> {
        let mut scope = BTreeMap::from([("account".to_owned(), account.to_string())]);
        let mut add = |name: &str, mut values: Vec<String>| {
            values.sort();
            values.dedup();
            scope.insert(name.to_owned(), values.join(" "));
        };
        add("regions", self.regions.clone());
        add("usage", vec![self.usage.word().into()]);
        if let Some(members) = &self.members {
            add("organization", vec!["all".into()]);
            add("accounts", members.accounts.iter().map(ToString::to_string).collect());
            add("units", members.units.clone());
            add("exclude", members.exclude.clone());
        }
        scope.retain(|_, value| !value.is_empty());
        scope
    }
}
