//! State files: format version 4, as Terraform 1.11 writes and reads it.
//!
//! Fields that this version does not know are kept beside the state and written back where they were.

mod parse;
mod print;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use wpinfra_core::state::State;
use wpinfra_core::{InstanceAddress, ResourceAddress};

pub use parse::{parse, parse_object, parse_outputs};
pub use print::{object_to_json, outputs_to_json, print};

/// Version of the format.
pub const FORMAT_VERSION: u64 = 4;

/// Version of Terraform that we say has written the state: the one whose behaviour we have.
pub const TERRAFORM_VERSION: &str = "1.11.4";

/// What a state file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateFile {
    /// What is remembered.
    pub state: State,
    /// What else stands in the file.
    pub extras: Extras,
}

/// Fields of a state file that this version does not know, kept to be written back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extras {
    /// At the top.
    pub(crate) top: Map<String, Json>,
    /// Of resources.
    pub(crate) resources: BTreeMap<ResourceAddress, Map<String, Json>>,
    /// Of objects, by instance and key of a deposed object.
    pub(crate) objects: BTreeMap<(InstanceAddress, Option<String>), Map<String, Json>>,
}

impl Extras {
    /// Tells whether there are none.
    pub fn is_empty(&self) -> bool {
        self.top.is_empty() && self.resources.is_empty() && self.objects.is_empty()
    }
}

#[cfg(test)]
mod tests;
