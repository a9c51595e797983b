//! IAM Access Analyzer: the analyzers of each Region, and their findings on roles, users and access keys.
//!
//! The V2 calls need the permissions of the first ones, by whose names they go here. Findings of an analyzer of the
//! account go to the account's file; those of an analyzer of the organization to one beside `organization.json`.

use aws_sdk_accessanalyzer::Client;
use aws_sdk_accessanalyzer::operation::get_finding_v2::GetFindingV2Output as Finding;
use aws_sdk_accessanalyzer::types::AnalyzerStatus;
use aws_sdk_accessanalyzer::types::AnalyzerSummary;
use aws_sdk_accessanalyzer::types::Criterion;
use aws_sdk_accessanalyzer::types::FindingSummaryV2;
use aws_sdk_accessanalyzer::types::Type as AnalyzerType;
use futures_util::StreamExt as _;
use futures_util::stream;

use crate::collect::CollectError;
use crate::collect::analyzer_shape as shape;
use crate::collect::failure::Failure;
use crate::collect::pages;
use crate::collect::pages::Tokens;
use crate::collect::work::IN_FLIGHT;
use crate::collect::work::Work;
use crate::ident::AccountId;

pub(super) const ANALYZERS: &str = "access-analyzer:ListAnalyzers";
pub(super) const FINDINGS: &str = "access-analyzer:ListFindings";
pub(super) const FINDING: &str = "access-analyzer:GetFinding";

/// The resources whose findings speak of an identity.
const RESOURCE_TYPES: [&str; 2] = ["AWS::IAM::Role", "AWS::IAM::User"];

/// Archived ones are accepted by somebody, which a report says.
const STATUSES: [&str; 2] = ["ACTIVE", "ARCHIVED"];

const PAGE_SIZE: i32 = 100;

/// What analyzers of one zone found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) analyzers: Vec<AnalyzerSummary>,
    pub(super) findings: Vec<FindingSummaryV2>,
    pub(super) details: Vec<Finding>,
}

/// What was found of the account, and of the whole organization.
#[derive(Debug, Default)]
struct Zones {
    account: Found,
    organization: Found,
}

/// Whose analyzers are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owner {
    pub(super) account: AccountId,
    /// Whether findings on other accounts, by analyzers of the organization, are wanted too.
    pub(super) with_organization: bool,
}

/// Reads the analyzers of all Regions and writes what they found.
pub(super) async fn collect(clients: &[(String, Client)], owner: Owner, work: &Work<'_>) -> Result<(), CollectError> {
    let regions = stream::iter(clients).map(|(region, client)| async move {
        let consequence = format!("what analyzers in Region {region} found is not known");
        let analyzers = analyzers(client, work).await;
        let analyzers = analyzers.map_err(|failure| work.gap_in(region, &failure, &consequence));
        analyzers.ok().map(|analyzers| (region, client, analyzers))
    });
    let regions: Vec<_> = regions.buffered(IN_FLIGHT).collect().await;
    let (mut zones, mut read) = (Zones::default(), Vec::new());
    let is_one_there = regions.iter().any(Option::is_some);
    for (region, client, analyzers) in regions.into_iter().flatten() {
        for analyzer in analyzers {
            let is_of_organization = analyzer.r#type.as_str().starts_with("ORGANIZATION");
            let zone = if is_of_organization && owner.with_organization {
                &mut zones.organization
            } else {
                &mut zones.account
            };
            if is_asked(&analyzer, &mut read) {
                let asked = Asked {
                    client,
                    region,
                    analyzer: &analyzer,
                    only: (is_of_organization && !owner.with_organization).then_some(owner.account),
                    work,
                };
                asked.read(zone).await;
            }
            zone.analyzers.push(analyzer);
        }
    }
    if is_one_there {
        work.write("access-analyzer-findings.json", |out| shape::of(&zones.account).write(out))?;
    }
    if !zones.organization.analyzers.is_empty() {
        let name = format!("access-analyzer-findings-{}.json", owner.account);
        work.write_at(&name, |out| shape::of(&zones.organization).write(out))?;
    }
    Ok(())
}

