//! The decision algorithm (§10): every Deny first, then guard ∧ grant.

use std::sync::Arc;

use crate::catalog::rcp_covers;
use crate::estate::DocumentState;
use crate::estate::Policy;
use crate::evaluate::Atom;
use crate::evaluate::CallerKind;
use crate::evaluate::Decision;
use crate::evaluate::Formula;
use crate::evaluate::Guardrails;
use crate::evaluate::Layer;
use crate::evaluate::LayerOutcome;
use crate::evaluate::PolicyStack;
use crate::evaluate::Reach;
use crate::evaluate::Request;
use crate::evaluate::StatementHit;
use crate::evaluate::caller::self_trust_ended;
use crate::evaluate::principal::deny_covers;
use crate::evaluate::principal::entry_reach;
use crate::evaluate::service_rules::ServiceRule;
use crate::evaluate::service_rules::service_rule;
use crate::evaluate::statement::statement_matches;
use crate::ident::OpenPoint;
use crate::policy::Effect;
use crate::policy::PolicyType;
use crate::policy::PrincipalClause;

/// Decides one tuple of caller, action and resource.
#[must_use]
pub fn decide<'p>(stack: &PolicyStack<'p>, request: &Request<'_>) -> Decision<'p> {
    match service_rule(request) {
        Some(ServiceRule::Always(note)) => {
            return Decision::new(Formula::True, Formula::False, vec![rule_layer(note, Formula::True)]);
        }
        // E178: nothing of either side is even asked.
        Some(ServiceRule::OtherPartition(note)) => {
            return Decision::new(Formula::False, Formula::False, vec![rule_layer(note, Formula::False)]);
        }
        Some(ServiceRule::Never(note)) => {
            let mut decision = decide_by_policies(stack, request);
            decision.layers.push(rule_layer(note, Formula::False));
            let deny = denied_by_any(&decision.layers);
            return Decision::new(Formula::False, deny, decision.layers);
        }
        None => {}
    }
    decide_by_policies(stack, request)
}

/// Decides a call that authorizes several tuples: it succeeds only if each of them does (E5).
#[must_use]
pub fn decide_call<'p>(tuples: &[(PolicyStack<'p>, Request<'_>)]) -> Decision<'p> {
    let mut grant = Formula::True;
    let mut deny = Formula::False;
    let mut layers = Vec::new();
    for (stack, request) in tuples {
        let decision = decide(stack, request);
        let denied = denied_by_any(&decision.layers);
        let allowed = match decision.outcome {
            crate::evaluate::Outcome::Allow => Formula::True,
            crate::evaluate::Outcome::ExplicitDeny | crate::evaluate::Outcome::ImplicitDeny => Formula::False,
            crate::evaluate::Outcome::Undetermined => decision.residual.clone(),
        };
        grant = grant.and(allowed);
        deny = deny.or(denied);
        layers.extend(decision.layers);
    }
    // The residual of a tuple already holds its denies.
    let denied = if deny.is_true() { Formula::True } else { Formula::False };
    Decision::new(grant, denied, layers)
}

fn rule_layer<'p>(note: &str, allow: Formula) -> LayerOutcome<'p> {
    LayerOutcome {
        layer: Layer::ServiceRule,
        allow,
        deny: Formula::False,
        hits: Vec::new(),
        note: Some(note.into()),
    }
}

