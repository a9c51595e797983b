//! Sources → the organization, and the accounts one by one, several at a time.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::net::IpAddr;
use std::path::Path;
use std::path::PathBuf;

use jiff::Timestamp;
use leastwise::catalog::Catalog;
use leastwise::catalog::ValueType;
use leastwise::estate::AccessFindings;
use leastwise::estate::AccountEstate;
use leastwise::estate::Organization;
use leastwise::estate::Problem;
use leastwise::evaluate::AccountScope;
use leastwise::evaluate::ContextValue;
use leastwise::evaluate::parse_date;
use leastwise::ident::AccountId;
use leastwise::ident::Arn;
use leastwise::policy::ContextKey;
use leastwise::snapshot::Gap;
use leastwise::snapshot::GapScope;
use leastwise::snapshot::Snapshot;
use leastwise::snapshot::Source;
use rayon::prelude::*;

use crate::args::Reading;
use crate::exit::Failure;
use crate::output::remark;
use crate::progress::Progress;

/// What was read of all accounts together.
pub(crate) struct Inputs {
    pub(crate) snapshot: Snapshot,
    pub(crate) organization: Option<Organization>,
    pub(crate) findings: Option<AccessFindings>,
    /// What could not be read of the sources and the organization.
    pub(crate) problems: Vec<Problem>,
    /// What the collector cannot read whoever runs it: shown, and no reason to call the run incomplete.
    pub(crate) limits: Vec<Problem>,
    pub(crate) as_of: Timestamp,
    wanted: BTreeSet<AccountId>,
    is_standalone: bool,
    threads: Option<usize>,
}

impl Inputs {
    pub(crate) fn open(sources: &[PathBuf], reading: &Reading) -> Result<Self, Failure> {
        if sources.is_empty() {
            return Err(Failure::Usage(
                "no source given: name a snapshot directory, files of `aws iam get-account-authorization-details`, or - for standard input".into(),
            ));
        }
        Self::of(sources.iter().map(|path| source(path)).collect::<Result<_, _>>()?, reading)
    }

    pub(crate) fn of(sources: Vec<Source>, reading: &Reading) -> Result<Self, Failure> {
        let snapshot = Snapshot::open(sources)?;
        let files = snapshot.read_organization();
        let records = files.records();
        let described = records.organization.as_ref();
        let is_standalone = reading.standalone || described.is_some_and(|described| described.in_use == Some(false));
        let organization = described.filter(|_| !is_standalone).map(Organization::of);
        let findings = records.access_analyzer.as_ref().map(AccessFindings::of);
        let mut problems: Vec<Problem> = snapshot.gaps().iter().chain(&records.gaps).map(problem_of).collect();
        problems.extend(
            organization
                .iter()
                .flat_map(|organization| organization.problems.iter().cloned()),
        );
        problems.extend(findings.iter().flat_map(|findings| findings.problems.iter().cloned()));
        if organization.is_none() && !is_standalone {
            problems.push(Problem {
                account: None,
                subject: "organization.json".into(),
                detail:
                    "no organization was read, so whether SCPs apply is not known; add it to the snapshot, or say --standalone"
                        .into(),
            });
        }
        let collected = snapshot
            .manifests()
            .iter()
            .filter_map(|manifest| manifest.collected_at.as_deref()?.parse().ok())
            .max();
        let limits = snapshot.manifests().iter().flat_map(|manifest| &manifest.limits);
        let limits = limits.map(problem_of).collect();
        let as_of = reading.as_of.or(collected).unwrap_or_else(now);
        let wanted: BTreeSet<AccountId> = reading.accounts.iter().copied().collect();
        let known: BTreeSet<AccountId> = snapshot
            .accounts()
            .iter()
            .map(leastwise::snapshot::AccountEntry::id)
            .collect();
        if let Some(unknown) = wanted.iter().find(|account| !known.contains(account)) {
            return Err(Failure::Usage(format!("account {unknown} is in none of the sources")));
        }
        if let Some(organization) = &organization {
            problems.extend(
                organization
                    .accounts()
                    .filter(|account| !known.contains(account))
                    .map(|account| Problem {
                        account: Some(account),
                        subject: "account".into(),
                        detail: "the organization lists it and no source has it, so its identities are not in this report".into(),
                    }),
            );
        }
        problems.retain(|problem| wanted.is_empty() || problem.account.is_none_or(|account| wanted.contains(&account)));
        problems.sort();
        problems.dedup();
        Ok(Self {
            snapshot,
            organization,
            findings,
            problems,
            limits,
            as_of,
            wanted,
            is_standalone,
            threads: reading.threads,
        })
    }

    /// The accounts that are looked at.
    pub(crate) fn accounts(&self) -> Vec<AccountId> {
        let ids = self.snapshot.accounts().iter().map(leastwise::snapshot::AccountEntry::id);
        ids.filter(|id| self.looks_at(*id)).collect()
    }

    /// Whether the run speaks of this account, read or not.
    pub(crate) fn looks_at(&self, account: AccountId) -> bool {
        self.wanted.is_empty() || self.wanted.contains(&account)
    }

