//! Why a row is not what it was.

use std::borrow::Borrow;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::baseline::EarlierRow;
use crate::baseline::Holdings;
use crate::baseline::evidence::Evidence;
use crate::baseline::evidence::Reach;
use crate::baseline::evidence::only_in;
use crate::baseline::holdings::Edit;
use crate::baseline::holdings::edits;

/// What was held on the old and on the new day, where that is known: two snapshots tell it, two reports do not.
pub(super) type Held<'h> = Option<(&'h Holdings, &'h Holdings)>;

/// The causes, a line each: first what was edited, attached, detached or tagged, then what follows from it in the rows.
pub(super) fn causes(old: Option<&EarlierRow>, new: Option<&EarlierRow>, held: Held<'_>) -> Vec<String> {
    let Some(row) = new.or(old) else { return Vec::new() };
    let nothing = Evidence::default();
    let was = old.and_then(|row| row.evidence.as_deref()).unwrap_or(&nothing);
    let is = new.and_then(|row| row.evidence.as_deref()).unwrap_or(&nothing);
    let mut effects = Vec::new();
    if held.is_none() && (old.is_none() || new.is_none()) {
        // Without a row nothing tells whether the grant or a limit changed.
        effects.extend(was.grants.iter().map(|grant| format!("it was: {}", grant.brief())));
        effects.extend(is.grants.iter().map(|grant| format!("it is: {}", grant.brief())));
        effects.push(if new.is_none() {
            "the new report has no row of it; one made with --all tells what denies it".to_owned()
        } else {
            "the old report has no row of it; one made with --all tells what denied it".to_owned()
        });
        return effects;
    }
    let cited = moved(was, is);
    let edited = edited(row, was, is, held, &cited);
    // A denied row is told by one request, which may be another one than before: what it says of policies that nobody
    // touched is no news, unless a tag made them apply or not.
    let policies: BTreeSet<&Arc<str>> = edited.iter().filter_map(|edit| edit.policy.as_ref()).collect();
    let is_by_policies = !edited.is_empty() && edited.iter().all(|edit| edit.policy.is_some());
    let told = cited
        .iter()
        .filter(|moved| !is_by_policies || moved.is_layer || policies.contains(&moved.policy));
    effects.extend(told.map(|moved| moved.words.clone()));
    effects.extend(only_in(&is.unknowns, &was.unknowns).map(|words| format!("not known: {words}")));
    if old.is_some_and(EarlierRow::is_live) {
        effects.extend(only_in(&was.conditions, &is.conditions).map(|words| format!("no longer: condition {words}")));
    }
    effects.extend(only_in(&is.conditions, &was.conditions).map(|words| format!("now: condition {words}")));
    effects.extend(reach(was, is));
    let mut lines: Vec<String> = edited.into_iter().map(|edit| edit.words).collect();
    if held.is_none() && old.is_some() && new.is_some() {
        lines.extend(tags(was, is));
    }
    lines.extend(effects);
    if lines.is_empty() {
        lines.extend(factors(was, is));
    }
    lines
}

/// A statement or layer that only one of two rows cites.
struct Moved {
    policy: Arc<str>,
    /// A whole layer, in which nothing allows or of which nothing is known.
    is_layer: bool,
    words: String,
}

fn moved(was: &Evidence, is: &Evidence) -> Vec<Moved> {
    let mut all = Vec::new();
    for (was, is) in [(&was.grants, &is.grants), (&was.limits, &is.limits)] {
        let gone = only_in(was, is).map(|citation| ("no longer: ", citation));
        let added = only_in(is, was).map(|citation| ("now: ", citation));
        all.extend(gone.chain(added).map(|(words, citation)| Moved {
            policy: Arc::clone(&citation.policy),
            is_layer: citation.statement.is_none(),
            words: format!("{words}{}", citation.brief()),
        }));
    }
    all
}

