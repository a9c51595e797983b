//! EC2 instances and ECS services: `inventory.json`, or what `aws ec2 describe-instances` and
//! `aws ecs describe-services` print.

use std::borrow::Cow;

use crate::snapshot::TagRecord;
use crate::snapshot::identity_reading::tag;
use crate::snapshot::json::Broken;
use crate::snapshot::json::Members;
use crate::snapshot::json::Read;
use crate::snapshot::json::Reader;
use crate::snapshot::json_path::JsonPath;

/// The resources of an account. `None` means not collected, which is not the same as none.
#[derive(Debug, Clone, Default)]
pub struct InventoryRecords<'a> {
    /// The EC2 instances.
    pub instances: Option<Vec<InstanceRecord<'a>>>,
    /// The ECS services.
    pub services: Option<Vec<ServiceRecord<'a>>>,
}

/// An EC2 instance.
#[derive(Debug, Clone, Default)]
pub struct InstanceRecord<'a> {
    /// The id, such as `i-0123…`.
    pub id: Cow<'a, str>,
    /// The ARN, as text; made of owner, Availability Zone and id where the file does not hold it.
    pub arn: Option<Cow<'a, str>>,
    /// The Region; made of the Availability Zone where the file does not hold it.
    pub region: Option<Cow<'a, str>>,
    /// The state, such as `running`.
    pub state: Option<Cow<'a, str>>,
    /// Termination protection; `None` when the file does not tell, as `describe-instances` does not.
    pub disable_api_termination: Option<bool>,
    /// The tags; `None` when they were not collected.
    pub tags: Option<Vec<TagRecord<'a>>>,
    /// The ARN of the instance profile, as text; `None` when the instance has none.
    pub instance_profile_arn: Option<Cow<'a, str>>,
}

/// An ECS service.
#[derive(Debug, Clone, Default)]
pub struct ServiceRecord<'a> {
    /// The ARN, as text.
    pub arn: Cow<'a, str>,
    /// The name.
    pub name: Option<Cow<'a, str>>,
    /// The ARN of the cluster, as text.
    pub cluster_arn: Option<Cow<'a, str>>,
    /// The Region; `None` when the file does not hold it (the ARN tells).
    pub region: Option<Cow<'a, str>>,
    /// The status, such as `ACTIVE`.
    pub status: Option<Cow<'a, str>>,
    /// How many tasks it keeps running.
    pub desired_count: Option<u64>,
    /// The tags; `None` when they were not collected.
    pub tags: Option<Vec<TagRecord<'a>>>,
}

/// Adds what one file holds to what is there.
pub(super) fn read_into<'a>(reader: &mut Reader<'a>, records: &mut InventoryRecords<'a>) -> Result<(), Broken> {
    let names: &[&str] = &["Instances", "Services", "services", "Reservations"];
    let (instances, services) = (&mut records.instances, &mut records.services);
    let members = reader.object(&JsonPath::TOP, names, |reader, at, name| {
        match name {
            "Instances" => read_instances(reader, at, instances)?,
            "Reservations" => {
                reader.each(at, |reader, at| reservation(reader, at, instances))?;
                instances.get_or_insert_default();
            }
            _ => {
                let found = reader.each(at, |reader, at| {
                    services.get_or_insert_default().extend(service(reader, at)?);
                    Ok(())
                })?;
                if found.is_some() {
                    services.get_or_insert_default();
                }
            }
        }
        Ok(())
    })?;
    if members.is_some_and(Members::lacks_all) {
        reader.gap(
            0,
            &JsonPath::TOP,
            "inventory",
            "neither `Instances` nor `Services` nor `Reservations` is there",
        );
    }
    Ok(())
}

fn read_instances<'a>(
    reader: &mut Reader<'a>,
    at: &JsonPath<'_>,
    instances: &mut Option<Vec<InstanceRecord<'a>>>,
) -> Result<(), Broken> {
    let found = reader.each(at, |reader, at| {
        instances
            .get_or_insert_default()
            .extend(instance(reader, at)?.map(|(instance, _)| instance));
        Ok(())
    })?;
    if found.is_some() {
        instances.get_or_insert_default();
    }
    Ok(())
}

