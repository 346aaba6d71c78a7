//! `null_resource`

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::provider::RemoteResult;
use wpinfra_schema_derive::Model;

use crate::entropy::{Draws, Entropy};
use crate::local::{LocalType, no_import};
use crate::random::keepers;

/// Stands for nothing, so that something can depend on it or run with it.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "null_resource", strict)]
pub(crate) struct NullResource {
    /// Values whose change replaces the resource.
    #[attr(optional, replace_when = keepers::changed)]
    triggers: Option<BTreeMap<String, Option<String>>>,
    /// A number drawn when the resource was created.
    #[attr(computed)]
    id: Option<String>,
}

/// `null_resource`
pub(crate) struct NullResourceType {
    pub(crate) entropy: Arc<dyn Entropy>,
}

impl LocalType for NullResourceType {
    type Model = NullResource;

    fn generate(&self, planned: &NullResource) -> RemoteResult<NullResource> {
        let id = Draws::from_entropy(&*self.entropy).below(1 << 63);
        Ok(NullResource { id: Some(id.to_string()), ..planned.clone() })
    }

    fn import(&self, _id: &str) -> Result<NullResource, String> {
        Err(no_import::<NullResource>())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::local::local;
    use crate::testing::{TestEntropy, create, text};

    #[test]
    fn ids_are_whole_numbers_and_differ() {
        let null = local(NullResourceType { entropy: Arc::new(TestEntropy::new(1)) });
        let ids: BTreeSet<String> = (0..20).map(|_| text(&create(&*null, &[]), "id")).collect();
        assert_eq!(ids.len(), 20);
        assert!(ids.iter().all(|id| id.parse::<i64>().is_ok_and(|id| id >= 0)), "{ids:?}");
    }
}
