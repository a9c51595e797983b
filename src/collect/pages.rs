//! Answers that come in pages: all of them, or a failure.

use std::collections::BTreeSet;

use crate::collect::failure::Failure;

/// The tokens of the pages that were read.
#[derive(Debug, Default)]
pub(super) struct Tokens(BTreeSet<String>);

impl Tokens {
    /// The token of the next page, if there is one. A token that was there before would go round for ever.
    pub(super) fn next(&mut self, call: &'static str, token: Option<String>) -> Result<Option<String>, Failure> {
        let Some(token) = token.filter(|token| !token.is_empty()) else {
            return Ok(None);
        };
        if self.0.insert(token.clone()) {
            Ok(Some(token))
        } else {
            Err(Failure::strange(
                call,
                "RepeatedMarker",
                "a page points back to one that was read already",
            ))
        }
    }
}

/// The elements of a page, and the token of the next.
pub(super) type Page<T> = (Option<Vec<T>>, Option<String>);

/// The elements of all pages. A page that is missing makes the whole a failure: half a list would look like a short one.
pub(super) async fn all<T>(
    call: &'static str,
    mut page: impl AsyncFnMut(Option<String>) -> Result<Page<T>, Failure>,
) -> Result<Vec<T>, Failure> {
    let (mut elements, mut tokens, mut token) = (Vec::new(), Tokens::default(), None);
    loop {
        let (more, next) = page(token).await?;
        elements.extend(more.into_iter().flatten());
        token = tokens.next(call, next)?;
        if token.is_none() {
            return Ok(elements);
        }
    }
}
