//! Classes of counted resources that no statement tells apart: one evaluation serves them all.

use std::collections::BTreeMap;

use crate::estate::Resource;
use crate::ident::ArnPattern;
use crate::ident::Ternary;
use crate::policy::PolicyVersion;
use crate::solve::mentions::Mentions;

/// What of a resource the statements look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Signature<'r> {
    region: &'r str,
    matches: Vec<u8>,
    tags: Vec<(&'r str, Option<&'r str>)>,
    has_tags: bool,
    cluster: Option<&'r str>,
    profile: Option<&'r str>,
    /// The ARN itself, where a statement looks at more than a class can tell.
    arn: Option<&'r str>,
    /// ECS services of the old format are decided one by one (U19).
    is_old_format: bool,
}

/// The positions of the resources, class by class, in order of their first member.
pub(super) fn classes(resources: &[Resource], mentions: &Mentions<'_>) -> Vec<Vec<usize>> {
    let needs_arn = ["ec2:instanceid"].iter().any(|key| mentions.has(key))
        || mentions
            .resources
            .iter()
            .any(|(text, version)| *version == PolicyVersion::V2012 && text.contains("${"));
    let patterns: Vec<Option<ArnPattern>> = mentions
        .resources
        .iter()
        .map(|(text, _)| ArnPattern::parse(text, true).ok())
        .collect();
    let tag_keys: Vec<&str> = mentions
        .keys()
        .filter_map(|key| key.split_once(":resourcetag/").map(|(_, tag)| tag))
        .collect();
    let mut found: BTreeMap<Signature<'_>, Vec<usize>> = BTreeMap::new();
    for (index, resource) in resources.iter().enumerate() {
        let code = |pattern: &Option<ArnPattern>| match pattern.as_ref().map(|pattern| pattern.matches(&resource.arn, || None)) {
            Some(Ternary::Yes) => 1,
            Some(Ternary::Open(_)) => 2,
            Some(Ternary::No) | None => 0,
        };
        let signature = Signature {
            region: resource.arn.region(),
            matches: patterns.iter().map(code).collect(),
            tags: tags_of(resource, &tag_keys),
            has_tags: resource.tags.is_some(),
            cluster: resource.cluster.as_deref().filter(|_| mentions.has("ecs:cluster")),
            profile: resource
                .instance_profile
                .as_deref()
                .filter(|_| mentions.has("ec2:instanceprofile")),
            arn: needs_arn.then(|| resource.arn.as_str()),
            is_old_format: resource.arn.service() == "ecs" && resource.arn.resource().matches('/').count() == 1,
        };
        found.entry(signature).or_default().push(index);
    }
    let mut classes: Vec<Vec<usize>> = found.into_values().collect();
    classes.sort();
    classes
}

/// The tags that some test names, all spellings of their keys.
fn tags_of<'r>(resource: &'r Resource, keys: &[&str]) -> Vec<(&'r str, Option<&'r str>)> {
    let tags = resource.tags.iter().flatten();
    tags.filter(|(key, _)| keys.iter().any(|wanted| wanted.eq_ignore_ascii_case(key)))
        .map(|(key, value)| (&**key, Some(&**value)))
        .collect()
}
