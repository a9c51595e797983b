//! A policy document as parsed.

use crate::ident::Action;
use crate::ident::ActionPattern;
use crate::ident::Ternary;
use crate::policy::ConditionBlock;
use crate::policy::PrincipalEntry;

/// The version of the language (E11, E12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PolicyVersion {
    /// `2012-10-17`: policy variables exist.
    V2012,
    /// `2008-10-17`, also when `Version` is missing: `${…}` is plain text.
    V2008,
}

impl PolicyVersion {
    /// The version as AWS spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2012 => "2012-10-17",
            Self::V2008 => "2008-10-17",
        }
    }
}

/// `Allow` or `Deny` (E18).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The statement grants.
    Allow,
    /// The statement forbids.
    Deny,
}

impl Effect {
    /// The effect as AWS spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// A range of bytes in the document's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

/// A policy document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyDocument {
    /// The version in force; a missing `Version` is 2008-10-17.
    pub version: PolicyVersion,
    /// Whether `Version` was written.
    pub version_is_written: bool,
    /// The document's `Id`; never evaluated (E22).
    pub id: Option<Box<str>>,
    /// The statements, in the order of the text.
    pub statements: Box<[Statement]>,
}

/// One statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The statement's `Sid`; never evaluated (E23). An empty one counts as none.
    pub sid: Option<Box<str>>,
    /// Its place in the document's text.
    pub span: Span,
    /// `Allow` or `Deny`.
    pub effect: Effect,
    /// Who it is about; only in policy types that carry a principal.
    pub principal: Option<PrincipalClause>,
    /// Which actions.
    pub action: ActionClause,
    /// Which resources; absent in trust policies (E260).
    pub resource: Option<ResourceClause>,
    /// Under which conditions.
    pub condition: ConditionBlock,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalClause {
    /// `Principal`: these.
    Only(Box<[PrincipalEntry]>),
    /// `NotPrincipal`: everyone but these.
    AllBut(Box<[PrincipalEntry]>),
}

impl PrincipalClause {
    /// Whether the clause is `Principal: "*"`, which looks the same to all.
    #[must_use]
    pub fn is_everyone(&self) -> bool {
        matches!(self, Self::Only(entries) if matches!(**entries, [PrincipalEntry::Everyone]))
    }
}

/// `Action` or `NotAction`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionClause {
    /// `Action`: these.
    Only(Box<[ActionPattern]>),
    /// `NotAction`: all but these (E45).
    AllBut(Box<[ActionPattern]>),
}

impl ActionClause {
    /// Whether the clause covers the action (E42, E45).
    #[must_use]
    pub fn matches(&self, action: &Action) -> Ternary {
        let any = |patterns: &[ActionPattern]| {
            let mut found = Ternary::No;
            for pattern in patterns.iter().filter(|pattern| pattern.may_match(action)) {
                found = found.or(pattern.matches(action));
                if found == Ternary::Yes {
                    break;
                }
            }
            found
        };
        match self {
            Self::Only(patterns) => any(patterns),
            Self::AllBut(patterns) => !any(patterns),
        }
    }

    /// The patterns as written.
    #[must_use]
    pub fn patterns(&self) -> &[ActionPattern] {
        match self {
            Self::Only(patterns) | Self::AllBut(patterns) => patterns,
        }
    }
}

/// `Resource` or `NotResource`: the texts as written, since variables are filled per request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ResourceClause {
    /// `Resource`: these.
    Only(Box<[Box<str>]>),
    /// `NotResource`: all but these (E63).
    AllBut(Box<[Box<str>]>),
}

impl ResourceClause {
    /// The texts as written.
    #[must_use]
    pub fn texts(&self) -> &[Box<str>] {
        match self {
            Self::Only(texts) | Self::AllBut(texts) => texts,
        }
    }

    /// Whether the clause is `Resource: "*"`.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        matches!(self, Self::Only(texts) if texts.iter().any(|text| &**text == "*"))
    }
}
