//! `aws_lb`

mod attributes;
mod model;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2::types::{
    EnforceSecurityGroupInboundRulesOnPrivateLinkTrafficEnum as Enforcement, IpAddressType, IpamPools as ElbIpamPools,
    LoadBalancer as ElbLoadBalancer, LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerTypeEnum,
    MinimumLoadBalancerCapacity as ElbCapacity, RemoveIpamPoolEnum, SubnetMapping as ElbMapping,
};
use futures_util::future::{try_join_all, try_join4};
use wpinfra_core::Value;
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token, Wait, wait,
};

pub use self::model::{ConnectionLogs, IpamPools, LoadBalancer, Logs, MinimumCapacity, SubnetMapping};
use super::{Pairs, arn_suffix, ask_for_all, int, refuse_existing, tag_list, tags_of, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, found, gone_is_done, missing};
use crate::tags;
use crate::text::{non_empty, prefix_of, unique_name};

/// The resource type.
pub struct LoadBalancerType;

impl ResourceType for LoadBalancerType {
    type Model = LoadBalancer;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Name;
    // CreateLoadBalancer takes none of the attributes that ModifyLoadBalancerAttributes changes.
    const CREATION: Creation = Creation::ThenUpdate;
    const READY: Option<Wait> = Some(wait(&["provisioning"], &["active", "active_impaired"]).timeout_minutes(10));
    const GONE: Option<Wait> =
        Some(wait(&["active", "active_impaired", "provisioning", "failed"], &[]).timeout_minutes(10));

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
        plan_attributes_of_kind(draft);
        keep_logs(draft);
        replace_where_kind_needs_it(draft);
    }

    async fn prepare(&self, aws: &Aws, planned: &LoadBalancer) -> RemoteResult<Option<LoadBalancer>> {
        if let Some(name) = non_empty(&planned.name) {
            refuse_existing("elasticloadbalancing:CreateLoadBalancer", &name, with_name(aws, &name).await?)?;
        }
        Ok(None)
    }

    async fn create(&self, aws: &Aws, planned: &LoadBalancer, token: &Token) -> RemoteResult<RemoteId> {
        let mappings = planned.subnet_mapping.iter().map(mapping).collect::<Vec<_>>();
        let pools = planned.ipam_pools.as_ref().map(|pools| &pools.ipv4_ipam_pool_id);
        let call = aws
            .elb
            .create_load_balancer()
            .name(name_of(planned, token))
            .r#type(LoadBalancerTypeEnum::from(planned.load_balancer_type.as_str()))
            .set_scheme(planned.internal.filter(|internal| *internal).map(|_| LoadBalancerSchemeEnum::Internal))
            .set_security_groups(list(&planned.security_groups))
            .set_subnets(list(&planned.subnets).filter(|_| mappings.is_empty()))
            .set_subnet_mappings((!mappings.is_empty()).then_some(mappings))
            .set_ip_address_type(non_empty(&planned.ip_address_type).as_deref().map(IpAddressType::from))
            .set_customer_owned_ipv4_pool(non_empty(&planned.customer_owned_ipv4_pool))
            .set_ipam_pools(pools.map(|pool| ElbIpamPools::builder().ipv4_ipam_pool_id(pool).build()))
            .set_tags(tag_list(&planned.tags_all));
        let answer = call.send().await.named("elasticloadbalancing:CreateLoadBalancer")?;
        let arn = answer.load_balancers.into_iter().flatten().find_map(|found| found.load_balancer_arn);
        arn.map(RemoteId).ok_or_else(|| missing("elasticloadbalancing:CreateLoadBalancer", "ARN"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<LoadBalancer>],
    ) -> RemoteResult<Vec<Option<Observed<LoadBalancer>>>> {
        let arns: Vec<String> = requests.iter().map(|request| request.id.0.clone()).collect();
        let (found, attributes, capacities, tags) = try_join4(
            load_balancers(aws, &arns),
            try_join_all(arns.iter().map(|arn| attributes_of(aws, arn))),
            try_join_all(requests.iter().map(|request| capacity(aws, request))),
            tags_of(aws, &arns),
        )
        .await?;
        let observed = requests.iter().zip(attributes).zip(capacities).map(|((request, attributes), capacity)| {
            let balancer = found.get(&request.id.0)?;
            let seen = Seen { attributes: attributes?, capacity, tags: tags.get(&request.id.0)? };
            Some(observed(aws, balancer, &seen, &request.prior))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &LoadBalancer, planned: &LoadBalancer) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        update_security_groups(aws, id, prior, planned).await?;
        update_subnets(aws, id, prior, planned).await?;
        update_addresses(aws, id, prior, planned).await?;
        let attributes = attributes::changes(prior, planned);
        if !attributes.is_empty() {
            let call =
                aws.elb.modify_load_balancer_attributes().load_balancer_arn(&id.0).set_attributes(Some(attributes));
            call.send().await.named("elasticloadbalancing:ModifyLoadBalancerAttributes")?;
        }
        update_capacity(aws, id, prior, planned).await
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &LoadBalancer) -> RemoteResult<()> {
        let call = aws.elb.delete_load_balancer().load_balancer_arn(&id.0);
        gone_is_done(call.send().await.named("elasticloadbalancing:DeleteLoadBalancer").map(drop))
    }

    async fn find(&self, aws: &Aws, planned: &LoadBalancer, token: &Token) -> RemoteResult<Option<RemoteId>> {
        with_name(aws, &name_of(planned, token)).await
    }

    fn import(&self, id: &str) -> Result<(RemoteId, LoadBalancer), String> {
        if !id.starts_with("arn:") {
            return Err(format!(
                "{id:?} is not the ARN of a load balancer: arn:aws:elasticloadbalancing:…:loadbalancer/app/…"
            ));
        }
        Ok((RemoteId(id.to_owned()), LoadBalancer { id: Some(id.to_owned()), ..LoadBalancer::default() }))
    }
}

const DESCRIBE: &str = "elasticloadbalancing:DescribeLoadBalancers";

/// Attributes that only application load balancers have.
const OF_APPLICATION: &[&str] = &[
    "client_keep_alive",
    "desync_mitigation_mode",
    "drop_invalid_header_fields",
    "enable_http2",
    "enable_tls_version_and_cipher_suite_headers",
    "enable_waf_fail_open",
    "enable_xff_client_port",
    "idle_timeout",
    "preserve_host_header",
    "xff_header_processing_mode",
];

/// Gives what is not configured the default of the kind of load balancer: many attributes are of one kind only.
fn plan_attributes_of_kind(draft: &mut Draft<'_>) {
    let kind = draft.planned.get("load_balancer_type");
    let Some(kind) = kind.as_ref().and_then(Value::as_str) else { return };
    let (is_network, is_gateway) = (kind == "network", kind == "gateway");
    let is_unset = |draft: &Draft<'_>, name: &str| draft.config.get(name).is_none_or(|value| value.is_null());
    if is_network || is_gateway {
        let others = if is_gateway { &["enable_zonal_shift"][..] } else { &[] };
        for name in OF_APPLICATION.iter().chain(others).filter(|name| is_unset(draft, name)).collect::<Vec<_>>() {
            let prior = draft.prior.and_then(|prior| prior.get(name));
            let ty = draft.planned.ty().attribute(name).cloned().unwrap_or(wpinfra_core::Type::Dynamic);
            draft.set(name, prior.unwrap_or_else(|| Value::null(ty)));
        }
        if is_unset(draft, "enable_cross_zone_load_balancing") {
            draft.set("enable_cross_zone_load_balancing", Value::bool(false));
        }
    }
    if is_network && is_unset(draft, "dns_record_client_routing_policy") {
        draft.set("dns_record_client_routing_policy", Value::string("any_availability_zone"));
    }
}

/// Taking a block with logs out of the configuration changes nothing; `enabled = false` turns them off.
fn keep_logs(draft: &mut Draft<'_>) {
    for name in ["access_logs", "connection_logs"] {
        let is_empty = |value: Option<Value>| {
            value.is_none_or(|value| value.is_known() && value.elements().is_none_or(<[Value]>::is_empty))
        };
        if is_empty(draft.config.get(name))
            && let Some(prior) = draft.prior.and_then(|prior| prior.get(name))
            && !is_empty(Some(prior.clone()))
        {
            draft.set(name, prior);
        }
    }
}

/// Network load balancers have security groups from the beginning or never.
fn replace_where_kind_needs_it(draft: &mut Draft<'_>) {
    let Some(prior) = draft.prior else { return };
    if prior.get("load_balancer_type").as_ref().and_then(Value::as_str) != Some("network") {
        return;
    }
    let count =
        |value: Option<Value>| value.filter(Value::is_known).and_then(|value| value.elements().map(<[Value]>::len));
    let (before, after) = (count(prior.get("security_groups")), count(draft.planned.get("security_groups")));
    if let (Some(before), Some(after)) = (before, after)
        && (before == 0) != (after == 0)
    {
        draft.replace.push(wpinfra_core::Path::root().attribute("security_groups"));
    }
}

/// Returns the one with a name.
async fn with_name(aws: &Aws, name: &str) -> RemoteResult<Option<RemoteId>> {
    let answer = found(aws.elb.describe_load_balancers().names(name).send().await.named(DESCRIBE))?;
    let found = answer.and_then(|answer| answer.load_balancers).into_iter().flatten();
    Ok(found.filter_map(|found| found.load_balancer_arn).map(RemoteId).next())
}

/// Returns the name of a new load balancer.
fn name_of(planned: &LoadBalancer, token: &Token) -> String {
    let generated = || unique_name(non_empty(&planned.name_prefix).as_deref().unwrap_or("tf-lb-"), token);
    non_empty(&planned.name).unwrap_or_else(generated)
}

fn list(texts: &BTreeSet<String>) -> Option<Vec<String>> {
    (!texts.is_empty()).then(|| texts.iter().cloned().collect())
}

fn mapping(mapping: &SubnetMapping) -> ElbMapping {
    ElbMapping::builder()
        .subnet_id(&mapping.subnet_id)
        .set_allocation_id(non_empty(&mapping.allocation_id))
        .set_private_ipv4_address(non_empty(&mapping.private_ipv4_address))
        .set_ipv6_address(non_empty(&mapping.ipv6_address))
        .build()
}

async fn load_balancers(aws: &Aws, arns: &[String]) -> RemoteResult<BTreeMap<String, ElbLoadBalancer>> {
    let ask = |arns: Vec<String>| async {
        let answer =
            aws.elb.describe_load_balancers().set_load_balancer_arns(Some(arns)).send().await.named(DESCRIBE)?;
        Ok(answer.load_balancers.unwrap_or_default())
    };
    let found = ask_for_all(arns, ask).await?;
    Ok(found.into_iter().filter_map(|balancer| Some((balancer.load_balancer_arn.clone()?, balancer))).collect())
}

async fn attributes_of(aws: &Aws, arn: &str) -> RemoteResult<Option<Vec<LoadBalancerAttribute>>> {
    let call = aws.elb.describe_load_balancer_attributes().load_balancer_arn(arn);
    let answer = found(call.send().await.named("elasticloadbalancing:DescribeLoadBalancerAttributes"))?;
    Ok(answer.map(|answer| answer.attributes.unwrap_or_default()))
}

/// Returns the reserved capacity. Only who reserves some is asked, and who has just been imported.
async fn capacity(aws: &Aws, request: &ReadRequest<LoadBalancer>) -> RemoteResult<Option<i32>> {
    let is_imported = request.prior.load_balancer_type.is_empty();
    if request.prior.minimum_load_balancer_capacity.is_none() && !is_imported {
        return Ok(None);
    }
    let call = aws.elb.describe_capacity_reservation().load_balancer_arn(&request.id.0);
    let answer = found(call.send().await.named("elasticloadbalancing:DescribeCapacityReservation"))?;
    Ok(answer.and_then(|answer| answer.minimum_load_balancer_capacity).and_then(|minimum| minimum.capacity_units))
}

/// What other calls tell of a load balancer.
struct Seen<'a> {
    attributes: Vec<LoadBalancerAttribute>,
    capacity: Option<i32>,
    tags: &'a Pairs,
}

