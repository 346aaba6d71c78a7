//! The data sources, one file each.

mod lookup;
mod zones;

use wpinfra_core::provider::{AnyDataSource, data_source};

/// Returns all data sources.
pub(crate) fn all() -> Vec<Box<dyn AnyDataSource>> {
    vec![data_source(lookup::LookupSource), data_source(zones::ZonesSource)]
}
