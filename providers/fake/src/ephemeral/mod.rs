//! The types of ephemeral values, one file each.

mod secret;

use wpinfra_core::provider::{AnyEphemeralType, ephemeral};

/// Returns all types of ephemeral values.
pub(crate) fn all() -> Vec<Box<dyn AnyEphemeralType>> {
    vec![ephemeral(secret::SecretType)]
}
