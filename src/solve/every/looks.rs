//! What single keys and resources of statements can tell of the catalog's actions.
//!
//! Two actions of which a key or a resource text tells the same need no question each, however much else the catalog says of
//! them: what no statement looks at changes no answer.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::catalog::ActionEntry;
use crate::catalog::ActionResource;
use crate::catalog::Catalog;
use crate::catalog::Presence;
use crate::catalog::Support;
use crate::catalog::global_key;
use crate::policy::ContextKey;
use crate::policy::ResourceClause;
use crate::policy::Statement;
use crate::policy::variables;
use crate::solve::choice::is_open;
use crate::solve::every::ActionSet;
use crate::solve::every::listed::LISTED;
use crate::solve::every::listed::Need;
use crate::solve::every::listed::Row;
use crate::solve::every::partition::Partition;
use crate::solve::every::types::BY_TYPES;
use crate::solve::named::NamedService;
use crate::solve::satisfy::common_name;
use crate::solve::theory::Alphabet;

/// Something that a statement looks at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Look<'e> {
    /// A key, in lower case.
    Key(Cow<'e, str>),
    /// Resources of a service.
    Resource(NamedService<'e>),
}

/// What was met so far that statements look at.
#[derive(Debug, Default)]
pub(super) struct Looks<'e> {
    /// The number of each; none where it tells no action from another.
    numbers: BTreeMap<Look<'e>, Option<u32>>,
    partitions: Vec<Seen>,
}

/// The actions by what something tells of them.
#[derive(Debug)]
struct Seen {
    partition: Partition,
    /// Those of whose types it tells different things.
    by_type: ActionSet,
}

impl<'e> Looks<'e> {
    /// What a statement looks at that tells actions apart, by number and sorted; and what it needs beside.
    pub(super) fn of(&mut self, statement: &'e Statement) -> (Vec<u32>, Need) {
        let mut keys: Vec<Cow<'e, str>> = Vec::new();
        let mut add_used = |text: &'e str| keys.extend(variables(text).map(|(key, _)| Cow::from(key.to_ascii_lowercase())));
        let texts = statement.resource.iter().flat_map(ResourceClause::texts);
        texts.clone().for_each(|text| add_used(text));
        let conditions = &statement.condition.tests;
        conditions
            .iter()
            .flat_map(|test| &test.values)
            .for_each(|value| add_used(value));
        keys.extend(conditions.iter().map(|test| Cow::from(test.key.lower())));
        let need = match &statement.resource {
            _ if keys.iter().any(|key| matches!(&**key, "aws:requestedregion" | "ec2:region")) => Need::Region,
            Some(clause) if keys.is_empty() && clause.is_everything() && clause.texts().len() == 1 => Need::Nothing,
            Some(_) | None => Need::CommonKeys,
        };
        let named = texts.filter(|text| &***text != "*");
        let looks = keys.into_iter().map(|key| Look::Key(common_tag(key)));
        let looks = looks.chain(named.map(|text| Look::Resource(NamedService::of(text))));
        let mut numbers: Vec<u32> = looks.filter_map(|look| self.number(look)).collect();
        numbers.sort_unstable();
        numbers.dedup();
        (numbers, need)
    }

    fn number(&mut self, look: Look<'e>) -> Option<u32> {
        if let Some(known) = self.numbers.get(&look) {
            return *known;
        }
        let seen = match &look {
            Look::Key(key) => by_key(key),
            Look::Resource(service) => Some(Seen {
                partition: BY_TYPES.named_by(*service),
                by_type: ActionSet::default(),
            }),
        };
        let seen = seen.filter(|seen| !seen.partition.is_one());
        let number = seen.and_then(|seen| {
            self.partitions.push(seen);
            u32::try_from(self.partitions.len() - 1).ok()
        });
        self.numbers.insert(look, number);
        number
    }

    /// How the actions are taken apart by what has the number.
    pub(super) fn partition(&self, number: u32) -> Option<&Partition> {
        self.partitions.get(number as usize).map(|seen| &seen.partition)
    }

    /// Whether what has the number tells different things of the types of actions that it tells the same of.
    pub(super) fn tells_types(&self, number: u32, alike: &ActionSet) -> bool {
        let seen = self.partitions.get(number as usize);
        seen.is_some_and(|seen| seen.by_type.is_near(alike) && !seen.by_type.and(alike).is_empty())
    }
}

