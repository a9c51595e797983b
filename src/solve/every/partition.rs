//! The catalog's actions, taken apart.

use std::collections::BTreeMap;

use crate::solve::every::ActionSet;

/// The catalog's actions by some trait of theirs.
#[derive(Debug, Default)]
pub(super) struct Partition {
    /// The number of each action's part.
    part_of: Vec<u32>,
    parts: Vec<ActionSet>,
}

impl Partition {
    /// By the traits of all actions, in the order of the catalog's list.
    pub(super) fn by<T: Ord>(traits: impl Iterator<Item = T>) -> Self {
        let mut numbers: BTreeMap<T, u32> = BTreeMap::new();
        let mut found = Self::default();
        for (index, of_action) in (0..).zip(traits) {
            let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
            let number = *numbers.entry(of_action).or_insert(next);
            found.part_of.push(number);
            if found.parts.len() <= number as usize {
                found.parts.push(ActionSet::default());
            }
            if let Some(part) = found.parts.get_mut(number as usize) {
                part.insert(index);
            }
        }
        found
    }

    /// Whether all actions are alike.
    pub(super) fn is_one(&self) -> bool {
        self.parts.len() < 2
    }

    /// The parts, by their numbers.
    pub(super) fn parts(&self) -> &[ActionSet] {
        &self.parts
    }

    /// The number of an action's part.
    pub(super) fn part_of(&self, index: usize) -> u32 {
        self.part_of.get(index).copied().unwrap_or(u32::MAX)
    }

    /// Takes a set apart.
    pub(super) fn apart(&self, actions: &ActionSet) -> Vec<(u32, ActionSet)> {
        if actions.len() > self.parts.len() {
            let near = (0..).zip(&self.parts).filter(|(_, part)| part.is_near(actions));
            let shared = near.map(|(number, part)| (number, part.and(actions)));
            return shared.filter(|(_, shared)| !shared.is_empty()).collect();
        }
        let mut found: BTreeMap<u32, ActionSet> = BTreeMap::new();
        for index in actions.indices() {
            found.entry(self.part_of(index as usize)).or_default().insert(index);
        }
        found.into_iter().collect()
    }
}
