//! Resources that could exist: one for each shape that the statements tell apart.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::has_format;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::evaluate::fill_text;
use crate::ident::Glob;
use crate::ident::glob_text_matches;
use crate::ident::regions_of;
use crate::policy::PolicyVersion;
use crate::policy::TextPart;
use crate::policy::text_parts;
use crate::solve::Question;
use crate::solve::given_region;
use crate::solve::mentions::Mentions;
use crate::solve::named::NamedService;
use crate::solve::theory::TextGlob;
use crate::solve::theory::representatives as representatives_of;

/// How many resources that patterns name are tried.
const MAX_TARGETS: usize = 1024;

/// What there is to be tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Candidate {
    Resource(Target),
    /// More kinds of names than were looked at.
    Unseen,
}

/// Representatives of all resources of the action's types in the identity's own account, the plainest first.
///
/// `context` fills the variables of resource texts.
pub(super) fn representatives<'s>(
    question: &'s Question<'_>,
    mentions: &'s Mentions<'_>,
    context: impl FnOnce() -> RequestContext + 's,
) -> Box<dyn Iterator<Item = Candidate> + 's> {
    let formats = formats(question);
    let Some(first) = formats.first() else {
        return Box::new(std::iter::once(Candidate::Resource(Target::nothing_for(
            question.action.action,
        ))));
    };
    let partition = question.subject.caller.partition().unwrap_or("aws").to_owned();
    let account = question
        .subject
        .caller
        .account
        .map(|account| account.to_string())
        .unwrap_or_default();
    let head = move |format: &str| format.replace("${Partition}", &partition).replace("${Account}", &account);
    let regions = regions(question, mentions, question.subject.caller.partition().unwrap_or("aws"));
    let best_guess = regions.first().map_or(DEFAULT_REGION, String::as_str);
    let plainest = target_of(&head(first), &example(resource_field(first)), best_guess);
    let names_none = !mentions.has("ec2:instanceid") && !mentions.has("ecs:cluster");
    // Types of resources carry keys of their own (E293).
    let types_are_one = formats.len() == 1 || mentions.keys().next().is_none();
    if mentions.resources.is_empty() && names_none && regions.len() < 2 && plainest.is_some() && types_are_one {
        return Box::new(plainest.into_iter().map(Candidate::Resource));
    }
    let plainest = plainest.map(Candidate::Resource);
    let skip = plainest.clone();
    // Most questions are answered on the plainest resource.
    let others = std::iter::once_with(move || {
        let patterns = patterns(mentions, &context());
        let of = |format: &str| patterns_of(format, &patterns);
        let named: Vec<Target> = formats
            .iter()
            .flat_map(|format| candidates(format, &head(format), &of(format), &regions))
            .collect();
        // Then one name of each kind that the patterns tell apart at all.
        let kinds = std::iter::once_with(move || {
            let of_format =
                |format: &&str| match names_told_apart(format, &head(format), &patterns_of(format, &patterns), &regions) {
                    Some(targets) => targets.into_iter().map(Candidate::Resource).collect(),
                    None => vec![Candidate::Unseen],
                };
            formats.iter().flat_map(of_format).collect::<Vec<_>>()
        });
        named.into_iter().map(Candidate::Resource).chain(kinds.flatten())
    });
    Box::new(
        plainest
            .into_iter()
            .chain(others.flatten().filter(move |target| Some(target) != skip.as_ref())),
    )
}

/// Representatives by type, where the action needs several types at once (E292); else none.
pub(super) fn required_types(question: &Question<'_>, mentions: &Mentions<'_>, context: &RequestContext) -> Vec<Vec<Candidate>> {
    let catalog = Catalog::bundled();
    let action = question.action.action;
    let (Some(entry), Some(service)) = (
        catalog.action(action.service(), action.name()),
        catalog.service(action.service()),
    ) else {
        return Vec::new();
    };
    let required: Vec<_> = entry.resource_types.iter().filter(|row| row.required).collect();
    if required.len() < 2 {
        return Vec::new();
    }
    let partition = question.subject.caller.partition().unwrap_or("aws");
    let account = question
        .subject
        .caller
        .account
        .map(|account| account.to_string())
        .unwrap_or_default();
    let patterns = patterns(mentions, context);
    let regions = regions(question, mentions, partition);
    let formats = required
        .iter()
        .filter_map(|row| service.resource_type(row.resource_type)?.arn_formats.first().copied());
    let head = |format: &str| format.replace("${Partition}", partition).replace("${Account}", &account);
    let of_format = |format: &str| {
        let head = head(format);
        let patterns = patterns_of(format, &patterns);
        let named = candidates(format, &head, &patterns, &regions);
        let kinds = names_told_apart(format, &head, &patterns, &regions);
        let unseen = kinds.is_none().then_some(Candidate::Unseen);
        let mut found: Vec<Candidate> = Vec::new();
        for target in named
            .into_iter()
            .chain(kinds.into_iter().flatten())
            .map(Candidate::Resource)
            .chain(unseen)
        {
            if !found.contains(&target) {
                found.push(target);
            }
        }
        found
    };
    formats.map(of_format).collect()
}

