//! What a listener has as attributes: texts with dotted names.

use aws_sdk_elasticloadbalancingv2::types::ListenerAttribute;

use super::Listener;

/// Names of attributes that only one other thing than a header is in.
const SERVER: &str = "routing.http.response.server.enabled";
const IDLE_TIMEOUT: &str = "tcp.idle_timeout.seconds";

/// A header: the name of its attribute, and the field of the model.
type Header = (&'static str, fn(&mut Listener) -> &mut Option<String>);

/// Headers that a listener adds or renames.
const HEADERS: &[Header] = &[
    ("routing.http.request.x_amzn_mtls_clientcert.header_name", |listener| {
        &mut listener.routing_http_request_x_amzn_mtls_clientcert_header_name
    }),
    ("routing.http.request.x_amzn_mtls_clientcert_issuer.header_name", |listener| {
        &mut listener.routing_http_request_x_amzn_mtls_clientcert_issuer_header_name
    }),
    ("routing.http.request.x_amzn_mtls_clientcert_leaf.header_name", |listener| {
        &mut listener.routing_http_request_x_amzn_mtls_clientcert_leaf_header_name
    }),
    ("routing.http.request.x_amzn_mtls_clientcert_serial_number.header_name", |listener| {
        &mut listener.routing_http_request_x_amzn_mtls_clientcert_serial_number_header_name
    }),
    ("routing.http.request.x_amzn_mtls_clientcert_subject.header_name", |listener| {
        &mut listener.routing_http_request_x_amzn_mtls_clientcert_subject_header_name
    }),
    ("routing.http.request.x_amzn_mtls_clientcert_validity.header_name", |listener| {
        &mut listener.routing_http_request_x_amzn_mtls_clientcert_validity_header_name
    }),
    ("routing.http.request.x_amzn_tls_cipher_suite.header_name", |listener| {
        &mut listener.routing_http_request_x_amzn_tls_cipher_suite_header_name
    }),
    ("routing.http.request.x_amzn_tls_version.header_name", |listener| {
        &mut listener.routing_http_request_x_amzn_tls_version_header_name
    }),
    ("routing.http.response.access_control_allow_credentials.header_value", |listener| {
        &mut listener.routing_http_response_access_control_allow_credentials_header_value
    }),
    ("routing.http.response.access_control_allow_headers.header_value", |listener| {
        &mut listener.routing_http_response_access_control_allow_headers_header_value
    }),
    ("routing.http.response.access_control_allow_methods.header_value", |listener| {
        &mut listener.routing_http_response_access_control_allow_methods_header_value
    }),
    ("routing.http.response.access_control_allow_origin.header_value", |listener| {
        &mut listener.routing_http_response_access_control_allow_origin_header_value
    }),
    ("routing.http.response.access_control_expose_headers.header_value", |listener| {
        &mut listener.routing_http_response_access_control_expose_headers_header_value
    }),
    ("routing.http.response.access_control_max_age.header_value", |listener| {
        &mut listener.routing_http_response_access_control_max_age_header_value
    }),
    ("routing.http.response.content_security_policy.header_value", |listener| {
        &mut listener.routing_http_response_content_security_policy_header_value
    }),
    ("routing.http.response.strict_transport_security.header_value", |listener| {
        &mut listener.routing_http_response_strict_transport_security_header_value
    }),
    ("routing.http.response.x_content_type_options.header_value", |listener| {
        &mut listener.routing_http_response_x_content_type_options_header_value
    }),
    ("routing.http.response.x_frame_options.header_value", |listener| {
        &mut listener.routing_http_response_x_frame_options_header_value
    }),
];

/// Returns the attributes to be set to come from `prior` to `planned`; what is not planned stays as it is.
pub(super) fn changes(prior: &Listener, planned: &Listener) -> Vec<ListenerAttribute> {
    let (mut before, mut after) = (prior.clone(), planned.clone());
    let headers = HEADERS.iter().filter_map(|(name, field)| {
        let (before, after) = (field(&mut before).take(), field(&mut after).take()?);
        (before.unwrap_or_default() != after).then_some((*name, after))
    });
    let mut changes: Vec<(&str, String)> = headers.collect();
    let server = planned.routing_http_response_server_enabled;
    if let Some(shown) = server.filter(|_| server != prior.routing_http_response_server_enabled) {
        changes.push((SERVER, shown.to_string()));
    }
    let timeout = planned.tcp_idle_timeout_seconds.filter(|seconds| *seconds != 0);
    if let Some(seconds) = timeout.filter(|_| timeout != prior.tcp_idle_timeout_seconds) {
        changes.push((IDLE_TIMEOUT, seconds.to_string()));
    }
    changes.into_iter().map(|(name, value)| ListenerAttribute::builder().key(name).value(value).build()).collect()
}

/// Fills the attributes into a model.
pub(super) fn read(attributes: &[ListenerAttribute], listener: &mut Listener) {
    let text = |name: &str| {
        attributes
            .iter()
            .find(|attribute| attribute.key.as_deref() == Some(name))
            .and_then(|attribute| attribute.value.clone())
    };
    for (name, field) in HEADERS {
        *field(listener) = text(name);
    }
    listener.routing_http_response_server_enabled = text(SERVER).map(|value| value == "true");
    listener.tcp_idle_timeout_seconds = text(IDLE_TIMEOUT).and_then(|seconds| seconds.parse().ok());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_is_read_again() {
        let mut planned = Listener {
            routing_http_response_server_enabled: Some(false),
            tcp_idle_timeout_seconds: Some(100),
            ..Listener::default()
        };
        for (name, field) in HEADERS {
            *field(&mut planned) = Some((*name).to_owned());
        }
        let changes = changes(&Listener::default(), &planned);
        assert_eq!(changes.len(), HEADERS.len() + 2);
        let mut found = Listener::default();
        read(&changes, &mut found);
        assert_eq!(super::changes(&found, &planned), []);
        assert_eq!(super::changes(&found, &Listener::default()), [], "nothing planned is no change");
    }

    #[test]
    fn a_header_that_is_not_set_is_as_good_as_empty() {
        let planned =
            Listener { routing_http_response_x_frame_options_header_value: Some(String::new()), ..Listener::default() };
        assert_eq!(changes(&Listener::default(), &planned), []);
    }
}
