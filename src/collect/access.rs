//! How AWS is reached: credentials, Region, retries and timeouts.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_config::ConfigLoader;
use aws_config::Region;
use aws_config::SdkConfig;
use aws_config::default_provider::credentials::DefaultCredentialsChain;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::imds;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_iam::config::SharedHttpClient;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::ConnectorBuilder;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;

use crate::collect::whole::Whole;

/// Used when nothing names a Region: IAM is global and answers there.
const DEFAULT_REGION: &str = "us-east-1";

/// IAM throttles readily. Not the SDK's adaptive mode, which stalls for minutes after a few throttles.
const ATTEMPTS: u32 = 8;

/// A page of a big account is slow; a silent server must end all the same.
const SILENCE: Duration = Duration::from_secs(30);
const ATTEMPT_IN_SILENCES: u32 = 2;
const OPERATION_IN_SILENCES: u32 = 10;
/// The pauses between attempts come on top, which do not get shorter with the answers.
const PAUSES: Duration = Duration::from_secs(30);

/// The first call must fail fast when there is nobody to answer it.
const FIRST_ATTEMPTS: u32 = 2;
const FIRST_BACKOFF: Duration = Duration::from_millis(200);
const FIRST_CONNECT_TIMEOUT: Duration = Duration::from_millis(1200);
const FIRST_READ_TIMEOUT: Duration = Duration::from_secs(10);

/// On a machine of EC2 the metadata service answers in milliseconds; elsewhere nobody does.
const METADATA_TIMEOUT: Duration = Duration::from_millis(300);

/// Whose credentials are used, and in which Region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// A profile of the shared config files. As in the AWS CLI it comes before keys in the environment; `None` for the usual order.
    pub profile: Option<String>,
    /// The Region to call; `None` for the one of the environment or the profile, or else us-east-1.
    pub region: Option<String>,
    /// How long a call waits for the next bytes of its answer before it is sent again; `None` for 30 seconds. An attempt
    /// may take twice as long in all, a call with its repetitions ten times,
    /// and half a minute for the pauses between them.
    pub silence: Option<Duration>,
}

/// The clients, ready to call.
pub(super) struct Connection {
    pub(super) region: String,
    /// For the first call, which must fail fast.
    pub(super) sts: aws_sdk_sts::Client,
    /// For all others.
    pub(super) config: SdkConfig,
}

impl Access {
    /// Prepares the clients; nothing is called yet.
    pub(super) async fn connect(&self) -> Connection {
        let region = self.region().await;
        let loader = self
            .with_credentials(aws_config::defaults(BehaviorVersion::latest()), &region)
            .await;
        let silence = self.silence.unwrap_or(SILENCE);
        let timeouts = TimeoutConfig::builder()
            .read_timeout(silence)
            .operation_attempt_timeout(silence * ATTEMPT_IN_SILENCES)
            .operation_timeout(silence * OPERATION_IN_SILENCES + PAUSES);
        let config = loader
            .http_client(connections())
            .region(region.clone())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
            .timeout_config(timeouts.clone().build())
            .load()
            .await;
        let first = aws_sdk_sts::config::Builder::from(&config)
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(FIRST_ATTEMPTS)
                    .with_initial_backoff(FIRST_BACKOFF),
            )
            .timeout_config(
                timeouts
                    .connect_timeout(FIRST_CONNECT_TIMEOUT)
                    .read_timeout(FIRST_READ_TIMEOUT.min(silence))
                    .build(),
            );
        Connection {
            region: region.to_string(),
            sts: aws_sdk_sts::Client::from_conf(first.interceptor(Whole).build()),
            config,
        }
    }

    /// Never asks the metadata service: on other machines that takes seconds.
    async fn region(&self) -> Region {
        let mut profile = ProfileFileRegionProvider::builder();
        if let Some(name) = &self.profile {
            profile = profile.profile_name(name);
        }
        let chain = RegionProviderChain::first_try(self.region.clone().map(Region::new))
            .or_else(EnvironmentVariableRegionProvider::new())
            .or_else(profile.build())
            .region()
            .await;
        chain.unwrap_or(Region::from_static(DEFAULT_REGION))
    }

    async fn with_credentials(&self, loader: ConfigLoader, region: &Region) -> ConfigLoader {
        if let Some(name) = &self.profile {
            let config = ProviderConfig::default().with_region(Some(region.clone()));
            let provider = ProfileFileCredentialsProvider::builder()
                .configure(&config)
                .profile_name(name)
                .build();
            return loader.profile_name(name).credentials_provider(provider);
        }
        let metadata = imds::Client::builder()
            .max_attempts(1)
            .connect_timeout(METADATA_TIMEOUT)
            .read_timeout(METADATA_TIMEOUT)
            .build();
        let chain = DefaultCredentialsChain::builder()
            .region(region.clone())
            .imds_client(metadata);
        loader.credentials_provider(chain.build().await)
    }
}

/// One set of connections for all clients: each would otherwise have its own, and shake hands with every service anew for
/// each account and Region. Proxies are found as the SDK finds them.
fn connections() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}