fn observed(aws: &Aws, balancer: &ElbLoadBalancer, seen: &Seen<'_>, prior: &LoadBalancer) -> Observed<LoadBalancer> {
    let (tags, tags_all) = aws.tags.observed(seen.tags.iter().cloned(), &prior.tags);
    let arn = balancer.load_balancer_arn.clone().unwrap_or_default();
    let name = balancer.load_balancer_name.clone().unwrap_or_default();
    let kind = balancer.r#type.as_ref().map_or("application", |kind| kind.as_str());
    let zones = balancer.availability_zones();
    let text = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
    let model = LoadBalancer {
        arn_suffix: Some(arn_suffix(&arn)),
        id: Some(arn.clone()),
        arn: Some(arn),
        customer_owned_ipv4_pool: text(balancer.customer_owned_ipv4_pool.as_deref()),
        dns_name: balancer.dns_name.clone(),
        enforce_security_group_inbound_rules_on_private_link_traffic: text(
            balancer.enforce_security_group_inbound_rules_on_private_link_traffic.as_deref(),
        ),
        internal: Some(balancer.scheme == Some(LoadBalancerSchemeEnum::Internal)),
        ip_address_type: text(balancer.ip_address_type.as_ref().map(IpAddressType::as_str)),
        ipam_pools: balancer
            .ipam_pools
            .as_ref()
            .and_then(|pools| pools.ipv4_ipam_pool_id.clone())
            .map(|pool| IpamPools { ipv4_ipam_pool_id: pool }),
        load_balancer_type: kind.to_owned(),
        minimum_load_balancer_capacity: seen
            .capacity
            .filter(|units| *units != 0)
            .map(|units| MinimumCapacity { capacity_units: units.into() }),
        name_prefix: Some(
            non_empty(&prior.name_prefix).unwrap_or_else(|| prefix_of(&name).unwrap_or_default().to_owned()),
        ),
        name: Some(name),
        security_groups: balancer.security_groups().iter().cloned().collect(),
        subnets: zones.iter().filter_map(|zone| zone.subnet_id.clone()).collect(),
        subnet_mapping: zones
            .iter()
            .map(|zone| {
                let address = zone.load_balancer_addresses().first();
                SubnetMapping {
                    allocation_id: text(address.and_then(|address| address.allocation_id.as_deref())),
                    ipv6_address: text(address.and_then(|address| address.ipv6_address.as_deref())),
                    outpost_id: text(zone.outpost_id.as_deref()),
                    private_ipv4_address: text(address.and_then(|address| address.private_ipv4_address.as_deref())),
                    subnet_id: zone.subnet_id.clone().unwrap_or_default(),
                }
            })
            .collect(),
        tags,
        tags_all,
        vpc_id: balancer.vpc_id.clone(),
        zone_id: balancer.canonical_hosted_zone_id.clone(),
        ..attributes::read(&seen.attributes, kind, prior)
    };
    let state = balancer.state.as_ref();
    let status = state.and_then(|state| state.code.as_ref()).map_or("active", |code| code.as_str());
    let mut observed = Observed::in_state(model, status);
    observed.reason = state.and_then(|state| state.reason.clone());
    observed
}

