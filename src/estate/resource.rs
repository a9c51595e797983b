//! The resources of an account that were counted.

use std::sync::Arc;

use crate::estate::Problem;
use crate::estate::Tags;
use crate::ident::AccountId;
use crate::ident::Arn;
use crate::snapshot::InventoryRecords;
use crate::snapshot::TagRecord;

/// A resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its ARN.
    pub arn: Arn,
    /// Its tags; none: not collected.
    pub tags: Option<Tags>,
    /// What the service puts in the way of its deletion, in AWS's words (E306).
    pub protections: Vec<Arc<str>>,
    /// The ARN of the ECS cluster that a service lives in (E323).
    pub cluster: Option<Box<str>>,
    /// The ARN of an instance's instance profile; absent where it has none or it was not told.
    pub instance_profile: Option<Box<str>>,
}

/// The resources of an account by type; `None`: not collected.
#[derive(Debug, Clone, Default)]
pub struct Inventory {
    /// EC2 instances that still exist.
    pub instances: Option<Vec<Resource>>,
    /// ECS services that still exist.
    pub services: Option<Vec<Resource>>,
}

impl Inventory {
    /// Reads the records; instances that are already terminated and inactive services do not count.
    ///
    /// One whose ARN is not told and cannot be made leaves its type uncounted: it may be the one that matters.
    #[must_use]
    pub fn of(records: &InventoryRecords<'_>, account: AccountId, partition: &str, problems: &mut Vec<Problem>) -> Self {
        let mut uncounted = |subject: &str| {
            problems.push(Problem {
                account: Some(account),
                subject: subject.into(),
                detail: "its ARN is not told or does not parse, so the resources of its type are not counted".into(),
            });
        };
        Self {
            instances: instances(records, account, partition, &mut uncounted),
            services: services(records, &mut uncounted),
        }
    }

    /// The resources of a catalog type of a service, where such are counted.
    #[must_use]
    pub fn of_type(&self, service: &str, resource_type: &str) -> Option<&[Resource]> {
        match (service, resource_type) {
            ("ec2", "instance") => self.instances.as_deref(),
            ("ecs", "service") => self.services.as_deref(),
            _ => None,
        }
    }
}

fn instances(
    records: &InventoryRecords<'_>,
    account: AccountId,
    partition: &str,
    uncounted: &mut impl FnMut(&str),
) -> Option<Vec<Resource>> {
    let mut found = Vec::new();
    let mut is_whole = true;
    for record in records.instances.as_ref()? {
        if matches!(record.state.as_deref(), Some("terminated" | "shutting-down")) {
            continue;
        }
        let of_region = |region: &str| format!("arn:{partition}:ec2:{region}:{account}:instance/{}", record.id);
        let arn = match &record.arn {
            Some(arn) => Some(arn.to_string()),
            None => record.region.as_deref().map(of_region),
        };
        let Some(arn) = arn.and_then(|arn| arn.parse::<Arn>().ok()) else {
            uncounted(&record.id);
            is_whole = false;
            continue;
        };
        let protections = if record.disable_api_termination == Some(true) {
            vec!["DisableApiTermination".into()]
        } else {
            Vec::new()
        };
        found.push(Resource {
            arn,
            tags: record.tags.as_deref().map(tags),
            protections,
            cluster: None,
            instance_profile: record.instance_profile_arn.as_deref().map(Into::into),
        });
    }
    is_whole.then(|| each_once(found))
}

fn services(records: &InventoryRecords<'_>, uncounted: &mut impl FnMut(&str)) -> Option<Vec<Resource>> {
    let mut found = Vec::new();
    let mut is_whole = true;
    for record in records.services.as_ref()? {
        if record.status.as_deref() == Some("INACTIVE") {
            continue;
        }
        let Ok(arn) = record.arn.parse::<Arn>() else {
            uncounted(&record.arn);
            is_whole = false;
            continue;
        };
        found.push(Resource {
            arn,
            tags: record.tags.as_deref().map(tags),
            protections: Vec::new(),
            cluster: record.cluster_arn.as_deref().map(Into::into),
            instance_profile: None,
        });
    }
    is_whole.then(|| each_once(found))
}

/// In order of their ARNs; of two that differ in their tags, the tags are not known.
fn each_once(mut found: Vec<Resource>) -> Vec<Resource> {
    found.sort_by(|left, right| left.arn.cmp(&right.arn));
    found.dedup_by(|later, first| {
        let is_repeat = later.arn == first.arn;
        if is_repeat {
            first.tags = match (first.tags.take(), later.tags.take()) {
                (Some(one), Some(two)) => (one == two).then_some(one),
                (one, two) => one.or(two),
            };
        }
        is_repeat
    });
    found
}

pub(super) fn tags(records: &[TagRecord<'_>]) -> Tags {
    records
        .iter()
        .map(|tag| (tag.key.as_ref().into(), tag.value.as_ref().into()))
        .collect()
}
