//! The resources of an account that were counted.

use std::sync::Arc;

use crate::estate::Tags;
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
    #[must_use]
    pub fn of(records: &InventoryRecords<'_>) -> Self {
        Self {
            instances: records.instances.as_ref().map(|_| instances(records)),
            services: records.services.as_ref().map(|_| services(records)),
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

fn instances(records: &InventoryRecords<'_>) -> Vec<Resource> {
    let mut found = Vec::new();
    for record in records.instances.iter().flatten() {
        let gone = matches!(record.state.as_deref(), Some("terminated" | "shutting-down"));
        let Some(arn) = record
            .arn
            .as_deref()
            .and_then(|arn| arn.parse::<Arn>().ok())
            .filter(|_| !gone)
        else {
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
    found.sort_by(|left, right| left.arn.cmp(&right.arn));
    found.dedup_by(|left, right| left.arn == right.arn);
    found
}

fn services(records: &InventoryRecords<'_>) -> Vec<Resource> {
    let mut found = Vec::new();
    for record in records.services.iter().flatten() {
        let gone = record.status.as_deref() == Some("INACTIVE");
        let Some(arn) = record.arn.parse::<Arn>().ok().filter(|_| !gone) else {
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
    found.sort_by(|left, right| left.arn.cmp(&right.arn));
    found.dedup_by(|left, right| left.arn == right.arn);
    found
}

pub(super) fn tags(records: &[TagRecord<'_>]) -> Tags {
    records
        .iter()
        .map(|tag| (tag.key.as_ref().into(), tag.value.as_ref().into()))
        .collect()
}
