//! Whether something is used, unused for too long, or not known to be either.

use jiff::Timestamp;

use crate::finding::AccessKey;
use crate::finding::Finding;
use crate::finding::Identity;
use crate::finding::LastUse;
use crate::finding::PrincipalKind;

/// What is known of the use of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Use {
    /// Used within the days.
    Used,
    /// Not known, or watched for too short a time.
    NotKnown,
    /// Not used for more than the days.
    Unused,
}

/// The clock of an assessment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) as_of: Timestamp,
    pub(super) days: u32,
}

impl Window {
    fn is_past(self, at: Timestamp) -> bool {
        self.as_of.duration_since(at).as_secs() > i64::from(self.days).saturating_mul(86_400)
    }

    /// None where there is nothing to be used.
    fn of(self, last: LastUse, created: Option<Timestamp>) -> Option<Use> {
        Some(match last {
            LastUse::Used { at } if self.is_past(at) => Use::Unused,
            LastUse::Used { .. } => Use::Used,
            // What is younger than the days was not watched for that long.
            LastUse::NotUsed { since: Some(since) } if self.is_past(created.map_or(since, |created| created.max(since))) => {
                Use::Unused
            }
            LastUse::NotUsed { .. } | LastUse::NotTracked | LastUse::NotCollected => Use::NotKnown,
            LastUse::NotApplicable => return None,
        })
    }

    /// Whether the right of a finding is used.
    pub(super) fn of_right(self, finding: &Finding) -> Use {
        let created = finding.identity.usage.created;
        match self.of(finding.action_last_used, created).unwrap_or(Use::NotKnown) {
            // Who is not there at all needs no right.
            Use::NotKnown if self.of_identity(&finding.identity) == Use::Unused && self.is_idle(&finding.identity) => Use::Unused,
            known @ (Use::Used | Use::NotKnown | Use::Unused) => known,
        }
    }

    /// Whether nothing of the identity was used in the days.
    fn is_idle(self, identity: &Identity) -> bool {
        let usage = &identity.usage;
        let is_unused = |last| self.of(last, usage.created).is_none_or(|one| one == Use::Unused);
        match identity.kind {
            PrincipalKind::IamRole => is_unused(usage.role_last_used),
            PrincipalKind::AccountRoot | PrincipalKind::IamUser => {
                let keys = usage.keys.as_deref();
                let are_unused =
                    |keys: &[AccessKey]| keys.iter().filter_map(|key| self.of_key(key)).all(|one| one == Use::Unused);
                is_unused(usage.password_last_used) && keys.is_some_and(are_unused)
            }
        }
    }

    /// The worst of an identity's credentials: one that lies about unused is enough.
    pub(super) fn of_identity(self, identity: &Identity) -> Use {
        let usage = &identity.usage;
        let says_unused = |kind: &str| matches!(kind, "UnusedIAMRole" | "UnusedIAMUserAccessKey" | "UnusedIAMUserPassword");
        let mut evidence = identity.access_analyzer.iter();
        if evidence.any(|evidence| evidence.is_active() && says_unused(&evidence.kind)) {
            return Use::Unused;
        }
        let of_keys = || match usage.keys.as_deref() {
            None => Use::NotKnown,
            Some(keys) => keys.iter().filter_map(|key| self.of_key(key)).max().unwrap_or(Use::Used),
        };
        match identity.kind {
            PrincipalKind::IamRole => self.of(usage.role_last_used, usage.created).unwrap_or(Use::NotKnown),
            // A root user is not to be used at all; keys are what can be removed.
            PrincipalKind::AccountRoot => of_keys(),
            PrincipalKind::IamUser => {
                let password = match usage.password_enabled {
                    Some(false) => Use::Used,
                    Some(true) => self.of(usage.password_last_used, usage.created).unwrap_or(Use::NotKnown),
                    None => Use::NotKnown,
                };
                password.max(of_keys())
            }
        }
    }

    fn of_key(self, key: &AccessKey) -> Option<Use> {
        key.active.then(|| self.of(key.last_used, key.rotated)).flatten()
    }
}
