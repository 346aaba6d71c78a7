//! The arguments and attributes of a listener.

use std::collections::BTreeMap;

use wpinfra_schema_derive::{BlockModel, Model};

use crate::tags::Tags;

/// A port that a load balancer listens on.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_lb_listener", version = 0, timeouts(create = 300, update = 300))]
pub struct Listener {
    /// How the protocol inside of TLS is agreed upon.
    #[attr(optional, one_of_ignore_case("HTTP1Only", "HTTP2Only", "HTTP2Optional", "HTTP2Preferred", "None"))]
    pub alpn_policy: Option<String>,
    /// ARN of the listener.
    #[attr(computed)]
    pub arn: Option<String>,
    /// Certificate of the listener.
    #[attr(optional, format(Arn))]
    pub certificate_arn: Option<String>,
    /// ARN of the listener.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Load balancer.
    #[attr(required, replace, format(Arn))]
    pub load_balancer_arn: String,
    /// Port.
    #[attr(optional, range(1, 65535), integer)]
    pub port: Option<i64>,
    /// Protocol of the clients.
    #[attr(
        optional,
        computed,
        ignore_case,
        one_of_ignore_case("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE")
    )]
    pub protocol: Option<String>,
    /// Name under which targets get the header `X-Amzn-mtls-Clientcert`.
    #[attr(optional, computed)]
    pub routing_http_request_x_amzn_mtls_clientcert_header_name: Option<String>,
    /// Name under which targets get the header `X-Amzn-mtls-Clientcert-Issuer`.
    #[attr(optional, computed)]
    pub routing_http_request_x_amzn_mtls_clientcert_issuer_header_name: Option<String>,
    /// Name under which targets get the header `X-Amzn-mtls-Clientcert-Leaf`.
    #[attr(optional, computed)]
    pub routing_http_request_x_amzn_mtls_clientcert_leaf_header_name: Option<String>,
    /// Name under which targets get the header `X-Amzn-mtls-Clientcert-Serial-Number`.
    #[attr(optional, computed)]
    pub routing_http_request_x_amzn_mtls_clientcert_serial_number_header_name: Option<String>,
    /// Name under which targets get the header `X-Amzn-mtls-Clientcert-Subject`.
    #[attr(optional, computed)]
    pub routing_http_request_x_amzn_mtls_clientcert_subject_header_name: Option<String>,
    /// Name under which targets get the header `X-Amzn-mtls-Clientcert-Validity`.
    #[attr(optional, computed)]
    pub routing_http_request_x_amzn_mtls_clientcert_validity_header_name: Option<String>,
    /// Name under which targets get the header `X-Amzn-tls-Cipher-Suite`.
    #[attr(optional, computed)]
    pub routing_http_request_x_amzn_tls_cipher_suite_header_name: Option<String>,
    /// Name under which targets get the header `X-Amzn-tls-Version`.
    #[attr(optional, computed)]
    pub routing_http_request_x_amzn_tls_version_header_name: Option<String>,
    /// Value of the header `Access-Control-Allow-Credentials` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_access_control_allow_credentials_header_value: Option<String>,
    /// Value of the header `Access-Control-Allow-Headers` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_access_control_allow_headers_header_value: Option<String>,
    /// Value of the header `Access-Control-Allow-Methods` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_access_control_allow_methods_header_value: Option<String>,
    /// Value of the header `Access-Control-Allow-Origin` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_access_control_allow_origin_header_value: Option<String>,
    /// Value of the header `Access-Control-Expose-Headers` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_access_control_expose_headers_header_value: Option<String>,
    /// Value of the header `Access-Control-Max-Age` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_access_control_max_age_header_value: Option<String>,
    /// Value of the header `Content-Security-Policy` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_content_security_policy_header_value: Option<String>,
    /// Whether answers tell the kind of server.
    #[attr(optional, computed)]
    pub routing_http_response_server_enabled: Option<bool>,
    /// Value of the header `Strict-Transport-Security` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_strict_transport_security_header_value: Option<String>,
    /// Value of the header `X-Content-Type-Options` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_x_content_type_options_header_value: Option<String>,
    /// Value of the header `X-Frame-Options` of answers.
    #[attr(optional, computed)]
    pub routing_http_response_x_frame_options_header_value: Option<String>,
    /// Set of TLS versions and ciphers.
    #[attr(optional, computed)]
    pub ssl_policy: Option<String>,
    /// Tags of the listener.
    #[attr(optional)]
    pub tags: Tags,
    /// Tags with those of the provider block.
    #[attr(optional, computed)]
    pub tags_all: Tags,
    /// Seconds after which silent connections are closed.
    #[attr(optional, computed, range(60, 6000), integer)]
    pub tcp_idle_timeout_seconds: Option<i64>,
    /// What is done with requests that no rule takes.
    #[block(list, min = 1)]
    pub default_action: Vec<DefaultAction>,
    /// How clients show who they are.
    #[block(list, computed)]
    pub mutual_authentication: Option<MutualAuthentication>,
}

/// What is done with a request.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct DefaultAction {
    /// Position among the actions.
    #[attr(optional, computed, range(1, 50000), integer)]
    pub order: Option<i64>,
    /// Target group to send to, if it is the only one.
    #[attr(optional, format(Arn))]
    pub target_group_arn: Option<String>,
    /// Kind of action.
    #[attr(
        required,
        one_of_ignore_case("forward", "authenticate-oidc", "authenticate-cognito", "redirect", "fixed-response")
    )]
    pub r#type: String,
    /// Cognito as the place where users log in.
    #[block(list)]
    pub authenticate_cognito: Option<Cognito>,
    /// `OpenID` provider where users log in.
    #[block(list)]
    pub authenticate_oidc: Option<Oidc>,
    /// Answer that is always the same.
    #[block(list)]
    pub fixed_response: Option<FixedResponse>,
    /// Target groups to send to, by weight.
    #[block(list)]
    pub forward: Option<Forward>,
    /// Where the client is sent.
    #[block(list)]
    pub redirect: Option<Redirect>,
}

