//! Why not: a smallest set of layers and statements that blocks every request, by leaving out what is not needed.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::catalog::Catalog;
use crate::catalog::Support;
use crate::evaluate::Layer;
use crate::ident::Ternary;
use crate::policy::ConditionTest;
use crate::policy::ContextKey;
use crate::policy::ResourceClause;
use crate::policy::Statement;
use crate::solve::Answer;
use crate::solve::Blocker;
use crate::solve::BlockerKind;
use crate::solve::Blockers;
use crate::solve::Question;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::relax::Lift;
use crate::solve::relax::Limit;
use crate::solve::relax::Limits;
use crate::solve::resource_policy::unread;
use crate::solve::satisfy::common_name;
use crate::solve::shape::has_rules;

/// The most questions that are asked for one core.
const MAX_QUESTIONS: usize = 128;

/// The keys of the time of the call.
const TIME_KEYS: [&str; 2] = ["aws:currenttime", "aws:epochtime"];

/// What blocks every request of a question whose answer is "denied"; none where some request may succeed.
#[must_use]
pub fn blockers<'e>(question: &Question<'e>) -> Option<Blockers<'e>> {
    let core = Core {
        limits: Limits::of(question),
        question,
        asked: Cell::new(0),
    };
    let kept = match plain_limit(&core.limits, question) {
        Some(limit) => vec![limit],
        None => core.shrunk()?,
    };
    let is_minimal = core.asked.get() < MAX_QUESTIONS;
    let members = core.members(&kept);
    Some(Blockers {
        members,
        is_minimal,
        knows_fixes: core.asked.get() < MAX_QUESTIONS,
    })
}

/// The same as far as it can be told without asking anything more: nothing of the identity's policies allows the action,
/// or a single layer or statement stops it whatever the request is. What else would have to change is not asked.
#[must_use]
pub fn blockers_at_hand<'e>(question: &Question<'e>, answer: &Answer<'e>) -> Option<Blockers<'e>> {
    if answer.verdict != Verdict::Denied {
        return None;
    }
    let limits = Limits::of(question);
    let limit = plain_limit(&limits, question)?;
    let layer = limits.layers.get(limit.layer)?.layer.clone();
    let statement = limits.statement(limit);
    let kind = match statement {
        Some(_) => BlockerKind::ExplicitDeny,
        None => silence_of(&layer),
    };
    Some(Blockers {
        members: vec![Blocker {
            layer,
            kind,
            statement,
            keys: Vec::new(),
            is_single_fix: false,
        }],
        is_minimal: true,
        knows_fixes: false,
    })
}

/// How a layer blocks of which no statement allows the action.
fn silence_of(layer: &Layer) -> BlockerKind {
    if matches!(layer, Layer::Identity | Layer::Resource) {
        BlockerKind::NoAllow
    } else {
        BlockerKind::Capped
    }
}

/// The first limit that blocks every request by itself, as anyone can see: the plainest of all explanations.
fn plain_limit(limits: &Limits<'_, '_>, question: &Question<'_>) -> Option<Limit> {
    let service = question.action.action.service();
    // Rules beside the policies, and what the asker fixed, may block by themselves.
    let is_plain = !has_rules(question.action.action) && !matches!(question.scope, Scope::One(..)) && question.given.is_empty();
    // A resource's own policy may let the identity in past its own layers.
    let has_policy = question.resource_policy.is_some() || (matches!(question.scope, Scope::Any) && unread(service).is_some());
    let is_service_linked = question.subject.caller.is_service_linked;
    let blocks = |limit: &&Limit| {
        let Some(layer) = limits.layers.get(limit.layer) else {
            return false;
        };
        let binds = match layer.layer {
            Layer::Identity => !has_policy || limit.statement.is_some(),
            Layer::Boundary | Layer::Session => !is_service_linked && (!has_policy || limit.statement.is_some()),
            Layer::ServiceControl(_) => true,
            Layer::Resource | Layer::ResourceControl(_) | Layer::Endpoint | Layer::ServiceRule => false,
        };
        let is_known = || layer.policies.iter().all(|policy| policy.parsed().is_some());
        let has_gaps = layer.layer == Layer::Identity && !question.subject.stack.identity_gaps.is_empty();
        binds
            && match limits.statement(**limit) {
                Some((_, _, statement)) => is_bare_deny(statement, question),
                None => !has_gaps && is_known() && limits.allowing(limit.layer).next().is_none(),
            }
    };
    limits.all.iter().find(blocks).filter(|_| is_plain).copied()
}

