//! One condition test against the request context (E110–E147, E160–E167).

mod arn;
mod compare;
mod date;
mod ip;
mod number;
mod test;

pub use date::parse_date;
pub use ip::CidrBlock;
pub(crate) use number::Decimal;
pub use test::evaluate_test;
