//! What the identities of some accounts hold, for telling what changed.

use std::collections::BTreeSet;
use std::sync::Arc;

use leastwise::baseline::Holding;
use leastwise::baseline::Holdings;
use leastwise::estate::AccountEstate;
use leastwise::estate::Levels;
use leastwise::estate::Organization;
use leastwise::estate::Policy;
use leastwise::estate::Principal;
use leastwise::estate::Tags;
use leastwise::ident::AccountId;

use crate::inputs::Inputs;

/// Policies, guardrails and tags of these accounts.
pub(crate) fn holdings(inputs: &Inputs, accounts: &BTreeSet<AccountId>) -> Holdings {
    let mut all = Holdings::default();
    for &account in accounts {
        inputs.one(account, |estate, _| add(&mut all, estate));
        let guardrails = inputs
            .organization
            .as_ref()
            .map(|organization| guardrails(organization, account));
        all.guardrails.insert(account, guardrails.unwrap_or_default());
    }
    all
}

fn add(all: &mut Holdings, estate: &AccountEstate) {
    for principal in &estate.principals {
        all.identities.insert(principal.arn.as_str().into(), of_identity(principal));
    }
    let inventory = estate.inventory.iter();
    let resources = inventory.flat_map(|inventory| [&inventory.instances, &inventory.services]);
    for resource in resources.flatten().flatten() {
        let name = resource.arn.as_str();
        let whose = format!(" of {name}");
        let tags = resource.tags.iter().flat_map(|held| tags(held, &whose));
        all.resources.insert(name.into(), tags.collect());
    }
}

fn of_identity(principal: &Principal) -> Vec<Holding> {
    let mut held = Vec::new();
    for attachment in &principal.attachments {
        let kind = if attachment.policy.name.starts_with("inline policy") {
            ""
        } else {
            "identity policy "
        };
        let through = attachment.group.as_ref().map(|group| format!(", through group {group},"));
        held.push(policy(
            &attachment.policy,
            format!("{kind}{}{}", attachment.policy.name, through.unwrap_or_default()),
        ));
    }
    held.extend(
        principal
            .boundary
            .iter()
            .map(|boundary| policy(boundary, format!("permissions boundary {}", boundary.name))),
    );
    held.extend(principal.trust.iter().map(|trust| policy(trust, trust.name.to_string())));
    held.extend(principal.tags.iter().flat_map(|held| tags(held, "")));
    held
}

fn guardrails(organization: &Organization, account: AccountId) -> Vec<Holding> {
    let mut held = Vec::new();
    for (kind, levels) in [
        ("service control policy", organization.scps(account)),
        ("resource control policy", organization.rcps(account)),
    ] {
        let Levels::Levels(levels) = levels else { continue };
        for level in levels {
            for one in level.policies.iter().flatten() {
                held.push(policy(one, format!("{kind} {} at {}", one.name, level.target)));
            }
        }
    }
    held
}

fn policy(policy: &Policy, what: String) -> Holding {
    Holding::Policy {
        what: what.into(),
        name: Arc::clone(&policy.name),
        text: Arc::clone(&policy.text.text),
    }
}

fn tags<'t>(tags: &'t Tags, whose: &'t str) -> impl Iterator<Item = Holding> + use<'t> {
    tags.iter().map(move |(key, value)| Holding::Tag {
        what: format!("tag {key}{whose}").into(),
        value: (&**value).into(),
    })
}
