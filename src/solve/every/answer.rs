//! What one identity can do.

use std::rc::Rc;
use std::sync::Arc;

use crate::solve::Condition;
use crate::solve::Verdict;
use crate::solve::every::ActionSet;

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
