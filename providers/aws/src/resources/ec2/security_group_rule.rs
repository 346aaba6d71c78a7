//! `aws_security_group_rule`

use aws_sdk_ec2::types::{SecurityGroup, SecurityGroupRule as Ec2Rule};
use wpinfra_core::provider::{Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token};
use wpinfra_schema_derive::Model;

use super::permissions::{
    Direction, Permission, Source, authorize, canonical_protocol, permissions_of, protocol_name, revoke, same_protocol,
};
use crate::client::Aws;
use crate::error::Call as _;
use crate::text::non_empty;

/// Arguments of which at least one names the sources.
const SOURCES: &[&str] = &["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "self", "source_security_group_id"];

/// A rule, for several sources at once, of a group whose other rules are managed elsewhere.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_security_group_rule", version = 2, timeouts(create = 300))]
pub struct SecurityGroupRule {
    /// IPv4 networks.
    #[attr(optional, replace, each(format(Cidr4)), conflicts("self", "source_security_group_id"), at_least_one = SOURCES)]
    pub cidr_blocks: Option<Vec<String>>,
    /// What the rule is for.
    #[attr(
        optional,
        length(0, 255),
        pattern(r"^[0-9A-Za-z_ .:/()#,@\[\]+=&;{}!$*-]*$", "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*")
    )]
    pub description: Option<String>,
    /// First port, or ICMP type.
    #[attr(required, replace, integer)]
    pub from_port: i64,
    /// Id: made from what the rule says.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// IPv6 networks.
    #[attr(optional, replace, each(format(Cidr6)), conflicts("self", "source_security_group_id"), at_least_one = SOURCES)]
    pub ipv6_cidr_blocks: Option<Vec<String>>,
    /// Prefix lists.
    #[attr(optional, replace, each(length(1, usize::MAX)), at_least_one = SOURCES)]
    pub prefix_list_ids: Option<Vec<String>>,
    /// Protocol by name or number; `-1` for all.
    #[attr(required, replace, equal = same_protocol, canonical = canonical_protocol)]
    pub protocol: String,
    /// The group.
    #[attr(required, replace)]
    pub security_group_id: String,
    /// EC2's id of the rule, if it is one rule for EC2: `sgr-…`.
    #[attr(computed)]
    pub security_group_rule_id: Option<String>,
    /// Whether the group itself is the source.
    #[attr(
        name = "self",
        optional,
        default = false,
        replace,
        conflicts("cidr_blocks", "ipv6_cidr_blocks", "source_security_group_id"),
        at_least_one = SOURCES
    )]
    pub this: bool,
    /// Security group that is the source.
    #[attr(
        optional,
        computed,
        replace,
        conflicts("cidr_blocks", "ipv6_cidr_blocks", "self"),
        at_least_one = SOURCES
    )]
    pub source_security_group_id: Option<String>,
    /// Last port, or ICMP code.
    #[attr(required, replace, integer)]
    pub to_port: i64,
    /// `ingress` or `egress`.
    #[attr(required, replace, one_of("egress", "ingress"))]
    pub r#type: String,
}

/// The resource type.
pub struct SecurityGroupRuleType;

impl ResourceType for SecurityGroupRuleType {
    type Model = SecurityGroupRule;
    type Client = Aws;

    const IDENTITY: Identity = Identity::Arguments;

