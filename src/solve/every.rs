//! All actions of the catalog at once, for one identity after another.
//!
//! Most actions of a service are alike to a policy: the catalog says the same of them, and the same statements speak of
//! them. One of each such class is asked about; the answer holds for the others in their own names.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::LazyLock;
use std::sync::OnceLock;

use jiff::Timestamp;
use smallvec::SmallVec;

use crate::catalog::ActionResource;
use crate::catalog::Catalog;
use crate::catalog::Service;
use crate::estate::Policy;
use crate::evaluate::ActionFacts;
use crate::evaluate::CallerKind;
use crate::evaluate::ContextValue;
use crate::evaluate::Guardrails;
use crate::evaluate::PolicyStack;
use crate::evaluate::Subject;
use crate::ident::Action;
use crate::ident::ActionPattern;
use crate::ident::OpenPoint;
use crate::ident::Ternary;
use crate::policy::ActionClause;
use crate::policy::Effect;
use crate::policy::PolicyVersion;
use crate::policy::Statement;
use crate::solve::Condition;
use crate::solve::Question;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::ask;
use crate::solve::choice::SessionRights;
use crate::solve::choice::session_rights;
use crate::solve::memo::telling_values;
use crate::solve::mentions::Left;
use crate::solve::mentions::Mentions;
use crate::solve::resource_policy::unread;
use crate::solve::shape::has_rules;

/// The catalog's actions, sorted.
struct Listed {
    actions: Vec<Action>,
    /// For each action the first one of which the catalog says the same.
    kinds: Vec<u32>,
    /// Where the actions of a service are.
    services: BTreeMap<&'static str, Range<usize>>,
    /// Actions that rules beside the policies look at.
    ruled: Vec<u32>,
    /// Actions of services whose resources have policies of their own (E220).
    with_policies: BTreeSet<u32>,
}

/// What the catalog says of an action, its name aside.
type Kind = (&'static str, &'static [&'static str], &'static [ActionResource]);

static LISTED: LazyLock<Listed> = LazyLock::new(Listed::of_catalog);

static FACTS: LazyLock<Vec<OnceLock<ActionFacts<'static>>>> =
    LazyLock::new(|| LISTED.actions.iter().map(|_| OnceLock::new()).collect());

impl Listed {
    fn of_catalog() -> Self {
        let entries = Catalog::bundled().services().flat_map(Service::actions);
        let named = entries.filter_map(|entry| Some((entry.full_name().to_string().parse::<Action>().ok()?, entry)));
        let mut named: Vec<_> = named.collect();
        named.sort_by(|(one, _), (other, _)| (one.service(), one).cmp(&(other.service(), other)));
        named.dedup_by(|(one, _), (other, _)| one == other);
        let mut firsts: BTreeMap<Kind, u32> = BTreeMap::new();
        let mut listed = Self {
            actions: Vec::new(),
            kinds: Vec::new(),
            services: BTreeMap::new(),
            ruled: Vec::new(),
            with_policies: BTreeSet::new(),
        };
        for (index, (action, entry)) in named.into_iter().enumerate() {
            let own = u32::try_from(index).unwrap_or(u32::MAX);
            let kind: Kind = (entry.service, &entry.condition_keys, &entry.resource_types);
            // Rules beside the policies know some actions by name, and by what they do.
            let first = if has_rules(&action) {
                own
            } else {
                *firsts.entry(kind).or_insert(own)
            };
            let range = listed.services.entry(entry.service).or_insert(index..index);
            range.end = index + 1;
            listed.kinds.push(first);
            listed.ruled.extend(has_rules(&action).then_some(own));
            listed.with_policies.extend(unread(action.service()).map(|_| own));
            listed.actions.push(action);
        }
        listed
    }
}

fn facts(index: u32) -> Option<&'static ActionFacts<'static>> {
    let action = LISTED.actions.get(index as usize)?;
    Some(FACTS.get(index as usize)?.get_or_init(|| ActionFacts::of(action)))
}

/// All actions of the catalog, sorted by service and name.
#[must_use]
pub fn catalog_actions() -> &'static [Action] {
    &LISTED.actions
}

