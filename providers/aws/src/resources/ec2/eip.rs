//! `aws_eip`

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Address, AddressAttributeName, DomainType, ResourceType as Ec2Type};
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_core::{Type, Value};
use wpinfra_schema_derive::Model;

use super::{creation_tags, find_by_creation_tag, pairs, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::reads::{chunks, filter};
use crate::tags::{self, Tags};
use crate::text::non_empty;

/// A public IPv4 address that stays the same: an Elastic IP.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_eip", version = 0, timeouts(delete = 180, read = 900, update = 300))]
pub struct Eip {
    /// Address of an own pool, to be taken in particular.
    #[attr(optional, replace)]
    pub address: Option<String>,
    /// Allocation: `eipalloc-…`.
    #[attr(computed)]
    pub allocation_id: Option<String>,
    /// ARN of the address.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Private address of the interface that it is associated with.
    #[attr(optional, local)]
    pub associate_with_private_ip: Option<String>,
    /// Association with an instance or interface.
    #[attr(computed)]
    pub association_id: Option<String>,
    /// Address in a carrier's network.
    #[attr(computed)]
    pub carrier_ip: Option<String>,
    /// Customer-owned address of an Outpost.
    #[attr(computed)]
    pub customer_owned_ip: Option<String>,
    /// Pool of customer-owned addresses of an Outpost.
    #[attr(optional)]
    pub customer_owned_ipv4_pool: Option<String>,
    /// Where the address is used; `vpc`.
    #[attr(optional, computed, replace, one_of("vpc", "standard"), conflicts("vpc"))]
    pub domain: Option<String>,
    /// Id: the allocation.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Instance that it is associated with.
    #[attr(optional, computed)]
    pub instance: Option<String>,
    /// IPAM pool that the address comes from.
    #[attr(optional, computed, replace)]
    pub ipam_pool_id: Option<String>,
    /// Zones that the address is announced from.
    #[attr(optional, computed, replace)]
    pub network_border_group: Option<String>,
    /// Network interface that it is associated with.
    #[attr(optional, computed)]
    pub network_interface: Option<String>,
    /// Name of the private address.
    #[attr(computed)]
    pub private_dns: Option<String>,
    /// Private address that it leads to.
    #[attr(computed)]
    pub private_ip: Option<String>,
    /// Name that the address resolves to.
    #[attr(computed)]
    pub ptr_record: Option<String>,
    /// Name of the address.
    #[attr(computed)]
    pub public_dns: Option<String>,
    /// The address.
    #[attr(computed)]
    pub public_ip: Option<String>,
    /// Pool that the address comes from.
    #[attr(optional, computed, replace)]
    pub public_ipv4_pool: Option<String>,
    /// Tags of the address.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// Whether the address is used in a VPC; it always is.
    #[attr(optional, computed, replace, deprecated = "Use \"domain\" instead.", conflicts("domain"))]
    pub vpc: Option<bool>,
}

/// The resource type.
pub struct EipType;

impl ResourceType for EipType {
    type Model = Eip;
    type Client = Aws;

    const IDENTITY: Identity = Identity::CreationTag;
    // AllocateAddress does not associate.
    const CREATION: Creation = Creation::ThenUpdate;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
        if draft.prior.is_some() && (draft.changes("instance") || draft.changes("network_interface")) {
            draft.set("association_id", Value::unknown(Type::String));
        }
    }

    async fn create(&self, aws: &Aws, planned: &Eip, token: &Token) -> RemoteResult<RemoteId> {
        let domain = planned.domain.as_deref().unwrap_or("vpc");
        let call = aws
            .ec2
            .allocate_address()
            .domain(DomainType::from(domain))
            .set_address(non_empty(&planned.address))
            .set_customer_owned_ipv4_pool(non_empty(&planned.customer_owned_ipv4_pool))
            .set_ipam_pool_id(non_empty(&planned.ipam_pool_id))
            .set_network_border_group(non_empty(&planned.network_border_group))
            .set_public_ipv4_pool(non_empty(&planned.public_ipv4_pool))
            .tag_specifications(creation_tags(Ec2Type::ElasticIp, &planned.tags_all, token));
        let answer = call.send().await.named("ec2:AllocateAddress")?;
        answer.allocation_id.map(RemoteId).ok_or_else(|| missing("ec2:AllocateAddress", "allocation id"))
    }

    async fn read(&self, aws: &Aws, requests: &[ReadRequest<Eip>]) -> RemoteResult<Vec<Option<Observed<Eip>>>> {
        let ids: Vec<String> = requests.iter().map(|request| request.id.0.clone()).collect();
        let mut found = BTreeMap::new();
        for ids in chunks(&ids) {
            let call = aws.ec2.describe_addresses().filters(filter("allocation-id", ids));
            let answer = call.send().await.named("ec2:DescribeAddresses")?;
            let addresses = answer.addresses.unwrap_or_default().into_iter();
            found.extend(addresses.filter_map(|address| Some((address.allocation_id.clone()?, address))));
        }
        let names = reverse_names(aws, found.keys().cloned().collect()).await?;
        let observed = requests.iter().map(|request| {
            let address = found.get(&request.id.0)?;
            Some(observed(aws, address, names.get(&request.id.0).cloned(), &request.prior))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &Eip, planned: &Eip) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        let target = |eip: &Eip| {
            (non_empty(&eip.instance), non_empty(&eip.network_interface), non_empty(&eip.associate_with_private_ip))
        };
        let (instance, interface, _) = target(planned);
        let moves = non_empty(&prior.instance) != instance && instance.is_some()
            || non_empty(&prior.network_interface) != interface && interface.is_some()
            || non_empty(&prior.associate_with_private_ip) != non_empty(&planned.associate_with_private_ip);
        let leaves = instance.is_none() && interface.is_none() && non_empty(&prior.association_id).is_some();
        if leaves {
            return disassociate(aws, prior).await;
        }
        if !moves || (instance.is_none() && interface.is_none()) {
            return Ok(());
        }
        disassociate(aws, prior).await?;
        let call = aws
            .ec2
            .associate_address()
            .allocation_id(&id.0)
            .set_instance_id(instance.clone())
            // An instance that is named decides the interface itself.
            .set_network_interface_id(interface.filter(|_| instance.is_none()))
            .set_private_ip_address(non_empty(&planned.associate_with_private_ip));
        call.send().await.named("ec2:AssociateAddress").map(|_| ())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &Eip) -> RemoteResult<()> {
        if non_empty(&prior.instance).is_some() || non_empty(&prior.network_interface).is_some() {
            disassociate(aws, prior).await?;
        }
        let call = aws
            .ec2
            .release_address()
            .allocation_id(&id.0)
            .set_network_border_group(non_empty(&prior.network_border_group));
        gone_is_done(call.send().await.named("ec2:ReleaseAddress").map(|_| ()))
    }

    async fn find(&self, aws: &Aws, _planned: &Eip, token: &Token) -> RemoteResult<Option<RemoteId>> {
        find_by_creation_tag(aws, token).await
    }
}

/// Takes the address from what it is associated with. An association that a NAT gateway made belongs to the gateway.
async fn disassociate(aws: &Aws, prior: &Eip) -> RemoteResult<()> {
    let Some(association) = non_empty(&prior.association_id) else { return Ok(()) };
    let call = aws.ec2.disassociate_address().association_id(association);
    gone_is_done(call.send().await.named("ec2:DisassociateAddress").map(|_| ()))
}

/// Returns the names that addresses resolve to, by allocation.
async fn reverse_names(aws: &Aws, allocations: Vec<String>) -> RemoteResult<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for ids in chunks(&allocations) {
        let call = aws
            .ec2
            .describe_addresses_attribute()
            .set_allocation_ids(Some(ids))
            .attribute(AddressAttributeName::DomainName);
        let answer = call.send().await.named("ec2:DescribeAddressesAttribute")?;
        for attribute in answer.addresses() {
            found.extend(attribute.allocation_id.clone().zip(attribute.ptr_record.clone()));
        }
    }
    Ok(found)
}

