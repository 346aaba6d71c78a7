//! `data "aws_caller_identity"`

use wpinfra_core::provider::{DataSource, RemoteResult};
use wpinfra_schema_derive::Model;

use crate::client::Aws;

/// Tells who the credentials belong to.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_caller_identity", version = 0)]
pub struct CallerIdentity {
    /// Account, twelve digits.
    #[attr(computed)]
    pub account_id: Option<String>,
    /// ARN of the user or role.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Id: the account.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Unique id of the user or role.
    #[attr(computed)]
    pub user_id: Option<String>,
}

/// The data source.
pub struct CallerIdentitySource;

impl DataSource for CallerIdentitySource {
    type Model = CallerIdentity;
    type Client = Aws;

    async fn read(&self, aws: &Aws, _config: &CallerIdentity) -> RemoteResult<CallerIdentity> {
        let caller = aws.caller().await?;
        Ok(CallerIdentity {
            account_id: Some(caller.account_id.clone()),
            arn: Some(caller.arn.clone()),
            id: Some(caller.account_id.clone()),
            user_id: Some(caller.user_id.clone()),
        })
    }
}
