//! `aws_security_group`

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{ResourceType as Ec2Type, SecurityGroup as Ec2SecurityGroup};
use wpinfra_core::Value;
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteErrorKind, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_schema_derive::{BlockModel, Model};

use super::permissions::{
    Direction, Permission, Source, authorize, canonical_protocol, permissions_of, protocol_name, revoke,
};
use super::{creation_tags, find_by_creation_tag, pairs, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::tags::{self, Tags};
use crate::text::{non_empty, unique_name};

/// A firewall around network interfaces.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_security_group", version = 1, timeouts(create = 600, delete = 900))]
pub struct SecurityGroup {
    /// ARN of the group.
    #[attr(computed)]
    pub arn: Option<String>,
    /// What the group is for.
    #[attr(optional, default = "Managed by Terraform", replace, length(0, 255))]
    pub description: String,
    /// What may go out.
    #[attr(optional, computed, set, element_defaults, canonical = canonical_rules)]
    pub egress: Vec<InlineRule>,
    /// Id: `sg-…`.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// What may come in.
    #[attr(optional, computed, set, element_defaults, canonical = canonical_rules)]
    pub ingress: Vec<InlineRule>,
    /// Name, unique in the VPC.
    #[attr(optional, computed, replace, length(0, 255), conflicts("name_prefix"))]
    pub name: Option<String>,
    /// Beginning of a name that is made unique.
    #[attr(optional, computed, replace, length(0, 229), conflicts("name"))]
    pub name_prefix: Option<String>,
    /// Account that owns the group.
    #[attr(computed)]
    pub owner_id: Option<String>,
    /// Whether all rules are revoked first when the group is deleted.
    #[attr(optional, default = false, local)]
    pub revoke_rules_on_delete: bool,
    /// Tags of the group.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// VPC that the group belongs to.
    #[attr(optional, computed, replace)]
    pub vpc_id: Option<String>,
}

/// A rule of a group, for several sources at once.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct InlineRule {
    /// IPv4 networks.
    #[attr(optional)]
    pub cidr_blocks: Vec<String>,
    /// What the rule is for.
    #[attr(optional)]
    pub description: Option<String>,
    /// First port, or ICMP type.
    #[attr(required)]
    pub from_port: i64,
    /// IPv6 networks.
    #[attr(optional)]
    pub ipv6_cidr_blocks: Vec<String>,
    /// Prefix lists.
    #[attr(optional)]
    pub prefix_list_ids: Vec<String>,
    /// Protocol by name or number; `-1` for all.
    #[attr(optional)]
    pub protocol: Option<String>,
    /// Security groups.
    #[attr(optional)]
    pub security_groups: BTreeSet<String>,
    /// Whether the group itself is one of them.
    #[attr(name = "self", optional)]
    pub this: Option<bool>,
    /// Last port, or ICMP code.
    #[attr(required)]
    pub to_port: i64,
}

/// Returns configured rules as Terraform records them: with the names of the protocols.
fn canonical_rules(rules: &Value) -> Value {
    let Some(elements) = rules.elements().filter(|elements| !elements.is_empty()) else { return rules.clone() };
    let canonical = elements.iter().map(|rule| match rule.get("protocol") {
        Some(protocol) => rule.with_attribute("protocol", canonical_protocol(&protocol)),
        None => rule.clone(),
    });
    rules.with_elements(canonical.collect())
}

/// The resource type.
pub struct SecurityGroupType;

impl ResourceType for SecurityGroupType {
    type Model = SecurityGroup;
    type Client = Aws;

