//! `sts:AssumeRole`: into a member account, with a session that may do nothing but read.

use std::time::Duration;
use std::time::SystemTime;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_sdk_sts::Client;
use aws_sdk_sts::error::SdkError;
use aws_sdk_sts::operation::assume_role::AssumeRoleError;
use tokio::sync::Mutex;

use crate::collect::Members;
use crate::collect::access::Connection;
use crate::collect::failure::Failure;
use crate::collect::policy::session_policy;
use crate::collect::whole::Whole;
use crate::collect::whole::patient;
use crate::collect::work::Work;
use crate::ident::AccountId;

pub(super) const CALL: &str = "sts:AssumeRole";

/// CloudTrail of the member account shows it.
const SESSION_NAME: &str = "leastwise-collect";

/// Enters an account through its role: the clients' configuration with credentials that renew themselves.
pub(super) async fn enter(
    connection: &Connection,
    partition: &str,
    account: AccountId,
    members: &Members,
    work: &Work<'_>,
) -> Result<SdkConfig, Failure> {
    let role = Role::new(connection, partition, account, members);
    let first = role.assume(work).await?;
    let provider = SharedCredentialsProvider::new(Session::new(role, first));
    Ok(connection.config.to_builder().credentials_provider(provider).build())
}

/// A role of a member account.
#[derive(Debug)]
struct Role {
    sts: Client,
    arn: String,
    external_id: Option<String>,
    policy: String,
}

impl Role {
    /// The role of that account, with sessions that are limited to what reading it needs.
    fn new(connection: &Connection, partition: &str, account: AccountId, members: &Members) -> Self {
        Self {
            sts: aws_sdk_sts::Client::from_conf(
                aws_sdk_sts::config::Builder::from(&connection.config)
                    .interceptor(Whole)
                    .retry_partition(patient())
                    .build(),
            ),
            arn: format!("arn:{partition}:iam::{account}:role/{}", members.role.trim_start_matches('/')),
            external_id: members.external_id.clone(),
            policy: session_policy(),
        }
    }

    /// Assumes the role for the first time, to see whether it can be.
    async fn assume(&self, work: &Work<'_>) -> Result<Credentials, Failure> {
        let answer = work.call(CALL, self.request()).await?;
        credentials(answer)
            .ok_or_else(|| Failure::strange(CALL, "EmptyAnswer", "the answer holds no credentials, or none with an end"))
    }

    async fn request(&self) -> Result<Option<aws_sdk_sts::types::Credentials>, SdkError<AssumeRoleError>> {
        let call = self
            .sts
            .assume_role()
            .role_arn(&self.arn)
            .role_session_name(SESSION_NAME)
            .policy(&self.policy)
            .set_external_id(self.external_id.clone());
        Ok(call.send().await?.credentials)
    }

    async fn again(&self) -> Result<Credentials, CredentialsError> {
        let answer = self.request().await.map_err(CredentialsError::provider_error)?;
        credentials(answer).ok_or_else(|| CredentialsError::not_loaded("AssumeRole gave no credentials"))
    }
}

fn credentials(answer: Option<aws_sdk_sts::types::Credentials>) -> Option<Credentials> {
    let answer = answer?;
    let end = SystemTime::try_from(answer.expiration).ok()?;
    Some(Credentials::new(
        answer.access_key_id,
        answer.secret_access_key,
        Some(answer.session_token),
        Some(end),
        CALL,
    ))
}

/// The role's session: the same credentials for all clients, and new ones when those are about to end. Left to the SDK,
/// each client of each Region would assume the role for itself.
#[derive(Debug)]
struct Session {
    role: Role,
    current: Mutex<Credentials>,
}

/// The SDK renews what ends within seconds; a call and its repetitions may take some minutes.
const BEFORE_THE_END: Duration = Duration::from_mins(3);

impl Session {
    fn new(role: Role, first: Credentials) -> Self {
        Self {
            role,
            current: Mutex::new(first),
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a session ends by the clock; nothing that is written depends on it"
    )]
    async fn credentials(&self) -> Result<Credentials, CredentialsError> {
        let mut current = self.current.lock().await;
        let soon = SystemTime::now() + BEFORE_THE_END;
        if current.expiry().is_none_or(|end| end <= soon) {
            *current = self.role.again().await?;
        }
        Ok(current.clone())
    }
}

impl ProvideCredentials for Session {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.credentials())
    }
}
