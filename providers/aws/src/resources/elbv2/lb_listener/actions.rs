//! Default actions between the model and the SDK.

use std::collections::BTreeMap;

use aws_sdk_elasticloadbalancingv2::types::{
    Action, ActionTypeEnum, AuthenticateCognitoActionConditionalBehaviorEnum as CognitoBehavior,
    AuthenticateCognitoActionConfig, AuthenticateOidcActionConditionalBehaviorEnum as OidcBehavior,
    AuthenticateOidcActionConfig, FixedResponseActionConfig, ForwardActionConfig, RedirectActionConfig,
    RedirectActionStatusCodeEnum, TargetGroupStickinessConfig, TargetGroupTuple,
};

use super::{Cognito, DefaultAction, FixedResponse, Forward, GroupStickiness, Oidc, Redirect, WeightedGroup};
use crate::resources::elbv2::int;
use crate::text::non_empty;

/// Tells whether what is planned of actions differs from what stands.
pub(super) fn differ(prior: &[DefaultAction], planned: &[DefaultAction]) -> bool {
    let filled = planned.iter().enumerate().map(|(index, action)| filled(action, prior.get(index)));
    to_sdk(&filled.collect::<Vec<_>>()) != to_sdk(prior)
}

/// Returns an action in which what is not known yet is as it was.
fn filled(planned: &DefaultAction, prior: Option<&DefaultAction>) -> DefaultAction {
    let Some(prior) = prior else { return planned.clone() };
    let mut action = planned.clone();
    action.order = action.order.or(prior.order);
    if let (Some(action), Some(prior)) = (&mut action.authenticate_cognito, &prior.authenticate_cognito) {
        fill(&mut action.on_unauthenticated_request, &prior.on_unauthenticated_request);
        fill(&mut action.scope, &prior.scope);
        fill(&mut action.session_cookie_name, &prior.session_cookie_name);
        action.session_timeout = action.session_timeout.or(prior.session_timeout);
    }
    if let (Some(action), Some(prior)) = (&mut action.authenticate_oidc, &prior.authenticate_oidc) {
        fill(&mut action.on_unauthenticated_request, &prior.on_unauthenticated_request);
        fill(&mut action.scope, &prior.scope);
        fill(&mut action.session_cookie_name, &prior.session_cookie_name);
        action.session_timeout = action.session_timeout.or(prior.session_timeout);
    }
    if let (Some(action), Some(prior)) = (&mut action.fixed_response, &prior.fixed_response) {
        fill(&mut action.status_code, &prior.status_code);
    }
    action
}

#[expect(clippy::ref_option, reason = "it is called with fields of models, which are options")]
fn fill(planned: &mut Option<String>, prior: &Option<String>) {
    if planned.is_none() {
        planned.clone_from(prior);
    }
}

/// Returns actions in the form that the service takes. Only what belongs to the kind of an action is sent.
pub(super) fn to_sdk(actions: &[DefaultAction]) -> Vec<Action> {
    actions.iter().map(action_to_sdk).collect()
}

fn action_to_sdk(action: &DefaultAction) -> Action {
    let kind = action.r#type.to_lowercase();
    let is = |name: &str| kind == name;
    Action::builder()
        .r#type(ActionTypeEnum::from(kind.as_str()))
        .set_order(int(action.order.filter(|order| *order != 0)))
        .set_target_group_arn(non_empty(&action.target_group_arn).filter(|_| is("forward")))
        .set_forward_config(action.forward.as_ref().filter(|_| is("forward")).map(forward_to_sdk))
        .set_redirect_config(action.redirect.as_ref().filter(|_| is("redirect")).map(redirect_to_sdk))
        .set_fixed_response_config(action.fixed_response.as_ref().filter(|_| is("fixed-response")).map(fixed_to_sdk))
        .set_authenticate_cognito_config(
            action.authenticate_cognito.as_ref().filter(|_| is("authenticate-cognito")).map(cognito_to_sdk),
        )
        .set_authenticate_oidc_config(
            action.authenticate_oidc.as_ref().filter(|_| is("authenticate-oidc")).map(oidc_to_sdk),
        )
        .build()
}

