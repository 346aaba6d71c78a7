//! The `provider "aws"` block.

use std::collections::{BTreeMap, BTreeSet};

use wpinfra_core::model::Model;
use wpinfra_core::schema::{Attribute, Block, NestedBlock, Nesting, Replace, Role, Schema};
use wpinfra_core::{Type, Value};
use wpinfra_schema_derive::{BlockModel, Model};

/// Names of the arguments of the `endpoints` block: one for each service and each alias of one.
const ENDPOINT_NAMES: &str = include_str!("endpoints.txt");

/// Configures the connection to AWS.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws", version = 0, strict)]
pub(crate) struct ProviderConfig {
    /// Access key id; usually better left to the environment or a profile.
    #[attr(optional)]
    pub(crate) access_key: Option<String>,
    /// Accounts that may be worked in; any other is refused.
    #[attr(optional, conflicts("forbidden_account_ids"))]
    pub(crate) allowed_account_ids: BTreeSet<String>,
    /// File with certificates to trust in place of the system's.
    #[attr(optional)]
    pub(crate) custom_ca_bundle: Option<String>,
    /// Address of the instance metadata service.
    #[attr(optional)]
    pub(crate) ec2_metadata_service_endpoint: Option<String>,
    /// Protocol of the instance metadata service, `IPv4` or `IPv6`.
    #[attr(optional)]
    pub(crate) ec2_metadata_service_endpoint_mode: Option<String>,
    /// Accounts that must not be worked in.
    #[attr(optional, conflicts("allowed_account_ids"))]
    pub(crate) forbidden_account_ids: BTreeSet<String>,
    /// Proxy for plain connections.
    #[attr(optional)]
    pub(crate) http_proxy: Option<String>,
    /// Proxy for encrypted connections.
    #[attr(optional)]
    pub(crate) https_proxy: Option<String>,
    /// Whether certificates go unchecked.
    #[attr(optional)]
    pub(crate) insecure: Option<bool>,
    /// How often a request is tried again; the engine's own limits hold beside it.
    #[attr(optional, integer)]
    pub(crate) max_retries: Option<i64>,
    /// Hosts that are reached without a proxy.
    #[attr(optional)]
    pub(crate) no_proxy: Option<String>,
    /// Profile in the shared configuration and credentials files.
    #[attr(optional)]
    pub(crate) profile: Option<String>,
    /// Region: `ap-northeast-1`.
    #[attr(optional)]
    pub(crate) region: Option<String>,
    /// How retries are spaced; accepted, the engine paces itself.
    #[attr(optional)]
    pub(crate) retry_mode: Option<String>,
    /// Whether S3 in us-east-1 is reached at its regional address.
    #[attr(optional)]
    pub(crate) s3_us_east_1_regional_endpoint: Option<String>,
    /// Whether S3 buckets are named in the path.
    #[attr(optional)]
    pub(crate) s3_use_path_style: Option<bool>,
    /// Secret access key.
    #[attr(optional)]
    pub(crate) secret_key: Option<String>,
    /// Shared configuration files in place of `~/.aws/config`.
    #[attr(optional)]
    pub(crate) shared_config_files: Vec<String>,
    /// Shared credentials files in place of `~/.aws/credentials`.
    #[attr(optional)]
    pub(crate) shared_credentials_files: Vec<String>,
    /// Accepted: credentials are never checked before their first use.
    #[attr(optional)]
    pub(crate) skip_credentials_validation: Option<bool>,
    /// Whether the instance metadata service is left alone: `true` or `false`.
    #[attr(optional)]
    pub(crate) skip_metadata_api_check: Option<String>,
    /// Accepted: region names are not checked against a list.
    #[attr(optional)]
    pub(crate) skip_region_validation: Option<bool>,
    /// Accepted: the account is asked for only when something needs it.
    #[attr(optional)]
    pub(crate) skip_requesting_account_id: Option<bool>,
    /// Region in which STS is asked, if not that of the provider.
    #[attr(optional)]
    pub(crate) sts_region: Option<String>,
    /// Session token of temporary credentials.
    #[attr(optional)]
    pub(crate) token: Option<String>,
    /// Capacity of the retry budget; accepted, the engine has its own.
    #[attr(optional, integer)]
    pub(crate) token_bucket_rate_limiter_capacity: Option<i64>,
    /// Whether addresses with IPv6 are used.
    #[attr(optional)]
    pub(crate) use_dualstack_endpoint: Option<bool>,
    /// Whether FIPS addresses are used.
    #[attr(optional)]
    pub(crate) use_fips_endpoint: Option<bool>,
    /// Role to act as; several are assumed one after another.
    #[block(list)]
    pub(crate) assume_role: Vec<AssumeRole>,
    /// Role to act as with a web identity token.
    #[block(list, max = 1)]
    pub(crate) assume_role_with_web_identity: Vec<AssumeRoleWithWebIdentity>,
    /// Tags that every resource gets.
    #[block(list, max = 1)]
    pub(crate) default_tags: Vec<DefaultTags>,
    /// Tags that are left alone and never shown.
    #[block(list, max = 1)]
    pub(crate) ignore_tags: Vec<IgnoreTags>,
}

