//! The rules of a run: the built-in ones and the user's.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;

use crate::finding::RuleId;
use crate::rules::BUILTIN;
use crate::rules::Rule;
use crate::rules::RuleError;

/// The longest rule file that is read, in bytes.
const LONGEST: u64 = 1 << 20;

/// Rules by id.
#[derive(Debug, Clone, Default)]
pub struct RuleSet {
    rules: BTreeMap<RuleId, Rule>,
}

impl RuleSet {
    /// No rules.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The built-in rules.
    ///
    /// # Errors
    /// [`RuleError`] when a built-in file is wrong; a test keeps them right.
    pub fn builtin() -> Result<Self, RuleError> {
        let mut set = Self::new();
        for (file, text) in BUILTIN {
            set.add(file, text)?;
        }
        Ok(set)
    }

    /// Adds the rule of this file text.
    ///
    /// # Errors
    /// [`RuleError`] when the text is wrong, or a rule of the same id is there already.
    pub fn add(&mut self, file: &str, text: &str) -> Result<(), RuleError> {
        let rule = Rule::parse(file, text)?;
        if let Some(first) = self.rules.get(&rule.id) {
            return Err(RuleError::Duplicate {
                place: rule.place,
                id: rule.id,
                first: first.place.file.to_string(),
            });
        }
        self.rules.insert(rule.id.clone(), rule);
        Ok(())
    }

    /// Adds a rule file, or every `*.md` of a folder but its `README.md`, in order of name.
    ///
    /// # Errors
    /// [`RuleError`] when something cannot be read or is wrong.
    pub fn read(&mut self, path: &Path) -> Result<(), RuleError> {
        if path.is_dir() {
            let files = rule_files(path).map_err(|source| failed(path, source))?;
            if files.is_empty() {
                return Err(RuleError::EmptyFolder {
                    file: path.display().to_string(),
                });
            }
            files.iter().try_for_each(|file| self.read_file(file))
        } else {
            self.read_file(path)
        }
    }

    fn read_file(&mut self, path: &Path) -> Result<(), RuleError> {
        let mut text = String::new();
        let file = fs::File::open(path).map_err(|source| failed(path, source))?;
        file.take(LONGEST + 1)
            .read_to_string(&mut text)
            .map_err(|source| failed(path, source))?;
        if u64::try_from(text.len()).is_ok_and(|length| length > LONGEST) {
            return Err(RuleError::TooLong {
                file: path.display().to_string(),
                limit: LONGEST,
            });
        }
        self.add(&path.display().to_string(), &text)
    }

    /// The rules, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values()
    }

    /// The rule of this id.
    #[must_use]
    pub fn find(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// How many rules there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}

fn rule_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files = entries.collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| {
        let is_markdown = path.extension().is_some_and(|extension| extension == "md");
        is_markdown && path.file_name().is_some_and(|name| name != "README.md")
    });
    files.sort_unstable();
    Ok(files)
}

fn failed(path: &Path, source: std::io::Error) -> RuleError {
    RuleError::Read {
        file: path.display().to_string(),
        source,
    }
}