fn forward_to_sdk(forward: &Forward) -> ForwardActionConfig {
    let mut groups: Vec<&WeightedGroup> = forward.target_group.iter().collect();
    groups.sort_by(|one, other| one.arn.cmp(&other.arn));
    let groups = groups.into_iter().map(|group| {
        TargetGroupTuple::builder().target_group_arn(&group.arn).set_weight(int(Some(group.weight))).build()
    });
    let stickiness = forward.stickiness.as_ref().filter(|stickiness| stickiness.enabled || stickiness.duration != 0);
    ForwardActionConfig::builder()
        .set_target_groups(Some(groups.collect()))
        .set_target_group_stickiness_config(stickiness.map(|stickiness| {
            TargetGroupStickinessConfig::builder()
                .enabled(stickiness.enabled)
                .set_duration_seconds(int(Some(stickiness.duration)))
                .build()
        }))
        .build()
}

fn redirect_to_sdk(redirect: &Redirect) -> RedirectActionConfig {
    RedirectActionConfig::builder()
        .set_host(non_empty(&redirect.host))
        .set_path(non_empty(&redirect.path))
        .set_port(non_empty(&redirect.port))
        .set_protocol(non_empty(&redirect.protocol))
        // Without a query is something else than with the one of the request.
        .set_query(redirect.query.clone())
        .status_code(RedirectActionStatusCodeEnum::from(redirect.status_code.as_str()))
        .build()
}

fn fixed_to_sdk(fixed: &FixedResponse) -> FixedResponseActionConfig {
    FixedResponseActionConfig::builder()
        .content_type(&fixed.content_type)
        .set_message_body(non_empty(&fixed.message_body))
        .set_status_code(non_empty(&fixed.status_code))
        .build()
}

fn cognito_to_sdk(cognito: &Cognito) -> AuthenticateCognitoActionConfig {
    let parameters = cognito.authentication_request_extra_params.clone().unwrap_or_default();
    AuthenticateCognitoActionConfig::builder()
        .set_authentication_request_extra_params((!parameters.is_empty()).then(|| parameters.into_iter().collect()))
        .set_on_unauthenticated_request(
            non_empty(&cognito.on_unauthenticated_request)
                .map(|behavior| CognitoBehavior::from(behavior.to_lowercase().as_str())),
        )
        .set_scope(non_empty(&cognito.scope))
        .set_session_cookie_name(non_empty(&cognito.session_cookie_name))
        .set_session_timeout(cognito.session_timeout.filter(|seconds| *seconds != 0))
        .user_pool_arn(&cognito.user_pool_arn)
        .user_pool_client_id(&cognito.user_pool_client_id)
        .user_pool_domain(&cognito.user_pool_domain)
        .build()
}

fn oidc_to_sdk(oidc: &Oidc) -> AuthenticateOidcActionConfig {
    let parameters = oidc.authentication_request_extra_params.clone().unwrap_or_default();
    AuthenticateOidcActionConfig::builder()
        .set_authentication_request_extra_params((!parameters.is_empty()).then(|| parameters.into_iter().collect()))
        .authorization_endpoint(&oidc.authorization_endpoint)
        .client_id(&oidc.client_id)
        .client_secret(&oidc.client_secret)
        .issuer(&oidc.issuer)
        .set_on_unauthenticated_request(
            non_empty(&oidc.on_unauthenticated_request)
                .map(|behavior| OidcBehavior::from(behavior.to_lowercase().as_str())),
        )
        .set_scope(non_empty(&oidc.scope))
        .set_session_cookie_name(non_empty(&oidc.session_cookie_name))
        .set_session_timeout(oidc.session_timeout.filter(|seconds| *seconds != 0))
        .token_endpoint(&oidc.token_endpoint)
        .user_info_endpoint(&oidc.user_info_endpoint)
        .build()
}

