//! The arguments and attributes of a target group.

use std::collections::BTreeSet;

use wpinfra_core::Value;
use wpinfra_schema_derive::{BlockModel, Model};

use crate::tags::Tags;

/// Targets that a load balancer sends to.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_lb_target_group", version = 0)]
pub struct TargetGroup {
    /// ARN of the group.
    #[attr(computed)]
    pub arn: Option<String>,
    /// End of the ARN, as metrics name it.
    #[attr(computed)]
    pub arn_suffix: Option<String>,
    /// Whether connections are closed when a target has been taken out.
    #[attr(optional, computed)]
    pub connection_termination: Option<bool>,
    /// Seconds that a target taken out may finish its work.
    #[attr(optional, default = "300", check = delay)]
    pub deregistration_delay: Option<String>,
    /// ARN of the group.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Kind of addresses of the targets.
    #[attr(optional, computed, replace, one_of("ipv4", "ipv6"))]
    pub ip_address_type: Option<String>,
    /// Whether a function gets several values of a header as a list.
    #[attr(optional, default = false)]
    pub lambda_multi_value_headers_enabled: Option<bool>,
    /// Load balancers that send to the group.
    #[attr(computed)]
    pub load_balancer_arns: BTreeSet<String>,
    /// How a target is chosen.
    #[attr(optional, computed, one_of("round_robin", "least_outstanding_requests", "weighted_random"))]
    pub load_balancing_algorithm_type: Option<String>,
    /// Whether targets that behave oddly get less.
    #[attr(optional, computed, one_of("on", "off"))]
    pub load_balancing_anomaly_mitigation: Option<String>,
    /// Whether each zone sends to targets in all zones.
    #[attr(optional, computed, one_of("true", "false", "use_load_balancer_configuration"))]
    pub load_balancing_cross_zone_enabled: Option<String>,
    /// Name of the group.
    #[attr(
        optional,
        computed,
        replace,
        length(1, 32),
        pattern(
            "^[0-9A-Za-z]([\\-0-9A-Za-z]*[0-9A-Za-z])?$",
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
    /// Port of the targets.
    #[attr(optional, replace, range(1, 65535), integer)]
    pub port: Option<i64>,
    /// Whether targets see the address of the client.
    #[attr(optional, computed, ignore_case, one_of_ignore_case("", "true", "false"))]
    pub preserve_client_ip: Option<String>,
    /// Protocol towards the targets.
    #[attr(optional, replace, one_of("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE"))]
    pub protocol: Option<String>,
    /// Version of HTTP towards the targets.
    #[attr(optional, computed, replace, ignore_case, one_of_ignore_case("GRPC", "HTTP1", "HTTP2"))]
    pub protocol_version: Option<String>,
    /// Whether targets get the header of the proxy protocol.
    #[attr(optional, default = false)]
    pub proxy_protocol_v2: Option<bool>,
    /// Seconds in which a new target gets its full share; 0 for at once.
    #[attr(optional, default = 0, integer, check = slow_start)]
    pub slow_start: Option<i64>,
    /// Tags of the group.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// What targets are named by.
    #[attr(optional, default = "instance", replace, one_of("instance", "ip", "lambda", "alb"))]
    pub target_type: String,
    /// VPC of the targets.
    #[attr(optional, replace)]
    pub vpc_id: Option<String>,
    /// How the health of targets is checked.
    #[block(list, computed)]
    pub health_check: Option<HealthCheck>,
    /// How clients stay with their target.
    #[block(list, computed)]
    pub stickiness: Option<Stickiness>,
    /// What happens to flows when a target fails.
    #[block(list, computed)]
    pub target_failover: Vec<TargetFailover>,
    /// When the whole group counts as unhealthy.
    #[block(list, computed)]
    pub target_group_health: Option<GroupHealth>,
    /// What happens to connections of unhealthy targets.
    #[block(list, computed)]
    pub target_health_state: Vec<TargetHealthState>,
}

/// Check of the health of targets.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct HealthCheck {
    /// Whether targets are checked.
    #[attr(optional, default = true)]
    pub enabled: bool,
    /// Successes until a target is healthy.
    #[attr(optional, default = 3, range(2, 10), integer)]
    pub healthy_threshold: i64,
    /// Seconds between checks.
    #[attr(optional, default = 30, range(5, 300), integer)]
    pub interval: i64,
    /// Status codes of a healthy answer.
    #[attr(optional, computed)]
    pub matcher: Option<String>,
    /// Path that is asked for.
    #[attr(optional, computed, length(1, 1024), pattern("^/", "a path that begins with a slash"))]
    pub path: Option<String>,
    /// Port that is asked.
    #[attr(optional, default = "traffic-port", check = check_port)]
    pub port: String,
    /// Protocol of the check.
    #[attr(optional, default = "HTTP", ignore_case, one_of_ignore_case("HTTP", "HTTPS", "TCP"))]
    pub protocol: String,
    /// Seconds to wait for an answer.
    #[attr(optional, computed, range(2, 120), integer)]
    pub timeout: Option<i64>,
    /// Failures until a target is unhealthy.
    #[attr(optional, default = 3, range(2, 10), integer)]
    pub unhealthy_threshold: i64,
}

