//! Errors of the AWS SDK as the engine's closed set of kinds.
//!
//! Decisions hang on the service's error code, never on its words.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use wpinfra_core::provider::{RemoteError, RemoteErrorKind, RemoteResult};

/// Adds the operation to the result of an SDK call and classifies its error.
pub(crate) trait Call<T> {
    /// Names the operation as service and API name: `ec2:CreateVpc`.
    fn named(self, operation: &'static str) -> RemoteResult<T>;
}

impl<T, E> Call<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    fn named(self, operation: &'static str) -> RemoteResult<T> {
        self.map_err(|error| remote_error(operation, &error))
    }
}

fn remote_error<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> RemoteError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(refused) => {
            let (inner, status) = (refused.err(), refused.raw().status().as_u16());
            let code = inner.code().unwrap_or_default().to_owned();
            let kind = kind_of(&code, status);
            RemoteError {
                kind,
                operation: operation.to_owned(),
                message: inner.message().map_or_else(|| chain(inner), ToOwned::to_owned),
                code: (!code.is_empty()).then_some(code),
                request_id: refused.raw().headers().request_id().map(ToOwned::to_owned),
                // A fault inside of the service says nothing about what it had done before.
                outcome_known: kind != RemoteErrorKind::Transient,
            }
        }
        SdkError::ConstructionFailure(failure) => {
            let message = format!("{failure:?}");
            let kind = if message.contains("CredentialsNotLoaded") {
                RemoteErrorKind::Credentials
            } else {
                RemoteErrorKind::Refused
            };
            RemoteError::local(kind, operation, chain(error))
        }
        SdkError::DispatchFailure(failure) => {
            let text = failure.as_connector_error().map_or_else(|| chain(error), |connector| chain(connector));
            let credentials =
                failure.as_connector_error().is_none_or(|connector| !connector.is_io() && !connector.is_timeout())
                    && text.to_lowercase().contains("credential");
            let refused = is_connect_failure(
                failure.as_connector_error().map(|connector| connector as &(dyn std::error::Error + 'static)),
            );
            let kind = match (credentials, refused) {
                (true, _) => RemoteErrorKind::Credentials,
                (_, true) => RemoteErrorKind::Unreachable,
                (false, false) => RemoteErrorKind::Transient,
            };
            RemoteError { outcome_known: credentials || refused, ..RemoteError::local(kind, operation, text) }
        }
        SdkError::TimeoutError(_) | SdkError::ResponseError(_) | _ => RemoteError {
            outcome_known: false,
            ..RemoteError::local(RemoteErrorKind::Transient, operation, chain(error))
        },
    }
}

/// Tells whether no connection came about at all, so that nothing can have been sent.
fn is_connect_failure(error: Option<&(dyn std::error::Error + 'static)>) -> bool {
    let mut next = error;
    while let Some(error) = next {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            use std::io::ErrorKind::{AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkUnreachable};
            if matches!(io.kind(), ConnectionRefused | AddrNotAvailable | HostUnreachable | NetworkUnreachable) {
                return true;
            }
        }
        next = error.source();
    }
    false
}

/// Writes an error with its sources, outermost first.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let more = source.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = source.source();
    }
    text
}

