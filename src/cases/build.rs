//! A case as written → the caller, the policies and the requests that the evaluator takes.

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::value::RawValue;

use crate::cases::format::Case;
use crate::cases::format::CaseGuardrails;
use crate::cases::format::CasePolicy;
use crate::cases::format::CasePrincipal;
use crate::cases::format::CaseTuple;
use crate::cases::format::CaseValue;
use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::catalog::global_key;
use crate::estate::Policy;
use crate::estate::PolicyText;
use crate::evaluate::ActionFacts;
use crate::evaluate::Caller;
use crate::evaluate::CallerKind;
use crate::evaluate::ContextValue;
use crate::evaluate::Credentials;
use crate::evaluate::DerivedFacts;
use crate::evaluate::Guardrails;
use crate::evaluate::Level;
use crate::evaluate::OrganizationMembership;
use crate::evaluate::PolicyStack;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::evaluate::derive_context;
use crate::evaluate::link_keys;
use crate::ident::AccountId;
use crate::ident::Action;
use crate::ident::Arn;
use crate::policy::PolicyType;

/// When a derived case happens, unless it says so.
const DEFAULT_TIME: &str = "2026-06-01T00:00:00Z";

/// The policies of a case, parsed.
pub(super) struct CasePolicies {
    identity: Vec<Policy>,
    boundary: Option<Policy>,
    session: Option<Policy>,
    resource: Option<Policy>,
    endpoint: Option<Vec<Policy>>,
    scps: Levels,
    rcps: Levels,
}

enum Levels {
    None,
    NotCollected,
    Listed(Vec<(String, Option<Vec<Policy>>)>),
}

impl CasePolicies {
    pub(super) fn of(case: &Case) -> Self {
        let all = |policies: &[CasePolicy], policy_type| policies.iter().map(|policy| parse(policy, policy_type)).collect();
        let resource_type = if case.request.tuple.action.to_ascii_lowercase().starts_with("sts:") {
            PolicyType::Trust
        } else {
            PolicyType::Resource
        };
        Self {
            identity: all(&case.identity_policies, PolicyType::Identity),
            boundary: case
                .permission_boundary
                .as_ref()
                .map(|policy| parse(policy, PolicyType::PermissionsBoundary)),
            session: case.session_policy.as_ref().map(|policy| parse(policy, PolicyType::Session)),
            resource: case.resource_policy.as_ref().map(|policy| parse(policy, resource_type)),
            endpoint: case
                .endpoint_policies
                .as_ref()
                .map(|policies| all(policies, PolicyType::Endpoint)),
            scps: levels(case.scps.as_ref(), PolicyType::ServiceControl),
            rcps: levels(case.rcps.as_ref(), PolicyType::ResourceControl),
        }
    }

    pub(super) fn stack(&self) -> PolicyStack<'_> {
        PolicyStack {
            identity: self.identity.iter().collect(),
            boundary: self.boundary.as_ref(),
            session: self.session.as_ref().map(|policy| vec![policy]),
            resource: self.resource.as_ref(),
            scps: self.scps.guardrails("SCPs"),
            rcps: self.rcps.guardrails("RCPs"),
            endpoint: self.endpoint.as_ref().map(|policies| policies.iter().collect()),
            identity_gaps: Vec::new(),
        }
    }
}

impl Levels {
    fn guardrails(&self, what: &str) -> Guardrails<'_> {
        match self {
            Self::None => Guardrails::None,
            Self::NotCollected => Guardrails::NotCollected(format!("the {what} of the account were not collected").into()),
            Self::Listed(levels) => Guardrails::Levels(
                levels
                    .iter()
                    .map(|(target, policies)| Level {
                        target: target.as_str().into(),
                        policies: policies.as_ref().map(|policies| policies.iter().collect()),
                    })
                    .collect(),
            ),
        }
    }
}

fn levels(written: Option<&CaseGuardrails>, policy_type: PolicyType) -> Levels {
    match written {
        None => Levels::None,
        Some(CaseGuardrails::NotCollected) => Levels::NotCollected,
        Some(CaseGuardrails::Levels(levels)) => {
            let policies = |policies: &[CasePolicy]| policies.iter().map(|policy| parse(policy, policy_type)).collect();
            Levels::Listed(
                levels
                    .iter()
                    .map(|level| (level.target.clone(), (!level.missing).then(|| policies(&level.policies))))
                    .collect(),
            )
        }
    }
}

fn parse(policy: &CasePolicy, policy_type: PolicyType) -> Policy {
    let default = policy
        .versions
        .as_ref()
        .and_then(|versions| versions.iter().find(|version| version.is_default_version));
    match policy.document.as_ref().or(default.map(|version| &version.document)) {
        Some(document) if !policy.missing => {
            let text = PolicyText {
                text: document_text(document),
                file: "the case".into(),
                start: (1, 1),
                is_embedded: false,
            };
            Policy::parse(policy.name.as_str(), policy_type, text)
        }
        Some(_) | None => Policy::missing(policy.name.as_str(), policy_type, "the case does not give it"),
    }
}

