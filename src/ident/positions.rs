//! Sets of positions between the tokens of a glob.

use smallvec::SmallVec;

/// Where readers of a glob may stand, a bit for each position; the first is before the first token.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Positions(SmallVec<[u64; 2]>);

impl Positions {
    /// No position of a glob with that many tokens.
    pub(super) fn none(tokens: usize) -> Self {
        Self(SmallVec::from_elem(0, tokens / 64 + 1))
    }

    pub(super) fn insert(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Whether no text goes on from here.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.0.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros() as usize;
                rest &= rest.wrapping_sub(1);
                (bit < 64).then_some(at * 64 + bit)
            })
        })
    }
}