fn denied_by_any(layers: &[LayerOutcome<'_>]) -> Formula {
    layers
        .iter()
        .map(|layer| layer.deny.clone())
        .fold(Formula::False, Formula::or)
}

fn decide_by_policies<'p>(stack: &PolicyStack<'p>, request: &Request<'_>) -> Decision<'p> {
    let mut layers = Vec::new();
    let idp = identity_layer(stack, request, &mut layers);
    let pb = boundary_layer(stack, request, &mut layers);
    let sp = session_layer(stack, request, &mut layers);
    let granted_by_resource = resource_layer(stack, request, &mut layers);
    let scps = if request.caller.is_exempt_from_scps() {
        &Guardrails::None
    } else {
        &stack.scps
    };
    let mut guard = guardrail_layers(scps, PolicyType::ServiceControl, request, &mut layers);
    if !is_exempt_from_rcps(request) {
        guard = guard.and(guardrail_layers(
            &stack.rcps,
            PolicyType::ResourceControl,
            request,
            &mut layers,
        ));
    }
    guard = guard.and(endpoint_layer(stack, request, &mut layers));

    let own = idp.and(pb.clone()).and(sp.clone());
    let Grants { direct, entity, account } = granted_by_resource;
    let limited_entity = entity.clone().and(pb).and(sp);
    let grant = match request.caller.kind {
        CallerKind::Service | CallerKind::Anonymous => direct,
        CallerKind::AccountRoot | CallerKind::IamUser | CallerKind::RoleSession | CallerKind::FederatedUser => {
            if !request.is_same_account() {
                own.and(direct.or(entity).or(account))
            } else if resource_policy_must_allow(request) {
                direct
                    .or(limited_entity)
                    .or(account.and(own.clone()))
                    .or(legacy_self_trust(request).and(own))
            } else {
                own.or(direct).or(limited_entity)
            }
        }
    };
    let deny = denied_by_any(&layers);
    Decision::new(guard.and(grant), deny, layers)
}

/// E175: a role's trust policy and a key's policy must themselves allow.
fn resource_policy_must_allow(request: &Request<'_>) -> bool {
    let Some(arn) = &request.target.arn else { return false };
    let is_assume_role = request.action.service() == "sts" && arn.service() == "iam" && arn.resource().starts_with("role/");
    let is_key = request.action.service() == "kms" && arn.resource().starts_with("key/");
    is_assume_role || is_key
}

/// E265, U23: a role from before the change may still be trusted by itself.
fn legacy_self_trust(request: &Request<'_>) -> Formula {
    let is_itself = request.target.arn.is_some() && request.target.arn == request.caller.role_arn;
    let is_old = request.target.created.is_some_and(|created| created < self_trust_ended());
    if is_itself && is_old {
        Formula::open(OpenPoint::LegacySelfTrust)
    } else {
        Formula::False
    }
}

/// Both effects of a set of policies as a layer.
fn layer_of<'p>(layer: Layer, policies: &[&'p Policy], policy_type: PolicyType, request: &Request<'_>) -> LayerOutcome<'p> {
    let mut outcome = LayerOutcome {
        layer,
        allow: Formula::False,
        deny: Formula::False,
        hits: Vec::new(),
        note: None,
    };
    for &policy in policies {
        let document = match document_of(policy) {
            Ok(document) => document,
            // E34, E184: it may hold an Allow and a Deny.
            Err(atom) => {
                outcome.allow = outcome.allow.or(Formula::atom(atom.clone()));
                outcome.deny = outcome.deny.or(Formula::atom(atom));
                continue;
            }
        };
        for (index, statement) in document.statements.iter().enumerate() {
            // Only the policies of RCPs and endpoints carry a principal here.
            let covers = deny_covers(statement.principal.as_ref(), request.caller, false);
            let applies = covers.and(statement_matches(statement, document.version, policy_type, request));
            if applies.is_false() {
                continue;
            }
            match statement.effect {
                Effect::Allow => outcome.allow = outcome.allow.or(applies.clone()),
                Effect::Deny => outcome.deny = outcome.deny.or(applies.clone()),
            }
            outcome.hits.push(StatementHit {
                policy,
                statement,
                index,
                applies,
            });
        }
    }
    outcome
}

fn document_of(policy: &Policy) -> Result<&crate::policy::PolicyDocument, Atom> {
    match &policy.document {
        DocumentState::Parsed(document) => Ok(document),
        DocumentState::Invalid(_) => Err(Atom::InvalidDocument(policy.name.clone())),
        DocumentState::Missing(_) => Err(Atom::MissingDocument(policy.name.clone())),
    }
}

