//! One collection, from credentials to a snapshot directory.

use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::pin::pin;

use futures_util::StreamExt as _;
use futures_util::TryStreamExt as _;
use futures_util::future::Either;
use futures_util::future::select;
use futures_util::stream;

use crate::collect::Caller;
use crate::collect::CollectError;
use crate::collect::Plan;
use crate::collect::access::Connection;
use crate::collect::account::Account;
use crate::collect::actions::INSTANCES;
use crate::collect::caller;
use crate::collect::directory::Directory;
use crate::collect::failure::Failure;
use crate::collect::manifest;
use crate::collect::manifest::Head;
use crate::collect::manifest::Records;
use crate::collect::members;
use crate::collect::members::Chosen;
use crate::collect::organization;
use crate::collect::pace::Pace;
use crate::collect::record::FILE;
use crate::collect::record::NOT_BUILT;
use crate::collect::record::Part;
use crate::collect::record::Record;
use crate::collect::whole::Whole;
use crate::collect::whole::patient;
use crate::collect::work::Gate;
use crate::collect::work::Work;
use crate::ident::AccountId;
use crate::snapshot::Gap;
use crate::snapshot::GapScope;

/// Organizations throttles early, and all callers of an organization share its rate.
pub(super) const ORGANIZATIONS_RATE: f64 = 10.0;

/// The part of a record that says why an account was not read at all.
pub(super) const ACCOUNT_PART: &str = "account";

/// What was collected.
#[derive(Debug, Clone)]
pub struct Collected {
    /// Who collected it.
    pub caller: Caller,
    /// The accounts that were read, with or without gaps.
    pub accounts: usize,
    /// The calls that were answered in this run and in earlier ones that it went on from.
    pub calls: u64,
    /// Files that earlier runs left and that were kept.
    pub kept: usize,
    /// Whether the run was stopped before its end.
    pub is_interrupted: bool,
    /// What could not be read; the manifest lists them too.
    pub gaps: Vec<Gap>,
    /// What this build cannot read, whoever asks; the manifest lists that as limits.
    pub limits: Vec<Gap>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The account that was just finished.
    pub account: AccountId,
    /// Accounts that are finished.
    pub done: usize,
    /// Those among them that could not be read at all.
    pub failed: usize,
    /// All accounts of the run.
    pub total: usize,
    /// Calls that were answered.
    pub calls: u64,
}

/// Who of an account may be able to do what the rules ask about: ARNs of users and roles, or in words why that is not
/// known. Called when the account's other files are there.
pub type Able<'a> = dyn Fn(AccountId) -> Result<Vec<String>, String> + 'a;

/// Collects into a directory; `progress` hears of each account that is finished, `able` is asked where the plan says
/// [`Usage::Findings`](crate::collect::Usage::Findings).
///
/// # Errors
/// [`CollectError`] when the caller cannot be identified or a file cannot be read or written. A call that fails later is
/// a gap.
pub fn collect(plan: &Plan, progress: &dyn Fn(Progress), able: &Able<'_>) -> Result<Collected, CollectError> {
    let directory = Directory::at(&plan.output);
    let earlier = earlier(plan, &directory)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CollectError::Start { error })?;
    let result = runtime.block_on(collected(plan, &directory, earlier, progress, able));
    // A name that does not resolve may keep its thread busy for long; nobody waits for it.
    runtime.shutdown_background();
    result
}

/// What an earlier run left; `None` for a new directory.
fn earlier(plan: &Plan, directory: &Directory) -> Result<Option<Head>, CollectError> {
    let head = manifest::read(directory)?;
    if head.is_none() && !directory.is_empty()? {
        return Err(CollectError::NotEmpty {
            path: plan.output.clone(),
        });
    }
    Ok(head)
}

async fn collected(
    plan: &Plan,
    directory: &Directory,
    earlier: Option<Head>,
    progress: &dyn Fn(Progress),
    able: &Able<'_>,
) -> Result<Collected, CollectError> {
    let connection = plan.access.connect().await;
    let caller = caller::identify(&connection, &plan.access).await?;
    let head = head(plan, &caller, earlier.as_ref())?;
    let _lock = directory.lock()?;
    directory.sweep()?;
    if plan.refresh {
        directory.clear()?;
    }
    manifest::write(directory, &head, &Records::new(), false)?;
    let run = Run {
        plan,
        directory,
        connection: &connection,
        caller: &caller,
        able,
        pace: Pace::of(plan.max_rate),
        at: plan.now.to_string(),
        records: RefCell::default(),
        kept: Cell::new(0),
        calls: Cell::new(0),
        is_organization_new: Cell::new(false),
    };
    let is_interrupted = match select(pin!(run.all(progress)), pin!(tokio::signal::ctrl_c())).await {
        Either::Left((result, _)) => {
            result?;
            false
        }
        Either::Right(_) => true,
    };
    let records = run.records.into_inner();
    manifest::write(directory, &head, &records, !is_interrupted)?;
    let (limits, gaps) = gaps(&records);
    let accounts = records
        .iter()
        .filter(|(account, record)| account.is_some() && !record.contains_key(ACCOUNT_PART));
    Ok(Collected {
        accounts: accounts.count(),
        calls: records
            .values()
            .flat_map(BTreeMap::values)
            .flat_map(|part| part.calls.values())
            .sum(),
        kept: run.kept.get(),
        is_interrupted,
        gaps,
        limits,
        caller,
    })
}