/// How clients show who they are.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct MutualAuthentication {
    /// Whether clients are told which authorities are trusted.
    #[attr(optional, computed, one_of("on", "off"))]
    pub advertise_trust_store_ca_names: Option<String>,
    /// Whether expired certificates are taken.
    #[attr(optional, default = false)]
    pub ignore_client_certificate_expiry: bool,
    /// What is done with certificates of clients.
    #[attr(required, one_of_ignore_case("off", "verify", "passthrough"))]
    pub mode: String,
    /// Authorities that are trusted.
    #[attr(optional, format(Arn))]
    pub trust_store_arn: Option<String>,
}

/// Login by Cognito.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct Cognito {
    /// Further parameters of the request, up to ten.
    #[attr(optional)]
    pub authentication_request_extra_params: Option<BTreeMap<String, String>>,
    /// What is done with a client that has not logged in.
    #[attr(optional, computed, one_of_ignore_case("deny", "allow", "authenticate"))]
    pub on_unauthenticated_request: Option<String>,
    /// Claims that are asked for.
    #[attr(optional, computed)]
    pub scope: Option<String>,
    /// Cookie that keeps the session.
    #[attr(optional, computed)]
    pub session_cookie_name: Option<String>,
    /// Seconds that a session lasts.
    #[attr(optional, computed, integer)]
    pub session_timeout: Option<i64>,
    /// User pool.
    #[attr(required, format(Arn))]
    pub user_pool_arn: String,
    /// Client of the user pool.
    #[attr(required)]
    pub user_pool_client_id: String,
    /// Domain of the user pool.
    #[attr(required)]
    pub user_pool_domain: String,
}

/// Login by an `OpenID` provider.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct Oidc {
    /// Further parameters of the request, up to ten.
    #[attr(optional)]
    pub authentication_request_extra_params: Option<BTreeMap<String, String>>,
    /// Where users log in.
    #[attr(required)]
    pub authorization_endpoint: String,
    /// Client.
    #[attr(required)]
    pub client_id: String,
    /// Secret of the client.
    #[attr(required, sensitive)]
    pub client_secret: String,
    /// Issuer of the tokens.
    #[attr(required)]
    pub issuer: String,
    /// What is done with a client that has not logged in.
    #[attr(optional, computed, one_of_ignore_case("deny", "allow", "authenticate"))]
    pub on_unauthenticated_request: Option<String>,
    /// Claims that are asked for.
    #[attr(optional, computed)]
    pub scope: Option<String>,
    /// Cookie that keeps the session.
    #[attr(optional, computed)]
    pub session_cookie_name: Option<String>,
    /// Seconds that a session lasts.
    #[attr(optional, computed, integer)]
    pub session_timeout: Option<i64>,
    /// Where tokens come from.
    #[attr(required)]
    pub token_endpoint: String,
    /// Where claims come from.
    #[attr(required)]
    pub user_info_endpoint: String,
}

/// An answer that is always the same.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct FixedResponse {
    /// Type of the body.
    #[attr(required, one_of("text/plain", "text/css", "text/html", "application/javascript", "application/json"))]
    pub content_type: String,
    /// Body.
    #[attr(optional, length(0, 1024))]
    pub message_body: Option<String>,
    /// Status code.
    #[attr(optional, computed, pattern("^[245]\\d\\d$", "a status code that begins with 2, 4 or 5"))]
    pub status_code: Option<String>,
}

/// Target groups by weight.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct Forward {
    /// How clients stay with their group.
    #[block(list)]
    pub stickiness: Option<GroupStickiness>,
    /// A group with its weight.
    #[block(set, min = 1, max = 5)]
    pub target_group: Vec<WeightedGroup>,
}

/// Where a client is sent.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct Redirect {
    /// Host name.
    #[attr(optional, default = "#{host}", length(1, 128))]
    pub host: Option<String>,
    /// Path.
    #[attr(optional, default = "/#{path}", length(1, 128))]
    pub path: Option<String>,
    /// Port.
    #[attr(optional, default = "#{port}")]
    pub port: Option<String>,
    /// Protocol.
    #[attr(optional, default = "#{protocol}", one_of("#{protocol}", "HTTP", "HTTPS"))]
    pub protocol: Option<String>,
    /// Query.
    #[attr(optional, default = "#{query}", length(0, 128))]
    pub query: Option<String>,
    /// Whether the move is permanent (`HTTP_301`) or not.
    #[attr(required, one_of("HTTP_301", "HTTP_302"))]
    pub status_code: String,
}

/// How clients stay with their group.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct GroupStickiness {
    /// Seconds that they stay.
    #[attr(required, range(1, 604_800), integer)]
    pub duration: i64,
    /// Whether they stay.
    #[attr(optional, default = false)]
    pub enabled: bool,
}

/// A target group with its weight.
#[derive(Clone, Debug, Default, PartialEq, BlockModel)]
pub struct WeightedGroup {
    /// ARN of the group.
    #[attr(required, format(Arn))]
    pub arn: String,
    /// Share of the requests.
    #[attr(optional, default = 1, range(0, 999), integer)]
    pub weight: i64,
}
