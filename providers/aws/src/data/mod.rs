//! Data sources: one file each, one line each in the list.

use wpinfra_core::provider::AnyDataSource;

/// Returns all data sources.
pub(crate) fn all() -> Vec<Box<dyn AnyDataSource>> {
    Vec::new()
}
