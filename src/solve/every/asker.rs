//! Asks about one action of each class.

use std::collections::BTreeMap;
use std::rc::Rc;

use jiff::Timestamp;
use smallvec::SmallVec;

use crate::evaluate::ActionFacts;
use crate::evaluate::ContextValue;
use crate::evaluate::Subject;
use crate::ident::Ternary;
use crate::solve::Question;
use crate::solve::ask;
use crate::solve::every::ActionClass;
use crate::solve::every::ActionSet;
use crate::solve::every::EveryAnswer;
use crate::solve::every::Told;
use crate::solve::every::listed::LISTED;
use crate::solve::every::listed::Need;
use crate::solve::every::listed::facts;
use crate::solve::every::parts::Part;
use crate::solve::every::parts::granted;
use crate::solve::every::parts::parts;
use crate::solve::every::said::CallerFacts;
use crate::solve::every::said::Contents;
use crate::solve::every::said::Heard;
use crate::solve::every::said::Said;
use crate::solve::every::said::statements;
use crate::solve::every::types::BY_TYPES;
use crate::solve::mentions::Left;
use crate::solve::mentions::Mentions;

/// Asks about all actions of the catalog; what was found for one identity of an account helps with the next.
#[derive(Debug, Default)]
pub struct EveryAction<'e> {
    contents: Contents<'e>,
    callers: BTreeMap<CallerFacts, u32>,
    answers: BTreeMap<ClassKey, Rc<Told>>,
    /// What a resource's own policy may allow to whom nothing else is granted, by what limits the identity.
    beyond: BTreeMap<BeyondKey, Beyond>,
}

/// The caller, what is said of which actions, and the values that tell identities apart.
type BeyondKey = (u32, Vec<(Speaker, u32)>, Values);

type Values = SmallVec<[(Box<str>, ContextValue); 2]>;

/// The kind of an action by the catalog, and one by each thing that the statements look at.
type Kinds = SmallVec<[u32; 4]>;

/// All that an answer about a class depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ClassKey {
    need: Need,
    kinds: Kinds,
    caller: u32,
    speakers: SmallVec<[(Speaker, Ternary); 4]>,
    /// The keys that tell identities apart, and their values.
    values: Values,
}

/// A statement as an answer depends on it: the level it is of, its content, what the identity fixes of its conditions.
pub(super) type Speaker = (u32, u32, Left, u64);

/// What a resource's own policy may allow of some actions.
#[derive(Debug, Clone, Default)]
struct Beyond {
    asked: ActionSet,
    classes: Rc<[ActionClass]>,
}

/// An identity that is asked about.
struct Asked<'e> {
    subject: &'e Subject<'e>,
    as_of: Timestamp,
    caller: u32,
}

impl<'e> EveryAction<'e> {
    /// Everything that the identity can do, to some resource. All identities have to be of one account, asked about at one
    /// time.
    pub fn ask(&mut self, subject: &'e Subject<'e>, as_of: Timestamp) -> EveryAnswer {
        let said = statements(&subject.stack);
        let callers = u32::try_from(self.callers.len()).unwrap_or(u32::MAX);
        let caller = *self.callers.entry(CallerFacts::of(subject, &said)).or_insert(callers);
        let asked = Asked { subject, as_of, caller };
        let heard = self.hear(&asked, &said);
        let granted = granted(subject, &heard);
        let mut classes = self.classes(&asked, &heard, granted.clone());
        let limits: Vec<Heard> = heard.into_iter().filter(|heard| !heard.grants).collect();
        for class in &*self.beyond(&asked, &limits, &granted) {
            let actions = class.actions.without(&granted);
            if !actions.is_empty() {
                let told = Rc::clone(&class.told);
                classes.push(ActionClass { actions, told });
            }
        }
        classes.sort_by_key(|class| class.actions.indices().next());
        let mut reached = granted;
        reached.add(&LISTED.with_policies);
        EveryAnswer {
            classes,
            ungranted: LISTED.all.without(&reached),
        }
    }

