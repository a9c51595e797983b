//! Which statement says so, and where it stands.

use std::fmt;
use std::sync::Arc;

use crate::finding::words::words;

/// One statement, or one layer without a fitting statement, that grants or limits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Citation {
    /// The layer of the evaluation.
    pub layer: Layer,
    /// What the layer does to the call.
    pub effect: CitedEffect,
    /// The policy's ARN or name; for a layer that allows nothing, the name of the level.
    pub policy: Arc<str>,
    /// The statement's Sid, where it has one.
    pub sid: Option<Arc<str>>,
    /// The statement's number in the policy, from 1; none when the whole layer is meant.
    pub statement: Option<u32>,
    /// What carries the policy, when it is not the identity itself: a group, an OU, an account, a resource.
    pub via: Option<Arc<str>>,
    /// Where the statement stands in the files that were read.
    pub place: Option<Place>,
    /// The statement as the document has it; none in a run whose formats do not show it. Not part of the JSON report.
    #[serde(skip)]
    pub text: Option<Arc<str>>,
}

/// A place in a file that was read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Place {
    /// The file, as named in the source.
    pub file: Arc<str>,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

impl Place {
    /// The place of a byte offset in the text of a file; columns count characters.
    #[must_use]
    pub fn in_text(file: Arc<str>, text: &str, offset: usize) -> Self {
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let lines = before.bytes().filter(|&byte| byte == b'\n').count();
        let columns = before.get(line_start..).unwrap_or_default().chars().count();
        Self {
            file,
            line: u32::try_from(lines + 1).unwrap_or(u32::MAX),
            column: u32::try_from(columns + 1).unwrap_or(u32::MAX),
        }
    }
}

/// A layer of AWS's policy evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Layer {
    /// The account's root user, which needs no policy.
    RootUser,
    /// A policy of the user or role itself.
    Identity,
    /// A policy of a group that the user is in.
    Group,
    /// The permissions boundary.
    Boundary,
    /// A session policy.
    Session,
    /// A service control policy.
    ServiceControl,
    /// A resource control policy.
    ResourceControl,
    /// A policy on the resource.
    Resource,
    /// The trust policy of a role.
    Trust,
    /// The policy of a VPC endpoint.
    Endpoint,
    /// A rule of the service or of the kind of credentials, not of a policy.
    ServiceRule,
}

words!(Layer {
    RootUser => "root_user",
    Identity => "identity",
    Group => "group",
    Boundary => "boundary",
    Session => "session",
    ServiceControl => "service_control",
    ResourceControl => "resource_control",
    Resource => "resource",
    Trust => "trust",
    Endpoint => "endpoint",
    ServiceRule => "service_rule",
});

/// What a cited statement or layer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CitedEffect {
    /// A statement allows the call.
    Allow,
    /// A statement denies the call.
    Deny,
    /// No statement of the layer allows the call.
    NoAllow,
    /// The document was not read or is invalid.
    Unknown,
}

words!(CitedEffect {
    Allow => "allow",
    Deny => "deny",
    NoAllow => "no_allow",
    Unknown => "unknown",
});

impl Layer {
    /// The layer as the report speaks of it: "service control policy".
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::RootUser => "root user",
            Self::Identity => "identity policy",
            Self::Group => "group policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Resource => "resource policy",
            Self::Trust => "trust policy",
            Self::Endpoint => "endpoint policy",
            Self::ServiceRule => "rule of the service",
        }
    }
}

impl CitedEffect {
    /// What the statement does, as the report speaks of it.
    #[must_use]
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Allow => "allows",
            Self::Deny => "denies",
            Self::NoAllow => "nothing allows it",
            Self::Unknown => "not known",
        }
    }
}

impl Citation {
    /// The line of `Display` for a row that names the identity: without whose inline policy it is, and without the
    /// place in the files.
    #[must_use]
    pub fn brief(&self) -> String {
        let holder = match self.layer {
            Layer::Identity | Layer::Group => self
                .policy
                .split_once(" of arn:")
                .filter(|(name, _)| name.starts_with(INLINE)),
            Layer::RootUser
            | Layer::Boundary
            | Layer::Session
            | Layer::ServiceControl
            | Layer::ResourceControl
            | Layer::Resource
            | Layer::Trust
            | Layer::Endpoint
            | Layer::ServiceRule => None,
        };
        self.line(holder.map_or(&*self.policy, |(name, _)| name))
    }

    fn line(&self, policy: &str) -> String {
        if self.layer == Layer::RootUser {
            return "root user, who needs no policy".to_owned();
        }
        // "service control policies at …" names the kind of its layer as well as "service control policy" does.
        let kind = self.layer.phrase();
        let names_its_kind = policy.starts_with(INLINE) || policy.starts_with(kind.trim_end_matches('y'));
        let mut line = String::new();
        match &self.via {
            Some(via) if self.layer == Layer::Group => line.extend(["group ", via, ", "]),
            Some(_) | None if names_its_kind => {}
            Some(_) | None => line.extend([kind, " "]),
        }
        line.push_str(policy);
        match &self.via {
            Some(via) if self.layer != Layer::Group && !policy.ends_with(&**via) => line.extend([" at ", via]),
            Some(_) | None => {}
        }
        match (&self.sid, self.statement) {
            (Some(sid), _) => line.extend([", statement ", sid]),
            (None, Some(number)) => line.extend([", statement ", &number.to_string()]),
            (None, None) => return line + ": " + self.effect.phrase(),
        }
        line + " " + self.effect.phrase()
    }
}

/// How the name of an inline policy begins.
const INLINE: &str = "inline policy ";

/// One line: layer, policy, statement, through what, what it does, and where it stands.
impl fmt::Display for Citation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line(&self.policy))?;
        match &self.place {
            Some(place) => write!(f, " ({place})"),
            None => Ok(()),
        }
    }
}

/// `file:line:column`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}
