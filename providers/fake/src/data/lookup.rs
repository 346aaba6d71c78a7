//! `fake_lookup`

use wpinfra_core::provider::{DataSource, RemoteErrorKind, RemoteResult};
use wpinfra_schema_derive::Model;

use crate::Fake;
use crate::world::Service;

/// Looks up one object by type and the value of an attribute.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_lookup")]
pub(crate) struct Lookup {
    /// The resource type.
    #[attr(required)]
    type_name: String,
    /// The attribute: `name` if not set.
    #[attr(optional)]
    attribute: Option<String>,
    /// What the attribute must be.
    #[attr(required)]
    value: String,
    /// Id of the object.
    #[attr(computed)]
    id: Option<String>,
}

/// `fake_lookup`
pub(crate) struct LookupSource;

impl DataSource for LookupSource {
    type Model = Lookup;
    type Client = Fake;

    async fn read(&self, fake: &Fake, config: &Lookup) -> RemoteResult<Lookup> {
        fake.world.call("fake:Lookup", vec![config.value.clone()], |service| look_up(service, config)).await
    }
}

fn look_up(service: &Service<'_>, config: &Lookup) -> RemoteResult<Lookup> {
    let attribute = config.attribute.as_deref().unwrap_or("name");
    let fits = service.objects().filter(|(_, object)| {
        let value = object.value.get(attribute);
        object.type_name == config.type_name && value.is_some_and(|value| value.as_str() == Some(&*config.value))
    });
    match fits.map(|(id, _)| id.clone()).collect::<Vec<_>>().as_slice() {
        [id] => Ok(Lookup { id: Some(id.clone()), ..config.clone() }),
        found => {
            let message = format!("{} of {} fit {} = {:?}", found.len(), config.type_name, attribute, config.value);
            Err(service.refuse(RemoteErrorKind::NotFound, "NotExactlyOne", message))
        }
    }
}
