//! CloudWatch Logs.

pub mod log_group;

use wpinfra_core::provider::{AnyResourceType, resource};

/// Returns the resource types of CloudWatch Logs.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    vec![resource(log_group::LogGroupType)]
}
