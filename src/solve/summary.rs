//! The weakest condition of a "conditional": exactly which requests on the resource succeed, in few words.

use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::catalog::control_class;
use crate::estate::Resource;
use crate::estate::Tags;
use crate::evaluate::Atom;
use crate::evaluate::ContextValue;
use crate::evaluate::Formula;
use crate::evaluate::Request;
use crate::evaluate::RequestContext;
use crate::evaluate::evaluate_test;
use crate::ident::Action;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::PolicyVersion;
use crate::solve::Answer;
use crate::solve::Question;
use crate::solve::Requirement;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::choice::is_chosen;
use crate::solve::cube::Cube;
use crate::solve::cube::Cubes;
use crate::solve::mentions::Mentions;
use crate::solve::satisfy::Satisfied;
use crate::solve::satisfy::common_name;
use crate::solve::satisfy::domain_of;
use crate::solve::satisfy::satisfy;
use crate::solve::search::Search;
use crate::solve::theory::Domain;
use crate::solve::theory::Found;
use crate::solve::theory::Literal;
use crate::solve::theory::Reading;
use crate::solve::theory::value_for;

/// The most ways to call that are looked at; of more, what they share is not made use of.
const MAX_CHOICES: usize = 256;

/// The most patterns of one key that are held against each other.
const MAX_PATTERNS: usize = 24;

/// Under which conditions a call on one resource succeeds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Summary {
    /// Lists of tests of which one must be met as a whole.
    pub alternatives: Vec<Vec<Requirement>>,
    /// How they relate to the requests that succeed.
    pub bound: Bound,
    /// How many questions about single keys it took: most take less than 20, the hardest 1,500.
    pub cost: usize,
}

/// How a condition relates to the requests that succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bound {
    /// Those that meet it, and no others.
    Exact,
    /// All that meet it; others may.
    Sufficient,
    /// None that does not meet it; more may be needed.
    Necessary,
}

impl Bound {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Sufficient => "sufficient",
            Self::Necessary => "necessary",
        }
    }
}

/// The condition of a conditional answer, on the resource on which it was found. None for other answers.
#[must_use]
pub fn condition(question: &Question<'_>, answer: &Answer<'_>) -> Option<Summary> {
    let decided = answer.request.as_ref()?;
    if answer.verdict != Verdict::Conditional {
        return None;
    }
    let search = Search::of(question, Mentions::of(question), None);
    let (tags, resource) = resource_of(question, answer);
    let mut requests = search.requests(&decided.target, tags, resource);
    if requests.len() > MAX_CHOICES {
        requests.truncate(MAX_CHOICES);
    }
    let is_whole = search.choice_count() <= MAX_CHOICES && !search.is_cut;
    for request in &mut requests {
        // The Region that the answer speaks of, where no ARN tells it.
        for key in ["aws:requestedregion", "ec2:region"] {
            if decided.context.is_set(key) {
                request.context.set(key, decided.context.get_lower(key).clone());
            }
        }
    }
    let joined = joined(&requests, &search.mentions, is_whole)?;
    let residual = search.decide(&joined).residual;
    let settled = residual.settle_unknowns(false);
    let service = question.action.action.service();
    let counted = COUNTED_KEYS.map(|key| values_of(&requests, key));
    let possible = |key: &ContextKey, tests: &[(&ConditionTest, bool)]| {
        let known = COUNTED_KEYS.iter().zip(&counted).find(|(name, _)| **name == key.lower());
        match known {
            Some((_, values)) if is_whole && !values.is_empty() => values.iter().any(|value| may_meet(key, value, tests)),
            Some(_) | None => has_value(key, tests, &joined.context, service),
        }
    };
    let mut cubes = Cubes::new(&possible);
    let mut alternatives = cubes.of(&settled);
    if is_whole {
        // Some choice, with all that it ties together, can be like that.
        let formula = |context: &RequestContext, cube: &Cube| {
            let parts = cube.iter().map(|requirement| evaluated(requirement, context));
            parts.fold(Formula::True, Formula::and)
        };
        let contexts: Vec<RequestContext> = requests
            .iter()
            .map(|request| with_common_names(&request.context, &search.mentions))
            .collect();
        alternatives.retain(|cube| {
            contexts.iter().any(|context| {
                let formula = formula(context, cube).settle_unknowns(true);
                satisfy(&formula, context, Some(service)) != Satisfied::Never
            })
        });
    }
    let is_of_many = is_call_of_many(question);
    let bound = match () {
        () if is_of_many => Bound::Necessary,
        () if cubes.is_cut || settled != residual => Bound::Sufficient,
        () => Bound::Exact,
    };
    Some(Summary {
        alternatives,
        bound,
        cost: cubes.questions(),
    })
}

/// Keys of which the values that choices give them stand for all.
const COUNTED_KEYS: [&str; 3] = ["aws:currenttime", "aws:epochtime", "aws:viaawsservice"];

fn is_call_of_many(question: &Question<'_>) -> bool {
    let action = question.action.action;
    let entry = Catalog::bundled().action(action.service(), action.name());
    let required = entry.map_or(0, |entry| entry.resource_types.iter().filter(|row| row.required).count());
    matches!(question.scope, Scope::Any) && required > 1
}

