//! Plans and states as JSON for machines, in the format of Terraform's `show -json`.

mod checks;
mod configuration;
mod modules;
mod plan;
mod shapes;
mod state;

pub(crate) use modules::key_to_json;
pub(crate) use plan::{PlanOrigin, is_applyable, plan_to_json, reason_name};

pub(crate) use state::{object_value, state_to_json};

/// Version of Terraform that we claim to be.
pub(crate) const TERRAFORM_VERSION: &str = "1.11.4";

#[cfg(test)]
mod tests;