/// Which actions an action clause covers: those it covers, and those of which that is open.
#[derive(Debug)]
struct Coverage {
    covered: ActionSet,
    open: Vec<(u32, OpenPoint)>,
}

impl Coverage {
    fn of(clause: &ActionClause) -> Self {
        let mut coverage = Self {
            covered: ActionSet::default(),
            open: Vec::new(),
        };
        let is_wide =
            matches!(clause, ActionClause::AllBut(_)) || clause.patterns().iter().any(|pattern| service_of(pattern).is_none());
        let indices: Vec<usize> = if is_wide {
            (0..LISTED.actions.len()).collect()
        } else {
            let services: BTreeSet<String> = clause.patterns().iter().filter_map(service_of).collect();
            let ranges = services.iter().filter_map(|service| LISTED.services.get(&**service).cloned());
            ranges.flatten().collect()
        };
        for index in indices {
            let Some(action) = LISTED.actions.get(index) else { continue };
            let own = u32::try_from(index).unwrap_or(u32::MAX);
            match clause.matches(action) {
                Ternary::Yes => coverage.covered.insert(own),
                Ternary::Open(point) => coverage.open.push((own, point)),
                Ternary::No => {}
            }
        }
        coverage
    }

    fn speech(&self, index: u32) -> Ternary {
        if self.covered.contains(index) {
            return Ternary::Yes;
        }
        let at = self.open.binary_search_by_key(&index, |(index, _)| *index).ok();
        let open = at.and_then(|at| self.open.get(at));
        open.map_or(Ternary::No, |(_, point)| Ternary::Open(*point))
    }
}

/// The service that a pattern is bound to, in lower case; none where it may cover others too.
fn service_of(pattern: &ActionPattern) -> Option<String> {
    let (service, _) = pattern.as_str().split_once(':')?;
    let is_plain = service.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_plain.then(|| service.to_ascii_lowercase())
}

/// A set of positions in the list of actions.
#[derive(Debug, Clone, Default)]
struct ActionSet(Vec<u64>);

impl ActionSet {
    fn all() -> Self {
        let mut set = Self::default();
        for index in 0..u32::try_from(LISTED.actions.len()).unwrap_or(u32::MAX) {
            set.insert(index);
        }
        set
    }

    fn insert(&mut self, index: u32) {
        let word = index as usize / 64;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        if let Some(word) = self.0.get_mut(word) {
            *word |= 1 << (index % 64);
        }
    }

    fn contains(&self, index: u32) -> bool {
        self.0
            .get(index as usize / 64)
            .is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    fn add(&mut self, other: &Self) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    fn iter(&self) -> impl Iterator<Item = u32> {
        let words = self.0.iter().zip(0_u32..);
        words.flat_map(|(word, at)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 1);
            bits.map(move |bit| at * 64 + bit)
        })
    }
}

/// Actions that are alike, and what holds for each of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionClass {
    /// The actions, sorted.
    pub actions: Vec<&'static Action>,
    /// The verdict.
    pub verdict: Verdict,
    /// What must hold.
    pub conditions: Vec<Condition>,
    /// What is not known and decides, in words.
    pub unknowns: Vec<Arc<str>>,
}

/// What one identity can do.
#[derive(Debug)]
pub struct EveryAnswer {
    /// Classes of actions that something might allow, in order of their first actions.
    pub classes: Vec<ActionClass>,
    /// The actions that nothing allows; sorted. All are denied.
    pub ungranted: Vec<&'static Action>,
}

/// What was found for a class, by positions in the list.
#[derive(Debug, Clone)]
struct Class {
    members: Vec<u32>,
    told: Rc<Told>,
}

