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
use crate::catalog::Service;
use crate::catalog::global_service_region;
use crate::catalog::rcp_covers;
use crate::evaluate::ActionFacts;
use crate::ident::Action;
use crate::solve::every::action_set::ActionSet;
use crate::solve::every::partition::Partition;
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
}

impl Need {
    const ALL: [Self; 3] = [Self::Nothing, Self::CommonKeys, Self::Region];
}

/// The catalog's actions, sorted by service and name.
pub(super) struct Listed {
    pub(super) actions: Vec<Action>,
    /// What the catalog says of each.
    pub(super) entries: Vec<&'static ActionEntry>,
    /// The actions and the services as action lists name them.
    names: Vec<String>,
    service_names: Vec<String>,
    /// All of them.
    pub(super) all: ActionSet,
    /// Where the actions of a service are.
    services: BTreeMap<&'static str, Range<usize>>,
    /// The actions of each service.
    of_services: Vec<ActionSet>,
    /// Actions of services whose resources have policies of their own (E220).
    pub(super) with_policies: ActionSet,
    /// For each need the actions by their kinds.
    kinds: Vec<Partition>,
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
            service_names: services.keys().map(|service| format!("{service}:*")).collect(),
            names: named.iter().map(|(action, _)| action.to_string()).collect(),
            services,
            with_policies,
            kinds: Need::ALL.iter().map(|need| kinds(&named, *need)).collect(),
            entries: named.iter().map(|(_, entry)| *entry).collect(),
            actions: named.into_iter().map(|(action, _)| action).collect(),
        }
    }

    /// Each service as `service:*`, and its actions.
    pub(super) fn services(&self) -> impl Iterator<Item = (&str, &ActionSet)> {
        self.service_names.iter().map(String::as_str).zip(&self.of_services)
    }

    /// An action as action lists name it.
    pub(super) fn name(&self, index: u32) -> Option<&str> {
        self.names.get(index as usize).map(String::as_str)
    }

    /// Where the actions of a service are, its prefix in lower case.
    pub(super) fn of_service(&self, prefix: &str) -> Option<Range<usize>> {
        self.services.get(prefix).cloned()
    }

    /// Takes a set apart by what the catalog says of the actions, as far as it is looked at, keys and resources of single
    /// services aside.
    pub(super) fn alike(&self, actions: &ActionSet, need: Need) -> Vec<(u32, ActionSet)> {
        self.kinds
            .get(need as usize)
            .map(|kinds| kinds.apart(actions))
            .unwrap_or_default()
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
}

/// A resource type, as far as statements look at it that name no resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    is_required: bool,
    partition: &'static str,
    has_region: bool,
    account: &'static str,
    /// The rest of the ARN, where rules beside the policies look at it.
    resource: Option<&'static str>,
}

impl Row {
    pub(super) fn of(service: &str, row: &ActionResource, is_ruled: bool) -> Option<Self> {
        let kind = Catalog::bundled().service(service)?.resource_type(row.resource_type)?;
        let fields: Vec<&'static str> = kind.arn_formats.first()?.splitn(6, ':').collect();
        let &[_, partition, _, region, account, resource] = &*fields else {
            return None;
        };
        Some(Self {
            is_required: row.required,
            partition,
            has_region: !region.is_empty(),
            account,
            resource: is_ruled.then_some(resource),
        })
    }
}

fn kinds(named: &[(Action, &'static ActionEntry)], need: Need) -> Partition {
    Partition::by(named.iter().map(|(action, entry)| Kind::of(action, entry, need)))
}

impl Kind {
    fn of(action: &Action, entry: &'static ActionEntry, need: Need) -> Self {
        let is_ruled = has_rules(action);
        let is_named = entry.service == "sts" || matches!(action.lower(), "iam:passrole" | "kms:retiregrant");
        let reads = [AccessLevel::Read, AccessLevel::List]
            .iter()
            .any(|level| entry.access_levels.contains(*level));
        let mut rows: Vec<&ActionResource> = entry.resource_types.iter().collect();
        rows.sort_by_key(|row| !row.required);
        let needs_many_resources = rows.iter().filter(|row| row.required).count() > 1;
        let rows: Vec<Row> = rows.iter().filter_map(|row| Row::of(entry.service, row, is_ruled)).collect();
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
        }
    }
}
