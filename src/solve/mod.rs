//! From one request to all requests: what whoever holds an identity can do (E340–E365).
//!
//! In: a [`Question`], an identity and an action, with a resource, an inventory or neither. Out: an
//! [`Answer`] in the four words of the product. The holder's own choices (credentials, time, network
//! position of an outsider, free parameters) are tried one by one as concrete requests; what he does
//! not choose stays open in the evaluator's residual, whose tests the theories of single keys decide: values that meet
//! them make a complete request, the witness, which the evaluator has to allow; where there are none, the call is denied.
//! Every verdict is the evaluator's: nothing here matches a policy.

mod answer;
mod ask;
mod blocker;
mod call;
mod choice;
mod choices;
mod class;
mod content;
mod core;
mod cube;
mod covered;
mod every;
mod found;
mod lint;
mod memo;
mod mentions;
mod named;
mod phrases;
mod question;
mod relax;
mod resource_policy;
mod satisfy;
mod search;
mod shape;
mod summary;
mod target;
mod theory;
mod witness;
mod words;

pub use answer::Answer;
pub use answer::Condition;
pub use answer::DecidedRequest;
pub use answer::Reached;
pub use answer::Verdict;
pub use ask::ask;
pub use ask::ask_beyond;
pub use ask::ask_in;
pub use blocker::Blocker;
pub use blocker::BlockerKind;
pub use blocker::Blockers;
pub use core::blockers;
pub use core::blockers_at_hand;
pub use cube::Requirement;
pub use every::ActionClass;
pub use every::ActionSet;
pub use every::EveryAction;
pub use every::EveryAnswer;
pub use every::Told;
pub use every::catalog_actions;
pub use lint::Remark;
pub use lint::RemarkKind;
pub use lint::lint;
pub use memo::Memo;
pub use question::Question;
pub use question::Scope;
pub use question::given_region;
pub use question::subject_type;
pub use resource_policy::has_resource_policies;
pub use summary::Bound;
pub use summary::Summary;
pub use summary::condition;
pub use words::describe;
