//! Answers that arrive whole. The SDK reads the half of a document that came as if it were all, and an empty one as an
//! answer without members; here both are failures, and asked for again.

use aws_sdk_iam::config::ConfigBag;
use aws_sdk_iam::config::Intercept;
use aws_sdk_iam::config::RuntimeComponents;
use aws_sdk_iam::config::interceptors::FinalizerInterceptorContextMut;
use aws_sdk_iam::config::retry::RetryPartition;
use aws_sdk_iam::config::retry::TokenBucket;
use aws_sdk_iam::error::BoxError;
use aws_smithy_runtime_api::client::orchestrator::OrchestratorError;
use serde::de::IgnoredAny;

/// Looks at every answer of a client before it counts as one.
#[derive(Debug)]
pub(super) struct Whole;

impl Intercept for Whole {
    fn name(&self) -> &'static str {
        "Whole"
    }

    fn modify_before_attempt_completion(
        &self,
        context: &mut FinalizerInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(answer) = context.response().filter(|answer| answer.status().is_success()) else {
            return Ok(());
        };
        let is_whole = answer.body().bytes().is_none_or(is_whole);
        match context.output_or_error_mut() {
            Some(result) if !is_whole || result.as_ref().is_err_and(OrchestratorError::is_operation_error) => {
                *result = Err(OrchestratorError::response(
                    "the answer is cut off, or no answer of AWS".into(),
                ));
            }
            Some(_) | None => {}
        }
        Ok(())
    }
}

/// Every call has its attempts, however many others were throttled: what is in flight is limited by ourselves. The SDK
/// would let all calls of a service share some hundred repetitions, which one burst uses up.
pub(super) fn patient() -> RetryPartition {
    RetryPartition::custom("leastwise")
        .token_bucket(TokenBucket::unlimited())
        .build()
}

/// Whether a document of XML or JSON has its end.
fn is_whole(body: &[u8]) -> bool {
    let body = body.trim_ascii();
    match body.first() {
        Some(b'<') => is_whole_xml(body),
        Some(_) => serde_json::from_slice::<IgnoredAny>(body).is_ok(),
        None => false,
    }
}

fn is_whole_xml(body: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(body) else { return false };
    let text = match text.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |(_, text)| text).trim_ascii_start(),
        None => text,
    };
    let Some(text) = text.strip_prefix('<') else { return false };
    let name = text
        .split(|next: char| next.is_ascii_whitespace() || next == '>' || next == '/')
        .next();
    let end = name.and_then(|name| text.strip_suffix('>')?.trim_ascii_end().strip_suffix(name));
    end.is_some_and(|text| text.ends_with("</")) || (text.ends_with("/>") && !text.contains('<'))
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn a_document_without_its_end_is_not_whole() {
        let xml = "<?xml version='1.0'?>\n<ListUsersResponse xmlns=\"x\"><Users><User/></Users></ListUsersResponse>\n";
        let json = "{\"Accounts\": [{\"Id\": \"1\"}, {}]}";
        for text in [xml, json] {
            assert!(is_whole(text.as_bytes()), "{text}");
            for end in 0..text.trim_end().len() {
                assert!(!is_whole(&text.as_bytes()[..end]), "{text} up to {end}");
            }
        }
        assert!(is_whole(b"<Empty/>") && is_whole(b"{}"));
        assert!(!is_whole(b"<html><body>busy<br>"));
    }
}