fn is_bare_deny(statement: &Statement, question: &Question<'_>) -> bool {
    let is_bare = statement.condition.tests.is_empty() && !statement.condition.has_empty_part;
    let is_everywhere = statement.resource.as_ref().is_some_and(ResourceClause::is_everything);
    is_bare && is_everywhere && statement.principal.is_none() && statement.action.matches(question.action.action) == Ternary::Yes
}

struct Core<'q, 'e> {
    limits: Limits<'q, 'e>,
    question: &'q Question<'e>,
    asked: Cell<usize>,
}

impl<'e> Core<'_, 'e> {
    /// Whether these limits alone block every request; past the budget nothing more is shown.
    fn block(&self, kept: &[Limit]) -> bool {
        self.verdict(kept, Lift::Nothing) == Some(Verdict::Denied)
    }

    fn verdict(&self, kept: &[Limit], lift: Lift<'_>) -> Option<Verdict> {
        if self.asked.get() >= MAX_QUESTIONS {
            return None;
        }
        self.asked.set(self.asked.get() + 1);
        Some(self.limits.verdict(kept, lift))
    }

    /// A set of limits that blocks every request and of which none can be left out. None where not even all of them do.
    fn shrunk(&self) -> Option<Vec<Limit>> {
        // From the identity outwards: what lies behind the layers that suffice need not be looked at.
        let layers = self.limits.layers.len();
        let reached = (0..=layers).find_map(|count| {
            let kept: Vec<Limit> = self.limits.all.iter().filter(|limit| limit.layer < count).copied().collect();
            self.block(&kept).then_some(kept)
        })?;
        let mut kept = reached;
        let mut last = kept.len();
        // From the outermost layer inwards, whole layers first.
        for layer in (0..layers).rev() {
            let first = kept.iter().position(|limit| limit.layer == layer).unwrap_or(last);
            self.drop_from(&mut kept, first, last);
            last = first;
        }
        Some(kept)
    }

    /// Leaves out as much of a part as is not needed, halves first: few of many statements are.
    fn drop_from(&self, kept: &mut Vec<Limit>, first: usize, end: usize) {
        if first >= end {
            return;
        }
        let without: Vec<Limit> = kept
            .iter()
            .enumerate()
            .filter(|(position, _)| !(first..end).contains(position))
            .map(|(_, limit)| *limit)
            .collect();
        if self.block(&without) {
            *kept = without;
        } else if end - first > 1 {
            let middle = first + (end - first) / 2;
            self.drop_from(kept, middle, end);
            self.drop_from(kept, first, middle);
        }
    }

    fn members(&self, kept: &[Limit]) -> Vec<Blocker<'e>> {
        let decisive = self.decisive_keys(kept);
        let shared = self.keys_of_denies(kept);
        let member = |limit: &Limit| {
            let others: Vec<Limit> = self.limits.all.iter().filter(|other| *other != limit).copied().collect();
            let is_single_fix = matches!(
                self.verdict(&others, Lift::Nothing),
                Some(Verdict::Allowed | Verdict::Conditional)
            );
            let layer = self.limits.layers.get(limit.layer)?.layer.clone();
            let statement = self.limits.statement(*limit);
            let tested = match statement {
                Some((_, _, statement)) => names_of(&statement.condition.tests),
                None => self
                    .limits
                    .allowing(limit.layer)
                    .flat_map(|statement| names_of(&statement.condition.tests))
                    .collect(),
            };
            let among = |keys: &BTreeMap<String, ContextKey>| {
                let own = keys.iter().filter(|(lower, _)| tested.contains_key(*lower));
                own.map(|(_, key)| key.clone()).collect::<Vec<_>>()
            };
            let (kind, keys) = match statement {
                Some(_) if decisive.is_empty() => (BlockerKind::ExplicitDeny, among(&shared)),
                Some(_) => (BlockerKind::ExplicitDeny, among(&decisive)),
                None => self.kind_of_layer(*limit, &layer, kept, among(&decisive)),
            };
            Some(Blocker {
                layer,
                kind,
                statement,
                keys,
                is_single_fix,
            })
        };
        kept.iter().filter_map(member).collect()
    }

    /// Why a layer of the core does not allow, as far as one reason is enough.
    fn kind_of_layer(
        &self,
        limit: Limit,
        layer: &Layer,
        kept: &[Limit],
        keys: Vec<ContextKey>,
    ) -> (BlockerKind, Vec<ContextKey>) {
        if self.limits.allowing(limit.layer).next().is_none() {
            return (silence_of(layer), Vec::new());
        }
        let never_sent: Vec<ContextKey> = keys.iter().filter(|key| self.is_never_sent(key)).cloned().collect();
        let is_time = |key: &ContextKey| TIME_KEYS.contains(&key.lower());
        if !never_sent.is_empty() {
            (BlockerKind::NeverSentKey, never_sent)
        } else if !keys.is_empty() && kept.len() == 1 && keys.iter().all(is_time) {
            (BlockerKind::Expired, keys)
        } else if !keys.is_empty() {
            (BlockerKind::Contradiction, keys)
        } else if self.opens(kept, Lift::Resources) {
            (BlockerKind::Resource, Vec::new())
        } else if self.opens(kept, Lift::Conditions) {
            let tests = self
                .limits
                .allowing(limit.layer)
                .flat_map(|statement| names_of(&statement.condition.tests));
            let keys: BTreeMap<String, ContextKey> = tests.collect();
            (BlockerKind::Contradiction, keys.into_values().collect())
        } else {
            (BlockerKind::NeverApplies, Vec::new())
        }
    }

    /// The keys without whose tests the Allow statements would let some request past these limits, each by itself.
    fn decisive_keys(&self, kept: &[Limit]) -> BTreeMap<String, ContextKey> {
        let layers: BTreeSet<usize> = kept
            .iter()
            .filter(|limit| limit.statement.is_none())
            .map(|limit| limit.layer)
            .collect();
        let allowing = layers.iter().flat_map(|layer| self.limits.allowing(*layer));
        let keys: BTreeMap<String, ContextKey> = allowing.flat_map(|statement| names_of(&statement.condition.tests)).collect();
        keys.into_iter()
            .filter(|(lower, _)| self.opens(kept, Lift::Key(lower)))
            .collect()
    }

    fn opens(&self, kept: &[Limit], lift: Lift<'_>) -> bool {
        matches!(self.verdict(kept, lift), Some(Verdict::Allowed | Verdict::Conditional))
    }

    /// The keys that at least two of the Deny statements test.
    fn keys_of_denies(&self, kept: &[Limit]) -> BTreeMap<String, ContextKey> {
        let mut counts: BTreeMap<String, (usize, ContextKey)> = BTreeMap::new();
        for (_, _, statement) in kept.iter().filter_map(|limit| self.limits.statement(*limit)) {
            for (lower, key) in names_of(&statement.condition.tests) {
                counts.entry(lower).or_insert((0, key)).0 += 1;
            }
        }
        let shared = counts.into_iter().filter(|(_, (count, _))| *count > 1);
        shared.map(|(lower, (_, key))| (lower, key)).collect()
    }

    fn is_never_sent(&self, key: &ContextKey) -> bool {
        let catalog = Catalog::bundled();
        let action = self.question.action.action;
        let entry = catalog.action(action.service(), action.name());
        entry.is_some_and(|entry| catalog.action_supports_key(entry, None, key.lower()) == Support::No)
    }
}

/// The keys of the tests by their common names in lower case.
fn names_of(tests: &[ConditionTest]) -> BTreeMap<String, ContextKey> {
    let names = tests.iter().map(|test| common_name(&test.key));
    names.map(|key| (key.lower().to_owned(), key)).collect()
}
