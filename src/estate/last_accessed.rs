//! When an identity last used its permissions, service by service and action by action (IAM's last accessed information).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::estate::Problem;
use crate::estate::account::timestamp;
use crate::ident::AccountId;
use crate::ident::Action;
use crate::snapshot::LastAccessedRecord;

/// What AWS says of one identity. An attempt that was refused counts as use there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LastAccessed {
    /// When AWS gave the answer.
    pub completed: Option<Timestamp>,
    /// The tracked actions, in lower case with their prefix; none for one that was not called in the tracked time.
    actions: BTreeMap<Box<str>, Option<Timestamp>>,
}

impl LastAccessed {
    /// When the action was last called; the outer none for an action that AWS does not track for this identity.
    #[must_use]
    pub fn of(&self, action: &Action) -> Option<Option<Timestamp>> {
        self.actions.get(action.as_str().to_ascii_lowercase().as_str()).copied()
    }
}

/// Last use by the ARN of the identity.
pub type LastAccessedByArn = BTreeMap<Box<str>, LastAccessed>;

/// Parses the answers. Of two about one identity the later stands; an action whose time does not parse is left out, and a
/// problem.
pub(super) fn last_accessed(
    records: &[LastAccessedRecord<'_>],
    account: AccountId,
    problems: &mut Vec<Problem>,
) -> LastAccessedByArn {
    let mut found = LastAccessedByArn::new();
    for record in records {
        let (answer, junk) = of_record(record);
        if let Some(first) = junk.first() {
            let count = junk.len();
            let detail = format!(
                "{count} of its times of last use are no times, such as {first}; when it used those is not known; ask AWS again"
            );
            problems.push(Problem {
                account: Some(account),
                subject: record.arn.as_ref().into(),
                detail: detail.into(),
            });
        }
        let known = found.get(record.arn.as_ref());
        if known.is_none_or(|known| known.completed < answer.completed) {
            found.insert(record.arn.as_ref().into(), answer);
        }
    }
    found
}

fn of_record(record: &LastAccessedRecord<'_>) -> (LastAccessed, Vec<String>) {
    let mut junk = Vec::new();
    let mut actions = BTreeMap::new();
    for service in &record.services {
        for action in service.actions.iter().flatten() {
            let name = format!("{}:{}", service.namespace, action.name).to_ascii_lowercase();
            let time = action.last_accessed.as_deref().map(timestamp);
            match time {
                Some(None) => junk.push(format!("`{}` of {name}", action.last_accessed.as_deref().unwrap_or_default())),
                Some(Some(time)) => drop(actions.insert(name.into(), Some(time))),
                None => drop(actions.insert(name.into(), None)),
            }
        }
    }
    let completed = record.completed.as_deref().and_then(timestamp);
    (LastAccessed { completed, actions }, junk)
}
