//! What the service or the kind of credentials settles, whatever the policies say (E171, E178, E243–E248, E281).

use crate::catalog::AccessLevel;
use crate::catalog::Catalog;
use crate::evaluate::CallerKind;
use crate::evaluate::Credentials;
use crate::evaluate::Request;

/// A verdict that no policy changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServiceRule {
    /// The call always works; not even a Deny takes it away.
    Always(&'static str),
    /// The call never works.
    Never(&'static str),
    /// Caller and resource are in different partitions.
    OtherPartition(&'static str),
}

/// The rule that settles the request, if there is one.
pub(crate) fn service_rule(request: &Request<'_>) -> Option<ServiceRule> {
    needs_no_permission(request)
        .or_else(|| wrong_partition(request).map(ServiceRule::OtherPartition))
        .or_else(|| impossible(request).map(ServiceRule::Never))
}

/// E171.
fn needs_no_permission(request: &Request<'_>) -> Option<ServiceRule> {
    let kind = request.caller.kind;
    match request.action.lower() {
        "sts:getcalleridentity" if kind != CallerKind::Anonymous => Some(ServiceRule::Always(
            "sts:GetCallerIdentity needs no permission, and no policy can take it [E171]",
        )),
        "sts:getsessiontoken" if matches!(kind, CallerKind::IamUser | CallerKind::AccountRoot) && has_long_term_key(request) => {
            Some(ServiceRule::Always(
                "sts:GetSessionToken needs no permission, and no policy can take it from a user [E171]",
            ))
        }
        _ => None,
    }
}

fn has_long_term_key(request: &Request<'_>) -> bool {
    !is_session_token(request.caller.credentials)
}

fn is_session_token(credentials: Credentials) -> bool {
    matches!(credentials, Credentials::SessionToken | Credentials::SessionTokenWithMfa)
}

fn impossible(request: &Request<'_>) -> Option<&'static str> {
    wrong_credentials(request).or_else(|| owned_by_aws(request))
}

/// E178.
fn wrong_partition(request: &Request<'_>) -> Option<&'static str> {
    let theirs = request.target.arn.as_ref()?.partition();
    let ours = request.caller.partition()?;
    let differ = ours != theirs && !theirs.contains(['*', '?']) && !theirs.is_empty();
    differ.then_some("a request never crosses partitions [E178]")
}

/// E243, E244, E247, E248.
fn wrong_credentials(request: &Request<'_>) -> Option<&'static str> {
    let action = request.action.lower();
    let service = request.action.service();
    let caller = request.caller;
    match caller.kind {
        CallerKind::AccountRoot if action == "sts:assumerole" => Some("the root user cannot assume roles [E247]"),
        CallerKind::FederatedUser if service == "iam" => Some("a federated user cannot call IAM [E243]"),
        CallerKind::FederatedUser if service == "sts" => Some("a federated user can only call GetCallerIdentity in STS [E243]"),
        CallerKind::RoleSession if matches!(action, "sts:getfederationtoken" | "sts:getsessiontoken") => {
            Some("a role session cannot call GetFederationToken or GetSessionToken [E248]")
        }
        CallerKind::IamUser | CallerKind::AccountRoot if is_session_token(caller.credentials) => match service {
            "iam" if caller.credentials == Credentials::SessionToken => {
                Some("a session of GetSessionToken without MFA cannot call IAM [E244]")
            }
            "sts" if action != "sts:assumerole" => {
                Some("a session of GetSessionToken can only call AssumeRole and GetCallerIdentity in STS [E244]")
            }
            _ => None,
        },
        CallerKind::IamUser
        | CallerKind::AccountRoot
        | CallerKind::RoleSession
        | CallerKind::FederatedUser
        | CallerKind::Service
        | CallerKind::Anonymous => None,
    }
}

/// AWS's own policies, the roles of Identity Center and the keys' `alias/aws/` cannot be changed (E281).
fn owned_by_aws(request: &Request<'_>) -> Option<&'static str> {
    let arn = request.target.arn.as_ref()?;
    match (request.action.service(), arn.service()) {
        ("iam", "iam") if changes_something(request) => {
            if arn.account_field() == "aws" {
                Some("AWS managed policies cannot be changed")
            } else if arn.resource().starts_with("role/aws-reserved/") {
                Some("roles below /aws-reserved/ are managed by the service that made them [E281]")
            } else {
                None
            }
        }
        ("kms", "kms") if arn.resource().starts_with("alias/aws/") && changes_something(request) => {
            Some("aliases below alias/aws/ belong to AWS")
        }
        _ => None,
    }
}

/// Passing a role changes nothing of it.
fn changes_something(request: &Request<'_>) -> bool {
    let entry = Catalog::bundled().action(request.action.service(), request.action.name());
    let reads = |levels: crate::catalog::AccessLevels| levels.contains(AccessLevel::Read) || levels.contains(AccessLevel::List);
    request.action.lower() != "iam:passrole" && entry.is_some_and(|entry| !reads(entry.access_levels))
}
