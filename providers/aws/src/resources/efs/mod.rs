//! EFS: file systems and how networks reach them.

pub mod file_system;
pub mod mount_target;

use wpinfra_core::provider::{AnyResourceType, resource};

use crate::client::Aws;
use crate::region::partition_of;

/// Returns the resource types of EFS.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    vec![resource(file_system::FileSystemType), resource(mount_target::MountTargetType)]
}

/// Returns the name by which a file system is mounted in any zone.
fn dns_name(aws: &Aws, file_system: &str) -> String {
    format!("{file_system}.efs.{}.{}", aws.region, partition_of(&aws.region).dns_suffix)
}
