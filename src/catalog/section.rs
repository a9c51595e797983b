//! One service's section of the catalog's text.
//! ```text
//! = ec2<TAB>Amazon EC2
//! a<TAB>name<TAB>level letters<TAB>key ids<TAB>row<TAB>row…     an action; a row is `type[*]=key ids`
//! k<TAB>id<TAB>key<TAB>type                                    a condition key
//! r<TAB>type<TAB>key ids<TAB>ARN format<TAB>ARN format…        a resource type
//! ```
//! Key ids stand for keys within the section, split by commas; `*` marks a required type, as in AWS's tables.

use crate::catalog::AccessLevels;
use crate::catalog::ActionEntry;
use crate::catalog::ActionResource;
use crate::catalog::CatalogError;
use crate::catalog::ConditionKey;
use crate::catalog::KeyType;
use crate::catalog::ResourceType;

fn parse_key(fields: &'static str) -> Option<(&'static str, ConditionKey)> {
    let (id, rest) = fields.split_once('\t')?;
    let (name, word) = rest.split_once('\t')?;
    Some((
        id,
        ConditionKey {
            name,
            key_type: KeyType::from_word(word)?,
        },
    ))
}

/// What reads the lines of a section: its prefix, and its keys by id.
#[derive(Debug)]
pub(super) struct SectionReader {
    prefix: &'static str,
    keys: Vec<(&'static str, ConditionKey)>,
}

impl SectionReader {
    /// Reads the `k` lines, which the others refer to.
    pub(super) fn new(prefix: &'static str, lines: &'static str) -> Result<Self, CatalogError> {
        let mut keys = Vec::new();
        for line in lines.lines() {
            if let Some(fields) = line.strip_prefix("k\t") {
                keys.push(parse_key(fields).ok_or_else(|| bad_line(prefix, line))?);
            }
        }
        keys.sort_unstable_by_key(|(id, _)| *id);
        Ok(Self { prefix, keys })
    }

    /// The section's condition keys.
    pub(super) fn condition_keys(&self) -> impl Iterator<Item = ConditionKey> {
        self.keys.iter().map(|(_, key)| *key)
    }

    /// Reads the fields of an `a` line.
    pub(super) fn action(&self, fields: &'static str) -> Result<ActionEntry, CatalogError> {
        let line = fields;
        let mut fields = fields.split('\t');
        let (Some(name), Some(letters), Some(ids)) = (fields.next(), fields.next(), fields.next()) else {
            return Err(bad_line(self.prefix, line));
        };
        let access_levels = AccessLevels::from_letters(letters).map_err(|source| CatalogError::AccessLevel {
            service: self.prefix.to_owned(),
            source,
        })?;
        let condition_keys = self.key_list(line, ids)?;
        let resource_types = fields.map(|row| self.row(line, row)).collect::<Result<_, _>>()?;
        Ok(ActionEntry {
            service: self.prefix,
            name,
            access_levels,
            resource_types,
            condition_keys,
        })
    }

    fn row(&self, line: &str, row: &'static str) -> Result<ActionResource, CatalogError> {
        let (resource_type, ids) = row.split_once('=').ok_or_else(|| bad_line(self.prefix, line))?;
        let condition_keys = self.key_list(line, ids)?;
        let (resource_type, required) = resource_type
            .strip_suffix('*')
            .map_or((resource_type, false), |name| (name, true));
        Ok(ActionResource {
            resource_type,
            required,
            condition_keys,
        })
    }

    /// Reads the fields of an `r` line.
    pub(super) fn resource_type(&self, fields: &'static str) -> Result<ResourceType, CatalogError> {
        let line = fields;
        let mut fields = fields.split('\t');
        let (Some(name), Some(ids)) = (fields.next(), fields.next()) else {
            return Err(bad_line(self.prefix, line));
        };
        Ok(ResourceType {
            name,
            condition_keys: self.key_list(line, ids)?,
            arn_formats: fields.collect(),
        })
    }

    fn key_list(&self, line: &str, ids: &str) -> Result<Vec<&'static str>, CatalogError> {
        ids.split(',')
            .filter(|id| !id.is_empty())
            .map(|id| self.key(line, id))
            .collect()
    }

    fn key(&self, line: &str, id: &str) -> Result<&'static str, CatalogError> {
        let at = self.keys.binary_search_by_key(&id, |(known, _)| *known).ok();
        at.and_then(|at| self.keys.get(at))
            .map(|(_, key)| key.name)
            .ok_or_else(|| CatalogError::Undefined {
                service: self.prefix.to_owned(),
                name: id.to_owned(),
                line: line.to_owned(),
            })
    }
}

/// The error of a line that does not read.
pub(super) fn bad_line(service: &str, line: &str) -> CatalogError {
    CatalogError::Line {
        service: service.to_owned(),
        line: line.to_owned(),
    }
}
