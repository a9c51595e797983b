//! The statements of an identity's policies and of what limits it, and what an answer depends on of each.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use crate::estate::Policy;
use crate::evaluate::CallerKind;
use crate::evaluate::ContextValue;
use crate::evaluate::Guardrails;
use crate::evaluate::PolicyStack;
use crate::evaluate::Subject;
use crate::ident::Ternary;
use crate::policy::ActionClause;
use crate::policy::Effect;
use crate::policy::PolicyVersion;
use crate::policy::ResourceClause;
use crate::policy::Statement;
use crate::solve::Question;
use crate::solve::choice::SessionRights;
use crate::solve::choice::session_rights;
use crate::solve::content::Content;
use crate::solve::every::asker::Speaker;
use crate::solve::every::coverage::Coverage;
use crate::solve::every::listed::Need;
use crate::solve::every::looks::Looks;
use crate::solve::memo::telling_values;
use crate::solve::mentions::Left;
use crate::solve::mentions::Mentions;

/// A statement of an identity's policies or of what limits it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Said<'e> {
    statement: &'e Statement,
    version: PolicyVersion,
    /// Which of the identity's policies, its limits and the levels of its organization it is of; zero: its own policies.
    level: u32,
}

/// All that the answers about an identity depend on, its statements aside.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CallerFacts {
    kind: CallerKind,
    /// E178: a file may hold identities of two.
    partition: Option<Box<str>>,
    is_service_linked: bool,
    gaps: Vec<Arc<str>>,
    /// Which limits there are at all: one without statements allows nothing.
    limits: [bool; 3],
    /// The places in memory of policies that were not read, and their levels: what is unknown of a grant may allow more, what
    /// is unknown of a limit less.
    unknown: Vec<(usize, u32)>,
    rights: SessionRights,
    /// The identity itself, where some statement names principals: only its own answers hold for it.
    itself: Option<usize>,
}

impl CallerFacts {
    pub(super) fn of(subject: &Subject<'_>, said: &[Said<'_>]) -> Self {
        let (caller, stack) = (&subject.caller, &subject.stack);
        let names_some = |said: &Said<'_>| said.statement.principal.as_ref().is_some_and(|clause| !clause.is_everyone());
        Self {
            kind: caller.kind,
            partition: caller.partition().map(Box::from),
            is_service_linked: caller.is_service_linked,
            gaps: stack.identity_gaps.clone(),
            limits: [stack.boundary.is_some(), stack.session.is_some(), stack.endpoint.is_some()],
            unknown: policies(stack)
                .filter(|(policy, _)| policy.parsed().is_none())
                .map(|(policy, level)| (std::ptr::from_ref(policy).addr(), level))
                .collect(),
            rights: session_rights(subject.principal),
            itself: said.iter().any(names_some).then(|| std::ptr::from_ref(subject).addr()),
        }
    }
}

/// A statement with what the identity fixes of it.
#[derive(Debug, Clone)]
pub(super) struct Heard {
    pub(super) known: Rc<Known>,
    /// Whether it may allow something by itself.
    pub(super) grants: bool,
    level: u32,
    left: Left,
    undecided: u64,
    /// The keys of it that tell identities apart, and their values.
    pub(super) values: Vec<(Box<str>, ContextValue)>,
}

/// What is known of a statement, whose ever it is.
#[derive(Debug)]
pub(super) struct Known {
    /// The numbers of what it says, its actions aside, and of these.
    content: u32,
    clause: u32,
    pub(super) need: Need,
    /// The numbers of what it looks at.
    pub(super) looks: Vec<u32>,
    pub(super) coverage: Rc<Coverage>,
    effect: Effect,
    /// Whether it speaks of every resource to everyone.
    is_everything: bool,
    /// Whether it tests nothing, and looks the same to all.
    is_plain: bool,
}

