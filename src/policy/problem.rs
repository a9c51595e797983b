//! What is wrong with a document that AWS could not have stored (E34).

use std::fmt;

use crate::policy::PolicyType;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProblemKind {
    /// The text is not JSON.
    #[error("not valid JSON: {0}")]
    Syntax(String),
    /// A value of another JSON type than the grammar wants.
    #[error("`{member}` must be {expected}")]
    WrongType {
        /// The member.
        member: String,
        /// What the grammar wants.
        expected: &'static str,
    },
    /// The same member twice in one object (E15).
    #[error("`{0}` stands twice in one object")]
    DuplicateMember(String),
    /// The same condition key twice under one operator, letter case aside (E16).
    #[error("condition key `{0}` stands twice under one operator")]
    DuplicateConditionKey(String),
    /// A member that the grammar does not know (E24, E25).
    #[error("`{0}` is no element of the policy language")]
    UnknownElement(String),
    /// E11.
    #[error("version `{0}` is neither 2012-10-17 nor 2008-10-17")]
    UnknownVersion(String),
    /// E18.
    #[error("effect `{0}` is neither Allow nor Deny")]
    UnknownEffect(String),
    /// A required member is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// Two members exclude each other (E17).
    #[error("`{0}` and `{1}` exclude each other")]
    Exclusive(&'static str, &'static str),
    /// A member that this type of policy cannot have (E19–E22, E260).
    #[error("`{member}` cannot stand in this {policy_type}")]
    NotInThisType {
        /// The member.
        member: &'static str,
        /// The type of policy.
        policy_type: PolicyType,
    },
    /// E21.
    #[error("`NotPrincipal` is only possible with Deny")]
    NotPrincipalWithAllow,
    /// E23.
    #[error("Sid `{0}` has other characters than letters and digits")]
    SidCharacters(String),
    /// E23.
    #[error("Sid `{0}` stands twice in the document")]
    DuplicateSid(String),
    /// E36.
    #[error("principal type `{0}` is none of AWS, Service, Federated, CanonicalUser")]
    UnknownPrincipalType(String),
    /// A principal other than `*` as a bare string.
    #[error("principal `{0}` must be `*` or an object")]
    BarePrincipal(String),
    /// E35, U12.
    #[error("condition operator `{0}` does not exist")]
    UnknownOperator(String),
    /// E65.
    #[error("resource `{0}` is neither `*` nor an ARN")]
    NotAnArn(String),
    /// E57.
    #[error("resource `{0}` is an incomplete ARN, which a session policy cannot have")]
    IncompleteArn(String),
    /// U27.
    #[error("a condition value of `{0}` is null")]
    NullValue(String),
}

/// A mistake and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What is wrong.
    pub kind: ProblemKind,
    /// The statement's position in the document, from 0, where there is one.
    pub statement: Option<usize>,
    /// The byte in the document's text.
    pub offset: usize,
}

/// A document that AWS could not have stored; requests that it might touch are undetermined (E34).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidPolicy {
    /// At least one mistake, in the order of the text.
    pub problems: Box<[Problem]>,
}

impl InvalidPolicy {
    /// The first mistake.
    #[must_use]
    pub fn first(&self) -> Option<&Problem> {
        self.problems.first()
    }
}

impl fmt::Display for InvalidPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            if let Some(statement) = problem.statement {
                write!(f, "statement {}: ", statement + 1)?;
            }
            write!(f, "{}", problem.kind)?;
        }
        Ok(())
    }
}

impl std::error::Error for InvalidPolicy {}
