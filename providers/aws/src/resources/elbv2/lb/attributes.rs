//! What a load balancer has as attributes: texts with dotted names.

use aws_sdk_elasticloadbalancingv2::types::LoadBalancerAttribute;

use super::{ConnectionLogs, LoadBalancer, Logs};
use crate::text::non_empty;

/// Returns the attributes to be set to come from `prior` to `planned`.
pub(super) fn changes(prior: &LoadBalancer, planned: &LoadBalancer) -> Vec<LoadBalancerAttribute> {
    let (before, after) = (texts(prior), texts(planned));
    let differs = |name: &str, value: &String| before.iter().all(|(other, old)| *other != name || old != value);
    let changed =
        after.iter().filter(|(name, value)| differs(name, value) && belongs(name, &planned.load_balancer_type));
    changed.map(|(name, value)| LoadBalancerAttribute::builder().key(*name).value(value).build()).collect()
}

/// Returns a model with the attributes filled in.
///
/// What load balancers of the kind do not have is as configured, and means nothing. What the answer lacks otherwise stays as it
/// was; of a new load balancer it is not taken for granted, so that the update after the create brings all that was planned.
pub(super) fn read(attributes: &[LoadBalancerAttribute], kind: &str, prior: &LoadBalancer) -> LoadBalancer {
    let answer = |name: &str| {
        let found = attributes.iter().find(|attribute| attribute.key.as_deref() == Some(name));
        found.and_then(|attribute| attribute.value.clone())
    };
    let before = texts(prior);
    let recalled = |name: &str| before.iter().find(|(other, _)| *other == name).map(|(_, value)| value.clone());
    let text = |name: &str| match (belongs(name, kind), prior.arn.is_some()) {
        (false, _) => recalled(name).or_else(|| answer(name)),
        (true, true) => answer(name).or_else(|| recalled(name)),
        (true, false) => answer(name),
    };
    let flag = |name: &str| text(name).map(|value| value == "true");
    let number = |name: &str| text(name).and_then(|value| value.parse::<i64>().ok());
    LoadBalancer {
        access_logs: Some(Logs::read(answer, prior)),
        connection_logs: (kind == "application").then(|| ConnectionLogs::read(answer, prior)),
        client_keep_alive: number("client_keep_alive.seconds"),
        desync_mitigation_mode: text("routing.http.desync_mitigation_mode"),
        dns_record_client_routing_policy: text("dns_record.client_routing_policy"),
        drop_invalid_header_fields: flag("routing.http.drop_invalid_header_fields.enabled"),
        enable_cross_zone_load_balancing: flag("load_balancing.cross_zone.enabled"),
        enable_deletion_protection: flag("deletion_protection.enabled").unwrap_or(false),
        enable_http2: flag("routing.http2.enabled"),
        enable_tls_version_and_cipher_suite_headers: flag("routing.http.x_amzn_tls_version_and_cipher_suite.enabled"),
        enable_waf_fail_open: flag("waf.fail_open.enabled"),
        enable_xff_client_port: flag("routing.http.xff_client_port.enabled"),
        enable_zonal_shift: flag("zonal_shift.config.enabled"),
        idle_timeout: number("idle_timeout.timeout_seconds"),
        preserve_host_header: flag("routing.http.preserve_host_header.enabled"),
        xff_header_processing_mode: text("routing.http.xff_header_processing.mode"),
        ..LoadBalancer::default()
    }
}

