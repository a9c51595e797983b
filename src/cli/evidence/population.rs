//! `population.json`: how many accounts and identities there are, how many were read, and what was not, each next to an
//! independent count where there is one.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use leastwise::estate::AccountEstate;
use leastwise::estate::PrincipalKind;
use leastwise::finding::CoverageGap;
use leastwise::finding::Report;
use leastwise::finding::RunFacts;
use leastwise::ident::AccountId;
use serde::Serialize;
use serde_json::Value;

use crate::exit::Failure;
use crate::inputs::Inputs;

#[derive(Debug, Serialize)]
pub(crate) struct Population {
    accounts: Accounts,
    /// The counts of the whole run, as in the reports.
    totals: RunFacts,
    per_account: Vec<AccountCounts>,
    /// Everything that is known not to have been read, with what follows from it.
    gaps: Vec<CoverageGap>,
    /// How many findings the reports have after --principal and --severity.
    findings: usize,
}

/// Accounts by where they are known from.
#[derive(Debug, Serialize)]
struct Accounts {
    read: Vec<AccountId>,
    /// What the organization lists; none: no organization was read, so whether there are more is not known.
    listed_by_organization: Option<Vec<AccountId>>,
    listed_not_read: Option<Vec<AccountId>>,
    read_not_listed: Option<Vec<AccountId>>,
}

#[derive(Debug, Serialize)]
struct AccountCounts {
    account: AccountId,
    users: usize,
    roles: usize,
    /// Customer managed and AWS managed policies in the dump.
    managed_policies: usize,
    /// Policies that identities carry, through groups too.
    attachments: usize,
    /// Users that the credential report lists, an independent count; none: it was not read.
    users_by_credential_report: Option<usize>,
    /// Whether both name the same users; none: not known.
    users_agree: Option<bool>,
    /// AWS's own count (`iam:GetAccountSummary`), an independent one, too; none: it was not read.
    account_summary: Option<Summary>,
    instances: Option<usize>,
    services: Option<usize>,
    gaps: usize,
}

pub(crate) fn of(inputs: &Inputs, report: &Report, sources: &[PathBuf]) -> Result<Population, Failure> {
    let mut per_account = Vec::new();
    inputs.each(
        |estate, _| counts(estate, summary(sources, estate.account)),
        |counts| per_account.push(counts),
    )?;
    let read = inputs.accounts();
    let organization = inputs.organization.as_ref();
    let listed: Option<Vec<AccountId>> = organization.map(|organization| organization.accounts().collect());
    let without = |all: &[AccountId], known: &[AccountId]| {
        let known: BTreeSet<&AccountId> = known.iter().collect();
        all.iter().filter(|id| !known.contains(id)).copied().collect()
    };
    Ok(Population {
        accounts: Accounts {
            listed_not_read: listed.as_ref().map(|listed| without(listed, &read)),
            read_not_listed: listed.as_ref().map(|listed| without(&read, listed)),
            listed_by_organization: listed,
            read,
        },
        totals: report.facts.clone(),
        per_account,
        gaps: report.gaps.clone(),
        findings: report.total(),
    })
}

/// What AWS counts in an account.
#[derive(Debug, Serialize)]
struct Summary {
    users: Option<u64>,
    roles: Option<u64>,
    groups: Option<u64>,
    customer_managed_policies: Option<u64>,
    /// Whether AWS counts as many users and roles as were read; none: not known.
    agrees: Option<bool>,
}

/// The summary that a collector keeps beside an account's other files; the audit itself does not need it.
fn summary(sources: &[PathBuf], account: AccountId) -> Option<Summary> {
    let inside = format!("accounts/{account}/account-summary.json");
    let text = sources.iter().find_map(|source| fs::read(source.join(&inside)).ok())?;
    let parsed: Value = serde_json::from_slice(&text).ok()?;
    let map = parsed.get("SummaryMap")?;
    let count = |name: &str| map.get(name).and_then(Value::as_u64);
    Some(Summary {
        users: count("Users"),
        roles: count("Roles"),
        groups: count("Groups"),
        customer_managed_policies: count("Policies"),
        agrees: None,
    })
}

fn counts(estate: &AccountEstate, mut summary: Option<Summary>) -> AccountCounts {
    let of_kind = |kind: PrincipalKind| estate.principals.iter().filter(move |principal| principal.kind == kind);
    let users: BTreeSet<&str> = of_kind(PrincipalKind::IamUser).map(|user| user.arn.as_str()).collect();
    let reported: Option<BTreeSet<&str>> = estate.credentials.as_ref().map(|rows| {
        let arns = rows.keys().map(AsRef::as_ref);
        arns.filter(|arn: &&str| !arn.ends_with(":root")).collect()
    });
    let inventory = estate.inventory.as_ref();
    let roles = of_kind(PrincipalKind::IamRole).count();
    if let Some(summary) = &mut summary {
        let is = |count: u64, read: usize| u64::try_from(read).is_ok_and(|read| read == count);
        let both = summary.users.zip(summary.roles);
        summary.agrees = both.map(|(told_users, told_roles)| is(told_users, users.len()) && is(told_roles, roles));
    }
    AccountCounts {
        account: estate.account,
        users: users.len(),
        roles,
        account_summary: summary,
        managed_policies: estate.managed_policies,
        attachments: estate.principals.iter().map(|principal| principal.attachments.len()).sum(),
        users_agree: reported.as_ref().map(|reported| *reported == users),
        users_by_credential_report: reported.map(|reported| reported.len()),
        instances: inventory.and_then(|inventory| Some(inventory.instances.as_ref()?.len())),
        services: inventory.and_then(|inventory| Some(inventory.services.as_ref()?.len())),
        gaps: estate.problems.len(),
    }
}
