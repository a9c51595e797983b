//! Points that no AWS page settles, and the three-valued answer that carries them.

use std::fmt;

/// A point of the IAM language or evaluation that AWS does not document.
///
/// A verdict that rests on one of these is undetermined, never a yes or a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OpenPoint {
    /// U1: `"Condition": {}` or a key with an empty value list.
    EmptyCondition,
    /// U2: a wildcard inside the service prefix of an action.
    WildcardInServicePrefix,
    /// U3: a `*` that ends an ARN segment and would have to run across colons.
    WildcardAcrossColons,
    /// U4: an ARN of fewer than six fields outside identity policies and boundaries.
    IncompleteArn,
    /// U5: a wildcard in the service field or the resource-type word of an ARN.
    WildcardInArnService,
    /// U6: a `NotPrincipal` list without the account or role of a listed principal.
    IncompleteNotPrincipal,
    /// U7: a key that is present with an empty value under `Null`, `ForAllValues` or a default.
    EmptyValue,
    /// U8: `*` or `?` inside the value of a policy variable.
    WildcardInVariableValue,
    /// U9: two resource tags whose keys differ only in case.
    TagKeysDifferInCase,
    /// U10: a multivalued key tested without a set operator.
    MultivaluedWithoutSetOperator,
    /// U11: a value that does not parse, under a negated operator.
    UnparsableValue,
    /// U13: case folding beyond ASCII.
    NonAsciiCaseFolding,
    /// U14: a bare four-digit number as a date, or a date without a zone.
    AmbiguousDate,
    /// U16: an ARN condition value of fewer than six fields.
    ShortArnInCondition,
    /// U17: the MFA keys of a role session.
    MfaInRoleSession,
    /// U18: Allow with `NotResource` of a specific ARN, for an action without resource types.
    NotResourceWithoutResourceTypes,
    /// U19: which ARN form is checked for an ECS service of the old format.
    OldEcsServiceArn,
    /// U21: whether inherited transitive tags alone need `sts:TagSession`.
    InheritedTransitiveTags,
    /// U22: whether SCPs touch `AssumeRoleWithSAML` and `AssumeRoleWithWebIdentity`.
    ScpOnFederation,
    /// U23: implicit self-trust of roles created before 21 September 2022.
    LegacySelfTrust,
    /// U28: blanks at the ends of an action string.
    BlankInAction,
    /// E61: a policy variable before the resource field of an ARN.
    VariableOutsideResourceField,
    /// E91: a policy variable that is not well formed.
    MalformedVariable,
    /// C3: policy variables in `Bool` values.
    VariableInBool,
    /// C9: `aws:SourceIp` in a forward access session.
    SourceIpInForwardAccess,
    /// Whether the service supports a global key for this action.
    GlobalKeySupport,
}

impl OpenPoint {
    /// The number under which the evaluation notes list the point.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.describe().0
    }

    fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::EmptyCondition => ("U1", "AWS does not say what an empty condition or value list means"),
            Self::WildcardInServicePrefix => (
                "U2",
                "AWS does not say whether a wildcard in the service prefix of an action matches",
            ),
            Self::WildcardAcrossColons => (
                "U3",
                "AWS pages differ on whether a `*` that ends an ARN segment runs across colons",
            ),
            Self::IncompleteArn => ("U4", "AWS does not say what an incomplete ARN means in this kind of policy"),
            Self::WildcardInArnService => (
                "U5",
                "AWS forbids wildcards in the service field or resource type and does not say what they do",
            ),
            Self::IncompleteNotPrincipal => (
                "U6",
                "a NotPrincipal list without the account or role of a listed principal may still deny it",
            ),
            Self::EmptyValue => ("U7", "AWS does not say how an empty value counts here"),
            Self::WildcardInVariableValue => (
                "U8",
                "AWS does not say whether `*` or `?` in a variable's value is a wildcard",
            ),
            Self::TagKeysDifferInCase => ("U9", "two tags differ only in case and the condition sees one of them"),
            Self::MultivaluedWithoutSetOperator => {
                ("U10", "AWS does not say what a multivalued key without a set operator gives")
            }
            Self::UnparsableValue => ("U11", "AWS does not say what a value that does not parse gives"),
            Self::NonAsciiCaseFolding => ("U13", "AWS does not say how case is folded beyond ASCII"),
            Self::AmbiguousDate => ("U14", "AWS does not say how this date is read"),
            Self::ShortArnInCondition => (
                "U16",
                "AWS does not say whether an ARN of fewer than six fields matches in a condition",
            ),
            Self::MfaInRoleSession => (
                "U17",
                "AWS pages differ on whether the MFA keys of a role session are absent or false",
            ),
            Self::NotResourceWithoutResourceTypes => (
                "U18",
                "AWS does not say whether Allow with NotResource covers an action without resource types",
            ),
            Self::OldEcsServiceArn => (
                "U19",
                "AWS does not say which ARN form is checked for an ECS service of the old format",
            ),
            Self::InheritedTransitiveTags => (
                "U21",
                "AWS does not say whether inherited transitive tags alone need sts:TagSession",
            ),
            Self::ScpOnFederation => (
                "U22",
                "AWS does not say whether SCPs touch AssumeRole calls of federated users",
            ),
            Self::LegacySelfTrust => ("U23", "roles created before 21 September 2022 may still trust themselves"),
            Self::BlankInAction => ("U28", "AWS does not say whether blanks in an action string are trimmed"),
            Self::VariableOutsideResourceField => ("E61", "AWS documents variables only in the resource field of an ARN"),
            Self::MalformedVariable => ("E91", "AWS does not say what a policy variable that is not well formed does"),
            Self::VariableInBool => ("C3", "AWS pages differ on variables in Bool values"),
            Self::SourceIpInForwardAccess => ("C9", "AWS pages differ on aws:SourceIp when a service acts for the caller"),
            Self::GlobalKeySupport => (
                "E362",
                "AWS does not say whether the service supports this key for the action",
            ),
        }
    }
}

impl fmt::Display for OpenPoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (code, text) = self.describe();
        write!(f, "{text} [{code}]")
    }
}

/// A three-valued answer whose unknown names the open point behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ternary {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// It depends on a point that AWS does not document.
    Open(OpenPoint),
}

impl Ternary {
    /// Yes or no.
    #[must_use]
    pub fn certain(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }

    /// Kleene OR: a yes wins, else an open point, else no. Of two open points the first by number stays,
    /// so that the order of a list never shows.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Yes, _) | (_, Self::Yes) => Self::Yes,
            (Self::Open(one), Self::Open(two)) => Self::Open(one.min(two)),
            (Self::Open(point), Self::No) | (Self::No, Self::Open(point)) => Self::Open(point),
            (Self::No, Self::No) => Self::No,
        }
    }

    /// Kleene AND: a no wins, else an open point, else yes; two open points as in [`Self::or`].
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Open(one), Self::Open(two)) => Self::Open(one.min(two)),
            (Self::Open(point), Self::Yes) | (Self::Yes, Self::Open(point)) => Self::Open(point),
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }
}

impl std::ops::Not for Ternary {
    type Output = Self;

    /// Kleene NOT.
    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            Self::Open(point) => Self::Open(point),
        }
    }
}

impl From<bool> for Ternary {
    fn from(value: bool) -> Self {
        Self::certain(value)
    }
}
