//! `aws_lb_target_group`

mod attributes;
mod model;

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Matcher, ProtocolEnum, TargetGroup as ElbTargetGroup, TargetGroupAttribute, TargetGroupIpAddressTypeEnum,
    TargetTypeEnum,
};
use futures_util::future::{try_join_all, try_join3};
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_core::{Diagnostic, Value};

pub use self::model::{
    DnsFailover, GroupHealth, HealthCheck, Stickiness, TargetFailover, TargetGroup, TargetHealthState,
    UnhealthyStateRouting,
};
use super::{Pairs, arn_suffix, ask_for_all, int, refuse_existing, tag_list, tags_of, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, found, gone_is_done, missing};
use crate::tags;
use crate::text::{non_empty, prefix_of, unique_name};

/// The resource type.
pub struct TargetGroupType;

impl ResourceType for TargetGroupType {
    type Model = TargetGroup;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Name;
    // CreateTargetGroup takes none of the attributes that ModifyTargetGroupAttributes changes.
    const CREATION: Creation = Creation::ThenUpdate;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
        require_arguments_of_kind(draft);
        refuse_paths_without_http(draft);
    }

    async fn prepare(&self, aws: &Aws, planned: &TargetGroup) -> RemoteResult<Option<TargetGroup>> {
        if let Some(name) = non_empty(&planned.name) {
            refuse_existing("elasticloadbalancing:CreateTargetGroup", &name, with_name(aws, &name).await?)?;
        }
        Ok(None)
    }

    async fn create(&self, aws: &Aws, planned: &TargetGroup, token: &Token) -> RemoteResult<RemoteId> {
        let is_function = planned.target_type == "lambda";
        let mut call = aws
            .elb
            .create_target_group()
            .name(name_of(planned, token))
            .target_type(TargetTypeEnum::from(planned.target_type.as_str()))
            .set_ip_address_type(non_empty(&planned.ip_address_type).as_deref().map(TargetGroupIpAddressTypeEnum::from))
            .set_tags(tag_list(&planned.tags_all));
        if !is_function {
            call = call
                .set_port(int(planned.port))
                .set_protocol(non_empty(&planned.protocol).as_deref().map(ProtocolEnum::from))
                .set_protocol_version(non_empty(&planned.protocol_version).map(|version| version.to_uppercase()))
                .set_vpc_id(non_empty(&planned.vpc_id));
        }
        if let Some(check) = &planned.health_check {
            let checked = Checked::of(check, planned);
            call = call
                .health_check_enabled(check.enabled)
                .set_health_check_interval_seconds(int(Some(check.interval)))
                .set_healthy_threshold_count(int(Some(check.healthy_threshold)))
                .set_unhealthy_threshold_count(int(Some(check.unhealthy_threshold)))
                .set_health_check_timeout_seconds(int(check.timeout.filter(|timeout| *timeout != 0)))
                .set_health_check_path(checked.path)
                .set_matcher(checked.matcher)
                .set_health_check_port(checked.port)
                .set_health_check_protocol(checked.protocol);
        }
        let answer = call.send().await.named("elasticloadbalancing:CreateTargetGroup")?;
        let arn = answer.target_groups.into_iter().flatten().find_map(|group| group.target_group_arn);
        arn.map(RemoteId).ok_or_else(|| missing("elasticloadbalancing:CreateTargetGroup", "ARN"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<TargetGroup>],
    ) -> RemoteResult<Vec<Option<Observed<TargetGroup>>>> {
        let arns: Vec<String> = requests.iter().map(|request| request.id.0.clone()).collect();
        let (found, attributes, tags) = try_join3(
            target_groups(aws, &arns),
            try_join_all(arns.iter().map(|arn| attributes_of(aws, arn))),
            tags_of(aws, &arns),
        )
        .await?;
        let observed = requests.iter().zip(attributes).map(|(request, attributes)| {
            let (group, tags) = (found.get(&request.id.0)?, tags.get(&request.id.0)?);
            Some(Observed::of(observed(aws, group, &attributes?, tags, &request.prior)))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &TargetGroup, planned: &TargetGroup) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        update_health_check(aws, id, prior, planned).await?;
        let attributes = attributes::changes(prior, planned);
        if attributes.is_empty() {
            return Ok(());
        }
        let call = aws.elb.modify_target_group_attributes().target_group_arn(&id.0).set_attributes(Some(attributes));
        call.send().await.named("elasticloadbalancing:ModifyTargetGroupAttributes").map(drop)
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &TargetGroup) -> RemoteResult<()> {
        let call = aws.elb.delete_target_group().target_group_arn(&id.0);
        gone_is_done(call.send().await.named("elasticloadbalancing:DeleteTargetGroup").map(drop))
    }

    async fn find(&self, aws: &Aws, planned: &TargetGroup, token: &Token) -> RemoteResult<Option<RemoteId>> {
        with_name(aws, &name_of(planned, token)).await
    }

    fn import(&self, id: &str) -> Result<(RemoteId, TargetGroup), String> {
        if !id.starts_with("arn:") {
            return Err(format!(
                "{id:?} is not the ARN of a target group: arn:aws:elasticloadbalancing:…:targetgroup/…"
            ));
        }
        Ok((RemoteId(id.to_owned()), TargetGroup { id: Some(id.to_owned()), ..TargetGroup::default() }))
    }
}

const DESCRIBE: &str = "elasticloadbalancing:DescribeTargetGroups";

/// Says what a group of the kind lacks before AWS does.
fn require_arguments_of_kind(draft: &mut Draft<'_>) {
    let kind = draft.planned.get("target_type");
    let Some(kind) = kind.as_ref().and_then(Value::as_str).filter(|kind| *kind != "lambda") else { return };
    for name in ["port", "protocol", "vpc_id"] {
        if draft.config.get(name).is_some_and(|value| value.is_null()) {
            let detail = format!("A target group of the type {kind:?} needs {name:?}. Set it.");
            draft.diagnostics.push(Diagnostic::error("Missing argument", detail));
        }
    }
}

/// Says that a check by TCP asks for no path before AWS does.
fn refuse_paths_without_http(draft: &mut Draft<'_>) {
    let Some(checks) = draft.config.get("health_check") else { return };
    for check in checks.elements().unwrap_or_default() {
        let is_tcp =
            check.get("protocol").and_then(|value| value.as_str().map(|text| text.eq_ignore_ascii_case("TCP")));
        if is_tcp != Some(true) {
            continue;
        }
        for name in ["path", "matcher"] {
            if check.get(name).is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty())) {
                let detail =
                    format!("A health check by TCP only connects: it has no {name:?}. Take it out, or check by HTTP.");
                draft.diagnostics.push(Diagnostic::error("Invalid health check", detail));
            }
        }
    }
}

