//! `iam:GenerateCredentialReport` and `iam:GetCredentialReport`: ask for it, wait, read it.

use std::time::Duration;

use aws_sdk_iam::Client;
use aws_sdk_iam::types::ReportStateType;
use tokio::time::sleep;

use crate::collect::CollectError;
use crate::collect::consequence::without;
use crate::collect::failure::Failure;
use crate::collect::work::Work;

pub(super) const GENERATE: &str = "iam:GenerateCredentialReport";
pub(super) const READ: &str = "iam:GetCredentialReport";

/// Longest wait for a report, about a minute: a big account needs some seconds.
const POLLS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(1500);

/// Reads the report and writes it as the CSV that it is.
pub(super) async fn collect(iam: &Client, work: &Work<'_>) -> Result<(), CollectError> {
    match read(iam, work).await {
        Ok(report) => work.write("credential-report.csv", |out| out.write_all(&report)),
        Err(failure) => {
            work.gap(&failure, without(failure.call));
            Ok(())
        }
    }
}

async fn read(iam: &Client, work: &Work<'_>) -> Result<Vec<u8>, Failure> {
    generate(iam, work).await?;
    let answer = work.call(READ, iam.get_credential_report().send()).await?;
    match answer.content {
        Some(content) => Ok(content.into_inner()),
        None => Err(Failure::strange(READ, "EmptyAnswer", "the answer holds no report")),
    }
}

async fn generate(iam: &Client, work: &Work<'_>) -> Result<(), Failure> {
    for _ in 0..POLLS {
        let answer = work.poll(GENERATE, iam.generate_credential_report().send()).await?;
        if answer.state == Some(ReportStateType::Complete) {
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
