//! `aws_vpc_security_group_ingress_rule` and `aws_vpc_security_group_egress_rule`: one rule as EC2 has it, with an id and tags.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    ResourceType as Ec2Type, SecurityGroupRule as Ec2Rule, SecurityGroupRuleRequest, SecurityGroupRuleUpdate,
};
use wpinfra_core::model::{Model, ModelError};
use wpinfra_core::provider::{Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token};
use wpinfra_core::schema::Schema;
use wpinfra_core::{Path, Value};
use wpinfra_schema_derive::Model;

use super::permissions::{Direction, Permission, Source, protocol_name, same_protocol};
use super::{creation_tags, find_by_creation_tag, pairs, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, gone_is_done, missing};
use crate::reads::describe_by_filter;
use crate::tags::{self, Tags};

/// Arguments of which one names the source.
const SOURCES: &[&str] = &["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id"];

/// Lets packets of one kind from one source in.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_vpc_security_group_ingress_rule", version = 0, strict)]
pub struct IngressRule {
    /// ARN of the rule.
    #[attr(computed)]
    pub arn: Option<String>,
    /// IPv4 network on the other side.
    #[attr(optional, replace_when = comes_or_goes, format(Cidr4), exactly_one = SOURCES)]
    pub cidr_ipv4: Option<String>,
    /// IPv6 network on the other side.
    #[attr(optional, format(Cidr6), exactly_one = SOURCES)]
    pub cidr_ipv6: Option<String>,
    /// What the rule is for.
    #[attr(optional)]
    pub description: Option<String>,
    /// First port, or ICMP type.
    #[attr(optional, range(-1, 65535), integer)]
    pub from_port: Option<i64>,
    /// Id: `sgr-…`.
    #[attr(computed)]
    pub id: Option<String>,
    /// Protocol by name or number; `-1` for all.
    #[attr(required, equal = same_protocol)]
    pub ip_protocol: String,
    /// Prefix list on the other side.
    #[attr(optional, exactly_one = SOURCES)]
    pub prefix_list_id: Option<String>,
    /// Security group on the other side.
    #[attr(optional, exactly_one = SOURCES)]
    pub referenced_security_group_id: Option<String>,
    /// Group that the rule belongs to.
    #[attr(required, replace)]
    pub security_group_id: String,
    /// Id of the rule once more.
    #[attr(computed)]
    pub security_group_rule_id: Option<String>,
    /// Tags of the rule.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(computed)]
    pub tags_all: Tags,
    /// Last port, or ICMP code.
    #[attr(optional, range(-1, 65535), integer)]
    pub to_port: Option<i64>,
}

/// Lets packets of one kind out to one destination; the same attributes in the other direction.
#[derive(Clone, Debug, Default)]
pub struct EgressRule(IngressRule);

impl Model for EgressRule {
    const NAME: &'static str = "aws_vpc_security_group_egress_rule";

    fn schema() -> Schema {
        let mut schema = IngressRule::schema();
        schema.block.description = "Lets packets of one kind out to one destination.";
        schema
    }

    fn from_value(value: &Value) -> Result<Self, ModelError> {
        IngressRule::from_value(value).map(Self)
    }

    fn to_value(&self) -> Value {
        self.0.to_value()
    }
}

/// A model of either direction.
trait Rule: Model {
    const DIRECTION: Direction;

    fn rule(&self) -> &IngressRule;
    fn with(rule: IngressRule) -> Self;
}

impl Rule for IngressRule {
    const DIRECTION: Direction = Direction::Ingress;

    fn rule(&self) -> &IngressRule {
        self
    }

    fn with(rule: IngressRule) -> Self {
        rule
    }
}

impl Rule for EgressRule {
    const DIRECTION: Direction = Direction::Egress;

    fn rule(&self) -> &IngressRule {
        &self.0
    }

    fn with(rule: IngressRule) -> Self {
        Self(rule)
    }
}

/// A rule cannot go over from IPv4 networks to other sources or back.
fn comes_or_goes(prior: &Value, planned: &Value) -> bool {
    prior.is_null() != planned.is_null()
}

/// The resource type for rules of the model's direction.
pub struct RuleType<M>(std::marker::PhantomData<fn() -> M>);