/// Returns the actions of the service in their order. What it does not tell is as in `prior`.
pub(super) fn from_sdk(actions: &[Action], prior: &[DefaultAction]) -> Vec<DefaultAction> {
    let mut actions: Vec<&Action> = actions.iter().collect();
    actions.sort_by_key(|action| action.order.unwrap_or_default());
    actions.into_iter().enumerate().map(|(index, action)| action_from_sdk(action, index, prior.get(index))).collect()
}

fn action_from_sdk(action: &Action, index: usize, prior: Option<&DefaultAction>) -> DefaultAction {
    let (target_group_arn, forward) = destination(action, prior);
    let kind = action.r#type.as_ref().map_or("", |kind| kind.as_str());
    DefaultAction {
        authenticate_cognito: action
            .authenticate_cognito_config
            .as_ref()
            .map(|config| cognito_from_sdk(config, prior.and_then(|prior| prior.authenticate_cognito.as_ref()))),
        authenticate_oidc: action
            .authenticate_oidc_config
            .as_ref()
            .map(|config| oidc_from_sdk(config, prior.and_then(|prior| prior.authenticate_oidc.as_ref()))),
        fixed_response: action.fixed_response_config.as_ref().map(fixed_from_sdk),
        forward,
        order: action.order.map(i64::from).or_else(|| i64::try_from(index + 1).ok()),
        redirect: action.redirect_config.as_ref().map(redirect_from_sdk),
        target_group_arn: Some(target_group_arn.unwrap_or_default()),
        r#type: as_written(prior.map(|prior| prior.r#type.as_str()), kind),
    }
}

/// Returns where an action sends to: one target group, or several by weight.
///
/// The service tells one group in both ways; the configuration decides which one is meant.
fn destination(action: &Action, prior: Option<&DefaultAction>) -> (Option<String>, Option<Forward>) {
    let config = action.forward_config.as_ref();
    let forward = config.filter(|config| !config.target_groups().is_empty()).map(forward_from_sdk);
    let has_arn = prior.is_some_and(|prior| non_empty(&prior.target_group_arn).is_some());
    let has_forward = match prior {
        Some(prior) => prior.forward.is_some(),
        // After an import the service's own choice of words counts.
        None => action.target_group_arn.is_none(),
    };
    let only = match config.map(ForwardActionConfig::target_groups) {
        Some([group]) => group.target_group_arn.clone(),
        _ => None,
    };
    let arn = action.target_group_arn.clone().or(only);
    let is_plain = forward.as_ref().is_none_or(|forward| {
        forward.target_group.len() == 1 && forward.stickiness.as_ref().is_none_or(|stickiness| !stickiness.enabled)
    });
    match (has_arn, has_forward) {
        (true, true) => (arn, forward),
        (false, true) => (arn.filter(|_| forward.is_none()), forward),
        (_, false) if is_plain => (arn, None),
        (_, false) => (None, forward),
    }
}

fn forward_from_sdk(config: &ForwardActionConfig) -> Forward {
    let stickiness = config.target_group_stickiness_config.as_ref();
    Forward {
        stickiness: Some(GroupStickiness {
            duration: stickiness.and_then(|stickiness| stickiness.duration_seconds).unwrap_or(0).into(),
            enabled: stickiness.and_then(|stickiness| stickiness.enabled).unwrap_or(false),
        }),
        target_group: config
            .target_groups()
            .iter()
            .map(|group| WeightedGroup {
                arn: group.target_group_arn.clone().unwrap_or_default(),
                weight: group.weight.unwrap_or(1).into(),
            })
            .collect(),
    }
}

fn redirect_from_sdk(config: &RedirectActionConfig) -> Redirect {
    let text = |text: &Option<String>| Some(text.clone().unwrap_or_default());
    Redirect {
        host: text(&config.host),
        path: text(&config.path),
        port: text(&config.port),
        protocol: text(&config.protocol),
        query: text(&config.query),
        status_code: config.status_code.as_ref().map_or("", |code| code.as_str()).to_owned(),
    }
}