    async fn create(&self, aws: &Aws, planned: &SecurityGroupRule, _token: &Token) -> RemoteResult<RemoteId> {
        authorize(aws, &planned.security_group_id, planned.direction(), &planned.permissions()).await?;
        Ok(planned.made_up_id())
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<SecurityGroupRule>],
    ) -> RemoteResult<Vec<Option<Observed<SecurityGroupRule>>>> {
        let ids = || requests.iter().map(|request| request.prior.security_group_id.clone());
        let (groups, rules) =
            futures_util::future::try_join(aws.security_groups(ids()), aws.security_group_rules(ids())).await?;
        let observed = requests.iter().map(|request| {
            let id = &request.prior.security_group_id;
            let rules = rules.get(id).map(Vec::as_slice).unwrap_or_default();
            observed(groups.get(id)?, rules, &request.prior, &request.id).map(Observed::of)
        });
        Ok(observed.collect())
    }

    async fn update(
        &self,
        aws: &Aws,
        _id: &RemoteId,
        _prior: &SecurityGroupRule,
        planned: &SecurityGroupRule,
    ) -> RemoteResult<()> {
        // Only the description changes in place.
        let permissions: Vec<_> = planned.permissions().iter().map(Permission::to_ec2).collect();
        let group = &planned.security_group_id;
        match planned.direction() {
            Direction::Ingress => {
                let call = aws.ec2.update_security_group_rule_descriptions_ingress().group_id(group);
                let call = call.set_ip_permissions(Some(permissions));
                call.send().await.named("ec2:UpdateSecurityGroupRuleDescriptionsIngress").map(|_| ())
            }
            Direction::Egress => {
                let call = aws.ec2.update_security_group_rule_descriptions_egress().group_id(group);
                let call = call.set_ip_permissions(Some(permissions));
                call.send().await.named("ec2:UpdateSecurityGroupRuleDescriptionsEgress").map(|_| ())
            }
        }
    }

    async fn delete(&self, aws: &Aws, _id: &RemoteId, prior: &SecurityGroupRule) -> RemoteResult<()> {
        revoke(aws, &prior.security_group_id, prior.direction(), &prior.permissions()).await
    }

    async fn find(&self, aws: &Aws, planned: &SecurityGroupRule, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let group = &planned.security_group_id;
        let rules = aws.security_group_rules([group.clone()]).await?;
        let rules = rules.get(group).map(Vec::as_slice).unwrap_or_default();
        let id = planned.made_up_id();
        let is_whole = planned.permissions().iter().all(|wanted| find_in(rules, planned.direction(), wanted).is_some());
        Ok(is_whole.then_some(id))
    }

    fn import(&self, id: &str) -> Result<(RemoteId, SecurityGroupRule), String> {
        let model = imported(id).ok_or_else(|| {
            format!(
                "the import id {id:?} should be group, type, protocol, first and last port and sources: \
                 sg-0123_ingress_tcp_80_80_10.0.0.0/8"
            )
        })?;
        Ok((RemoteId(id.to_owned()), model))
    }
}

impl SecurityGroupRule {
    fn direction(&self) -> Direction {
        if self.r#type == "egress" { Direction::Egress } else { Direction::Ingress }
    }

    fn sources(&self) -> Vec<Source> {
        let group =
            if self.this { Some(self.security_group_id.clone()) } else { non_empty(&self.source_security_group_id) };
        let sources = self.cidr_blocks.iter().flatten().cloned().map(Source::Cidr4);
        let sources = sources.chain(self.ipv6_cidr_blocks.iter().flatten().cloned().map(Source::Cidr6));
        sources
            .chain(self.prefix_list_ids.iter().flatten().cloned().map(Source::PrefixList))
            .chain(group.map(Source::Group))
            .collect()
    }

    /// Takes the rule apart into permissions with one source each.
    fn permissions(&self) -> Vec<Permission> {
        let protocol = protocol_name(&self.protocol);
        let (from_port, to_port) = if protocol == "-1" { (0, 0) } else { (self.from_port, self.to_port) };
        let description = self.description.clone().unwrap_or_default();
        let permission = |source| Permission {
            protocol: protocol.clone(),
            from_port,
            to_port,
            source,
            description: description.clone(),
        };
        self.sources().into_iter().map(permission).collect()
    }

    /// Returns the id as Terraform makes it: a hash of what the rule says, its sources in order.
    fn made_up_id(&self) -> RemoteId {
        let port = |port: i64| if port > 0 { format!("{port}-") } else { String::new() };
        let sorted = |texts: &[String]| {
            let mut texts = texts.to_vec();
            texts.sort();
            texts.into_iter().flat_map(|text| [text, "-".to_owned()]).collect::<String>()
        };
        let protocol = protocol_name(&self.protocol);
        let (from_port, to_port) = if protocol == "-1" { (0, 0) } else { (self.from_port, self.to_port) };
        let group =
            if self.this { Some(self.security_group_id.clone()) } else { non_empty(&self.source_security_group_id) };
        let text = [
            format!("{}-", self.security_group_id),
            port(from_port),
            port(to_port),
            format!("{protocol}-{}-", self.r#type),
            sorted(self.cidr_blocks.as_deref().unwrap_or_default()),
            sorted(self.ipv6_cidr_blocks.as_deref().unwrap_or_default()),
            sorted(self.prefix_list_ids.as_deref().unwrap_or_default()),
            group.map(|group| format!("{group}--")).unwrap_or_default(),
        ]
        .concat();
        RemoteId(format!("sgrule-{}", crc32fast::hash(text.as_bytes())))
    }
}

fn find_in<'a>(rules: &'a [Ec2Rule], direction: Direction, wanted: &Permission) -> Option<&'a Ec2Rule> {
    let is_egress = direction == Direction::Egress;
    let of_direction = rules.iter().filter(|rule| rule.is_egress == Some(is_egress));
    of_direction.into_iter().find(|rule| Permission::of(rule).is_some_and(|found| found.same_packets(wanted)))
}