    /// Reads the accounts and hands each to `work`, several at a time; `take` gets the results in order of the accounts.
    pub(crate) fn each<R: Send>(
        &self,
        work: impl Fn(&AccountEstate, &AccountScope) -> R + Sync,
        mut take: impl FnMut(R),
    ) -> Result<(), Failure> {
        let accounts = self.accounts();
        let progress = Progress::new(accounts.len());
        let one = |id: &AccountId| {
            let result = self.one(*id, &work);
            progress.step();
            result
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(self.threads.unwrap_or(0)).build();
        let pool = pool.map_err(|error| Failure::Usage(format!("cannot start threads: {error}")))?;
        // A bounded number of results waits to be taken.
        for some in accounts.chunks(pool.current_num_threads().saturating_mul(8)) {
            let results: Vec<R> = pool.install(|| some.par_iter().filter_map(one).collect());
            results.into_iter().for_each(&mut take);
        }
        Ok(())
    }

    /// Reads one account.
    pub(crate) fn one<R>(&self, id: AccountId, work: impl FnOnce(&AccountEstate, &AccountScope) -> R) -> Option<R> {
        let entry = self.snapshot.accounts().iter().find(|entry| entry.id() == id)?;
        let files = entry.read();
        let records = files.records();
        let estate = AccountEstate::of(&records, self.findings.as_ref());
        Some(work(&estate, &self.scope(id)))
    }

    /// The place of an account, whether or not the sources hold it.
    pub(crate) fn scope(&self, account: AccountId) -> AccountScope {
        if self.is_standalone {
            AccountScope::standalone()
        } else {
            AccountScope::of(self.organization.as_ref(), account)
        }
    }
}

fn source(path: &Path) -> Result<Source, Failure> {
    if path != Path::new("-") {
        return Ok(Source::of_path(path)?);
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::File {
            path: "standard input".into(),
            error,
        })?;
    Ok(Source::Stdin(bytes))
}

fn problem_of(gap: &Gap) -> Problem {
    let account = match gap.scope {
        GapScope::Account(account) => Some(account),
        GapScope::Snapshot | GapScope::Organization => None,
    };
    Problem {
        account,
        subject: gap.named().into(),
        detail: gap.told().into(),
    }
}

/// The account of an identity that the asker names.
pub(crate) fn account_of(principal: &Arn) -> Result<AccountId, Failure> {
    principal.account().ok_or_else(|| {
        Failure::Usage(format!(
            "{principal} names no account; give the ARN of a user, a role or a root user"
        ))
    })
}

/// The keys of `--context`; one that the catalog does not know is remarked on.
pub(crate) fn context(pairs: &[String]) -> Result<Vec<(ContextKey, ContextValue)>, Failure> {
    let mut keys: Vec<(ContextKey, Vec<&str>)> = Vec::new();
    for pair in pairs {
        let Some((key, value)) = pair.split_once('=').filter(|(key, _)| !key.is_empty()) else {
            return Err(Failure::Usage(format!("--context `{pair}`: KEY=VALUE expected")));
        };
        let key = ContextKey::new(key);
        match keys.iter_mut().find(|(known, _)| *known == key) {
            Some((_, values)) => values.push(value),
            None => keys.push((key, vec![value])),
        }
    }
    keys.into_iter()
        .map(|(key, values)| Ok((key.clone(), context_value(&key, &values)?)))
        .collect()
}

fn context_value(key: &ContextKey, values: &[&str]) -> Result<ContextValue, Failure> {
    let prefix = key.lower().split(':').next().unwrap_or_default();
    let known = Catalog::bundled().condition_key_type(prefix, key.lower());
    match known {
        None => remark(&format!("condition key {key} is not in the catalog; it is taken as it is")),
        Some(known) => {
            if let Some(value) = values.iter().find(|value| !is_of_type(value, known.value)) {
                return Err(Failure::Usage(format!(
                    "--context {key}: `{value}` is not {}",
                    type_words(known.value)
                )));
            }
        }
    }
    match values {
        [value] if !known.is_some_and(|known| known.is_multivalued) => Ok(ContextValue::single(*value)),
        _ if known.is_some_and(|known| !known.is_multivalued) => Err(Failure::Usage(format!(
            "--context {key}: the key has one value, and {} are given",
            values.len()
        ))),
        _ => Ok(ContextValue::many(values.iter().copied())),
    }
}

/// Whether a text can be a value of the type; a mistyped value would quietly match nothing.
fn is_of_type(text: &str, value_type: ValueType) -> bool {
    match value_type {
        ValueType::String | ValueType::Binary => true,
        ValueType::Arn => text.starts_with("arn:"),
        ValueType::Bool => matches!(text.to_ascii_lowercase().as_str(), "true" | "false"),
        ValueType::Date => !parse_date(text).is_empty(),
        ValueType::Numeric => text.parse::<f64>().is_ok(),
        ValueType::IpAddress => text.parse::<IpAddr>().is_ok(),
    }
}

fn type_words(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::String => "a text",
        ValueType::Binary => "base64",
        ValueType::Arn => "an ARN",
        ValueType::Bool => "`true` or `false`",
        ValueType::Date => "a date such as 2026-09-30T12:00:00Z",
        ValueType::Numeric => "a number",
        ValueType::IpAddress => "an IP address",
    }
}

/// Now, to the second.
pub(crate) fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_second(now.as_second()).unwrap_or(now)
}
