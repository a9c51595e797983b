//! The catalog's actions, and which of them are alike.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;
use std::sync::OnceLock;

use crate::catalog::AccessLevel;
use crate::catalog::ActionEntry;
use crate::catalog::ActionResource;
use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::catalog::Presence;
use crate::catalog::Service;
use crate::catalog::global_key;
use crate::catalog::global_service_region;
use crate::catalog::rcp_covers;
use crate::evaluate::ActionFacts;
use crate::ident::Action;
use crate::policy::ResourceClause;
use crate::policy::Statement;
use crate::policy::variables;
use crate::solve::every::action_set::ActionSet;
use crate::solve::resource_policy::unread;
use crate::solve::shape::has_rules;

/// How much of what the catalog says of an action some statements look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Need {
    /// They cover every resource and test nothing.
    Nothing,
    /// They test keys that every call has the same way.
    CommonKeys,
    /// They test the Region too.
    Region,
    /// They name resources, or test keys that the service or the resource fills.
    Everything,
}

impl Need {
    const ALL: [Self; 4] = [Self::Nothing, Self::CommonKeys, Self::Region, Self::Everything];

    pub(super) fn of(statement: &Statement) -> Self {
        let names_some = |clause: &ResourceClause| !clause.is_everything() || clause.texts().iter().any(|text| &**text != "*");
        if statement.resource.as_ref().is_none_or(names_some) {
            return Self::Everything;
        }
        let tests = &statement.condition.tests;
        let of_test = |key: &str| match (key, global_key(key)) {
            ("aws:requestedregion", _) => Self::Region,
            (_, Some(key)) => {
                let is_common = match key.presence {
                    Presence::EveryCall
                    | Presence::Caller
                    | Presence::NetworkPath
                    | Presence::Sent
                    | Presence::Forwarded
                    | Presence::ServicePrincipal => true,
                    Presence::ListedService | Presence::ListedByAction | Presence::ResourceOwner => false,
                };
                let follows = matches!(key.class, ControlClass::Resource | ControlClass::Request);
                if is_common && !follows {
                    Self::CommonKeys
                } else {
                    Self::Everything
                }
            }
            (_, None) => Self::Everything,
        };
        let used = tests.iter().flat_map(|test| &test.values);
        let used = used
            .flat_map(|value| variables(value))
            .map(|(key, _)| of_test(&key.to_ascii_lowercase()));
        let tested = tests.iter().map(|test| of_test(test.key.lower()));
        tested.chain(used).max().unwrap_or(Self::Nothing)
    }
}

/// The catalog's actions, sorted by service and name.
pub(super) struct Listed {
    pub(super) actions: Vec<Action>,
    /// All of them.
    pub(super) all: ActionSet,
    /// Where the actions of a service are.
    services: BTreeMap<&'static str, Range<usize>>,
    /// The actions of each service.
    of_services: Vec<ActionSet>,
    /// Actions of services whose resources have policies of their own (E220).
    pub(super) with_policies: ActionSet,
    /// For each need and action the number of its kind, and for each kind its actions.
    kinds: Vec<(Vec<u32>, Vec<ActionSet>)>,
}

pub(super) static LISTED: LazyLock<Listed> = LazyLock::new(Listed::of_catalog);

static FACTS: LazyLock<Vec<OnceLock<ActionFacts<'static>>>> =
    LazyLock::new(|| LISTED.actions.iter().map(|_| OnceLock::new()).collect());

/// What is looked up once for an action.
pub(super) fn facts(index: u32) -> Option<&'static ActionFacts<'static>> {
    let action = LISTED.actions.get(index as usize)?;
    Some(FACTS.get(index as usize)?.get_or_init(|| ActionFacts::of(action)))
}

/// All actions of the catalog, sorted by service and name.
#[must_use]
pub fn catalog_actions() -> &'static [Action] {
    &LISTED.actions
}

impl Listed {
    fn of_catalog() -> Self {
        let entries = Catalog::bundled().services().flat_map(Service::actions);
        let named = entries.filter_map(|entry| Some((entry.full_name().to_string().parse::<Action>().ok()?, entry)));
        let mut named: Vec<_> = named.collect();
        named.sort_by(|(one, _), (other, _)| (one.service(), one).cmp(&(other.service(), other)));
        named.dedup_by(|(one, _), (other, _)| one == other);
        let mut services: BTreeMap<&'static str, Range<usize>> = BTreeMap::new();
        let mut with_policies = ActionSet::default();
        for (index, (action, entry)) in named.iter().enumerate() {
            services.entry(entry.service).or_insert(index..index).end = index + 1;
            if unread(action.service()).is_some() {
                with_policies.insert(u32::try_from(index).unwrap_or(u32::MAX));
            }
        }
        Self {
            all: ActionSet::of_range(0..named.len()),
            of_services: services.values().cloned().map(ActionSet::of_range).collect(),
            services,
            with_policies,
            kinds: Need::ALL.iter().map(|need| kinds(&named, *need)).collect(),
            actions: named.into_iter().map(|(action, _)| action).collect(),
        }
    }

    /// The services and their actions.
    pub(super) fn services(&self) -> impl Iterator<Item = (&'static str, &ActionSet)> {
        self.services.keys().copied().zip(&self.of_services)
    }

