//! The providers that are built in.

use std::sync::Arc;

use wpinfra_core::registry::Registry;

/// Returns all providers.
pub(crate) fn built_in() -> Registry {
    let providers = wpinfra_std::providers(Arc::new(SystemEntropy));
    #[cfg(feature = "aws")]
    let providers = providers.into_iter().chain([wpinfra_aws::provider()]);
    Registry::new(providers)
}

/// The operating system's randomness.
struct SystemEntropy;

impl wpinfra_std::Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        fill_random(bytes);
    }
}

/// Fills the slice with bytes that nobody can guess.
pub(crate) fn fill_random(bytes: &mut [u8]) {
    rand::Rng::fill(&mut rand::rng(), bytes);
}