/// The catalog lists tags by families, but for a few of AWS's own: of two keys of one family it tells the same.
fn common_tag(key: Cow<'_, str>) -> Cow<'_, str> {
    match key.split_once("tag/") {
        Some((family, tag)) if !tag.is_empty() && !tag.starts_with("aws:") => Cow::from(format!("{family}tag/x")),
        Some(_) | None => key,
    }
}

/// What a key can tell of an action.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    support: u8,
    /// Whether it is derived of the call: a tag of the resource under this prefix (E303), or EC2's name for the Region.
    is_derived: bool,
    /// Whether the service is strict about what a tag holds (E99).
    is_strict: bool,
    /// Whether calls carry it on the resources that are tried, in their order; empty where the type of a resource tells
    /// nothing (E293).
    tried: Vec<(Row, u8)>,
    /// The action's types, where the key follows from a resource's name.
    types: Option<u32>,
}

/// The actions by what the key tells of them; none where it tells the same of all.
fn by_key(key: &str) -> Option<Seen> {
    let is_tag = key == "aws:tagkeys" || key.contains("tag/");
    let is_sent_by_all = global_key(key).is_some_and(|global| match global.presence {
        Presence::EveryCall
        | Presence::Caller
        | Presence::NetworkPath
        | Presence::Sent
        | Presence::Forwarded
        | Presence::ServicePrincipal => true,
        Presence::ListedService | Presence::ListedByAction | Presence::ResourceOwner => false,
    });
    if is_sent_by_all && !is_tag && !is_open(key) {
        return None;
    }
    let is_by_name = global_key(key).is_some_and(|global| global.presence != Presence::ListedByAction);
    let told = |index: usize| {
        let entry = LISTED.entries.get(index)?;
        Some(Told::of(key, entry, BY_TYPES.kinds.part_of(index)))
    };
    if is_by_name {
        return Some(Seen {
            partition: Partition::by((0..LISTED.entries.len()).map(told)),
            by_type: ActionSet::default(),
        });
    }
    // What the catalog lists is looked up once for actions of which it lists the same.
    let of_part = |part: &ActionSet| told(part.indices().next()? as usize);
    let of_parts: Vec<Option<Told>> = BY_LISTS.parts().iter().map(of_part).collect();
    let of_action = |index| of_parts.get(BY_LISTS.part_of(index) as usize);
    let mut by_type = ActionSet::default();
    let tells_types = of_parts
        .iter()
        .zip(BY_LISTS.parts())
        .filter(|(told, _)| told.as_ref().is_some_and(|told| !told.tried.is_empty()));
    tells_types.for_each(|(_, part)| by_type.add(part));
    Some(Seen {
        partition: Partition::by((0..LISTED.entries.len()).map(of_action)),
        by_type,
    })
}

/// The actions by their types and by the keys that the catalog lists of them.
static BY_LISTS: LazyLock<Partition> = LazyLock::new(|| {
    let lists = |(index, entry): (usize, &&'static ActionEntry)| -> (&str, u32, &[&str], &[ActionResource]) {
        let types = BY_TYPES.kinds.part_of(index);
        (entry.service, types, &entry.condition_keys, &entry.resource_types)
    };
    Partition::by(LISTED.entries.iter().enumerate().map(lists))
});

impl Told {
    fn of(key: &str, entry: &ActionEntry, types: u32) -> Self {
        let support = |row: Option<&str>, key: &str| match Catalog::bundled().action_supports_key(entry, row, key) {
            Support::No => 0,
            Support::Unknown => 1,
            Support::Yes => 2,
        };
        let of_call = support(None, key);
        let tag = key.split_once(":resourcetag/").filter(|(prefix, _)| match entry.service {
            "sts" => ["aws", "sts", "iam"].contains(prefix),
            service => ["aws", service].contains(prefix),
        });
        let is_tag = tag.is_some_and(|(prefix, _)| support(None, &format!("{prefix}:resourcetag/x")) != 0);
        let is_region = key == "ec2:region" && entry.service == "ec2";
        // An ARN of the service may be of a type that the action does not list.
        let rows = entry.resource_types.iter().map(|row| row.resource_type).chain([""]);
        let tells_types = is_open(key) && entry.resource_types.len() > 1;
        let is_told = tells_types && rows.into_iter().any(|row| support(Some(row), key) != of_call);
        let tried = is_told.then(|| BY_TYPES.tried(types, |row| support(row, key)));
        // These follow from the resource's name.
        let follows = match key {
            "ec2:instanceid" => BY_TYPES.are_of(types, "ec2"),
            "ecs:cluster" => BY_TYPES.are_of(types, "ecs"),
            _ => tag.is_some() && BY_TYPES.are_of(types, "ecs"),
        };
        // Both names of a tag are one key to the search (E303).
        let (common, service) = (common_name(&ContextKey::new(key)), Some(entry.service));
        Self {
            support: of_call,
            is_derived: is_tag || is_region,
            is_strict: Alphabet::of(&common, service) != Alphabet::of(&common, None),
            types: follows.then_some(types),
            tried: tried.unwrap_or_default(),
        }
    }
}