/// Returns the one with a name.
async fn with_name(aws: &Aws, name: &str) -> RemoteResult<Option<RemoteId>> {
    let answer = found(aws.elb.describe_target_groups().names(name).send().await.named(DESCRIBE))?;
    let found = answer.and_then(|answer| answer.target_groups).into_iter().flatten();
    Ok(found.filter_map(|found| found.target_group_arn).map(RemoteId).next())
}

/// Returns the name of a new group.
fn name_of(planned: &TargetGroup, token: &Token) -> String {
    let generated = || unique_name(non_empty(&planned.name_prefix).as_deref().unwrap_or("tf-"), token);
    non_empty(&planned.name).unwrap_or_else(generated)
}

/// The part of a health check that depends on what is checked.
struct Checked {
    path: Option<String>,
    matcher: Option<Matcher>,
    port: Option<String>,
    protocol: Option<ProtocolEnum>,
}

impl Checked {
    fn of(check: &HealthCheck, group: &TargetGroup) -> Self {
        let is_function = group.target_type == "lambda";
        let protocol = check.protocol.to_uppercase();
        let has_path = is_function || protocol != "TCP";
        let code = non_empty(&check.matcher).filter(|_| has_path);
        let is_grpc = group.protocol_version.as_deref().is_some_and(|version| version.eq_ignore_ascii_case("GRPC"));
        Self {
            path: non_empty(&check.path).filter(|_| has_path),
            matcher: code.map(|code| {
                if is_grpc {
                    Matcher::builder().grpc_code(code).build()
                } else {
                    Matcher::builder().http_code(code).build()
                }
            }),
            port: (!is_function && !check.port.is_empty()).then(|| check.port.clone()),
            protocol: (!is_function && !protocol.is_empty()).then(|| ProtocolEnum::from(protocol.as_str())),
        }
    }
}