/// A reservation holds the owner of its instances, whose ARNs EC2 does not tell; untagged instances have no `Tags`.
fn reservation<'a>(
    reader: &mut Reader<'a>,
    at: &JsonPath<'_>,
    instances: &mut Option<Vec<InstanceRecord<'a>>>,
) -> Result<(), Broken> {
    let (mut owner, mut found) = (None, Vec::new());
    reader.object(at, &["OwnerId", "Instances"], |reader, at, name| {
        if name == "OwnerId" {
            owner = reader.string(at)?;
        } else {
            reader.each(at, |reader, at| {
                found.extend(instance(reader, at)?);
                Ok(())
            })?;
        }
        Ok(())
    })?;
    let complete = found.into_iter().map(|(mut instance, has_no_tags)| {
        if has_no_tags {
            instance.tags = Some(Vec::new());
        }
        if let (None, Some(owner), Some(region)) = (&instance.arn, &owner, &instance.region) {
            let partition = partition_of(region);
            instance.arn = Some(Cow::Owned(format!(
                "arn:{partition}:ec2:{region}:{owner}:instance/{}",
                instance.id
            )));
        }
        instance
    });
    instances.get_or_insert_default().extend(complete);
    Ok(())
}

const INSTANCE: &[&str] = &[
    "InstanceId",
    "Arn",
    "Region",
    "State",
    "DisableApiTermination",
    "Tags",
    "IamInstanceProfile",
    "Placement",
];

/// An instance, and whether it has no member `Tags`.
fn instance<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<(InstanceRecord<'a>, bool)> {
    let mut record = InstanceRecord::default();
    let (mut id, mut zone) = (None, None);
    let start = reader.offset();
    let members = reader.object(at, INSTANCE, |reader, at, name| {
        match name {
            "InstanceId" => id = reader.string(at)?,
            "Arn" => record.arn = reader.string(at)?,
            "Region" => record.region = reader.string(at)?,
            "State" => record.state = inner_string(reader, at, &["Name"])?,
            "DisableApiTermination" => record.disable_api_termination = reader.boolean(at)?,
            "Tags" => record.tags = reader.list(at, tag)?,
            "IamInstanceProfile" => record.instance_profile_arn = inner_string(reader, at, &["Arn"])?,
            _ => zone = inner_string(reader, at, &["AvailabilityZone"])?,
        }
        Ok(())
    })?;
    let Some(members) = members else { return Ok(None) };
    let Some(id) = id else {
        reader.gap(
            start,
            at,
            at.to_string(),
            "an instance without an `InstanceId`; it was set aside",
        );
        return Ok(None);
    };
    let region = record
        .region
        .take()
        .or_else(|| zone.as_deref().and_then(region_of).map(Cow::Owned));
    Ok(Some((InstanceRecord { id, region, ..record }, members.lacks("Tags"))))
}

const SERVICE: &[&str] = &[
    "serviceArn",
    "serviceName",
    "clusterArn",
    "region",
    "status",
    "desiredCount",
    "tags",
];

fn service<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>) -> Read<ServiceRecord<'a>> {
    let mut record = ServiceRecord::default();
    let mut arn = None;
    let start = reader.offset();
    let members = reader.object(at, SERVICE, |reader, at, name| {
        match name {
            "serviceArn" => arn = reader.string(at)?,
            "serviceName" => record.name = reader.string(at)?,
            "clusterArn" => record.cluster_arn = reader.string(at)?,
            "region" => record.region = reader.string(at)?,
            "status" => record.status = reader.string(at)?,
            "desiredCount" => record.desired_count = reader.count(at)?,
            _ => record.tags = reader.list(at, tag)?,
        }
        Ok(())
    })?;
    if members.is_some() && arn.is_none() {
        reader.gap(
            start,
            at,
            at.to_string(),
            "a service without a `serviceArn`; it was set aside",
        );
    }
    Ok(arn.map(|arn| ServiceRecord { arn, ..record }))
}

fn inner_string<'a>(reader: &mut Reader<'a>, at: &JsonPath<'_>, name: &'static [&'static str; 1]) -> Read<Cow<'a, str>> {
    let mut value = None;
    reader.object(at, name, |reader, at, _| {
        value = reader.string(at)?;
        Ok(())
    })?;
    Ok(value)
}

/// The Region of an Availability Zone or Local Zone: up to the first number (`us-west-2` of `us-west-2-lax-1a`).
fn region_of(zone: &str) -> Option<String> {
    let digit = zone.find(|character: char| character.is_ascii_digit())?;
    let digits = zone.get(digit..)?.chars().take_while(char::is_ascii_digit).count();
    let region = zone.get(..digit + digits)?;
    region.contains('-').then(|| region.to_owned())
}

fn partition_of(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}