fn record<'p>(outcome: LayerOutcome<'p>, layers: &mut Vec<LayerOutcome<'p>>) -> Formula {
    let allow = outcome.allow.clone();
    layers.push(outcome);
    allow
}

/// E173, E181: root starts from full access.
fn identity_layer<'p>(stack: &PolicyStack<'p>, request: &Request<'_>, layers: &mut Vec<LayerOutcome<'p>>) -> Formula {
    match request.caller.kind {
        CallerKind::AccountRoot => {
            let note = Some(Arc::from("the root user has full access to start with [E181]"));
            record(
                LayerOutcome {
                    layer: Layer::Identity,
                    allow: Formula::True,
                    deny: Formula::False,
                    hits: Vec::new(),
                    note,
                },
                layers,
            )
        }
        CallerKind::Service | CallerKind::Anonymous => Formula::False,
        CallerKind::IamUser | CallerKind::RoleSession | CallerKind::FederatedUser => {
            let mut outcome = layer_of(Layer::Identity, &stack.identity, PolicyType::Identity, request);
            for gap in &stack.identity_gaps {
                outcome.allow = outcome.allow.or(Formula::atom(Atom::NotCollected(gap.clone())));
                outcome.deny = outcome.deny.or(Formula::atom(Atom::NotCollected(gap.clone())));
            }
            record(outcome, layers)
        }
    }
}

fn boundary_layer<'p>(stack: &PolicyStack<'p>, request: &Request<'_>, layers: &mut Vec<LayerOutcome<'p>>) -> Formula {
    match stack.boundary {
        // E227: none can be set on a service-linked role or the root user.
        Some(boundary) if !request.caller.is_service_linked && request.caller.kind != CallerKind::AccountRoot => record(
            layer_of(Layer::Boundary, &[boundary], PolicyType::PermissionsBoundary, request),
            layers,
        ),
        Some(_) | None => Formula::True,
    }
}

/// E223, E224; E243: a federated user without a session policy has no permissions.
fn session_layer<'p>(stack: &PolicyStack<'p>, request: &Request<'_>, layers: &mut Vec<LayerOutcome<'p>>) -> Formula {
    match &stack.session {
        Some(policies) => record(layer_of(Layer::Session, policies, PolicyType::Session, request), layers),
        None if request.caller.kind == CallerKind::FederatedUser => {
            let note = Some(Arc::from(
                "a federated user without a session policy has no permissions [E243]",
            ));
            record(
                LayerOutcome {
                    layer: Layer::Session,
                    allow: Formula::False,
                    deny: Formula::False,
                    hits: Vec::new(),
                    note,
                },
                layers,
            )
        }
        None => Formula::True,
    }
}

/// What the resource's policy grants, by reach (E220).
struct Grants {
    direct: Formula,
    entity: Formula,
    account: Formula,
}

fn resource_layer<'p>(stack: &PolicyStack<'p>, request: &Request<'_>, layers: &mut Vec<LayerOutcome<'p>>) -> Grants {
    let mut grants = Grants {
        direct: Formula::False,
        entity: Formula::False,
        account: Formula::False,
    };
    let Some(policy) = stack.resource else { return grants };
    let mut outcome = LayerOutcome {
        layer: Layer::Resource,
        allow: Formula::False,
        deny: Formula::False,
        hits: Vec::new(),
        note: None,
    };
    let document = match document_of(policy) {
        Ok(document) => document,
        Err(atom) => {
            let atom = Formula::atom(atom);
            outcome.allow = atom.clone();
            outcome.deny = atom.clone();
            layers.push(outcome);
            return Grants {
                direct: atom.clone(),
                entity: atom.clone(),
                account: atom,
            };
        }
    };
    for (index, statement) in document.statements.iter().enumerate() {
        let applies = statement_matches(statement, document.version, policy.policy_type, request);
        if applies.is_false() {
            continue;
        }
        let applies = match statement.effect {
            Effect::Deny => {
                let applies = applies.and(deny_covers(
                    statement.principal.as_ref(),
                    request.caller,
                    stack.boundary.is_some(),
                ));
                outcome.deny = outcome.deny.or(applies.clone());
                applies
            }
            Effect::Allow => {
                let reaches = reaches(statement.principal.as_ref(), request);
                for reach in &reaches {
                    let slot = match reach {
                        Reach::Direct => &mut grants.direct,
                        Reach::Entity => &mut grants.entity,
                        Reach::Account => &mut grants.account,
                    };
                    *slot = std::mem::replace(slot, Formula::False).or(applies.clone());
                }
                let granted = if reaches.is_empty() { Formula::False } else { applies };
                outcome.allow = outcome.allow.or(granted.clone());
                granted
            }
        };
        if !applies.is_false() {
            outcome.hits.push(StatementHit {
                policy,
                statement,
                index,
                applies,
            });
        }
    }
    layers.push(outcome);
    grants
}

