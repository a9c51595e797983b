//! Statements that others of their document cover: removing them changes no answer about any request.
//!
//! A statement says something of an action pattern, a resource pattern and its conditions. Others cover it if for every pair
//! of its patterns those of them that cover both patterns, as texts, hold wherever its own conditions do: that is, if no
//! values of the keys meet its conditions and not theirs. What cannot be shown so is not said.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::evaluate::Atom;
use crate::evaluate::Formula;
use crate::evaluate::RequestContext;
use crate::ident::ActionPattern;
use crate::ident::ArnPattern;
use crate::ident::Glob;
use crate::ident::GlobToken;
use crate::policy::ActionClause;
use crate::policy::ConditionTest;
use crate::policy::Effect;
use crate::policy::PolicyDocument;
use crate::policy::PolicyVersion;
use crate::policy::ResourceClause;
use crate::policy::Statement;
use crate::policy::TextPart;
use crate::policy::text_parts;
use crate::solve::satisfy::Satisfied;
use crate::solve::satisfy::satisfy;
use crate::solve::theory::with_key_open;

/// The most pairs of patterns that are compared in one document.
const MAX_PAIRS: usize = 100_000;

/// The most questions about conditions that are put for one document; what is left then is not said.
const MAX_QUESTIONS: usize = 500;

/// Which statements cover another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Covered {
    /// The position of the statement that can go.
    pub(super) statement: usize,
    /// The positions of those that cover it: one where one does.
    pub(super) by: BTreeSet<usize>,
}

/// The statements that can go, all of them at once, from the first to the last; but for those that `is_left_out`.
pub(super) fn covered(document: &PolicyDocument, is_left_out: impl Fn(usize) -> bool) -> Vec<Covered> {
    let sizes = document.statements.iter().map(|statement| {
        let resources = statement.resource.as_ref().map_or(0, |clause| clause.texts().len());
        statement.action.patterns().len() + resources
    });
    let size: usize = sizes.sum();
    if document.statements.len() < 2 || size.saturating_mul(size) > MAX_PAIRS {
        return Vec::new();
    }
    let mut left: Vec<usize> = (0..document.statements.len()).filter(|at| !is_left_out(*at)).collect();
    let mut found = Vec::new();
    let budget = Cell::new(MAX_QUESTIONS);
    // The later of two equal statements goes.
    for at in left.clone().into_iter().rev() {
        let others: Vec<usize> = left.iter().copied().filter(|other| *other != at).collect();
        if let Some(by) = coverers(document, at, &others, &budget) {
            left.retain(|kept| *kept != at);
            found.push(Covered { statement: at, by });
        }
    }
    found.reverse();
    found
}

/// The statements that cover one together: one alone where one does, of its own effect first.
fn coverers(document: &PolicyDocument, at: usize, others: &[usize], budget: &Cell<usize>) -> Option<BTreeSet<usize>> {
    let statement = document.statements.get(at)?;
    if statement.condition.has_empty_part {
        return None;
    }
    let of = |effect: Effect| -> Vec<usize> {
        let has = |other: &usize| document.statements.get(*other).is_some_and(|other| other.effect == effect);
        others.iter().copied().filter(has).collect()
    };
    let mut together = of(statement.effect);
    // What is denied needs no Allow; a Deny matters to other documents, whatever this one allows.
    if statement.effect == Effect::Allow {
        together.extend(of(Effect::Deny));
    }
    let all = Coverage::of(document, statement, &together, budget)?;
    let alone = together.iter().copied().find(|other| all.is_whole(|by| by == *other));
    if let Some(alone) = alone {
        return Some(BTreeSet::from([alone]));
    }
    if !all.is_whole(|_| true) {
        return None;
    }
    // Those that are not needed are not named.
    let mut needed: BTreeSet<usize> = together.into_iter().collect();
    for other in needed.clone() {
        if all.is_whole(|by| by != other && needed.contains(&by)) {
            needed.remove(&other);
        }
    }
    Some(needed)
}

/// For each pair of the statement's patterns that differs from the others: which statements cover both.
struct Coverage<'d> {
    document: &'d PolicyDocument,
    statement: &'d Statement,
    pairs: BTreeSet<BTreeSet<usize>>,
    budget: &'d Cell<usize>,
}

