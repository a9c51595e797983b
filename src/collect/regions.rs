//! `account:ListRegions`: which Regions the account has, since most services answer for one only.

use aws_sdk_account::Client;
use aws_sdk_account::types::Region;
use aws_sdk_account::types::RegionOptStatus;
use serde::Deserialize;

use crate::collect::CollectError;
use crate::collect::consequence::without;
use crate::collect::failure::Failure;
use crate::collect::pages;
use crate::collect::shape::Shape;
use crate::collect::shape::list;
use crate::collect::shape::text;
use crate::collect::shape::word;
use crate::collect::work::Work;

pub(super) const CALL: &str = "account:ListRegions";
pub(super) const FILE: &str = "regions.json";

/// The Regions that every account has; asked when the account cannot tell its own.
const OF_EVERY_ACCOUNT: &[&str] = &[
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// Reads the list and writes it.
pub(super) async fn collect(client: &Client, work: &Work<'_>) -> Result<(), CollectError> {
    match read(client, work).await {
        Ok(mut regions) => {
            regions.sort_by(|one, other| one.region_name.cmp(&other.region_name));
            work.write(FILE, |out| {
                Shape::Object(vec![("Regions", list(Some(&regions), region))]).write(out)
            })
        }
        Err(failure) => {
            work.gap(&failure, without(CALL));
            Ok(())
        }
    }
}

async fn read(client: &Client, work: &Work<'_>) -> Result<Vec<Region>, Failure> {
    pages::all(CALL, async |token| {
        let call = client
            .list_regions()
            .region_opt_status_contains(RegionOptStatus::Enabled)
            .region_opt_status_contains(RegionOptStatus::EnabledByDefault)
            .set_next_token(token);
        let page = work.call(CALL, call.send()).await?;
        Ok((page.regions, page.next_token))
    })
    .await
}

fn region(region: &Region) -> Shape<'_> {
    Shape::Object(vec![
        ("RegionName", text(region.region_name.as_ref())),
        ("RegionOptStatus", word(region.region_opt_status.as_ref())),
    ])
}

#[derive(Deserialize)]
struct Listed {
    #[serde(rename = "Regions")]
    regions: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    #[serde(rename = "RegionName")]
    name: String,
}

/// The Regions of the list that was written; without it those of every account in the partition.
pub(super) fn listed(file: Option<&[u8]>, partition: &str) -> Vec<String> {
    if let Some(listed) = file.and_then(|bytes| serde_json::from_slice::<Listed>(bytes).ok()) {
        return listed.regions.into_iter().map(|region| region.name).collect();
    }
    let regions: &[&str] = match partition {
        "aws-cn" => &["cn-north-1", "cn-northwest-1"],
        "aws-us-gov" => &["us-gov-east-1", "us-gov-west-1"],
        _ => OF_EVERY_ACCOUNT,
    };
    regions.iter().map(|region| (*region).to_owned()).collect()
}
