//! `Principal` and `NotPrincipal` against the caller (E70–E86), and how far an Allow reaches (E220).

use crate::evaluate::Atom;
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

/// How an entry names the caller, if it does. The formula is open where it names a session of the caller's role.
pub(crate) fn entry_reach(entry: &PrincipalEntry, caller: &Caller) -> Option<(Reach, Formula)> {
    let certain = |reach| Some((reach, Formula::True));
    match entry {
        PrincipalEntry::Everyone => certain(Reach::Direct),
        PrincipalEntry::Account(account, _) if Some(*account) == caller.account => match caller.kind {
            CallerKind::AccountRoot => certain(Reach::Direct),
            CallerKind::IamUser | CallerKind::RoleSession | CallerKind::FederatedUser => certain(Reach::Account),
            CallerKind::Service | CallerKind::Anonymous => None,
        },
        PrincipalEntry::Arn(arn) => arn_reach(arn, caller),
        PrincipalEntry::UniqueId(id) if Some(id) == caller.unique_id.as_ref() => match caller.kind {
            CallerKind::IamUser => certain(Reach::Direct),
            CallerKind::RoleSession => certain(Reach::Entity),
            CallerKind::AccountRoot | CallerKind::FederatedUser | CallerKind::Service | CallerKind::Anonymous => None,
        },
        PrincipalEntry::Service(name) if Some(name) == caller.service.as_ref() => certain(Reach::Direct),
        PrincipalEntry::Account(..)
        | PrincipalEntry::UniqueId(_)
        | PrincipalEntry::Service(_)
        | PrincipalEntry::Federated(_)
        | PrincipalEntry::CanonicalUser(_)
        | PrincipalEntry::Nobody(_) => None,
    }
}

fn arn_reach(arn: &Arn, caller: &Caller) -> Option<(Reach, Formula)> {
    match caller.kind {
        CallerKind::IamUser => (Some(arn) == caller.arn.as_ref()).then_some((Reach::Direct, Formula::True)),
        CallerKind::RoleSession => session_reach(arn, caller),
        CallerKind::FederatedUser if Some(arn) == caller.arn.as_ref() => Some((Reach::Direct, Formula::True)),
        CallerKind::FederatedUser => (Some(arn) == caller.user_arn.as_ref()).then_some((Reach::Entity, Formula::True)),
        CallerKind::AccountRoot | CallerKind::Service | CallerKind::Anonymous => None,
    }
}

fn session_reach(arn: &Arn, caller: &Caller) -> Option<(Reach, Formula)> {
    if Some(arn) == caller.arn.as_ref() && arn.service() == "sts" {
        return Some((Reach::Direct, Formula::True));
    }
    if is_role_of(arn, caller) {
        return Some((Reach::Entity, Formula::True));
    }
    // A session of the caller's role, while the caller's own session name is not fixed.
    let unnamed = caller.arn.as_ref().is_none_or(|own| own.service() == "iam");
    let role_name = arn
        .resource()
        .strip_prefix("assumed-role/")
        .and_then(|rest| rest.split('/').next());
    let own_name = caller.role_arn.as_ref().or(caller.arn.as_ref()).map(Arn::name);
    let same_role = role_name.is_some() && role_name == own_name && arn.account() == caller.account;
    (unnamed && same_role).then(|| (Reach::Direct, Formula::atom(Atom::Session(arn.as_str().into()))))
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
        Some(PrincipalClause::Only(entries)) => entries
            .iter()
            .filter_map(|entry| entry_reach(entry, caller))
            .map(|(_, named)| named)
            .fold(Formula::False, Formula::or),
        // E85.
        Some(PrincipalClause::AllBut(_)) if has_boundary => Formula::True,
        Some(PrincipalClause::AllBut(entries)) => not_listed(entries, caller),
    }
}

/// E84: a listed user needs its account listed too, a listed session its role and account (U6).
fn not_listed(entries: &[PrincipalEntry], caller: &Caller) -> Formula {
    let reaches: Vec<(Reach, Formula)> = entries.iter().filter_map(|entry| entry_reach(entry, caller)).collect();
    if reaches.is_empty() {
        return Formula::True;
    }
    if entries.contains(&PrincipalEntry::Everyone) {
        return Formula::False;
    }
    let has = |reach| reaches.iter().any(|(found, named)| *found == reach && named.is_true());
    let complete = match caller.kind {
        CallerKind::IamUser => has(Reach::Direct) && has(Reach::Account),
        CallerKind::RoleSession => {
            let names_a_session = caller.arn.as_ref().is_some_and(|arn| arn.service() == "sts");
            (has(Reach::Direct) || !names_a_session) && has(Reach::Entity) && has(Reach::Account)
        }
        CallerKind::FederatedUser => has(Reach::Direct) && has(Reach::Account),
        CallerKind::AccountRoot | CallerKind::Service | CallerKind::Anonymous => true,
    };
    if complete {
        Formula::False
    } else {
        Formula::open(OpenPoint::IncompleteNotPrincipal)
    }
}