impl<'d> Coverage<'d> {
    /// None where nothing covers one of the patterns, which is soon seen of most statements.
    fn of(document: &'d PolicyDocument, statement: &'d Statement, others: &[usize], budget: &'d Cell<usize>) -> Option<Self> {
        let version = document.version;
        let others: Vec<(usize, &Statement)> = others
            .iter()
            .filter_map(|at| Some((*at, document.statements.get(*at)?)))
            .filter(|(_, other)| other.principal == statement.principal && !other.condition.has_empty_part)
            .collect();
        let those = |covers: &dyn Fn(&Statement) -> bool| -> BTreeSet<usize> {
            others.iter().filter(|(_, other)| covers(other)).map(|(at, _)| *at).collect()
        };
        let some = |found: BTreeSet<usize>| (!found.is_empty()).then_some(found);
        let mut actions: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
        match &statement.action {
            ActionClause::Only(patterns) => {
                for pattern in patterns {
                    actions.insert(some(those(&|other| covers_action(&other.action, pattern)))?);
                }
            }
            ActionClause::AllBut(spared) => {
                actions.insert(some(those(&|other| covers_all_actions_but(&other.action, spared)))?);
            }
        }
        let mut resources: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
        match &statement.resource {
            None => {
                resources.insert(some(those(&|other| other.resource.is_none()))?);
            }
            Some(ResourceClause::Only(texts)) => {
                for text in texts {
                    let covers = |clause: &ResourceClause| covers_resource(clause, text, version);
                    resources.insert(some(those(&|other| other.resource.as_ref().is_some_and(covers)))?);
                }
            }
            Some(ResourceClause::AllBut(spared)) => {
                let covers = |clause: &ResourceClause| match clause {
                    ResourceClause::Only(_) => clause.is_everything(),
                    ResourceClause::AllBut(own) => own.iter().all(|text| spared.contains(text)),
                };
                resources.insert(some(those(&|other| other.resource.as_ref().is_some_and(covers)))?);
            }
        }
        let pairs = actions
            .iter()
            .flat_map(|action| resources.iter().map(move |resource| action & resource));
        Some(Self {
            document,
            statement,
            pairs: pairs.collect(),
            budget,
        })
    }

    /// Whether those that count cover every pair, the conditions included.
    fn is_whole(&self, counts: impl Fn(usize) -> bool) -> bool {
        let version = self.document.version;
        let is_covered = |pair: &BTreeSet<usize>| {
            let others: Vec<&Statement> = pair
                .iter()
                .filter(|at| counts(**at))
                .filter_map(|at| self.document.statements.get(*at))
                .collect();
            implies(self.statement, &others, version, self.budget)
        };
        !self.pairs.is_empty() && self.pairs.iter().all(is_covered)
    }
}

/// Whether the conditions of one of the others hold wherever those of the statement do.
fn implies(statement: &Statement, others: &[&Statement], version: PolicyVersion, budget: &Cell<usize>) -> bool {
    let own = &statement.condition.tests;
    // A test that the statement makes itself holds where it applies, whatever the test means.
    let left = |other: &Statement| -> Vec<ConditionTest> {
        let tests = other.condition.tests.iter();
        tests.filter(|test| !own.contains(test)).cloned().collect()
    };
    let left: Vec<Vec<ConditionTest>> = others.iter().map(|other| left(other)).collect();
    if left.iter().any(Vec::is_empty) {
        return true;
    }
    if left.is_empty() || budget.get() == 0 || are_tied(own.iter().chain(left.iter().flatten())) {
        return false;
    }
    budget.set(budget.get() - 1);
    let all = |tests: &[ConditionTest]| {
        let tests = tests.iter().map(|test| with_key_open(test, version));
        tests.fold(Formula::True, Formula::and)
    };
    let outside = left.iter().fold(all(own), |outside, tests| outside.and(!all(tests)));
    let is_plain = |atom: &&Atom| matches!(atom, Atom::Test(_));
    outside.atoms().iter().all(is_plain) && satisfy(&outside, &RequestContext::new(), None) == Satisfied::Never
}

/// Whether tests look at one thing under several names, which not every service sends side by side (E118, E303).
fn are_tied<'t>(tests: impl Iterator<Item = &'t ConditionTest>) -> bool {
    let mut spelled: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut by_name, mut by_list) = (false, false);
    let mut is_doubled = false;
    for test in tests {
        let key = test.key.lower();
        if let Some((prefix, tag)) = key.split_once(":resourcetag/") {
            is_doubled |= *spelled.entry(tag).or_insert(prefix) != prefix;
        }
        by_name |= key.starts_with("aws:requesttag/");
        by_list |= key == "aws:tagkeys";
    }
    is_doubled || (by_name && by_list)
}

