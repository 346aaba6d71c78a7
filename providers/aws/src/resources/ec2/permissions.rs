//! Permissions of security groups, taken apart until each names one source: what can be compared, added and revoked.

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroup, SecurityGroupRule as Ec2Rule, UserIdGroupPair,
};
use wpinfra_core::Value;
use wpinfra_core::provider::{RemoteErrorKind, RemoteResult};

use crate::client::Aws;
use crate::error::Call as _;

/// Whether packets come in or go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Direction {
    Ingress,
    Egress,
}

/// Who may send, or where may be sent to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Source {
    Cidr4(String),
    Cidr6(String),
    PrefixList(String),
    Group(String),
}

/// One permission with one source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Permission {
    /// `tcp`, `udp`, `icmp`, `icmpv6`, `-1` for all, or another protocol's number.
    pub(crate) protocol: String,
    /// First port or ICMP type; 0 where the protocol is all.
    pub(crate) from_port: i64,
    /// Last port or ICMP code; 0 where the protocol is all.
    pub(crate) to_port: i64,
    pub(crate) source: Source,
    pub(crate) description: String,
}

/// Returns a protocol as EC2 writes it back: names for those that have one, numbers for others.
pub(crate) fn protocol_name(protocol: &str) -> String {
    match protocol.to_ascii_lowercase().as_str() {
        "all" | "-1" => "-1",
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        "58" => "icmpv6",
        other => return other.to_owned(),
    }
    .to_owned()
}

/// Tells whether two texts are the same protocol: `tcp`, `TCP` and `6` are.
pub(crate) fn same_protocol(one: &Value, other: &Value) -> bool {
    one.as_str().map(protocol_name) == other.as_str().map(protocol_name)
}

/// Returns a configured protocol as Terraform records it in the older rules.
pub(crate) fn canonical_protocol(configured: &Value) -> Value {
    configured.as_str().map_or_else(|| configured.clone(), |protocol| Value::string(protocol_name(protocol)))
}

impl Permission {
    /// Returns the permission that a rule as EC2 tells it gives.
    pub(crate) fn of(rule: &Ec2Rule) -> Option<Self> {
        let group = rule.referenced_group_info.as_ref().and_then(|group| group.group_id.clone());
        let source = rule
            .cidr_ipv4
            .clone()
            .map(Source::Cidr4)
            .or_else(|| rule.cidr_ipv6.clone().map(Source::Cidr6))
            .or_else(|| rule.prefix_list_id.clone().map(Source::PrefixList))
            .or_else(|| group.map(Source::Group))?;
        let protocol = protocol_name(rule.ip_protocol.as_deref().unwrap_or("-1"));
        let ports = |port: Option<i32>| if protocol == "-1" { 0 } else { i64::from(port.unwrap_or(0)) };
        Some(Self {
            from_port: ports(rule.from_port),
            to_port: ports(rule.to_port),
            protocol,
            source,
            description: rule.description.clone().unwrap_or_default(),
        })
    }

    /// Tells whether two permissions let the same packets through; their descriptions may differ.
    pub(crate) fn same_packets(&self, other: &Self) -> bool {
        (&self.protocol, self.from_port, self.to_port, &self.source)
            == (&other.protocol, other.from_port, other.to_port, &other.source)
    }

    /// Returns the permission in the form that EC2's calls take.
    pub(crate) fn to_ec2(&self) -> IpPermission {
        let all = self.protocol == "-1";
        let port = |port: i64| i32::try_from(port).ok().filter(|_| !all);
        let permission = IpPermission::builder()
            .ip_protocol(&self.protocol)
            .set_from_port(port(self.from_port))
            .set_to_port(port(self.to_port));
        let description = Some(self.description.clone()).filter(|text| !text.is_empty());
        match &self.source {
            Source::Cidr4(cidr) => {
                permission.ip_ranges(IpRange::builder().cidr_ip(cidr).set_description(description).build())
            }
            Source::Cidr6(cidr) => {
                permission.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(cidr).set_description(description).build())
            }
            Source::PrefixList(list) => permission
                .prefix_list_ids(PrefixListId::builder().prefix_list_id(list).set_description(description).build()),
            Source::Group(group) => permission.user_id_group_pairs(group_pair(group, description)),
        }
        .build()
    }
}

/// Returns a reference to a group, which may belong to another account: `123456789012/sg-0123`.
fn group_pair(group: &str, description: Option<String>) -> UserIdGroupPair {
    let (owner, group) = group.split_once('/').map_or((None, group), |(owner, group)| (Some(owner.to_owned()), group));
    UserIdGroupPair::builder().group_id(group).set_user_id(owner).set_description(description).build()
}

/// Returns the permissions of a group in a direction.
pub(crate) fn permissions_of(group: &SecurityGroup, direction: Direction) -> BTreeSet<Permission> {
    let permissions = match direction {
        Direction::Ingress => group.ip_permissions(),
        Direction::Egress => group.ip_permissions_egress(),
    };
    permissions.iter().flat_map(|permission| taken_apart(permission, group.owner_id.as_deref())).collect()
}

