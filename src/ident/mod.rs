//! The validated words: account ids, ARNs, actions, patterns over them.
//!
//! Text becomes one of these types once, at the edge; afterwards nobody asks again
//! whether it is well formed. Pattern matching follows the IAM User Guide pages
//! "Resource", "Action" and "Identify AWS resources with ARNs" (E40–E65).

mod account;
mod action;
mod arn;
mod arn_pattern;
mod glob;
mod open_point;
mod positions;
mod region;

pub use account::AccountId;
pub use account::InvalidAccountId;
pub use action::Action;
pub use action::ActionPattern;
pub use action::InvalidAction;
pub use arn::Arn;
pub use arn::InvalidArn;
pub use arn_pattern::ArnFields;
pub use arn_pattern::ArnPattern;
pub use arn_pattern::InvalidArnPattern;
pub use glob::Glob;
pub use glob::GlobToken;
pub use glob::PrefixMatch;
pub use glob::glob_matches;
pub use glob::glob_text_matches;
pub use open_point::OpenPoint;
pub use open_point::Ternary;
pub use positions::Positions;
pub use region::regions_of;
