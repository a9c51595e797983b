//! `iam:GenerateServiceLastAccessedDetails` and `iam:GetServiceLastAccessedDetails`, action by action: a job for each
//! identity, so that only those are asked about that matter.
//!
//! Written as `service-last-accessed.json`: AWS's answers, each with the `Arn` that was asked about.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_service_last_accessed_details::GetServiceLastAccessedDetailsOutput as Page;
use aws_sdk_iam::types::AccessAdvisorUsageGranularityType as Granularity;
use aws_sdk_iam::types::JobStatusType;
use aws_sdk_iam::types::ServiceLastAccessed;
use aws_sdk_iam::types::TrackedActionLastAccessed;
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::time::sleep;

use crate::collect::CollectError;
use crate::collect::failure::Failure;
use crate::collect::pages::Tokens;
use crate::collect::shape::Shape;
use crate::collect::shape::date;
use crate::collect::shape::list;
use crate::collect::shape::text;
use crate::collect::shape::word;
use crate::collect::work::Work;

pub(super) const GENERATE: &str = "iam:GenerateServiceLastAccessedDetails";
pub(super) const READ: &str = "iam:GetServiceLastAccessedDetails";

/// Jobs of an account that are waited for at the same time.
const JOBS: usize = 24;

/// A job takes seconds; the waits grow to a total of some five minutes.
const FIRST_PAUSE: Duration = Duration::from_millis(300);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
const POLLS: u32 = 64;

/// What AWS said of an identity: the last page, with the services of all.
struct Answer<'a> {
    arn: &'a str,
    page: Page,
}

/// Asks about the identities and writes what was answered.
pub(super) async fn collect(iam: &Client, identities: &[String], work: &Work<'_>) -> Result<(), CollectError> {
    let is_denied = Cell::new(false);
    let answers: Vec<_> = stream::iter(identities)
        .map(|arn| ask(iam, arn, &is_denied, work))
        .buffered(JOBS)
        .collect()
        .await;
    let mut failures: BTreeMap<(&str, String), (Failure, usize, &str)> = BTreeMap::new();
    let mut read = Vec::new();
    for (arn, answer) in identities.iter().zip(answers) {
        match answer {
            Ok(page) => read.push(Answer { arn, page }),
            Err(failure) => {
                let key = (failure.call, failure.code.clone());
                failures.entry(key).or_insert((failure, 0, arn)).1 += 1;
            }
        }
    }
    for (failure, count, first) in failures.into_values() {
        let all = identities.len();
        let consequence = format!("when {count} of {all} identities used their permissions is not known, such as {first}");
        work.gap(&failure, &consequence);
    }
    if read.is_empty() && !identities.is_empty() {
        return Ok(());
    }
    let shape = Shape::Object(vec![("ServiceLastAccessed", list(Some(&read), answer))]);
    work.write("service-last-accessed.json", |out| shape.write(out))
}

/// One identity: start the job, wait, read all pages. Once AWS has said no, nobody else is asked about.
async fn ask(iam: &Client, arn: &str, is_denied: &Cell<bool>, work: &Work<'_>) -> Result<Page, Failure> {
    if is_denied.get() {
        return Err(Failure::strange(GENERATE, "AccessDenied", "not asked again"));
    }
    let call = iam
        .generate_service_last_accessed_details()
        .arn(arn)
        .granularity(Granularity::ActionLevel);
    let answer = work.call(GENERATE, call.send()).await;
    let answer = answer.inspect_err(|failure| is_denied.set(is_denied.get() || failure.is_denied()))?;
    let job = answer
        .job_id
        .ok_or_else(|| Failure::strange(GENERATE, "EmptyAnswer", "the answer names no job"))?;
    let mut whole = finished(iam, &job, work).await?;
    let mut tokens = Tokens::default();
    let mut more = marker(&whole);
    while let Some(token) = tokens.next(READ, more)? {
        let call = iam.get_service_last_accessed_details().job_id(&job).marker(token);
        let page = work.call(READ, call.send()).await?;
        more = marker(&page);
        whole.services_last_accessed.extend(page.services_last_accessed);
    }
    Ok(whole)
}

fn marker(page: &Page) -> Option<String> {
    page.marker.clone().filter(|_| page.is_truncated)
}

/// The first page of the job, once it is done. Only that look counts as a call: how many it takes is chance.
async fn finished(iam: &Client, job: &str, work: &Work<'_>) -> Result<Page, Failure> {
    let mut pause = FIRST_PAUSE;
    for _ in 0..POLLS {
        sleep(pause).await;
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        let page = work
            .uncounted(READ, iam.get_service_last_accessed_details().job_id(job).send())
            .await?;
        match page.job_status {
            JobStatusType::InProgress => {}
            JobStatusType::Failed => {
                let error = page.error.as_ref();
                let code = error.map_or("JobFailed", |error| error.code());
                return Err(Failure::strange(READ, code, error.map_or("", |error| error.message())));
            }
            JobStatusType::Completed | _ => {
                work.count(READ);
                return Ok(page);
            }
        }
    }
    Err(Failure::strange(
        READ,
        "NotReady",
        "AWS did not finish the job in five minutes",
    ))
}

fn answer<'a>(answer: &'a Answer<'_>) -> Shape<'a> {
    let page = &answer.page;
    Shape::Object(vec![
        ("Arn", Some(Shape::Text(answer.arn))),
        ("JobStatus", word(Some(&page.job_status))),
        ("JobType", word(page.job_type.as_ref())),
        ("JobCreationDate", date(Some(&page.job_creation_date))),
        ("ServicesLastAccessed", list(Some(&page.services_last_accessed), service)),
        ("JobCompletionDate", date(Some(&page.job_completion_date))),
        // All pages are here.
        ("IsTruncated", Some(Shape::Flag(false))),
    ])
}

fn service(service: &ServiceLastAccessed) -> Shape<'_> {
    Shape::Object(vec![
        ("ServiceName", text(Some(&service.service_name))),
        ("LastAuthenticated", date(service.last_authenticated.as_ref())),
        ("ServiceNamespace", text(Some(&service.service_namespace))),
        ("LastAuthenticatedEntity", text(service.last_authenticated_entity.as_ref())),
        ("LastAuthenticatedRegion", text(service.last_authenticated_region.as_ref())),
        (
            "TotalAuthenticatedEntities",
            service.total_authenticated_entities.map(Shape::Count),
        ),
        (
            "TrackedActionsLastAccessed",
            list(service.tracked_actions_last_accessed.as_deref(), action),
        ),
    ])
}

fn action(action: &TrackedActionLastAccessed) -> Shape<'_> {
    Shape::Object(vec![
        ("ActionName", text(action.action_name.as_ref())),
        ("LastAccessedEntity", text(action.last_accessed_entity.as_ref())),
        ("LastAccessedTime", date(action.last_accessed_time.as_ref())),
        ("LastAccessedRegion", text(action.last_accessed_region.as_ref())),
    ])
}
