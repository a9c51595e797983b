//! From a residual to a complete request that the evaluator allows, or to the proof that there is none.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::evaluate::Atom;
use crate::evaluate::ContextValue;
use crate::evaluate::Decision;
use crate::evaluate::Formula;
use crate::evaluate::Request;
use crate::evaluate::RequestContext;
use crate::policy::ContextKey;
use crate::policy::variables;
use crate::solve::satisfy::Satisfied;
use crate::solve::satisfy::common_name;
use crate::solve::satisfy::satisfy;
use crate::solve::theory::Alphabet;

/// What became of a residual.
#[derive(Debug)]
pub(super) enum Proof {
    /// With this context the evaluator allows the call.
    Witness(RequestContext),
    /// No values of the open keys make the residual true.
    Never,
    /// Neither was shown; why, in words.
    Unproven(Arc<str>),
}

/// How many values of a key that ties others are tried, and how many such keys.
const MAX_VALUES: usize = 24;
const MAX_TIED: usize = 2;

/// Looks for values of what the request leaves open. `settle` takes from a residual what no request settles.
pub(super) fn prove<'p>(
    decide: &dyn Fn(&Request<'_>) -> Decision<'p>,
    request: &Request<'_>,
    residual: &Formula,
    settle: &dyn Fn(&Formula) -> Formula,
) -> Proof {
    prove_tied(decide, request, residual, settle, MAX_TIED)
}

/// Whether no values of the open keys make a formula true that was settled already: no request is made for it.
pub(super) fn is_never(formula: &Formula, request: &Request<'_>) -> bool {
    matches!(
        satisfy(formula, &request.context, Some(request.action.service())),
        Satisfied::Never
    )
}

fn prove_tied<'p>(
    decide: &dyn Fn(&Request<'_>) -> Decision<'p>,
    request: &Request<'_>,
    residual: &Formula,
    settle: &dyn Fn(&Formula) -> Formula,
    depth: usize,
) -> Proof {
    let formula = settle(residual);
    let service = request.action.service();
    let model = match satisfy(&formula, &request.context, Some(service)) {
        Satisfied::By(model) => model,
        Satisfied::Never => return Proof::Never,
        Satisfied::GaveUp => return Proof::Unproven("its conditions were too many or too open to be decided".into()),
    };
    let mut trial = request.clone();
    complete(&mut trial.context, &model);
    // Where nothing was open, that is the request that was decided.
    let is_decided = formula.is_true() && trial.context == request.context;
    if is_decided || settle(&decide(&trial).residual).is_true() {
        return Proof::Witness(trial.context);
    }
    let Some(key) = tied_keys(&formula, &request.context).into_iter().next().filter(|_| depth > 0) else {
        return Proof::Unproven("a request that meets its conditions was not found".into());
    };
    for value in values_to_try(&formula, &key, &model, Alphabet::of(&key, Some(service))) {
        let mut trial = request.clone();
        set_with_aliases(&mut trial.context, &key, &value);
        let decision = decide(&trial);
        if let witness @ Proof::Witness(_) = prove_tied(decide, &trial, &decision.residual, settle, depth - 1) {
            return witness;
        }
    }
    Proof::Unproven(format!("{key} would have to fit several places at once, and no value that does was found").into())
}

/// Puts the values in, and absent for what is still open and may be absent; ties the keys of request tags and of
/// forwarded calls (E351).
fn complete(context: &mut RequestContext, model: &[(ContextKey, ContextValue)]) {
    for (key, value) in model {
        set_with_aliases(context, key, value);
    }
    context.settle_open(default_of);
    tie_request_tags(context);
    tie_called_via(context);
}

/// Endpoint and address keys are there when the call comes that way; everything else may be missing.
fn default_of(key: &str) -> ContextValue {
    match key {
        "aws:sourceip" => ContextValue::single("198.51.100.77"),
        "aws:sourcevpc" => ContextValue::single("vpc-0a1b2c3d4e5f60718"),
        "aws:sourcevpce" => ContextValue::single("vpce-0a1b2c3d4e5f60718"),
        "aws:vpcsourceip" => ContextValue::single("10.77.7.7"),
        "aws:multifactorauthage" => ContextValue::single("1"),
        _ => ContextValue::Absent,
    }
}

/// Both spellings of a tag of the resource carry the same value (E303).
fn set_with_aliases(context: &mut RequestContext, key: &ContextKey, value: &ContextValue) {
    match key.lower().split_once(":resourcetag/") {
        Some((_, tag)) => context.set_resource_tag(tag, value),
        None => context.set(key.as_str(), value.clone()),
    }
}