/// Only an active analyzer has an answer. Those of unused access say the same in every Region, so one of a kind is asked.
fn is_asked(analyzer: &AnalyzerSummary, read: &mut Vec<AnalyzerType>) -> bool {
    if analyzer.status != AnalyzerStatus::Active {
        return false;
    }
    let is_same_everywhere = analyzer.r#type.as_str().ends_with("_UNUSED_ACCESS");
    let is_new = !read.contains(&analyzer.r#type);
    read.push(analyzer.r#type.clone());
    is_new || !is_same_everywhere
}

async fn analyzers(client: &Client, work: &Work<'_>) -> Result<Vec<AnalyzerSummary>, Failure> {
    pages::all(ANALYZERS, async |token| {
        let page = work
            .call(ANALYZERS, client.list_analyzers().set_next_token(token).send())
            .await?;
        Ok((Some(page.analyzers), page.next_token))
    })
    .await
}

/// An analyzer that is asked for its findings.
struct Asked<'a> {
    client: &'a Client,
    region: &'a str,
    analyzer: &'a AnalyzerSummary,
    only: Option<AccountId>,
    work: &'a Work<'a>,
}

impl Asked<'_> {
    async fn read(&self, zone: &mut Found) {
        for status in STATUSES {
            match self.findings(status).await {
                Ok(findings) => {
                    zone.details.extend(self.details(&findings).await);
                    zone.findings.extend(findings);
                }
                Err(failure) => {
                    let name = &self.analyzer.name;
                    let consequence = format!("what analyzer `{name}` found is not known");
                    return self.work.gap_in(self.region, &failure, &consequence);
                }
            }
        }
    }

    async fn findings(&self, status: &str) -> Result<Vec<FindingSummaryV2>, Failure> {
        let one_of = |values: Vec<String>| Criterion::builder().set_eq(Some(values)).build();
        pages::all(FINDINGS, async |token| {
            let mut call = self
                .client
                .list_findings_v2()
                .analyzer_arn(&self.analyzer.arn)
                .filter("status", one_of(vec![status.into()]))
                .filter("resourceType", one_of(RESOURCE_TYPES.map(Into::into).into()))
                .max_results(PAGE_SIZE)
                .set_next_token(token);
            if let Some(account) = self.only {
                call = call.filter("resourceOwnerAccount", one_of(vec![account.to_string()]));
            }
            let page = self.work.call(FINDINGS, call.send()).await?;
            Ok((Some(page.findings), page.next_token))
        })
        .await
    }

    /// The details of the findings: a summary does not say who, which key or which action.
    async fn details(&self, findings: &[FindingSummaryV2]) -> Vec<Finding> {
        let details: Vec<Result<Finding, Failure>> = stream::iter(findings)
            .map(|finding| self.detail(&finding.id))
            .buffered(IN_FLIGHT)
            .collect()
            .await;
        let (mut found, mut failed) = (Vec::new(), Vec::new());
        for detail in details {
            match detail {
                Ok(detail) => found.push(detail),
                Err(failure) => failed.push(failure),
            }
        }
        if let Some(failure) = failed.first() {
            let (count, name) = (failed.len(), &self.analyzer.name);
            let consequence = format!("the details of {count} findings of analyzer `{name}` are not known");
            self.work.gap_in(self.region, failure, &consequence);
        }
        found
    }

    /// One finding with all pages of its details.
    async fn detail(&self, id: &str) -> Result<Finding, Failure> {
        let (mut whole, mut tokens, mut token): (Option<Finding>, Tokens, Option<String>) = Default::default();
        loop {
            let call = self.client.get_finding_v2().analyzer_arn(&self.analyzer.arn).id(id);
            let page = self.work.call(FINDING, call.set_next_token(token).send()).await?;
            token = tokens.next(FINDING, page.next_token.clone())?;
            let finding = match whole.take() {
                Some(mut finding) => {
                    finding.finding_details.extend(page.finding_details);
                    finding
                }
                None => page,
            };
            if token.is_none() {
                return Ok(finding);
            }
            whole = Some(finding);
        }
    }
}