impl<M> RuleType<M> {
    /// Returns the resource type.
    pub fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<M> Default for RuleType<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Rule> ResourceType for RuleType<M> {
    type Model = M;
    type Client = Aws;

    const IDENTITY: Identity = Identity::CreationTag;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan_strictly(aws, draft);
        let Some(prior) = draft.prior else { return };
        // EC2 refuses to exchange one kind of source for another.
        let kinds = ["cidr_ipv6", "prefix_list_id", "referenced_security_group_id"];
        let exchanged = |name: &&str| {
            let now = draft.planned.get(name).is_some_and(|value| value.is_null());
            prior.get(name).is_some_and(|value| value.is_null()) != now
        };
        if draft.replace.is_empty() {
            draft.replace.extend(
                kinds
                    .iter()
                    .filter(|name| exchanged(name))
                    .map(|name| Path::root().attribute(name))
                    .collect::<Vec<_>>(),
            );
        }
    }

    async fn create(&self, aws: &Aws, planned: &M, token: &Token) -> RemoteResult<RemoteId> {
        let rule = planned.rule();
        let tags = creation_tags(Ec2Type::SecurityGroupRule, &rule.tags_all, token);
        let permission = rule.permission().to_ec2();
        let (operation, created) = match M::DIRECTION {
            Direction::Ingress => {
                let call = aws.ec2.authorize_security_group_ingress().group_id(&rule.security_group_id);
                let operation = "ec2:AuthorizeSecurityGroupIngress";
                let answer = call.ip_permissions(permission).tag_specifications(tags).send().await.named(operation)?;
                (operation, answer.security_group_rules)
            }
            Direction::Egress => {
                let call = aws.ec2.authorize_security_group_egress().group_id(&rule.security_group_id);
                let operation = "ec2:AuthorizeSecurityGroupEgress";
                let answer = call.ip_permissions(permission).tag_specifications(tags).send().await.named(operation)?;
                (operation, answer.security_group_rules)
            }
        };
        let id = created.unwrap_or_default().into_iter().find_map(|rule| rule.security_group_rule_id);
        id.map(RemoteId).ok_or_else(|| missing(operation, "security group rule id"))
    }