/// `aws:RequestTag/k` is there if and only if `aws:TagKeys` names k.
fn tie_request_tags(context: &mut RequestContext) {
    if !context.is_set("aws:tagkeys") {
        return;
    }
    let mut names = values_of(context.get_lower("aws:tagkeys"));
    let tags: Vec<(String, bool)> = context
        .iter()
        .filter_map(|(key, value)| {
            Some((
                key.strip_prefix("aws:requesttag/")?.to_owned(),
                *value == ContextValue::Absent,
            ))
        })
        .collect();
    for (tag, is_absent) in tags {
        let is_named = names.iter().any(|name| name.eq_ignore_ascii_case(&tag));
        if is_named && is_absent {
            context.set(&format!("aws:requesttag/{tag}"), ContextValue::single("leastwise"));
        } else if !is_named && !is_absent {
            names.push(tag.into());
        }
    }
    let value = if names.is_empty() {
        ContextValue::Absent
    } else {
        ContextValue::many(names)
    };
    context.set("aws:tagkeys", value);
}

fn values_of(value: &ContextValue) -> Vec<Box<str>> {
    if let ContextValue::Many(values) = value {
        values.to_vec()
    } else {
        Vec::new()
    }
}

/// The first and the last service are among those of `aws:CalledVia`.
fn tie_called_via(context: &mut RequestContext) {
    let one = |key: &str| {
        let ContextValue::Single(service) = context.get_lower(key) else {
            return None;
        };
        Some(service.clone())
    };
    let (first, last) = (one("aws:calledviafirst"), one("aws:calledvialast"));
    let mut services = values_of(context.get_lower("aws:calledvia"));
    if let Some(first) = first.filter(|first| services.first() != Some(first)) {
        services.insert(0, first);
    }
    if let Some(last) = last.filter(|last| services.last() != Some(last)) {
        services.push(last);
    }
    let (Some(first), Some(last)) = (services.first().cloned(), services.last().cloned()) else {
        return;
    };
    if context.is_set("aws:calledvia") {
        context.set("aws:calledvia", ContextValue::many(services));
    }
    for (key, value) in [("aws:calledviafirst", first), ("aws:calledvialast", last)] {
        if context.is_set(key) {
            context.set(key, ContextValue::Single(value));
        }
    }
}

/// Unknown keys that stand as variables in tests of other unknown keys or in resource texts.
fn tied_keys(formula: &Formula, context: &RequestContext) -> BTreeSet<ContextKey> {
    let mut found = BTreeSet::new();
    for atom in formula.atoms() {
        match atom {
            Atom::Resource(resource) => {
                found.insert(common_name(&resource.key));
            }
            Atom::Test(unmet) => {
                let keys = unmet.test.values.iter().flat_map(|value| variables(value));
                let keys = keys.map(|(key, _)| ContextKey::new(key));
                let is_open = |key: &ContextKey| matches!(context.get(key), ContextValue::Unknown(_));
                found.extend(keys.filter(is_open).map(|key| common_name(&key)));
            }
            Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => {}
        }
    }
    found
}

/// Values worth trying for such a key: what tests name, pieces of the resources, a plain word, none.
fn values_to_try(
    formula: &Formula,
    key: &ContextKey,
    model: &[(ContextKey, ContextValue)],
    alphabet: Alphabet,
) -> Vec<ContextValue> {
    let mut texts: Vec<String> = Vec::new();
    for atom in formula.atoms() {
        match atom {
            Atom::Resource(resource) => {
                texts.extend(
                    resource
                        .arn
                        .split([':', '/'])
                        .filter(|piece| !piece.is_empty())
                        .map(str::to_owned),
                );
            }
            Atom::Test(unmet) => texts.extend(
                unmet
                    .test
                    .values
                    .iter()
                    .filter(|value| !value.contains("${"))
                    .map(|value| value.replace(['*', '?'], "x")),
            ),
            Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => {}
        }
    }
    let at_hand = model.iter().filter(|(known, _)| known == key).map(|(_, value)| value.clone());
    let named = texts
        .into_iter()
        .filter(|text| !text.is_empty() && alphabet.takes_all(text))
        .map(ContextValue::single);
    let mut found: Vec<ContextValue> = Vec::new();
    for value in at_hand
        .chain([ContextValue::single("leastwise")])
        .chain(named)
        .chain([ContextValue::Absent])
    {
        if !found.contains(&value) && found.len() < MAX_VALUES {
            found.push(value);
        }
    }
    found
}
