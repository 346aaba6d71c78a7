//! Resource types: one file each, one line each in their service's list.

pub mod ec2;
pub mod rds;

use wpinfra_core::provider::AnyResourceType;

/// Returns all resource types.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    [ec2::all(), rds::all()].into_iter().flatten().collect()
}
