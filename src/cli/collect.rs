//! `collect`: AWS into a snapshot directory.

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

use clap::Args;
use clap::ValueEnum;
use jiff::Timestamp;
use jiff::Unit;
use leastwise::collect::Access;
use leastwise::collect::CollectError;
use leastwise::collect::Collected;
use leastwise::collect::Members;
use leastwise::collect::Plan;
use leastwise::collect::Progress;
use leastwise::collect::Usage;
use leastwise::collect::collect;
use leastwise::ident::AccountId;
use leastwise::report::visible;
use leastwise::rules::RuleSet;

use crate::args::Reading;
use crate::audit::able;
use crate::audit::args::Audit;
use crate::audit::report;
use crate::audit::rules;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::output;

/// Only reading calls are made; docs/collector-policy.json allows just these. Credentials, Region and proxy are found as
/// the AWS CLI finds them.
#[derive(Debug, Args)]
pub(crate) struct Collect {
    /// The directory to fill: new, empty, or left by an earlier run, which is then gone on with. Its files can be read by
    /// their owner only.
    #[arg(long, short, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Start over instead of going on with what an earlier run left.
    #[arg(long)]
    pub(crate) refresh: bool,
    #[command(flatten)]
    pub(crate) live: Live,
}

/// What is read of AWS, and how.
#[derive(Debug, Clone, Args)]
pub(crate) struct Live {
    /// Use this profile of the shared AWS config files.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Call this Region; without it the environment's or the profile's, or else us-east-1.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<String>,
    /// Read every active account of the organization, through a role of each.
    #[arg(long, requires = "role_name")]
    pub(crate) organization: bool,
    /// The role to assume in each account, with its path if it has one.
    #[arg(long, value_name = "NAME", requires = "organization")]
    pub(crate) role_name: Option<String>,
    /// What the role's trust policy asks for as sts:ExternalId.
    #[arg(long, value_name = "ID", requires = "organization")]
    pub(crate) external_id: Option<String>,
    /// Only these accounts.
    #[arg(long = "accounts", value_name = "ID,…", value_delimiter = ',', requires = "organization")]
    pub(crate) members: Vec<AccountId>,
    /// Only accounts in these organizational units, at any depth.
    #[arg(long, value_name = "OU,…", value_delimiter = ',', requires = "organization")]
    pub(crate) ou: Vec<String>,
    /// Not these accounts, nor those in these organizational units.
    #[arg(long, value_name = "ID,…", value_delimiter = ',', requires = "organization")]
    pub(crate) exclude: Vec<String>,
    /// The Regions whose analyzers and services are read; without it those that each account has.
    #[arg(long, value_name = "REGION,…", value_delimiter = ',')]
    pub(crate) regions: Vec<String>,
    /// Whose use of permissions IAM is asked for, action by action: a job of seconds for each identity.
    #[arg(long, value_enum, default_value_t = UsageChoice::Findings)]
    pub(crate) usage: UsageChoice,
    /// Accounts that are read at the same time.
    #[arg(long, value_name = "N", default_value_t = 8)]
    pub(crate) concurrency: usize,
    /// The most calls a second of the whole run.
    #[arg(long, value_name = "R", value_parser = rate)]
    pub(crate) max_rate: Option<f64>,
    /// Seconds of silence after which a call is sent again.
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) call_timeout: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum UsageChoice {
    /// Of every user and role.
    All,
    /// Of those that a rule finds able to act, for certain or perhaps.
    Findings,
    /// Of nobody.
    None,
}

pub(crate) fn run(arguments: &Collect) -> Result<ExitCode, Failure> {
    let collected = collected(&arguments.live, &arguments.output, arguments.refresh, &[])?;
    for gap in collected.gaps.iter().chain(&collected.limits) {
        output::remark(&gap.to_string());
    }
    output::lines(&summary(&collected, &arguments.output.display().to_string()))?;
    Ok(if collected.gaps.is_empty() && !collected.is_interrupted {
        ExitCode::Done
    } else {
        ExitCode::Incomplete
    })
}

/// Collects into the directory that was named or a temporary one, and audits that.
pub(crate) fn audit(arguments: &Audit) -> Result<ExitCode, Failure> {
    let temporary = match &arguments.snapshot {
        Some(_) => None,
        None => Some(tempfile::tempdir().map_err(|error| output::file_failure(&std::env::temp_dir(), error))?),
    };
    let inside = temporary.as_ref().map(|folder| folder.path().join("snapshot"));
    let directory = arguments.snapshot.as_ref().or(inside.as_ref());
    let Some(directory) = directory else {
        return Err(Failure::Usage("name a directory with --snapshot".into()));
    };
    // The gaps stand in the report.
    let collected = collected(&arguments.live, directory, false, &arguments.reporting.rules)?;
    if collected.is_interrupted {
        return Ok(ExitCode::Incomplete);
    }
    let inputs = Inputs::open(std::slice::from_ref(directory), &arguments.sources.reading)?;
    report(&inputs, &arguments.reporting)
}