async fn update_security_groups(
    aws: &Aws,
    id: &RemoteId,
    prior: &LoadBalancer,
    planned: &LoadBalancer,
) -> RemoteResult<()> {
    let enforcement = non_empty(&planned.enforce_security_group_inbound_rules_on_private_link_traffic)
        .filter(|planned| prior.enforce_security_group_inbound_rules_on_private_link_traffic.as_ref() != Some(planned));
    let groups = list(&planned.security_groups).filter(|_| prior.security_groups != planned.security_groups);
    if enforcement.is_none() && groups.is_none() {
        return Ok(());
    }
    let call = aws
        .elb
        .set_security_groups()
        .load_balancer_arn(&id.0)
        .set_security_groups(groups.or_else(|| list(&prior.security_groups)))
        .set_enforce_security_group_inbound_rules_on_private_link_traffic(
            enforcement.as_deref().map(Enforcement::from),
        );
    call.send().await.named("elasticloadbalancing:SetSecurityGroups").map(drop)
}

async fn update_subnets(aws: &Aws, id: &RemoteId, prior: &LoadBalancer, planned: &LoadBalancer) -> RemoteResult<()> {
    let call = aws.elb.set_subnets().load_balancer_arn(&id.0);
    let call = if !planned.subnets.is_empty() && planned.subnets != prior.subnets {
        call.set_subnets(list(&planned.subnets))
    } else if !planned.subnet_mapping.is_empty() && is_elsewhere(prior, planned) {
        call.set_subnet_mappings(Some(planned.subnet_mapping.iter().map(mapping).collect()))
    } else {
        return Ok(());
    };
    call.send().await.named("elasticloadbalancing:SetSubnets").map(drop)
}