    /// The statements, and what the identity fixes of each.
    fn hear(&mut self, asked: &Asked<'e>, said: &[Said<'e>]) -> Vec<Heard> {
        let Some(any) = facts(0) else { return Vec::new() };
        // What the identity fixes is the same for all actions.
        let question = asked.question(any);
        let mut fixed = Mentions::default();
        said.iter()
            .map(|said| Heard::of(said, &mut self.contents, &question, &mut fixed))
            .collect()
    }

    /// What a resource's own policy may allow of what the identity is not granted (E220), and of more.
    fn beyond(&mut self, asked: &Asked<'e>, limits: &[Heard], granted: &ActionSet) -> Rc<[ActionClass]> {
        let speakers: Vec<(Speaker, u32)> = limits.iter().map(Heard::speaker_of_any).collect();
        let mut values: Values = limits.iter().flat_map(|heard| heard.values.iter().cloned()).collect();
        values.sort_unstable();
        values.dedup();
        let key = (asked.caller, speakers, values);
        let known = self.beyond.get(&key).cloned().unwrap_or_default();
        let missing = LISTED.with_policies.without(granted).without(&known.asked);
        if missing.is_empty() {
            return known.classes;
        }
        let mut all = known.asked;
        all.add(&missing);
        let more = self.classes(asked, limits, missing);
        let classes: Rc<[ActionClass]> = known.classes.iter().cloned().chain(more).collect();
        let found = Beyond {
            asked: all,
            classes: Rc::clone(&classes),
        };
        self.beyond.insert(key, found);
        classes
    }

    /// Asks about one of each class of these actions, unless the answer is known of a like identity.
    fn classes(&mut self, asked: &Asked<'e>, heard: &[Heard], actions: ActionSet) -> Vec<ActionClass> {
        let mut classes = Vec::new();
        for part in parts(heard, actions) {
            let (mut key, looks) = asked.part_key(heard, &part);
            for (kinds, actions) in self.alike(&part.actions, key.need, &looks) {
                key.kinds = kinds;
                let known = self.answers.get(&key).map(Rc::clone);
                let Some(told) = known.or_else(|| self.asked(asked, &actions, &key)) else {
                    continue;
                };
                classes.push(ActionClass { actions, told });
            }
        }
        classes
    }

    /// Takes actions apart by what statements can tell of them.
    fn alike(&self, actions: &ActionSet, need: Need, looks: &[u32]) -> Vec<(Kinds, ActionSet)> {
        let kinds = LISTED.alike(actions, need).into_iter();
        let mut found: Vec<(Kinds, ActionSet)> = kinds.map(|(kind, actions)| (Kinds::from_slice(&[kind]), actions)).collect();
        for partition in looks.iter().filter_map(|look| self.contents.looks.partition(*look)) {
            let apart = found.iter().flat_map(|(kinds, actions)| {
                partition.apart(actions).into_iter().map(move |(kind, actions)| {
                    let mut kinds = kinds.clone();
                    kinds.push(kind);
                    (kinds, actions)
                })
            });
            found = apart.collect();
        }
        // Where several keys tell an action's types apart, it matters which of them go together.
        let apart = found.into_iter().flat_map(|(kinds, actions)| {
            let telling = looks.iter().filter(|look| self.contents.looks.tells_types(**look, &actions));
            if telling.count() < 2 {
                return vec![(kinds, actions)];
            }
            let apart = BY_TYPES.kinds.apart(&actions).into_iter().map(|(kind, actions)| {
                let mut kinds = kinds.clone();
                kinds.push(kind);
                (kinds, actions)
            });
            apart.collect()
        });
        apart.collect()
    }

    fn asked(&mut self, asked: &Asked<'e>, actions: &ActionSet, key: &ClassKey) -> Option<Rc<Told>> {
        let answer = ask(&asked.question(facts(actions.indices().next()?)?));
        let told = Rc::new(Told {
            verdict: answer.verdict,
            conditions: answer.conditions,
            unknowns: answer.unknowns,
        });
        self.answers.insert(key.clone(), Rc::clone(&told));
        Some(told)
    }
}

impl<'e> Asked<'e> {
    /// What the answers about a part depend on, the kinds of its actions aside; and the numbers of what its statements look
    /// at that tells actions apart.
    fn part_key(&self, heard: &[Heard], part: &Part) -> (ClassKey, Vec<u32>) {
        let speaking = || {
            let speaking = part.speakers.iter();
            speaking.filter_map(|(at, speech)| Some((heard.get(*at as usize)?, *speech)))
        };
        let whole: Vec<u32> = speaking().filter_map(|(heard, speech)| heard.allows_all(speech)).collect();
        let mut key = ClassKey {
            need: Need::Nothing,
            kinds: SmallVec::new(),
            caller: self.caller,
            speakers: SmallVec::new(),
            values: Values::new(),
        };
        let mut looks = Vec::new();
        for (heard, speech) in speaking().filter(|(heard, speech)| !heard.is_idle(&whole, *speech)) {
            key.need = key.need.max(heard.known.need);
            key.speakers.push((heard.speaker(), speech));
            key.values.extend(heard.values.iter().cloned());
            looks.extend(&heard.known.looks);
        }
        // In what order a level speaks, and how often, changes nothing.
        key.speakers.sort_unstable();
        key.speakers.dedup();
        key.values.sort_unstable();
        key.values.dedup();
        looks.sort_unstable();
        looks.dedup();
        (key, looks)
    }

    fn question(&self, action: &'static ActionFacts<'static>) -> Question<'e> {
        Question::about(self.subject, action, self.as_of)
    }
}
