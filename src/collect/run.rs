//! One collection, from credentials to a snapshot directory.

use std::io;
use std::path::Path;

use jiff::Timestamp;

use crate::collect::Access;
use crate::collect::Caller;
use crate::collect::CollectError;
use crate::collect::access::Connection;
use crate::collect::authorization_details;
use crate::collect::authorization_details::Details;
use crate::collect::caller;
use crate::collect::cli_shape;
use crate::collect::credential_report;
use crate::collect::directory::Directory;
use crate::collect::failure::Failure;
use crate::collect::manifest;
use crate::snapshot::Gap;
use crate::snapshot::GapScope;

/// The actions that the caller must be allowed; `docs/collector-policy.json` allows just these.
/// `sts:GetCallerIdentity` is called too and needs no permission.
pub const ACTIONS: [&str; 3] = [
    authorization_details::CALL,
    credential_report::GENERATE,
    credential_report::READ,
];

/// What was collected.
#[derive(Debug, Clone)]
pub struct Collected {
    /// Whose account it is, and who collected it.
    pub caller: Caller,
    /// IAM users, groups, roles and managed policies, in this order; `None` when they could not be read.
    pub counts: Option<[usize; 4]>,
    /// The pages that they came in.
    pub pages: usize,
    /// What could not be read; the manifest lists them too.
    pub gaps: Vec<Gap>,
}

/// Collects the account of the caller's credentials into a directory that is new or empty.
/// `collected_at` goes into the manifest.
///
/// # Errors
/// [`CollectError`] when the caller cannot be identified or a file cannot be written. A call that fails later is a gap.
pub fn collect(access: &Access, output: &Path, collected_at: Timestamp) -> Result<Collected, CollectError> {
    let directory = Directory::at(output)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| CollectError::Start { error })?;
    let result = runtime.block_on(collected(access, &directory, collected_at));
    // A name that does not resolve may keep its thread busy for long; nobody waits for it.
    runtime.shutdown_background();
    result
}

async fn collected(access: &Access, directory: &Directory, collected_at: Timestamp) -> Result<Collected, CollectError> {
    let connection = access.connect().await;
    let caller = caller::identify(&connection, access).await?;
    let mut run = Run {
        directory,
        collected: Collected {
            caller,
            counts: None,
            pages: 0,
            gaps: Vec::new(),
        },
        sources: vec![caller::CALL],
    };
    run.authorization_details(&connection).await?;
    run.credential_report(&connection).await?;
    directory.write("manifest.json", |out| {
        manifest::write(collected_at, &run.sources, &run.collected.gaps, out)
    })?;
    Ok(run.collected)
}

struct Run<'a> {
    directory: &'a Directory,
    collected: Collected,
    sources: Vec<&'static str>,
}

impl Run<'_> {
    async fn authorization_details(&mut self, connection: &Connection) -> Result<(), CollectError> {
        match authorization_details::read(&connection.iam).await {
            Ok(details) => {
                self.write("account-authorization-details.json", |out| {
                    serde_json::to_writer_pretty(&mut *out, &cli_shape::of(&details))?;
                    out.write_all(b"\n")
                })?;
                self.collected.counts = Some(counts(&details));
                self.collected.pages = details.pages;
                self.sources.push(authorization_details::CALL);
            }
            Err(failure) => self.gap(&failure, "no identity and no policy of the account is known"),
        }
        Ok(())
    }

    async fn credential_report(&mut self, connection: &Connection) -> Result<(), CollectError> {
        match credential_report::read(&connection.iam).await {
            Ok(report) => {
                self.write("credential-report.csv", |out| out.write_all(&report))?;
                self.sources.extend([credential_report::GENERATE, credential_report::READ]);
            }
            Err(failure) => self.gap(&failure, "which passwords and access keys are in use is not known"),
        }
        Ok(())
    }

    fn write(&self, name: &str, write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<(), CollectError> {
        let account = self.collected.caller.account;
        self.directory.write(&format!("accounts/{account}/{name}"), write)
    }

    fn gap(&mut self, failure: &Failure, consequence: &str) {
        self.collected.gaps.push(Gap {
            scope: GapScope::Account(self.collected.caller.account),
            subject: failure.call.into(),
            detail: format!("{failure}; {consequence}"),
            place: None,
        });
    }
}

fn counts(details: &Details) -> [usize; 4] {
    [
        details.users.as_ref().map_or(0, Vec::len),
        details.groups.as_ref().map_or(0, Vec::len),
        details.roles.as_ref().map_or(0, Vec::len),
        details.policies.as_ref().map_or(0, Vec::len),
    ]
}