/// What the manifest will say of the run. Two runs that ask for different things do not go on from each other.
fn head(plan: &Plan, caller: &Caller, earlier: Option<&Head>) -> Result<Head, CollectError> {
    let scope = plan.scope(caller.account);
    let now = plan.now.to_string();
    let Some(earlier) = earlier.filter(|_| !plan.refresh) else {
        return Ok(Head { scope, runs: vec![now] });
    };
    let names: BTreeSet<&String> = earlier.scope.keys().chain(scope.keys()).collect();
    if let Some(name) = names.into_iter().find(|name| earlier.scope.get(*name) != scope.get(*name)) {
        let word = |scope: &BTreeMap<String, String>| scope.get(name).map_or("none", String::as_str).to_owned();
        return Err(CollectError::Other {
            path: plan.output.clone(),
            difference: format!("{name}: {} there, {} now", word(&earlier.scope), word(&scope)),
        });
    }
    let mut runs = earlier.runs.clone();
    if !runs.contains(&now) {
        runs.push(now);
    }
    Ok(Head { scope, runs })
}

/// A run under way.
pub(super) struct Run<'a> {
    pub(super) plan: &'a Plan,
    pub(super) directory: &'a Directory,
    pub(super) connection: &'a Connection,
    pub(super) caller: &'a Caller,
    pub(super) able: &'a Able<'a>,
    pub(super) pace: Pace,
    at: String,
    records: RefCell<Records>,
    kept: Cell<usize>,
    calls: Cell<u64>,
    is_organization_new: Cell<bool>,
}

