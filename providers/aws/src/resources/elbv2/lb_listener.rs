//! `aws_lb_listener`

mod actions;
mod attributes;
mod model;

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    AdvertiseTrustStoreCaNamesEnum, Certificate, Listener as ElbListener, ListenerAttribute,
    MutualAuthenticationAttributes, ProtocolEnum,
};
use futures_util::future::{try_join_all, try_join3};
use wpinfra_core::provider::{
    Creation, Draft, Identity, Observed, ReadRequest, RemoteId, RemoteResult, ResourceType, Token,
};
use wpinfra_core::{Diagnostic, Type, Value};

pub use self::model::{
    Cognito, DefaultAction, FixedResponse, Forward, GroupStickiness, Listener, MutualAuthentication, Oidc, Redirect,
    WeightedGroup,
};
use super::{Pairs, ask_for_all, int, tag_list, tags_of, update_tags};
use crate::client::Aws;
use crate::error::{Call as _, found, gone_is_done, missing};
use crate::tags;
use crate::text::non_empty;

/// The resource type.
pub struct ListenerType;

impl ResourceType for ListenerType {
    type Model = Listener;
    type Client = Aws;

    // A load balancer has at most one listener on a port.
    const IDENTITY: Identity = Identity::Arguments;
    // CreateListener takes none of the attributes that ModifyListenerAttributes changes.
    const CREATION: Creation = Creation::ThenUpdate;

    fn plan(&self, aws: Option<&Aws>, draft: &mut Draft<'_>) {
        tags::plan(aws, draft);
        require_parts_of_actions(draft);
        keep_stickiness(draft);
    }

    async fn create(&self, aws: &Aws, planned: &Listener, _token: &Token) -> RemoteResult<RemoteId> {
        let is_application = planned.load_balancer_arn.contains(":loadbalancer/app/");
        // An application load balancer speaks HTTP if nothing else is said.
        let protocol = protocol(planned).or_else(|| is_application.then_some(ProtocolEnum::Http));
        let call = aws
            .elb
            .create_listener()
            .load_balancer_arn(&planned.load_balancer_arn)
            .set_port(int(planned.port))
            .set_protocol(protocol)
            .set_ssl_policy(non_empty(&planned.ssl_policy))
            .set_certificates(certificates(planned))
            .set_alpn_policy(non_empty(&planned.alpn_policy).map(|policy| vec![policy]))
            .set_mutual_authentication(planned.mutual_authentication.as_ref().map(mutual_authentication))
            .set_default_actions(Some(actions::to_sdk(&planned.default_action)))
            .set_tags(tag_list(&planned.tags_all));
        let answer = call.send().await.named("elasticloadbalancing:CreateListener")?;
        let arn = answer.listeners.into_iter().flatten().find_map(|listener| listener.listener_arn);
        arn.map(RemoteId).ok_or_else(|| missing("elasticloadbalancing:CreateListener", "ARN"))
    }

    async fn read(
        &self,
        aws: &Aws,
        requests: &[ReadRequest<Listener>],
    ) -> RemoteResult<Vec<Option<Observed<Listener>>>> {
        let arns: Vec<String> = requests.iter().map(|request| request.id.0.clone()).collect();
        let (found, attributes, tags) = try_join3(
            listeners(aws, &arns),
            try_join_all(arns.iter().map(|arn| attributes_of(aws, arn))),
            tags_of(aws, &arns),
        )
        .await?;
        let observed = requests.iter().zip(attributes).map(|(request, attributes)| {
            let (listener, tags) = (found.get(&request.id.0)?, tags.get(&request.id.0)?);
            Some(Observed::of(observed(aws, listener, &attributes?, tags, &request.prior)))
        });
        Ok(observed.collect())
    }

    async fn update(&self, aws: &Aws, id: &RemoteId, prior: &Listener, planned: &Listener) -> RemoteResult<()> {
        update_tags(aws, &id.0, &prior.tags_all, &planned.tags_all).await?;
        update_listener(aws, id, prior, planned).await?;
        let attributes = attributes::changes(prior, planned);
        if attributes.is_empty() {
            return Ok(());
        }
        let call = aws.elb.modify_listener_attributes().listener_arn(&id.0).set_attributes(Some(attributes));
        call.send().await.named("elasticloadbalancing:ModifyListenerAttributes").map(drop)
    }

    async fn delete(&self, aws: &Aws, id: &RemoteId, _prior: &Listener) -> RemoteResult<()> {
        let call = aws.elb.delete_listener().listener_arn(&id.0);
        gone_is_done(call.send().await.named("elasticloadbalancing:DeleteListener").map(drop))
    }

    async fn find(&self, aws: &Aws, planned: &Listener, _token: &Token) -> RemoteResult<Option<RemoteId>> {
        let mut pages =
            aws.elb.describe_listeners().load_balancer_arn(&planned.load_balancer_arn).into_paginator().items().send();
        while let Some(listener) = pages.next().await {
            let Some(listener) = found(listener.named(DESCRIBE))? else { return Ok(None) };
            if planned.port.is_none() || listener.port == int(planned.port) {
                return Ok(listener.listener_arn.map(RemoteId));
            }
        }
        Ok(None)
    }