/// What was done to what the identity holds, to the guardrails above it, and to the tags of the resources that it
/// reaches no longer or newly. Where the rows cite an edited policy, other edited policies are left out.
fn edited(row: &EarlierRow, was: &Evidence, is: &Evidence, held: Held<'_>, cited: &[Moved]) -> Vec<Edit> {
    let Some((old, new)) = held else { return Vec::new() };
    let mut found: Vec<Edit> = edits(of(&old.guardrails, &row.account), of(&new.guardrails, &row.account));
    found.extend(edits(
        of(&old.identities, &row.principal),
        of(&new.identities, &row.principal),
    ));
    let sample = |evidence: &'_ Evidence| evidence.reach.as_ref().map(|reach| reach.sample.clone()).unwrap_or_default();
    let (was_reached, is_reached) = (sample(was), sample(is));
    let moved: BTreeSet<_> = only_in(&was_reached, &is_reached)
        .chain(only_in(&is_reached, &was_reached))
        .collect();
    for resource in moved {
        found.extend(edits(of(&old.resources, resource), of(&new.resources, resource)));
    }
    let is_cited = |edit: &Edit| cited.iter().any(|moved| edit.policy.as_ref() == Some(&moved.policy));
    let has_cited = found.iter().any(&is_cited);
    found.retain(|edit| !has_cited || edit.policy.is_none() || is_cited(edit));
    found
}

/// What is listed under a key; nothing where the key is not there.
fn of<'m, Q: Ord + ?Sized, V>(map: &'m BTreeMap<impl Borrow<Q> + Ord, Vec<V>>, key: &Q) -> &'m [V] {
    map.get(key).map(Vec::as_slice).unwrap_or_default()
}

fn tags(was: &Evidence, is: &Evidence) -> Vec<String> {
    let (Some(was), Some(is)) = (&was.tags, &is.tags) else {
        return Vec::new();
    };
    let keys: BTreeSet<&Box<str>> = was.keys().chain(is.keys()).collect();
    let changed = keys.into_iter().filter(|key| was.get(*key) != is.get(*key));
    let told = |value: Option<&Box<str>>| value.map_or_else(|| "not set".to_owned(), |value| format!("`{value}`"));
    changed
        .map(|key| format!("tag {key} was {}, is {}", told(was.get(key)), told(is.get(key))))
        .collect()
}

/// How many resources are named.
const SHOWN: usize = 5;

fn reach(was: &Evidence, is: &Evidence) -> Vec<String> {
    let (Some(was), Some(is)) = (&was.reach, &is.reach) else {
        return Vec::new();
    };
    if was == is {
        return Vec::new();
    }
    let mut lines = vec![format!(
        "reaches {} of {} resources, was {} of {}",
        is.reachable, is.total, was.reachable, was.total
    )];
    // The samples are the first few by name, so that only whole ones tell what is new and what is gone.
    let is_whole = |reach: &Reach| u32::try_from(reach.sample.len()) == Ok(reach.reachable);
    if was.reachable > 0 && is.reachable > 0 && is_whole(was) && is_whole(is) {
        let list = |names: Vec<&Arc<str>>| {
            let shown: Vec<&str> = names.iter().take(SHOWN).map(|name| &***name).collect();
            let more = names.len().saturating_sub(SHOWN);
            let more = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!("{}{more}", shown.join(", "))
        };
        let gone: Vec<_> = only_in(&was.sample, &is.sample).collect();
        let added: Vec<_> = only_in(&is.sample, &was.sample).collect();
        if !gone.is_empty() {
            lines.push(format!("reaches no longer {}", list(gone)));
        }
        if !added.is_empty() {
            lines.push(format!("reaches newly {}", list(added)));
        }
    }
    lines
}

/// The factors of the score that moved, where nothing else explains a severity.
fn factors(was: &Evidence, is: &Evidence) -> Vec<String> {
    let moved = is.factors.iter().filter_map(|(name, points, why)| {
        let same = was.factors.iter().find(|(old, _, _)| old == name);
        let (_, old, _) = same.filter(|(_, old, _)| old != points)?;
        Some(format!("{name} gives {points} points, was {old}: {why}"))
    });
    moved.collect()
}
