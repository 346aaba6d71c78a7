//! The connection to AWS: one client for each service, made once from the `provider` block.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use aws_config::sts::AssumeRoleProvider;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::env_config::file::{EnvConfigFileKind, EnvConfigFiles};
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider as TlsProvider, TlsContext, TrustStore};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::sync::OnceCell;
use wpinfra_core::model::Model as _;
use wpinfra_core::provider::RemoteResult;
use wpinfra_core::{Class, Diagnostic, Diagnostics, Value};

use crate::config::{self, AssumeRole, ProviderConfig};
use crate::error::{Call as _, missing};
use crate::reads::Reads;
use crate::tags::TagPolicy;

/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long one answer may take; longer ones are asked for again.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);

/// Clients for all services, and what types share while they work.
pub struct Aws {
    /// EC2: networks, addresses, security groups.
    pub ec2: aws_sdk_ec2::Client,
    /// ECS: clusters, task definitions, services.
    pub ecs: aws_sdk_ecs::Client,
    /// RDS: databases.
    pub rds: aws_sdk_rds::Client,
    /// EFS: file systems.
    pub efs: aws_sdk_efs::Client,
    /// Elastic Load Balancing, version 2.
    pub elb: aws_sdk_elasticloadbalancingv2::Client,
    /// IAM: roles and policies.
    pub iam: aws_sdk_iam::Client,
    /// Logs of `CloudWatch`.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// STS: who we are.
    pub sts: aws_sdk_sts::Client,
    /// Region that all of them work in.
    pub region: String,
    /// Which tags resources get and which are left alone.
    pub tags: TagPolicy,
    /// Reads that several resource types share.
    pub(crate) reads: Reads,
    caller: OnceCell<Caller>,
    calls: Arc<AtomicU64>,
}

/// Who the credentials belong to, as STS tells.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Account, twelve digits.
    pub account_id: String,
    /// ARN of the user or role.
    pub arn: String,
    /// Unique id of the user or role.
    pub user_id: String,
}

impl Aws {
    /// Returns who the credentials belong to; asked once.
    pub async fn caller(&self) -> RemoteResult<&Caller> {
        self.caller
            .get_or_try_init(|| async {
                let answer = self.sts.get_caller_identity().send().await.named("sts:GetCallerIdentity")?;
                let text = |field: Option<String>, what| field.ok_or_else(|| missing("sts:GetCallerIdentity", what));
                Ok(Caller {
                    account_id: text(answer.account, "account")?,
                    arn: text(answer.arn, "arn")?,
                    user_id: text(answer.user_id, "user id")?,
                })
            })
            .await
    }

    /// Returns the partition of the region: `aws`, `aws-cn`, `aws-us-gov`.
    pub fn partition(&self) -> &'static str {
        crate::region::partition_of(&self.region).id
    }

    /// Returns an ARN in this account and region.
    pub async fn arn(&self, service: &str, resource: &str) -> RemoteResult<String> {
        let account = &self.caller().await?.account_id;
        Ok(format!("arn:{}:{service}:{}:{account}:{resource}", self.partition(), self.region))
    }

    /// Returns the ARN of something of EC2's that its owner is known of.
    pub(crate) fn ec2_arn(&self, owner: Option<&str>, kind: &str, id: &str) -> String {
        let owner = owner.unwrap_or_default();
        format!("arn:{}:ec2:{}:{owner}:{kind}/{id}", self.partition(), self.region)
    }

    /// Returns the domain of the region's services: `amazonaws.com`.
    pub(crate) fn dns_suffix(&self) -> &'static str {
        crate::region::partition_of(&self.region).dns_suffix
    }

    /// Returns how many requests were sent, retries included.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }
}