    async fn read(&self, aws: &Aws, requests: &[ReadRequest<M>]) -> RemoteResult<Vec<Option<Observed<M>>>> {
        let is_known = |request: &ReadRequest<M>| !request.prior.rule().security_group_id.is_empty();
        // By group, the read is shared with the groups themselves; only an import knows nothing but the rule.
        let groups = requests.iter().filter(|request| is_known(request));
        let by_group = aws.security_group_rules(groups.map(|request| request.prior.rule().security_group_id.clone()));
        let ids = requests.iter().filter(|request| !is_known(request)).map(|request| request.id.0.clone()).collect();
        let (by_group, by_id) = futures_util::future::try_join(by_group, rules_by_id(aws, ids)).await?;
        let observed = requests.iter().map(|request| {
            let is_it = |rule: &&Ec2Rule| rule.security_group_rule_id.as_ref() == Some(&request.id.0);
            let of_group = by_group.get(&request.prior.rule().security_group_id);
            let found = of_group.and_then(|rules| rules.iter().find(is_it)).or_else(|| by_id.get(&request.id.0))?;
            let model = observed(aws, found, request.prior.rule());
            Some(Observed::of(M::with(model)))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &M, planned: &M) -> RemoteResult<()> {
        let (prior, planned) = (prior.rule(), planned.rule());
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        if prior.permission() == planned.permission() {
            return Ok(());
        }
        let update = SecurityGroupRuleUpdate::builder()
            .security_group_rule_id(&id.0)
            .security_group_rule(planned.request())
            .build();
        let call =
            aws.ec2.modify_security_group_rules().group_id(&planned.security_group_id).security_group_rules(update);
        call.send().await.named("ec2:ModifySecurityGroupRules").map(|_| ())
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, prior: &M) -> RemoteResult<()> {
        let group = &prior.rule().security_group_id;
        let done = match M::DIRECTION {
            Direction::Ingress => {
                let call = aws.ec2.revoke_security_group_ingress().group_id(group).security_group_rule_ids(&id.0);
                call.send().await.named("ec2:RevokeSecurityGroupIngress").map(|_| ())
            }
            Direction::Egress => {
                let call = aws.ec2.revoke_security_group_egress().group_id(group).security_group_rule_ids(&id.0);
                call.send().await.named("ec2:RevokeSecurityGroupEgress").map(|_| ())
            }
        };
        gone_is_done(done)
    }

    async fn find(&self, aws: &Aws, _planned: &M, token: &Token) -> RemoteResult<Option<RemoteId>> {
        find_by_creation_tag(aws, token).await
    }
}

impl IngressRule {
    fn source(&self) -> Source {
        let group = || Source::Group(self.referenced_security_group_id.clone().unwrap_or_default());
        self.cidr_ipv4
            .clone()
            .map(Source::Cidr4)
            .or_else(|| self.cidr_ipv6.clone().map(Source::Cidr6))
            .or_else(|| self.prefix_list_id.clone().map(Source::PrefixList))
            .unwrap_or_else(group)
    }

    fn permission(&self) -> Permission {
        Permission {
            protocol: protocol_name(&self.ip_protocol),
            from_port: self.from_port.unwrap_or(-1),
            to_port: self.to_port.unwrap_or(-1),
            source: self.source(),
            description: self.description.clone().unwrap_or_default(),
        }
    }

    /// Returns the rule in the form that `ModifySecurityGroupRules` takes.
    fn request(&self) -> SecurityGroupRuleRequest {
        let port = |port: Option<i64>| port.and_then(|port| i32::try_from(port).ok());
        SecurityGroupRuleRequest::builder()
            .ip_protocol(protocol_name(&self.ip_protocol))
            .set_from_port(port(self.from_port))
            .set_to_port(port(self.to_port))
            .set_cidr_ipv4(self.cidr_ipv4.clone())
            .set_cidr_ipv6(self.cidr_ipv6.clone())
            .set_prefix_list_id(self.prefix_list_id.clone())
            .set_referenced_group_id(self.referenced_security_group_id.clone())
            .set_description(self.description.clone())
            .build()
    }
}

async fn rules_by_id(aws: &Aws, ids: Vec<String>) -> RemoteResult<BTreeMap<String, Ec2Rule>> {
    Ok(describe_by_filter!(
        aws.ec2,
        describe_security_group_rules,
        "ec2:DescribeSecurityGroupRules",
        "security-group-rule-id",
        ids,
        security_group_rules,
        |rule: &Ec2Rule| rule.security_group_rule_id.clone()
    ))
}

fn observed(aws: &Aws, rule: &Ec2Rule, prior: &IngressRule) -> IngressRule {
    let (tags, tags_all) = aws.tags.observed(pairs(rule.tags.as_deref()), &prior.tags);
    let id = rule.security_group_rule_id.clone().unwrap_or_default();
    let protocol = rule.ip_protocol.clone().unwrap_or_default();
    // A rule for all protocols tells ports of -1, which nobody writes.
    let port = |port: Option<i32>, prior: Option<i64>| {
        port.filter(|port| protocol != "-1" || *port != -1).map(i64::from).or(prior.filter(|_| protocol == "-1"))
    };
    let group = rule.referenced_group_info.as_ref().and_then(|group| group.group_id.clone());
    IngressRule {
        arn: Some(aws.ec2_arn(rule.group_owner_id.as_deref(), "security-group-rule", &id)),
        cidr_ipv4: rule.cidr_ipv4.clone(),
        cidr_ipv6: rule.cidr_ipv6.clone(),
        description: rule.description.clone().filter(|text| !text.is_empty()),
        from_port: port(rule.from_port, prior.from_port),
        ip_protocol: protocol.clone(),
        prefix_list_id: rule.prefix_list_id.clone(),
        referenced_security_group_id: group,
        security_group_id: rule.group_id.clone().unwrap_or_default(),
        security_group_rule_id: Some(id.clone()),
        id: Some(id),
        // The newer kind of type says null where nothing is tagged.
        tags: tags.filter(|tags| !tags.is_empty() || prior.tags.is_some()),
        tags_all,
        to_port: port(rule.to_port, prior.to_port),
    }
}
