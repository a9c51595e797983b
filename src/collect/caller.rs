//! `sts:GetCallerIdentity`: who we are. It needs no permission, so a failure is one of the credentials or of the way.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_sts::error::SdkError;

use crate::collect::Access;
use crate::collect::CollectError;
use crate::collect::access::Connection;
use crate::collect::failure::Failure;
use crate::collect::failure::chain;
use crate::ident::AccountId;

/// The SDK names it where a profile holds a session of `aws login`; it would bring 27 crates.
const LOGIN_FEATURE: &str = "credentials-login";

pub(super) const CALL: &str = "sts:GetCallerIdentity";

/// Whose credentials are used, as STS says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// Their account.
    pub account: AccountId,
    /// The ARN of the user or the role session.
    pub arn: String,
}

impl Caller {
    /// The partition, such as `aws` or `aws-cn`.
    pub(super) fn partition(&self) -> String {
        self.arn.split(':').nth(1).unwrap_or("aws").to_owned()
    }
}

/// Asks STS who the credentials belong to.
pub(super) async fn identify(connection: &Connection, access: &Access) -> Result<Caller, CollectError> {
    let answer = connection.sts.get_caller_identity().send().await;
    let answer = answer.map_err(|error| refused(&error, connection, access))?;
    let account = answer.account.as_deref().and_then(|account| account.parse().ok());
    match (account, answer.arn) {
        (Some(account), Some(arn)) => Ok(Caller { account, arn }),
        _ => Err(CollectError::NoIdentity {
            region: connection.region.clone(),
        }),
    }
}

fn refused<E>(error: &SdkError<E>, connection: &Connection, access: &Access) -> CollectError
where
    E: Error + aws_sdk_sts::error::ProvideErrorMetadata + 'static,
{
    if let Some(credentials) = credentials_error(error) {
        return no_credentials(credentials, access);
    }
    let failure = Failure::of(CALL, error);
    let region = connection.region.clone();
    match failure.code.as_str() {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => CollectError::Expired { code: failure.code },
        "InvalidClientTokenId" | "UnrecognizedClientException" | "SignatureDoesNotMatch" | "IncompleteSignature" => {
            CollectError::Rejected {
                code: failure.code,
                region,
            }
        }
        _ if failure.status.is_none() => CollectError::NotReached {
            region,
            detail: chain(error),
        },
        _ => CollectError::Refused {
            region,
            detail: failure.to_string(),
        },
    }
}

/// The credentials' own error, which the SDK wraps several times.
fn credentials_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CredentialsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

fn no_credentials(error: &CredentialsError, access: &Access) -> CollectError {
    // Its own words are of the SDK's insides ("the provider was not enabled"); those of its cause are for people.
    let detail = error
        .source()
        .map_or_else(|| "it is not defined, or holds no credentials".into(), chain);
    let detail = if detail.contains(LOGIN_FEATURE) {
        "sessions of `aws login` are not read; `aws configure export-credentials --format env` makes keys of one".into()
    } else {
        detail
    };
    match (&access.profile, error) {
        (Some(profile), _) => CollectError::Profile {
            profile: profile.clone(),
            detail,
        },
        (None, CredentialsError::CredentialsNotLoaded(_)) => CollectError::NoCredentials { detail },
        // The last place of the chain: the metadata service was asked because there was nothing before it.
        (None, _) if detail.contains("IMDS") => CollectError::NoCredentials { detail },
        (None, _) => CollectError::BrokenCredentials { detail },
    }
}
