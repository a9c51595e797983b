//! All actions of the catalog at once, for one identity after another.
//!
//! Most actions are alike to an identity: the same statements speak of them, and what the catalog says of them differs in
//! nothing that these statements look at. One of each such class is asked about; its answer holds for the others.

mod action_set;
mod coverage;
mod listed;
mod said;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use jiff::Timestamp;
use smallvec::SmallVec;

use crate::evaluate::ActionFacts;
use crate::evaluate::CallerKind;
use crate::evaluate::ContextValue;
use crate::evaluate::Subject;
use crate::ident::Ternary;
use crate::solve::Condition;
use crate::solve::Question;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::ask;
use crate::solve::every::action_set::ActionSet as Set;
use crate::solve::every::listed::LISTED;
use crate::solve::every::listed::Need;
use crate::solve::every::listed::facts;
use crate::solve::every::said::CallerFacts;
use crate::solve::every::said::Contents;
use crate::solve::every::said::Heard;
use crate::solve::every::said::Said;
use crate::solve::every::said::statements;
use crate::solve::mentions::Left;
use crate::solve::mentions::Mentions;

pub use action_set::ActionSet;
pub use listed::catalog_actions;

/// Actions that are alike, and what holds for each of them.
#[derive(Debug, Clone)]
pub struct ActionClass {
    /// The actions.
    pub actions: ActionSet,
    /// What holds.
    pub told: Rc<Told>,
}

/// What holds for the actions of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
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
    /// Classes of actions that something might allow; no action is in two.
    pub classes: Vec<ActionClass>,
    /// The actions that nothing allows: all are denied.
    pub ungranted: ActionSet,
}

impl EveryAnswer {
    /// The actions by what holds for them, the best verdict first; with none those that nothing allows.
    #[must_use]
    pub fn by_what_holds(&self) -> Vec<(Option<Rc<Told>>, ActionSet)> {
        let mut found: Vec<(Option<Rc<Told>>, ActionSet)> = Vec::new();
        for class in &self.classes {
            let known = found.iter_mut().find(|(told, _)| told.as_ref() == Some(&class.told));
            if let Some((_, actions)) = known {
                actions.add(&class.actions);
            } else {
                found.push((Some(Rc::clone(&class.told)), class.actions.clone()));
            }
        }
        found.sort_by_key(|(told, actions)| (told.as_ref().map(|told| told.verdict), actions.indices().next()));
        found.push((None, self.ungranted.clone()));
        found
    }
}

/// Asks about all actions of the catalog; what was found for one identity of an account helps with the next.
#[derive(Debug, Default)]
pub struct EveryAction<'e> {
    contents: Contents<'e>,
    callers: BTreeMap<CallerFacts, u32>,
    answers: BTreeMap<ClassKey, Rc<Told>>,
    /// What a resource's own policy may allow to whom nothing else is granted, by what limits the identity.
    beyond: BTreeMap<(u32, Vec<Speaker>, Values), Beyond>,
}

type Values = SmallVec<[(Box<str>, ContextValue); 2]>;

/// All that an answer about a class depends on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct ClassKey {
    need: Need,
    kind: u32,
    caller: u32,
    speakers: SmallVec<[(Speaker, Ternary); 4]>,
    /// The keys that tell identities apart, and their values.
    values: Values,
}

/// A statement as an answer depends on it: the level it is of, its content, what the identity fixes of its conditions.
type Speaker = (u32, u32, Left, u64);

/// Actions of which the same statements speak.
struct Part {
    actions: Set,
    /// The places of the statements, and how each speaks.
    speakers: SmallVec<[(u32, Ternary); 8]>,
}

/// What a resource's own policy may allow of some actions.
#[derive(Debug, Clone, Default)]
struct Beyond {
    asked: Set,
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
    fn beyond(&mut self, asked: &Asked<'e>, limits: &[Heard], granted: &Set) -> Rc<[ActionClass]> {
        let speakers: Vec<Speaker> = limits.iter().map(Heard::speaker_of_any).collect();
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
    fn classes(&mut self, asked: &Asked<'e>, heard: &[Heard], actions: Set) -> Vec<ActionClass> {
        let mut classes = Vec::new();
        for part in parts(heard, actions) {
            let speaking = || {
                let speaking = part.speakers.iter();
                speaking.filter_map(|(at, speech)| Some((heard.get(*at as usize)?, *speech)))
            };
            let need = speaking().map(|(heard, _)| heard.known.need).max().unwrap_or(Need::Nothing);
            let mut speakers: SmallVec<[_; 4]> = speaking().map(|(heard, speech)| (heard.speaker(), speech)).collect();
            let mut values: Values = speaking().flat_map(|(heard, _)| heard.values.iter().cloned()).collect();
            // In what order a level speaks, and how often, changes nothing.
            speakers.sort_unstable();
            speakers.dedup();
            values.sort_unstable();
            values.dedup();
            let mut key = ClassKey {
                need,
                kind: 0,
                caller: asked.caller,
                speakers,
                values,
            };
            for (kind, actions) in LISTED.alike(&part.actions, need) {
                key.kind = kind;
                let known = self.answers.get(&key).map(Rc::clone);
                let Some(told) = known.or_else(|| self.asked(asked, &actions, &key)) else {
                    continue;
                };
                classes.push(ActionClass { actions, told });
            }
        }
        classes
    }

    fn asked(&mut self, asked: &Asked<'e>, actions: &Set, key: &ClassKey) -> Option<Rc<Told>> {
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

/// The actions that something of the identity may allow.
fn granted(subject: &Subject<'_>, heard: &[Heard]) -> Set {
    let stack = &subject.stack;
    let is_unread = stack.identity.iter().any(|policy| policy.parsed().is_none());
    // E181: the root user starts from full access.
    if subject.caller.kind == CallerKind::AccountRoot || !stack.identity_gaps.is_empty() || is_unread {
        return LISTED.all.clone();
    }
    let mut granted = Set::default();
    for heard in heard.iter().filter(|heard| heard.grants) {
        granted.add(&heard.known.coverage.covered);
        heard.known.coverage.open.iter().for_each(|(_, open)| granted.add(open));
    }
    granted
}

/// Takes a set apart by which statements speak of the actions.
fn parts(heard: &[Heard], actions: Set) -> Vec<Part> {
    let mut parts = vec![Part {
        actions,
        speakers: SmallVec::new(),
    }];
    parts.retain(|part| !part.actions.is_empty());
    for (at, heard) in (0_u32..).zip(heard) {
        let covered = std::iter::once((Ternary::Yes, &heard.known.coverage.covered));
        let open = heard.known.coverage.open.iter().map(|(speech, open)| (*speech, open));
        for (speech, covered) in covered.chain(open) {
            if covered.is_empty() {
                continue;
            }
            let is_whole = heard.known.coverage.is_whole;
            let mut apart: Vec<Part> = Vec::new();
            for part in parts.iter_mut().filter(|part| part.actions.is_near(covered)) {
                let rest = if is_whole {
                    Set::default()
                } else {
                    part.actions.without(covered)
                };
                if rest.is_empty() {
                    part.speakers.push((at, speech));
                    continue;
                }
                let shared = part.actions.and(covered);
                if !shared.is_empty() {
                    let mut speakers = part.speakers.clone();
                    speakers.push((at, speech));
                    part.actions = rest;
                    apart.push(Part {
                        actions: shared,
                        speakers,
                    });
                }
            }
            parts.append(&mut apart);
        }
    }
    parts
}

impl<'e> Asked<'e> {
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
