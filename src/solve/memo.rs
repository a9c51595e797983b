//! What was found for an identity, kept for those that no statement tells from it.
//!
//! Most identities of an account hold the same few statements about an action. What is kept is the request at which the
//! search ended: for each identity that can do something that request is made and judged anew, by its own policies.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use crate::evaluate::CallerKind;
use crate::evaluate::ContextValue;
use crate::evaluate::Target;
use crate::ident::Ternary;
use crate::policy::PolicyType;
use crate::policy::PolicyVersion;
use crate::policy::Statement;
use crate::solve::Question;
use crate::solve::Reached;
use crate::solve::Scope;
use crate::solve::Verdict;
use crate::solve::choice::SessionRights;
use crate::solve::choice::session_rights;
use crate::solve::choices::sessions;
use crate::solve::content::Content;
use crate::solve::found::Found;
use crate::solve::found::Way;
use crate::solve::mentions::Left;
use crate::solve::mentions::Mentions;
use crate::solve::mentions::Spoken;
use crate::solve::search::Keys;
use crate::solve::search::Search;
use crate::solve::search::plain_context;
use crate::solve::shape::has_rules;
use std::sync::Arc;

/// What was found so far about one action in one account. Its questions differ in the identity only: the same action,
/// scope, time, keys and owner, which the caller sees to.
#[derive(Debug, Default)]
pub struct Memo<'e> {
    /// Whether the reasons of denials are wanted too; otherwise a denial that is known need not be judged anew.
    explains_denials: bool,
    /// The partition of the first identity: those of another are not like it (E178).
    partition: OnceCell<Option<Box<str>>>,
    /// A number for each content of a statement.
    contents: BTreeMap<Content<'e>, u32>,
    /// The same by the statement's place in memory, which is looked up faster.
    places: BTreeMap<usize, u32>,
    ends: BTreeMap<Likeness, End>,
}

/// All that a search looks at: two identities of one likeness get the same answer, in their own names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Likeness {
    kind: CallerKind,
    is_service_linked: bool,
    gaps: Vec<Arc<str>>,
    spoken: Vec<Said>,
    /// The keys that tell identities apart, and their values.
    values: Vec<(Box<str>, ContextValue)>,
    rights: Option<SessionRights>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Level(PolicyType),
    Statement(u32, Ternary, Left, u64),
    /// A policy, by its place in memory.
    Unknown(usize),
}

/// Where a search ended.
#[derive(Debug)]
struct End {
    keys: Keys,
    way: Way,
    target: Target,
    verdict: Verdict,
    weight: usize,
    reached: Option<Reached>,
    doubt: Option<Arc<str>>,
}

impl<'e> Memo<'e> {
    /// An empty memo. Answers that deny need not name their reasons unless `explains_denials`.
    #[must_use]
    pub fn new(explains_denials: bool) -> Self {
        Self {
            explains_denials,
            ..Self::default()
        }
    }

    /// Whether the answer is "denied" and nobody asks why: some layer stops the action whatever the request.
    pub(super) fn may_skip(&self, question: &Question<'_>, mentions: &Mentions<'_>) -> bool {
        !self.explains_denials && mentions.is_settled && !has_rules(question.action.action)
    }

    /// What tells the identity from others; none where more than its statements does.
    pub(super) fn likeness(&mut self, question: &Question<'e>, mentions: &Mentions<'e>) -> Option<Likeness> {
        let caller = &question.subject.caller;
        // Rules beside the policies, and principal elements, look at the identity itself.
        if has_rules(question.action.action) || matches!(question.scope, Scope::One(..)) {
            return None;
        }
        let first = self.partition.get_or_init(|| caller.partition().map(Box::from));
        if first.as_deref() != caller.partition() {
            return None;
        }
        let mut spoken = Vec::new();
        for level in mentions.spoken.chunk_by(|_, next| !matches!(next, Spoken::Level(_))) {
            let mut said = level.iter().map(|said| self.said(said)).collect::<Option<Vec<Said>>>()?;
            // In what order a level speaks, and how often, changes nothing.
            said.sort_unstable();
            said.dedup();
            spoken.extend(said);
        }
        Some(Likeness {
            kind: caller.kind,
            is_service_linked: caller.is_service_linked,
            gaps: question.subject.stack.identity_gaps.clone(),
            spoken,
            values: telling_values(question, mentions),
            rights: (sessions(question, mentions).len() > 1).then(|| session_rights(question.subject.principal)),
        })
    }

    fn said(&mut self, said: &Spoken<'e>) -> Option<Said> {
        Some(match *said {
            Spoken::Level(policy_type) => Said::Level(policy_type),
            Spoken::Unknown(policy) => Said::Unknown(std::ptr::from_ref(policy).addr()),
            Spoken::Statement {
                statement,
                version,
                matched,
                left,
                undecided,
            } => Said::Statement(self.content(statement, version)?, matched, left, undecided),
        })
    }

    fn content(&mut self, statement: &'e Statement, version: PolicyVersion) -> Option<u32> {
        if statement.principal.as_ref().is_some_and(|clause| !clause.is_everyone()) {
            return None;
        }
        let place = std::ptr::from_ref(statement).addr();
        if let Some(&number) = self.places.get(&place) {
            return Some(number);
        }
        let next = u32::try_from(self.contents.len()).ok()?;
        let number = *self.contents.entry(Content(statement, version)).or_insert(next);
        self.places.insert(place, number);
        Some(number)
    }

    /// The request at which the search for a like identity ended, judged for this one; none where that does not come out the
    /// same, or where no like identity was asked about. What was read is handed back.
    pub(super) fn recall(
        &self,
        likeness: &Likeness,
        question: &Question<'e>,
        mentions: Mentions<'e>,
    ) -> (Option<Found<'e>>, Mentions<'e>) {
        let Some(end) = self.ends.get(likeness) else {
            return (None, mentions);
        };
        if end.verdict == Verdict::Denied && end.doubt.is_none() && !self.explains_denials {
            let found = Found {
                reached: end.reached.clone(),
                ..Found::nothing()
            };
            return (Some(found), mentions);
        }
        let (mut found, mentions) = Search::again(question, mentions, &end.keys, &end.way, &end.target);
        if (found.verdict, found.weight) != (end.verdict, end.weight) {
            return (None, mentions);
        }
        found.reached.clone_from(&end.reached);
        found.doubt.clone_from(&end.doubt);
        if let Some(way) = &mut found.way {
            way.counted = end.way.counted;
        }
        (Some(found), mentions)
    }

    /// Keeps where a search ended.
    pub(super) fn keep(&mut self, likeness: Likeness, found: &Found<'e>, keys: Keys) {
        let Some(way) = &found.way else { return };
        let end = End {
            keys,
            way: way.clone(),
            target: found.request.target.clone(),
            verdict: found.verdict,
            weight: found.weight,
            reached: found.reached.clone(),
            doubt: found.doubt.clone(),
        };
        self.ends.insert(likeness, end);
    }
}

pub(super) fn telling_values(question: &Question<'_>, mentions: &Mentions<'_>) -> Vec<(Box<str>, ContextValue)> {
    if mentions.telling.is_empty() {
        return Vec::new();
    }
    let wanted = mentions.telling.iter().map(|key| Box::from(&**key)).collect();
    let context = plain_context(question, Arc::new(wanted));
    let value = |key: &Cow<'_, str>| (Box::from(&**key), context.get_lower(key).clone());
    mentions.telling.iter().map(value).collect()
}
