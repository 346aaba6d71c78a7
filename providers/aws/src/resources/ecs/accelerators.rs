//! Accelerators of a task definition.

#![expect(deprecated, reason = "AWS has given the service up, but configurations and states may still name it")]

use aws_sdk_ecs::operation::register_task_definition::builders::RegisterTaskDefinitionFluentBuilder;
use aws_sdk_ecs::types::{InferenceAccelerator as EcsAccelerator, TaskDefinition};
use wpinfra_core::provider::RemoteResult;
use wpinfra_schema_derive::BlockModel;

use super::built;

/// An accelerator that containers may use.
#[derive(Clone, Debug, Default, PartialEq, Eq, BlockModel)]
pub struct InferenceAccelerator {
    /// Name by which containers ask for it.
    #[attr(required, replace)]
    pub device_name: String,
    /// Type of the accelerator.
    #[attr(required, replace)]
    pub device_type: String,
}

/// Adds accelerators to a registration.
pub(super) fn with_accelerators(
    call: RegisterTaskDefinitionFluentBuilder,
    accelerators: &[InferenceAccelerator],
) -> RemoteResult<RegisterTaskDefinitionFluentBuilder> {
    let convert = |accelerator: &InferenceAccelerator| {
        let builder = EcsAccelerator::builder().device_name(&accelerator.device_name);
        built(builder.device_type(&accelerator.device_type).build())
    };
    let accelerators = accelerators.iter().map(convert).collect::<RemoteResult<Vec<_>>>()?;
    Ok(if accelerators.is_empty() { call } else { call.set_inference_accelerators(Some(accelerators)) })
}

/// Returns the accelerators of a revision.
pub(super) fn accelerators_from_aws(definition: &TaskDefinition) -> Vec<InferenceAccelerator> {
    let convert = |accelerator: &EcsAccelerator| InferenceAccelerator {
        device_name: accelerator.device_name.clone(),
        device_type: accelerator.device_type.clone(),
    };
    definition.inference_accelerators().iter().map(convert).collect()
}