/// How clients stay with their target.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct Stickiness {
    /// Seconds that a cookie of the load balancer is valid.
    #[attr(optional, default = 86400, range(0, 604_800), integer)]
    pub cookie_duration: i64,
    /// Cookie of the application.
    #[attr(optional)]
    pub cookie_name: Option<String>,
    /// Whether clients stay.
    #[attr(optional, default = true)]
    pub enabled: bool,
    /// What clients are recognized by.
    #[attr(required, one_of("lb_cookie", "app_cookie", "source_ip", "source_ip_dest_ip", "source_ip_dest_ip_proto"))]
    pub r#type: String,
}

/// What happens to flows of a failed target.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct TargetFailover {
    /// What to do when a target is taken out.
    #[attr(required, one_of("rebalance", "no_rebalance"))]
    pub on_deregistration: Option<String>,
    /// What to do when a target is unhealthy.
    #[attr(required, one_of("rebalance", "no_rebalance"))]
    pub on_unhealthy: Option<String>,
}

/// When a group counts as unhealthy.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct GroupHealth {
    /// When its zone is taken out of DNS.
    #[block(list)]
    pub dns_failover: Option<DnsFailover>,
    /// When requests go to all targets, healthy or not.
    #[block(list)]
    pub unhealthy_state_routing: Option<UnhealthyStateRouting>,
}

/// What happens to connections of unhealthy targets.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct TargetHealthState {
    /// Whether they are closed.
    #[attr(required)]
    pub enable_unhealthy_connection_termination: Option<bool>,
    /// Seconds until they are closed.
    #[attr(optional, default = 0, range(0, 360_000), integer)]
    pub unhealthy_draining_interval: Option<i64>,
}

/// When a zone is taken out of DNS.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct DnsFailover {
    /// Least number of healthy targets, or `off`.
    #[attr(optional, default = "off", check = count)]
    pub minimum_healthy_targets_count: Option<String>,
    /// Least percentage of healthy targets, or `off`.
    #[attr(optional, default = "off", check = percentage)]
    pub minimum_healthy_targets_percentage: Option<String>,
}

/// When requests go to all targets.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct UnhealthyStateRouting {
    /// Least number of healthy targets.
    #[attr(optional, default = 1, integer)]
    pub minimum_healthy_targets_count: Option<i64>,
    /// Least percentage of healthy targets, or `off`.
    #[attr(optional, default = "off", check = percentage)]
    pub minimum_healthy_targets_percentage: Option<String>,
}

fn delay(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("") => Ok(()),
        _ => within(value, 0, 3600).map_err(|()| "a number of seconds from 0 to 3600".to_owned()),
    }
}

fn slow_start(value: &Value) -> Result<(), String> {
    match value.as_number().and_then(wpinfra_core::Number::to_i64) {
        Some(0 | 30..=900) => Ok(()),
        _ => Err("0, or a number of seconds from 30 to 900".to_owned()),
    }
}

fn check_port(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("traffic-port") => Ok(()),
        _ => within(value, 1, 65536).map_err(|()| "a port, or \"traffic-port\"".to_owned()),
    }
}

fn count(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("off") => Ok(()),
        _ => within(value, i64::MIN, i64::MAX).map_err(|()| "a whole number, or \"off\"".to_owned()),
    }
}

fn percentage(value: &Value) -> Result<(), String> {
    match value.as_str() {
        Some("off") => Ok(()),
        _ => within(value, 1, 100).map_err(|()| "a whole number from 1 to 100, or \"off\"".to_owned()),
    }
}

fn within(value: &Value, least: i64, greatest: i64) -> Result<(), ()> {
    let number = value.as_str().and_then(|text| text.parse::<i64>().ok());
    number.filter(|number| (least..=greatest).contains(number)).map(drop).ok_or(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts_have_limits() {
        let check = |function: fn(&Value) -> Result<(), String>, text: &str, expected: bool| {
            assert_eq!(function(&Value::string(text)).is_ok(), expected, "{text}");
        };
        for (text, expected) in [("", true), ("0", true), ("3600", true), ("3601", false), ("-1", false), ("x", false)]
        {
            check(delay, text, expected);
        }
        for (text, expected) in [("off", true), ("1", true), ("100", true), ("0", false), ("101", false)] {
            check(percentage, text, expected);
        }
        for (text, expected) in [("traffic-port", true), ("80", true), ("0", false), ("", false)] {
            check(check_port, text, expected);
        }
        for (number, expected) in [(0, true), (29, false), (30, true), (900, true), (901, false)] {
            assert_eq!(slow_start(&Value::number(number)).is_ok(), expected, "{number}");
        }
    }
}
