//! The TOML on top of a rule file, as written and then checked word by word.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use crate::catalog::ActionEntry;
use crate::catalog::Catalog;
use crate::finding::Impact;
use crate::finding::Loss;
use crate::finding::Place;
use crate::ident::Action;
use crate::rules::Reference;
use crate::rules::Rule;
use crate::rules::RuleAction;
use crate::rules::RuleError;
use crate::rules::RuleText;
use crate::rules::Status;
use crate::rules::Technique;
use crate::rules::parts::Parts;
use crate::rules::parts::Source;

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRule {
    id: Text,
    title: Text,
    status: Text,
    attack_id: Option<Text>,
    attack_version: Option<Text>,
    tactic: Option<Text>,
    ttc_id: Option<Text>,
    #[serde(default)]
    actions: Vec<RawAction>,
    #[serde(default)]
    references: Vec<RawReference>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAction {
    action: Text,
    resource_type: Text,
    impact: Text,
    loss: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawReference {
    title: Text,
    url: Text,
}

/// Reads and checks the front matter.
pub(super) fn read(source: &Source<'_>, parts: &Parts<'_>, text: RuleText) -> Result<Rule, RuleError> {
    let raw: RawRule = toml::from_str(parts.front).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        RuleError::Toml {
            place: source.place(parts.front_offset + offset),
            message: one_line(error.message()),
        }
    })?;
    let reader = Reader {
        source,
        offset: parts.front_offset,
    };
    let place = reader.place(&raw.id);
    Ok(Rule {
        id: raw.id.get_ref().parse().map_err(|source| RuleError::Id {
            place: place.clone(),
            source,
        })?,
        title: reader.filled("title", &raw.title)?,
        status: reader.word(
            "status",
            &raw.status,
            &[("confirmed", Status::Confirmed), ("assumed", Status::Assumed)],
        )?,
        attack: reader.technique(&raw)?,
        ttc_id: raw.ttc_id.as_ref().map(|id| reader.filled("ttc_id", id)).transpose()?,
        actions: reader.actions(&raw.actions)?,
        references: raw
            .references
            .iter()
            .map(|one| reader.reference(one))
            .collect::<Result<_, _>>()?,
        text,
        place,
    })
}

struct Reader<'a> {
    source: &'a Source<'a>,
    offset: usize,
}

impl Reader<'_> {
    fn place(&self, text: &Text) -> Place {
        self.source.place(self.offset + text.span().start)
    }

    fn filled(&self, key: &'static str, text: &Text) -> Result<Arc<str>, RuleError> {
        let trimmed = text.get_ref().trim();
        if trimmed.is_empty() {
            Err(RuleError::Empty {
                place: self.place(text),
                key,
            })
        } else {
            Ok(trimmed.into())
        }
    }

    fn word<T: Copy>(&self, key: &'static str, text: &Text, words: &[(&str, T)]) -> Result<T, RuleError> {
        let found = words.iter().find(|(word, _)| word == text.get_ref());
        found.map(|&(_, value)| value).ok_or_else(|| RuleError::Word {
            place: self.place(text),
            key,
            word: text.get_ref().clone(),
            allowed: words
                .iter()
                .map(|(word, _)| format!("`{word}`"))
                .collect::<Vec<_>>()
                .join(", "),
        })
    }

    fn technique(&self, raw: &RawRule) -> Result<Option<Technique>, RuleError> {
        match (&raw.attack_id, &raw.attack_version, &raw.tactic) {
            (Some(id), Some(version), Some(tactic)) => Ok(Some(Technique {
                id: self.filled("attack_id", id)?,
                version: self.filled("attack_version", version)?,
                tactic: self.filled("tactic", tactic)?,
            })),
            (None, None, None) => Ok(None),
            (id, version, tactic) => {
                let first = id.as_ref().or(version.as_ref()).or(tactic.as_ref());
                Err(RuleError::NoAttackVersion(self.place(first.unwrap_or(&raw.id))))
            }
        }
    }

    fn actions(&self, raw: &[RawAction]) -> Result<Box<[RuleAction]>, RuleError> {
        if raw.is_empty() {
            return Err(RuleError::NoActions(self.source.place(self.offset)));
        }
        let mut seen = BTreeSet::new();
        raw.iter()
            .map(|one| {
                let action = self.action(one)?;
                if seen.insert(action.action.clone()) {
                    Ok(action)
                } else {
                    Err(RuleError::RepeatedAction {
                        place: self.place(&one.action),
                        action: action.action.to_string(),
                    })
                }
            })
            .collect()
    }

    fn action(&self, raw: &RawAction) -> Result<RuleAction, RuleError> {
        let action = raw.action.get_ref().parse().map_err(|source| RuleError::Action {
            place: self.place(&raw.action),
            source,
        })?;
        let entry = self.entry(&raw.action, &action)?;
        Ok(RuleAction {
            action: entry.full_name().to_string().parse().unwrap_or(action),
            resource_type: self.resource_type(&raw.resource_type, entry)?,
            impact: self.word("impact", &raw.impact, &pairs(Impact::ALL, Impact::word))?,
            loss: self.word("loss", &raw.loss, &pairs(Loss::ALL, Loss::word))?,
        })
    }

    /// A misspelt action would find nothing for ever, so it is refused.
    fn entry(&self, text: &Text, action: &Action) -> Result<&'static ActionEntry, RuleError> {
        let catalog = Catalog::bundled();
        catalog
            .action(action.service(), action.lower_name())
            .ok_or_else(|| RuleError::UnknownAction {
                place: self.place(text),
                action: action.to_string(),
                built: catalog.version().built,
            })
    }

    fn resource_type(&self, text: &Text, entry: &ActionEntry) -> Result<Arc<str>, RuleError> {
        let types = entry.resource_types.iter().map(|row| row.resource_type);
        let types: Vec<_> = if entry.resource_types.is_empty() {
            vec!["*"]
        } else {
            types.collect()
        };
        let types: Vec<_> = types.into_iter().map(|one| (one, one)).collect();
        self.word("resource_type", text, &types).map(Arc::from)
    }

    fn reference(&self, raw: &RawReference) -> Result<Reference, RuleError> {
        Ok(Reference {
            title: self.filled("title", &raw.title)?,
            url: self.filled("url", &raw.url)?,
        })
    }
}

fn pairs<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|&variant| (word(variant), variant)).collect()
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