    /// Where the actions of a service are, its prefix in lower case.
    pub(super) fn of_service(&self, prefix: &str) -> Option<Range<usize>> {
        self.services.get(prefix).cloned()
    }

    /// Takes a set apart by what the catalog says of the actions, as far as it is looked at.
    pub(super) fn alike(&self, actions: &ActionSet, need: Need) -> Vec<(u32, ActionSet)> {
        let Some((kind_of, kinds)) = self.kinds.get(need as usize) else {
            return Vec::new();
        };
        if actions.len() > kinds.len() {
            let shared = (0..).zip(kinds).filter(|(_, kind)| kind.is_near(actions));
            let shared = shared.map(|(number, kind)| (number, kind.and(actions)));
            return shared.filter(|(_, shared)| !shared.is_empty()).collect();
        }
        let mut found: BTreeMap<u32, ActionSet> = BTreeMap::new();
        for index in actions.indices() {
            if let Some(kind) = kind_of.get(index as usize) {
                found.entry(*kind).or_default().insert(index);
            }
        }
        found.into_iter().collect()
    }
}

/// What the catalog says of an action, as far as statements of some need look at it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    /// The action, where rules beside the policies know it by name.
    named: Option<Action>,
    /// The service and whether the action changes something, where such rules look at that.
    ruled: Option<(&'static str, bool)>,
    may_have_policy: bool,
    has_rcps: bool,
    needs_many_resources: bool,
    /// The first resource type that is tried, and the others.
    first: Option<Row>,
    others: BTreeSet<Row>,
    /// The Region of the service's only endpoint, by partition.
    regions: Option<[Option<&'static str>; 3]>,
    whole: Option<Whole>,
}

/// A resource type, as far as statements look at it that name no resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    is_required: bool,
    partition: &'static str,
    has_region: bool,
    account: &'static str,
    /// The rest of the ARN, where rules beside the policies look at it.
    resource: Option<&'static str>,
}

/// Everything that the catalog says, the action's name aside.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Whole {
    service: &'static str,
    keys: &'static [&'static str],
    rows: &'static [ActionResource],
    /// Whether the keys that AWS lists by action are carried.
    listed: Vec<u8>,
}

/// Keys of which AWS's pages list the actions or services that carry them.
const LISTED_KEYS: [&str; 6] = [
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
];

fn kinds(named: &[(Action, &'static ActionEntry)], need: Need) -> (Vec<u32>, Vec<ActionSet>) {
    let mut numbers: BTreeMap<Kind, u32> = BTreeMap::new();
    let mut kind_of = Vec::with_capacity(named.len());
    let mut sets: Vec<ActionSet> = Vec::new();
    for (index, (action, entry)) in (0..).zip(named) {
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        let number = *numbers.entry(Kind::of(action, entry, need)).or_insert(next);
        kind_of.push(number);
        if sets.len() <= number as usize {
            sets.push(ActionSet::default());
        }
        if let Some(set) = sets.get_mut(number as usize) {
            set.insert(index);
        }
    }
    (kind_of, sets)
}

impl Kind {
    fn of(action: &Action, entry: &'static ActionEntry, need: Need) -> Self {
        let catalog = Catalog::bundled();
        let is_ruled = has_rules(action);
        let is_named = entry.service == "sts" || matches!(action.lower(), "iam:passrole" | "kms:retiregrant");
        let reads = [AccessLevel::Read, AccessLevel::List]
            .iter()
            .any(|level| entry.access_levels.contains(*level));
        let mut rows: Vec<&ActionResource> = entry.resource_types.iter().collect();
        rows.sort_by_key(|row| !row.required);
        let service = catalog.service(entry.service);
        let row = |row: &&ActionResource| {
            let kind = service?.resource_type(row.resource_type)?;
            let fields: Vec<&'static str> = kind.arn_formats.first()?.splitn(6, ':').collect();
            let &[_, partition, _, region, account, resource] = &*fields else {
                return None;
            };
            Some(Row {
                is_required: row.required,
                partition,
                has_region: !region.is_empty(),
                account,
                resource: is_ruled.then_some(resource),
            })
        };
        let needs_many_resources = rows.iter().filter(|row| row.required).count() > 1;
        let rows: Vec<Row> = rows.iter().filter_map(row).collect();
        let looks_at_one = need == Need::Nothing && !needs_many_resources;
        Self {
            named: is_named.then(|| action.clone()),
            ruled: is_ruled.then_some((entry.service, !reads)),
            may_have_policy: unread(action.service()).is_some(),
            has_rcps: rcp_covers(entry.service),
            needs_many_resources,
            first: rows.first().cloned(),
            others: rows.into_iter().skip(if looks_at_one { usize::MAX } else { 1 }).collect(),
            regions: (need >= Need::Region)
                .then(|| ["aws", "aws-cn", "aws-us-gov"].map(|partition| global_service_region(partition, entry.service))),
            whole: (need == Need::Everything).then(|| Whole {
                service: entry.service,
                keys: &entry.condition_keys,
                rows: &entry.resource_types,
                listed: LISTED_KEYS
                    .iter()
                    .map(|key| catalog.action_supports_key(entry, None, key) as u8)
                    .collect(),
            }),
        }
    }
}
