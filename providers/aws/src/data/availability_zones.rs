//! `data "aws_availability_zones"`

use std::collections::BTreeSet;

use wpinfra_core::provider::{DataSource, RemoteResult};
use wpinfra_schema_derive::Model;

use super::{FilterBlock, Search};
use crate::client::Aws;
use crate::error::Call as _;

/// Lists the availability zones of the region.
#[derive(Clone, Debug, Default, Model)]
#[model(name = "aws_availability_zones", version = 0, timeouts(read = 1200))]
pub struct AvailabilityZones {
    /// Whether zones are listed that the account has not opted in to.
    #[attr(optional)]
    pub all_availability_zones: Option<bool>,
    /// Names to leave out.
    #[attr(optional)]
    pub exclude_names: BTreeSet<String>,
    /// Ids to leave out.
    #[attr(optional)]
    pub exclude_zone_ids: BTreeSet<String>,
    /// Groups of the zones.
    #[attr(computed)]
    pub group_names: BTreeSet<String>,
    /// Id: the region.
    #[attr(optional, computed)]
    pub id: Option<String>,
    /// Names of the zones, in order.
    #[attr(computed)]
    pub names: Vec<String>,
    /// State that the zones must be in.
    #[attr(optional, one_of("available", "information", "impaired", "unavailable", "constrained"))]
    pub state: Option<String>,
    /// Ids of the zones, in the order of their names.
    #[attr(computed)]
    pub zone_ids: Vec<String>,
    /// What else to search by.
    #[block(set)]
    pub filter: Vec<FilterBlock>,
}

/// The data source.
pub struct AvailabilityZonesSource;

impl DataSource for AvailabilityZonesSource {
    type Model = AvailabilityZones;
    type Client = Aws;

    async fn read(&self, aws: &Aws, config: &AvailabilityZones) -> RemoteResult<AvailabilityZones> {
        let search = Search::default().by("state", config.state.as_ref()).by_blocks(&config.filter);
        let call = aws
            .ec2
            .describe_availability_zones()
            .set_all_availability_zones(config.all_availability_zones)
            .set_filters(search.filters());
        let answer = call.send().await.named("ec2:DescribeAvailabilityZones")?;
        let mut zones = answer.availability_zones.unwrap_or_default();
        zones.sort_by(|a, b| a.zone_name.cmp(&b.zone_name));
        let excluded =
            |set: &BTreeSet<String>, text: &Option<String>| text.as_ref().is_some_and(|text| set.contains(text));
        zones.retain(|zone| {
            !excluded(&config.exclude_names, &zone.zone_name) && !excluded(&config.exclude_zone_ids, &zone.zone_id)
        });
        Ok(AvailabilityZones {
            group_names: zones.iter().filter_map(|zone| zone.group_name.clone()).collect(),
            id: Some(aws.region.clone()),
            names: zones.iter().filter_map(|zone| zone.zone_name.clone()).collect(),
            zone_ids: zones.iter().filter_map(|zone| zone.zone_id.clone()).collect(),
            ..config.clone()
        })
    }
}
