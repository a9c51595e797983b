//! The search: concrete calls first, then what stays open.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::estate::Resource;
use crate::estate::Tags;
use crate::evaluate::Caller;
use crate::evaluate::ContextValue;
use crate::evaluate::Decision;
use crate::evaluate::DerivedFacts;
use crate::evaluate::Formula;
use crate::evaluate::Request;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::evaluate::decide;
use crate::evaluate::derive_into;
use crate::solve::Answer;
use crate::solve::Condition;
use crate::solve::Question;
use crate::solve::Reached;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::choice::Choice;
use crate::solve::choice::choices;
use crate::solve::choice::forget_choices;
use crate::solve::choice::forget_resource;
use crate::solve::choice::open_keys;
use crate::solve::class::classes;
use crate::solve::describe;
use crate::solve::mentions::Mentions;
use crate::solve::shape::Shapes;
use crate::solve::shape::has_rules;
use crate::solve::target::representatives;

/// Answers a question.
#[must_use]
pub fn ask<'e>(question: &Question<'e>) -> Answer<'e> {
    let subject = question.subject;
    let mentions = Mentions::of(
        &subject.stack,
        question.resource_policy,
        question.action.action,
        &subject.caller,
    );
    let counted = match question.scope {
        Scope::Counted(resources) => Some(resources),
        Scope::One(..) | Scope::Any => None,
    };
    if !mentions.may_be_granted {
        let reached = counted.map(|resources| Reached {
            total: resources.len(),
            indices: Vec::new(),
        });
        return Answer { reached, ..unanswered() };
    }
    let search = Search::of(question, mentions);
    match &question.scope {
        Scope::One(target, tags) => search.on(target, *tags, None, None).answer(),
        Scope::Counted([first, ..])
            if search.mentions.is_settled || search.is_denied_everywhere(&Target::resource(first.arn.clone()), Some(first)) =>
        {
            let reached = counted.map(|resources| Reached {
                total: resources.len(),
                indices: Vec::new(),
            });
            let found = search.on(&Target::resource(first.arn.clone()), first.tags.as_ref(), Some(first), None);
            Answer {
                reached,
                ..found.answer()
            }
        }
        Scope::Counted([]) => Answer {
            reached: Some(Reached::default()),
            ..search.on_any()
        },
        Scope::Counted(resources) => search.on_counted(resources),
        Scope::Any => search.on_any(),
    }
}

/// The answer where nothing speaks of the action.
fn unanswered<'e>() -> Answer<'e> {
    Answer {
        verdict: Verdict::Denied,
        conditions: Vec::new(),
        unknowns: Vec::new(),
        representative: None,
        reached: None,
        decision: None,
    }
}

struct Search<'q, 'e> {
    question: &'q Question<'e>,
    mentions: Mentions<'e>,
    choices: Vec<Choice>,
    /// The caller with each kind of credentials that a choice names.
    callers: Vec<Caller>,
    /// The keys that an evaluation may ask for.
    wanted: Arc<BTreeSet<Box<str>>>,
    /// What nobody decides, unless it was derived.
    open_keys: Vec<(Box<str>, ContextValue)>,
}

/// The best that was found on one resource.
struct Found<'e> {
    verdict: Verdict,
    /// How much must hold: the choice's needs and the open tests.
    weight: usize,
    conditions: Vec<Condition>,
    unknowns: Vec<Arc<str>>,
    target: Target,
    decision: Decision<'e>,
}

impl<'e> Found<'e> {
    fn answer(self) -> Answer<'e> {
        Answer {
            verdict: self.verdict,
            conditions: self.conditions,
            unknowns: self.unknowns,
            representative: self.target.arn.filter(|_| self.verdict != Verdict::Denied),
            reached: None,
            decision: Some(self.decision),
        }
    }

    fn is_better_than(&self, other: &Self) -> bool {
        (self.verdict, self.weight) < (other.verdict, other.weight)
    }
}