fn resource_of<'q>(question: &'q Question<'_>, answer: &Answer<'_>) -> (Option<&'q Tags>, Option<&'q Resource>) {
    let arn = answer.request.as_ref().and_then(|request| request.target.arn.as_ref());
    match &question.scope {
        Scope::One(_, tags) => (*tags, None),
        Scope::Counted(resources) => {
            let counted = resources.iter().find(|resource| Some(&resource.arn) == arn);
            (counted.and_then(|resource| resource.tags.as_ref()), counted)
        }
        Scope::Any => (None, None),
    }
}

fn values_of(requests: &[Request<'_>], key: &str) -> Vec<ContextValue> {
    let mut found: Vec<ContextValue> = Vec::new();
    for request in requests {
        let value = request.context.get_lower(key);
        if !found.contains(value) {
            found.push(value.clone());
        }
    }
    found.retain(|value| matches!(value, ContextValue::Single(_)));
    found
}

/// One request for all: what they agree in, and everything else left open.
fn joined<'r>(requests: &[Request<'r>], mentions: &Mentions<'_>, is_whole: bool) -> Option<Request<'r>> {
    let mut joined = requests.first()?.clone();
    for key in mentions.keys() {
        let mut values = requests.iter().map(|request| request.context.get_lower(key));
        let first = values.next();
        let is_one = values.all(|value| Some(value) == first);
        if is_one && (is_whole || !is_chosen(key)) {
            continue;
        }
        let classes = requests.iter().filter_map(|request| match request.context.get_lower(key) {
            ContextValue::Unknown(class) => Some(*class),
            ContextValue::Absent
            | ContextValue::Single(_)
            | ContextValue::Many(_)
            | ContextValue::Prefix(_)
            | ContextValue::Open(_)
            | ContextValue::MfaNotProven
            | ContextValue::MfaAgeNotProven
            | ContextValue::OneOf(_) => None,
        });
        let classes: Vec<ControlClass> = classes.collect();
        // What the identity fixes and nobody read stays unknown.
        let class = if classes.contains(&ControlClass::Identity) {
            ControlClass::Identity
        } else {
            let by_key = control_class(key).filter(|class| *class != ControlClass::Identity);
            classes.first().copied().or(by_key).unwrap_or(ControlClass::Session)
        };
        joined.context.set(key, ContextValue::Unknown(class));
    }
    Some(joined)
}

/// The keys that statements look at, tags under their common name, too.
fn with_common_names(context: &RequestContext, mentions: &Mentions<'_>) -> RequestContext {
    let mut named = RequestContext::new();
    for key in mentions.keys() {
        let value = context.get_lower(key);
        named.set(key, value.clone());
        named.set(common_name(&ContextKey::new(key)).as_str(), value.clone());
    }
    named
}

fn may_meet(key: &ContextKey, value: &ContextValue, tests: &[(&ConditionTest, bool)]) -> bool {
    let mut context = RequestContext::new();
    context.set(key.as_str(), value.clone());
    tests.iter().all(|(test, holds)| {
        let found = evaluate_test(test, PolicyVersion::V2012, &context);
        !(if *holds { found.is_false() } else { found.is_true() })
    })
}

/// Whether some value of the key comes out so; true where that is not known.
fn has_value(key: &ContextKey, tests: &[(&ConditionTest, bool)], context: &RequestContext, service: &str) -> bool {
    let patterns = tests.iter().flat_map(|(test, _)| &test.values);
    if patterns.filter(|value| value.contains(['*', '?'])).count() > MAX_PATTERNS {
        return true;
    }
    let literals: Vec<Literal<'_>> = tests.iter().map(|(test, holds)| Literal { test, holds: *holds }).collect();
    let mut domain: Domain = domain_of(key, ControlClass::Resource, Some(service));
    if let ContextValue::Prefix(prefix) = context.get(key) {
        domain.prefix = Some(prefix.clone());
    }
    value_for(key, &literals, &domain, Reading::May) != Found::Nothing
}

fn evaluated(requirement: &Requirement, context: &RequestContext) -> Formula {
    let found = match &requirement.atom {
        Atom::Test(unmet) => evaluate_test(&unmet.test, PolicyVersion::V2012, context),
        Atom::Resource(_) | Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => {
            Formula::Atom(Box::new(requirement.atom.clone()))
        }
    };
    if requirement.holds { found } else { !found }
}

impl Summary {
    /// The condition in words: "only from 10.0.0.0/8 and with MFA".
    #[must_use]
    pub fn words(&self, action: &Action) -> String {
        crate::solve::phrases::sentence(self, action)
    }
}

impl Requirement {
    /// The key, where it is about one.
    #[must_use]
    pub fn key(&self) -> Option<&ContextKey> {
        match &self.atom {
            Atom::Test(unmet) => Some(&unmet.test.key),
            Atom::Resource(resource) => Some(&resource.key),
            Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => None,
        }
    }

    /// Who decides it.
    #[must_use]
    pub fn class(&self) -> ControlClass {
        match &self.atom {
            Atom::Test(unmet) => unmet.class,
            Atom::Resource(resource) => resource.class,
            Atom::Open(_) | Atom::MissingDocument(_) | Atom::InvalidDocument(_) | Atom::NotCollected(_) => ControlClass::Identity,
        }
    }
}
