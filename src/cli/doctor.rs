//! `doctor`: what a collection with these credentials would not see, before it is made.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use clap::Args;
use clap::ValueEnum;
use leastwise::collect::Check;
use leastwise::collect::CheckState;
use leastwise::collect::Checkup;
use leastwise::collect::checkup;
use leastwise::ident::AccountId;
use leastwise::report::visible;
use serde_json::json;

use crate::collect::Live;
use crate::collect::explained;
use crate::collect::plan;
use crate::exit::ExitCode;
use crate::exit::Failure;
use crate::output;

/// The text of `doctor --help` about exit codes.
pub(crate) const DOCTOR_EXIT_CODES: &str = "\
Exit codes:
  0  every call works
  2  wrong usage, no credentials, or nobody answers
  3  a call is refused or fails, or a chosen account is not active";

/// Makes each call of `collect` once and writes nothing.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The format of the result.
    #[arg(long, value_enum, default_value_t = DoctorFormat::Text)]
    pub(crate) format: DoctorFormat,
    #[command(flatten)]
    pub(crate) live: Live,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DoctorFormat {
    /// For people.
    Text,
    /// For programs; docs/collect.md describes it.
    Json,
}

/// Accounts that are named where a call fails in many.
const NAMED: usize = 8;

pub(crate) fn run(asked: &Doctor) -> Result<ExitCode, Failure> {
    let is_watched = output::shows_progress();
    let progress = |done: usize, total: usize| {
        if is_watched && total > 1 {
            output::progress(&format!("{done} of {total} accounts"));
        }
    };
    // Nothing is written, so the directory does not matter.
    let found = checkup(&plan(&asked.live, Path::new(""), false), &progress);
    if is_watched {
        output::progress("");
    }
    let found = found.map_err(explained)?;
    match asked.format {
        DoctorFormat::Text => output::lines(&text(&found))?,
        DoctorFormat::Json => output::lines(&json_text(&found))?,
    }
    Ok(if found.is_complete() {
        ExitCode::Done
    } else {
        ExitCode::Incomplete
    })
}

fn json_text(found: &Checkup) -> String {
    let inactive = found
        .inactive
        .iter()
        .map(|(account, state)| json!({"account": account, "state": state}));
    let report = json!({
        "schema": "leastwise-doctor/1",
        "caller": {"arn": found.caller.arn, "account": found.caller.account, "region": found.region},
        "accounts": found.accounts,
        "inactive": inactive.collect::<Vec<_>>(),
        "is_complete": found.is_complete(),
        "checks": found.checks,
    });
    format!("{report:#}\n")
}

fn text(found: &Checkup) -> String {
    let caller = &found.caller;
    let mut text = format!(
        "caller    {}\naccount   {}, called in Region {}\naccounts  {} to read\n",
        visible(&caller.arn),
        caller.account,
        visible(&found.region),
        found.accounts
    );
    for (account, state) in &found.inactive {
        let _ = writeln!(text, "          {account} is {} and cannot be read", visible(state));
    }
    text.push('\n');
    let mut by_call: BTreeMap<&str, BTreeMap<CheckState, Vec<&Check>>> = BTreeMap::new();
    for check in &found.checks {
        by_call
            .entry(check.call)
            .or_default()
            .entry(check.state)
            .or_default()
            .push(check);
    }
    for (call, states) in &by_call {
        let total = places(states.values().flatten());
        for (state, checks) in states {
            let _ = writeln!(text, "{:<10}{call}{}", state.word(), whereabouts(*state, checks, total));
            if let Some(unknown) = checks.first().and_then(|check| check.unknown) {
                let _ = writeln!(text, "          without it {unknown}");
            }
            if let Some(why) = why(*state, checks) {
                let _ = writeln!(text, "          {}", visible(&why));
            }
        }
    }
    text.push_str(&conclusion(found, &by_call));
    text
}

/// What happened to calls that do not work.
fn why(state: CheckState, checks: &[&Check]) -> Option<String> {
    let said: BTreeSet<&str> = checks.iter().filter_map(|check| check.detail.as_deref()).collect();
    let more = if said.len() > 1 { ", and other words elsewhere" } else { "" };
    let first = said.first().copied();
    match state {
        CheckState::Works => None,
        CheckState::Denied | CheckState::Failed => first.map(|first| format!("it was answered {first}{more}")),
        CheckState::NotBuilt => Some("this build cannot make the call: it has no feature ec2".into()),
        CheckState::NotAsked => Some("there was nothing to ask it about, or a call that it needs was not answered".into()),
    }
}

/// The accounts among the places of the calls.
fn places<'a>(checks: impl IntoIterator<Item = &'a &'a Check>) -> usize {
    let accounts: BTreeSet<Option<AccountId>> = checks.into_iter().map(|check| check.account).collect();
    accounts.len()
}

fn whereabouts(state: CheckState, checks: &[&Check], total: usize) -> String {
    let accounts: BTreeSet<AccountId> = checks.iter().filter_map(|check| check.account).collect();
    if total <= 1 || accounts.is_empty() {
        return String::new();
    }
    if state == CheckState::Works || state == CheckState::NotBuilt {
        return format!(" in {} of {total} accounts", accounts.len());
    }
    let named: Vec<String> = accounts.iter().take(NAMED).map(ToString::to_string).collect();
    let more = if accounts.len() > NAMED { ", …" } else { "" };
    format!(" in {} of {total} accounts: {}{more}", accounts.len(), named.join(", "))
}

fn conclusion(found: &Checkup, by_call: &BTreeMap<&str, BTreeMap<CheckState, Vec<&Check>>>) -> String {
    let denied: Vec<&str> = by_call
        .iter()
        .filter(|(_, states)| states.contains_key(&CheckState::Denied))
        .map(|(call, _)| *call)
        .collect();
    if !denied.is_empty() {
        return format!(
            "\nmissing permissions: {}; `leastwise iam-policy` prints the policy that has them, with --organization that of the caller\n",
            denied.join(", ")
        );
    }
    let is_failed = |states: &BTreeMap<CheckState, Vec<&Check>>| states.contains_key(&CheckState::Failed);
    if by_call.values().any(is_failed) {
        "\nno permission is missing; see what failed\n".into()
    } else if found.is_complete() {
        "\nnothing is missing\n".into()
    } else {
        "\nno permission is missing; accounts that are not active cannot be read\n".into()
    }
}
