//! The parser takes any text without a panic, and accepts nothing that is not JSON.

use leastwise::policy::PolicyDocument;
use leastwise::policy::PolicyType;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::laws::normal;
use crate::worlds::doc;

const TYPES: [PolicyType; 8] = [
    PolicyType::Identity,
    PolicyType::Resource,
    PolicyType::Trust,
    PolicyType::PermissionsBoundary,
    PolicyType::ServiceControl,
    PolicyType::ResourceControl,
    PolicyType::Session,
    PolicyType::Endpoint,
];

/// Pieces that break or stretch a document.
const PIECES: [&str; 18] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\",
    "\\ud800",
    "null",
    "NaN",
    "-",
    "1e999",
    "{\"a\":1}",
    "\u{202e}",
    "\u{0}",
    "${",
    "Statement",
];

fn check(text: &str) -> Result<(), TestCaseError> {
    for policy_type in TYPES {
        match PolicyDocument::parse(text, policy_type) {
            Ok(document) => {
                prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok(), "{}", text);
                let printed = document.to_json().to_string();
                let again = PolicyDocument::parse(&printed, policy_type).unwrap();
                prop_assert_eq!(normal(document), normal(again));
            }
            Err(invalid) => {
                prop_assert!(!invalid.problems.is_empty());
                prop_assert!(invalid.problems.iter().all(|problem| problem.offset <= text.len()));
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_is_taken(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn any_pieces_are_taken(pieces in vec(select(PIECES.to_vec()), 0..20)) {
        check(&pieces.concat())?;
    }

    #[test]
    fn any_change_of_a_document_is_taken(
        doc in doc(),
        policy_type in select(TYPES.to_vec()),
        changes in vec((any::<prop::sample::Index>(), select(PIECES.to_vec()), 0..3_usize), 0..4),
    ) {
        let mut text: Vec<char> = doc.json(policy_type).to_string().chars().collect();
        for (at, piece, cut) in changes {
            let start = at.index(text.len() + 1);
            let end = (start + cut).min(text.len());
            text.splice(start..end, piece.chars());
        }
        check(&text.into_iter().collect::<String>())?;
    }

    #[test]
    fn any_beginning_of_a_document_is_taken(doc in doc(), end in any::<prop::sample::Index>()) {
        let text = doc.json(PolicyType::Resource).to_string();
        let end = end.index(text.len());
        check(text.get(..end).unwrap_or_default())?;
    }
}

#[test]
fn deep_nesting_is_a_mistake_and_not_an_overflow() {
    for open in ["[", "{\"Statement\":", "{\"Statement\":[{\"Condition\":{\"a\":"] {
        let text = open.repeat(100_000);
        assert!(PolicyDocument::parse(&text, PolicyType::Identity).is_err());
    }
}