/// An object stands as it is; a string holds the text, for documents that are no JSON objects.
fn document_text(document: &RawValue) -> Arc<str> {
    serde_json::from_str::<String>(document.get()).map_or_else(|_| document.get().into(), Into::into)
}

pub(super) fn caller(principal: &CasePrincipal) -> Result<Caller, String> {
    let arn = |text: &Option<String>| {
        text.as_deref()
            .map(|text| text.parse::<Arn>().map_err(|error| error.to_string()))
            .transpose()
    };
    let kind = match principal.kind.as_str() {
        "user" => CallerKind::IamUser,
        "role" | "assumed_role" => CallerKind::RoleSession,
        "federated_user" => CallerKind::FederatedUser,
        "root" => CallerKind::AccountRoot,
        "service" => CallerKind::Service,
        "anonymous" => CallerKind::Anonymous,
        other => return Err(format!("principal kind `{other}` is not supported")),
    };
    let credentials = match principal.credentials.as_deref() {
        Some("session_token") => Credentials::SessionToken,
        Some("session_token_mfa") => Credentials::SessionTokenWithMfa,
        Some("console") => Credentials::Console,
        Some("console_mfa") => Credentials::ConsoleWithMfa,
        Some("access_key") => Credentials::LongTermKey,
        Some(other) => return Err(format!("credentials `{other}` are not supported")),
        None if matches!(kind, CallerKind::IamUser | CallerKind::AccountRoot) => Credentials::LongTermKey,
        None => Credentials::Other,
    };
    let own = arn(&principal.arn)?;
    let role_arn = match principal.kind.as_str() {
        "role" => own.clone(),
        _ => arn(&principal.role_arn)?,
    };
    let account = match &principal.account {
        Some(account) => Some(account.parse::<AccountId>().map_err(|error| error.to_string())?),
        None => own.as_ref().and_then(Arn::account),
    };
    let in_service_path = |arn: &Arn| arn.resource().starts_with("role/aws-service-role/");
    Ok(Caller {
        account,
        service: principal.service.as_deref().map(Into::into),
        unique_id: principal.id.as_deref().map(Into::into),
        tags: Some(principal.tags.clone().unwrap_or_default().into()),
        session_tags: principal.session_tags.clone(),
        credentials,
        is_service_linked: principal.service_linked || role_arn.as_ref().is_some_and(in_service_path),
        is_in_management_account: principal.management_account,
        organization: principal.organization.as_ref().map(|organization| OrganizationMembership {
            id: organization.id.clone().into(),
            path: organization.path.clone().into(),
        }),
        user_arn: arn(&principal.user_arn)?,
        arn: own,
        role_arn,
        ..Caller::new(kind)
    })
}

pub(super) fn target(tuple: &CaseTuple, action: &Action) -> Result<Target, String> {
    let account = tuple
        .resource_account
        .as_deref()
        .map(|text| text.parse::<AccountId>().map_err(|error| error.to_string()))
        .transpose()?;
    let created = tuple
        .resource_created
        .as_deref()
        .map(|text| text.parse::<Timestamp>().map_err(|error| error.to_string()))
        .transpose()?;
    // The catalog says it too; the case's word adds to it, for actions that no catalog knows.
    let known = Catalog::bundled()
        .action(action.service(), action.name())
        .is_some_and(|entry| entry.resource_types.is_empty());
    let is_wildcard_only = tuple.wildcard_only_action || (tuple.resource == "*" && known);
    let arn = if tuple.resource == "*" {
        None
    } else {
        Some(tuple.resource.parse::<Arn>().map_err(|error| error.to_string())?)
    };
    Ok(Target {
        arn,
        account,
        is_wildcard_only,
        is_example: false,
        created,
    })
}

pub(super) fn context(
    case: &Case,
    tuple: &CaseTuple,
    caller: &Caller,
    action: &Action,
    target: &Target,
) -> Result<RequestContext, String> {
    let mut context = if case.request.derive {
        let no_tags = std::collections::BTreeMap::new();
        let time = case.request.time.as_deref().unwrap_or(DEFAULT_TIME);
        let facts = DerivedFacts {
            time: time.parse().map_err(|error| format!("time `{time}`: {error}"))?,
            region: case.request.region.as_deref(),
            resource_tags: match &tuple.resource_tags {
                Some(tags) => tags.as_ref(),
                None => Some(&no_tags),
            },
            resource_organization: (target.account.is_none() || target.account == caller.account)
                .then_some(caller.organization.as_ref())
                .flatten(),
        };
        derive_context(caller, &ActionFacts::of(action), target, &facts)
    } else {
        RequestContext::new()
    };
    for (key, value) in &tuple.context {
        let value = match value {
            CaseValue::One(text) => ContextValue::single(text.as_str()),
            CaseValue::Many(texts) => ContextValue::many(texts.iter().map(String::as_str)),
            CaseValue::NotKnown => ContextValue::Unknown(global_key(key).map_or(ControlClass::Resource, |known| known.class)),
        };
        context.set(key, value);
    }
    if case.request.derive {
        link_keys(&mut context);
    }
    Ok(context)
}
