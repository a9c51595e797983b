//! The search: concrete calls first, then what stays open.

use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::catalog::global_service_region;
use crate::estate::Policy;
use crate::estate::Resource;
use crate::estate::Tags;
use crate::evaluate::AccountScope;
use crate::evaluate::Caller;
use crate::evaluate::ContextValue;
use crate::evaluate::Credentials;
use crate::evaluate::Decision;
use crate::evaluate::DerivedFacts;
use crate::evaluate::Formula;
use crate::evaluate::PolicyStack;
use crate::evaluate::Request;
use crate::evaluate::RequestContext;
use crate::evaluate::Target;
use crate::evaluate::decide;
use crate::evaluate::derive_into;
use crate::ident::Arn;
use crate::solve::DecidedRequest;
use crate::solve::Question;
use crate::solve::Reached;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::choice::Choice;
use crate::solve::choice::forget_choices;
use crate::solve::choice::forget_resource;
use crate::solve::choice::open_keys;
use crate::solve::choice::row_of;
use crate::solve::choice::tells_types;
use crate::solve::choices::choices;
use crate::solve::class::classes;
use crate::solve::describe;
use crate::solve::found::Found;
use crate::solve::found::Way;
use crate::solve::given_region;
use crate::solve::mentions::Mentions;
use crate::solve::shape::Shapes;
use crate::solve::shape::has_rules;
use crate::solve::target::Candidate;
use crate::solve::target::regions;
use crate::solve::target::representatives;
use crate::solve::witness::Proof;
use crate::solve::witness::is_never;
use crate::solve::witness::prove;
use std::cell::Cell;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The organization keys of a resource whose account is in none, or of which that is not known.
fn without_organization(owner: &AccountScope) -> Option<ContextValue> {
    match (owner.membership(), owner.is_membership_known()) {
        (Some(_), _) => None,
        (None, true) => Some(ContextValue::Absent),
        (None, false) => Some(ContextValue::Unknown(ControlClass::Identity)),
    }
}

/// The caller with each kind of credentials that a choice names.
fn callers(plain: &Caller, choices: &[Choice]) -> Vec<Caller> {
    let mut callers: Vec<Caller> = Vec::new();
    for choice in choices {
        if callers.iter().all(|caller| caller.credentials != choice.credentials) {
            callers.push(Caller {
                credentials: choice.credentials,
                ..plain.clone()
            });
        }
    }
    callers
}

/// What the identity alone fixes of some keys.
pub(super) fn plain_context(question: &Question<'_>, wanted: Arc<BTreeSet<Box<str>>>) -> RequestContext {
    let facts = DerivedFacts {
        time: question.as_of,
        region: None,
        resource_tags: None,
        resource_organization: None,
    };
    let mut context = RequestContext::only(wanted);
    let caller = &question.subject.caller;
    derive_into(&mut context, caller, question.action, &Target::nothing(), &facts);
    context
}

/// Why what was not found may exist.
pub(super) const UNSEEN: &str = "the resource patterns tell more names apart than were tried; ask with --resource";

/// The keys of a search's requests.
#[derive(Debug)]
pub(super) struct Keys {
    /// What an evaluation may ask for.
    wanted: Arc<BTreeSet<Box<str>>>,
    /// What nobody decides.
    open: Arc<[(Box<str>, ContextValue)]>,
    tells_types: bool,
    watched: Vec<Box<str>>,
}

