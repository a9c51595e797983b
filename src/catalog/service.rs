//! A service: one section of the catalog's text.
//!
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
use crate::catalog::ConditionKey;
use crate::catalog::KeyType;
use crate::catalog::ResourceType;
use crate::catalog::UnknownAccessLevel;
use crate::catalog::condition_key::key_matches;

/// A service and all that the catalog knows of it. Every list is sorted, case ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The prefix of its actions, such as `ec2`; lower case.
    pub prefix: &'static str,
    /// Its name, such as `Amazon EC2`.
    pub name: &'static str,
    /// Its actions.
    pub actions: Vec<ActionEntry>,
    /// Its resource types.
    pub resource_types: Vec<ResourceType>,
    /// The condition keys that its actions and resource types use.
    pub condition_keys: Vec<ConditionKey>,
}

/// The catalog's text is damaged. `refresh-catalog` writes it anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    /// The header lacks a line, or has one that does not read.
    #[error("catalog: header line `{0}` is missing or not readable; run refresh-catalog")]
    Header(&'static str),
    /// A line of a service's section does not read.
    #[error("catalog: service `{service}`: line `{line}` is not readable; run refresh-catalog")]
    Line {
        /// The service's prefix.
        service: String,
        /// The line.
        line: String,
    },
    /// An action uses a condition key or resource type that its section does not define.
    #[error("catalog: service `{service}`: `{name}` is used in `{line}` and not defined; run refresh-catalog")]
    Undefined {
        /// The service's prefix.
        service: String,
        /// The id or name that is not defined.
        name: String,
        /// The line that uses it.
        line: String,
    },
    /// An action has an access level that AWS does not have.
    #[error("catalog: service `{service}`: {source}; run refresh-catalog")]
    AccessLevel {
        /// The service's prefix.
        service: String,
        /// The level.
        source: UnknownAccessLevel,
    },
}

impl Service {
    /// The action of that name; case is ignored.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&ActionEntry> {
        find(&self.actions, |action| action.name, name)
    }

    /// The resource type of that name; case is ignored.
    #[must_use]
    pub fn resource_type(&self, name: &str) -> Option<&ResourceType> {
        find(&self.resource_types, |resource| resource.name, name)
    }

    /// The condition key of that name; case is ignored, and holes such as `${TagKey}` are filled.
    #[must_use]
    pub fn condition_key(&self, name: &str) -> Option<&ConditionKey> {
        find(&self.condition_keys, |key| key.name, name)
            .or_else(|| self.condition_keys.iter().find(|key| key_matches(key.name, name)))
    }

    /// Reads a section: the lines after its `= ` line.
    pub(super) fn parse(prefix: &'static str, name: &'static str, lines: &'static str) -> Result<Self, CatalogError> {
        let mut keys = Vec::new();
        for line in lines.lines() {
            if let Some(fields) = line.strip_prefix("k\t") {
                keys.push(parse_key(fields).ok_or_else(|| bad_line(prefix, line))?);
            }
        }
        keys.sort_unstable_by_key(|(id, _)| *id);
        let section = Section { prefix, keys };
        let (mut actions, mut resource_types) = (Vec::new(), Vec::new());
        for line in lines.lines() {
            match line.split_once('\t') {
                Some(("a", fields)) => actions.push(section.action(line, fields)?),
                Some(("r", fields)) => resource_types.push(section.resource_type(line, fields)?),
                Some(("k", _)) => {}
                _ => return Err(bad_line(prefix, line)),
            }
        }
        let mut condition_keys: Vec<_> = section.keys.into_iter().map(|(_, key)| key).collect();
        condition_keys.sort_by(|a, b| cmp_ignoring_case(a.name, b.name));
        actions.sort_by(|a, b| cmp_ignoring_case(a.name, b.name));
        resource_types.sort_by(|a, b| cmp_ignoring_case(a.name, b.name));
        Ok(Self {
            prefix,
            name,
            actions,
            resource_types,
            condition_keys,
        })
    }
}

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

/// A section while it is read: its prefix and its keys by id.
struct Section {
    prefix: &'static str,
    keys: Vec<(&'static str, ConditionKey)>,
}

impl Section {
    fn action(&self, line: &str, fields: &'static str) -> Result<ActionEntry, CatalogError> {
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

    fn resource_type(&self, line: &str, fields: &'static str) -> Result<ResourceType, CatalogError> {
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

fn bad_line(service: &str, line: &str) -> CatalogError {
    CatalogError::Line {
        service: service.to_owned(),
        line: line.to_owned(),
    }
}

/// Binary search by name, case ignored, in a list sorted by it.
fn find<'a, T>(items: &'a [T], name_of: impl Fn(&T) -> &str, name: &str) -> Option<&'a T> {
    items
        .binary_search_by(|item| cmp_ignoring_case(name_of(item), name))
        .ok()
        .and_then(|at| items.get(at))
}

fn cmp_ignoring_case(a: &str, b: &str) -> std::cmp::Ordering {
    let lower = |text: &str| {
        text.bytes()
            .map(|byte| byte.to_ascii_lowercase())
            .collect::<smallvec::SmallVec<[u8; 64]>>()
    };
    lower(a).cmp(&lower(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str = "a\tDrop\tW\t\tbox*=x1,x2\ta name=\na\tlist\tLR\tx2\nk\tx1\taws:TagKeys\tArrayOfString\nk\tx2\tsvc:Size\tNumeric\nr\ta name\t\tf1\tf2\nr\tbox\tx1\tf3\n";

    #[test]
    fn a_section_reads() {
        let service = Service::parse("svc", "A service", LINES).unwrap();
        let drop = service.action("DROP").unwrap();
        assert_eq!((drop.name, drop.full_name().to_string().as_str()), ("Drop", "svc:Drop"));
        assert_eq!(drop.rows("Box").next().unwrap().condition_keys, ["aws:TagKeys", "svc:Size"]);
        assert!(drop.rows("box").all(|row| row.required) && drop.rows("a name").all(|row| !row.required));
        assert_eq!(service.action("List").unwrap().condition_keys, ["svc:Size"]);
        assert_eq!(service.resource_type("A Name").unwrap().arn_formats, ["f1", "f2"]);
        assert_eq!(service.condition_key("SVC:size").unwrap().key_type.to_string(), "Numeric");
        assert!(service.action("Nothing").is_none());
    }

    #[test]
    fn damage_is_named() {
        for lines in [
            "x\t1",
            "a\tDrop",
            "a\tDrop\tW\tx9",
            "a\tDrop\tQ\t",
            "a\tDrop\tW\t\tbox",
            "k\tx1\taws:TagKeys",
            "r\tbox",
            "\n",
        ] {
            let error = Service::parse("svc", "A service", lines).unwrap_err().to_string();
            assert!(error.contains("svc") && error.contains("refresh-catalog"), "{error}");
        }
    }
}
