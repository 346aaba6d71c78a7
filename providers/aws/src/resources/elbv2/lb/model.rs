//! The arguments and attributes of a load balancer.

use std::collections::BTreeSet;

use wpinfra_schema_derive::{BlockModel, Model};

use crate::tags::Tags;

/// A load balancer: application, network or gateway.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_lb", version = 0, timeouts(create = 600, delete = 600, update = 600))]
pub struct LoadBalancer {
    /// ARN of the load balancer.
    #[attr(computed)]
    pub arn: Option<String>,
    /// End of the ARN, as metrics name it.
    #[attr(computed)]
    pub arn_suffix: Option<String>,
    /// Seconds that connections of clients stay open.
    #[attr(optional, default = 3600, integer)]
    pub client_keep_alive: Option<i64>,
    /// Pool of addresses of an Outpost.
    #[attr(optional, replace)]
    pub customer_owned_ipv4_pool: Option<String>,
    /// What is done with requests that may smuggle others.
    #[attr(optional, default = "defensive", one_of("monitor", "defensive", "strictest"))]
    pub desync_mitigation_mode: Option<String>,
    /// Name in DNS.
    #[attr(computed)]
    pub dns_name: Option<String>,
    /// Which zones the addresses that clients get are in.
    #[attr(
        optional,
        planned_by_type,
        one_of("availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone")
    )]
    pub dns_record_client_routing_policy: Option<String>,
    /// Whether invalid header fields are taken out.
    #[attr(optional, default = false)]
    pub drop_invalid_header_fields: Option<bool>,
    /// Whether each zone sends to targets in all zones.
    #[attr(optional)]
    pub enable_cross_zone_load_balancing: Option<bool>,
    /// Whether AWS refuses to delete it.
    #[attr(optional, default = false)]
    pub enable_deletion_protection: bool,
    /// Whether HTTP/2 is on.
    #[attr(optional, default = true)]
    pub enable_http2: Option<bool>,
    /// Whether targets learn the TLS version and cipher suite.
    #[attr(optional, default = false)]
    pub enable_tls_version_and_cipher_suite_headers: Option<bool>,
    /// Whether requests pass while the firewall cannot be asked.
    #[attr(optional, default = false)]
    pub enable_waf_fail_open: Option<bool>,
    /// Whether targets learn the port of the client.
    #[attr(optional, default = false)]
    pub enable_xff_client_port: Option<bool>,
    /// Whether traffic can be moved out of a zone.
    #[attr(optional, default = false)]
    pub enable_zonal_shift: Option<bool>,
    /// Whether security groups hold for traffic from `PrivateLink`, too.
    #[attr(optional, computed, one_of("on", "off"))]
    pub enforce_security_group_inbound_rules_on_private_link_traffic: Option<String>,
    /// ARN of the load balancer.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Seconds after which silent connections are closed.
    #[attr(optional, default = 60, integer)]
    pub idle_timeout: Option<i64>,
    /// Whether it has private addresses only.
    #[attr(optional, computed, replace)]
    pub internal: Option<bool>,
    /// Kinds of addresses.
    #[attr(optional, computed, one_of("ipv4", "dualstack", "dualstack-without-public-ipv4"))]
    pub ip_address_type: Option<String>,
    /// Kind of load balancer.
    #[attr(optional, default = "application", replace, one_of("application", "network", "gateway"))]
    pub load_balancer_type: String,
    /// Name of the load balancer.
    #[attr(
        optional,
        computed,
        replace,
        length(0, 32),
        pattern(
            "^([0-9A-Za-z]([\\-0-9A-Za-z]*[0-9A-Za-z])?)?$",
            "letters, digits and hyphens, no hyphen at the beginning or end"
        ),
        conflicts("name_prefix")
    )]
    pub name: Option<String>,
    /// Beginning of a generated name.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 6),
        pattern("^[0-9A-Za-z][\\-0-9A-Za-z]*$", "letters, digits and hyphens, no hyphen at the beginning"),
        conflicts("name")
    )]
    pub name_prefix: Option<String>,
    /// Whether targets get the host header unchanged.
    #[attr(optional, default = false)]
    pub preserve_host_header: Option<bool>,
    /// Security groups.
    #[attr(optional, computed)]
    pub security_groups: BTreeSet<String>,
    /// Subnets that it stands in, one a zone.
    #[attr(
        optional,
        computed,
        exactly_one("subnet_mapping", "subnets"),
        unknown_on_update(
            "subnet_mapping",
            "subnet_mapping.allocation_id",
            "subnet_mapping.ipv6_address",
            "subnet_mapping.private_ipv4_address",
            "subnet_mapping.subnet_id"
        )
    )]
    pub subnets: BTreeSet<String>,
    /// Tags of the load balancer.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// VPC of the subnets.
    #[attr(computed)]
    pub vpc_id: Option<String>,
    /// What is done with the header X-Forwarded-For.
    #[attr(optional, default = "append", one_of("append", "preserve", "remove"))]
    pub xff_header_processing_mode: Option<String>,
    /// Zone of the name in Route 53.
    #[attr(computed)]
    pub zone_id: Option<String>,
    /// Where each request is logged.
    #[block(list)]
    pub access_logs: Option<Logs>,
    /// Where each connection is logged.
    #[block(list)]
    pub connection_logs: Option<ConnectionLogs>,
    /// Pools that public addresses come from.
    #[block(list)]
    pub ipam_pools: Option<IpamPools>,
    /// Capacity that is always kept.
    #[block(list)]
    pub minimum_load_balancer_capacity: Option<MinimumCapacity>,
    /// Subnets with the addresses to have there.
    #[block(set, computed, exactly_one("subnet_mapping", "subnets"), unknown_on_update("subnets"))]
    pub subnet_mapping: Vec<SubnetMapping>,
}

/// Logs of requests in S3.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct Logs {
    /// Bucket.
    #[attr(required)]
    pub bucket: String,
    /// Whether logs are written.
    #[attr(optional, default = false)]
    pub enabled: bool,
    /// Beginning of the keys.
    #[attr(optional)]
    pub prefix: Option<String>,
}

/// Logs of connections in S3.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct ConnectionLogs {
    /// Bucket.
    #[attr(required)]
    pub bucket: String,
    /// Whether logs are written.
    #[attr(optional, default = false)]
    pub enabled: bool,
    /// Beginning of the keys.
    #[attr(optional)]
    pub prefix: Option<String>,
}

/// Pools of addresses.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct IpamPools {
    /// Pool of IPv4 addresses.
    #[attr(required)]
    pub ipv4_ipam_pool_id: String,
}

/// Reserved capacity.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct MinimumCapacity {
    /// Load balancer capacity units.
    #[attr(required, integer)]
    pub capacity_units: i64,
}

/// A subnet with the addresses to have there.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct SubnetMapping {
    /// Elastic IP.
    #[attr(optional)]
    pub allocation_id: Option<String>,
    /// IPv6 address.
    #[attr(optional, pattern(r"^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)$", "an IP address"))]
    pub ipv6_address: Option<String>,
    /// Outpost that the subnet stands on.
    #[attr(computed)]
    pub outpost_id: Option<String>,
    /// Private IPv4 address.
    #[attr(optional, format(Ipv4))]
    pub private_ipv4_address: Option<String>,
    /// Subnet.
    #[attr(required)]
    pub subnet_id: String,
}
