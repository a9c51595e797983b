//! Before a collection: who we are, which calls we may make and where, and what a report would not know.

use std::collections::BTreeMap;

use futures_util::StreamExt as _;
use futures_util::stream;
use serde::Serialize;

use crate::collect::Caller;
use crate::collect::CollectError;
use crate::collect::Plan;
use crate::collect::Usage;
use crate::collect::access::Connection;
use crate::collect::actions::ATTRIBUTE;
use crate::collect::actions::INSTANCES;
use crate::collect::actions::ORGANIZATION_ACTIONS;
use crate::collect::caller;
use crate::collect::consequence::without;
use crate::collect::directory::Directory;
use crate::collect::failure::Failure;
use crate::collect::members;
use crate::collect::members::Chosen;
use crate::collect::organization;
use crate::collect::pace::Pace;
use crate::collect::probe::Probe;
use crate::collect::probe::Probed;
use crate::collect::record::NOT_BUILT;
use crate::collect::role;
use crate::collect::run::ORGANIZATIONS_RATE;
use crate::collect::work::Gate;
use crate::collect::work::Work;
use crate::ident::AccountId;

/// What was found.
#[derive(Debug, Clone)]
pub struct Checkup {
    /// Who the credentials belong to.
    pub caller: Caller,
    /// The Region that answered.
    pub region: String,
    /// The accounts that a collection would read.
    pub accounts: usize,
    /// The accounts of the choice that are not active, with AWS's word for their state.
    pub inactive: BTreeMap<AccountId, String>,
    /// Every call, by place.
    pub checks: Vec<Check>,
}

/// One call in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Check {
    /// The call, which is also the permission that it needs.
    pub call: &'static str,
    /// Whether it can be made.
    pub state: CheckState,
    /// The account; `None` for the organization.
    pub account: Option<AccountId>,
    /// The Region, for a call that answers for one.
    pub region: Option<String>,
    /// AWS's error code, or a word of ours.
    pub code: Option<String>,
    /// What AWS said.
    pub detail: Option<String>,
    /// What a report would not know; `None` where the call works.
    pub unknown: Option<&'static str>,
}

/// Whether a call can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// It was answered.
    Works,
    /// The permission is missing.
    Denied,
    /// It failed for another reason.
    Failed,
    /// This build cannot make it.
    NotBuilt,
    /// There was nothing to ask for, or what it needs could not be had.
    NotAsked,
}

impl CheckState {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Works => "works",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::NotBuilt => "not built",
            Self::NotAsked => "not asked",
        }
    }
}

impl Checkup {
    /// Whether a collection would read all that this build can read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let is_well = |check: &Check| match check.state {
            CheckState::Works | CheckState::NotBuilt | CheckState::NotAsked => true,
            CheckState::Denied | CheckState::Failed => false,
        };
        self.inactive.is_empty() && self.checks.iter().all(is_well)
    }
}

/// Makes every call of the plan once and writes nothing; `progress` hears how many of how many accounts are done. Calls
/// that answer for one Region are made in those of the plan, or else in the caller's.
///
/// # Errors
/// [`CollectError`] when the caller cannot be identified, or a chosen account is none of the organization.
pub fn checkup(plan: &Plan, progress: &dyn Fn(usize, usize)) -> Result<Checkup, CollectError> {
    let start = |error| CollectError::Start { error };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(start)?;
    let result = runtime.block_on(checked(plan, progress));
    runtime.shutdown_background();
    result
}

async fn checked(plan: &Plan, progress: &dyn Fn(usize, usize)) -> Result<Checkup, CollectError> {
    let connection = plan.access.connect().await;
    let caller = caller::identify(&connection, &plan.access).await?;
    let folder = tempfile::tempdir().map_err(|error| CollectError::Start { error })?;
    let run = Examination {
        plan,
        connection: &connection,
        caller: &caller,
        directory: Directory::at(folder.path()),
        pace: Pace::of(plan.max_rate),
    };
    let mut checks = run.organization().await?;
    let chosen = run.chosen()?;
    let (total, mut done) = (chosen.active.len(), 0);
    let accounts = stream::iter(&chosen.active).map(|account| run.account(*account));
    let mut accounts = accounts.buffered(plan.concurrency.max(1));
    while let Some(more) = accounts.next().await {
        checks.extend(more);
        done += 1;
        progress(done, total);
    }
    drop(accounts);
    checks.sort();
    Ok(Checkup {
        region: connection.region.clone(),
        accounts: total,
        inactive: chosen.inactive,
        checks,
        caller,
    })
}