/// One question with everything that its requests are made of.
pub(super) struct Search<'q, 'e> {
    pub(super) question: &'q Question<'e>,
    pub(super) mentions: Mentions<'e>,
    pub(super) choices: Vec<Choice>,
    /// The caller with each kind of credentials that a choice names.
    callers: Vec<Caller>,
    /// The keys that an evaluation may ask for.
    wanted: Arc<BTreeSet<Box<str>>>,
    /// What nobody decides, unless it was derived.
    open_keys: Arc<[(Box<str>, ContextValue)]>,
    /// Whether it matters of which of its types a resource is (E293).
    tells_types: bool,
    /// The resource that was looked at last, and its type.
    last_row: RefCell<Option<(Arn, Option<&'static str>)>>,
    /// What is taken away.
    pub(super) other: Option<PolicyStack<'e>>,
    /// Whether nothing is taken away just now: of a call's resources one has to be new.
    pub(super) is_plain: Cell<bool>,
    /// Whether there are more ways to call than are tried.
    pub(super) is_cut: bool,
}

impl<'q, 'e> Search<'q, 'e> {
    pub(super) fn of(question: &'q Question<'e>, mentions: Mentions<'e>, other: Option<&'e Policy>) -> Self {
        let (mut choices, is_cut) = choices(question, &mentions);
        choices.truncate(if mentions.is_settled { 1 } else { choices.len() });
        Self {
            question,
            callers: callers(&question.subject.caller, &choices),
            choices,
            wanted: mentions.wanted(),
            open_keys: open_keys(question, &mentions, None).into(),
            tells_types: tells_types(question, &mentions),
            mentions,
            other: other.map(|policy| PolicyStack {
                identity: vec![policy],
                ..PolicyStack::default()
            }),
            last_row: RefCell::new(None),
            is_plain: Cell::new(false),
            is_cut,
        }
    }

    /// What the search takes from the statements and not from the identity.
    pub(super) fn keys(&self) -> Keys {
        Keys {
            wanted: self.wanted.clone(),
            open: self.open_keys.clone(),
            tells_types: self.tells_types,
            watched: self.mentions.watched.iter().map(|key| Box::from(&**key)).collect(),
        }
    }

    /// The one request that a search for a like identity ended at, made and judged for this one.
    pub(super) fn again(
        question: &'q Question<'e>,
        mentions: Mentions<'e>,
        keys: &Keys,
        way: &Way,
        target: &Target,
    ) -> (Found<'e>, Mentions<'e>) {
        let choices = vec![way.choice.clone()];
        // Statements that change nothing may name keys all the same.
        let is_same = keys
            .watched
            .iter()
            .map(|key| &**key)
            .eq(mentions.watched.iter().map(|key| &**key));
        let search = Self {
            question,
            callers: callers(&question.subject.caller, &choices),
            choices: Vec::new(),
            wanted: if is_same { keys.wanted.clone() } else { mentions.wanted() },
            open_keys: if is_same {
                keys.open.clone()
            } else {
                open_keys(question, &mentions, None).into()
            },
            tells_types: if is_same {
                keys.tells_types
            } else {
                tells_types(question, &mentions)
            },
            mentions,
            other: None,
            last_row: RefCell::new(None),
            is_plain: Cell::new(false),
            is_cut: false,
        };
        let counted = match question.scope {
            Scope::Counted(resources) => way.counted.and_then(|index| resources.get(index)),
            Scope::One(..) | Scope::Any => None,
        };
        let tags = counted.and_then(|resource| resource.tags.as_ref());
        let found = search.once(&way.choice, way.region.as_deref(), target, tags, counted);
        (found.unwrap_or_else(|| Found::nothing_on(target)), search.mentions)
    }

