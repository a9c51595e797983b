//! `audit`: the rules over every account, ranked, as reports.

pub(crate) mod args;
mod gather;
mod needs;
mod run;

pub(crate) use crate::audit::needs::Needs;
pub(crate) use crate::audit::needs::rows;
#[cfg(feature = "live")]
pub(crate) use crate::audit::run::able;
pub(crate) use crate::audit::run::audited;
pub(crate) use crate::audit::run::remark_on_rows;
pub(crate) use crate::audit::run::report;
pub(crate) use crate::audit::run::rules;
pub(crate) use crate::audit::run::run;