/// Codes of services that ask for fewer requests (botocore's list of throttling errors).
const THROTTLING: &[&str] = &[
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

/// Codes that mean: not now, something else uses or changes it.
const BUSY: &[&str] = &[
    "DependencyViolation",
    "IncorrectState",
    "IncorrectInstanceState",
    "InvalidIPAddress.InUse",
    "ResourceInUse",
    "ResourceInUseException",
    "InvalidDBInstanceState",
    "InvalidDBInstanceStateFault",
    "InvalidDBSubnetGroupStateFault",
    "ClusterContainsServicesException",
    "ClusterContainsTasksException",
    "ClusterContainsContainerInstancesException",
    "ClusterContainsCapacityProviderException",
    "UpdateInProgressException",
    "IncorrectFileSystemLifeCycleState",
    "IncorrectMountTargetState",
    "FileSystemInUse",
    "ConcurrentModification",
    "ConcurrentModificationException",
    "OperationAbortedException",
    "DeleteConflict",
    "InvalidParameterValue.InUse",
];

/// Codes for missing or stale credentials.
const CREDENTIALS: &[&str] = &[
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "RequestExpired",
    "MissingAuthenticationToken",
    "IncompleteSignature",
    "InvalidAccessKeyId",
];

/// Codes for an object that stands already.
const EXISTS: &[&str] = &[
    "RouteAlreadyExists",
    "InvalidPermission.Duplicate",
    "InvalidGroup.Duplicate",
    "Resource.AlreadyAssociated",
    "EntityAlreadyExists",
    "ResourceAlreadyExistsException",
    "DBInstanceAlreadyExists",
    "DBSubnetGroupAlreadyExists",
    "DuplicateLoadBalancerName",
    "DuplicateTargetGroupName",
    "DuplicateListener",
    "FileSystemAlreadyExists",
    "MountTargetConflict",
];

fn kind_of(code: &str, status: u16) -> RemoteErrorKind {
    if THROTTLING.contains(&code) {
        return RemoteErrorKind::Throttled;
    }
    if BUSY.contains(&code) {
        return RemoteErrorKind::Busy;
    }
    if CREDENTIALS.contains(&code) {
        return RemoteErrorKind::Credentials;
    }
    if EXISTS.contains(&code) {
        return RemoteErrorKind::AlreadyExists;
    }
    if matches!(code, "AccessDenied" | "AccessDeniedException" | "UnauthorizedOperation" | "OptInRequired") {
        return RemoteErrorKind::Denied;
    }
    if is_not_found(code) {
        return RemoteErrorKind::NotFound;
    }
    if status >= 500
        || matches!(code, "InternalError" | "InternalFailure" | "ServiceUnavailable" | "InternalServerError")
    {
        // An API that does not exist there will not come into being by asking again.
        return if status == 501 { RemoteErrorKind::Refused } else { RemoteErrorKind::Transient };
    }
    RemoteErrorKind::Refused
}

/// Tells whether the code means that something does not exist: `InvalidVpcID.NotFound`, `NoSuchEntity`, `LoadBalancerNotFound`, …
fn is_not_found(code: &str) -> bool {
    let code = code.strip_suffix("Exception").or_else(|| code.strip_suffix("Fault")).unwrap_or(code);
    code.ends_with(".NotFound")
        || code.ends_with("NotFound")
        || matches!(code, "NoSuchEntity" | "ClusterNotActive" | "ServiceNotActive")
}

/// Takes "not found" as success: for deletes of what is gone already.
pub(crate) fn gone_is_done(result: RemoteResult<()>) -> RemoteResult<()> {
    match result {
        Err(error) if error.kind == RemoteErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Takes "not found" as an absent answer: for reads of one object by its name.
pub(crate) fn found<T>(result: RemoteResult<T>) -> RemoteResult<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind == RemoteErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the error for an answer that lacks what the API promises.
pub(crate) fn missing(operation: &'static str, what: &str) -> RemoteError {
    RemoteError {
        outcome_known: false,
        ..RemoteError::local(RemoteErrorKind::Refused, operation, format!("the answer has no {what}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_the_kind() {
        for (code, status, kind) in [
            ("RequestLimitExceeded", 503, RemoteErrorKind::Throttled),
            ("InternalError", 500, RemoteErrorKind::Transient),
            ("NotImplemented", 501, RemoteErrorKind::Refused),
            ("InvalidVpcID.NotFound", 400, RemoteErrorKind::NotFound),
            ("DBInstanceNotFoundFault", 404, RemoteErrorKind::NotFound),
            ("NoSuchEntity", 404, RemoteErrorKind::NotFound),
            ("DependencyViolation", 400, RemoteErrorKind::Busy),
            ("UnauthorizedOperation", 403, RemoteErrorKind::Denied),
            ("ExpiredToken", 403, RemoteErrorKind::Credentials),
            ("InvalidParameterValue", 400, RemoteErrorKind::Refused),
        ] {
            assert_eq!(kind_of(code, status), kind, "{code}");
        }
    }
}
