//! `Principal` and `NotPrincipal` against the caller (E70–E86), and how far an Allow reaches (E220).

use crate::evaluate::Caller;
use crate::evaluate::CallerKind;
use crate::evaluate::Formula;
use crate::ident::Arn;
use crate::ident::OpenPoint;
use crate::policy::PrincipalClause;
use crate::policy::PrincipalEntry;

/// How an Allow of a resource policy reaches the caller (E220).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// It grants by itself; no implicit deny on the caller's side limits it within the account.
    Direct,
    /// It names the role of a session, or the user of a federated user: boundary and session policy still limit.
    Entity,
    /// It delegates to the caller's account: identity policies must allow too.
    Account,
}

/// How an entry names the caller, if it does. An unnamed session of a role is named by its role, not by a session's ARN.
pub(crate) fn entry_reach(entry: &PrincipalEntry, caller: &Caller) -> Option<Reach> {
    match entry {
        PrincipalEntry::Everyone => Some(Reach::Direct),
        PrincipalEntry::Account(account, _) if Some(*account) == caller.account => match caller.kind {
            CallerKind::AccountRoot => Some(Reach::Direct),
            CallerKind::IamUser | CallerKind::RoleSession | CallerKind::FederatedUser => Some(Reach::Account),
            CallerKind::Service | CallerKind::Anonymous => None,
        },
        PrincipalEntry::Arn(arn) => arn_reach(arn, caller),
        PrincipalEntry::UniqueId(id) if Some(id) == caller.unique_id.as_ref() => match caller.kind {
            CallerKind::IamUser => Some(Reach::Direct),
            CallerKind::RoleSession => Some(Reach::Entity),
            CallerKind::AccountRoot | CallerKind::FederatedUser | CallerKind::Service | CallerKind::Anonymous => None,
        },
        PrincipalEntry::Service(name) if Some(name) == caller.service.as_ref() => Some(Reach::Direct),
        PrincipalEntry::Account(..)
        | PrincipalEntry::UniqueId(_)
        | PrincipalEntry::Service(_)
        | PrincipalEntry::Federated(_)
        | PrincipalEntry::CanonicalUser(_)
        | PrincipalEntry::Nobody(_) => None,
    }
}

fn arn_reach(arn: &Arn, caller: &Caller) -> Option<Reach> {
    match caller.kind {
        CallerKind::IamUser => (Some(arn) == caller.arn.as_ref()).then_some(Reach::Direct),
        CallerKind::RoleSession => session_reach(arn, caller),
        CallerKind::FederatedUser if Some(arn) == caller.arn.as_ref() => Some(Reach::Direct),
        CallerKind::FederatedUser => (Some(arn) == caller.user_arn.as_ref()).then_some(Reach::Entity),
        CallerKind::AccountRoot | CallerKind::Service | CallerKind::Anonymous => None,
    }
}

fn session_reach(arn: &Arn, caller: &Caller) -> Option<Reach> {
    if Some(arn) == caller.arn.as_ref() && arn.service() == "sts" {
        return Some(Reach::Direct);
    }
    if is_role_of(arn, caller) {
        return Some(Reach::Entity);
    }
    None
}

/// E75: the role by its ARN; where only the session is known, by account and last path component.
fn is_role_of(arn: &Arn, caller: &Caller) -> bool {
    if arn.service() != "iam" || !arn.resource().starts_with("role/") {
        return false;
    }
    match (&caller.role_arn, &caller.arn) {
        (Some(role), _) => arn == role,
        (None, Some(own)) if own.service() == "iam" => arn == own,
        (None, Some(session)) => {
            let role_name = session
                .resource()
                .strip_prefix("assumed-role/")
                .and_then(|rest| rest.split('/').next());
            role_name == Some(arn.name()) && arn.account() == session.account()
        }
        (None, None) => false,
    }
}

/// Whether a Deny's principal clause covers the caller.
pub(crate) fn deny_covers(clause: Option<&PrincipalClause>, caller: &Caller, has_boundary: bool) -> Formula {
    match clause {
        None => Formula::True,
        Some(PrincipalClause::Only(entries)) => {
            Formula::certain(entries.iter().any(|entry| entry_reach(entry, caller).is_some()))
        }
        // E85.
        Some(PrincipalClause::AllBut(_)) if has_boundary => Formula::True,
        Some(PrincipalClause::AllBut(entries)) => not_listed(entries, caller),
    }
}

/// E84: a listed user needs its account listed too, a listed session its role and account (U6).
fn not_listed(entries: &[PrincipalEntry], caller: &Caller) -> Formula {
    let reaches: Vec<Reach> = entries.iter().filter_map(|entry| entry_reach(entry, caller)).collect();
    if reaches.is_empty() {
        return Formula::True;
    }
    if entries.contains(&PrincipalEntry::Everyone) {
        return Formula::False;
    }
    let has = |reach| reaches.contains(&reach);
    let complete = match caller.kind {
        CallerKind::IamUser | CallerKind::FederatedUser => has(Reach::Direct) && has(Reach::Account),
        CallerKind::RoleSession => {
            let names_a_session = caller.arn.as_ref().is_some_and(|arn| arn.service() == "sts");
            (has(Reach::Direct) || !names_a_session) && has(Reach::Entity) && has(Reach::Account)
        }
        CallerKind::AccountRoot | CallerKind::Service | CallerKind::Anonymous => true,
    };
    if complete {
        Formula::False
    } else {
        Formula::open(OpenPoint::IncompleteNotPrincipal)
    }
}
