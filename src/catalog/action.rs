//! An action as the Service Authorization Reference lists it (E290–E293).

use std::fmt;

use crate::catalog::AccessLevels;

/// One action of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionEntry {
    /// The service prefix, such as `ec2`.
    pub service: &'static str,
    /// The action's name in AWS's case, such as `TerminateInstances`.
    pub name: &'static str,
    /// The action's access levels.
    pub access_levels: AccessLevels,
    /// The action's rows: one a resource type. None means that only `Resource: "*"` applies (E290).
    pub resource_types: Vec<ActionResource>,
    /// The condition keys of every row.
    pub condition_keys: Vec<&'static str>,
}

/// A row of an action: a resource type, and what holds when the action is authorized on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionResource {
    /// The resource type's name within the service.
    pub resource_type: &'static str,
    /// Whether every call needs a resource of this type allowed (E292).
    pub required: bool,
    /// The condition keys of this row only (E293).
    pub condition_keys: Vec<&'static str>,
}

impl ActionEntry {
    /// The rows of a resource type; the name's case is ignored.
    pub fn rows<'a>(&'a self, resource_type: &'a str) -> impl Iterator<Item = &'a ActionResource> {
        self.resource_types
            .iter()
            .filter(move |row| row.resource_type.eq_ignore_ascii_case(resource_type))
    }

    /// The action as policies write it: `service:Name`.
    #[must_use]
    pub fn full_name(&self) -> ActionName {
        ActionName {
            service: self.service,
            name: self.name,
        }
    }
}

/// The name of an action in AWS's case; prints as `service:Name`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionName {
    /// The service prefix.
    pub service: &'static str,
    /// The action's name.
    pub name: &'static str,
}

impl fmt::Display for ActionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service, self.name)
    }
}