/// The resources of a format that are tried in one Region where no text may name one: an example, then a name of each kind.
pub(super) fn unnamed(format: &str) -> (Option<Target>, Vec<Target>) {
    let head = format.replace("${Partition}", "aws").replace("${Account}", "111122223333");
    let regions = [DEFAULT_REGION.to_owned()];
    let names = names_told_apart(format, &head, &[], &regions);
    (
        target_of(&head, &example(resource_field(&head)), DEFAULT_REGION),
        names.unwrap_or_default(),
    )
}

/// The format's example in every Region, and what fits each pattern in the Regions that the pattern allows.
fn candidates(format: &str, head: &str, patterns: &[String], regions: &[String]) -> Vec<Target> {
    let is_global = head.split(':').nth(3).unwrap_or_default().is_empty();
    let regions = regions_of_format(head, regions);
    let example = example(resource_field(head));
    let mut found: Vec<Target> = regions
        .iter()
        .filter_map(|region| target_of(head, &example, region))
        .collect();
    // Whether a name fits does not depend on the Region.
    let fits = |name: &String| {
        let target = target_of(head, name, DEFAULT_REGION);
        target.is_some_and(|target| target.arn.is_some_and(|arn| may_exist(format, arn.as_str())))
    };
    let mut names: BTreeMap<String, BTreeSet<&String>> = BTreeMap::new();
    let unused = unused_name(patterns);
    // E300: an instance's id begins with `i-`, whatever a policy writes.
    let ids = (resource_field(format) == "instance/${InstanceId}").then(|| Glob::from_policy_text("instance/i-*"));
    let may_exist = |pattern: &&String| {
        let written = Glob::from_policy_text(resource_field(pattern));
        ids.as_ref().is_none_or(|ids| ids.overlaps(&written))
    };
    for pattern in patterns.iter().filter(may_exist) {
        let field = Glob::from_policy_text(pattern.split(':').nth(3).unwrap_or("*"));
        let allowed: Vec<&String> = regions.iter().filter(|region| is_global || field.matches(region)).collect();
        if allowed.is_empty() {
            continue;
        }
        for name in instances(resource_field(pattern), &unused).filter(fits).take(2) {
            names.entry(name).or_default().extend(&allowed);
        }
    }
    let targets = names.into_iter().flat_map(|(name, regions)| {
        let target = move |region: &String| target_of(head, &name, region);
        regions.into_iter().filter_map(target)
    });
    found.extend(targets.take(MAX_TARGETS));
    found
}

/// One resource for each set of patterns that some name of the format matches, in every Region: of two names that the
/// same patterns match no statement tells one from the other. None where they are too many to be looked at.
fn names_told_apart(format: &str, head: &str, patterns: &[String], regions: &[String]) -> Option<Vec<Target>> {
    let fields: BTreeSet<&str> = patterns.iter().map(|pattern| resource_field(pattern)).collect();
    let (globs, literals): (Vec<&str>, Vec<&str>) = fields.into_iter().partition(|field| field.contains(['*', '?']));
    let glob = |text: &str| TextGlob::exact(Glob::from_policy_text(text));
    let mut globs: Vec<TextGlob> = globs.into_iter().map(glob).collect();
    let wanted = glob(&filled(resource_field(head), "i-?*", "?*"));
    // What takes every name, or none, tells none from another.
    globs.retain(|glob| glob.tells_apart(&wanted));
    let example = example(resource_field(head));
    if globs.is_empty() && is_plain(format) && !literals.contains(&&*example) {
        let names = literals.into_iter().chain([&*example]);
        return Some(in_every_region(format, head, names, regions));
    }
    // Names with a slash too many are another kind.
    globs.push(glob(&format!("*{}", "/*".repeat(slashes(format) + 1))));
    // A name that is spelled out is a kind of its own. The automaton needs to know it only where it would take it for
    // another kind.
    let mut told: BTreeSet<&str> = BTreeSet::new();
    let names = loop {
        let names = representatives_of(&wanted, &globs)?;
        let confused = literals.iter().filter(|literal| names.iter().any(|name| name == *literal));
        let confused: Vec<&str> = confused.copied().filter(|literal| told.insert(literal)).collect();
        if confused.is_empty() {
            break names;
        }
        globs.extend(confused.into_iter().map(glob));
    };
    let found = in_every_region(format, head, names.iter().map(String::as_str).chain(literals), regions);
    (found.len() <= MAX_TARGETS).then_some(found)
}

