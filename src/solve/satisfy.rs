//! Whether some values of the open keys make a residual true: the search above the theories of single keys.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::catalog::ControlClass;
use crate::evaluate::Atom;
use crate::evaluate::ContextValue;
use crate::evaluate::Formula;
use crate::evaluate::RequestContext;
use crate::evaluate::UnmetTest;
use crate::policy::ConditionOperator;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::OperatorFamily;
use crate::policy::SetQualifier;
use crate::policy::variables;
use crate::solve::theory::Alphabet;
use crate::solve::theory::Domain;
use crate::solve::theory::Found;
use crate::solve::theory::Literal;
use crate::solve::theory::Reading;
use crate::solve::theory::meets;
use crate::solve::theory::value_for;

/// The most questions put to the theories for one residual before another branch is tried.
const MAX_STEPS: usize = 4096;

/// The most tests that they look at before another branch is tried: a question about many tests tries about as many values
/// on each of them.
const MAX_WORK: usize = 2_000_000;

/// The most tags of a request that are told apart: each may be passed or not.
const MAX_TAGS: usize = 6;

/// What the search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Satisfied {
    /// These values make it true, joint tests aside: those are for the evaluator to judge.
    By(Vec<(ContextKey, ContextValue)>),
    /// No values do.
    Never,
    /// The budget is spent.
    GaveUp,
}

/// Looks for values of the open keys that make the formula true. Atoms that are no test of one key count as met, so
/// `Never` is certain, and a model has to be put to the evaluator.
///
/// `context` tells what is known of the keys; the service called tells what tags may hold.
pub(super) fn satisfy(formula: &Formula, context: &RequestContext, service: Option<&str>) -> Satisfied {
    let mut search = Search {
        context,
        service,
        steps: 0,
        work: 0,
        gave_up: false,
    };
    let mut state = State::default();
    match search.all(vec![(formula, true)], &mut state) {
        Some(found) => Satisfied::By(found.into_iter().map(|(key, demand)| (key, demand.value)).collect()),
        None if search.gave_up => Satisfied::GaveUp,
        None => Satisfied::Never,
    }
}

/// What was decided of each key: the tests, as they should come out, and a value that fits them.
type State = BTreeMap<ContextKey, Demand>;

/// What one key has to meet, and a value that does.
#[derive(Debug, Clone)]
struct Demand {
    tests: Vec<(ConditionTest, bool)>,
    class: ControlClass,
    value: ContextValue,
}

fn is_of_request_tags(key: &ContextKey) -> bool {
    key.lower() == "aws:tagkeys" || key.lower().starts_with("aws:requesttag/")
}

/// Whether the request passes the tag, as a test.
fn names_tag(tag_keys: &ContextKey, name: &str) -> ConditionTest {
    ConditionTest {
        operator: ConditionOperator::StringEqualsIgnoreCase,
        qualifier: Some(SetQualifier::ForAnyValue),
        if_exists: false,
        key: tag_keys.clone(),
        values: [name.replace('$', "${$}").into()].into(),
    }
}

struct Search<'s> {
    context: &'s RequestContext,
    service: Option<&'s str>,
    steps: usize,
    work: usize,
    gave_up: bool,
}