/// All that the answers of identities depend on whose statements are these.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Profile {
    with_grants: bool,
    caller: Rc<CallerFacts>,
    /// The statements, by the numbers of their contents, with what the identity fixes of their conditions.
    statements: Vec<(u32, Left, u64)>,
    /// The keys that tell identities apart, and their values.
    values: Vec<(Box<str>, ContextValue)>,
}

/// Asks about all actions of the catalog; what was found for one identity of an account helps with the next.
#[derive(Debug, Default)]
pub struct EveryAction<'e> {
    /// A number for each content of a statement, and the same by its place in memory, which is looked up faster.
    contents: BTreeMap<Content<'e>, u32>,
    places: BTreeMap<usize, u32>,
    /// By the number of the content.
    coverage: BTreeMap<u32, Rc<Coverage>>,
    /// For identities that hold the same, their granted actions; for those that are limited alike, actions that only a
    /// resource's policy could allow.
    profiles: BTreeMap<Profile, Known>,
    /// The numbers of contents, actions aside.
    conditions: BTreeMap<Content<'e>, u32>,
    answers: BTreeMap<ClassKey, Rc<Told>>,
}

/// What was told of a class.
#[derive(Debug)]
struct Told {
    verdict: Verdict,
    conditions: Vec<Condition>,
    unknowns: Vec<Arc<str>>,
}

/// Level, content, what is left of the conditions, the tests of them that are open, and how it speaks.
type Speaker = (u32, u32, Left, u64, Ternary);

/// What the answer about a class depends on: identities for which it is equal get the same.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct ClassKey {
    /// The first action of which the catalog says the same.
    like: u32,
    caller: Rc<CallerFacts>,
    /// The statements that speak of the actions.
    speakers: SmallVec<[Speaker; 4]>,
    /// The keys that tell identities apart, and their values.
    values: SmallVec<[(Box<str>, ContextValue); 2]>,
}

/// What an identity has that no statement says.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct CallerFacts {
    kind: CallerKind,
    is_service_linked: bool,
    gaps: Vec<Arc<str>>,
    /// Documents of which nothing is known, by their place in memory.
    unknown: Vec<usize>,
    rights: SessionRights,
}

/// A statement as one identity hears it.
#[derive(Debug)]
struct Heard {
    level: u32,
    content: u32,
    left: Left,
    undecided: u64,
    values: Vec<(Box<str>, ContextValue)>,
    coverage: Rc<Coverage>,
}

/// What was asked of a profile so far.
#[derive(Debug, Clone, Default)]
struct Known {
    actions: ActionSet,
    classes: Rc<[Class]>,
}

/// What a statement says, with or without of which actions.
#[derive(Debug)]
struct Content<'e>(&'e Statement, PolicyVersion, bool);

impl PartialEq for Content<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Content<'_> {}

impl PartialOrd for Content<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Content<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let parts = |Self(said, version, with_actions): &Self| (*with_actions, *version, said.effect);
        let actions = |Self(said, _, with_actions): &Self| with_actions.then_some(&said.action).cloned();
        let (ours, theirs) = (self.0, other.0);
        // Where it names principals, only a statement itself says the same.
        let named = |said: &Statement| said.principal.as_ref().map(|clause| std::ptr::from_ref(clause).addr());
        parts(self)
            .cmp(&parts(other))
            .then_with(|| actions(self).cmp(&actions(other)))
            .then_with(|| ours.resource.cmp(&theirs.resource))
            .then_with(|| ours.condition.cmp(&theirs.condition))
            .then_with(|| named(ours).cmp(&named(theirs)))
    }
}

/// The statements that speak of an action, each with how it does.
type Speakers = SmallVec<[(u32, Ternary); 8]>;

