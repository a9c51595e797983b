//! One account: its sources in order, by the caller's own credentials or by a role of the account.

use aws_config::Region;
use aws_config::SdkConfig;
use futures_util::future::try_join4;

use crate::collect::CollectError;
use crate::collect::Usage;
use crate::collect::account_summary;
use crate::collect::analyzer;
use crate::collect::analyzer::Owner;
use crate::collect::authorization_details;
use crate::collect::consequence::without;
use crate::collect::credential_report;
use crate::collect::failure::Failure;
#[cfg(feature = "ec2")]
use crate::collect::instances;
use crate::collect::last_accessed;
use crate::collect::regions;
use crate::collect::role;
use crate::collect::run::ACCOUNT_PART;
use crate::collect::run::Run;
use crate::collect::services;
use crate::collect::whole::Whole;
use crate::collect::whole::patient;
use crate::collect::work::Gate;
use crate::collect::work::Work;
use crate::ident::AccountId;

/// The sources, by their names in the record.
const DETAILS: &str = "account-authorization-details";
const REPORT: &str = "credential-report";
const SUMMARY: &str = "account-summary";
const REGIONS: &str = "regions";
const ANALYZERS: &str = "access-analyzer";
const SERVICES: &str = "ecs-services";
#[cfg(feature = "ec2")]
const INSTANCES: &str = "ec2-instances";
const LAST_ACCESSED: &str = "service-last-accessed";
const ROLE: &str = "role";

const SOURCES: &[&str] = &[
    DETAILS,
    REPORT,
    SUMMARY,
    ANALYZERS,
    SERVICES,
    #[cfg(feature = "ec2")]
    INSTANCES,
];

/// Those from which the rules tell who is able to act.
const JUDGED: &[&str] = &[
    DETAILS,
    SERVICES,
    #[cfg(feature = "ec2")]
    INSTANCES,
];

/// Those that look at each Region.
const REGIONAL: &[&str] = &[
    ANALYZERS,
    SERVICES,
    #[cfg(feature = "ec2")]
    INSTANCES,
];

/// An account being read.
pub(super) struct Account<'a> {
    run: &'a Run<'a>,
    id: AccountId,
    gate: Gate<'a>,
}

impl<'a> Account<'a> {
    pub(super) fn new(run: &'a Run<'a>, id: AccountId) -> Self {
        Self {
            run,
            id,
            gate: Gate::new(&run.pace),
        }
    }

    /// Reads the sources that are not there yet; says whether the account could be entered at all.
    pub(super) async fn collect(&self) -> Result<bool, CollectError> {
        self.run.load(self.id)?;
        let needs_regions = self.run.plan.regions.is_empty();
        // Whom the rules find able to act follows from all of these.
        let is_known = |name: &&str| self.run.has(Some(self.id), name);
        if !JUDGED.iter().all(is_known) || self.run.is_organization_new() {
            self.run.forget(self.id, LAST_ACCESSED);
        }
        // Without the list those of every account were looked at instead, which may be more or fewer.
        if needs_regions && !self.run.has(Some(self.id), REGIONS) {
            for name in REGIONAL {
                self.run.forget(self.id, name);
            }
        }
        let needs_usage = self.run.plan.usage != Usage::None;
        let is_whole = SOURCES.iter().all(|name| self.run.has(Some(self.id), name))
            && (!needs_usage || self.run.has(Some(self.id), LAST_ACCESSED));
        if is_whole && (!needs_regions || self.run.has(Some(self.id), REGIONS)) {
            return Ok(true);
        }
        let Some(config) = self.enter().await? else {
            return Ok(false);
        };
        self.read(&config).await?;
        Ok(true)
    }

    /// The way into the account; `None` when it is closed to us, which is a gap then.
    async fn enter(&self) -> Result<Option<SdkConfig>, CollectError> {
        let connection = self.run.connection;
        let members = self.run.plan.members.as_ref().filter(|_| self.id != self.run.caller.account);
        let Some(members) = members else {
            return Ok(Some(connection.config.clone()));
        };
        let work = self.run.work(Some(self.id), &self.gate);
        match role::enter(connection, &self.run.caller.partition(), self.id, members, &work).await {
            Ok(config) => {
                self.run.keep(Some(self.id), ROLE, work.done())?;
                Ok(Some(config))
            }
            Err(failure) => {
                work.gap(&failure, without(failure.call));
                self.run.keep(Some(self.id), ACCOUNT_PART, work.done())?;
                Ok(None)
            }
        }
    }