/// Returns the rule as far as it stands; `None` if not all of its sources are permitted.
fn observed(
    group: &SecurityGroup,
    rules: &[Ec2Rule],
    prior: &SecurityGroupRule,
    id: &RemoteId,
) -> Option<SecurityGroupRule> {
    let (wanted, permitted) = (prior.permissions(), permissions_of(group, prior.direction()));
    let find = |wanted: &Permission| permitted.iter().find(|found| found.same_packets(wanted));
    let found: Vec<&Permission> = wanted.iter().map(find).collect::<Option<_>>()?;
    let first = found.first()?;
    let only = wanted.first().filter(|_| found.len() == 1).and_then(|one| find_in(rules, prior.direction(), one));
    let others = prior.source_security_group_id.clone().filter(|_| !prior.this);
    Some(SecurityGroupRule {
        description: Some(first.description.clone()),
        id: Some(id.0.clone()),
        protocol: protocol_name(&prior.protocol),
        security_group_rule_id: Some(only.and_then(|rule| rule.security_group_rule_id.clone()).unwrap_or_default()),
        source_security_group_id: others,
        ..prior.clone()
    })
}

/// Reads an import id: parts between underscores.
fn imported(id: &str) -> Option<SecurityGroupRule> {
    let mut parts = id.split('_');
    let (group, kind, protocol) = (parts.next()?, parts.next()?, parts.next()?);
    let (from_port, to_port) = (parts.next()?, parts.next()?);
    if !group.starts_with("sg-") || !matches!(kind, "ingress" | "egress") {
        return None;
    }
    let port = |text: &str| if text == "all" { Some(0) } else { text.parse().ok() };
    let mut rule = SecurityGroupRule {
        from_port: port(from_port)?,
        protocol: protocol_name(protocol),
        r#type: kind.to_owned(),
        security_group_id: group.to_owned(),
        to_port: port(to_port)?,
        ..SecurityGroupRule::default()
    };
    for source in parts {
        if source == "self" {
            rule.this = true;
        } else if source.starts_with("sg-") || source.contains("/sg-") {
            rule.source_security_group_id = Some(source.to_owned());
        } else if source.starts_with("pl-") {
            rule.prefix_list_ids.get_or_insert_default().push(source.to_owned());
        } else if source.contains(':') {
            rule.ipv6_cidr_blocks.get_or_insert_default().push(source.to_owned());
        } else {
            rule.cidr_blocks.get_or_insert_default().push(source.to_owned());
        }
    }
    (!rule.sources().is_empty()).then_some(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn import_ids_say_it_all() {
        let (_, rule) =
            SecurityGroupRuleType.import("sg-1_ingress_tcp_80_80_10.0.0.0/8_2001:db8::/32").expect("well formed");
        assert_eq!((rule.from_port, rule.to_port, &*rule.r#type), (80, 80, "ingress"));
        assert_eq!(
            (rule.cidr_blocks, rule.ipv6_cidr_blocks),
            (Some(vec!["10.0.0.0/8".to_owned()]), Some(vec!["2001:db8::/32".to_owned()]))
        );
        let (_, rule) = SecurityGroupRuleType.import("sg-1_egress_all_0_0_self").expect("well formed");
        assert_eq!((rule.protocol.as_str(), rule.this), ("-1", true));
        for wrong in ["sg-1", "sg-1_in_tcp_80_80_self", "sg-1_ingress_tcp_80_80", "sg-1_ingress_tcp_x_80_self"] {
            assert!(SecurityGroupRuleType.import(wrong).is_err(), "{wrong}");
        }
    }
}