/// The pattern as a glob, in lower case; none where it is open what it matches (E43).
fn action_glob(pattern: &ActionPattern) -> Option<Glob> {
    let text = pattern.as_str();
    let is_plain = text == "*" || text.split_once(':').is_some_and(|(service, _)| !service.contains(['*', '?']));
    (is_plain && text.trim() == text).then(|| Glob::from_policy_text(&text.to_ascii_lowercase()))
}

fn is_of_one_service(one: &ActionPattern, other: &ActionPattern) -> bool {
    let (one, other) = (one.as_str().split(':').next(), other.as_str().split(':').next());
    one.zip(other).is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

fn covers_action(clause: &ActionClause, pattern: &ActionPattern) -> bool {
    match clause {
        ActionClause::Only(own) => own.iter().any(|own| {
            let globs = || action_glob(own).zip(action_glob(pattern));
            let is_wider = || globs().is_some_and(|(own, pattern)| own.covers(&pattern));
            own == pattern || own.as_str() == "*" || (is_of_one_service(own, pattern) && is_wider())
        }),
        ActionClause::AllBut(own) => own.iter().all(|own| {
            let globs = action_glob(own).zip(action_glob(pattern));
            globs.is_some_and(|(own, pattern)| !own.overlaps(&pattern))
        }),
    }
}

fn covers_all_actions_but(clause: &ActionClause, spared: &[ActionPattern]) -> bool {
    match clause {
        ActionClause::Only(own) => own.iter().any(|own| own.as_str() == "*"),
        ActionClause::AllBut(own) => own.iter().all(|own| spared.contains(own)),
    }
}

fn covers_resource(clause: &ResourceClause, text: &str, version: PolicyVersion) -> bool {
    match clause {
        ResourceClause::Only(own) => own
            .iter()
            .any(|own| **own == *text || &**own == "*" || covers_text(own, text, version)),
        ResourceClause::AllBut(own) => {
            let widest = glob(&widened(text, version));
            // "No resource" is what the others may or may not spare.
            text != "*" && own.iter().all(|own| !glob(&widened(own, version)).overlaps(&widest))
        }
    }
}

/// Whether a text certainly matches each ARN that another may match in any reading.
fn covers_text(own: &str, text: &str, version: PolicyVersion) -> bool {
    // A service that is spelled out covers no other.
    if own.split(':').nth(2) != text.split(':').nth(2) {
        return false;
    }
    let widest = widened(text, version);
    let certain: Vec<GlobToken> = own.chars().map(GlobToken::from_policy_char).collect();
    if has_variables(own, version) || !is_regular(own) || text == "*" {
        return false;
    }
    let (Ok(fields), Ok(theirs)) = (
        ArnPattern::from_tokens(&certain, false),
        ArnPattern::from_tokens(&widest, false),
    ) else {
        return false;
    };
    fields.covers(&theirs) && glob(&certain).covers(&glob(&widest))
}

fn glob(tokens: &[GlobToken]) -> Glob {
    tokens.iter().copied().collect()
}

/// No wildcard where it is open what it means (E59): in the service, or in the word that names the type.
fn is_regular(text: &str) -> bool {
    let mut fields = text.splitn(6, ':');
    let (Some(service), Some(resource)) = (fields.nth(2), fields.nth(2)) else {
        return false;
    };
    let word = resource.split(['/', ':']).next().unwrap_or_default();
    let is_wild = |text: &str| text.contains(['*', '?']);
    !is_wild(service) && (resource == "*" || !is_wild(word))
}

fn has_variables(text: &str, version: PolicyVersion) -> bool {
    version == PolicyVersion::V2012 && text.contains("${")
}

/// The text with anything in the place of its variables.
fn widened(text: &str, version: PolicyVersion) -> Vec<GlobToken> {
    if !has_variables(text, version) {
        return text.chars().map(GlobToken::from_policy_char).collect();
    }
    let mut tokens = Vec::new();
    for part in text_parts(text) {
        match part {
            TextPart::Text(plain) => tokens.extend(plain.chars().map(GlobToken::from_policy_char)),
            TextPart::Escaped(_) | TextPart::Variable { .. } | TextPart::Malformed(_) => tokens.push(GlobToken::AnyRun),
        }
    }
    tokens
}
