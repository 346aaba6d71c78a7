//! Container definitions on the wire: the configuration has them as JSON and so has ECS, so they pass as JSON, and members that this
//! build of the SDK does not know are not lost between the two.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value as Json;

/// The SDK does not write requests as JSON objects in memory any more.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the request is no JSON object that container definitions could be put into")]
pub(super) struct Unwritable;

/// Puts container definitions into a request that the SDK has written without them.
pub(super) fn put_into(mut request: HttpRequest, containers: &Json) -> Result<HttpRequest, Unwritable> {
    let written = request.body().bytes().ok_or(Unwritable)?;
    let mut document: Json = serde_json::from_slice(written).map_err(|_| Unwritable)?;
    let members = document.as_object_mut().ok_or(Unwritable)?;
    members.insert("containerDefinitions".to_owned(), containers.clone());
    let body = document.to_string();
    request.headers_mut().insert("content-length", body.len().to_string());
    *request.body_mut() = SdkBody::from(body);
    Ok(request)
}

/// Keeps the container definitions of an answer to `DescribeTaskDefinition`.
#[derive(Clone, Debug, Default)]
pub(super) struct Keep(Arc<Mutex<Option<Json>>>);

impl Keep {
    /// Returns the container definitions of the answer, if there were any.
    pub(super) fn containers(&self) -> Option<Json> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Keep {
    fn name(&self) -> &'static str {
        "KeepContainerDefinitions"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(body) = context.response().body().bytes().filter(|_| context.response().status().is_success()) else {
            return Ok(());
        };
        let mut document: Json = serde_json::from_slice(body)?;
        let containers = document.pointer_mut("/taskDefinition/containerDefinitions").map(Json::take);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = containers;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_join_what_the_sdk_has_written() {
        let mut request = HttpRequest::new(SdkBody::from(r#"{"family":"web"}"#));
        request.headers_mut().insert("content-length", "16");
        let containers = serde_json::json!([{"name": "web"}]);
        let request = put_into(request, &containers).expect("a request");
        let expected = r#"{"containerDefinitions":[{"name":"web"}],"family":"web"}"#;
        assert_eq!(request.body().bytes(), Some(expected.as_bytes()));
        assert_eq!(request.headers().get("content-length"), Some(expected.len().to_string().as_str()));
    }
}