fn collected(live: &Live, output: &Path, refresh: bool, rule_files: &[PathBuf]) -> Result<Collected, Failure> {
    let rules = rules(rule_files)?;
    let plan = plan(live, output, refresh);
    let started = Instant::now();
    let is_watched = output::shows_progress();
    let is_many = plan.members.is_some();
    let progress = |progress| {
        if is_watched {
            output::progress(&line(progress, started.elapsed()));
        } else if is_many {
            output::remark(&line(progress, started.elapsed()));
        }
    };
    let able = |account| able_of(output, account, &rules).map_err(|failure| failure.to_string());
    let collected = collect(&plan, &progress, &able);
    if is_watched {
        output::progress("");
    }
    let collected = collected.map_err(explained)?;
    if collected.is_interrupted {
        output::remark("stopped; what is there is marked incomplete, and the same command goes on from it");
    }
    Ok(collected)
}

/// Where the environment names a profile that gave nothing, that is the likeliest cause.
pub(crate) fn explained(error: CollectError) -> Failure {
    match (&error, std::env::var_os("AWS_PROFILE")) {
        (CollectError::NoCredentials { .. }, Some(profile)) => Failure::Usage(format!(
            "{error}; AWS_PROFILE names `{}`, which is not defined or holds no credentials (`aws configure list-profiles`)",
            profile.display()
        )),
        _ => error.into(),
    }
}

/// Audits the account as far as it was collected.
fn able_of(output: &Path, account: AccountId, rules: &RuleSet) -> Result<Vec<String>, Failure> {
    let reading = Reading {
        accounts: vec![account],
        as_of: None,
        standalone: false,
        threads: None,
    };
    let inputs = Inputs::open(&[output.to_path_buf()], &reading)?;
    Ok(able(&inputs, rules, account).into_iter().collect())
}

pub(crate) fn plan(live: &Live, output: &Path, refresh: bool) -> Plan {
    let now = Timestamp::now();
    let members = Members {
        role: live.role_name.clone().unwrap_or_default(),
        external_id: live.external_id.clone(),
        accounts: live.members.clone(),
        units: live.ou.clone(),
        exclude: live.exclude.clone(),
    };
    Plan {
        access: Access {
            profile: live.profile.clone(),
            region: live.region.clone(),
            silence: Some(Duration::from_secs(live.call_timeout)),
        },
        output: output.to_path_buf(),
        members: live.organization.then_some(members),
        regions: live.regions.clone(),
        usage: match live.usage {
            UsageChoice::All => Usage::All,
            UsageChoice::Findings => Usage::Findings,
            UsageChoice::None => Usage::None,
        },
        concurrency: live.concurrency,
        max_rate: live.max_rate,
        refresh,
        now: now.round(Unit::Second).unwrap_or(now),
    }
}

/// How far it is, and when it may be there.
fn line(progress: Progress, elapsed: Duration) -> String {
    let Progress {
        account,
        done,
        failed,
        total,
        calls,
    } = progress;
    let seconds = elapsed.as_secs_f64().max(0.001);
    let left = total.saturating_sub(done);
    let rest = elapsed
        .checked_div(u32::try_from(done).unwrap_or(u32::MAX))
        .and_then(|each| each.checked_mul(u32::try_from(left).unwrap_or(u32::MAX)))
        .unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let rate = calls as f64 / seconds;
    format!(
        "{done} of {total} accounts, {failed} failed, {rate:.0} calls/s, about {}s left (last: {account})",
        rest.as_secs()
    )
}

fn summary(collected: &Collected, output: &str) -> String {
    let Collected {
        caller,
        accounts,
        calls,
        kept,
        gaps,
        ..
    } = collected;
    let kept = match kept {
        0 => String::new(),
        kept => format!(", {kept} files kept from earlier runs"),
    };
    format!(
        "collected as {}: accounts {accounts}, calls {calls}, gaps {}{kept}, written to {}\n",
        visible(&caller.arn),
        gaps.len(),
        visible(output)
    )
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "a number above zero expected".to_owned())
}
