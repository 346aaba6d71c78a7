//! Requests that only read, over HTTP and HTTPS.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderMap, Request, StatusCode, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioExecutor;
use url::Url;

use super::Problem;
use crate::environment::Environment;

/// Largest answer; modules are texts.
const LARGEST_ANSWER: usize = 512 << 20;
/// How often a server may send us on.
const REDIRECTIONS: usize = 10;
/// How long a connection may take to come about.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long an answer may take.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(5);
/// What could not be done.
const SUMMARY: &str = "Cannot fetch module";

/// Reads from servers, through the proxies that the environment names.
pub(super) struct Http {
    proxies: Matcher,
    tls: Result<rustls::ClientConfig, String>,
}

/// What a server has answered.
#[derive(Debug)]
pub(super) struct Answer {
    /// How it went.
    pub(super) status: StatusCode,
    /// The fields before the text.
    pub(super) headers: HeaderMap,
    /// The text.
    pub(super) body: Vec<u8>,
    /// Where it came from in the end.
    pub(super) url: Url,
}

impl Http {
    /// Returns a reader with the certificates of the system.
    pub(super) fn new(environment: &Environment) -> Self {
        let variable =
            |names: [&str; 2]| names.iter().find_map(|name| environment.variable(name)).unwrap_or_default().to_owned();
        let proxies = Matcher::builder()
            .all(variable(["ALL_PROXY", "all_proxy"]))
            .http(variable(["HTTP_PROXY", "http_proxy"]))
            .https(variable(["HTTPS_PROXY", "https_proxy"]))
            .no(variable(["NO_PROXY", "no_proxy"]))
            .build();
        Self { proxies, tls: tls().map_err(|error| format!("no certificates to trust were found: {error}")) }
    }

    /// Gets what stands at a URL, wherever the server sends us; headers that are secret go to its own host only.
    pub(super) async fn get(
        &self,
        url: &Url,
        token: Option<&str>,
        headers: &[(&'static str, &str)],
    ) -> Result<Answer, Problem> {
        let mut url = url.clone();
        let first_host = url.host_str().map(str::to_owned);
        for _ in 0..REDIRECTIONS {
            let token = token.filter(|_| url.host_str() == first_host.as_deref());
            let answer = tokio::time::timeout(ANSWER_TIMEOUT, self.once(&url, token, headers)).await;
            let answer = match answer {
                Ok(answer) => answer.map_err(|why| unreachable(&url, &why))?,
                Err(_) => return Err(unreachable(&url, "it takes too long to answer")),
            };
            let location = answer.headers.get(header::LOCATION).and_then(|value| value.to_str().ok());
            match location {
                Some(location) if answer.status.is_redirection() => {
                    url = url.join(location).map_err(|error| {
                        unreachable(&url, &format!("it sends us on to {location:?}, which is no URL ({error})"))
                    })?;
                }
                _ => return Ok(answer),
            }
        }
        Err(unreachable(&url, "it sends us on and on"))
    }

    async fn once(&self, url: &Url, token: Option<&str>, headers: &[(&'static str, &str)]) -> Result<Answer, String> {
        let mut bare = url.clone();
        // A name and password in a URL are for the server, but no part of what is asked of it.
        let has_no_secret = bare.set_username("").and_then(|()| bare.set_password(None)).is_ok();
        bare.set_fragment(None);
        let mut request = Request::get(bare.as_str())
            .header(header::USER_AGENT, concat!("wpinfra/", env!("CARGO_PKG_VERSION")))
            .header(header::HOST, host_of(url));
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        } else if has_no_secret && !url.username().is_empty() {
            let secret = BASE64.encode(format!("{}:{}", url.username(), url.password().unwrap_or_default()));
            request = request.header(header::AUTHORIZATION, format!("Basic {secret}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Empty::<&[u8]>::new()).map_err(|error| error.to_string())?;
        let answer = match self.proxies.intercept(request.uri()) {
            Some(proxy) => self.client_through(&proxy, url)?.request(request).await,
            None => self.client(url)?.request(request).await,
        };
        let answer = answer.map_err(|error| reason(&error))?;
        let (parts, body) = answer.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(|error| reason(&*error))?;
        Ok(Answer { status: parts.status, headers: parts.headers, body: body.to_bytes().to_vec(), url: url.clone() })
    }

    fn client(&self, url: &Url) -> Result<Client<HttpsConnector<HttpConnector>, Empty<&'static [u8]>>, String> {
        let connector = HttpsConnector::from((connector(), self.tls_for(url)?));
        Ok(Client::builder(TokioExecutor::new()).build(connector))
    }

    #[expect(clippy::type_complexity, reason = "the type says which layers there are")]
    fn client_through(
        &self,
        proxy: &Intercept,
        url: &Url,
    ) -> Result<Client<HttpsConnector<Tunnel<HttpConnector>>, Empty<&'static [u8]>>, String> {
        let mut tunnel = Tunnel::new(proxy.uri().clone(), connector());
        if let Some(secret) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(secret.clone());
        }
        let connector = HttpsConnector::from((tunnel, self.tls_for(url)?));
        Ok(Client::builder(TokioExecutor::new()).build(connector))
    }

    /// Returns how to speak TLS; that there are no certificates matters only where they are needed.
    fn tls_for(&self, url: &Url) -> Result<rustls::ClientConfig, String> {
        match &self.tls {
            Ok(tls) => Ok(tls.clone()),
            Err(why) if url.scheme() == "https" => Err(why.clone()),
            Err(_) => {
                Ok(client_builder()?.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
            }
        }
    }
}

impl Answer {
    /// Returns a header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty())
    }
}

fn client_builder() -> Result<rustls::ConfigBuilder<rustls::ClientConfig, rustls::WantsVerifier>, String> {
    rustls::ClientConfig::builder_with_provider(rustls::crypto::ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())
}

fn tls() -> Result<rustls::ClientConfig, String> {
    let builder = client_builder()?.with_native_roots().map_err(|error| error.to_string())?;
    Ok(builder.with_no_client_auth())
}

fn connector() -> HttpConnector {
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_connect_timeout(Some(CONNECT_TIMEOUT));
    connector
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Returns what an error says, down to its first cause.
fn reason(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = cause.to_string();
        source = cause.source();
    }
    text
}

fn unreachable(url: &Url, why: &str) -> Problem {
    Problem::of_environment(SUMMARY, format!("{} cannot be read: {why}.", shown(url)))
}

/// Returns a URL without the secrets in it.
pub(super) fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    if url.password().is_some() && shown.set_password(Some("…")).is_err() {
        return host_of(url);
    }
    shown.to_string()
}