/// Tells whether other subnets are planned, or other addresses than those that are known.
fn is_elsewhere(prior: &LoadBalancer, planned: &LoadBalancer) -> bool {
    let moved = |before: &Option<String>, after: &Option<String>| {
        non_empty(before).is_some_and(|before| non_empty(after).is_some_and(|after| before != after))
    };
    let before: BTreeMap<&str, &SubnetMapping> =
        prior.subnet_mapping.iter().map(|mapping| (mapping.subnet_id.as_str(), mapping)).collect();
    before.len() != planned.subnet_mapping.len()
        || planned.subnet_mapping.iter().any(|after| {
            before.get(after.subnet_id.as_str()).is_none_or(|before| {
                moved(&before.allocation_id, &after.allocation_id)
                    || moved(&before.private_ipv4_address, &after.private_ipv4_address)
                    || moved(&before.ipv6_address, &after.ipv6_address)
            })
        })
}

async fn update_addresses(aws: &Aws, id: &RemoteId, prior: &LoadBalancer, planned: &LoadBalancer) -> RemoteResult<()> {
    if let Some(kind) = non_empty(&planned.ip_address_type)
        && prior.ip_address_type.as_ref() != Some(&kind)
    {
        let kind = IpAddressType::from(kind.as_str());
        let call = aws.elb.set_ip_address_type().load_balancer_arn(&id.0).ip_address_type(kind);
        call.send().await.named("elasticloadbalancing:SetIpAddressType")?;
    }
    if prior.ipam_pools == planned.ipam_pools {
        return Ok(());
    }
    let call = aws.elb.modify_ip_pools().load_balancer_arn(&id.0);
    let call = match &planned.ipam_pools {
        Some(pools) => call.ipam_pools(ElbIpamPools::builder().ipv4_ipam_pool_id(&pools.ipv4_ipam_pool_id).build()),
        None => call.remove_ipam_pools(RemoveIpamPoolEnum::Ipv4),
    };
    call.send().await.named("elasticloadbalancing:ModifyIpPools").map(drop)
}