impl<'e> EveryAction<'e> {
    /// Everything that the identity can do. All identities have to be of one account, asked about at one time; the scope is
    /// that of the action's service and resource types, so that alike actions have the same.
    pub fn ask(
        &mut self,
        subject: &'e Subject<'e>,
        as_of: Timestamp,
        scope_of: impl Fn(&'static Action) -> Scope<'e>,
    ) -> EveryAnswer {
        let asked = Asked {
            subject,
            as_of,
            scope_of: &scope_of,
            statements: statements(&subject.stack),
            caller: Rc::new(CallerFacts::of(subject)),
        };
        let granted = self.granted_of(&asked);
        let by_rules = |index: &u32| LISTED.actions.get(*index as usize).is_some_and(has_rules);
        let of_grants: Vec<u32> = granted.iter().filter(|index| !by_rules(index)).collect();
        let of_grants = self.found(&asked, &of_grants, true);
        let open = LISTED.with_policies.iter().copied();
        let open: Vec<u32> = open.filter(|index| !granted.contains(*index) && !by_rules(index)).collect();
        let of_resources = self.found(&asked, &open, false);
        // What the service or the kind of credentials settles looks at the identity itself.
        let ruled = LISTED.ruled.iter().copied();
        let ruled: Vec<u32> = ruled
            .filter(|index| granted.contains(*index) || LISTED.with_policies.contains(index))
            .collect();
        let of_rules = self.classes(&asked, &ruled);

        let named = |class: &Class, is_wanted: &dyn Fn(u32) -> bool| {
            let members = class.members.iter().filter(|index| is_wanted(**index));
            let actions: Vec<_> = members.filter_map(|index| LISTED.actions.get(*index as usize)).collect();
            (!actions.is_empty()).then(|| ActionClass {
                actions,
                verdict: class.told.verdict,
                conditions: class.told.conditions.clone(),
                unknowns: class.told.unknowns.clone(),
            })
        };
        let all = |_| true;
        let not_granted = |index| !granted.contains(index);
        let whole = of_grants.iter().chain(&of_rules).filter_map(|class| named(class, &all));
        let rest = of_resources.iter().filter_map(|class| named(class, &not_granted));
        let mut classes: Vec<ActionClass> = whole.chain(rest).collect();
        classes.sort_unstable_by(|one, other| by_first(one).cmp(&by_first(other)));
        let is_ungranted = |index: &u32| !granted.contains(*index) && !LISTED.with_policies.contains(index);
        let ungranted = (0..).zip(&LISTED.actions).filter(|(index, _)| is_ungranted(index));
        EveryAnswer {
            classes,
            ungranted: ungranted.map(|(_, action)| action).collect(),
        }
    }

    /// What was found for these actions and others, for identities of the same profile; what is missing is asked.
    fn found(&mut self, asked: &Asked<'_, 'e>, actions: &[u32], with_grants: bool) -> Rc<[Class]> {
        let Some(profile) = self.profile(asked, with_grants).filter(|_| !actions.is_empty()) else {
            return self.classes(asked, actions).into();
        };
        let known = self.profiles.get(&profile).cloned().unwrap_or_default();
        let missing: Vec<u32> = actions
            .iter()
            .filter(|index| !known.actions.contains(**index))
            .copied()
            .collect();
        if missing.is_empty() {
            return known.classes;
        }
        let mut found = Known {
            actions: known.actions.clone(),
            classes: known.classes.iter().cloned().chain(self.classes(asked, &missing)).collect(),
        };
        for index in missing {
            found.actions.insert(index);
        }
        let classes = Rc::clone(&found.classes);
        self.profiles.insert(profile, found);
        classes
    }

    /// What the answers depend on, with or without what the identity is granted.
    fn profile(&mut self, asked: &Asked<'_, 'e>, with_grants: bool) -> Option<Profile> {
        // What the identity fixes is the same for all actions.
        let question = asked.question(facts(0)?);
        let mut mentions = Mentions::default();
        let mut statements = Vec::new();
        for said in asked.statements.iter().filter(|said| with_grants || !said.grants()) {
            let (left, undecided) = mentions.left_of(&said.statement.condition, said.version, &question);
            if left != Left::Never {
                mentions.mention(said.statement, said.version, undecided);
            }
            statements.push((self.content(*said), left, undecided));
        }
        Some(Profile {
            with_grants,
            caller: Rc::clone(&asked.caller),
            statements,
            values: telling_values(&question, &mentions),
        })
    }

    fn coverage(&mut self, said: Said<'e>) -> Rc<Coverage> {
        let number = self.content(said);
        let known = self.coverage.entry(number);
        Rc::clone(known.or_insert_with(|| Rc::new(Coverage::of(&said.statement.action))))
    }

    /// The number of what a statement says; other identities may hold the same in a copy of their own.
    fn content(&mut self, said: Said<'e>) -> u32 {
        let next = u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let place = std::ptr::from_ref(said.statement).addr();
        let (contents, places) = (&mut self.contents, &mut self.places);
        *places
            .entry(place)
            .or_insert_with(|| *contents.entry(Content(said.statement, said.version, true)).or_insert(next))
    }

    /// The actions that something of the identity may allow.
    fn granted_of(&mut self, asked: &Asked<'_, 'e>) -> ActionSet {
        let stack = &asked.subject.stack;
        let is_unread = stack.identity.iter().any(|policy| policy.parsed().is_none());
        // E181: the root user starts from full access.
        if asked.subject.caller.kind == CallerKind::AccountRoot || !stack.identity_gaps.is_empty() || is_unread {
            return ActionSet::all();
        }
        let mut granted = ActionSet::default();
        for said in asked.statements.iter().filter(|said| said.grants()) {
            let coverage = self.coverage(*said);
            granted.add(&coverage.covered);
            coverage.open.iter().for_each(|(index, _)| granted.insert(*index));
        }
        granted
    }

    /// Asks about one of each class of these actions, unless the answer is known of a like identity.
    fn classes(&mut self, asked: &Asked<'_, 'e>, actions: &[u32]) -> Vec<Class> {
        let heard = self.heard(asked);
        let mut classes: BTreeMap<(u32, Speakers), Vec<u32>> = BTreeMap::new();
        for &index in actions {
            let speaking = (0_u32..).zip(heard.iter().map(|heard| heard.coverage.speech(index)));
            let speakers: Speakers = speaking.filter(|(_, speech)| *speech != Ternary::No).collect();
            let Some(&like) = LISTED.kinds.get(index as usize) else {
                continue;
            };
            classes.entry((like, speakers)).or_default().push(index);
        }
        let found = classes.into_iter().filter_map(|((like, speakers), members)| {
            let first = *members.first()?;
            if LISTED.actions.get(first as usize).is_some_and(has_rules) {
                let told = told(asked, first)?;
                return Some(Class { members, told });
            }
            let key = ClassKey::of(asked, like, &speakers, &heard);
            let told = if let Some(told) = self.answers.get(&key) {
                Rc::clone(told)
            } else {
                let told = told(asked, first)?;
                self.answers.insert(key, Rc::clone(&told));
                told
            };
            Some(Class { members, told })
        });
        found.collect()
    }

    fn heard(&mut self, asked: &Asked<'_, 'e>) -> Vec<Heard> {
        let Some(any) = facts(0) else { return Vec::new() };
        let question = asked.question(any);
        let mut fixed = Mentions::default();
        let heard = asked.statements.iter().map(|said| {
            let (left, undecided) = fixed.left_of(&said.statement.condition, said.version, &question);
            let mut mentions = Mentions::default();
            mentions.mention(said.statement, said.version, undecided);
            let next = u32::try_from(self.conditions.len()).unwrap_or(u32::MAX);
            let content = Content(said.statement, said.version, false);
            Heard {
                level: said.level,
                content: *self.conditions.entry(content).or_insert(next),
                left,
                undecided,
                values: telling_values(&question, &mentions),
                coverage: self.coverage(*said),
            }
        });
        heard.collect()
    }
}

fn told(asked: &Asked<'_, '_>, index: u32) -> Option<Rc<Told>> {
    let action = facts(index)?;
    let question = Question {
        scope: (asked.scope_of)(action.action),
        ..asked.question(action)
    };
    let answer = ask(&question);
    Some(Rc::new(Told {
        verdict: answer.verdict,
        conditions: answer.conditions,
        unknowns: answer.unknowns,
    }))
}

impl ClassKey {
    fn of(asked: &Asked<'_, '_>, like: u32, speakers: &Speakers, heard: &[Heard]) -> Self {
        let speaking = speakers
            .iter()
            .filter_map(|(number, speech)| Some((heard.get(*number as usize)?, *speech)));
        let mut said: SmallVec<[_; 4]> = SmallVec::new();
        let mut values: SmallVec<[_; 2]> = SmallVec::new();
        for (heard, speech) in speaking {
            said.push((heard.level, heard.content, heard.left, heard.undecided, speech));
            values.extend(heard.values.iter().cloned());
        }
        // In what order a level speaks, and how often, changes nothing.
        said.sort_unstable();
        said.dedup();
        values.sort_unstable();
        values.dedup();
        Self {
            like,
            caller: Rc::clone(&asked.caller),
            speakers: said,
            values,
        }
    }
}

impl CallerFacts {
    fn of(subject: &Subject<'_>) -> Self {
        let caller = &subject.caller;
        Self {
            kind: caller.kind,
            is_service_linked: caller.is_service_linked,
            gaps: subject.stack.identity_gaps.clone(),
            unknown: policies(&subject.stack)
                .filter(|(policy, _)| policy.parsed().is_none())
                .map(|(policy, _)| std::ptr::from_ref(policy).addr())
                .collect(),
            rights: session_rights(subject.principal),
        }
    }
}

fn by_first(class: &ActionClass) -> Option<(&str, &Action)> {
    class.actions.first().map(|action| (action.service(), *action))
}

/// A statement of an identity's policies or of what limits it.
#[derive(Debug, Clone, Copy)]
struct Said<'e> {
    statement: &'e Statement,
    version: PolicyVersion,
    /// Which of the identity's policies, its limits and the levels of its organization it is of; zero: its own policies.
    level: u32,
}