/// Takes a permission with several sources apart. A group of another account than `owner` is named with its account.
fn taken_apart(permission: &IpPermission, owner: Option<&str>) -> Vec<Permission> {
    let protocol = protocol_name(permission.ip_protocol.as_deref().unwrap_or("-1"));
    let ports = |port: Option<i32>| if protocol == "-1" { 0 } else { i64::from(port.unwrap_or(0)) };
    let (from_port, to_port) = (ports(permission.from_port), ports(permission.to_port));
    let group = |pair: &UserIdGroupPair| {
        let id = pair.group_id.clone()?;
        let foreign = pair.user_id.as_deref().filter(|user| owner.is_some_and(|owner| owner != *user));
        Some(Source::Group(foreign.map_or_else(|| id.clone(), |user| format!("{user}/{id}"))))
    };
    let cidr4 =
        permission.ip_ranges().iter().map(|range| (range.cidr_ip.clone().map(Source::Cidr4), &range.description));
    let cidr6 =
        permission.ipv6_ranges().iter().map(|range| (range.cidr_ipv6.clone().map(Source::Cidr6), &range.description));
    let lists = permission.prefix_list_ids().iter();
    let lists = lists.map(|list| (list.prefix_list_id.clone().map(Source::PrefixList), &list.description));
    let groups = permission.user_id_group_pairs().iter().map(|pair| (group(pair), &pair.description));
    let sources = cidr4.chain(cidr6).chain(lists).chain(groups);
    sources
        .filter_map(|(source, description)| {
            let description = description.clone().unwrap_or_default();
            Some(Permission { protocol: protocol.clone(), from_port, to_port, source: source?, description })
        })
        .collect()
}

/// Adds permissions to a group. One that is there already is as good, where a lost answer may have added it.
pub(crate) async fn authorize(
    aws: &Aws,
    group: &str,
    direction: Direction,
    permissions: &[Permission],
) -> RemoteResult<Vec<Ec2Rule>> {
    if permissions.is_empty() {
        return Ok(Vec::new());
    }
    let list = Some(permissions.iter().map(Permission::to_ec2).collect());
    match direction {
        Direction::Ingress => {
            let call = aws.ec2.authorize_security_group_ingress().group_id(group).set_ip_permissions(list);
            let answer = call.send().await.named("ec2:AuthorizeSecurityGroupIngress")?;
            Ok(answer.security_group_rules.unwrap_or_default())
        }
        Direction::Egress => {
            let call = aws.ec2.authorize_security_group_egress().group_id(group).set_ip_permissions(list);
            let answer = call.send().await.named("ec2:AuthorizeSecurityGroupEgress")?;
            Ok(answer.security_group_rules.unwrap_or_default())
        }
    }
}

/// Takes permissions from a group; that they, or the group, are gone already is as good.
pub(crate) async fn revoke(
    aws: &Aws,
    group: &str,
    direction: Direction,
    permissions: &[Permission],
) -> RemoteResult<()> {
    if permissions.is_empty() {
        return Ok(());
    }
    // Descriptions are not part of what a revocation matches.
    let plain =
        permissions.iter().map(|permission| Permission { description: String::new(), ..permission.clone() }.to_ec2());
    let list = Some(plain.collect());
    let done = match direction {
        Direction::Ingress => {
            let call = aws.ec2.revoke_security_group_ingress().group_id(group).set_ip_permissions(list);
            call.send().await.named("ec2:RevokeSecurityGroupIngress").map(|_| ())
        }
        Direction::Egress => {
            let call = aws.ec2.revoke_security_group_egress().group_id(group).set_ip_permissions(list);
            call.send().await.named("ec2:RevokeSecurityGroupEgress").map(|_| ())
        }
    };
    match done {
        Err(error) if error.kind == RemoteErrorKind::NotFound => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protocols_have_one_name() {
        for (given, name) in [("ALL", "-1"), ("-1", "-1"), ("6", "tcp"), ("TCP", "tcp"), ("50", "50")] {
            assert_eq!(protocol_name(given), name);
        }
    }

    #[test]
    fn permissions_for_everything_have_no_ports() {
        let all = Permission {
            protocol: "-1".to_owned(),
            from_port: 0,
            to_port: 0,
            source: Source::Cidr4("0.0.0.0/0".to_owned()),
            description: String::new(),
        };
        let sent = all.to_ec2();
        assert_eq!((sent.from_port, sent.to_port), (None, None));
        let other_account = Permission { source: Source::Group("123456789012/sg-1".to_owned()), ..all };
        let pair = other_account.to_ec2().user_id_group_pairs()[0].clone();
        assert_eq!((pair.user_id.as_deref(), pair.group_id.as_deref()), (Some("123456789012"), Some("sg-1")));
    }
}
