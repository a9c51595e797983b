//! From a question to its answer.

use crate::estate::Policy;
use crate::evaluate::Target;
use crate::solve::Answer;
use crate::solve::Question;
use crate::solve::Reached;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::mentions::Mentions;
use crate::solve::resource_policy::unread;
use crate::solve::search::Search;
use crate::solve::search::unanswered;

/// Answers a question.
#[must_use]
pub fn ask<'e>(question: &Question<'e>) -> Answer<'e> {
    let answer = ask_as_told(question);
    let may_have_policy =
        answer.verdict == Verdict::Denied && question.resource_policy.is_none() && matches!(question.scope, Scope::Any);
    let Some(unread) = unread(question.action.action.service()).filter(|_| may_have_policy) else {
        return answer;
    };
    // Some resource could exist whose own policy lets the identity in (E220): "no" would be too much.
    let with_policy = ask_as_told(&Question {
        resource_policy: Some(unread),
        ..question.clone()
    });
    if with_policy.verdict == Verdict::Denied {
        answer
    } else {
        with_policy
    }
}

/// What the identity can do beyond what one other document, attached alone, would let it do: the answer speaks of the
/// requests that the question's policies allow and that document does not.
#[must_use]
pub fn ask_beyond<'e>(question: &Question<'e>, other: &'e Policy) -> Answer<'e> {
    answer(question, Some(other))
}

fn ask_as_told<'e>(question: &Question<'e>) -> Answer<'e> {
    answer(question, None)
}

fn answer<'e>(question: &Question<'e>, other: Option<&'e Policy>) -> Answer<'e> {
    let mut mentions = Mentions::of(question);
    if let Some(other) = other {
        mentions.read_too(other, question.action.action);
    }
    let counted = match question.scope {
        Scope::Counted(resources) => Some(resources),
        Scope::One(..) | Scope::Any => None,
    };
    if !mentions.may_be_granted {
        let reached = counted.map(|resources| Reached {
            total: resources.len(),
            indices: Vec::new(),
        });
        return Answer { reached, ..unanswered() };
    }
    let search = Search::of(question, mentions, other);
    match &question.scope {
        Scope::One(target, tags) => search.on(target, *tags, None, None).answer(),
        Scope::Counted([first, ..])
            if search.mentions.is_settled || search.is_denied_everywhere(&Target::resource(first.arn.clone()), Some(first)) =>
        {
            let reached = counted.map(|resources| Reached {
                total: resources.len(),
                indices: Vec::new(),
            });
            let found = search.on(&Target::resource(first.arn.clone()), first.tags.as_ref(), Some(first), None);
            Answer {
                reached,
                ..found.answer()
            }
        }
        Scope::Counted([]) => Answer {
            reached: Some(Reached::default()),
            ..search.on_any()
        },
        Scope::Counted(resources) => search.on_counted(resources),
        Scope::Any => search.on_any(),
    }
}