    /// The evaluator's decision; of a comparison, what the other document allows taken away.
    pub(super) fn decide(&self, request: &Request<'_>) -> Decision<'e> {
        let decision = decide(&self.mentions.stack, request);
        let Some(other) = self.other.as_ref().filter(|_| !self.is_plain.get()) else {
            return decision;
        };
        let beyond = decision.residual.clone().and(!decide(other, request).residual);
        Decision::new(beyond, Formula::False, decision.layers)
    }

    /// Any resource that could exist: the best of one per shape.
    pub(super) fn on_any(&self) -> Found<'e> {
        let entry = Catalog::bundled().action(self.question.action.action.service(), self.question.action.action.name());
        if entry.is_some_and(|entry| entry.resource_types.iter().filter(|row| row.required).count() > 1) {
            return self.on_call();
        }
        let context = || self.plain_context();
        let mut best: Option<Found<'e>> = None;
        let mut shapes = Shapes::default();
        let mut is_unseen = false;
        for candidate in representatives(self.question, &self.mentions, context) {
            let Candidate::Resource(target) = candidate else {
                is_unseen = true;
                continue;
            };
            if self.mentions.is_settled {
                return self.on(&target, None, None, None);
            }
            // Of two resources that no statement tells apart the second is not better than the first.
            let is_new = shapes.is_new(self.question, &self.mentions, &target) || self.other.is_some();
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
        let mut best = best.unwrap_or_else(Found::nothing);
        if is_unseen {
            best.doubt = Some(UNSEEN.into());
        } else if entry.is_none() && !self.mentions.resources.is_empty() && !self.mentions.is_settled {
            // E48: what no catalog knows may still be covered by a pattern; on which resources is not known.
            let version = Catalog::bundled().version();
            best.doubt = Some(format!("the action catalog ({version}) does not know this action").into());
        }
        best
    }

    pub(super) fn plain_context(&self) -> RequestContext {
        plain_context(self.question, self.wanted.clone())
    }

    /// The counted resources, class by class.
    pub(super) fn on_counted(&self, resources: &[Resource]) -> Found<'e> {
        let mut best: Option<Found<'e>> = None;
        let mut indices: Vec<usize> = Vec::new();
        for class in classes(resources, &self.mentions) {
            let Some((index, resource)) = class.first().and_then(|index| Some((*index, resources.get(*index)?))) else {
                continue;
            };
            let mut found = self.on(
                &Target::resource(resource.arn.clone()),
                resource.tags.as_ref(),
                Some(resource),
                None,
            );
            if let Some(way) = &mut found.way {
                way.counted = Some(index);
            }
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
        let Some(best) = best else { return Found::nothing() };
        // What is denied or not known is not reached.
        if matches!(best.verdict, Verdict::Denied | Verdict::Undetermined) {
            indices.clear();
        }
        indices.sort_unstable();
        let reached = Some(Reached {
            total: resources.len(),
            indices,
        });
        Found { reached, ..best }
    }

    /// One resource: the strongest verdict over all choices, and of equal ones the one that needs the least.
    /// What cannot be better than `known`, found on another resource, need not be tried.
    pub(super) fn on(
        &self,
        target: &Target,
        tags: Option<&Tags>,
        counted: Option<&Resource>,
        known: Option<&Found<'e>>,
    ) -> Found<'e> {
        let is_any = matches!(self.question.scope, Scope::Any);
        if !is_any || !self.has_open_region(target) {
            return self.on_in(None, target, tags, counted, known);
        }
        // A resource could be in any Region that the statements tell apart.
        let partition = self.question.subject.caller.partition().unwrap_or("aws");
        let mut best: Option<Found<'e>> = None;
        for region in regions(self.question, &self.mentions, partition) {
            let found = self.on_in(Some(&region), target, tags, counted, best.as_ref().or(known));
            if best.as_ref().is_none_or(|best| found.is_better_than(best)) {
                best = Some(found);
            }
            if self.mentions.is_settled || best.as_ref().is_some_and(|best| best.verdict == Verdict::Allowed) {
                break;
            }
        }
        best.unwrap_or_else(|| self.on_in(None, target, tags, counted, known))
    }

    /// Whether some test looks at the Region and neither the resource's ARN, nor the service, nor the asker tells it.
    fn has_open_region(&self, target: &Target) -> bool {
        let is_tested = self.mentions.has("aws:requestedregion") || self.mentions.has("ec2:region");
        let of_arn = target.arn.as_ref().is_some_and(|arn| !arn.region().is_empty());
        let service = self.question.action.action.service();
        let partition = self.question.subject.caller.partition().unwrap_or("aws");
        is_tested && !of_arn && global_service_region(partition, service).is_none() && given_region(self.question.given).is_none()
    }

