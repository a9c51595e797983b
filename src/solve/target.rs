//! Resources that could exist: one for each shape that the statements tell apart.

use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::ResourceFit;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::ident::Arn;
use crate::ident::Glob;
use crate::ident::regions_of;
use crate::solve::Question;
use crate::solve::mentions::Mentions;

/// How many shapes of names are tried.
const MAX_NAMES: usize = 24;

/// Representatives of all resources of the action's types in the identity's own account.
///
/// `context` fills the variables of resource texts.
pub(super) fn representatives(question: &Question<'_>, mentions: &Mentions<'_>, context: &RequestContext) -> Vec<Target> {
    let formats = formats(question);
    if formats.is_empty() {
        return vec![Target::nothing_for(question.action)];
    }
    let partition = question.subject.caller.partition().unwrap_or("aws").to_owned();
    let account = question
        .subject
        .caller
        .account
        .map(|account| account.to_string())
        .unwrap_or_default();
    let regions = regions(mentions, &partition);
    let patterns = patterns(mentions, context);
    let mut names: BTreeSet<(usize, String)> = BTreeSet::new();
    let mut found: Vec<Target> = Vec::new();
    for format in formats {
        let head = format.replace("${Partition}", &partition).replace("${Account}", &account);
        names.clear();
        names.insert((0, example(resource_field(&head))));
        for pattern in &patterns {
            names.extend(instances(resource_field(pattern)).into_iter().map(|name| (1, name)));
        }
        let fits = |arn: &Arn| {
            let fit = Catalog::bundled().resource_fit(question.action.service(), question.action.name(), arn.as_str());
            fit == ResourceFit::Listed
        };
        for (_, name) in names.iter().take(MAX_NAMES) {
            for region in &regions {
                let fields: Vec<&str> = head.splitn(6, ':').collect();
                let [arn, partition, service, region_field, account, _] = fields.as_slice() else {
                    continue;
                };
                let region = if region_field.is_empty() { "" } else { region };
                let text = format!("{arn}:{partition}:{service}:{region}:{account}:{name}");
                let target = text.parse::<Arn>().ok().filter(fits).map(Target::resource);
                found.extend(target.filter(|target| !found.contains(target)));
                if region.is_empty() {
                    break;
                }
            }
        }
    }
    if found.is_empty() {
        vec![Target::nothing_for(question.action)]
    } else {
        found
    }
}

/// The ARN formats of the types that the action lists, required ones first.
fn formats(question: &Question<'_>) -> Vec<&'static str> {
    let catalog = Catalog::bundled();
    let Some(entry) = catalog.action(question.action.service(), question.action.name()) else {
        return Vec::new();
    };
    let Some(service) = catalog.service(question.action.service()) else {
        return Vec::new();
    };
    let mut rows: Vec<_> = entry.resource_types.iter().collect();
    rows.sort_by_key(|row| !row.required);
    let newest = |name: &str| service.resource_type(name).and_then(|kind| kind.arn_formats.first().copied());
    rows.into_iter().filter_map(|row| newest(row.resource_type)).collect()
}

fn resource_field(arn: &str) -> &str {
    arn.splitn(6, ':').nth(5).unwrap_or_default()
}

/// A name for each hole of a format.
fn example(resource: &str) -> String {
    let mut text = String::new();
    let mut rest = resource;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        let (hole, remaining) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(if hole.eq_ignore_ascii_case("InstanceId") {
            "i-0123456789abcdef0"
        } else {
            "example"
        });
        rest = remaining;
    }
    text + rest
}

/// Texts that a pattern's resource field matches: each run empty, a plain name, or one with a separator.
fn instances(pattern: &str) -> Vec<String> {
    let plain = pattern.replace('?', "0");
    [
        "",
        "example",
        "/example",
        "example/example",
        "0123456789abcdef0",
        "i-0123456789abcdef0",
    ]
    .iter()
    .map(|run| plain.replace('*', run))
    .collect()
}

/// Resource texts that name an ARN, their variables filled as far as the identity fixes them.
fn patterns(mentions: &Mentions<'_>, context: &RequestContext) -> Vec<String> {
    mentions
        .resources
        .iter()
        .filter_map(|(text, version)| crate::evaluate::fill_text(text, *version, context))
        .collect()
}

/// The Regions that the statements tell apart: those named, some that fit a pattern, and one that nothing names.
fn regions(mentions: &Mentions<'_>, partition: &str) -> Vec<String> {
    let mut named: Vec<&str> = Vec::new();
    named.extend(mentions.values("aws:requestedregion").chain(mentions.values("ec2:region")));
    named.extend(
        mentions
            .resources
            .iter()
            .filter_map(|(text, _)| text.splitn(6, ':').nth(3))
            .filter(|region| !matches!(*region, "*" | "")),
    );
    let all = regions_of(partition);
    let default = if all.contains(&"us-east-1") {
        "us-east-1"
    } else {
        all.first().copied().unwrap_or("us-east-1")
    };
    let mut found: Vec<String> = vec![default.to_owned()];
    let mut add = |region: &str| {
        if !region.is_empty() && !found.iter().any(|known| known == region) {
            found.push(region.to_owned());
        }
    };
    for name in &named {
        let glob = Glob::from_policy_text(name);
        let matching: Vec<&&str> = all.iter().filter(|region| glob.matches(region)).collect();
        if matching.is_empty() && !name.contains(['*', '?', '$']) {
            add(name);
        }
        matching.iter().take(3).for_each(|region| add(region));
    }
    let unnamed = all
        .iter()
        .find(|region| **region != default && !named.iter().any(|name| Glob::from_policy_text(name).matches(region)));
    if !named.is_empty() {
        unnamed.into_iter().for_each(|region| add(region));
    }
    found
}