    const IDENTITY: Identity = Identity::CreationTag;
    // CreateSecurityGroup takes no rules.
    const CREATION: Creation = Creation::ThenUpdate;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
    }

    async fn prepare(&self, _aws: &Aws, planned: &SecurityGroup) -> RemoteResult<Option<SecurityGroup>> {
        // EC2 lets everything out of a new group. A group without rules of its own is to be closed, so "not known" becomes "none".
        Ok(Some(planned.clone()))
    }

    async fn create(&self, aws: &Aws, planned: &SecurityGroup, token: &Token) -> RemoteResult<RemoteId> {
        let name = non_empty(&planned.name).unwrap_or_else(|| {
            unique_name(
                planned.name_prefix.as_deref().filter(|prefix| !prefix.is_empty()).unwrap_or("terraform-"),
                token,
            )
        });
        let call = aws
            .ec2
            .create_security_group()
            .group_name(name)
            .description(&planned.description)
            .set_vpc_id(non_empty(&planned.vpc_id))
            .tag_specifications(creation_tags(Ec2Type::SecurityGroup, &planned.tags_all, token));
        let answer = call.send().await.named("ec2:CreateSecurityGroup")?;
        answer.group_id.map(RemoteId).ok_or_else(|| missing("ec2:CreateSecurityGroup", "group id"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<SecurityGroup>],
    ) -> RemoteResult<Vec<Option<Observed<SecurityGroup>>>> {
        let groups = aws.security_groups(requests.iter().map(|request| request.id.0.clone())).await?;
        let observed = requests.iter().map(|request| Some(observed(aws, groups.get(&request.id.0)?, &request.prior)));
        Ok(observed.collect())
    }

    async fn update(
        &self,
        aws: &Aws,
        id: &RemoteId,
        prior: &SecurityGroup,
        planned: &SecurityGroup,
    ) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        update_rules(aws, id, Direction::Ingress, &prior.ingress, &planned.ingress).await?;
        update_rules(aws, id, Direction::Egress, &prior.egress, &planned.egress).await
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &SecurityGroup) -> RemoteResult<()> {
        if prior.revoke_rules_on_delete {
            let groups = aws.security_groups([id.0.clone()]).await?;
            for direction in [Direction::Ingress, Direction::Egress] {
                let permissions: Vec<Permission> =
                    groups.get(&id.0).map(|group| permissions_of(group, direction)).into_iter().flatten().collect();
                revoke(aws, &id.0, direction, &permissions).await?;
            }
        }
        gone_is_done(
            aws.ec2.delete_security_group().group_id(&id.0).send().await.named("ec2:DeleteSecurityGroup").map(|_| ()),
        )
    }

    async fn find(&self, aws: &Aws, _planned: &SecurityGroup, token: &Token) -> RemoteResult<Option<RemoteId>> {
        find_by_creation_tag(aws, token).await
    }
}

impl InlineRule {
    /// Takes the rule apart into permissions with one source each.
    fn permissions(&self, group: &str) -> Vec<Permission> {
        let protocol = protocol_name(self.protocol.as_deref().filter(|text| !text.is_empty()).unwrap_or("-1"));
        let own = (self.this == Some(true)).then(|| Source::Group(group.to_owned()));
        let sources = self.cidr_blocks.iter().cloned().map(Source::Cidr4);
        let sources = sources.chain(self.ipv6_cidr_blocks.iter().cloned().map(Source::Cidr6));
        let sources = sources.chain(self.prefix_list_ids.iter().cloned().map(Source::PrefixList));
        let sources = sources.chain(self.security_groups.iter().cloned().map(Source::Group)).chain(own);
        let (from_port, to_port) = if protocol == "-1" { (0, 0) } else { (self.from_port, self.to_port) };
        let description = self.description.clone().unwrap_or_default();
        sources
            .map(|source| Permission {
                protocol: protocol.clone(),
                from_port,
                to_port,
                source,
                description: description.clone(),
            })
            .collect()
    }

    /// Returns the rule with those of its sources that are still permitted; `None` if none is.
    fn limited_to(&self, permitted: &BTreeSet<Permission>, group: &str) -> Option<Self> {
        let here: BTreeSet<Source> =
            self.permissions(group).into_iter().filter(|one| permitted.contains(one)).map(|one| one.source).collect();
        if here.is_empty() {
            return None;
        }
        let keep = |texts: &[String], source: fn(String) -> Source| -> Vec<String> {
            texts.iter().filter(|text| here.contains(&source((*text).clone()))).cloned().collect()
        };
        Some(Self {
            cidr_blocks: keep(&self.cidr_blocks, Source::Cidr4),
            ipv6_cidr_blocks: keep(&self.ipv6_cidr_blocks, Source::Cidr6),
            prefix_list_ids: keep(&self.prefix_list_ids, Source::PrefixList),
            security_groups: self
                .security_groups
                .iter()
                .filter(|id| here.contains(&Source::Group((*id).clone())))
                .cloned()
                .collect(),
            this: Some(self.this == Some(true) && here.contains(&Source::Group(group.to_owned()))),
            description: Some(self.description.clone().unwrap_or_default()),
            ..self.clone()
        })
    }

    fn add(&mut self, source: Source, group: &str) {
        match source {
            Source::Cidr4(text) => self.cidr_blocks.push(text),
            Source::Cidr6(text) => self.ipv6_cidr_blocks.push(text),
            Source::PrefixList(text) => self.prefix_list_ids.push(text),
            Source::Group(id) if id == group => self.this = Some(true),
            Source::Group(id) => _ = self.security_groups.insert(id),
        }
    }
}

