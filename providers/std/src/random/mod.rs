//! `hashicorp/random`: values that are drawn once and then stay.

mod bytes;
mod ephemeral_password;
mod id;
mod integer;
pub(crate) mod keepers;
mod password;
mod pet;
mod pet_words;
mod shuffle;
mod string;
#[cfg(test)]
mod tests;
mod text;
pub(crate) mod uuid;

use std::sync::Arc;

use wpinfra_core::provider::ephemeral;

use crate::entropy::Entropy;
use crate::family::Family;
use crate::local::local;

/// Returns the provider.
pub(crate) fn family(entropy: &Arc<dyn Entropy>) -> Family {
    let entropy = || Arc::clone(entropy);
    Family::new("registry.terraform.io/hashicorp/random", "3.7.2", "Draws values once and keeps them.")
        .with(local(bytes::RandomBytesType { entropy: entropy() }))
        .with(local(id::RandomIdType { entropy: entropy() }))
        .with(local(integer::RandomIntegerType { entropy: entropy() }))
        .with(local(password::RandomPasswordType { entropy: entropy() }))
        .with(local(pet::RandomPetType { entropy: entropy() }))
        .with(local(shuffle::RandomShuffleType { entropy: entropy() }))
        .with(local(string::RandomStringType { entropy: entropy() }))
        .with(local(uuid::RandomUuidType { entropy: entropy() }))
        .with_ephemeral(ephemeral(ephemeral_password::EphemeralPasswordType { entropy: entropy() }))
}