impl Said<'_> {
    fn grants(&self) -> bool {
        self.level == 0 && self.statement.effect == Effect::Allow
    }
}

/// An identity that is asked about.
struct Asked<'q, 'e> {
    subject: &'e Subject<'e>,
    as_of: Timestamp,
    scope_of: &'q dyn Fn(&'static Action) -> Scope<'e>,
    statements: Vec<Said<'e>>,
    caller: Rc<CallerFacts>,
}

impl<'e> Asked<'_, 'e> {
    fn question(&self, action: &'static ActionFacts<'static>) -> Question<'e> {
        Question {
            subject: self.subject,
            action,
            scope: Scope::Any,
            as_of: self.as_of,
            given: &[],
            resource_policy: None,
            owner: None,
        }
    }
}

/// The policies of a stack with the number of their level; zero: those of the identity itself.
fn policies<'e>(stack: &PolicyStack<'e>) -> impl Iterator<Item = (&'e Policy, u32)> {
    let own = vec![stack.identity.clone()];
    let limits = [
        stack.boundary.into_iter().collect(),
        stack.session.clone().unwrap_or_default(),
        stack.endpoint.clone().unwrap_or_default(),
    ];
    let guardrails = [&stack.scps, &stack.rcps]
        .into_iter()
        .flat_map(|guardrails| match guardrails {
            Guardrails::Levels(levels) => levels.as_slice(),
            Guardrails::None | Guardrails::NotCollected(_) => &[],
        });
    let of_levels = guardrails.map(|level| level.policies.clone().unwrap_or_default());
    let levels: Vec<Vec<&'e Policy>> = own.into_iter().chain(limits).chain(of_levels).collect();
    let numbered = levels.into_iter().zip(0_u32..);
    numbered.flat_map(|(policies, level)| policies.into_iter().map(move |policy| (policy, level)))
}

fn statements<'e>(stack: &PolicyStack<'e>) -> Vec<Said<'e>> {
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
