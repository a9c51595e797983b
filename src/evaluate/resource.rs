//! `Resource` and `NotResource` against the request's resource (E50–E65, E290–E291).

use std::sync::Arc;

use crate::catalog::Catalog;
use crate::evaluate::Atom;
use crate::evaluate::ContextValue;
use crate::evaluate::Formula;
use crate::evaluate::Request;
use crate::evaluate::UnmetResource;
use crate::evaluate::fill::Filled;
use crate::evaluate::fill::fill;
use crate::evaluate::fill::has_variables;
use crate::ident::Arn;
use crate::ident::ArnPattern;
use crate::ident::GlobToken;
use crate::ident::InvalidArnPattern;
use crate::ident::OpenPoint;
use crate::ident::Ternary;
use crate::ident::glob_text_matches;
use crate::policy::PolicyType;
use crate::policy::PolicyVersion;
use crate::policy::ResourceClause;

/// Whether the clause covers the request's resource.
pub(crate) fn clause_matches(
    clause: &ResourceClause,
    version: PolicyVersion,
    policy_type: PolicyType,
    request: &Request<'_>,
) -> Formula {
    match clause {
        ResourceClause::Only(texts) => any_matches(texts, version, policy_type, request),
        ResourceClause::AllBut(texts) => {
            let everything = texts.iter().any(|text| &**text == "*");
            if request.target.is_wildcard_only && !everything && !texts.is_empty() {
                return Formula::open(OpenPoint::NotResourceWithoutResourceTypes);
            }
            !any_matches(texts, version, policy_type, request)
        }
    }
}

fn any_matches(texts: &[Box<str>], version: PolicyVersion, policy_type: PolicyType, request: &Request<'_>) -> Formula {
    let mut found = Formula::False;
    for text in texts {
        if &**text == "*" {
            return Formula::True;
        }
        found = found.or(text_matches(text, version, policy_type, request));
        if found.is_true() {
            break;
        }
    }
    found
}

fn text_matches(text: &str, version: PolicyVersion, policy_type: PolicyType, request: &Request<'_>) -> Formula {
    // E51, E290: only `*` covers "no resource".
    let Some(arn) = &request.target.arn else {
        return Formula::False;
    };
    if request.target.is_example {
        return Formula::atom(Atom::NotCollected(Arc::from("the resource")));
    }
    if names_another_service(text, arn) {
        return Formula::False;
    }
    if let Some(certain) = at_a_glance(text, version, request, arn) {
        return Formula::certain(certain);
    }
    match fill(text, version, &request.context, true) {
        Filled::NoValue => Formula::False,
        Filled::Open(point) => Formula::open(point),
        Filled::Pending(key, class) => Formula::atom(Atom::Resource(UnmetResource {
            key,
            class,
            text: text.into(),
            arn: arn.as_str().into(),
        })),
        Filled::Tokens { tokens, wild } => {
            let literal = tokens_match(&tokens, policy_type, request, arn);
            let matched = match wild.map(|wild| tokens_match(&wild, policy_type, request, arn)) {
                Some(other) if other != literal => Ternary::Open(OpenPoint::WildcardInVariableValue),
                Some(_) | None => literal,
            };
            // E61: variables are documented behind the fifth colon only.
            if matched == Ternary::Yes && has_variables(text, version) && variable_in_first_fields(text) {
                return Formula::open(OpenPoint::VariableOutsideResourceField);
            }
            matched.into()
        }
    }
}

/// A cheap test that most texts fail: partition and service are spelled out and are not the resource's.
fn names_another_service(text: &str, arn: &Arn) -> bool {
    let is_own = arn.head().is_some_and(|head| text.starts_with(head));
    if is_own {
        return false;
    }
    let mut fields = text.split(':').skip(1);
    let (Some(partition), Some(service), Some(_)) = (fields.next(), fields.next(), fields.next()) else {
        return false;
    };
    let is_plain = |field: &str| !field.contains(['*', '?', '$', '{']);
    is_plain(partition) && is_plain(service) && (partition != arn.partition() || service != arn.service())
}

/// What most texts of six fields without variables come to, without taking them apart: every field matches and
/// no wildcard stands where none should, or not even wildcards that run across colons (E53) let the text match.
fn at_a_glance(text: &str, version: PolicyVersion, request: &Request<'_>, arn: &Arn) -> Option<bool> {
    let is_whole = text.bytes().filter(|byte| *byte == b':').count() >= 5;
    if !is_whole || has_variables(text, version) || other_service_form(request, arn).is_some() {
        return None;
    }
    if !glob_text_matches(text, arn.as_str()) {
        return Some(false);
    }
    let mut fields = text.splitn(6, ':').zip(arn.fields()).enumerate();
    let is_plain = |field: &str| !field.contains(['*', '?']);
    let matches = fields.all(|(index, (field, part))| {
        let is_allowed = match index {
            0 | 2 => is_plain(field),
            5 => field == "*" || field.split_once(['/', ':']).is_some_and(|(word, _)| is_plain(word)),
            _ => true,
        };
        is_allowed && glob_text_matches(field, part)
    });
    matches.then_some(true)
}

