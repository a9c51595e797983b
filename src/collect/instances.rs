//! Amazon EC2 instances of each Region, with tags, state and termination protection.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Instance;
use aws_sdk_ec2::types::InstanceAttributeName;
use aws_sdk_ec2::types::InstanceStateName;
use aws_sdk_ec2::types::Reservation;
use aws_sdk_ec2::types::Tag;
use futures_util::StreamExt as _;
use futures_util::stream;

use crate::collect::CollectError;
use crate::collect::actions::ATTRIBUTE;
use crate::collect::actions::INSTANCES;
use crate::collect::consequence::without;
use crate::collect::failure::Failure;
use crate::collect::pages;
use crate::collect::shape::Shape;
use crate::collect::shape::text;
use crate::collect::shape::word;
use crate::collect::work::IN_FLIGHT;
use crate::collect::work::Work;

const PAGE_SIZE: i32 = 1000;

/// An instance and what belongs to it elsewhere.
struct Found {
    owner: String,
    region: String,
    instance: Instance,
    /// `None` where AWS did not say.
    is_protected: Option<bool>,
    shutdown_behavior: Option<String>,
}

/// Reads the instances of all Regions and writes them; where one Region is missing the rest would look like all.
pub(super) async fn collect(clients: &[(String, Client)], partition: &str, work: &Work<'_>) -> Result<(), CollectError> {
    let regions = stream::iter(clients).map(|(region, client)| async move {
        read(client, region, work).await.map_err(|failure| {
            work.gap_in(region, &failure, without(failure.call));
        })
    });
    let regions: Vec<Result<Vec<Found>, ()>> = regions.buffered(IN_FLIGHT).collect().await;
    let Ok(instances) = regions.into_iter().collect::<Result<Vec<_>, ()>>() else {
        return Ok(());
    };
    let mut instances: Vec<Found> = instances.into_iter().flatten().collect();
    instances.sort_by(|one, other| one.instance.instance_id.cmp(&other.instance.instance_id));
    let arns: Vec<String> = instances.iter().map(|found| arn(found, partition)).collect();
    let shapes = instances.iter().zip(&arns).map(|(found, arn)| instance(found, arn));
    let shape = Shape::Object(vec![("Instances", Some(Shape::List(shapes.collect())))]);
    work.write("inventory-ec2-instances.json", |out| shape.write(out))
}

async fn read(client: &Client, region: &str, work: &Work<'_>) -> Result<Vec<Found>, Failure> {
    let reservations: Vec<Reservation> = pages::all(INSTANCES, async |token| {
        let call = client.describe_instances().max_results(PAGE_SIZE).set_next_token(token);
        let page = work.call(INSTANCES, call.send()).await?;
        Ok((page.reservations, page.next_token))
    })
    .await?;
    let instances = reservations.into_iter().flat_map(|reservation| {
        let owner = reservation.owner_id.unwrap_or_default();
        let instances = reservation.instances.into_iter().flatten();
        instances.map(move |instance| (owner.clone(), instance))
    });
    let asked = stream::iter(instances).map(|(owner, instance)| async move {
        let attributes = attributes(client, &instance, work).await;
        (owner, instance, attributes)
    });
    let asked: Vec<_> = asked.buffered(IN_FLIGHT).collect().await;
    let mut first_failure = None;
    let found = asked.into_iter().map(|(owner, instance, attributes)| {
        let (is_protected, shutdown_behavior) = attributes.unwrap_or_else(|failure| {
            first_failure.get_or_insert(failure);
            (None, None)
        });
        Found {
            owner,
            region: region.into(),
            instance,
            is_protected,
            shutdown_behavior,
        }
    });
    let found = found.collect();
    if let Some(failure) = first_failure {
        work.gap_in(region, &failure, without(ATTRIBUTE));
    }
    Ok(found)
}

/// Termination protection, and what a shutdown from inside does. An instance that is gone has neither.
async fn attributes(client: &Client, instance: &Instance, work: &Work<'_>) -> Result<(Option<bool>, Option<String>), Failure> {
    let state = instance.state.as_ref().and_then(|state| state.name.as_ref());
    if state == Some(&InstanceStateName::Terminated) {
        return Ok((None, None));
    }
    let ask = |attribute| {
        let id = instance.instance_id.clone();
        let call = client.describe_instance_attribute().set_instance_id(id).attribute(attribute);
        work.call(ATTRIBUTE, call.send())
    };
    let protection = ask(InstanceAttributeName::DisableApiTermination).await?;
    let behavior = ask(InstanceAttributeName::InstanceInitiatedShutdownBehavior).await?;
    Ok((
        protection.disable_api_termination.and_then(|answer| answer.value),
        behavior.instance_initiated_shutdown_behavior.and_then(|answer| answer.value),
    ))
}

/// EC2 does not tell it.
fn arn(found: &Found, partition: &str) -> String {
    let id = found.instance.instance_id.as_deref().unwrap_or_default();
    format!("arn:{partition}:ec2:{}:{}:instance/{id}", found.region, found.owner)
}

fn instance<'a>(found: &'a Found, arn: &'a str) -> Shape<'a> {
    let instance = &found.instance;
    let state = instance.state.as_ref();
    let profile = instance.iam_instance_profile.as_ref();
    Shape::Object(vec![
        ("InstanceId", text(instance.instance_id.as_ref())),
        ("Arn", Some(Shape::Text(arn))),
        ("Region", Some(Shape::Text(&found.region))),
        (
            "State",
            state.map(|state| Shape::Object(vec![("Name", word(state.name.as_ref()))])),
        ),
        ("DisableApiTermination", found.is_protected.map(Shape::Flag)),
        ("InstanceInitiatedShutdownBehavior", text(found.shutdown_behavior.as_ref())),
        (
            "IamInstanceProfile",
            profile.map(|profile| Shape::Object(vec![("Arn", text(profile.arn.as_ref()))])),
        ),
        // AWS leaves out the tags of an instance that has none. Membership in an Auto Scaling group is one of them.
        ("Tags", Some(Shape::List(instance.tags.iter().flatten().map(tag).collect()))),
    ])
}

fn tag(tag: &Tag) -> Shape<'_> {
    Shape::Object(vec![("Key", text(tag.key.as_ref())), ("Value", text(tag.value.as_ref()))])
}