/// The resources of those names that may exist, each in every Region.
fn in_every_region<'n>(format: &str, head: &str, names: impl Iterator<Item = &'n str>, regions: &[String]) -> Vec<Target> {
    let of_name = |name: &str| {
        let targets = regions_of_format(head, regions)
            .iter()
            .filter_map(|region| target_of(head, name, region));
        let fits = |target: &Target| target.arn.as_ref().is_some_and(|arn| may_exist(format, arn.as_str()));
        targets.filter(fits).collect::<Vec<_>>()
    };
    let names: BTreeSet<&str> = names.collect();
    names.into_iter().flat_map(of_name).collect()
}

/// Whether all holes of a format hold names without a slash.
fn is_plain(format: &str) -> bool {
    let pattern = resource_field(format);
    let plain: usize = PLAIN_HOLES.iter().map(|hole| pattern.matches(hole).count()).sum();
    plain == pattern.matches("${").count()
}

/// Names of these holes hold no slash.
const PLAIN_HOLES: [&str; 4] = ["${BucketName}", "${ClusterName}", "${InstanceId}", "${ServiceName}"];

fn slashes(arn: &str) -> usize {
    resource_field(arn).matches('/').count()
}

/// Whether an ARN has the format, as AWS fills its holes.
fn may_exist(format: &str, arn: &str) -> bool {
    let (pattern, name) = (resource_field(format), resource_field(arn));
    let is_legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    // E300: an instance's id begins with `i-`.
    let is_id = pattern != "instance/${InstanceId}" || name.starts_with("instance/i-");
    has_format(format, arn) && is_id && (!is_plain(format) || (slashes(arn) == slashes(format) && name.chars().all(is_legal)))
}

/// The Region that is tried first.
const DEFAULT_REGION: &str = "us-east-1";

/// An ARN of a format's first five fields, a Region and a name.
fn target_of(head: &str, name: &str, region: &str) -> Option<Target> {
    let mut fields = head.splitn(6, ':');
    let (arn, partition, service, region_field, account) =
        (fields.next()?, fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let region = if region_field.is_empty() { "" } else { region };
    [arn, ":", partition, ":", service, ":", region, ":", account, ":", name]
        .concat()
        .parse()
        .ok()
        .map(Target::resource)
}

/// The ARN formats of the types that the action lists, required ones first.
fn formats(question: &Question<'_>) -> Vec<&'static str> {
    let catalog = Catalog::bundled();
    let Some(entry) = catalog.action(question.action.action.service(), question.action.action.name()) else {
        return Vec::new();
    };
    let Some(service) = catalog.service(question.action.action.service()) else {
        return Vec::new();
    };
    let mut rows: Vec<_> = entry.resource_types.iter().collect();
    rows.sort_by_key(|row| !row.required);
    let newest = |name: &str| service.resource_type(name).and_then(|kind| kind.arn_formats.first().copied());
    rows.into_iter().filter_map(|row| newest(row.resource_type)).collect()
}

fn resource_field(arn: &str) -> &str {
    let fifth = memchr::memchr_iter(b':', arn.as_bytes()).nth(4);
    fifth.and_then(|colon| arn.get(colon + 1..)).unwrap_or_default()
}

/// A format's resource field with a text for each hole; the id of an instance begins with `i-` (E300).
fn filled(resource: &str, instance_id: &str, other: &str) -> String {
    let mut text = String::new();
    let mut rest = resource;
    while let Some((before, after)) = rest.split_once("${") {
        text.push_str(before);
        let (hole, remaining) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(if hole.eq_ignore_ascii_case("InstanceId") {
            instance_id
        } else {
            other
        });
        rest = remaining;
    }
    text + rest
}

/// A plain name for each hole of a format.
fn example(resource: &str) -> String {
    filled(resource, "i-0123456789abcdef0", "example")
}

/// The Regions in which resources of a format differ: one where the format names none.
fn regions_of_format<'r>(head: &str, regions: &'r [String]) -> &'r [String] {
    let is_global = head.split(':').nth(3).unwrap_or_default().is_empty();
    regions.get(..if is_global { 1 } else { regions.len() }).unwrap_or_default()
}

/// A name of one letter that no pattern spells: only a pattern's wildcards can match it.
fn unused_name(patterns: &[String]) -> String {
    let fields = || patterns.iter().map(|pattern| resource_field(pattern));
    let is_unused = |letter: &char| fields().all(|field| !field.contains(*letter));
    let letter = ('a'..='z').rev().chain('0'..='9').chain('A'..='Z').find(is_unused);
    letter.map_or_else(|| "zq7k".to_owned(), |letter| letter.to_string().repeat(11))
}

