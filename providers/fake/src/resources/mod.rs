//! The resource types, one file each.

mod account;
mod attachment;
mod machine;
mod named;
mod network;
mod shy;
mod tagged;
mod tokened;

use wpinfra_core::provider::{AnyResourceType, ReadRequest, resource};

/// Returns all resource types.
pub(crate) fn all() -> Vec<Box<dyn AnyResourceType>> {
    vec![
        resource(account::AccountType),
        resource(attachment::AttachmentType),
        resource(machine::MachineType),
        resource(named::NamedType),
        resource(network::NetworkType),
        resource(shy::ShyType),
        resource(tagged::TaggedType),
        resource(tokened::TokenedType),
    ]
}

fn ids<M>(requests: &[ReadRequest<M>]) -> Vec<String> {
    requests.iter().map(|request| request.id.0.clone()).collect()
}