impl<'f> Search<'f> {
    /// Meets all goals, the plain ones first.
    fn all(&mut self, mut goals: Vec<(&'f Formula, bool)>, state: &mut State) -> Option<State> {
        let mut branches: Vec<(&'f [Formula], bool)> = Vec::new();
        while let Some((formula, holds)) = goals.pop() {
            match (formula, holds) {
                (Formula::True, true) | (Formula::False, false) => {}
                (Formula::True, false) | (Formula::False, true) => return None,
                (Formula::Not(inner), _) => goals.push((inner, !holds)),
                (Formula::All(parts), true) | (Formula::Any(parts), false) => {
                    goals.extend(parts.iter().map(|part| (part, holds)));
                }
                (Formula::Any(parts), true) | (Formula::All(parts), false) => branches.push((parts, holds)),
                (Formula::Atom(atom), _) => {
                    if !self.assert(atom, holds, state) {
                        return None;
                    }
                }
            }
        }
        self.some_of_each(&branches, state)
    }

    /// Meets one part of each branch; those that the values at hold meet already cost nothing.
    fn some_of_each(&mut self, branches: &[(&'f [Formula], bool)], state: &mut State) -> Option<State> {
        let mut open = branches.to_vec();
        open.sort_by_key(|(parts, _)| parts.len());
        let Some(((parts, holds), rest)) = open.split_first() else {
            return Some(state.clone());
        };
        for part in *parts {
            if self.steps > MAX_STEPS || self.work > MAX_WORK {
                self.gave_up = true;
                return None;
            }
            let mut trial = state.clone();
            if let Some(mut reached) = self.all(vec![(part, *holds)], &mut trial)
                && let Some(found) = self.some_of_each(rest, &mut reached)
            {
                return Some(found);
            }
        }
        None
    }

    /// Adds a test to what its key has to meet; false where no value does.
    fn assert(&mut self, atom: &Atom, holds: bool, state: &mut State) -> bool {
        let Atom::Test(unmet) = atom else { return true };
        let Some(test) = self.of_one_key(unmet) else { return true };
        let key = test.key.clone();
        let demand = state.entry(key.clone()).or_insert_with(|| Demand {
            tests: Vec::new(),
            class: unmet.class,
            value: ContextValue::Absent,
        });
        if demand
            .tests
            .iter()
            .any(|(known, known_holds)| *known == test && *known_holds == holds)
        {
            return true;
        }
        self.steps += 1;
        if is_of_request_tags(&key) {
            demand.tests.push((test, holds));
            return self.request_tags(state);
        }
        // A value that fits the tests so far often fits one more.
        let fits = !demand.tests.is_empty() && meets(&key, &demand.value, &[Literal { test: &test, holds }], Reading::Must);
        demand.tests.push((test, holds));
        if fits {
            return true;
        }
        let mut domain = self.domain(&key, demand.class);
        if let ContextValue::Prefix(prefix) = self.context.get(&key) {
            domain.prefix = Some(prefix.clone());
        }
        let Some(value) = self.value_for(&key, &demand.tests, &domain) else {
            return false;
        };
        demand.value = value;
        true
    }

    /// A value that meets the tests; none where there is none, or none was found.
    fn value_for(&mut self, key: &ContextKey, tests: &[(ConditionTest, bool)], domain: &Domain) -> Option<ContextValue> {
        self.work += tests.len() * tests.len();
        let literals: Vec<Literal<'_>> = tests.iter().map(|(test, holds)| Literal { test, holds: *holds }).collect();
        match value_for(key, &literals, domain, Reading::Must) {
            Found::Value(found) => return Some(found),
            // An open point of the language may still be met: that is not for this search to say.
            Found::Nothing => {
                if !matches!(value_for(key, &literals, domain, Reading::May), Found::Nothing) {
                    self.gave_up = true;
                }
            }
            Found::GaveUp => self.gave_up = true,
        }
        None
    }

    /// The tags that a request passes, together with `aws:TagKeys`, which names exactly those (E351): each set of tags
    /// among those that tests name is tried.
    fn request_tags(&mut self, state: &mut State) -> bool {
        let tag_keys = ContextKey::new("aws:TagKeys");
        let names: Vec<String> = state
            .keys()
            .filter_map(|key| Some(key.lower().strip_prefix("aws:requesttag/")?.to_owned()))
            .collect();
        if names.len() > MAX_TAGS {
            self.gave_up = true;
            return false;
        }
        for passed in 0..1_u32 << names.len() {
            self.steps += 1;
            let mut listed = state.get(&tag_keys).map(|demand| demand.tests.clone()).unwrap_or_default();
            let mut found = Vec::new();
            for (position, name) in names.iter().enumerate() {
                let is_passed = passed & (1 << position) != 0;
                let key = ContextKey::new(&format!("aws:RequestTag/{name}"));
                listed.push((names_tag(&tag_keys, name), is_passed));
                let Some(demand) = state.get(&key) else { continue };
                let domain = Domain {
                    may_be_absent: !is_passed,
                    may_be_present: is_passed,
                    ..self.domain(&key, demand.class)
                };
                if let Some(value) = self.value_for(&key, &demand.tests, &domain) {
                    found.push((key, value));
                }
            }
            if found.len() < names.len() {
                continue;
            }
            let domain = self.domain(&tag_keys, ControlClass::Free);
            let Some(value) = self.value_for(&tag_keys, &listed, &domain) else {
                continue;
            };
            found.push((tag_keys.clone(), value));
            for (key, value) in found {
                let demand = state.entry(key).or_insert_with(|| Demand {
                    tests: Vec::new(),
                    class: ControlClass::Free,
                    value: ContextValue::Absent,
                });
                demand.value = value;
            }
            return true;
        }
        false
    }

    /// The test as one on one key alone: a tag under its common name, a known value compared with an unknown variable
    /// turned round. None for tests that tie two unknown keys.
    fn of_one_key(&self, unmet: &UnmetTest) -> Option<ConditionTest> {
        let test = &unmet.test;
        let variables: Vec<(&str, Option<&str>)> = test.values.iter().flat_map(|value| variables(value)).collect();
        if variables.is_empty() {
            let mut test = test.clone();
            test.key = common_name(&test.key);
            return Some(test);
        }
        let ContextValue::Single(known) = self.context.get(&test.key) else {
            return None;
        };
        let ([value], [(name, None)]) = (&*test.values, variables.as_slice()) else {
            return None;
        };
        let operator = match (test.operator.family(), test.operator.is_negated()) {
            (OperatorFamily::StringEquals | OperatorFamily::StringLike, false) => ConditionOperator::StringEquals,
            (OperatorFamily::StringEquals | OperatorFamily::StringLike, true) => ConditionOperator::StringNotEquals,
            (OperatorFamily::StringEqualsIgnoreCase, _) => test.operator,
            (
                OperatorFamily::Numeric(_)
                | OperatorFamily::Date(_)
                | OperatorFamily::Bool
                | OperatorFamily::Binary
                | OperatorFamily::IpAddress
                | OperatorFamily::Arn
                | OperatorFamily::Null,
                _,
            ) => return None,
        };
        let is_whole = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) == Some(name);
        (is_whole && test.qualifier.is_none() && !known.contains(['*', '?'])).then(|| ConditionTest {
            operator,
            qualifier: None,
            if_exists: false,
            key: common_name(&ContextKey::new(name)),
            values: [known.replace('$', "${$}").into()].into(),
        })
    }

    fn domain(&self, key: &ContextKey, class: ControlClass) -> Domain {
        domain_of(key, class, self.service)
    }
}

/// What the key may be at all, where it is open.
pub(super) fn domain_of(key: &ContextKey, class: ControlClass, service: Option<&str>) -> Domain {
    let prefix = key.lower().split(':').next().unwrap_or_default();
    let known = Catalog::bundled().condition_key_type(prefix, key.lower());
    // Whoever left the key open says by its class how the call is made: from an address or through an endpoint, with MFA.
    // Only of such a call the key is there for certain (E351); `aws:SecureTransport` always is (E341).
    let is_there = match key.lower() {
        "aws:securetransport" => true,
        "aws:sourceip" | "aws:sourcevpc" | "aws:sourcevpce" | "aws:vpcsourceip" => class == ControlClass::Network,
        "aws:multifactorauthage" => class == ControlClass::Choice,
        "aws:userid" => class == ControlClass::Session,
        _ => false,
    };
    Domain {
        may_be_absent: !is_there && class != ControlClass::Time,
        may_be_present: true,
        value_type: known.map(|known| known.value),
        is_multivalued: known.is_some_and(|known| known.is_multivalued),
        is_public: key.lower() == "aws:sourceip",
        prefix: None,
        alphabet: Alphabet::of(key, service),
    }
}

/// Both spellings of a resource tag are one key (E303).
pub(super) fn common_name(key: &ContextKey) -> ContextKey {
    match key.lower().split_once(":resourcetag/") {
        Some((prefix, tag)) if prefix != "aws" => ContextKey::new(&format!("aws:ResourceTag/{tag}")),
        Some(_) | None => key.clone(),
    }
}
