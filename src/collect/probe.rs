//! Each call of an account made once, as small as it can be, to see whether it may be made.
//!
//! A call that needs a cluster, a job or a finding names one that does not exist: AWS looks at permissions first, so that
//! "there is none" means "you may ask". Nothing is started that would not have been started by `collect`.

use std::error::Error;

use aws_config::SdkConfig;
use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_iam::error::SdkError;
use aws_sdk_iam::types::AccessAdvisorUsageGranularityType as Granularity;
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use futures_util::stream;

use crate::collect::account_summary;
use crate::collect::analyzer;
use crate::collect::authorization_details;
use crate::collect::credential_report;
use crate::collect::failure::Failure;
use crate::collect::last_accessed;
use crate::collect::regions;
use crate::collect::services;
use crate::collect::work::IN_FLIGHT;
use crate::collect::work::Work;
use crate::ident::AccountId;

/// A name that nobody has.
const NOBODY: &str = "leastwise-doctor";
const NO_JOB: &str = "00000000-0000-0000-0000-000000000000";
#[cfg(feature = "ec2")]
const NO_INSTANCE: &str = "i-00000000000000000";

/// AWS's codes for a thing that is not there, or not yet: whoever hears them may ask.
const PERMITTED: [&str; 12] = [
    "ClusterNotFoundException",
    "InvalidInstanceID.Malformed",
    "InvalidInstanceID.NotFound",
    "NoSuchEntity",
    "NoSuchEntityException",
    "ReportExpired",
    "ReportInProgress",
    "ReportNotPresent",
    "CredentialReportExpiredException",
    "CredentialReportNotPresentException",
    "CredentialReportNotReadyException",
    "ResourceNotFoundException",
];

/// What came of a call.
pub(super) type Probed = (&'static str, Result<(), Failure>);

/// The calls of one account in one Region.
pub(super) struct Probe<'a> {
    pub(super) config: &'a SdkConfig,
    pub(super) partition: &'a str,
    pub(super) account: AccountId,
    pub(super) with_usage: bool,
    pub(super) work: &'a Work<'a>,
}

impl<'a> Probe<'a> {
    /// The calls that answer for the whole account.
    pub(super) async fn global(&self) -> Vec<Probed> {
        let iam = aws_sdk_iam::Client::new(self.config);
        let account = aws_sdk_account::Client::new(self.config);
        let details = iam.get_account_authorization_details().max_items(1).send();
        let mut calls = vec![
            self.ask(authorization_details::CALL, details),
            self.ask(account_summary::ALIASES, iam.list_account_aliases().max_items(1).send()),
            self.ask(account_summary::SUMMARY, iam.get_account_summary().send()),
            self.ask(credential_report::GENERATE, iam.generate_credential_report().send()),
            self.ask(credential_report::READ, iam.get_credential_report().send()),
            self.ask(regions::CALL, account.list_regions().max_results(1).send()),
        ];
        if self.with_usage {
            let nobody = format!("arn:{}:iam::{}:role/{NOBODY}", self.partition, self.account);
            let generate = iam.generate_service_last_accessed_details().arn(nobody);
            let generate = generate.granularity(Granularity::ActionLevel);
            calls.push(self.ask(last_accessed::GENERATE, generate.send()));
            calls.push(self.ask(
                last_accessed::READ,
                iam.get_service_last_accessed_details().job_id(NO_JOB).send(),
            ));
        }
        answered(calls).await
    }

    /// The calls that answer for one Region.
    pub(super) async fn regional(&self, region: &str) -> Vec<Probed> {
        let region = aws_config::Region::new(region.to_owned());
        let analyzers = aws_sdk_accessanalyzer::config::Builder::from(self.config).region(region.clone());
        let analyzers = aws_sdk_accessanalyzer::Client::from_conf(analyzers.build());
        let ecs = aws_sdk_ecs::config::Builder::from(self.config).region(region.clone());
        let ecs = aws_sdk_ecs::Client::from_conf(ecs.build());
        let (partition, account) = (self.partition, self.account);
        let nobody = format!("arn:{partition}:access-analyzer:{region}:{account}:analyzer/{NOBODY}");
        let finding = analyzers.get_finding_v2().analyzer_arn(&nobody).id(NO_JOB);
        #[cfg_attr(not(feature = "ec2"), expect(unused_mut, reason = "EC2 adds to it"))]
        let mut calls = vec![
            self.ask(analyzer::ANALYZERS, analyzers.list_analyzers().max_results(1).send()),
            self.ask(analyzer::FINDINGS, analyzers.list_findings_v2().analyzer_arn(&nobody).send()),
            self.ask(analyzer::FINDING, finding.send()),
            self.ask(services::CLUSTERS, ecs.list_clusters().max_results(1).send()),
            self.ask(services::SERVICES, ecs.list_services().cluster(NOBODY).send()),
            self.ask(
                services::DESCRIBE,
                ecs.describe_services().cluster(NOBODY).services(NOBODY).send(),
            ),
        ];
        #[cfg(feature = "ec2")]
        {
            use aws_sdk_ec2::types::InstanceAttributeName;

            use crate::collect::actions::ATTRIBUTE;
            use crate::collect::actions::INSTANCES;
            let ec2 = aws_sdk_ec2::config::Builder::from(self.config).region(region);
            let ec2 = aws_sdk_ec2::Client::from_conf(ec2.build());
            let attribute = ec2.describe_instance_attribute().instance_id(NO_INSTANCE);
            let attribute = attribute.attribute(InstanceAttributeName::DisableApiTermination);
            calls.push(self.ask(INSTANCES, ec2.describe_instances().max_results(5).send()));
            calls.push(self.ask(ATTRIBUTE, attribute.send()));
        }
        answered(calls).await
    }

    fn ask<T: 'a, E>(
        &self,
        call: &'static str,
        request: impl Future<Output = Result<T, SdkError<E>>> + 'a,
    ) -> LocalBoxFuture<'a, Probed>
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let work = self.work;
        Box::pin(async move {
            let result = work.uncounted(call, request).await;
            (call, judged(result.map(drop)))
        })
    }
}

async fn answered(calls: Vec<LocalBoxFuture<'_, Probed>>) -> Vec<Probed> {
    stream::iter(calls).buffered(IN_FLIGHT).collect().await
}

/// That something is not there was an answer.
pub(super) fn judged(result: Result<(), Failure>) -> Result<(), Failure> {
    result.or_else(|failure| {
        if PERMITTED.contains(&failure.code.as_str()) {
            Ok(())
        } else {
            Err(failure)
        }
    })
}
