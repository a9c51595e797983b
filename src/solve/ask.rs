//! From a question to its answer.

use crate::estate::Policy;
use crate::evaluate::Target;
use crate::solve::Answer;
use crate::solve::Memo;
use crate::solve::Question;
use crate::solve::Reached;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::found::Found;
use crate::solve::mentions::Mentions;
use crate::solve::resource_policy::unread;
use crate::solve::search::Search;

/// Answers a question.
#[must_use]
pub fn ask<'e>(question: &Question<'e>) -> Answer<'e> {
    ask_with(question, None)
}

/// Answers a question; what was found for a like identity before is looked up in the memo.
#[must_use]
pub fn ask_in<'e>(memo: &mut Memo<'e>, question: &Question<'e>) -> Answer<'e> {
    ask_with(question, Some(memo))
}

/// What the identity can do beyond what one other document, attached alone, would let it do: the answer speaks of the
/// requests that the question's policies allow and that document does not.
#[must_use]
pub fn ask_beyond<'e>(question: &Question<'e>, other: &'e Policy) -> Answer<'e> {
    let mut mentions = Mentions::of(question);
    mentions.read_too(other, question);
    search(question, mentions, Some(other), None).answer()
}

fn ask_with<'e>(question: &Question<'e>, mut memo: Option<&mut Memo<'e>>) -> Answer<'e> {
    let answer = search(question, Mentions::of(question), None, memo.as_deref_mut()).answer();
    let may_have_policy =
        answer.verdict == Verdict::Denied && question.resource_policy.is_none() && matches!(question.scope, Scope::Any);
    let Some(unread) = unread(question.action.action.service()).filter(|_| may_have_policy) else {
        return answer;
    };
    // Some resource could exist whose own policy lets the identity in (E220): "no" would be too much.
    let with_policy = Question {
        resource_policy: Some(unread),
        ..question.clone()
    };
    let with_policy = search(&with_policy, Mentions::of(&with_policy), None, memo).answer();
    if with_policy.verdict == Verdict::Denied {
        answer
    } else {
        with_policy
    }
}

fn search<'e>(
    question: &Question<'e>,
    mentions: Mentions<'e>,
    other: Option<&'e Policy>,
    memo: Option<&mut Memo<'e>>,
) -> Found<'e> {
    if !mentions.may_be_granted {
        return nothing_reached(question);
    }
    if let Some(memo) = &memo
        && memo.may_skip(question, &mentions)
    {
        return nothing_reached(question);
    }
    let Some((memo, likeness)) = memo.and_then(|memo| memo.likeness(question, &mentions).map(|likeness| (memo, likeness))) else {
        return found_by(&Search::of(question, mentions, other));
    };
    let (found, mentions) = memo.recall(&likeness, question, mentions);
    if let Some(found) = found {
        return found;
    }
    let search = Search::of(question, mentions, other);
    let found = found_by(&search);
    memo.keep(likeness, &found, search.keys());
    found
}

fn found_by<'e>(search: &Search<'_, 'e>) -> Found<'e> {
    let mut found = found_on(search);
    if search.is_cut && !search.mentions.is_settled && found.doubt.is_none() {
        found.doubt = Some("there are more ways to make the call than were tried".into());
    }
    found
}

fn found_on<'e>(search: &Search<'_, 'e>) -> Found<'e> {
    match &search.question.scope {
        Scope::One(target, tags) => search.on(target, *tags, None, None),
        Scope::Counted([]) => Found {
            reached: Some(Reached::default()),
            ..search.on_any()
        },
        Scope::Counted(resources @ [first, ..])
            if search.mentions.is_settled || search.is_denied_everywhere(&Target::resource(first.arn.clone()), Some(first)) =>
        {
            let mut found = search.on(&Target::resource(first.arn.clone()), first.tags.as_ref(), Some(first), None);
            if let Some(way) = &mut found.way {
                way.counted = Some(0);
            }
            found.reached = Some(none_of(resources.len()));
            found
        }
        Scope::Counted(resources) => search.on_counted(resources),
        Scope::Any => search.on_any(),
    }
}

/// Denied before anything was evaluated.
fn nothing_reached<'e>(question: &Question<'e>) -> Found<'e> {
    let reached = match question.scope {
        Scope::Counted(resources) => Some(none_of(resources.len())),
        Scope::One(..) | Scope::Any => None,
    };
    Found {
        reached,
        ..Found::nothing()
    }
}

fn none_of(total: usize) -> Reached {
    Reached {
        total,
        indices: Vec::new(),
    }
}