/// Counts requests as they leave.
#[derive(Clone, Debug)]
struct CountCalls(Arc<AtomicU64>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for CountCalls {
    fn name(&self) -> &'static str {
        "CountCalls"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

/// Makes the connection from the `provider` block.
pub(crate) async fn connect(config: &Value) -> Result<Aws, Diagnostics> {
    let options = ProviderConfig::from_value(config)
        .map_err(|error| Diagnostic::bug("Unexpected provider configuration", error.to_string()))?;
    let endpoints = config::endpoints(config);
    let shared = shared_config(&options).await?;
    let region = shared.region().map(ToString::to_string).ok_or_else(no_region)?;
    let calls = Arc::new(AtomicU64::new(0));
    macro_rules! client {
        ($service:ident, $($name:literal),+) => {{
            let mut builder = $service::config::Builder::from(&shared).interceptor(CountCalls(Arc::clone(&calls)));
            if let Some(address) = [$($name),+].iter().find_map(|name| endpoints.get(*name)) {
                builder = builder.endpoint_url(address);
            }
            $service::Client::from_conf(builder.build())
        }};
    }
    let sts = {
        let mut builder = aws_sdk_sts::config::Builder::from(&shared).interceptor(CountCalls(Arc::clone(&calls)));
        builder.set_region(options.sts_region.clone().map(Region::new).or_else(|| shared.region().cloned()));
        if let Some(address) = endpoints.get("sts") {
            builder = builder.endpoint_url(address);
        }
        aws_sdk_sts::Client::from_conf(builder.build())
    };
    let aws = Aws {
        ec2: client!(aws_sdk_ec2, "ec2"),
        ecs: client!(aws_sdk_ecs, "ecs"),
        rds: client!(aws_sdk_rds, "rds"),
        efs: client!(aws_sdk_efs, "efs"),
        elb: client!(aws_sdk_elasticloadbalancingv2, "elbv2", "elb", "elasticloadbalancingv2", "elasticloadbalancing"),
        iam: client!(aws_sdk_iam, "iam"),
        logs: client!(aws_sdk_cloudwatchlogs, "logs", "cloudwatchlogs", "cloudwatchlog"),
        sts,
        region,
        tags: TagPolicy::new(&options),
        reads: Reads::default(),
        caller: OnceCell::new(),
        calls,
    };
    check_account(&aws, &options).await?;
    Ok(aws)
}

fn no_region() -> Diagnostics {
    Diagnostic::error(
        "No AWS region",
        "The AWS provider needs a region, and none was found: set \"region\" in the provider block, the environment variable AWS_REGION, or a region in the profile.",
    )
    .into()
}

/// Refuses accounts that the configuration forbids, before anything is done in them.
async fn check_account(aws: &Aws, options: &ProviderConfig) -> Result<(), Diagnostics> {
    if options.allowed_account_ids.is_empty() && options.forbidden_account_ids.is_empty() {
        return Ok(());
    }
    let caller = aws.caller().await.map_err(|error| {
        Diagnostic::error(
            "AWS account not known",
            format!("The provider block limits the accounts, but the account could not be found out: {error}."),
        )
        .class(Class::Provider)
    })?;
    let account = &caller.account_id;
    let allowed = options.allowed_account_ids.is_empty() || options.allowed_account_ids.contains(account);
    if allowed && !options.forbidden_account_ids.contains(account) {
        return Ok(());
    }
    Err(Diagnostic::error("AWS account not allowed", format!("The credentials belong to account {account}, which the provider block does not allow. Use other credentials, or change allowed_account_ids or forbidden_account_ids.")).into())
}

async fn shared_config(options: &ProviderConfig) -> Result<SdkConfig, Diagnostics> {
    // The engine retries, so that waits, budgets and lost answers are dealt with in one place.
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .retry_config(RetryConfig::disabled())
        .timeout_config(
            TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_attempt_timeout(ANSWER_TIMEOUT).build(),
        )
        .http_client(http_client(options)?);
    if let Some(region) = options.region.clone().filter(|region| !region.is_empty()) {
        loader = loader.region(Region::new(region));
    }
    if let Some(profile) = options.profile.clone().filter(|profile| !profile.is_empty()) {
        loader = loader.profile_name(profile);
    }
    if !options.shared_config_files.is_empty() || !options.shared_credentials_files.is_empty() {
        loader = loader.profile_files(profile_files(options));
    }
    if let (Some(key), Some(secret)) = (&options.access_key, &options.secret_key) {
        let credentials = Credentials::new(key, secret, options.token.clone(), None, "provider block");
        loader = loader.credentials_provider(credentials);
    }
    if let Some(fips) = options.use_fips_endpoint {
        loader = loader.use_fips(fips);
    }
    if let Some(dual_stack) = options.use_dualstack_endpoint {
        loader = loader.use_dual_stack(dual_stack);
    }
    let mut shared = loader.load().await;
    for role in &options.assume_role {
        shared = assume(shared, role).await;
    }
    Ok(shared)
}

fn profile_files(options: &ProviderConfig) -> EnvConfigFiles {
    let mut files = EnvConfigFiles::builder();
    for file in &options.shared_config_files {
        files = files.with_file(EnvConfigFileKind::Config, file);
    }
    for file in &options.shared_credentials_files {
        files = files.with_file(EnvConfigFileKind::Credentials, file);
    }
    let files = if options.shared_config_files.is_empty() { files.include_default_config_file(true) } else { files };
    let files =
        if options.shared_credentials_files.is_empty() { files.include_default_credentials_file(true) } else { files };
    files.build()
}

fn http_client(
    options: &ProviderConfig,
) -> Result<aws_smithy_runtime_api::client::http::SharedHttpClient, Diagnostics> {
    let builder = aws_smithy_http_client::Builder::new().tls_provider(TlsProvider::Rustls(CryptoMode::Ring));
    let Some(bundle) = options.custom_ca_bundle.as_deref().filter(|bundle| !bundle.is_empty()) else {
        return Ok(builder.build_https());
    };
    let unusable = |error: &dyn std::fmt::Display| {
        Diagnostic::error(
            "Unusable certificate bundle",
            format!("The file {bundle:?}, named by custom_ca_bundle, cannot be used: {error}."),
        )
        .class(Class::Environment)
    };
    let certificates = std::fs::read(Path::new(bundle)).map_err(|error| unusable(&error))?;
    let trust = TrustStore::empty().with_pem_certificate(certificates);
    let context = TlsContext::builder().with_trust_store(trust).build().map_err(|error| unusable(&error))?;
    Ok(builder.tls_context(context).build_https())
}

/// Returns the configuration with the credentials of a role that the present ones may act as.
async fn assume(shared: SdkConfig, role: &AssumeRole) -> SdkConfig {
    let Some(arn) = role.role_arn.as_deref().filter(|arn| !arn.is_empty()) else { return shared };
    let mut builder = AssumeRoleProvider::builder(arn)
        .configure(&shared)
        .session_name(role.session_name.as_deref().unwrap_or("wpinfra"));
    if let Some(external_id) = &role.external_id {
        builder = builder.external_id(external_id);
    }
    if let Some(policy) = &role.policy {
        builder = builder.policy(policy);
    }
    if !role.policy_arns.is_empty() {
        builder = builder.policy_arns(role.policy_arns.iter().cloned().collect());
    }
    if let Some(duration) = role.duration.as_deref().and_then(crate::text::go_duration) {
        builder = builder.session_length(duration);
    }
    let provider = builder.build().await;
    shared.into_builder().credentials_provider(SharedCredentialsProvider::new(provider)).build()
}
