//! Amazon ECS services of each Region, with cluster, tags, status and desired count.

use aws_sdk_ecs::Client;
use aws_sdk_ecs::types::Service;
use aws_sdk_ecs::types::ServiceField;
use aws_sdk_ecs::types::Tag;
use futures_util::StreamExt as _;
use futures_util::stream;

use crate::collect::CollectError;
use crate::collect::consequence::without;
use crate::collect::failure::Failure;
use crate::collect::pages;
use crate::collect::shape::Shape;
use crate::collect::shape::list;
use crate::collect::shape::text;
use crate::collect::work::IN_FLIGHT;
use crate::collect::work::Work;

pub(super) const CLUSTERS: &str = "ecs:ListClusters";
pub(super) const SERVICES: &str = "ecs:ListServices";
pub(super) const DESCRIBE: &str = "ecs:DescribeServices";

/// The most that can be described in a call, and the most that a list gives at once.
const PAGE_SIZE: i32 = 10;
const BATCH: usize = 10;

/// Reads the services of all Regions and writes them; where one Region is missing the rest would look like all.
pub(super) async fn collect(clients: &[(String, Client)], work: &Work<'_>) -> Result<(), CollectError> {
    let regions = stream::iter(clients).map(|(region, client)| async move {
        read(client, work).await.map_err(|failure| {
            work.gap_in(region, &failure, without(failure.call));
        })
    });
    let regions: Vec<Result<Vec<Service>, ()>> = regions.buffered(IN_FLIGHT).collect().await;
    let Ok(services) = regions.into_iter().collect::<Result<Vec<_>, ()>>() else {
        return Ok(());
    };
    let mut services: Vec<Service> = services.into_iter().flatten().collect();
    services.sort_by(|one, other| one.service_arn.cmp(&other.service_arn));
    let shape = Shape::Object(vec![("services", list(Some(&services), service))]);
    work.write("inventory-ecs-services.json", |out| shape.write(out))
}

async fn read(client: &Client, work: &Work<'_>) -> Result<Vec<Service>, Failure> {
    let clusters = pages::all(CLUSTERS, async |token| {
        let page = work
            .call(CLUSTERS, client.list_clusters().set_next_token(token).send())
            .await?;
        Ok((page.cluster_arns, page.next_token))
    });
    let mut services = Vec::new();
    for cluster in clusters.await? {
        let names = pages::all(SERVICES, async |token| {
            let call = client.list_services().cluster(&cluster).max_results(PAGE_SIZE);
            let page = work.call(SERVICES, call.set_next_token(token).send()).await?;
            Ok((page.service_arns, page.next_token))
        });
        for some in names.await?.chunks(BATCH) {
            let call = client
                .describe_services()
                .cluster(&cluster)
                .set_services(Some(some.to_vec()))
                .include(ServiceField::Tags);
            // One that is gone since the list was read is a failure of the answer, and no service any more.
            services.extend(work.call(DESCRIBE, call.send()).await?.services.into_iter().flatten());
        }
    }
    Ok(services)
}

fn service(service: &Service) -> Shape<'_> {
    Shape::Object(vec![
        ("serviceArn", text(service.service_arn.as_ref())),
        ("serviceName", text(service.service_name.as_ref())),
        ("clusterArn", text(service.cluster_arn.as_ref())),
        ("status", text(service.status.as_ref())),
        ("desiredCount", Some(Shape::Count(service.desired_count))),
        // AWS leaves out the tags of a service that has none.
        ("tags", Some(Shape::List(service.tags.iter().flatten().map(tag).collect()))),
    ])
}

fn tag(tag: &Tag) -> Shape<'_> {
    Shape::Object(vec![("key", text(tag.key.as_ref())), ("value", text(tag.value.as_ref()))])
}