impl Run<'_> {
    async fn all(&self, progress: &dyn Fn(Progress)) -> Result<(), CollectError> {
        self.organization().await?;
        let chosen = self.chosen()?;
        for (account, state) in &chosen.inactive {
            self.inactive(*account, state)?;
        }
        let (total, done, failed) = (chosen.active.len(), Cell::new(0), Cell::new(0));
        let accounts =
            stream::iter(&chosen.active)
                .map(Ok)
                .try_for_each_concurrent(self.plan.concurrency.max(1), |account| async {
                    let is_read = Account::new(self, *account).collect().await?;
                    done.set(done.get() + 1);
                    failed.set(failed.get() + usize::from(!is_read));
                    progress(Progress {
                        account: *account,
                        done: done.get(),
                        failed: failed.get(),
                        total,
                        calls: self.calls.get(),
                    });
                    Ok(())
                });
        accounts.await
    }

    async fn organization(&self) -> Result<(), CollectError> {
        let client = aws_sdk_organizations::config::Builder::from(&self.connection.config)
            .interceptor(Whole)
            .retry_partition(patient());
        let client = aws_sdk_organizations::Client::from_conf(client.build());
        let rate = self
            .plan
            .max_rate
            .map_or(ORGANIZATIONS_RATE, |rate| rate.min(ORGANIZATIONS_RATE));
        let pace = Pace::of(Some(rate));
        let gate = Gate::new(&pace);
        let record = self.directory.record("")?;
        self.records.borrow_mut().insert(None, record);
        self.part(None, "caller", &gate, async |work| {
            work.answered(caller::CALL);
            Ok(())
        })
        .await?;
        self.part(None, "ec2-instances", &gate, async |work| {
            if cfg!(not(feature = "ec2")) {
                let failure = Failure::strange(INSTANCES, NOT_BUILT, "this build has no `ec2` feature");
                work.gap(&failure, "which EC2 instances the accounts have is not known");
            }
            Ok(())
        })
        .await?;
        self.is_organization_new.set(!self.has(None, "organization"));
        self.part(None, "organization", &gate, async |work| match &self.plan.members {
            Some(_) => organization::collect(&client, work).await,
            None => organization::describe(&client, work).await,
        })
        .await
    }

    /// The accounts to read. Where the organization does not tell them, the caller's own is what is left.
    fn chosen(&self) -> Result<Chosen, CollectError> {
        let mut chosen = match &self.plan.members {
            Some(members) => members::chosen(self.directory, members)?,
            None => Chosen::default(),
        };
        if chosen.active.is_empty() && chosen.inactive.is_empty() {
            chosen.active.insert(self.caller.account);
        }
        Ok(chosen)
    }

    /// An account that AWS has suspended or closed answers nobody.
    fn inactive(&self, account: AccountId, state: &str) -> Result<(), CollectError> {
        let failure = Failure::strange(ACCOUNT_PART, state, "the organization says that the account is not active");
        let gate = Gate::new(&self.pace);
        let work = self.work(Some(account), &gate);
        work.gap(&failure, "it was not read");
        self.keep(Some(account), ACCOUNT_PART, work.done())
    }

    /// Whether a part is there from an earlier run, whole and without gaps.
    pub(super) fn has(&self, account: Option<AccountId>, name: &str) -> bool {
        let records = self.records.borrow();
        let part = records.get(&account).and_then(|record| record.get(name));
        part.is_some_and(|part| part.gaps.is_empty())
    }

    /// Loads what earlier runs left of an account.
    pub(super) fn load(&self, account: AccountId) -> Result<(), CollectError> {
        let mut record = self.directory.record(&folder(Some(account)))?;
        // Why it could not be read then says nothing of now.
        record.remove(ACCOUNT_PART);
        self.kept
            .set(self.kept.get() + record.values().map(|part| part.files.len()).sum::<usize>());
        self.records.borrow_mut().insert(Some(account), record);
        Ok(())
    }

    /// Whether this run has read the organization, and what an earlier one concluded from it may not hold.
    pub(super) fn is_organization_new(&self) -> bool {
        self.is_organization_new.get()
    }

    /// Leaves a part out that was made from what is read anew.
    pub(super) fn forget(&self, account: AccountId, name: &str) {
        if let Some(record) = self.records.borrow_mut().get_mut(&Some(account)) {
            record.remove(name);
        }
    }

    /// Reads one source, unless it is there already, and records it.
    pub(super) async fn part(
        &self,
        account: Option<AccountId>,
        name: &str,
        gate: &Gate<'_>,
        read: impl AsyncFnOnce(&Work<'_>) -> Result<(), CollectError>,
    ) -> Result<(), CollectError> {
        if self.has(account, name) {
            return Ok(());
        }
        let work = self.work(account, gate);
        read(&work).await?;
        self.keep(account, name, work.done())
    }

    /// Work on one source.
    pub(super) fn work<'w>(&'w self, account: Option<AccountId>, gate: &'w Gate<'w>) -> Work<'w> {
        Work::new(self.directory, folder(account), gate, &self.at)
    }

    /// Records what came of a source.
    pub(super) fn keep(&self, account: Option<AccountId>, name: &str, part: Part) -> Result<(), CollectError> {
        self.calls.set(self.calls.get() + part.calls.values().sum::<u64>());
        let mut records = self.records.borrow_mut();
        let record = records.entry(account).or_default();
        record.insert(name.into(), part);
        write_record(self.directory, &folder(account), record)
    }
}

fn write_record(directory: &Directory, folder: &str, record: &Record) -> Result<(), CollectError> {
    directory.write(&format!("{folder}{FILE}"), |out| {
        serde_json::to_writer_pretty(&mut *out, record)?;
        out.write_all(b"\n")
    })?;
    Ok(())
}

/// The folder of an account, or of the organization, inside the directory.
fn folder(account: Option<AccountId>) -> String {
    account.map_or(String::new(), |account| format!("accounts/{account}/"))
}

/// The limits of this build, and the gaps.
fn gaps(records: &Records) -> (Vec<Gap>, Vec<Gap>) {
    let mut found: Vec<(&str, Gap)> = records
        .iter()
        .flat_map(|(account, record)| record.values().map(move |part| (account, part)))
        .flat_map(|(account, part)| {
            part.gaps.iter().map(|gap| {
                let told = Gap {
                    scope: account.map_or(GapScope::Organization, GapScope::Account),
                    subject: gap.subject.clone(),
                    detail: gap.detail.clone(),
                    place: None,
                };
                (gap.code.as_str(), told)
            })
        })
        .collect();
    found.sort();
    let (limits, gaps): (Vec<_>, Vec<_>) = found.into_iter().partition(|(code, _)| *code == NOT_BUILT);
    let told = |gaps: Vec<(&str, Gap)>| gaps.into_iter().map(|(_, gap)| gap).collect();
    (told(limits), told(gaps))
}
