//! The statements behind a verdict: what grants, what limits, where it stands.

use std::sync::Arc;

use crate::evaluate::Decision;
use crate::evaluate::Layer;
use crate::evaluate::LayerOutcome;
use crate::evaluate::StatementHit;
use crate::evaluate::Subject;
use crate::finding;
use crate::finding::Citation;
use crate::finding::CitedEffect;
use crate::finding::Interner;
use crate::finding::Place;
use crate::policy::Effect;

/// The statements that allow the call, or would under the conditions of the finding; with their texts where `quotes`.
pub(super) fn grants(decision: &Decision<'_>, subject: &Subject<'_>, quotes: bool, texts: &mut Interner<str>) -> Vec<Citation> {
    let mut found = Vec::new();
    for outcome in &decision.layers {
        match outcome.layer {
            Layer::Identity if outcome.hits.is_empty() && outcome.allow.is_true() => found.push(root_user(texts)),
            Layer::Identity | Layer::Resource => {
                found.extend(
                    outcome
                        .allowing()
                        .map(|hit| statement(hit, &outcome.layer, subject, CitedEffect::Allow, quotes, texts)),
                );
            }
            Layer::Boundary
            | Layer::Session
            | Layer::ServiceControl(_)
            | Layer::ResourceControl(_)
            | Layer::Endpoint
            | Layer::ServiceRule => {}
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What denies the call on some resource or under some condition, and the layers that do not allow it.
pub(super) fn limits(decision: &Decision<'_>, subject: &Subject<'_>, quotes: bool, texts: &mut Interner<str>) -> Vec<Citation> {
    let mut found = Vec::new();
    for outcome in &decision.layers {
        found.extend(
            outcome
                .denying()
                .map(|hit| statement(hit, &outcome.layer, subject, CitedEffect::Deny, quotes, texts)),
        );
        if !outcome.allow.is_true() && outcome.layer != Layer::Identity && outcome.layer != Layer::Resource {
            let conditional = outcome
                .allowing()
                .map(|hit| statement(hit, &outcome.layer, subject, CitedEffect::Allow, quotes, texts));
            let mut conditional: Vec<Citation> = conditional.collect();
            if conditional.is_empty() {
                conditional.push(whole_layer(outcome, texts));
            }
            found.extend(conditional);
        }
    }
    found.sort();
    found.dedup();
    found
}

fn root_user(texts: &mut Interner<str>) -> Citation {
    Citation {
        layer: finding::Layer::RootUser,
        effect: CitedEffect::Allow,
        policy: texts.intern("full access of the root user"),
        sid: None,
        statement: None,
        via: None,
        place: None,
        text: None,
    }
}

pub(super) fn statement(
    hit: &StatementHit<'_>,
    layer: &Layer,
    subject: &Subject<'_>,
    effect: CitedEffect,
    quotes: bool,
    texts: &mut Interner<str>,
) -> Citation {
    let group = subject.group_of(hit.policy);
    let (line, column) = hit.policy.text.place(hit.statement.span.start);
    let span = hit.statement.span;
    let text = hit.policy.text.text.get(span.start..span.end).filter(|_| quotes);
    debug_assert_eq!(effect == CitedEffect::Deny, hit.statement.effect == Effect::Deny);
    Citation {
        layer: layer_of(layer, group.is_some()),
        effect,
        policy: Arc::clone(&hit.policy.name),
        sid: hit.statement.sid.as_deref().map(|sid| texts.intern(sid)),
        statement: u32::try_from(hit.index + 1).ok(),
        via: group.or_else(|| target_of(layer)),
        place: Some(Place {
            file: Arc::clone(&hit.policy.text.file),
            line,
            column,
        }),
        text: text.map(|text| texts.intern(text)),
    }
}

/// A layer in which no statement allows, or of which it is not known.
pub(super) fn whole_layer(outcome: &LayerOutcome<'_>, texts: &mut Interner<str>) -> Citation {
    let effect = if outcome.allow.is_false() {
        CitedEffect::NoAllow
    } else {
        CitedEffect::Unknown
    };
    let policy = outcome
        .note
        .clone()
        .unwrap_or_else(|| texts.intern(&outcome.layer.to_string()));
    // The name of the layer holds its target.
    let via = target_of(&outcome.layer).filter(|target| !policy.ends_with(&**target));
    Citation {
        layer: layer_of(&outcome.layer, false),
        effect,
        policy,
        sid: None,
        statement: None,
        via,
        place: None,
        text: None,
    }
}

fn target_of(layer: &Layer) -> Option<Arc<str>> {
    match layer {
        Layer::ServiceControl(target) | Layer::ResourceControl(target) => Some(Arc::clone(target)),
        Layer::Identity | Layer::Boundary | Layer::Session | Layer::Resource | Layer::Endpoint | Layer::ServiceRule => None,
    }
}

fn layer_of(layer: &Layer, is_group: bool) -> finding::Layer {
    match layer {
        Layer::Identity if is_group => finding::Layer::Group,
        Layer::Identity => finding::Layer::Identity,
        Layer::Boundary => finding::Layer::Boundary,
        Layer::Session => finding::Layer::Session,
        Layer::Resource => finding::Layer::Resource,
        Layer::ServiceControl(_) => finding::Layer::ServiceControl,
        Layer::ResourceControl(_) => finding::Layer::ResourceControl,
        Layer::Endpoint => finding::Layer::Endpoint,
        Layer::ServiceRule => finding::Layer::ServiceRule,
    }
}
