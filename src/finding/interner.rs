//! Shares equal values, so that a text said a hundred thousand times is held once.

use std::collections::BTreeSet;
use std::sync::Arc;

/// A pool of shared values: texts (`Interner<str>`) or lists (`Interner<[Citation]>`).
///
/// The pool keeps what it was given until it is dropped; use one per account or per thread
/// when few texts are common to all of them.
///
/// ```
/// use std::sync::Arc;
/// use leastwise::finding::Interner;
///
/// let mut texts = Interner::<str>::new();
/// let first = texts.intern("policy P, statement 1");
/// let second = texts.intern("policy P, statement 1");
/// assert!(Arc::ptr_eq(&first, &second));
/// ```
#[derive(Debug)]
pub struct Interner<T: ?Sized> {
    pool: BTreeSet<Arc<T>>,
}

impl<T: ?Sized + Ord> Interner<T> {
    /// An empty pool.
    #[must_use]
    pub fn new() -> Self {
        Self { pool: BTreeSet::new() }
    }

    /// The one shared copy of this value.
    pub fn intern<'a>(&mut self, value: &'a T) -> Arc<T>
    where
        Arc<T>: From<&'a T>,
    {
        if let Some(known) = self.pool.get(value) {
            return Arc::clone(known);
        }
        let shared: Arc<T> = Arc::from(value);
        self.pool.insert(Arc::clone(&shared));
        shared
    }

    /// How many different values the pool holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pool.len()
    }

    /// Whether nothing was interned yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pool.is_empty()
    }
}

impl<T: ?Sized + Ord> Default for Interner<T> {
    fn default() -> Self {
        Self::new()
    }
}
