//! What an audit found, as plain owned values.
//!
//! In: nothing but text, numbers and times. Out: [`Finding`] and [`Report`], which outlive the estate,
//! can be saved, compared between two days, ranked and rendered.
//! An organization has hundreds of thousands of findings, so repeated text is shared by `Arc<str>`
//! (see [`Interner`]) and what belongs to the identity is held once, in [`Identity`].

mod words;
mod interner;
mod rule_id;
mod id;
mod verdict;
mod condition;
mod impact;
mod citation;
mod blocker;
mod identity;
mod usage;
mod analyzer;
mod reach;
mod hop;
mod witness;
mod weakest;
mod points;
mod severity;
mod score;
mod suppression;
mod change;
mod row;
mod remark;
mod run;
mod report;

pub use analyzer::AnalyzerEvidence;
pub use analyzer::UnjoinedFinding;
pub use blocker::Blocker;
pub use blocker::BlockerKind;
pub use blocker::Blockers;
pub use change::Change;
pub use citation::Citation;
pub use citation::CitedEffect;
pub use citation::Layer;
pub use citation::Place;
pub use condition::ConditionWords;
pub use condition::ControlClass;
pub use hop::Hop;
pub use id::FindingId;
pub use identity::Identity;
pub use identity::IdentityFlags;
pub use identity::PrincipalKind;
pub use impact::Impact;
pub use impact::Loss;
pub use interner::Interner;
pub use points::Points;
pub use reach::MAX_SAMPLES;
pub use reach::ReachedResource;
pub use reach::ResourceReach;
pub use remark::PolicyRemarks;
pub use remark::StatementRemark;
pub use report::Report;
pub use row::Finding;
pub use rule_id::InvalidRuleId;
pub use rule_id::RuleId;
pub use run::CoverageCount;
pub use run::CoverageGap;
pub use run::PolicyCounts;
pub use run::RuleFacts;
pub use run::RunFacts;
pub use run::VerdictCounts;
pub use score::FACTOR_COUNT;
pub use score::Factor;
pub use score::FactorName;
pub use score::FactorScore;
pub use score::Scale;
pub use score::Score;
pub use severity::Severity;
pub use suppression::Suppression;
pub use usage::AccessKey;
pub use usage::LastUse;
pub use usage::Usage;
pub use verdict::Verdict;
pub use weakest::Bound;
pub use weakest::RequiredTest;
pub use weakest::WeakestCondition;
pub use witness::SignedBy;
pub use witness::Witness;
pub use witness::WitnessKey;
pub use witness::WitnessKeys;
pub use witness::WitnessValue;
