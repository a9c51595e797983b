//! The condition operators (E130–E147), closed by AWS.

use std::cmp::Ordering;

/// A condition operator without set qualifier and `IfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the variants are AWS's own names")]
pub enum ConditionOperator {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Null,
}

/// How a family compares a value of the request with one of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorFamily {
    /// Exact text.
    StringEquals,
    /// Exact text, case ignored.
    StringEqualsIgnoreCase,
    /// A glob over the whole text.
    StringLike,
    /// Decimal numbers.
    Numeric(Comparison),
    /// Instants.
    Date(Comparison),
    /// `true` or `false`.
    Bool,
    /// Bytes, written in base64.
    Binary,
    /// An address in a block.
    IpAddress,
    /// Six components, each a glob; `ArnEquals` and `ArnLike` alike (E138).
    Arn,
    /// Presence of the key.
    Null,
}

/// Which order of (request value, policy value) counts as a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the variants say it")]
pub enum Comparison {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

impl Comparison {
    /// Whether the order of request value to policy value is a match.
    #[must_use]
    pub fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equals => order.is_eq(),
            Self::LessThan => order.is_lt(),
            Self::LessThanEquals => order.is_le(),
            Self::GreaterThan => order.is_gt(),
            Self::GreaterThanEquals => order.is_ge(),
        }
    }
}

/// `ForAllValues:` or `ForAnyValue:`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SetQualifier {
    /// Every value of the request must match (E160).
    ForAllValues,
    /// Some value of the request must match (E161).
    ForAnyValue,
}

impl SetQualifier {
    /// The qualifier as AWS spells it, without the colon.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ForAllValues => "ForAllValues",
            Self::ForAnyValue => "ForAnyValue",
        }
    }
}

impl ConditionOperator {
    /// All operators.
    pub const ALL: [Self; 27] = [
        Self::StringEquals,
        Self::StringNotEquals,
        Self::StringEqualsIgnoreCase,
        Self::StringNotEqualsIgnoreCase,
        Self::StringLike,
        Self::StringNotLike,
        Self::NumericEquals,
        Self::NumericNotEquals,
        Self::NumericLessThan,
        Self::NumericLessThanEquals,
        Self::NumericGreaterThan,
        Self::NumericGreaterThanEquals,
        Self::DateEquals,
        Self::DateNotEquals,
        Self::DateLessThan,
        Self::DateLessThanEquals,
        Self::DateGreaterThan,
        Self::DateGreaterThanEquals,
        Self::Bool,
        Self::BinaryEquals,
        Self::IpAddress,
        Self::NotIpAddress,
        Self::ArnEquals,
        Self::ArnNotEquals,
        Self::ArnLike,
        Self::ArnNotLike,
        Self::Null,
    ];

    /// The operator as AWS spells it; another spelling is none of them (U12).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::StringEquals => "StringEquals",
            Self::StringNotEquals => "StringNotEquals",
            Self::StringEqualsIgnoreCase => "StringEqualsIgnoreCase",
            Self::StringNotEqualsIgnoreCase => "StringNotEqualsIgnoreCase",
            Self::StringLike => "StringLike",
            Self::StringNotLike => "StringNotLike",
            Self::NumericEquals => "NumericEquals",
            Self::NumericNotEquals => "NumericNotEquals",
            Self::NumericLessThan => "NumericLessThan",
            Self::NumericLessThanEquals => "NumericLessThanEquals",
            Self::NumericGreaterThan => "NumericGreaterThan",
            Self::NumericGreaterThanEquals => "NumericGreaterThanEquals",
            Self::DateEquals => "DateEquals",
            Self::DateNotEquals => "DateNotEquals",
            Self::DateLessThan => "DateLessThan",
            Self::DateLessThanEquals => "DateLessThanEquals",
            Self::DateGreaterThan => "DateGreaterThan",
            Self::DateGreaterThanEquals => "DateGreaterThanEquals",
            Self::Bool => "Bool",
            Self::BinaryEquals => "BinaryEquals",
            Self::IpAddress => "IpAddress",
            Self::NotIpAddress => "NotIpAddress",
            Self::ArnEquals => "ArnEquals",
            Self::ArnNotEquals => "ArnNotEquals",
            Self::ArnLike => "ArnLike",
            Self::ArnNotLike => "ArnNotLike",
            Self::Null => "Null",
        }
    }

    /// The operator of that spelling.
    #[must_use]
    pub fn from_spelling(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operator| operator.as_str() == text)
    }

    /// The family whose comparison the operator uses.
    #[must_use]
    pub fn family(self) -> OperatorFamily {
        match self {
            Self::StringEquals | Self::StringNotEquals => OperatorFamily::StringEquals,
            Self::StringEqualsIgnoreCase | Self::StringNotEqualsIgnoreCase => OperatorFamily::StringEqualsIgnoreCase,
            Self::StringLike | Self::StringNotLike => OperatorFamily::StringLike,
            Self::NumericEquals | Self::NumericNotEquals => OperatorFamily::Numeric(Comparison::Equals),
            Self::NumericLessThan => OperatorFamily::Numeric(Comparison::LessThan),
            Self::NumericLessThanEquals => OperatorFamily::Numeric(Comparison::LessThanEquals),
            Self::NumericGreaterThan => OperatorFamily::Numeric(Comparison::GreaterThan),
            Self::NumericGreaterThanEquals => OperatorFamily::Numeric(Comparison::GreaterThanEquals),
            Self::DateEquals | Self::DateNotEquals => OperatorFamily::Date(Comparison::Equals),
            Self::DateLessThan => OperatorFamily::Date(Comparison::LessThan),
            Self::DateLessThanEquals => OperatorFamily::Date(Comparison::LessThanEquals),
            Self::DateGreaterThan => OperatorFamily::Date(Comparison::GreaterThan),
            Self::DateGreaterThanEquals => OperatorFamily::Date(Comparison::GreaterThanEquals),
            Self::Bool => OperatorFamily::Bool,
            Self::BinaryEquals => OperatorFamily::Binary,
            Self::IpAddress | Self::NotIpAddress => OperatorFamily::IpAddress,
            Self::ArnEquals | Self::ArnNotEquals | Self::ArnLike | Self::ArnNotLike => OperatorFamily::Arn,
            Self::Null => OperatorFamily::Null,
        }
    }

    /// Whether the operator is true where no value matches (E111, E115).
    #[must_use]
    pub fn is_negated(self) -> bool {
        matches!(
            self,
            Self::StringNotEquals
                | Self::StringNotEqualsIgnoreCase
                | Self::StringNotLike
                | Self::NumericNotEquals
                | Self::DateNotEquals
                | Self::NotIpAddress
                | Self::ArnNotEquals
                | Self::ArnNotLike
        )
    }
}
