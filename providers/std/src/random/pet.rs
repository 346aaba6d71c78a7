//! `random_pet`

use std::sync::Arc;

use wpinfra_core::provider::RemoteResult;
use wpinfra_schema_derive::Model;

use super::keepers::{self, Keepers};
use super::pet_words::{ADJECTIVES, ADVERBS, ANIMALS};
use crate::entropy::{Draws, Entropy};
use crate::local::{LocalType, no_import};

/// Draws a name that can be spoken: adverbs, an adjective and an animal.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "random_pet", strict)]
pub(crate) struct RandomPet {
    /// Values whose change draws a new name.
    #[attr(optional, replace_when = keepers::changed)]
    keepers: Keepers,
    /// Number of words.
    #[attr(optional, computed, default = 2, replace, integer)]
    length: i64,
    /// Word before the name.
    #[attr(optional, replace)]
    prefix: Option<String>,
    /// What stands between words.
    #[attr(optional, computed, default = "-", replace)]
    separator: String,
    /// The name.
    #[attr(computed)]
    id: Option<String>,
}

/// `random_pet`
pub(crate) struct RandomPetType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for RandomPetType {
    type Model = RandomPet;

    fn generate(&self, planned: &RandomPet) -> RemoteResult<RandomPet> {
        let mut draws = Draws::from_entropy(&*self.entropy);
        let mut words = Vec::new();
        words.extend(planned.prefix.as_deref().filter(|prefix| !prefix.is_empty()));
        if planned.length != 1 {
            words.extend((2..planned.length).map(|_| *draws.choose(ADVERBS)));
            words.push(*draws.choose(ADJECTIVES));
        }
        words.push(*draws.choose(ANIMALS));
        Ok(RandomPet { id: Some(words.join(&planned.separator)), ..planned.clone() })
    }

    fn import(&self, _id: &str) -> Result<RandomPet, String> {
        Err(no_import::<RandomPet>())
    }
}