/// An Allow never carries `NotPrincipal` (E21). Federated calls carry no AWS caller, so a principal of AWS grants none (E185, E261).
fn reaches(clause: Option<&PrincipalClause>, request: &Request<'_>) -> Vec<Reach> {
    let is_federated_call = matches!(
        request.action.lower(),
        "sts:assumerolewithsaml" | "sts:assumerolewithwebidentity"
    );
    match clause {
        Some(PrincipalClause::Only(entries)) if !is_federated_call => entries
            .iter()
            .filter_map(|entry| entry_reach(entry, request.caller))
            .collect(),
        Some(PrincipalClause::Only(_) | PrincipalClause::AllBut(_)) | None => Vec::new(),
    }
}

/// E193, E194: every level must allow.
fn guardrail_layers<'p>(
    guardrails: &Guardrails<'p>,
    policy_type: PolicyType,
    request: &Request<'_>,
    layers: &mut Vec<LayerOutcome<'p>>,
) -> Formula {
    let layer = |target: &Arc<str>| match policy_type {
        PolicyType::ResourceControl => Layer::ResourceControl(target.clone()),
        PolicyType::ServiceControl
        | PolicyType::Identity
        | PolicyType::Resource
        | PolicyType::Trust
        | PolicyType::PermissionsBoundary
        | PolicyType::Session
        | PolicyType::Endpoint => Layer::ServiceControl(target.clone()),
    };
    let unknown = |target: &Arc<str>, what: Arc<str>| {
        let atom = Formula::atom(Atom::NotCollected(what));
        LayerOutcome {
            layer: layer(target),
            allow: atom.clone(),
            deny: atom,
            hits: Vec::new(),
            note: None,
        }
    };
    match guardrails {
        Guardrails::None => Formula::True,
        Guardrails::NotCollected(why) => record(unknown(&Arc::from("the organization"), why.clone()), layers),
        Guardrails::Levels(levels) => {
            let mut guard = Formula::True;
            for level in &**levels {
                let outcome = match &level.policies {
                    Some(policies) => layer_of(layer(&level.target), policies, policy_type, request),
                    None => unknown(
                        &level.target,
                        format!("the policies attached to {} were not collected", level.target).into(),
                    ),
                };
                guard = guard.and(record(outcome, layers));
            }
            guard
        }
    }
}

/// E208, E209: service-linked roles, resources of the management account, `kms:RetireGrant`, services that RCPs do not cover.
fn is_exempt_from_rcps(request: &Request<'_>) -> bool {
    let is_in_management_account = request.caller.is_in_management_account && request.is_same_account();
    is_in_management_account
        || request.caller.is_service_linked
        || request.action.lower() == "kms:retiregrant"
        || !rcp_covers(request.action.service())
}

fn endpoint_layer<'p>(stack: &PolicyStack<'p>, request: &Request<'_>, layers: &mut Vec<LayerOutcome<'p>>) -> Formula {
    let Some(policies) = &stack.endpoint else {
        return Formula::True;
    };
    record(layer_of(Layer::Endpoint, policies, PolicyType::Endpoint, request), layers)
}