fn fixed_from_sdk(config: &FixedResponseActionConfig) -> FixedResponse {
    FixedResponse {
        content_type: config.content_type.clone().unwrap_or_default(),
        message_body: Some(config.message_body.clone().unwrap_or_default()),
        status_code: Some(config.status_code.clone().unwrap_or_default()),
    }
}

fn cognito_from_sdk(config: &AuthenticateCognitoActionConfig, prior: Option<&Cognito>) -> Cognito {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let parameters =
        config.authentication_request_extra_params().map(|parameters| parameters.clone().into_iter().collect());
    let behavior = text(config.on_unauthenticated_request.as_ref().map(CognitoBehavior::as_str));
    Cognito {
        authentication_request_extra_params: parameters.or_else(|| prior.is_none().then(BTreeMap::new)),
        on_unauthenticated_request: Some(as_written(
            prior.and_then(|prior| prior.on_unauthenticated_request.as_deref()),
            &behavior,
        )),
        scope: Some(text(config.scope.as_deref())),
        session_cookie_name: Some(text(config.session_cookie_name.as_deref())),
        session_timeout: Some(config.session_timeout.unwrap_or(0)),
        user_pool_arn: text(config.user_pool_arn.as_deref()),
        user_pool_client_id: text(config.user_pool_client_id.as_deref()),
        user_pool_domain: text(config.user_pool_domain.as_deref()),
    }
}

fn oidc_from_sdk(config: &AuthenticateOidcActionConfig, prior: Option<&Oidc>) -> Oidc {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let parameters =
        config.authentication_request_extra_params().map(|parameters| parameters.clone().into_iter().collect());
    let behavior = text(config.on_unauthenticated_request.as_ref().map(OidcBehavior::as_str));
    Oidc {
        authentication_request_extra_params: parameters.or_else(|| prior.is_none().then(BTreeMap::new)),
        authorization_endpoint: text(config.authorization_endpoint.as_deref()),
        client_id: text(config.client_id.as_deref()),
        // The service keeps it to itself.
        client_secret: prior.map(|prior| prior.client_secret.clone()).unwrap_or_default(),
        issuer: text(config.issuer.as_deref()),
        on_unauthenticated_request: Some(as_written(
            prior.and_then(|prior| prior.on_unauthenticated_request.as_deref()),
            &behavior,
        )),
        scope: Some(text(config.scope.as_deref())),
        session_cookie_name: Some(text(config.session_cookie_name.as_deref())),
        session_timeout: Some(config.session_timeout.unwrap_or(0)),
        token_endpoint: text(config.token_endpoint.as_deref()),
        user_info_endpoint: text(config.user_info_endpoint.as_deref()),
    }
}

