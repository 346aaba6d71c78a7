//! Resource types: one file each, one line each in their service's list.

pub mod ec2;
pub mod ecs;
pub mod efs;
pub mod elbv2;
pub mod iam;
pub mod logs;
pub mod rds;

use wpinfra_core::provider::AnyResourceType;

/// Returns all resource types.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    [ec2::all(), ecs::all(), efs::all(), iam::all(), logs::all(), elbv2::all(), rds::all()]
        .into_iter()
        .flatten()
        .collect()
}
