//! What a target group has as attributes: texts with dotted names.

use aws_sdk_elasticloadbalancingv2::types::TargetGroupAttribute;

use super::{
    DnsFailover, GroupHealth, Stickiness, TargetFailover, TargetGroup, TargetHealthState, UnhealthyStateRouting,
};
use crate::text::non_empty;

/// Returns the attributes to be set to come from `prior` to `planned`.
pub(super) fn changes(prior: &TargetGroup, planned: &TargetGroup) -> Vec<TargetGroupAttribute> {
    let protocol = planned.protocol.as_deref().unwrap_or_default();
    let kind = Kind { protocol, target_type: &planned.target_type };
    let (before, after) = (texts(prior), texts(&with_limits(planned)));
    let differs = |name: &str, value: &String| before.iter().all(|(other, old)| *other != name || old != value);
    let changed = after.iter().filter(|(name, value)| differs(name, value) && kind.has(name));
    changed.map(|(name, value)| TargetGroupAttribute::builder().key(*name).value(value).build()).collect()
}

/// Fills in the limits of health that the service did not tell.
fn with_limits(group: &TargetGroup) -> TargetGroup {
    let mut group = group.clone();
    let off = || "off".to_owned();
    if let Some(health) = &mut group.target_group_health {
        if let Some(dns) = &mut health.dns_failover {
            dns.minimum_healthy_targets_count.get_or_insert_with(off);
            dns.minimum_healthy_targets_percentage.get_or_insert_with(off);
        }
        if let Some(routing) = &mut health.unhealthy_state_routing {
            routing.minimum_healthy_targets_count.get_or_insert(1);
            routing.minimum_healthy_targets_percentage.get_or_insert_with(off);
        }
    }
    group
}

/// Returns a model with the attributes filled in.
///
/// What groups of the kind do not have is as configured or off, and means nothing. What the answer lacks otherwise stays as it was;
/// of a new group it is not taken for granted, so that the update after the create brings all that was planned.
pub(super) fn read(attributes: &[TargetGroupAttribute], kind: Kind<'_>, prior: &TargetGroup) -> TargetGroup {
    let answer = |name: &str| {
        attributes
            .iter()
            .find(|attribute| attribute.key.as_deref() == Some(name))
            .and_then(|attribute| attribute.value.clone())
    };
    let before = texts(prior);
    let recalled = |name: &str| before.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
    let text = |name: &str| match (kind.has(name), prior.arn.is_some()) {
        (false, _) => recalled(name).or_else(|| answer(name).filter(|_| kind.tells(name))),
        (true, true) => answer(name).or_else(|| recalled(name)),
        (true, false) => answer(name),
    };
    let flag = |name: &str| answer(name).map(|value| value == "true");
    let number = |name: &str| answer(name).and_then(|value| value.parse::<i64>().ok());
    TargetGroup {
        connection_termination: flag("deregistration_delay.connection_termination.enabled"),
        deregistration_delay: text("deregistration_delay.timeout_seconds"),
        lambda_multi_value_headers_enabled: text("lambda.multi_value_headers.enabled")
            .map(|value| value == "true")
            .or((!kind.has("lambda.multi_value_headers.enabled")).then_some(false)),
        load_balancing_algorithm_type: text("load_balancing.algorithm.type"),
        load_balancing_anomaly_mitigation: text("load_balancing.algorithm.anomaly_mitigation"),
        load_balancing_cross_zone_enabled: text("load_balancing.cross_zone.enabled"),
        preserve_client_ip: text("preserve_client_ip.enabled"),
        proxy_protocol_v2: text("proxy_protocol_v2.enabled")
            .map(|value| value == "true")
            .or((!kind.has("proxy_protocol_v2.enabled")).then_some(false)),
        slow_start: text("slow_start.duration_seconds").and_then(|seconds| seconds.parse().ok()),
        stickiness: Some(stickiness(&answer)),
        target_failover: vec![TargetFailover {
            on_deregistration: answer("target_failover.on_deregistration"),
            on_unhealthy: answer("target_failover.on_unhealthy"),
        }],
        target_group_health: Some(GroupHealth {
            dns_failover: Some(DnsFailover {
                minimum_healthy_targets_count: answer("target_group_health.dns_failover.minimum_healthy_targets.count"),
                minimum_healthy_targets_percentage: answer(
                    "target_group_health.dns_failover.minimum_healthy_targets.percentage",
                ),
            }),
            unhealthy_state_routing: Some(UnhealthyStateRouting {
                minimum_healthy_targets_count: number(
                    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
                ),
                minimum_healthy_targets_percentage: answer(
                    "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
                ),
            }),
        }),
        target_health_state: vec![TargetHealthState {
            enable_unhealthy_connection_termination: flag(
                "target_health_state.unhealthy.connection_termination.enabled",
            ),
            unhealthy_draining_interval: number("target_health_state.unhealthy.draining_interval_seconds"),
        }],
        target_type: kind.target_type.to_owned(),
        ..TargetGroup::default()
    }
}