impl<'q, 'e> Search<'q, 'e> {
    fn of(question: &'q Question<'e>, mentions: Mentions<'e>) -> Self {
        let mut choices = choices(question, &mentions);
        choices.truncate(if mentions.is_settled { 1 } else { choices.len() });
        let mut callers: Vec<Caller> = Vec::new();
        for choice in &choices {
            if callers.iter().all(|caller| caller.credentials != choice.credentials) {
                callers.push(Caller {
                    credentials: choice.credentials,
                    ..question.subject.caller.clone()
                });
            }
        }
        Self {
            question,
            callers,
            choices,
            wanted: mentions.wanted(),
            open_keys: open_keys(question, &mentions),
            mentions,
        }
    }

    /// Any resource that could exist: the best of one per shape.
    fn on_any(&self) -> Answer<'e> {
        let context = || {
            let facts = DerivedFacts {
                time: self.question.as_of,
                region: None,
                resource_tags: None,
                resource_organization: None,
            };
            let mut context = RequestContext::only(self.wanted.clone());
            let caller = &self.question.subject.caller;
            derive_into(&mut context, caller, self.question.action, &Target::nothing(), &facts);
            context
        };
        let mut best: Option<Found<'e>> = None;
        let mut shapes = Shapes::default();
        for target in representatives(self.question, &self.mentions, context) {
            if self.mentions.is_settled {
                return self.on(&target, None, None, None).answer();
            }
            // Of two resources that no statement tells apart the second is not better than the first.
            let is_new = shapes.is_new(self.question, &self.mentions, &target);
            if best.is_some() && !is_new {
                continue;
            }
            let is_first = best.is_none();
            let found = self.on(&target, None, None, best.as_ref());
            if best.as_ref().is_none_or(|best| found.is_better_than(best)) {
                best = Some(found);
            }
            let verdict = best.as_ref().map(|best| best.verdict);
            if verdict == Some(Verdict::Allowed) {
                break;
            }
            if is_first && verdict == Some(Verdict::Denied) && self.is_denied_everywhere(&target, None) {
                break;
            }
        }
        best.map_or_else(unanswered, Found::answer)
    }

    /// The counted resources, class by class.
    fn on_counted(&self, resources: &[Resource]) -> Answer<'e> {
        let mut best: Option<Found<'e>> = None;
        let mut indices: Vec<usize> = Vec::new();
        for class in classes(resources, &self.mentions) {
            let Some(resource) = class.first().and_then(|index| resources.get(*index)) else {
                continue;
            };
            let found = self.on(
                &Target::resource(resource.arn.clone()),
                resource.tags.as_ref(),
                Some(resource),
                None,
            );
            match &best {
                Some(known) if known.verdict < found.verdict => continue,
                Some(known) if known.verdict == found.verdict => {}
                Some(_) | None => indices.clear(),
            }
            indices.extend(class);
            if best.as_ref().is_none_or(|known| found.is_better_than(known)) {
                best = Some(found);
            }
        }
        let Some(best) = best else { return unanswered() };
        // What is denied or not known is not reached.
        if matches!(best.verdict, Verdict::Denied | Verdict::Undetermined) {
            indices.clear();
        }
        indices.sort_unstable();
        let reached = Some(Reached {
            total: resources.len(),
            indices,
        });
        Answer {
            reached,
            ..best.answer()
        }
    }

    /// One resource: the strongest verdict over all choices, and of equal ones the one that needs the least.
    /// What cannot be better than `known`, found on another resource, need not be tried.
    fn on(&self, target: &Target, tags: Option<&Tags>, counted: Option<&Resource>, known: Option<&Found<'e>>) -> Found<'e> {
        let mut best: Option<Found<'e>> = None;
        for (position, choice) in self.choices.iter().enumerate() {
            // The choices come in the order of what they need.
            let settles = |found: &Found<'e>| found.verdict == Verdict::Conditional && found.weight <= choice.needs();
            if best.as_ref().is_some_and(settles) || (position > 0 && known.is_some_and(settles)) {
                break;
            }
            let Some(request) = self.request(choice, target, tags, counted) else {
                continue;
            };
            let decision = decide(&self.mentions.stack, &request);
            let found = self.judge(choice, target, decision);
            let done = found.verdict == Verdict::Allowed;
            if best.as_ref().is_none_or(|best| found.is_better_than(best)) {
                best = Some(found);
            }
            if done || (position == 0 && self.choices.len() > 1 && self.is_hopeless(request)) {
                break;
            }
        }
        best.unwrap_or_else(|| Found {
            verdict: Verdict::Denied,
            weight: 0,
            conditions: Vec::new(),
            unknowns: Vec::new(),
            target: target.clone(),
            decision: Decision::new(Formula::False, Formula::False, Vec::new()),
        })
    }

    /// Whether the call is denied on whatever resource, whatever the holder chooses: then one try shows why.
    fn is_denied_everywhere(&self, example: &Target, counted: Option<&Resource>) -> bool {
        let is_ruled = has_rules(self.question.action.action) || self.mentions.stack.resource.is_some();
        let Some(request) = self
            .choices
            .first()
            .and_then(|choice| self.request(choice, example, None, counted))
        else {
            return false;
        };
        let mut request = request;
        request.target.is_example = true;
        forget_resource(&mut request.context, self.question, &self.mentions);
        !is_ruled && self.is_hopeless(request)
    }

    /// Whether the call is denied whatever the holder chooses: then one choice, the one that needs the least, shows why.
    fn is_hopeless(&self, mut request: Request<'_>) -> bool {
        forget_choices(&mut request.context, self.question, &self.mentions);
        decide(&self.mentions.stack, &request).residual.is_false()
    }

    fn request<'s>(
        &'s self,
        choice: &Choice,
        target: &Target,
        tags: Option<&Tags>,
        counted: Option<&Resource>,
    ) -> Option<Request<'s>> {
        let question = self.question;
        let caller = self.callers.iter().find(|caller| caller.credentials == choice.credentials)?;
        let facts = DerivedFacts {
            time: choice.time,
            region: Some("us-east-1"),
            resource_tags: tags,
            resource_organization: caller.organization.as_ref(),
        };
        let mut context = RequestContext::only(self.wanted.clone());
        derive_into(&mut context, caller, question.action, target, &facts);
        if let Some(profile) = counted.and_then(|resource| resource.instance_profile.as_ref()) {
            context.set("ec2:InstanceProfile", ContextValue::single(profile.clone()));
        }
        if let Some(cluster) = counted.and_then(|resource| resource.cluster.as_ref()) {
            context.set("ecs:cluster", ContextValue::single(cluster.clone()));
        }
        choice.apply(&mut context, question, &self.mentions);
        for (key, value) in question.given {
            context.set(key.as_str(), value.clone());
        }
        for (key, value) in &self.open_keys {
            if !context.is_set(key) {
                context.set(key, value.clone());
            }
        }
        Some(Request {
            caller,
            action: question.action.action,
            target: target.clone(),
            context,
        })
    }

    /// The words of §1 of the product: certain and by own choice, under a condition, unknown, or not at all.
    fn judge(&self, choice: &Choice, target: &Target, decision: Decision<'e>) -> Found<'e> {
        let proven = decision.residual.settle_unknowns(false);
        let possible = decision.residual.settle_unknowns(true);
        let mut conditions = choice.conditions(self.question.as_of);
        let mut unknowns = Vec::new();
        let verdict = if proven.is_true() && choice.is_bare() {
            Verdict::Allowed
        } else if !proven.is_false() {
            conditions.extend(describe(&proven));
            Verdict::Conditional
        } else if !possible.is_false() {
            conditions.extend(describe(&possible));
            let open = decision.residual.atoms();
            unknowns.extend(
                open.into_iter()
                    .filter(|atom| atom.is_unknown())
                    .map(|atom| Arc::from(atom.to_string())),
            );
            Verdict::Undetermined
        } else {
            conditions.clear();
            Verdict::Denied
        };
        let weight = choice.needs() + proven.atoms().len() + unknowns.len();
        Found {
            verdict,
            weight,
            conditions,
            unknowns,
            target: target.clone(),
            decision,
        }
    }
}
