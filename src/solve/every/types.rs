//! The catalog's actions by the resource types that they list.

use std::sync::LazyLock;
use std::sync::OnceLock;

use crate::catalog::ActionEntry;
use crate::catalog::ActionResource;
use crate::catalog::Catalog;
use crate::evaluate::Target;
use crate::ident::Action;
use crate::solve::every::ActionSet;
use crate::solve::every::listed::LISTED;
use crate::solve::every::listed::Row;
use crate::solve::every::partition::Partition;
use crate::solve::named::NamedService;
use crate::solve::shape::has_rules;
use crate::solve::target::unnamed;

/// The actions by the service and the types that they list.
pub(super) struct ByTypes {
    pub(super) kinds: Partition,
    /// For each kind the ARN formats that are looked at.
    formats: Vec<Vec<&'static str>>,
    /// For each kind the resources that are tried where no text names one.
    tried: Vec<OnceLock<Vec<Tried>>>,
}

/// A resource that is tried.
#[derive(Debug, Clone)]
struct Tried {
    /// What statements look at that name no resource.
    row: Row,
    /// Its type, as far as the service's formats tell.
    resource_type: Option<&'static str>,
}

pub(super) static BY_TYPES: LazyLock<ByTypes> = LazyLock::new(ByTypes::of_catalog);

/// What resources an action is called on, as far as any statement can name them.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Types {
    service: Option<&'static str>,
    rows: Vec<(&'static str, bool)>,
    /// What an action of the same name lists in the service that an ARN names, where that is another one (E59).
    elsewhere: Vec<Option<&'static [ActionResource]>>,
}

impl ByTypes {
    fn of_catalog() -> Self {
        let kinds = Partition::by(LISTED.entries.iter().map(|entry| Types::of(entry)));
        let formats = kinds
            .parts()
            .iter()
            .map(|part| first_of(part).map(|(_, entry)| formats(entry)));
        Self {
            formats: formats.map(Option::unwrap_or_default).collect(),
            tried: kinds.parts().iter().map(|_| OnceLock::new()).collect(),
            kinds,
        }
    }

    /// What is told of the types of the resources that are tried, in their order. What was tried before is not better the
    /// second time; but a call of several resources needs each of them.
    pub(super) fn tried(&self, kind: u32, told: impl Fn(Option<&str>) -> u8) -> Vec<(Row, u8)> {
        let first = self.kinds.parts().get(kind as usize).and_then(first_of);
        let (Some((action, entry)), Some(tried)) = (first, self.tried.get(kind as usize)) else {
            return Vec::new();
        };
        let needs_many = entry.resource_types.iter().filter(|row| row.required).count() > 1;
        let mut found: Vec<(Row, u8)> = Vec::new();
        for tried in tried.get_or_init(|| tried_of(action, entry)) {
            let of_one = (tried.row.clone(), told(tried.resource_type));
            if needs_many || !found.contains(&of_one) {
                found.push(of_one);
            }
        }
        found
    }

    /// Whether resources of a kind of actions may be of a service.
    pub(super) fn are_of(&self, kind: u32, service: &str) -> bool {
        let mut formats = self.formats.get(kind as usize).into_iter().flatten();
        formats.any(|format| NamedService::One(service).may_be_of(format))
    }

    /// The actions by their types, as far as a text that names the service may name one of their resources.
    pub(super) fn named_by(&self, service: NamedService<'_>) -> Partition {
        let is_named: Vec<bool> = self
            .formats
            .iter()
            .map(|formats| formats.iter().any(|format| service.may_be_of(format)))
            .collect();
        let kind_of = |index| {
            let kind = self.kinds.part_of(index);
            is_named.get(kind as usize).is_some_and(|named| *named).then_some(kind)
        };
        Partition::by((0..LISTED.actions.len()).map(kind_of))
    }
}

impl Types {
    fn of(entry: &'static ActionEntry) -> Self {
        let of_other = |format: &&'static str| {
            let service = format.split(':').nth(2).filter(|service| *service != entry.service)?;
            Some(
                Catalog::bundled()
                    .action(service, entry.name)
                    .map(|action| &*action.resource_types),
            )
        };
        let rows = entry.resource_types.iter();
        Self {
            service: (!entry.resource_types.is_empty()).then_some(entry.service),
            rows: rows.map(|row| (row.resource_type, row.required)).collect(),
            elsewhere: formats(entry).iter().filter_map(of_other).collect(),
        }
    }
}

fn first_of(part: &ActionSet) -> Option<(&'static Action, &'static ActionEntry)> {
    let index = part.indices().next()? as usize;
    Some((LISTED.actions.get(index)?, LISTED.entries.get(index)?))
}

/// All that is tried: the examples of all types, then the names of each.
fn tried_of(action: &Action, entry: &ActionEntry) -> Vec<Tried> {
    let Some(service) = Catalog::bundled().service(entry.service) else {
        return Vec::new();
    };
    let mut rows: Vec<&ActionResource> = entry.resource_types.iter().collect();
    rows.sort_by_key(|row| !row.required);
    let (mut examples, mut names) = (Vec::new(), Vec::new());
    for row in rows {
        let Some(format) = service
            .resource_type(row.resource_type)
            .and_then(|kind| kind.arn_formats.first())
        else {
            continue;
        };
        let Some(row) = Row::of(entry.service, row, has_rules(action)) else {
            continue;
        };
        let tried = |target: Target| Tried {
            row: row.clone(),
            resource_type: target
                .arn
                .and_then(|arn| service.types_of(arn.as_str()).first().map(|kind| kind.name)),
        };
        let (example, of_format) = unnamed(format);
        examples.extend(example.map(tried));
        names.extend(of_format.into_iter().map(tried));
    }
    examples.append(&mut names);
    examples
}

fn formats(entry: &ActionEntry) -> Vec<&'static str> {
    let service = Catalog::bundled().service(entry.service);
    let format = |row: &ActionResource| service?.resource_type(row.resource_type)?.arn_formats.first().copied();
    entry.resource_types.iter().filter_map(format).collect()
}
