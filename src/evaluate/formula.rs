//! Three-valued formulas (E7, E8): what is certain is folded away, what is not stays as atoms.

use crate::evaluate::Atom;
use crate::ident::OpenPoint;
use crate::ident::Ternary;

/// A formula in which everything certain has been folded away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Formula {
    /// Certainly true.
    True,
    /// Certainly false.
    False,
    /// Not known.
    Atom(Box<Atom>),
    /// Not.
    Not(Box<Formula>),
    /// All of at least two.
    All(Vec<Formula>),
    /// Any of at least two.
    Any(Vec<Formula>),
}

impl Formula {
    /// A certain value.
    #[must_use]
    pub fn certain(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }

    /// An atom.
    #[must_use]
    pub fn atom(atom: Atom) -> Self {
        Self::Atom(Box::new(atom))
    }

    /// An undocumented point.
    #[must_use]
    pub fn open(point: OpenPoint) -> Self {
        Self::atom(Atom::Open(point))
    }

    /// Whether it is certainly true.
    #[must_use]
    pub fn is_true(&self) -> bool {
        matches!(self, Self::True)
    }

    /// Whether it is certainly false.
    #[must_use]
    pub fn is_false(&self) -> bool {
        matches!(self, Self::False)
    }

    /// Kleene AND.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::False, _) | (_, Self::False) => Self::False,
            (Self::True, rest) | (rest, Self::True) => rest,
            (Self::All(parts), one @ (Self::Atom(_) | Self::Not(_) | Self::Any(_)))
            | (one @ (Self::Atom(_) | Self::Not(_) | Self::Any(_)), Self::All(parts)) => Self::All(with(parts, one)),
            (left, right) => {
                let mut parts = Vec::new();
                for side in [left, right] {
                    match side {
                        Self::All(inner) => parts.extend(inner),
                        Self::True | Self::False | Self::Atom(_) | Self::Not(_) | Self::Any(_) => parts.push(side),
                    }
                }
                Self::joined(parts, Self::All)
            }
        }
    }

    /// Kleene OR.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::True, _) | (_, Self::True) => Self::True,
            (Self::False, rest) | (rest, Self::False) => rest,
            (Self::Any(parts), one @ (Self::Atom(_) | Self::Not(_) | Self::All(_)))
            | (one @ (Self::Atom(_) | Self::Not(_) | Self::All(_)), Self::Any(parts)) => Self::Any(with(parts, one)),
            (left, right) => {
                let mut parts = Vec::new();
                for side in [left, right] {
                    match side {
                        Self::Any(inner) => parts.extend(inner),
                        Self::True | Self::False | Self::Atom(_) | Self::Not(_) | Self::All(_) => parts.push(side),
                    }
                }
                Self::joined(parts, Self::Any)
            }
        }
    }

    /// Sorted and without repetition, so that the order of statements never shows.
    fn joined(mut parts: Vec<Self>, join: fn(Vec<Self>) -> Self) -> Self {
        parts.sort();
        parts.dedup();
        if parts.len() == 1 { parts.remove(0) } else { join(parts) }
    }

    /// The atoms, each once, in order.
    #[must_use]
    pub fn atoms(&self) -> Vec<&Atom> {
        let mut found = Vec::new();
        self.collect_atoms(&mut found);
        found.sort();
        found.dedup();
        found
    }

    fn collect_atoms<'f>(&'f self, found: &mut Vec<&'f Atom>) {
        match self {
            Self::True | Self::False => {}
            Self::Atom(atom) => found.push(atom),
            Self::Not(inner) => inner.collect_atoms(found),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect_atoms(found)),
        }
    }

    /// The formula with other atoms in place of its own.
    #[must_use]
    pub fn map_atoms(&self, map: &dyn Fn(&Atom) -> Atom) -> Self {
        match self {
            Self::True => Self::True,
            Self::False => Self::False,
            Self::Atom(atom) => Self::atom(map(atom)),
            Self::Not(inner) => !inner.map_atoms(map),
            Self::All(parts) => parts.iter().map(|part| part.map_atoms(map)).fold(Self::True, Self::and),
            Self::Any(parts) => parts.iter().map(|part| part.map_atoms(map)).fold(Self::False, Self::or),
        }
    }

    /// The formula with every unknown that no request can settle (a missing document, an open point)
    /// replaced by the value that makes the whole less (`favourable` false) or more true.
    #[must_use]
    pub fn settle_unknowns(&self, favourable: bool) -> Self {
        match self {
            Self::True => Self::True,
            Self::False => Self::False,
            Self::Atom(atom) if atom.is_unknown() => Self::certain(favourable),
            Self::Atom(atom) => Self::Atom(atom.clone()),
            Self::Not(inner) => !inner.settle_unknowns(!favourable),
            Self::All(parts) => parts
                .iter()
                .map(|part| part.settle_unknowns(favourable))
                .fold(Self::True, Self::and),
            Self::Any(parts) => parts
                .iter()
                .map(|part| part.settle_unknowns(favourable))
                .fold(Self::False, Self::or),
        }
    }
}

/// Adds one part to parts that are in order already: thousands of statements come one by one.
fn with(mut parts: Vec<Formula>, one: Formula) -> Vec<Formula> {
    if let Err(at) = parts.binary_search(&one) {
        parts.insert(at, one);
    }
    parts
}

impl std::ops::Not for Formula {
    type Output = Self;

    /// Kleene NOT.
    fn not(self) -> Self {
        match self {
            Self::True => Self::False,
            Self::False => Self::True,
            Self::Not(inner) => *inner,
            other @ (Self::Atom(_) | Self::All(_) | Self::Any(_)) => Self::Not(Box::new(other)),
        }
    }
}

impl From<Ternary> for Formula {
    fn from(value: Ternary) -> Self {
        match value {
            Ternary::Yes => Self::True,
            Ternary::No => Self::False,
            Ternary::Open(point) => Self::open(point),
        }
    }
}
