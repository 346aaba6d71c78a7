//! `random_shuffle`

use std::sync::Arc;

use wpinfra_core::provider::RemoteResult;
use wpinfra_schema_derive::Model;

use super::keepers::{self, Keepers};
use crate::entropy::{Draws, Entropy};
use crate::local::{LocalType, no_import};

/// Draws an order of texts.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "random_shuffle", strict)]
pub(crate) struct RandomShuffle {
    /// Values whose change draws a new order.
    #[attr(optional, replace_when = keepers::changed)]
    keepers: Keepers,
    /// Text that decides the order: the same one gives the same order.
    #[attr(optional, replace)]
    seed: Option<String>,
    /// The texts.
    #[attr(required, replace)]
    input: Vec<Option<String>>,
    /// How many to take; more than there are repeats them, in a new order each time round.
    #[attr(optional, replace, integer)]
    result_count: Option<i64>,
    /// The texts in the order drawn.
    #[attr(computed)]
    result: Vec<Option<String>>,
    /// Always `-`.
    #[attr(computed)]
    id: Option<String>,
}

/// `random_shuffle`
pub(crate) struct RandomShuffleType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for RandomShuffleType {
    type Model = RandomShuffle;

    fn generate(&self, planned: &RandomShuffle) -> RemoteResult<RandomShuffle> {
        // 0 means all, as in Terraform.
        let wanted = planned.result_count.and_then(|count| usize::try_from(count).ok()).filter(|count| *count > 0);
        let wanted = if planned.input.is_empty() { 0 } else { wanted.unwrap_or(planned.input.len()) };
        let mut draws = Draws::from_seed(planned.seed.as_deref(), &*self.entropy);
        let mut result = Vec::new();
        while result.len() < wanted {
            let mut round = planned.input.clone();
            draws.shuffle(&mut round);
            round.truncate(wanted - result.len());
            result.append(&mut round);
        }
        Ok(RandomShuffle { result, id: Some("-".to_owned()), ..planned.clone() })
    }

    fn import(&self, _id: &str) -> Result<RandomShuffle, String> {
        Err(no_import::<RandomShuffle>())
    }
}
