//! A set of the catalog's actions.

use crate::ident::Action;
use crate::solve::every::listed::LISTED;

/// Some of the catalog's actions, by their places in its list.
#[derive(Debug, Clone, Default)]
pub struct ActionSet {
    /// How many words of the list come before the first one held.
    skipped: usize,
    words: Vec<u64>,
}

impl ActionSet {
    pub(super) fn of_range(indices: std::ops::Range<usize>) -> Self {
        let mut set = Self::default();
        for index in indices {
            set.insert(u32::try_from(index).unwrap_or(u32::MAX));
        }
        set
    }

    /// Adds an action that comes after those of the set, or among them.
    pub(super) fn insert(&mut self, index: u32) {
        let at = index as usize / 64;
        if self.words.is_empty() {
            self.skipped = at;
        } else if at < self.skipped {
            self.words.splice(0..0, std::iter::repeat_n(0, self.skipped - at));
            self.skipped = at;
        }
        let word = at - self.skipped;
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        if let Some(word) = self.words.get_mut(word) {
            *word |= 1 << (index % 64);
        }
    }

    fn word(&self, at: usize) -> u64 {
        let within = at.checked_sub(self.skipped);
        within.and_then(|within| self.words.get(within)).copied().unwrap_or(0)
    }

    fn end(&self) -> usize {
        self.skipped + self.words.len()
    }

    pub(super) fn add(&mut self, other: &Self) {
        if other.words.is_empty() {
            return;
        }
        let (first, end) = if self.words.is_empty() {
            (other.skipped, other.end())
        } else {
            (self.skipped.min(other.skipped), self.end().max(other.end()))
        };
        if (first, end) != (self.skipped, self.end()) {
            self.words = (first..end).map(|at| self.word(at)).collect();
            self.skipped = first;
        }
        let own = self.words.iter_mut().skip(other.skipped - first);
        own.zip(&other.words).for_each(|(word, more)| *word |= more);
    }

    /// Whether the two sets could share an action, as far as their bounds tell.
    pub(super) fn is_near(&self, other: &Self) -> bool {
        self.skipped < other.end() && other.skipped < self.end()
    }

    /// What is in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        let (first, end) = (self.skipped.max(other.skipped), self.end().min(other.end()));
        Self::of_words(first, (first..end).map(|at| self.word(at) & other.word(at)))
    }

    /// What is in this set alone.
    pub(super) fn without(&self, other: &Self) -> Self {
        Self::of_words(
            self.skipped,
            (self.skipped..self.end()).map(|at| self.word(at) & !other.word(at)),
        )
    }

    fn of_words(first: usize, words: impl Iterator<Item = u64>) -> Self {
        let mut words = words.zip(first..).skip_while(|(word, _)| *word == 0).peekable();
        let Some((_, skipped)) = words.peek().copied() else {
            return Self::default();
        };
        let mut words: Vec<u64> = words.map(|(word, _)| word).collect();
        while words.last() == Some(&0) {
            words.pop();
        }
        Self { skipped, words }
    }

    pub(super) fn indices(&self) -> impl Iterator<Item = u32> {
        let words = self.words.iter().zip(u32::try_from(self.skipped).unwrap_or(u32::MAX)..);
        words.flat_map(|(word, at)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                rest &= rest.wrapping_sub(1);
                (bit < 64).then(|| at * 64 + bit)
            })
        })
    }

    /// The actions, sorted by service and name.
    pub fn iter(&self) -> impl Iterator<Item = &'static Action> {
        self.indices().filter_map(|index| LISTED.actions.get(index as usize))
    }

    /// The actions as an action list would name them: `*` for all of the catalog, `service:*` for all of a service, else
    /// each by its name; sorted.
    #[must_use]
    pub fn patterns(&self) -> Vec<&'static str> {
        if self.len() == LISTED.actions.len() {
            return vec!["*"];
        }
        let mut found = Vec::new();
        for (every, all) in LISTED.services().filter(|(_, all)| all.is_near(self)) {
            let of_service = self.and(all);
            if of_service.len() == all.len() {
                found.push(every);
            } else {
                found.extend(of_service.indices().filter_map(|index| LISTED.name(index)));
            }
        }
        found
    }

    /// How many actions there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }
}
