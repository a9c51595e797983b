//! The policy language (E10–E36): text in, a [`PolicyDocument`] or an [`InvalidPolicy`] out.
//!
//! Everything that the grammar allows is parsed; what AWS could not have stored is carried
//! as [`InvalidPolicy`] with every mistake and its place, never skipped (E34). Each statement
//! keeps its place in the text. Documents parse without knowing which actions exist.

mod condition;
mod document;
mod kind;
mod operator;
mod parse;
mod parse_condition;
mod parse_statement;
mod principal;
mod print;
mod problem;
mod variable;

pub use condition::ConditionBlock;
pub use condition::ConditionTest;
pub use condition::ContextKey;
pub use document::ActionClause;
pub use document::Effect;
pub use document::PolicyDocument;
pub use document::PolicyVersion;
pub use document::PrincipalClause;
pub use document::ResourceClause;
pub use document::Span;
pub use document::Statement;
pub use kind::PolicyType;
pub use operator::Comparison;
pub use operator::ConditionOperator;
pub use operator::OperatorFamily;
pub use operator::SetQualifier;
pub use principal::PrincipalEntry;
pub use problem::InvalidPolicy;
pub use problem::Problem;
pub use problem::ProblemKind;
pub use variable::TextPart;
pub use variable::text_parts;
pub use variable::variables;
