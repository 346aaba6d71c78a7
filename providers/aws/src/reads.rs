//! Reads that several resource types share, so that a refresh asks for each thing once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_ec2::types::{Filter, RouteTable, SecurityGroup, SecurityGroupRule};
use wpinfra_core::provider::RemoteResult;

use crate::batch::Batch;
use crate::client::Aws;
use crate::error::Call as _;

/// Values of one filter that EC2 takes at the most.
const FILTER_VALUES: usize = 200;

/// Batches of reads by kind of object.
#[derive(Default)]
pub(crate) struct Reads {
    route_tables: Arc<Batch<RouteTable>>,
    security_groups: Arc<Batch<SecurityGroup>>,
    security_group_rules: Arc<Batch<Vec<SecurityGroupRule>>>,
    pub(crate) elb_tags: Arc<Batch<Vec<(String, String)>>>,
    pub(crate) attached_policies: Arc<Batch<BTreeSet<String>>>,
    pub(crate) inline_policies: Arc<Batch<BTreeMap<String, String>>>,
}

/// Returns a filter on any of the values.
pub(crate) fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    Filter::builder().name(name).set_values(Some(values.into_iter().map(Into::into).collect())).build()
}

/// Splits ids into as many lists as filters must have.
pub(crate) fn chunks(ids: &[String]) -> impl Iterator<Item = Vec<String>> + '_ {
    ids.chunks(FILTER_VALUES).map(<[String]>::to_vec)
}

/// Reads all pages of a `Describe…` call that takes a filter on ids, and returns its items by the id that `key` gives.
///
/// A filter, unlike a list of ids, answers for those that exist when one of them does not.
macro_rules! describe_by_filter {
    ($client:expr, $call:ident, $operation:literal, $filter:expr, $ids:expr, $items:ident, $key:expr) => {{
        let mut found = ::std::collections::BTreeMap::new();
        for ids in $crate::reads::chunks(&$ids) {
            let mut pages =
                $client.$call().filters($crate::reads::filter($filter, ids)).into_paginator().items().send();
            while let Some(item) = pages.next().await {
                let item = $crate::error::Call::named(item, $operation)?;
                let key: fn(&_) -> Option<String> = $key;
                if let Some(id) = key(&item) {
                    found.insert(id, item);
                }
            }
        }
        found
    }};
}
pub(crate) use describe_by_filter;

impl Aws {
    /// Returns the route tables with the ids by id.
    pub(crate) async fn route_tables(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> RemoteResult<Arc<BTreeMap<String, RouteTable>>> {
        let ec2 = self.ec2.clone();
        let fetch = |ids: Vec<String>| async move {
            Ok(describe_by_filter!(
                ec2,
                describe_route_tables,
                "ec2:DescribeRouteTables",
                "route-table-id",
                ids,
                route_tables,
                |table: &RouteTable| table.route_table_id.clone()
            ))
        };
        self.reads.route_tables.load(ids, fetch).await
    }

    /// Returns the security groups with the ids by id.
    pub(crate) async fn security_groups(
        &self,
        ids: impl IntoIterator<Item = String>,
    ) -> RemoteResult<Arc<BTreeMap<String, SecurityGroup>>> {
        let ec2 = self.ec2.clone();
        let fetch = |ids: Vec<String>| async move {
            Ok(describe_by_filter!(
                ec2,
                describe_security_groups,
                "ec2:DescribeSecurityGroups",
                "group-id",
                ids,
                security_groups,
                |group: &SecurityGroup| group.group_id.clone()
            ))
        };
        self.reads.security_groups.load(ids, fetch).await
    }

    /// Returns the rules of the security groups with the ids by group.
    pub(crate) async fn security_group_rules(
        &self,
        groups: impl IntoIterator<Item = String>,
    ) -> RemoteResult<Arc<BTreeMap<String, Vec<SecurityGroupRule>>>> {
        let ec2 = self.ec2.clone();
        let fetch = |groups: Vec<String>| async move {
            let mut found: BTreeMap<String, Vec<SecurityGroupRule>> = BTreeMap::new();
            for groups in chunks(&groups) {
                let mut pages = ec2
                    .describe_security_group_rules()
                    .filters(filter("group-id", groups))
                    .into_paginator()
                    .items()
                    .send();
                while let Some(rule) = pages.next().await {
                    let rule = rule.named("ec2:DescribeSecurityGroupRules")?;
                    found.entry(rule.group_id.clone().unwrap_or_default()).or_default().push(rule);
                }
            }
            Ok(found)
        };
        self.reads.security_group_rules.load(groups, fetch).await
    }
}