    /// Reads the sources side by side: AWS needs a while for the credential report.
    async fn read(&self, config: &SdkConfig) -> Result<(), CollectError> {
        let iam = aws_sdk_iam::config::Builder::from(config)
            .interceptor(Whole)
            .retry_partition(patient());
        let iam = aws_sdk_iam::Client::from_conf(iam.build());
        let details = self.part(DETAILS, async |work| authorization_details::collect(&iam, work).await);
        let report = self.part(REPORT, async |work| credential_report::collect(&iam, work).await);
        let summary = self.part(SUMMARY, async |work| account_summary::collect(&iam, work).await);
        try_join4(details, report, summary, self.regional(config)).await?;
        self.usage(&iam).await
    }

    /// When identities used their permissions; where no identity is known, there is nobody to ask about.
    async fn usage(&self, iam: &aws_sdk_iam::Client) -> Result<(), CollectError> {
        if self.run.plan.usage == Usage::None || !self.run.has(Some(self.id), DETAILS) {
            return Ok(());
        }
        self.part(LAST_ACCESSED, async |work| {
            let identities = match self.run.plan.usage {
                Usage::All => Ok(self.identities()?),
                Usage::Findings | Usage::None => (self.run.able)(self.id),
            };
            match identities {
                Ok(mut identities) => {
                    identities.sort();
                    identities.dedup();
                    last_accessed::collect(iam, &identities, work).await
                }
                Err(why) => {
                    let failure = Failure::strange(last_accessed::GENERATE, "NotAudited", &why);
                    work.gap(&failure, without(failure.call));
                    Ok(())
                }
            }
        })
        .await
    }

    /// The users and roles of the file that was written.
    fn identities(&self) -> Result<Vec<String>, CollectError> {
        let name = format!("accounts/{}/{}", self.id, authorization_details::FILE);
        Ok(authorization_details::identities(self.run.directory.read(&name)?.as_deref()))
    }

    /// The sources that answer for one Region only.
    async fn regional(&self, config: &SdkConfig) -> Result<(), CollectError> {
        let regions = self.regions(config).await?;
        let owner = Owner {
            account: self.id,
            with_organization: self.run.plan.members.is_some(),
        };
        self.part(ANALYZERS, async |work| {
            let clients = each(&regions, |region| {
                let config = aws_sdk_accessanalyzer::config::Builder::from(config).region(region);
                aws_sdk_accessanalyzer::Client::from_conf(config.interceptor(Whole).retry_partition(patient()).build())
            });
            analyzer::collect(&clients, owner, work).await
        })
        .await?;
        self.part(SERVICES, async |work| {
            let clients = each(&regions, |region| {
                let config = aws_sdk_ecs::config::Builder::from(config).region(region);
                aws_sdk_ecs::Client::from_conf(config.interceptor(Whole).retry_partition(patient()).build())
            });
            services::collect(&clients, work).await
        })
        .await?;
        #[cfg(feature = "ec2")]
        self.part(INSTANCES, async |work| {
            let clients = each(&regions, |region| {
                let config = aws_sdk_ec2::config::Builder::from(config).region(region);
                aws_sdk_ec2::Client::from_conf(config.interceptor(Whole).retry_partition(patient()).build())
            });
            instances::collect(&clients, &self.run.caller.partition(), work).await
        })
        .await?;
        Ok(())
    }

    /// The Regions to look at: those that were named, or those that the account has.
    async fn regions(&self, config: &SdkConfig) -> Result<Vec<String>, CollectError> {
        if !self.run.plan.regions.is_empty() {
            return Ok(self.run.plan.regions.clone());
        }
        let client = aws_sdk_account::config::Builder::from(config)
            .interceptor(Whole)
            .retry_partition(patient());
        let client = aws_sdk_account::Client::from_conf(client.build());
        self.part(REGIONS, async |work| regions::collect(&client, work).await).await?;
        let is_listed = self.run.has(Some(self.id), REGIONS);
        let file = self.run.directory.read(&format!("accounts/{}/{}", self.id, regions::FILE))?;
        let file = file.filter(|_| is_listed);
        Ok(regions::listed(file.as_deref(), &self.run.caller.partition()))
    }

    async fn part(&self, name: &str, read: impl AsyncFnOnce(&Work<'_>) -> Result<(), CollectError>) -> Result<(), CollectError> {
        self.run.part(Some(self.id), name, &self.gate, read).await
    }
}

fn each<C>(regions: &[String], client: impl Fn(Region) -> C) -> Vec<(String, C)> {
    let client = |region: &String| (region.clone(), client(Region::new(region.clone())));
    regions.iter().map(client).collect()
}
