//! Why nothing was collected at all. A call that fails later is a [`Gap`](crate::snapshot::Gap) instead.

use std::io;
use std::path::PathBuf;

/// Nothing was collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// No place that the AWS CLI looks at holds credentials.
    #[error(
        "no AWS credentials found; tried AWS_ACCESS_KEY_ID, the profile of AWS_PROFILE or `default` in the shared config \
         files, web identity, the container's and the instance's role; name one with --profile, or run `aws sso login` or \
         `aws configure` ({detail})"
    )]
    NoCredentials {
        /// What the SDK said.
        detail: String,
    },
    /// The profile that was named gives no credentials.
    #[error(
        "profile `{profile}` gives no credentials: {detail}; `aws configure list-profiles` shows the profiles, and one of \
         SSO may need `aws sso login --profile {profile}`"
    )]
    Profile {
        /// Its name.
        profile: String,
        /// What the SDK said.
        detail: String,
    },
    /// There are credentials somewhere, and they cannot be loaded.
    #[error(
        "the AWS credentials cannot be loaded: {detail}; for an SSO profile run `aws sso login`, or name another with --profile"
    )]
    BrokenCredentials {
        /// What the SDK said.
        detail: String,
    },
    /// The session is over.
    #[error("the AWS credentials have expired ({code}): log in again, for an SSO profile with `aws sso login`")]
    Expired {
        /// AWS's error code.
        code: String,
    },
    /// AWS does not know the key, or the secret is not its own.
    #[error(
        "AWS rejects the credentials in Region {region} ({code}): the key is unknown, deleted or mistyped, or the account \
         has not enabled the Region; check the key, or name another --region"
    )]
    Rejected {
        /// The Region that was called.
        region: String,
        /// AWS's error code.
        code: String,
    },
    /// No answer.
    #[error(
        "AWS does not answer in Region {region}: {detail}; check the name of the Region (--region), the network and the proxy"
    )]
    NotReached {
        /// The Region that was called.
        region: String,
        /// What the SDK said.
        detail: String,
    },
    /// An answer that is no.
    #[error("sts:GetCallerIdentity failed in Region {region}: {detail}")]
    Refused {
        /// The Region that was called.
        region: String,
        /// Code, HTTP status and message.
        detail: String,
    },
    /// An answer without an account.
    #[error("sts:GetCallerIdentity in Region {region} named no account; is the endpoint one of AWS?")]
    NoIdentity {
        /// The Region that was called.
        region: String,
    },
    /// The directory holds something else.
    #[error(
        "`{}` is not empty and holds nothing that `collect` left: name a new directory, so that nothing mixes",
        path.display()
    )]
    NotEmpty {
        /// The directory, as given.
        path: PathBuf,
    },
    /// The directory holds a run that asked for something else.
    #[error(
        "`{}` holds another collection ({difference}): name a new directory, or start over with --refresh, so that two \
         collections never mix",
        path.display()
    )]
    Other {
        /// The directory, as given.
        path: PathBuf,
        /// What differs.
        difference: String,
    },
    /// Another process fills the directory.
    #[error("another `collect` is filling `{}`: wait for it, or name another directory", path.display())]
    Busy {
        /// The directory, as given.
        path: PathBuf,
    },
    /// A choice of accounts that means nothing.
    #[error("`{name}` is no account, unit or root of the organization; see `aws organizations list-accounts`")]
    UnknownMember {
        /// What was named.
        name: String,
    },
    /// The directory cannot be made, listed or filled.
    #[error("cannot write `{}`: {error}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What the operating system said.
        #[source]
        error: io::Error,
    },
    /// The system gives no event loop.
    #[error("cannot start the network: {error}")]
    Start {
        /// What the operating system said.
        #[source]
        error: io::Error,
    },
}