/// Texts that a pattern's resource field matches: each run empty, a plain name, or one with a separator.
fn instances(pattern: &str, unused: &str) -> impl Iterator<Item = String> {
    let plain = pattern.replace('?', "0");
    let runs = [
        "example".to_owned(),
        unused.to_owned(),
        "example/example".to_owned(),
        format!("{unused}/{unused}"),
        "/example".to_owned(),
        format!("/{unused}"),
        String::new(),
        "0123456789abcdef0".to_owned(),
    ];
    let count = if plain.contains('*') { runs.len() } else { 1 };
    runs.into_iter().take(count).map(move |run| plain.replace('*', &run))
}

/// Resource texts that name an ARN, their variables filled as far as the identity fixes them, with a wildcard in place of
/// those that a session or a request may fill; and what tests of keys
/// that follow from the resource name (E304, E323).
fn patterns(mentions: &Mentions<'_>, context: &RequestContext) -> Vec<String> {
    let resources = mentions.resources.iter().map(|(text, version)| (Cow::from(*text), *version));
    let instances = mentions
        .values("ec2:instanceid")
        .map(|id| format!("arn:*:ec2:*:*:instance/{id}"));
    let clusters = mentions.values("ecs:cluster").map(|cluster| {
        let name = cluster.rsplit('/').next().unwrap_or_default();
        format!("arn:*:ecs:*:*:service/{name}/*")
    });
    let of_keys = instances.chain(clusters).map(|text| (Cow::from(text), PolicyVersion::V2012));
    resources
        .chain(of_keys)
        .map(|(text, version)| fill_text(&text, version, context).unwrap_or_else(|| with_any_value(&text)))
        .collect()
}

/// The patterns that may name resources of a format: others tell none of its names apart.
fn patterns_of(format: &str, patterns: &[String]) -> Vec<String> {
    let may_name = |pattern: &&String| NamedService::of(pattern).may_be_of(format);
    patterns.iter().filter(may_name).cloned().collect()
}

fn with_any_value(text: &str) -> String {
    let part = |part: TextPart<'_>| match part {
        TextPart::Text(text) | TextPart::Malformed(text) => text.to_owned(),
        TextPart::Escaped(c) => c.to_string(),
        TextPart::Variable { .. } => "*".to_owned(),
    };
    text_parts(text).map(part).collect()
}

/// Whether a text is spelled like a Region: newer ones than ours exist.
fn is_region(text: &str) -> bool {
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let parts: Vec<&str> = text.split('-').collect();
    let Some((number, words)) = parts.split_last() else {
        return false;
    };
    let is_number = number.len() == 1 && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number && words.len() >= 2 && words.iter().all(|word| is_word(word))
}

/// The Regions that the statements tell apart, the best guess first.
pub(super) fn regions(question: &Question<'_>, mentions: &Mentions<'_>, partition: &str) -> Vec<String> {
    if let Some(region) = given_region(question.given) {
        return vec![region.to_owned()];
    }
    let mut named: Vec<&str> = Vec::new();
    named.extend(mentions.values("aws:requestedregion").chain(mentions.values("ec2:region")));
    named.extend(
        mentions
            .resources
            .iter()
            .map(|(text, _)| *text)
            .chain(mentions.values("ecs:cluster"))
            .filter_map(|text| text.split(':').nth(3))
            .filter(|region| !matches!(*region, "*" | "")),
    );
    named.sort_unstable();
    named.dedup();
    let all = regions_of(partition);
    let default = if all.contains(&DEFAULT_REGION) {
        DEFAULT_REGION
    } else {
        all.first().copied().unwrap_or(DEFAULT_REGION)
    };
    if named.is_empty() {
        return vec![default.to_owned()];
    }
    // Of the Regions that the same names match one stands for all; a Region that is spelled out is the best guess.
    let spelled = named.iter().copied().filter(|name| is_region(name) || all.contains(name));
    let has_variable = named.iter().any(|name| name.contains('$'));
    let mut classes: BTreeSet<Vec<bool>> = BTreeSet::new();
    let mut found: Vec<String> = Vec::new();
    for region in spelled.chain([default]).chain(all.iter().copied()) {
        let matched: Vec<bool> = named.iter().map(|name| glob_text_matches(name, region)).collect();
        let is_new = classes.insert(matched) || (has_variable && !found.iter().any(|known| known == region));
        if is_new && !region.is_empty() {
            found.push(region.to_owned());
        }
    }
    found
}