impl Heard {
    pub(super) fn of<'e>(
        said: &Said<'e>,
        contents: &mut Contents<'e>,
        question: &Question<'e>,
        fixed: &mut Mentions<'e>,
    ) -> Self {
        let known = contents.known(said);
        let mut heard = Self {
            grants: said.level == 0 && said.statement.effect == Effect::Allow,
            level: said.level,
            left: Left::Nothing,
            undecided: 0,
            values: Vec::new(),
            known,
        };
        if !heard.known.is_plain {
            (heard.left, heard.undecided) = fixed.left_of(&said.statement.condition, said.version, question);
            let mut mentions = Mentions::default();
            mentions.mention(said.statement, said.version, heard.undecided);
            heard.values = telling_values(question, &mentions);
        }
        heard
    }

    /// What an answer depends on, about actions that the statement covers.
    pub(super) fn speaker(&self) -> Speaker {
        (self.level, self.known.content, self.left, self.undecided)
    }

    /// The level at which it allows all of these actions to everyone, whatever the request: what else is allowed there
    /// changes nothing.
    pub(super) fn allows_all(&self, speech: Ternary) -> Option<u32> {
        let is_whole = self.known.is_everything
            && self.known.effect == Effect::Allow
            && self.left == Left::Nothing
            && speech == Ternary::Yes;
        is_whole.then_some(self.level)
    }

    /// Whether the statement changes nothing where the level allows all.
    pub(super) fn is_idle(&self, levels: &[u32], speech: Ternary) -> bool {
        let is_more = self.known.effect == Effect::Allow && levels.contains(&self.level) && self.allows_all(speech).is_none();
        is_more || self.left == Left::Never
    }

    /// The same, about any actions.
    pub(super) fn speaker_of_any(&self) -> (Speaker, u32) {
        (self.speaker(), self.known.clause)
    }
}

/// The statements met so far.
#[derive(Debug, Default)]
pub(super) struct Contents<'e> {
    pub(super) looks: Looks<'e>,
    numbers: BTreeMap<Content<'e>, u32>,
    clauses: BTreeMap<&'e ActionClause, (u32, Rc<Coverage>)>,
    /// By the statement's place in memory, which is looked up faster.
    places: BTreeMap<(usize, PolicyVersion), Rc<Known>>,
}

impl<'e> Contents<'e> {
    fn known(&mut self, said: &Said<'e>) -> Rc<Known> {
        let place = (std::ptr::from_ref(said.statement).addr(), said.version);
        if let Some(known) = self.places.get(&place) {
            return Rc::clone(known);
        }
        let statement = said.statement;
        let named = |clause: &ResourceClause| clause.texts().iter().any(|text| text.contains('$'));
        let is_tested = statement.condition.has_empty_part || !statement.condition.tests.is_empty();
        let next = u32::try_from(self.clauses.len()).unwrap_or(u32::MAX);
        let clause = self.clauses.entry(&statement.action);
        let (clause, coverage) = clause.or_insert_with_key(|action| (next, Rc::new(Coverage::of(action))));
        let (clause, coverage) = (*clause, Rc::clone(coverage));
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX);
        let (looks, need) = self.looks.of(statement);
        let is_everything =
            statement.principal.is_none() && statement.resource.as_ref().is_some_and(ResourceClause::is_everything);
        let known = Rc::new(Known {
            content: *self.numbers.entry(Content(statement, said.version)).or_insert(next),
            clause,
            need,
            looks,
            coverage,
            effect: statement.effect,
            is_everything,
            is_plain: !is_tested && !statement.resource.as_ref().is_some_and(named),
        });
        self.places.insert(place, Rc::clone(&known));
        known
    }
}

/// The policies of a stack with the number of their level; zero: those of the identity itself.
fn policies<'s, 'e>(stack: &'s PolicyStack<'e>) -> impl Iterator<Item = (&'e Policy, u32)> + use<'s, 'e> {
    let own = stack.identity.iter().map(|policy| (*policy, 0));
    let boundary = stack.boundary.iter().map(|policy| (*policy, 1));
    let session = stack.session.iter().flatten().map(|policy| (*policy, 2));
    let endpoint = stack.endpoint.iter().flatten().map(|policy| (*policy, 3));
    let guardrails = [&stack.scps, &stack.rcps]
        .into_iter()
        .flat_map(|guardrails| match guardrails {
            Guardrails::Levels(levels) => &**levels,
            Guardrails::None | Guardrails::NotCollected(_) => &[],
        });
    let of_levels = (4..).zip(guardrails).flat_map(|(number, level)| {
        let policies = level.policies.iter().flatten();
        policies.map(move |policy| (*policy, number))
    });
    own.chain(boundary).chain(session).chain(endpoint).chain(of_levels)
}

pub(super) fn statements<'e>(stack: &PolicyStack<'e>) -> Vec<Said<'e>> {
    let parsed = policies(stack).filter_map(|(policy, level)| Some((policy.parsed()?, level)));
    let said = parsed.flat_map(|(document, level)| {
        document.statements.iter().map(move |statement| Said {
            statement,
            version: document.version,
            level,
        })
    });
    said.collect()
}