async fn update_capacity(aws: &Aws, id: &RemoteId, prior: &LoadBalancer, planned: &LoadBalancer) -> RemoteResult<()> {
    if prior.minimum_load_balancer_capacity == planned.minimum_load_balancer_capacity {
        return Ok(());
    }
    let call = aws.elb.modify_capacity_reservation().load_balancer_arn(&id.0);
    let call = match &planned.minimum_load_balancer_capacity {
        Some(minimum) => {
            let units = int(Some(minimum.capacity_units));
            call.minimum_load_balancer_capacity(ElbCapacity::builder().set_capacity_units(units).build())
        }
        None => call.reset_capacity_reservation(true),
    };
    call.send().await.named("elasticloadbalancing:ModifyCapacityReservation").map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_subnets_and_known_addresses_count() {
        let at = |places: &[(&str, &str)]| LoadBalancer {
            subnet_mapping: places
                .iter()
                .map(|(subnet, address)| SubnetMapping {
                    subnet_id: (*subnet).to_owned(),
                    private_ipv4_address: Some((*address).to_owned()),
                    ..SubnetMapping::default()
                })
                .collect(),
            ..LoadBalancer::default()
        };
        for (prior, planned, expected) in [
            (&[("a", "")][..], &[("a", "")][..], false),
            (&[("a", "")], &[("a", "10.0.0.1")], false),
            (&[("a", "10.0.0.1")], &[("a", "10.0.0.2")], true),
            (&[("a", "10.0.0.1")], &[("a", "")], false),
            (&[("a", "")], &[("b", "")], true),
            (&[("a", ""), ("b", "")], &[("b", ""), ("a", "")], false),
            (&[("a", ""), ("b", "")], &[("a", "")], true),
        ] {
            assert_eq!(is_elsewhere(&at(prior), &at(planned)), expected, "{prior:?} {planned:?}");
        }
    }
}
