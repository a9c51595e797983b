//! `iam:GenerateCredentialReport` and `iam:GetCredentialReport`: ask for it, wait, read it.

use std::time::Duration;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::ReportStateType;
use tokio::time::sleep;

use crate::collect::failure::Failure;

pub(super) const GENERATE: &str = "iam:GenerateCredentialReport";
pub(super) const READ: &str = "iam:GetCredentialReport";

/// Longest wait for a report, about a minute: a big account needs some seconds.
const POLLS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(1500);

/// The report, as CSV.
pub(super) async fn read(iam: &Client) -> Result<Vec<u8>, Failure> {
    generate(iam).await?;
    let answer = iam.get_credential_report().send().await;
    let content = answer.map_err(|error| Failure::of(READ, &error))?.content;
    match content {
        Some(content) => Ok(content.into_inner()),
        None => Err(Failure::strange(READ, "EmptyAnswer", "the answer holds no report")),
    }
}

async fn generate(iam: &Client) -> Result<(), Failure> {
    for _ in 0..POLLS {
        let answer = iam.generate_credential_report().send().await;
        let state = answer.map_err(|error| Failure::of(GENERATE, &error))?.state;
        if state == Some(ReportStateType::Complete) {
            return Ok(());
        }
        sleep(PAUSE).await;
    }
    Err(Failure::strange(
        GENERATE,
        "NotReady",
        "AWS did not finish the report in a minute; it may be there later",
    ))
}