/// Names a role to act as.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub(crate) struct AssumeRole {
    /// How long the session lasts: `1h`.
    #[attr(optional, format(Duration))]
    pub(crate) duration: Option<String>,
    /// External id that the role's trust policy asks for.
    #[attr(optional, length(2, 1224))]
    pub(crate) external_id: Option<String>,
    /// Policy that narrows the session further.
    #[attr(optional, format(Json))]
    pub(crate) policy: Option<String>,
    /// Managed policies that narrow the session further.
    #[attr(optional, each(format(Arn)))]
    pub(crate) policy_arns: BTreeSet<String>,
    /// The role.
    #[attr(optional, format(Arn))]
    pub(crate) role_arn: Option<String>,
    /// Name of the session in logs.
    #[attr(optional, length(2, 64))]
    pub(crate) session_name: Option<String>,
    /// Who stands behind the session.
    #[attr(optional, length(2, 64))]
    pub(crate) source_identity: Option<String>,
    /// Tags of the session.
    #[attr(optional)]
    pub(crate) tags: Option<BTreeMap<String, String>>,
    /// Tags that sessions made from this one keep.
    #[attr(optional)]
    pub(crate) transitive_tag_keys: BTreeSet<String>,
}

/// Names a role to act as with a web identity token, as pipelines have one.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub(crate) struct AssumeRoleWithWebIdentity {
    /// How long the session lasts: `1h`.
    #[attr(optional, format(Duration))]
    pub(crate) duration: Option<String>,
    /// Policy that narrows the session further.
    #[attr(optional, format(Json))]
    pub(crate) policy: Option<String>,
    /// Managed policies that narrow the session further.
    #[attr(optional, each(format(Arn)))]
    pub(crate) policy_arns: BTreeSet<String>,
    /// The role.
    #[attr(optional, format(Arn))]
    pub(crate) role_arn: Option<String>,
    /// Name of the session in logs.
    #[attr(optional, length(2, 64))]
    pub(crate) session_name: Option<String>,
    /// The token.
    #[attr(
        optional,
        length(4, 20000),
        exactly_one(
            "assume_role_with_web_identity.web_identity_token",
            "assume_role_with_web_identity.web_identity_token_file"
        )
    )]
    pub(crate) web_identity_token: Option<String>,
    /// File that holds the token.
    #[attr(
        optional,
        exactly_one(
            "assume_role_with_web_identity.web_identity_token",
            "assume_role_with_web_identity.web_identity_token_file"
        )
    )]
    pub(crate) web_identity_token_file: Option<String>,
}

/// Gives the tags that every resource gets.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub(crate) struct DefaultTags {
    /// Tags by key.
    #[attr(optional)]
    pub(crate) tags: Option<BTreeMap<String, String>>,
}

/// Names the tags that are left alone.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub(crate) struct IgnoreTags {
    /// Beginnings of keys.
    #[attr(optional)]
    pub(crate) key_prefixes: BTreeSet<String>,
    /// Keys.
    #[attr(optional)]
    pub(crate) keys: BTreeSet<String>,
}

/// Returns the schema of the provider block: the model and the `endpoints` block, whose three hundred names are data.
pub(crate) fn schema() -> Schema {
    let mut schema = ProviderConfig::schema();
    let attribute = |name: &'static str| {
        let mut attribute = Attribute::new(Type::String, Role::Optional);
        attribute.description = "Address of the service.";
        (name, attribute)
    };
    let endpoints = NestedBlock {
        block: Block {
            description: "Addresses of services in place of AWS's own.",
            attributes: ENDPOINT_NAMES.lines().map(attribute).collect(),
            blocks: BTreeMap::new(),
        },
        nesting: Nesting::Set,
        min: 0,
        max: 0,
        replace: Replace::Never,
        computed: false,
        deprecated: None,
        relations: Vec::new(),
        unknown_on_update: &[],
    };
    schema.block.blocks.insert("endpoints", endpoints);
    schema
}

/// Returns the addresses in the `endpoints` blocks by name.
pub(crate) fn endpoints(config: &Value) -> BTreeMap<String, String> {
    let blocks = config.get("endpoints");
    let blocks = blocks.as_ref().and_then(Value::elements).unwrap_or_default();
    let named = blocks.iter().filter_map(Value::mapping).flatten();
    named
        .filter_map(|(name, address)| Some((name.to_string(), address.as_str()?.to_owned())))
        .filter(|(_, address)| !address.is_empty())
        .collect()
}
