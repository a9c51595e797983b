//! Access levels: how the Service Authorization Reference sorts actions. An action can have two.

use std::fmt;
use std::str::FromStr;

/// One access level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Sees that resources exist.
    List,
    /// Grants or changes permissions.
    PermissionsManagement,
    /// Sees what resources hold.
    Read,
    /// Changes tags.
    Tagging,
    /// Creates, changes or deletes.
    Write,
}

impl AccessLevel {
    /// All levels, in the order in which AWS lists them.
    pub const ALL: [Self; 5] = [
        Self::List,
        Self::PermissionsManagement,
        Self::Read,
        Self::Tagging,
        Self::Write,
    ];

    /// AWS's word for the level.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::PermissionsManagement => "Permissions management",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
        }
    }

    /// The letter that stands for the level in the catalog's text.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::List => 'L',
            Self::PermissionsManagement => 'P',
            Self::Read => 'R',
            Self::Tagging => 'T',
            Self::Write => 'W',
        }
    }

    fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

impl fmt::Display for AccessLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The access levels of an action: a set, seldom of more than one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct AccessLevels(u8);

/// The text names an access level that AWS does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an access level: List, Permissions management, Read, Tagging or Write expected")]
pub struct UnknownAccessLevel(pub String);

impl AccessLevels {
    /// Whether the set has the level.
    #[must_use]
    pub fn contains(self, level: AccessLevel) -> bool {
        self.0 & level.bit() != 0
    }

    /// The levels, in AWS's order.
    pub fn iter(self) -> impl Iterator<Item = AccessLevel> {
        AccessLevel::ALL.into_iter().filter(move |level| self.contains(*level))
    }

    /// The set that a word of letters stands for: the catalog's own spelling.
    ///
    /// # Errors
    /// A letter that stands for no level.
    pub fn from_letters(letters: &str) -> Result<Self, UnknownAccessLevel> {
        letters
            .chars()
            .map(|letter| AccessLevel::ALL.into_iter().find(|level| level.letter() == letter))
            .collect::<Option<Self>>()
            .ok_or_else(|| UnknownAccessLevel(letters.to_owned()))
    }
}

impl FromIterator<AccessLevel> for AccessLevels {
    fn from_iter<I: IntoIterator<Item = AccessLevel>>(levels: I) -> Self {
        Self(levels.into_iter().fold(0, |bits, level| bits | level.bit()))
    }
}

impl FromStr for AccessLevels {
    type Err = UnknownAccessLevel;

    /// Reads AWS's spelling: level words, split by commas.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let level = |word: &str| AccessLevel::ALL.into_iter().find(|level| level.as_str() == word);
        text.split(',')
            .map(|word| level(word.trim()))
            .collect::<Option<Self>>()
            .ok_or_else(|| UnknownAccessLevel(text.to_owned()))
    }
}

impl fmt::Display for AccessLevels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, level) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(", ")?;
            }
            f.write_str(level.as_str())?;
        }
        Ok(())
    }
}

impl fmt::Debug for AccessLevels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{self}}}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_levels_in_one_string_are_a_set() {
        let levels: AccessLevels = "Permissions management, Write".parse().unwrap();
        assert!(levels.contains(AccessLevel::Write) && levels.contains(AccessLevel::PermissionsManagement));
        assert!(!levels.contains(AccessLevel::Read));
        assert_eq!(levels.to_string(), "Permissions management, Write");
        assert_eq!(AccessLevels::from_letters("PW").unwrap(), levels);
    }

    #[test]
    fn unknown_levels_are_errors() {
        assert!("Write, Destroy".parse::<AccessLevels>().is_err());
        assert!(AccessLevels::from_letters("X").is_err());
    }
}
