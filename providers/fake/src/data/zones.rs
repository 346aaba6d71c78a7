//! `fake_zones`

use wpinfra_core::provider::{DataSource, RemoteResult};
use wpinfra_schema_derive::Model;

use crate::Fake;

const ZONES: [&str; 3] = ["a", "b", "c"];

/// Lists the zones.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "fake_zones")]
pub(crate) struct Zones {
    /// Zones to leave out.
    #[attr(optional)]
    exclude: Option<Vec<String>>,
    /// The zones in order.
    #[attr(computed)]
    names: Vec<String>,
    /// Always `zones`.
    #[attr(computed)]
    id: Option<String>,
}

/// `fake_zones`
pub(crate) struct ZonesSource;

impl DataSource for ZonesSource {
    type Model = Zones;
    type Client = Fake;

    async fn read(&self, fake: &Fake, config: &Zones) -> RemoteResult<Zones> {
        let names = ZONES
            .iter()
            .map(|zone| (*zone).to_owned())
            .filter(|zone| !config.exclude.iter().flatten().any(|excluded| excluded == zone))
            .collect();
        let found = Zones { names, id: Some("zones".to_owned()), ..config.clone() };
        fake.world.call("fake:DescribeZones", Vec::new(), |_| Ok(found)).await
    }
}