fn variable_in_first_fields(text: &str) -> bool {
    let before = text.split("${").next().unwrap_or_default();
    before.matches(':').count() < 5
}

fn tokens_match(tokens: &[GlobToken], policy_type: PolicyType, request: &Request<'_>, arn: &Arn) -> Ternary {
    let of = |arn: &Arn| match ArnPattern::from_tokens(tokens, completes(policy_type)) {
        Ok(pattern) => pattern.matches(arn, || type_word(request, arn)),
        // U4: not documented for this type; open only where the completed pattern would match.
        Err(InvalidArnPattern::Incomplete) => match ArnPattern::from_tokens(tokens, true).map(|p| p.matches(arn, || None)) {
            Ok(Ternary::Yes | Ternary::Open(_)) => Ternary::Open(OpenPoint::IncompleteArn),
            Ok(Ternary::No) | Err(_) => Ternary::No,
        },
        Err(InvalidArnPattern::NotAnArn(_)) => Ternary::No,
    };
    let matched = of(arn);
    let agrees = match other_service_form(request, arn) {
        None => true,
        Some(OtherForm::Arn(other)) => of(&other) == matched,
        Some(OtherForm::InAnyCluster(others)) => ArnPattern::from_tokens(tokens, true).map_or(true, |pattern| match matched {
            Ternary::Yes => pattern.covers(&others),
            Ternary::No => !pattern.overlaps(&others),
            Ternary::Open(_) => true,
        }),
    };
    if agrees {
        matched
    } else {
        Ternary::Open(OpenPoint::OldEcsServiceArn)
    }
}

/// E56, E58: identity policies and boundaries complete an ARN of fewer than six fields.
fn completes(policy_type: PolicyType) -> bool {
    matches!(policy_type, PolicyType::Identity | PolicyType::PermissionsBoundary)
}

/// The literal word before the first `/` or `:` of the resource field in the format that the ARN has (E59).
fn type_word<'a>(request: &Request<'_>, arn: &'a Arn) -> Option<&'a str> {
    let service = Catalog::bundled().service(arn.service())?;
    let word = arn.resource().split(['/', ':']).next()?;
    let action = service.action(request.action.name());
    let has_word = |format: &&str| {
        let resource = format.splitn(6, ':').nth(5).unwrap_or_default();
        resource.split(['/', ':']).next() == Some(word) && resource.len() > word.len()
    };
    let named = |name: &str| {
        service
            .resource_type(name)
            .is_some_and(|kind| kind.arn_formats.iter().any(has_word))
    };
    let known = match action {
        Some(action) if !action.resource_types.is_empty() => action.resource_types.iter().any(|row| named(row.resource_type)),
        Some(_) | None => service.resource_types.iter().any(|kind| named(kind.name)),
    };
    known.then_some(word)
}

/// The other form of the ARN of an ECS service of the old format.
enum OtherForm {
    Arn(Arn),
    /// The cluster is not known: the forms of all clusters.
    InAnyCluster(ArnPattern),
}

/// The other form of the ARN of an ECS service from before long ARNs (E321, U19).
fn other_service_form(request: &Request<'_>, arn: &Arn) -> Option<OtherForm> {
    if arn.service() != "ecs" {
        return None;
    }
    let name = arn.resource().strip_prefix("service/").filter(|name| !name.contains('/'))?;
    let head = arn.as_str().strip_suffix(name)?;
    match request.context.get_lower("ecs:cluster") {
        ContextValue::Single(cluster) => {
            let (_, cluster) = cluster.rsplit_once('/')?;
            format!("{head}{cluster}/{name}").parse().ok().map(OtherForm::Arn)
        }
        ContextValue::Absent => None,
        ContextValue::Unknown(_)
        | ContextValue::Many(_)
        | ContextValue::Prefix(_)
        | ContextValue::Open(_)
        | ContextValue::MfaNotProven
        | ContextValue::MfaAgeNotProven
        | ContextValue::OneOf(_) => {
            let form = ArnPattern::parse(&format!("{head}*/{name}"), true).ok();
            form.map(OtherForm::InAnyCluster)
        }
    }
}