/// Returns a word as it was written before, if only the case of letters differs.
fn as_written(prior: Option<&str>, found: &str) -> String {
    prior.filter(|prior| prior.eq_ignore_ascii_case(found)).unwrap_or(found).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forward_to(arns: &[&str], is_sticky: bool) -> DefaultAction {
        let group = |arn: &&str| WeightedGroup { arn: (*arn).to_owned(), weight: 1 };
        let stickiness = GroupStickiness { duration: i64::from(is_sticky) * 600, enabled: is_sticky };
        DefaultAction {
            r#type: "forward".to_owned(),
            order: Some(1),
            target_group_arn: Some(String::new()),
            forward: Some(Forward { stickiness: Some(stickiness), target_group: arns.iter().map(group).collect() }),
            ..DefaultAction::default()
        }
    }

    fn plain(arn: &str) -> DefaultAction {
        DefaultAction {
            r#type: "forward".to_owned(),
            order: Some(1),
            target_group_arn: Some(arn.to_owned()),
            ..DefaultAction::default()
        }
    }

    /// As the service tells a plain destination: in both ways.
    fn told_twice(arn: &str) -> Action {
        let group = TargetGroupTuple::builder().target_group_arn(arn).weight(1).build();
        let config = ForwardActionConfig::builder()
            .target_groups(group)
            .target_group_stickiness_config(TargetGroupStickinessConfig::builder().enabled(false).build());
        Action::builder()
            .r#type(ActionTypeEnum::Forward)
            .order(1)
            .target_group_arn(arn)
            .forward_config(config.build())
            .build()
    }

    #[test]
    fn a_destination_stays_as_it_is_written() {
        for (prior, expected) in [
            (None, plain("a")),
            (Some(plain("b")), plain("a")),
            (
                Some(forward_to(&["b"], false)),
                DefaultAction { target_group_arn: Some(String::new()), ..forward_to(&["a"], false) },
            ),
        ] {
            let prior: Vec<DefaultAction> = prior.into_iter().collect();
            let mut found = from_sdk(&[told_twice("a")], &prior);
            let found = found.remove(0);
            let shape = |action: &DefaultAction| (action.target_group_arn.clone(), action.forward.clone());
            assert_eq!(shape(&found).0.is_some_and(|arn| !arn.is_empty()), expected.forward.is_none());
            assert_eq!(shape(&found).1, shape(&expected).1);
        }
    }

    #[test]
    fn several_groups_are_never_one_arn() {
        let stands = to_sdk(&[forward_to(&["a", "b"], true)]);
        let found = from_sdk(&stands, &[plain("a")]);
        assert_eq!(found[0].target_group_arn.as_deref(), Some(""));
        assert_eq!(found[0].forward.as_ref().map(|forward| forward.target_group.len()), Some(2));
    }

    #[test]
    fn actions_differ_in_what_is_planned_of_them() {
        let unordered = |action: DefaultAction| DefaultAction { order: None, ..action };
        assert!(!differ(&[plain("a")], &[unordered(plain("a"))]));
        assert!(differ(&[plain("a")], &[unordered(plain("b"))]));
        assert!(differ(&[plain("a")], &[plain("a"), plain("b")]));
        assert!(!differ(&[forward_to(&["a", "b"], true)], &[forward_to(&["b", "a"], true)]), "groups are a set");
        let fixed = |code: Option<&str>| DefaultAction {
            r#type: "fixed-response".to_owned(),
            fixed_response: Some(FixedResponse {
                content_type: "text/plain".to_owned(),
                message_body: None,
                status_code: code.map(str::to_owned),
            }),
            ..DefaultAction::default()
        };
        assert!(!differ(&[fixed(Some("200"))], &[fixed(None)]));
        assert!(differ(&[fixed(Some("200"))], &[fixed(Some("404"))]));
    }

    #[test]
    fn actions_come_in_their_order() {
        let action = |arn: &str, order| {
            Action::builder().r#type(ActionTypeEnum::Forward).target_group_arn(arn).order(order).build()
        };
        let found = from_sdk(&[action("b", 2), action("a", 1)], &[]);
        let arns: Vec<Option<&str>> = found.iter().map(|action| action.target_group_arn.as_deref()).collect();
        assert_eq!(arns, [Some("a"), Some("b")]);
    }

    #[test]
    fn the_secret_of_a_client_is_remembered() {
        let oidc = Oidc { client_secret: "hidden".to_owned(), ..Oidc::default() };
        let prior = DefaultAction {
            r#type: "authenticate-oidc".to_owned(),
            authenticate_oidc: Some(oidc),
            ..DefaultAction::default()
        };
        let config = AuthenticateOidcActionConfig::builder().client_id("c").build();
        let action =
            Action::builder().r#type(ActionTypeEnum::AuthenticateOidc).authenticate_oidc_config(config).build();
        let found = from_sdk(&[action], &[prior]);
        let secret = found[0].authenticate_oidc.as_ref().map(|oidc| oidc.client_secret.as_str());
        assert_eq!(secret, Some("hidden"));
    }
}