fn stickiness(text: &dyn Fn(&str) -> Option<String>) -> Stickiness {
    let kind = text("stickiness.type").unwrap_or_default();
    let duration = text(if kind == "app_cookie" {
        "stickiness.app_cookie.duration_seconds"
    } else {
        "stickiness.lb_cookie.duration_seconds"
    });
    Stickiness {
        cookie_duration: duration.and_then(|seconds| seconds.parse().ok()).unwrap_or(0),
        cookie_name: Some(text("stickiness.app_cookie.cookie_name").unwrap_or_default()),
        enabled: text("stickiness.enabled").is_some_and(|enabled| enabled == "true"),
        r#type: kind,
    }
}

/// Returns the attributes that are set.
fn texts(group: &TargetGroup) -> Vec<(&'static str, String)> {
    let flag = |value: Option<bool>| value.map(|value| value.to_string());
    let number = |value: Option<i64>| value.map(|value| value.to_string());
    let limit = |limit: Option<&Option<String>>| limit.and_then(non_empty);
    let failover = group.target_failover.first();
    let state = group.target_health_state.first();
    let terminates = state.and_then(|state| state.enable_unhealthy_connection_termination);
    // Connections that are closed at once are not drained.
    let draining = state.filter(|_| terminates == Some(false)).and_then(|state| state.unhealthy_draining_interval);
    let dns = group.target_group_health.as_ref().and_then(|health| health.dns_failover.as_ref());
    let routing = group.target_group_health.as_ref().and_then(|health| health.unhealthy_state_routing.as_ref());
    let all = [
        ("deregistration_delay.connection_termination.enabled", flag(group.connection_termination)),
        ("deregistration_delay.timeout_seconds", non_empty(&group.deregistration_delay)),
        ("lambda.multi_value_headers.enabled", flag(group.lambda_multi_value_headers_enabled)),
        ("load_balancing.algorithm.anomaly_mitigation", non_empty(&group.load_balancing_anomaly_mitigation)),
        ("load_balancing.algorithm.type", non_empty(&group.load_balancing_algorithm_type)),
        ("load_balancing.cross_zone.enabled", non_empty(&group.load_balancing_cross_zone_enabled)),
        ("preserve_client_ip.enabled", non_empty(&group.preserve_client_ip).map(|value| value.to_lowercase())),
        ("proxy_protocol_v2.enabled", flag(group.proxy_protocol_v2)),
        ("slow_start.duration_seconds", number(group.slow_start)),
        ("target_failover.on_deregistration", failover.and_then(|failover| failover.on_deregistration.clone())),
        ("target_failover.on_unhealthy", failover.and_then(|failover| failover.on_unhealthy.clone())),
        ("target_health_state.unhealthy.connection_termination.enabled", flag(terminates)),
        ("target_health_state.unhealthy.draining_interval_seconds", number(draining)),
        (
            "target_group_health.dns_failover.minimum_healthy_targets.count",
            limit(dns.map(|dns| &dns.minimum_healthy_targets_count)),
        ),
        (
            "target_group_health.dns_failover.minimum_healthy_targets.percentage",
            limit(dns.map(|dns| &dns.minimum_healthy_targets_percentage)),
        ),
        (
            "target_group_health.unhealthy_state_routing.minimum_healthy_targets.count",
            number(routing.and_then(|routing| routing.minimum_healthy_targets_count)),
        ),
        (
            "target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage",
            limit(routing.map(|routing| &routing.minimum_healthy_targets_percentage)),
        ),
    ];
    let stickiness = group.stickiness.as_ref().map(stickiness_texts).unwrap_or_default();
    let all = all.into_iter().filter_map(|(name, value)| Some((name, value?)));
    all.chain(stickiness).collect()
}

fn stickiness_texts(stickiness: &Stickiness) -> Vec<(&'static str, String)> {
    let mut texts = vec![("stickiness.enabled", stickiness.enabled.to_string())];
    if stickiness.r#type.is_empty() {
        return texts;
    }
    texts.push(("stickiness.type", stickiness.r#type.clone()));
    let duration = stickiness.cookie_duration.to_string();
    match stickiness.r#type.as_str() {
        "lb_cookie" => texts.push(("stickiness.lb_cookie.duration_seconds", duration)),
        "app_cookie" => {
            texts.push(("stickiness.app_cookie.duration_seconds", duration));
            texts.push(("stickiness.app_cookie.cookie_name", stickiness.cookie_name.clone().unwrap_or_default()));
        }
        _ => {}
    }
    texts
}

/// What decides which attributes a group has.
#[derive(Clone, Copy)]
pub(super) struct Kind<'a> {
    pub(super) protocol: &'a str,
    pub(super) target_type: &'a str,
}

