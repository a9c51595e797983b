//! From the text of a policy document to the policy: each text is parsed once, and what is wrong is listed.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::estate::DocumentState;
use crate::estate::Policy;
use crate::estate::PolicyText;
use crate::estate::Problem;
use crate::ident::AccountId;
use crate::policy::PolicyType;
use crate::snapshot::RawDocument;

/// Documents by type, length and text: most trust policies of an account say the same, and most others begin alike.
#[derive(Default)]
pub(super) struct SharedDocuments<'r>(BTreeMap<(PolicyType, usize, &'r str), (Arc<str>, DocumentState)>);

impl<'r> SharedDocuments<'r> {
    /// The document of a text, parsed when it is first seen.
    pub(super) fn parse(&mut self, text: &'r str, policy_type: PolicyType) -> (Arc<str>, DocumentState) {
        let parse = || (text.into(), DocumentState::parse(text, policy_type));
        self.0.entry((policy_type, text.len(), text)).or_insert_with(parse).clone()
    }
}

/// Parses a document and lists it where it is not valid.
pub(super) fn parsed_document(
    document: &RawDocument<'_>,
    name: &Arc<str>,
    policy_type: PolicyType,
    account: Option<AccountId>,
    problems: &mut Vec<Problem>,
) -> Policy {
    let text = document.text.as_ref().into();
    let policy = Policy::parse(name.clone(), policy_type, place_of(document, text));
    problems.extend(problem_of(&policy, account));
    policy
}

/// What is wrong with a policy's document, if anything is.
pub(super) fn problem_of(policy: &Policy, account: Option<AccountId>) -> Option<Problem> {
    let DocumentState::Invalid(invalid) = &policy.document else {
        return None;
    };
    let offset = invalid.first().map_or(0, |problem| problem.offset);
    let (line, column) = policy.text.place(offset);
    let detail = format!(
        "{}:{line}:{column}: {invalid}; its holders are undetermined where it matters [E34]",
        policy.text.file
    );
    Some(Problem {
        account,
        subject: policy.name.clone(),
        detail: detail.into(),
    })
}

/// A document's text, with its place.
pub(super) fn place_of(document: &RawDocument<'_>, text: Arc<str>) -> PolicyText {
    let file = document.place.file();
    let small = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let place = document.place.place_of(0);
    PolicyText {
        text,
        file: file.name().clone(),
        start: (small(place.line.unwrap_or(1)), small(place.column.unwrap_or(1))),
        is_embedded: document.place.offset().is_none(),
    }
}
