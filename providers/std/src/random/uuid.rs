//! `random_uuid`

use std::sync::Arc;

use wpinfra_core::provider::RemoteResult;
use wpinfra_schema_derive::Model;

use super::keepers::{self, Keepers};
use crate::entropy::Entropy;
use crate::local::LocalType;

/// Draws a UUID.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "random_uuid", strict)]
pub(crate) struct RandomUuid {
    /// Values whose change draws a new UUID.
    #[attr(optional, replace_when = keepers::changed)]
    keepers: Keepers,
    /// The UUID.
    #[attr(computed)]
    result: Option<String>,
    /// The UUID.
    #[attr(computed)]
    id: Option<String>,
}

/// `random_uuid`
pub(crate) struct RandomUuidType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for RandomUuidType {
    type Model = RandomUuid;

    fn generate(&self, planned: &RandomUuid) -> RemoteResult<RandomUuid> {
        let drawn = random_uuid(&*self.entropy);
        Ok(RandomUuid { id: Some(drawn.clone()), result: Some(drawn), ..planned.clone() })
    }

    fn import(&self, id: &str) -> Result<RandomUuid, String> {
        let wanted = || "The id of a random_uuid is the UUID: aabbccdd-eeff-0011-2233-445566778899".to_owned();
        let parsed = uuid::Uuid::try_parse(id).ok().filter(|_| id.len() == 36).ok_or_else(wanted)?.to_string();
        Ok(RandomUuid { keepers: None, id: Some(parsed.clone()), result: Some(parsed) })
    }
}

/// Draws a UUID of version 4.
pub(crate) fn random_uuid(entropy: &dyn Entropy) -> String {
    let mut bytes = [0; 16];
    entropy.fill(&mut bytes);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}