fn observed(aws: &Aws, address: &Address, ptr_record: Option<String>, prior: &Eip) -> Observed<Eip> {
    let (tags, tags_all) = aws.tags.observed(pairs(address.tags.as_deref()), &prior.tags);
    let text = |field: &Option<String>| Some(field.clone().unwrap_or_default());
    let allocation = address.allocation_id.clone().unwrap_or_default();
    let domain = address.domain.as_ref().map_or("vpc", DomainType::as_str);
    Observed::of(Eip {
        address: prior.address.clone(),
        allocation_id: Some(allocation.clone()),
        arn: Some(aws.ec2_arn(address.network_interface_owner_id.as_deref(), "elastic-ip", &allocation)),
        associate_with_private_ip: prior.associate_with_private_ip.clone(),
        association_id: text(&address.association_id),
        carrier_ip: text(&address.carrier_ip),
        customer_owned_ip: text(&address.customer_owned_ip),
        customer_owned_ipv4_pool: text(&address.customer_owned_ipv4_pool),
        domain: Some(domain.to_owned()),
        id: Some(allocation),
        instance: text(&address.instance_id),
        ipam_pool_id: prior.ipam_pool_id.clone(),
        network_border_group: text(&address.network_border_group),
        network_interface: text(&address.network_interface_id),
        private_dns: address.private_ip_address.as_deref().filter(|ip| !ip.is_empty()).map(|ip| private_name(aws, ip)),
        private_ip: text(&address.private_ip_address),
        ptr_record: Some(ptr_record.unwrap_or_default()),
        public_dns: address.public_ip.as_deref().filter(|ip| !ip.is_empty()).map(|ip| public_name(aws, ip)),
        public_ip: text(&address.public_ip),
        public_ipv4_pool: text(&address.public_ipv4_pool),
        tags,
        tags_all,
        vpc: Some(domain == "vpc"),
    })
}

/// Returns the name that Amazon's resolver gives a private address.
fn private_name(aws: &Aws, ip: &str) -> String {
    let zone = if aws.region == "us-east-1" { "ec2".to_owned() } else { format!("{}.compute", aws.region) };
    format!("ip-{}.{zone}.internal", ip.replace('.', "-"))
}

/// Returns the name that Amazon's resolver gives a public address.
fn public_name(aws: &Aws, ip: &str) -> String {
    let zone = if aws.region == "us-east-1" { "compute-1".to_owned() } else { format!("{}.compute", aws.region) };
    format!("ec2-{}.{zone}.{}", ip.replace('.', "-"), aws.dns_suffix())
}