    fn import(&self, id: &str) -> Result<(RemoteId, Listener), String> {
        if !id.starts_with("arn:") {
            return Err(format!("{id:?} is not the ARN of a listener: arn:aws:elasticloadbalancing:…:listener/app/…"));
        }
        Ok((RemoteId(id.to_owned()), Listener { id: Some(id.to_owned()), ..Listener::default() }))
    }
}

const DESCRIBE: &str = "elasticloadbalancing:DescribeListeners";

/// What each kind of action needs.
const PARTS: &[(&str, &[&str])] = &[
    ("forward", &["target_group_arn", "forward"]),
    ("redirect", &["redirect"]),
    ("fixed-response", &["fixed_response"]),
    ("authenticate-cognito", &["authenticate_cognito"]),
    ("authenticate-oidc", &["authenticate_oidc"]),
];

/// Says what an action lacks before AWS does.
fn require_parts_of_actions(draft: &mut Draft<'_>) {
    let Some(actions) = draft.config.get("default_action") else { return };
    for action in actions.elements().unwrap_or_default() {
        let kind = action.get("type").and_then(|kind| kind.as_str().map(str::to_lowercase));
        let Some((kind, parts)) = PARTS.iter().find(|(name, _)| kind.as_deref() == Some(*name)) else { continue };
        let is_there = |name: &&str| {
            action
                .get(name)
                .is_some_and(|part| !part.is_null() && part.elements().is_none_or(|blocks| !blocks.is_empty()))
        };
        if !parts.iter().any(is_there) {
            let parts: Vec<String> = parts.iter().map(|part| format!("{part:?}")).collect();
            let detail = format!("A default action of the type {kind:?} needs {}. Add it.", parts.join(" or "));
            draft.diagnostics.push(Diagnostic::error("Incomplete default action", detail));
        }
    }
}

/// Stickiness of target groups that is not configured stays as it was.
fn keep_stickiness(draft: &mut Draft<'_>) {
    let lists = (
        draft.config.get("default_action"),
        draft.prior.and_then(|prior| prior.get("default_action")),
        draft.planned.get("default_action"),
    );
    let (Some(config), Some(prior), Some(planned)) = lists else { return };
    let (Some(config), Some(prior), Some(elements)) = (config.elements(), prior.elements(), planned.elements()) else {
        return;
    };
    let kept = elements.iter().enumerate().map(|(index, action)| {
        let (config, prior) = (config.get(index)?, prior.get(index)?);
        let is_empty = stickiness(config)?.elements().is_some_and(<[Value]>::is_empty);
        let before =
            stickiness(prior).filter(|before| is_empty && before.elements().is_some_and(|found| !found.is_empty()))?;
        let forward = action.get("forward")?;
        let first = forward.elements()?.first()?.with_attribute("stickiness", before);
        Some(action.with_attribute("forward", list_like(&forward, vec![first])?))
    });
    let kept: Vec<Value> = kept.zip(elements).map(|(kept, action)| kept.unwrap_or_else(|| action.clone())).collect();
    if let Some(list) = list_like(&planned, kept) {
        draft.set("default_action", list.with_marks(planned.marks()));
    }
}

fn stickiness(action: &Value) -> Option<Value> {
    action.get("forward")?.elements()?.first()?.get("stickiness")
}

/// Returns a list with the type of another one.
fn list_like(other: &Value, elements: Vec<Value>) -> Option<Value> {
    if let Type::List(element) = other.ty() { Some(Value::list((**element).clone(), elements)) } else { None }
}

fn protocol(listener: &Listener) -> Option<ProtocolEnum> {
    non_empty(&listener.protocol).map(|protocol| ProtocolEnum::from(protocol.to_uppercase().as_str()))
}

fn certificates(listener: &Listener) -> Option<Vec<Certificate>> {
    non_empty(&listener.certificate_arn).map(|arn| vec![Certificate::builder().certificate_arn(arn).build()])
}

fn mutual_authentication(block: &MutualAuthentication) -> MutualAuthenticationAttributes {
    let mode = block.mode.to_lowercase();
    let verifies = mode == "verify";
    MutualAuthenticationAttributes::builder()
        .mode(&mode)
        .set_trust_store_arn(non_empty(&block.trust_store_arn).filter(|_| verifies))
        .set_ignore_client_certificate_expiry(verifies.then_some(block.ignore_client_certificate_expiry))
        .set_advertise_trust_store_ca_names(
            non_empty(&block.advertise_trust_store_ca_names)
                .filter(|_| verifies)
                .as_deref()
                .map(AdvertiseTrustStoreCaNamesEnum::from),
        )
        .build()
}

