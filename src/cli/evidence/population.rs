//! `population.json`: how many accounts and identities there are, how many were read, and what was not, each next to an
//! independent count where there is one.

use std::collections::BTreeSet;

use leastwise::estate::AccountEstate;
use leastwise::estate::PrincipalKind;
use leastwise::finding::CoverageGap;
use leastwise::finding::Report;
use leastwise::finding::RunFacts;
use leastwise::ident::AccountId;
use serde::Serialize;

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
    instances: Option<usize>,
    services: Option<usize>,
    gaps: usize,
}

pub(crate) fn of(inputs: &Inputs, report: &Report) -> Result<Population, Failure> {
    let mut per_account = Vec::new();
    inputs.each(|estate, _| counts(estate), |counts| per_account.push(counts))?;
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
        findings: report.findings.len(),
    })
}

fn counts(estate: &AccountEstate) -> AccountCounts {
    let of_kind = |kind: PrincipalKind| estate.principals.iter().filter(move |principal| principal.kind == kind);
    let users: BTreeSet<&str> = of_kind(PrincipalKind::IamUser).map(|user| user.arn.as_str()).collect();
    let reported: Option<BTreeSet<&str>> = estate.credentials.as_ref().map(|rows| {
        let arns = rows.keys().map(AsRef::as_ref);
        arns.filter(|arn: &&str| !arn.ends_with(":root")).collect()
    });
    let inventory = estate.inventory.as_ref();
    AccountCounts {
        account: estate.account,
        users: users.len(),
        roles: of_kind(PrincipalKind::IamRole).count(),
        managed_policies: estate.managed_policies,
        attachments: estate.principals.iter().map(|principal| principal.attachments.len()).sum(),
        users_agree: reported.as_ref().map(|reported| *reported == users),
        users_by_credential_report: reported.map(|reported| reported.len()),
        instances: inventory.and_then(|inventory| Some(inventory.instances.as_ref()?.len())),
        services: inventory.and_then(|inventory| Some(inventory.services.as_ref()?.len())),
        gaps: estate.problems.len(),
    }
}