impl Kind<'_> {
    /// Tells whether an answer about the attribute means anything: how to choose among targets does not for a function.
    fn tells(self, name: &str) -> bool {
        self.target_type != "lambda" || !name.starts_with("load_balancing.")
    }

    fn has(self, name: &str) -> bool {
        // A function is one target.
        let is_function = self.target_type == "lambda";
        let is_http = matches!(self.protocol, "HTTP" | "HTTPS");
        let is_network = matches!(self.protocol, "TCP" | "TLS" | "UDP" | "TCP_UDP");
        match name {
            "lambda.multi_value_headers.enabled" => is_function,
            _ if is_function => false,
            "slow_start.duration_seconds" | "load_balancing.algorithm.anomaly_mitigation" => is_http,
            "proxy_protocol_v2.enabled"
            | "preserve_client_ip.enabled"
            | "deregistration_delay.connection_termination.enabled" => is_network,
            _ if name.starts_with("target_group_health.") => is_http || is_network,
            _ if name.starts_with("target_failover.") => self.protocol == "GENEVE",
            _ if name.starts_with("target_health_state.") => matches!(self.protocol, "TCP" | "TLS"),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(protocol: &str, target_type: &str) -> TargetGroup {
        TargetGroup {
            protocol: (!protocol.is_empty()).then(|| protocol.to_owned()),
            target_type: target_type.to_owned(),
            ..TargetGroup::default()
        }
    }

    fn check(prior: &TargetGroup, planned: &TargetGroup, expected: &[(&str, &str)]) {
        let changes = changes(prior, planned);
        let pairs: Vec<(&str, &str)> = changes
            .iter()
            .map(|attribute| {
                (attribute.key.as_deref().unwrap_or_default(), attribute.value.as_deref().unwrap_or_default())
            })
            .collect();
        assert_eq!(pairs, expected);
    }

    #[test]
    fn groups_have_the_attributes_of_their_protocol() {
        let with_defaults = |group: TargetGroup| TargetGroup {
            deregistration_delay: Some("300".to_owned()),
            lambda_multi_value_headers_enabled: Some(false),
            proxy_protocol_v2: Some(false),
            slow_start: Some(0),
            ..group
        };
        let delay = ("deregistration_delay.timeout_seconds", "300");
        for (protocol, target_type, expected) in [
            ("HTTP", "ip", &[delay, ("slow_start.duration_seconds", "0")][..]),
            ("TCP", "instance", &[delay, ("proxy_protocol_v2.enabled", "false")]),
            ("GENEVE", "instance", &[delay]),
            ("", "lambda", &[("lambda.multi_value_headers.enabled", "false")]),
        ] {
            let new = group(protocol, target_type);
            check(&new, &with_defaults(new.clone()), expected);
            check(&with_defaults(new.clone()), &with_defaults(new.clone()), &[]);
        }
    }

    #[test]
    fn stickiness_is_described_by_its_type() {
        let with = |enabled, kind: &str| TargetGroup {
            stickiness: Some(Stickiness {
                cookie_duration: 60,
                cookie_name: Some("c".to_owned()),
                enabled,
                r#type: kind.to_owned(),
            }),
            ..group("HTTP", "ip")
        };
        let none = group("HTTP", "ip");
        check(&with(true, "lb_cookie"), &with(false, "lb_cookie"), &[("stickiness.enabled", "false")]);
        check(&none, &with(false, ""), &[("stickiness.enabled", "false")]);
        check(
            &none,
            &with(true, "lb_cookie"),
            &[
                ("stickiness.enabled", "true"),
                ("stickiness.type", "lb_cookie"),
                ("stickiness.lb_cookie.duration_seconds", "60"),
            ],
        );
        check(
            &with(true, "lb_cookie"),
            &with(true, "app_cookie"),
            &[
                ("stickiness.type", "app_cookie"),
                ("stickiness.app_cookie.duration_seconds", "60"),
                ("stickiness.app_cookie.cookie_name", "c"),
            ],
        );
        check(&none, &with(true, "source_ip"), &[("stickiness.enabled", "true"), ("stickiness.type", "source_ip")]);
        check(&with(true, "lb_cookie"), &none, &[]);
    }

    #[test]
    fn drained_is_only_what_stays_open() {
        let with = |terminates| TargetGroup {
            target_health_state: vec![TargetHealthState {
                enable_unhealthy_connection_termination: Some(terminates),
                unhealthy_draining_interval: Some(60),
            }],
            ..group("TCP", "ip")
        };
        let name = "target_health_state.unhealthy.connection_termination.enabled";
        check(&group("TCP", "ip"), &with(true), &[(name, "true")]);
        check(
            &with(true),
            &with(false),
            &[(name, "false"), ("target_health_state.unhealthy.draining_interval_seconds", "60")],
        );
    }
}