async fn listeners(aws: &Aws, arns: &[String]) -> RemoteResult<BTreeMap<String, ElbListener>> {
    let ask = |arns: Vec<String>| async {
        let answer = aws.elb.describe_listeners().set_listener_arns(Some(arns)).send().await.named(DESCRIBE)?;
        Ok(answer.listeners.unwrap_or_default())
    };
    let found = ask_for_all(arns, ask).await?;
    Ok(found.into_iter().filter_map(|listener| Some((listener.listener_arn.clone()?, listener))).collect())
}

async fn attributes_of(aws: &Aws, arn: &str) -> RemoteResult<Option<Vec<ListenerAttribute>>> {
    let call = aws.elb.describe_listener_attributes().listener_arn(arn);
    let answer = found(call.send().await.named("elasticloadbalancing:DescribeListenerAttributes"))?;
    Ok(answer.map(|answer| answer.attributes.unwrap_or_default()))
}

fn observed(
    aws: &Aws,
    listener: &ElbListener,
    attributes: &[ListenerAttribute],
    tags: &Pairs,
    prior: &Listener,
) -> Listener {
    let (tags, tags_all) = aws.tags.observed(tags.iter().cloned(), &prior.tags);
    let certificate =
        if let [certificate] = listener.certificates() { certificate.certificate_arn.clone() } else { None };
    let mut model = Listener {
        alpn_policy: listener.alpn_policy().first().cloned(),
        arn: listener.listener_arn.clone(),
        certificate_arn: certificate,
        default_action: actions::from_sdk(listener.default_actions(), &prior.default_action),
        id: listener.listener_arn.clone(),
        load_balancer_arn: listener.load_balancer_arn.clone().unwrap_or_default(),
        mutual_authentication: listener.mutual_authentication.as_ref().map(mutual_authentication_of),
        port: listener.port.map(i64::from),
        protocol: Some(listener.protocol.as_ref().map_or("", |protocol| protocol.as_str()).to_owned()),
        ssl_policy: Some(listener.ssl_policy.clone().unwrap_or_default()),
        tags,
        tags_all,
        ..Listener::default()
    };
    attributes::read(attributes, &mut model);
    model
}

fn mutual_authentication_of(found: &MutualAuthenticationAttributes) -> MutualAuthentication {
    let text = |text: Option<&str>| Some(text.unwrap_or_default().to_owned());
    MutualAuthentication {
        advertise_trust_store_ca_names: text(
            found.advertise_trust_store_ca_names.as_ref().map(AdvertiseTrustStoreCaNamesEnum::as_str),
        ),
        ignore_client_certificate_expiry: found.ignore_client_certificate_expiry.unwrap_or(false),
        mode: found.mode.clone().unwrap_or_default(),
        trust_store_arn: text(found.trust_store_arn.as_deref()),
    }
}

/// Changes what is planned to differ. Protocol, certificate and policies of TLS depend on each other, and are sent together.
async fn update_listener(aws: &Aws, id: &RemoteId, prior: &Listener, planned: &Listener) -> RemoteResult<()> {
    let other = |prior: &Option<String>, planned: &Option<String>| {
        non_empty(planned).is_some_and(|planned| !prior.as_deref().unwrap_or_default().eq_ignore_ascii_case(&planned))
    };
    let actions = actions::differ(&prior.default_action, &planned.default_action);
    let before = prior.mutual_authentication.as_ref().map(mutual_authentication);
    let mutual = planned
        .mutual_authentication
        .as_ref()
        .map(mutual_authentication)
        .filter(|after| before.as_ref() != Some(after));
    let tls = other(&prior.protocol, &planned.protocol)
        || other(&prior.ssl_policy, &planned.ssl_policy)
        || other(&prior.certificate_arn, &planned.certificate_arn)
        || non_empty(&prior.alpn_policy) != non_empty(&planned.alpn_policy);
    let port = planned.port.is_some() && prior.port != planned.port;
    if !actions && mutual.is_none() && !tls && !port {
        return Ok(());
    }
    let mut call = aws.elb.modify_listener().listener_arn(&id.0).set_mutual_authentication(mutual);
    if actions {
        call = call.set_default_actions(Some(actions::to_sdk(&planned.default_action)));
    }
    if port {
        call = call.set_port(int(planned.port));
    }
    if tls {
        let is_encrypted = matches!(protocol(planned), Some(ProtocolEnum::Https | ProtocolEnum::Tls));
        call = call.set_protocol(protocol(planned)).set_certificates(certificates(planned));
        if is_encrypted {
            call = call.set_ssl_policy(non_empty(&planned.ssl_policy));
            // No policy at all is called None.
            let policy =
                non_empty(&planned.alpn_policy).or_else(|| non_empty(&prior.alpn_policy).map(|_| "None".to_owned()));
            call = call.set_alpn_policy(policy.map(|policy| vec![policy]));
        }
    }
    call.send().await.named("elasticloadbalancing:ModifyListener").map(drop)
}