async fn target_groups(aws: &Aws, arns: &[String]) -> RemoteResult<BTreeMap<String, ElbTargetGroup>> {
    let ask = |arns: Vec<String>| async {
        let answer = aws.elb.describe_target_groups().set_target_group_arns(Some(arns)).send().await.named(DESCRIBE)?;
        Ok(answer.target_groups.unwrap_or_default())
    };
    let found = ask_for_all(arns, ask).await?;
    Ok(found.into_iter().filter_map(|group| Some((group.target_group_arn.clone()?, group))).collect())
}

async fn attributes_of(aws: &Aws, arn: &str) -> RemoteResult<Option<Vec<TargetGroupAttribute>>> {
    let call = aws.elb.describe_target_group_attributes().target_group_arn(arn);
    let answer = found(call.send().await.named("elasticloadbalancing:DescribeTargetGroupAttributes"))?;
    Ok(answer.map(|answer| answer.attributes.unwrap_or_default()))
}

fn observed(
    aws: &Aws,
    group: &ElbTargetGroup,
    attributes: &[TargetGroupAttribute],
    tags: &Pairs,
    prior: &TargetGroup,
) -> TargetGroup {
    let (tags, tags_all) = aws.tags.observed(tags.iter().cloned(), &prior.tags);
    let arn = group.target_group_arn.clone().unwrap_or_default();
    let name = group.target_group_name.clone().unwrap_or_default();
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let target_type = text(group.target_type.as_ref().map(TargetTypeEnum::as_str));
    let is_function = target_type == "lambda";
    let protocol = group.protocol.as_ref().map_or("", |protocol| protocol.as_str());
    let kind = attributes::Kind { protocol, target_type: &target_type };
    TargetGroup {
        arn_suffix: Some(arn_suffix(&arn)),
        id: Some(arn.clone()),
        arn: Some(arn),
        health_check: Some(health_check(group)),
        ip_address_type: Some(text(group.ip_address_type.as_ref().map(TargetGroupIpAddressTypeEnum::as_str))),
        load_balancer_arns: group.load_balancer_arns().iter().cloned().collect(),
        name_prefix: Some(
            non_empty(&prior.name_prefix).unwrap_or_else(|| prefix_of(&name).unwrap_or_default().to_owned()),
        ),
        name: Some(name),
        port: group.port.filter(|_| !is_function).map(i64::from),
        protocol: group.protocol.as_ref().filter(|_| !is_function).map(|protocol| protocol.as_str().to_owned()),
        protocol_version: group.protocol_version.clone().filter(|_| !is_function),
        tags,
        tags_all,
        vpc_id: group.vpc_id.clone().filter(|_| !is_function),
        ..attributes::read(attributes, kind, prior)
    }
}

fn health_check(group: &ElbTargetGroup) -> HealthCheck {
    let number = |number: Option<i32>| i64::from(number.unwrap_or_default());
    let matcher =
        group.matcher.as_ref().and_then(|matcher| matcher.http_code.clone().or_else(|| matcher.grpc_code.clone()));
    HealthCheck {
        enabled: group.health_check_enabled.unwrap_or(false),
        healthy_threshold: number(group.healthy_threshold_count),
        interval: number(group.health_check_interval_seconds),
        matcher: Some(matcher.unwrap_or_default()),
        path: Some(group.health_check_path.clone().unwrap_or_default()),
        port: group.health_check_port.clone().unwrap_or_default(),
        protocol: group.health_check_protocol.as_ref().map_or("", |protocol| protocol.as_str()).to_owned(),
        timeout: Some(number(group.health_check_timeout_seconds)),
        unhealthy_threshold: number(group.unhealthy_threshold_count),
    }
}

