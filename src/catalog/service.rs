//! A service: its resource types and condition keys at once, its actions one by one when they are asked for.

use std::cmp::Ordering;
use std::sync::OnceLock;

use crate::catalog::ActionEntry;
use crate::catalog::CatalogError;
use crate::catalog::ConditionKey;
use crate::catalog::ResourceType;
use crate::catalog::condition_key::key_matches;
use crate::catalog::section::SectionReader;
use crate::catalog::section::bad_line;

/// A service and all that the catalog knows of it. Every list is sorted, case ignored.
#[derive(Debug)]
pub struct Service {
    /// The prefix of its actions, such as `ec2`; lower case.
    pub prefix: &'static str,
    /// Its name, such as `Amazon EC2`.
    pub name: &'static str,
    /// Its resource types.
    pub resource_types: Vec<ResourceType>,
    /// The condition keys that its actions and resource types use.
    pub condition_keys: Vec<ConditionKey>,
    keys_with_holes: Vec<ConditionKey>,
    actions: Vec<ActionLine>,
    reader: SectionReader,
}

/// An action's line, and the action once it was read: a large service has hundreds, a run asks for a few.
#[derive(Debug)]
struct ActionLine {
    name: &'static str,
    fields: &'static str,
    entry: OnceLock<Option<ActionEntry>>,
}

impl Service {
    /// The action of that name; case is ignored.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<&ActionEntry> {
        self.entry(find(&self.actions, |action| action.name, name)?)
    }

    /// All actions. Reads them all.
    pub fn actions(&self) -> impl Iterator<Item = &ActionEntry> {
        self.actions.iter().filter_map(|line| self.entry(line))
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
            .or_else(|| self.keys_with_holes.iter().find(|key| key_matches(key.name, name)))
    }

    /// Reads a section: the lines after its `= ` line. Actions are left for later.
    pub(super) fn parse(prefix: &'static str, name: &'static str, lines: &'static str) -> Result<Self, CatalogError> {
        let reader = SectionReader::new(prefix, lines)?;
        let (mut actions, mut resource_types) = (Vec::new(), Vec::new());
        for line in lines.lines() {
            match line.split_once('\t') {
                Some(("a", fields)) => {
                    let name = fields.split('\t').next().unwrap_or_default();
                    actions.push(ActionLine {
                        name,
                        fields,
                        entry: OnceLock::new(),
                    });
                }
                Some(("r", fields)) => resource_types.push(reader.resource_type(fields)?),
                Some(("k", _)) => {}
                _ => return Err(bad_line(prefix, line)),
            }
        }
        let mut condition_keys: Vec<_> = reader.condition_keys().collect();
        condition_keys.sort_by(|a, b| cmp_ignoring_case(a.name, b.name));
        actions.sort_by(|a, b| cmp_ignoring_case(a.name, b.name));
        resource_types.sort_by(|a, b| cmp_ignoring_case(a.name, b.name));
        Ok(Self {
            prefix,
            name,
            resource_types,
            keys_with_holes: condition_keys.iter().filter(|key| key.name.contains('$')).copied().collect(),
            condition_keys,
            actions,
            reader,
        })
    }

    /// Reads every action, to find damage.
    pub(super) fn check(&self) -> Result<(), CatalogError> {
        self.actions
            .iter()
            .try_for_each(|line| self.reader.action(line.fields).map(drop))
    }

    /// The action of a line; none when the line is damaged, which a test of the bundled data rules out.
    fn entry<'a>(&self, line: &'a ActionLine) -> Option<&'a ActionEntry> {
        line.entry.get_or_init(|| self.reader.action(line.fields).ok()).as_ref()
    }
}

/// Binary search by name, case ignored, in a list sorted by it.
fn find<'a, T>(items: &'a [T], name_of: impl Fn(&T) -> &str, name: &str) -> Option<&'a T> {
    items
        .binary_search_by(|item| cmp_ignoring_case(name_of(item), name))
        .ok()
        .and_then(|at| items.get(at))
}

/// The order of two names, ASCII case ignored.
pub(super) fn cmp_ignoring_case(a: &str, b: &str) -> Ordering {
    // A run compares names hundreds of thousands of times; most bytes are equal as they are.
    let differing = a.bytes().zip(b.bytes()).find(|(a, b)| a != b && !a.eq_ignore_ascii_case(b));
    differing.map_or_else(
        || a.len().cmp(&b.len()),
        |(a, b)| a.to_ascii_lowercase().cmp(&b.to_ascii_lowercase()),
    )
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
            let error = Service::parse("svc", "A service", lines)
                .and_then(|service| service.check())
                .unwrap_err()
                .to_string();
            assert!(error.contains("svc") && error.contains("refresh-catalog"), "{error}");
        }
    }
}
