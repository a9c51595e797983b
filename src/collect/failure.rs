//! A call that gave no answer: its error code and what AWS said, fit to be printed.

use std::error::Error;
use std::fmt;

use aws_sdk_iam::error::ProvideErrorMetadata;
use aws_sdk_iam::error::SdkError;

const MAX_MESSAGE: usize = 400;
const FORBIDDEN: u16 = 403;
const ERRORS_FROM: u16 = 300;

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    /// The call, such as `iam:GetCredentialReport`.
    pub(super) call: &'static str,
    /// AWS's error code, or a word of ours when AWS named none.
    pub(super) code: String,
    /// The HTTP status; `None` when there was no answer.
    pub(super) status: Option<u16>,
    message: String,
}

impl Failure {
    /// Reads the SDK's error.
    pub(super) fn of<E>(call: &'static str, error: &SdkError<E>) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let status = error.raw_response().map(|answer| answer.status().as_u16());
        let code = match (error.code(), status) {
            (Some(code), _) => code.to_owned(),
            // A proxy refuses without a code.
            (None, Some(FORBIDDEN)) => "AccessDenied".into(),
            (None, _) => word(error).into(),
        };
        let message = match error.message() {
            // Such messages repeat the signed request.
            _ if code.contains("Signature") => String::new(),
            Some(message) => message.chars().take(MAX_MESSAGE).collect(),
            // An answer that is none says nothing of itself.
            None if status.is_none_or(|status| status < ERRORS_FROM) => chain(error),
            None => String::new(),
        };
        Self {
            call,
            code,
            status,
            message,
        }
    }

    /// Whether a permission was missing.
    pub(super) fn is_denied(&self) -> bool {
        self.code.starts_with("AccessDenied") || self.code == "UnauthorizedOperation"
    }

    /// An answer that AWS never gives.
    pub(super) fn strange(call: &'static str, code: &str, message: &str) -> Self {
        Self {
            call,
            code: code.into(),
            status: None,
            message: message.into(),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code)?;
        if let Some(status) = self.status {
            write!(f, " (HTTP {status})")?;
        }
        if self.message.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", self.message)
        }
    }
}

/// Our word for a failure without an error code.
fn word<E>(error: &SdkError<E>) -> &'static str {
    match error {
        SdkError::ConstructionFailure(_) => "NotSent",
        SdkError::TimeoutError(_) => "Timeout",
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "Timeout",
        SdkError::DispatchFailure(_) => "NotReached",
        SdkError::ResponseError(_) => "UnreadableAnswer",
        SdkError::ServiceError(_) | _ => "UnknownError",
    }
}

/// The messages of an error and of what caused it; the useful one is often the last.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut parts = vec![on_one_line(error)];
    let mut next = error.source();
    while let Some(error) = next {
        let text = on_one_line(error);
        if parts.last().is_none_or(|last| !last.contains(&text)) {
            parts.push(text);
        }
        next = error.source();
    }
    parts.join(": ")
}

fn on_one_line(error: &dyn Error) -> String {
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("; ").replace(":; ", ": ")
}