    fn on_in(
        &self,
        region: Option<&str>,
        target: &Target,
        tags: Option<&Tags>,
        counted: Option<&Resource>,
        known: Option<&Found<'e>>,
    ) -> Found<'e> {
        let mut best: Option<Found<'e>> = None;
        for (position, choice) in self.choices.iter().enumerate() {
            // The choices come in the order of what they need.
            let settles = |found: &Found<'e>| found.verdict == Verdict::Conditional && found.weight <= choice.needs();
            if best.as_ref().is_some_and(settles) || (position > 0 && known.is_some_and(settles)) {
                break;
            }
            let Some(found) = self.once(choice, region, target, tags, counted) else {
                continue;
            };
            let may_be_hopeless = position == 0 && self.choices.len() > 1;
            let done = found.verdict == Verdict::Allowed
                || (may_be_hopeless && self.is_hopeless(found.request.target.clone(), found.request.context.clone()));
            if best.as_ref().is_none_or(|best| found.is_better_than(best)) {
                best = Some(found);
            }
            if done {
                break;
            }
        }
        best.unwrap_or_else(|| Found::nothing_on(target))
    }

    /// One resource by one choice, in a Region where some test looks at it.
    fn once(
        &self,
        choice: &Choice,
        region: Option<&str>,
        target: &Target,
        tags: Option<&Tags>,
        counted: Option<&Resource>,
    ) -> Option<Found<'e>> {
        let mut request = self.request(choice, target, tags, counted)?;
        if let Some(region) = region {
            request.context.set("aws:RequestedRegion", ContextValue::single(region));
            request.context.set("ec2:Region", ContextValue::single(region));
        } else if self.has_open_region(target) {
            // Where this resource is, is the resource's to say.
            request
                .context
                .set("aws:RequestedRegion", ContextValue::Unknown(ControlClass::Resource));
        }
        let mut found = self.judge(choice, self.decide(&request), request);
        found.way = Some(Way {
            choice: choice.clone(),
            region: region.map(Box::from),
            counted: None,
        });
        Some(found)
    }

    /// One resource by one choice.
    pub(super) fn with(
        &self,
        choice: &Choice,
        target: &Target,
        tags: Option<&Tags>,
        counted: Option<&Resource>,
    ) -> Option<Found<'e>> {
        let request = self.request(choice, target, tags, counted)?;
        Some(self.judge(choice, self.decide(&request), request))
    }

    /// Whether the call is denied on whatever resource, whatever the holder chooses: then one try shows why.
    pub(super) fn is_denied_everywhere(&self, example: &Target, counted: Option<&Resource>) -> bool {
        let is_ruled = has_rules(self.question.action.action) || self.mentions.stack.resource.is_some();
        let Some(request) = self
            .choices
            .first()
            .and_then(|choice| self.request(choice, example, None, counted))
        else {
            return false;
        };
        let Request {
            mut target, mut context, ..
        } = request;
        target.is_example = true;
        forget_resource(&mut context, self.question, &self.mentions);
        !is_ruled && self.is_hopeless(target, context)
    }

    /// Whether the call is denied whatever the holder chooses: then one choice, the one that needs the least, shows why.
    fn is_hopeless(&self, target: Target, mut context: RequestContext) -> bool {
        forget_choices(&mut context, self.question, &self.mentions);
        let request = Request {
            caller: &self.question.subject.caller,
            action: self.question.action.action,
            target,
            context,
        };
        let decision = self.decide(&request);
        decision.residual.is_false() || is_never(&decision.residual.settle_unknowns(true), &request)
    }

    /// The requests of all choices on one resource.
    pub(super) fn requests(&self, target: &Target, tags: Option<&Tags>, counted: Option<&Resource>) -> Vec<Request<'_>> {
        let choices = self.choices.iter();
        choices
            .filter_map(|choice| self.request(choice, target, tags, counted))
            .collect()
    }

    pub(super) fn choice_count(&self) -> usize {
        self.choices.len()
    }

    fn request<'s>(
        &'s self,
        choice: &Choice,
        target: &Target,
        tags: Option<&Tags>,
        counted: Option<&Resource>,
    ) -> Option<Request<'s>> {
        let question = self.question;
        let region = target.arn.as_ref().map(Arn::region).filter(|region| !region.is_empty());
        if given_region(question.given).is_some_and(|given| region.is_some_and(|region| region != given)) {
            return None;
        }
        let caller = self.callers.iter().find(|caller| caller.credentials == choice.credentials)?;
        let facts = DerivedFacts {
            time: choice.time,
            region: Some("us-east-1"),
            resource_tags: tags,
            resource_organization: question.owner.map_or(caller.organization.as_ref(), AccountScope::membership),
        };
        let mut context = RequestContext::only(self.wanted.clone());
        derive_into(&mut context, caller, question.action, target, &facts);
        if let Some(value) = question.owner.and_then(without_organization) {
            context.set("aws:ResourceOrgID", value.clone());
            context.set("aws:ResourceOrgPaths", value);
        }
        if let Some(profile) = counted.and_then(|resource| resource.instance_profile.as_ref()) {
            context.set("ec2:InstanceProfile", ContextValue::single(profile.clone()));
        }
        if let Some(cluster) = counted.and_then(|resource| resource.cluster.as_ref()) {
            context.set("ecs:cluster", ContextValue::single(cluster.clone()));
        }
        if matches!(
            choice.credentials,
            Credentials::SessionTokenWithMfa | Credentials::ConsoleWithMfa
        ) {
            // How long ago is for the holder to choose.
            context.set("aws:MultiFactorAuthAge", ContextValue::Unknown(ControlClass::Choice));
        }
        choice.apply(&mut context, question, &self.mentions);
        for (key, value) in question.given {
            context.set(key.as_str(), value.clone());
        }
        let row_keys;
        let open = if self.tells_types {
            row_keys = open_keys(question, &self.mentions, self.row_of(target));
            &row_keys
        } else {
            &*self.open_keys
        };
        for (key, value) in open {
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

    /// Most requests in a row are about one resource.
    fn row_of(&self, target: &Target) -> Option<&'static str> {
        let arn = target.arn.as_ref()?;
        let mut last = self.last_row.borrow_mut();
        match &*last {
            Some((known, row)) if known == arn => *row,
            Some(_) | None => {
                let row = row_of(self.question, target);
                *last = Some((arn.clone(), row));
                row
            }
        }
    }

    /// The words of §1 of the product: certain and by own choice, under a condition, unknown, or not at all.
    fn judge(&self, choice: &Choice, decision: Decision<'e>, request: Request<'_>) -> Found<'e> {
        let proven = decision.residual.settle_unknowns(false);
        let mut conditions = choice.conditions(self.question.as_of);
        let mut unknowns = Vec::new();
        let mut witness = None;
        let verdict = match self.prove(&request, &decision, false) {
            Proof::Witness(found) => {
                witness = Some(DecidedRequest {
                    credentials: choice.credentials,
                    target: request.target.clone(),
                    context: found,
                });
                if proven.is_true() && choice.is_bare() {
                    Verdict::Allowed
                } else {
                    conditions.extend(describe(&proven));
                    Verdict::Conditional
                }
            }
            Proof::Unproven(why) => {
                conditions.extend(describe(&proven));
                unknowns.push(why);
                Verdict::Undetermined
            }
            Proof::Never => match self.prove(&request, &decision, true) {
                Proof::Never => {
                    conditions.clear();
                    Verdict::Denied
                }
                unsettled @ (Proof::Witness(_) | Proof::Unproven(_)) => {
                    if let Proof::Unproven(why) = unsettled {
                        unknowns.push(why);
                    }
                    conditions.extend(describe(&decision.residual.settle_unknowns(true)));
                    let open = decision.residual.atoms();
                    unknowns.extend(
                        open.into_iter()
                            .filter(|atom| atom.is_unknown())
                            .map(|atom| Arc::from(atom.to_string())),
                    );
                    Verdict::Undetermined
                }
            },
        };
        let weight = choice.needs() + proven.atoms().len() + unknowns.len();
        Found {
            verdict,
            weight,
            conditions,
            unknowns,
            witness,
            request: DecidedRequest {
                credentials: choice.credentials,
                target: request.target,
                context: request.context,
            },
            decision: Some(decision),
            way: None,
            reached: None,
            doubt: None,
        }
    }

    /// Whether the residual can be met, with the unknown taken for the worse, or for the better.
    fn prove(&self, request: &Request<'_>, decision: &Decision<'e>, favourable: bool) -> Proof {
        let settle = |formula: &Formula| formula.settle_unknowns(favourable);
        prove(&|request| self.decide(request), request, &decision.residual, &settle)
    }
}
