//! Which findings a suppression speaks of.

use std::sync::Arc;

use crate::finding::Finding;
use crate::finding::FindingId;
use crate::finding::RuleId;
use crate::ident::AccountId;
use crate::ident::Glob;

/// All that an entry asks of a finding. Each list that is not empty must have a member that fits.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    pub(super) findings: Vec<FindingId>,
    pub(super) rules: Vec<RuleId>,
    /// In lower case, since AWS ignores the case of actions.
    pub(super) actions: Vec<Glob>,
    pub(super) identities: Vec<Glob>,
    pub(super) accounts: Vec<AccountId>,
    /// Paths of organizational units, each for itself and those below.
    pub(super) ous: Vec<Arc<str>>,
    /// Key and value; the identity must have them all.
    pub(super) tags: Vec<(Arc<str>, Arc<str>)>,
}

/// A finding with what is worked out of it once for all entries.
pub(super) struct Asked<'f> {
    finding: &'f Finding,
    id: FindingId,
    action: String,
}

impl<'f> Asked<'f> {
    pub(super) fn of(finding: &'f Finding) -> Self {
        Self {
            finding,
            id: finding.id(),
            action: finding.action.to_ascii_lowercase(),
        }
    }
}

impl Terms {
    /// Whether the entry would cover everything.
    pub(super) fn is_empty(&self) -> bool {
        self.findings.is_empty()
            && self.rules.is_empty()
            && self.actions.is_empty()
            && self.identities.is_empty()
            && self.accounts.is_empty()
            && self.ous.is_empty()
            && self.tags.is_empty()
    }

    /// Cheap and telling tests first: there may be thousands of entries, one for each finding.
    pub(super) fn fit(&self, asked: &Asked<'_>) -> bool {
        let finding = asked.finding;
        let identity = &finding.identity;
        let tags = identity.tags.as_ref();
        let has_tag = |key: &str, value: &str| {
            let mut tags = tags.into_iter().flatten();
            tags.any(|(known, held)| known.eq_ignore_ascii_case(key) && &**held == value)
        };
        any(&self.findings, |id| *id == asked.id)
            && any(&self.rules, |rule| *rule == finding.rule)
            && any(&self.accounts, |account| *account == identity.account)
            && any(&self.actions, |glob| glob.matches(&asked.action))
            && any(&self.identities, |glob| glob.matches(&identity.principal))
            && any(&self.ous, |ou| {
                identity.ou_path.as_deref().is_some_and(|path| is_below(path, ou))
            })
            && self.tags.iter().all(|(key, value)| has_tag(key, value))
    }
}

fn any<T>(wanted: &[T], fits: impl FnMut(&T) -> bool) -> bool {
    wanted.is_empty() || wanted.iter().any(fits)
}

/// Whether a path of organizational units is this one or below it.
fn is_below(path: &str, ou: &str) -> bool {
    path.strip_prefix(ou)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