async fn update_health_check(aws: &Aws, id: &RemoteId, prior: &TargetGroup, planned: &TargetGroup) -> RemoteResult<()> {
    let Some(check) = &planned.health_check else { return Ok(()) };
    if !prior.health_check.as_ref().is_none_or(|prior| checks_differ(prior, check)) {
        return Ok(());
    }
    let checked = Checked::of(check, planned);
    let call = aws
        .elb
        .modify_target_group()
        .target_group_arn(&id.0)
        .health_check_enabled(check.enabled)
        .set_health_check_interval_seconds(int(Some(check.interval)))
        .set_healthy_threshold_count(int(Some(check.healthy_threshold)))
        .set_unhealthy_threshold_count(int(Some(check.unhealthy_threshold)))
        .set_health_check_timeout_seconds(int(check.timeout.filter(|timeout| *timeout != 0)))
        .set_health_check_path(checked.path)
        .set_matcher(checked.matcher)
        .set_health_check_port(checked.port)
        .set_health_check_protocol(checked.protocol);
    call.send().await.named("elasticloadbalancing:ModifyTargetGroup").map(drop)
}

/// Tells whether checks differ in anything that is planned; what is not known stays as it is.
fn checks_differ(prior: &HealthCheck, planned: &HealthCheck) -> bool {
    let other = |prior: &Option<String>, planned: &Option<String>| {
        non_empty(planned).is_some_and(|planned| prior.as_ref() != Some(&planned))
    };
    prior.enabled != planned.enabled
        || prior.healthy_threshold != planned.healthy_threshold
        || prior.interval != planned.interval
        || prior.port != planned.port
        || !prior.protocol.eq_ignore_ascii_case(&planned.protocol)
        || prior.unhealthy_threshold != planned.unhealthy_threshold
        || planned.timeout.is_some_and(|timeout| prior.timeout != Some(timeout))
        || other(&prior.matcher, &planned.matcher)
        || other(&prior.path, &planned.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_without_a_path_have_no_matcher() {
        let check = |protocol: &str| HealthCheck {
            protocol: protocol.to_owned(),
            path: Some("/".to_owned()),
            matcher: Some("200".to_owned()),
            port: "traffic-port".to_owned(),
            ..HealthCheck::default()
        };
        let group = |kind: &str, version: &str| TargetGroup {
            target_type: kind.to_owned(),
            protocol_version: Some(version.to_owned()),
            ..TargetGroup::default()
        };
        let http = Some(Matcher::builder().http_code("200").build());
        let grpc = Some(Matcher::builder().grpc_code("200").build());
        for (protocol, kind, version, path, matcher, has_port) in [
            ("HTTP", "ip", "HTTP1", Some("/"), http.clone(), true),
            ("http", "ip", "grpc", Some("/"), grpc, true),
            ("TCP", "ip", "", None, None, true),
            ("HTTP", "lambda", "", Some("/"), http, false),
        ] {
            let checked = Checked::of(&check(protocol), &group(kind, version));
            assert_eq!((checked.path.as_deref(), checked.matcher), (path, matcher), "{protocol} {kind}");
            assert_eq!((checked.port.is_some(), checked.protocol.is_some()), (has_port, has_port), "{protocol} {kind}");
        }
    }

    #[test]
    fn what_is_not_known_of_a_check_is_no_change() {
        let prior = HealthCheck { timeout: Some(5), path: Some("/".to_owned()), ..HealthCheck::default() };
        assert!(!checks_differ(&prior, &HealthCheck { timeout: None, path: None, ..prior.clone() }));
        assert!(checks_differ(&prior, &HealthCheck { timeout: Some(6), ..prior.clone() }));
        assert!(checks_differ(&prior, &HealthCheck { path: Some("/x".to_owned()), ..prior.clone() }));
    }
}