/// Puts observed permissions together to rules: as they were recorded as far as they still stand, the others by ports and description.
fn inline_rules(permitted: &BTreeSet<Permission>, recorded: &[InlineRule], group: &str) -> Vec<InlineRule> {
    let mut rules: Vec<InlineRule> = recorded.iter().filter_map(|rule| rule.limited_to(permitted, group)).collect();
    let known: BTreeSet<Permission> = rules.iter().flat_map(|rule| rule.permissions(group)).collect();
    let first_new = rules.len();
    for permission in permitted.difference(&known) {
        let fits = |rule: &&mut InlineRule| {
            rule.protocol.as_ref() == Some(&permission.protocol)
                && (rule.from_port, rule.to_port) == (permission.from_port, permission.to_port)
                && rule.description.as_ref() == Some(&permission.description)
        };
        if let Some(rule) = rules[first_new..].iter_mut().find(fits) {
            rule.add(permission.source.clone(), group);
            continue;
        }
        let mut rule = InlineRule {
            description: Some(permission.description.clone()),
            from_port: permission.from_port,
            protocol: Some(permission.protocol.clone()),
            this: Some(false),
            to_port: permission.to_port,
            ..InlineRule::default()
        };
        rule.add(permission.source.clone(), group);
        rules.push(rule);
    }
    rules
}

fn observed(aws: &Aws, group: &Ec2SecurityGroup, prior: &SecurityGroup) -> Observed<SecurityGroup> {
    let (tags, tags_all) = aws.tags.observed(pairs(group.tags.as_deref()), &prior.tags);
    let (id, owner) = (group.group_id.clone().unwrap_or_default(), group.owner_id.clone());
    let name = group.group_name.clone().unwrap_or_default();
    Observed::of(SecurityGroup {
        arn: Some(aws.ec2_arn(owner.as_deref(), "security-group", &id)),
        description: group.description.clone().unwrap_or_default(),
        egress: inline_rules(&permissions_of(group, Direction::Egress), &prior.egress, &id),
        ingress: inline_rules(&permissions_of(group, Direction::Ingress), &prior.ingress, &id),
        id: Some(id),
        name_prefix: Some(crate::text::prefix_of(&name).unwrap_or_default().to_owned()),
        name: Some(name),
        owner_id: owner,
        revoke_rules_on_delete: prior.revoke_rules_on_delete,
        tags,
        tags_all,
        vpc_id: Some(group.vpc_id.clone().unwrap_or_default()),
    })
}

async fn update_rules(
    aws: &Aws,
    id: &RemoteId,
    direction: Direction,
    prior: &[InlineRule],
    planned: &[InlineRule],
) -> RemoteResult<()> {
    let all = |rules: &[InlineRule]| rules.iter().flat_map(|rule| rule.permissions(&id.0)).collect::<BTreeSet<_>>();
    let (before, after) = (all(prior), all(planned));
    let gone: Vec<Permission> = before.difference(&after).cloned().collect();
    let new: Vec<Permission> = after.difference(&before).cloned().collect();
    // EC2 takes no second rule for the same packets, so the old one goes first even where only its description changes.
    revoke(aws, &id.0, direction, &gone).await?;
    match authorize(aws, &id.0, direction, &new).await {
        // An earlier attempt whose answer was lost; the read that follows tells whether all of them stand.
        Err(error) if error.kind == RemoteErrorKind::AlreadyExists => Ok(()),
        answer => answer.map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permission(port: i64, source: Source, description: &str) -> Permission {
        Permission {
            protocol: "tcp".to_owned(),
            from_port: port,
            to_port: port,
            source,
            description: description.to_owned(),
        }
    }

    fn cidr(text: &str) -> Source {
        Source::Cidr4(text.to_owned())
    }

    #[test]
    fn recorded_rules_stay_apart_and_new_ones_are_grouped() {
        let recorded = |cidrs: &[&str]| InlineRule {
            cidr_blocks: cidrs.iter().map(|text| (*text).to_owned()).collect(),
            protocol: Some("tcp".to_owned()),
            from_port: 80,
            to_port: 80,
            ..InlineRule::default()
        };
        let permitted = BTreeSet::from([
            permission(80, cidr("10.0.0.0/8"), ""),
            permission(80, cidr("10.1.0.0/16"), ""),
            permission(443, cidr("0.0.0.0/0"), "web"),
            permission(443, Source::Group("sg-1".to_owned()), "web"),
        ]);
        let rules =
            inline_rules(&permitted, &[recorded(&["10.1.0.0/16"]), recorded(&["10.0.0.0/8", "10.9.0.0/16"])], "sg-1");
        assert_eq!(rules.len(), 3);
        assert_eq!(rules[0].cidr_blocks, ["10.1.0.0/16"]);
        assert_eq!(rules[1].cidr_blocks, ["10.0.0.0/8"], "what is not permitted any more has drifted away");
        assert_eq!(
            (rules[2].from_port, &*rules[2].cidr_blocks, rules[2].this),
            (443, &["0.0.0.0/0".to_owned()][..], Some(true))
        );
    }
}