/// A checkup under way.
struct Examination<'a> {
    plan: &'a Plan,
    connection: &'a Connection,
    caller: &'a Caller,
    directory: Directory,
    pace: Pace,
}

impl Examination<'_> {
    /// Reads the organization as `collect` does, since each call needs what another one answered.
    async fn organization(&self) -> Result<Vec<Check>, CollectError> {
        let client = aws_sdk_organizations::Client::new(&self.connection.config);
        let rate = self
            .plan
            .max_rate
            .map_or(ORGANIZATIONS_RATE, |rate| rate.min(ORGANIZATIONS_RATE));
        let pace = Pace::of(Some(rate));
        let gate = Gate::new(&pace);
        let work = Work::new(&self.directory, String::new(), &gate, "");
        let calls: &[&'static str] = if self.plan.members.is_some() {
            organization::collect(&client, &work).await?;
            &ORGANIZATION_ACTIONS
        } else {
            organization::describe(&client, &work).await?;
            &[organization::DESCRIBE]
        };
        let part = work.done();
        let check = |call: &&'static str| {
            let gap = part.gaps.iter().find(|gap| gap.subject == *call);
            let state = match gap {
                Some(gap) if gap.permission.is_some() => CheckState::Denied,
                Some(_) => CheckState::Failed,
                // That there is no organization is an answer too.
                None if part.calls.contains_key(*call) || *call == organization::DESCRIBE => CheckState::Works,
                None => CheckState::NotAsked,
            };
            Check {
                call,
                state,
                account: None,
                region: None,
                code: gap.map(|gap| gap.code.clone()),
                detail: gap.map(|gap| gap.detail.split("; ").next().unwrap_or_default().to_owned()),
                unknown: (state != CheckState::Works).then(|| without(call)),
            }
        };
        Ok(calls.iter().map(check).collect())
    }

    fn chosen(&self) -> Result<Chosen, CollectError> {
        let mut chosen = match &self.plan.members {
            Some(members) => members::chosen(&self.directory, members)?,
            None => Chosen::default(),
        };
        if chosen.active.is_empty() && chosen.inactive.is_empty() {
            chosen.active.insert(self.caller.account);
        }
        Ok(chosen)
    }

    async fn account(&self, account: AccountId) -> Vec<Check> {
        let gate = Gate::new(&self.pace);
        let work = Work::new(&self.directory, String::new(), &gate, "");
        let mut checks = Vec::new();
        let members = self.plan.members.as_ref().filter(|_| account != self.caller.account);
        let config = match members {
            None => self.connection.config.clone(),
            Some(members) => {
                let entered = role::enter(self.connection, &self.caller.partition(), account, members, &work).await;
                let (config, result) = match entered {
                    Ok(config) => (Some(config), Ok(())),
                    Err(failure) => (None, Err(failure)),
                };
                checks.push(check(account, None, (role::CALL, result)));
                let Some(config) = config else { return checks };
                config
            }
        };
        let partition = self.caller.partition();
        let probe = Probe {
            config: &config,
            partition: &partition,
            account,
            with_usage: self.plan.usage != Usage::None,
            work: &work,
        };
        checks.extend(probe.global().await.into_iter().map(|probed| check(account, None, probed)));
        let here = [self.connection.region.clone()];
        let regions = if self.plan.regions.is_empty() {
            &here[..]
        } else {
            &self.plan.regions
        };
        for region in regions {
            let probed = probe.regional(region).await;
            checks.extend(probed.into_iter().map(|probed| check(account, Some(region), probed)));
            if cfg!(not(feature = "ec2")) {
                let left_out = |call| Err(Failure::strange(call, NOT_BUILT, "this build has no `ec2` feature"));
                let calls = [INSTANCES, ATTRIBUTE].map(|call| (call, left_out(call)));
                checks.extend(calls.map(|probed| check(account, Some(region), probed)));
            }
        }
        checks
    }
}

fn check(account: AccountId, region: Option<&String>, (call, result): Probed) -> Check {
    let failure = result.err();
    let state = match &failure {
        None => CheckState::Works,
        Some(failure) if failure.is_denied() => CheckState::Denied,
        Some(failure) if failure.code == NOT_BUILT => CheckState::NotBuilt,
        Some(_) => CheckState::Failed,
    };
    Check {
        call,
        state,
        account: Some(account),
        region: region.cloned(),
        code: failure.as_ref().map(|failure| failure.code.clone()),
        detail: failure.as_ref().map(ToString::to_string),
        unknown: failure.is_some().then(|| without(call)),
    }
}