/// Returns the attributes that are set.
fn texts(balancer: &LoadBalancer) -> Vec<(&'static str, String)> {
    let flag = |value: Option<bool>| value.map(|value| value.to_string());
    let number = |value: Option<i64>| value.map(|value| value.to_string());
    let logs = balancer.access_logs.as_ref();
    let connections = balancer.connection_logs.as_ref();
    // Where to log matters only where logs are written.
    let bucket = logs.filter(|logs| logs.enabled).map(|logs| logs.bucket.clone());
    let prefix = logs.filter(|logs| logs.enabled).map(|logs| logs.prefix.clone().unwrap_or_default());
    let connection_bucket = connections.filter(|logs| logs.enabled).map(|logs| logs.bucket.clone());
    let connection_prefix = connections.filter(|logs| logs.enabled).map(|logs| logs.prefix.clone().unwrap_or_default());
    let all = [
        ("access_logs.s3.enabled", flag(logs.map(|logs| logs.enabled))),
        ("access_logs.s3.bucket", bucket),
        ("access_logs.s3.prefix", prefix),
        ("client_keep_alive.seconds", number(balancer.client_keep_alive)),
        ("connection_logs.s3.enabled", flag(connections.map(|logs| logs.enabled))),
        ("connection_logs.s3.bucket", connection_bucket),
        ("connection_logs.s3.prefix", connection_prefix),
        ("deletion_protection.enabled", flag(Some(balancer.enable_deletion_protection))),
        ("dns_record.client_routing_policy", non_empty(&balancer.dns_record_client_routing_policy)),
        ("idle_timeout.timeout_seconds", number(balancer.idle_timeout)),
        ("load_balancing.cross_zone.enabled", flag(balancer.enable_cross_zone_load_balancing)),
        ("routing.http.desync_mitigation_mode", non_empty(&balancer.desync_mitigation_mode)),
        ("routing.http.drop_invalid_header_fields.enabled", flag(balancer.drop_invalid_header_fields)),
        ("routing.http.preserve_host_header.enabled", flag(balancer.preserve_host_header)),
        (
            "routing.http.x_amzn_tls_version_and_cipher_suite.enabled",
            flag(balancer.enable_tls_version_and_cipher_suite_headers),
        ),
        ("routing.http.xff_client_port.enabled", flag(balancer.enable_xff_client_port)),
        ("routing.http.xff_header_processing.mode", non_empty(&balancer.xff_header_processing_mode)),
        ("routing.http2.enabled", flag(balancer.enable_http2)),
        ("waf.fail_open.enabled", flag(balancer.enable_waf_fail_open)),
        ("zonal_shift.config.enabled", flag(balancer.enable_zonal_shift)),
    ];
    all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// Tells whether load balancers of a kind have an attribute.
fn belongs(name: &str, kind: &str) -> bool {
    match name {
        "deletion_protection.enabled" => true,
        "load_balancing.cross_zone.enabled" => kind != "application",
        "dns_record.client_routing_policy" => kind == "network",
        "zonal_shift.config.enabled" => kind != "gateway",
        _ if name.starts_with("access_logs.") => kind != "gateway",
        _ => kind == "application",
    }
}

impl Logs {
    fn read(text: impl Fn(&str) -> Option<String>, prior: &LoadBalancer) -> Self {
        let enabled = text("access_logs.s3.enabled").is_some_and(|value| value == "true");
        let mut logs = Self {
            bucket: text("access_logs.s3.bucket").unwrap_or_default(),
            enabled,
            prefix: Some(text("access_logs.s3.prefix").unwrap_or_default()),
        };
        // Nobody needs to be told where logs would go that are not written.
        if let Some(prior) = prior.access_logs.as_ref().filter(|prior| !prior.enabled && !enabled) {
            (logs.bucket, logs.prefix) = (prior.bucket.clone(), prior.prefix.clone());
        }
        logs
    }
}

impl ConnectionLogs {
    fn read(text: impl Fn(&str) -> Option<String>, prior: &LoadBalancer) -> Self {
        let enabled = text("connection_logs.s3.enabled").is_some_and(|value| value == "true");
        let mut logs = Self {
            bucket: text("connection_logs.s3.bucket").unwrap_or_default(),
            enabled,
            prefix: Some(text("connection_logs.s3.prefix").unwrap_or_default()),
        };
        if let Some(prior) = prior.connection_logs.as_ref().filter(|prior| !prior.enabled && !enabled) {
            (logs.bucket, logs.prefix) = (prior.bucket.clone(), prior.prefix.clone());
        }
        logs
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(attributes: &[LoadBalancerAttribute]) -> Vec<(&str, &str)> {
        attributes
            .iter()
            .map(|attribute| {
                (attribute.key.as_deref().unwrap_or_default(), attribute.value.as_deref().unwrap_or_default())
            })
            .collect()
    }

    fn of_kind(kind: &str) -> LoadBalancer {
        LoadBalancer { load_balancer_type: kind.to_owned(), ..LoadBalancer::default() }
    }

    #[test]
    fn only_attributes_of_the_kind_that_differ_are_set() {
        let planned = LoadBalancer {
            idle_timeout: Some(120),
            enable_http2: Some(true),
            enable_cross_zone_load_balancing: Some(true),
            dns_record_client_routing_policy: Some("any_availability_zone".to_owned()),
            ..LoadBalancer::default()
        };
        for (kind, expected) in [
            ("application", &[("idle_timeout.timeout_seconds", "120")][..]),
            (
                "network",
                &[
                    ("dns_record.client_routing_policy", "any_availability_zone"),
                    ("load_balancing.cross_zone.enabled", "true"),
                ],
            ),
            ("gateway", &[("load_balancing.cross_zone.enabled", "true")]),
        ] {
            let prior = LoadBalancer { enable_http2: Some(true), ..of_kind(kind) };
            let planned = LoadBalancer { load_balancer_type: kind.to_owned(), ..planned.clone() };
            assert_eq!(pairs(&changes(&prior, &planned)), expected, "{kind}");
        }
    }

    #[test]
    fn what_is_not_answered_is_remembered_but_not_of_new_ones() {
        let prior = |arn: Option<&str>| LoadBalancer {
            arn: arn.map(str::to_owned),
            dns_record_client_routing_policy: Some("availability_zone_affinity".to_owned()),
            enable_http2: Some(true),
            ..of_kind("network")
        };
        for (arn, policy) in [(None, None), (Some("arn"), Some("availability_zone_affinity"))] {
            let found = read(&[], "network", &prior(arn));
            assert_eq!(found.dns_record_client_routing_policy.as_deref(), policy);
            assert_eq!(found.enable_http2, Some(true), "network load balancers know nothing of it");
        }
    }

    #[test]
    fn logs_name_their_bucket_only_when_written() {
        let logs = |enabled| LoadBalancer {
            access_logs: Some(Logs { bucket: "logs".to_owned(), enabled, prefix: None }),
            ..of_kind("network")
        };
        assert_eq!(pairs(&changes(&of_kind("network"), &logs(false))), [("access_logs.s3.enabled", "false")]);
        assert_eq!(
            pairs(&changes(&logs(false), &logs(true))),
            [("access_logs.s3.enabled", "true"), ("access_logs.s3.bucket", "logs"), ("access_logs.s3.prefix", "")]
        );
        assert_eq!(pairs(&changes(&logs(true), &logs(false))), [("access_logs.s3.enabled", "false")]);
        let read = read(&[], "network", &logs(false));
        assert_eq!(read.access_logs.map(|logs| logs.bucket).as_deref(), Some("logs"));
    }
}
