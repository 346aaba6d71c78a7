//! The recorded objects while planning: moved, decoded, and compared with what a refresh has found.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::provider::{AnyResourceType, Truth};
use wpinfra_core::state::ObjectState;
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress, Mode, ProviderAddress, Value};

use crate::decode::decode;
use crate::plan::{RefreshedObject, Request};
use crate::sensitive::{mark_sensitive, sensitive_marks};
use crate::settle::normalise;

/// The objects of one instance.
#[derive(Debug)]
pub(crate) struct Tracked<'a> {
    /// Where the state has it.
    pub(crate) recorded_at: InstanceAddress,
    /// The provider configuration that the state names.
    pub(crate) provider: &'a ProviderAddress,
    /// The object that the configuration means.
    pub(crate) current: Option<Object<'a>>,
    /// Objects that have yet to be destroyed.
    pub(crate) deposed: BTreeMap<Arc<str>, Object<'a>>,
}

/// One recorded object.
#[derive(Debug)]
pub(crate) struct Object<'a> {
    /// As recorded.
    pub(crate) state: &'a ObjectState,
    /// The attributes, upgraded, with marks; `None` where the plan is not about it.
    pub(crate) recorded: Option<Value>,
    /// What stands.
    pub(crate) sight: Sight,
}

/// What is known of a remote object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sight {
    /// It has to be looked at first.
    Pending,
    /// It is gone.
    Gone,
    /// It stands, with these attributes and marks.
    Stands(Value),
}

impl Tracked<'_> {
    /// Returns all objects with the key of the deposed ones.
    pub(crate) fn objects(&self) -> impl Iterator<Item = (Option<Arc<str>>, &Object<'_>)> {
        let deposed = self.deposed.iter().map(|(key, object)| (Some(Arc::clone(key)), object));
        self.current.iter().map(|object| (None, object)).chain(deposed)
    }

    /// Takes what is recorded for what stands, where nobody has looked.
    pub(crate) fn believe(&mut self) {
        for object in self.current.iter_mut().chain(self.deposed.values_mut()) {
            if let (Sight::Pending, Some(recorded)) = (&object.sight, &object.recorded) {
                object.sight = Sight::Stands(recorded.clone());
            }
        }
    }
}

/// Returns the managed objects of the state by address.
pub(crate) fn track<'a>(request: &Request<'a>) -> BTreeMap<InstanceAddress, Tracked<'a>> {
    let unread = |state| Object { state, recorded: None, sight: Sight::Pending };
    let managed = request.state.resources.iter().filter(|(address, _)| address.mode == Mode::Managed);
    let instances = managed.flat_map(|(address, resource)| {
        resource.instances.iter().map(move |(key, instance)| {
            let address = address.instance(key.clone());
            let tracked = Tracked {
                recorded_at: address.clone(),
                provider: &resource.provider,
                current: instance.current.as_ref().map(unread),
                deposed: instance.deposed.iter().map(|(key, state)| (Arc::from(key.as_str()), unread(state))).collect(),
            };
            (address, tracked)
        })
    });
    instances.collect()
}

/// Decodes the objects of an instance and notes what is known of them.
pub(crate) fn read(request: &Request<'_>, address: &InstanceAddress, tracked: &mut Tracked<'_>) -> Diagnostics {
    let Some(resource) = request.registry.resource(&tracked.provider.source, address.resource_type()) else {
        let detail = format!(
            "The state records {address} of the provider {}, which has no resource type {:?} in this version of wpinfra.",
            tracked.provider.source,
            address.resource_type()
        );
        return Diagnostic::error("Unknown resource type in the state", detail).about(address).into();
    };
    let recorded_at = tracked.recorded_at.clone();
    let deposed = tracked.deposed.iter_mut().map(|(key, object)| (Some(Arc::clone(key)), object));
    let objects = tracked.current.iter_mut().map(|object| (None, object)).chain(deposed);
    let mut diagnostics = Diagnostics::new();
    for (key, object) in objects {
        match decode(resource, address, object.state) {
            Ok(recorded) => {
                object.sight = sight(request, resource, &(recorded_at.clone(), key), &recorded);
                object.recorded = Some(recorded);
            }
            Err(problem) => diagnostics.push(problem),
        }
    }
    diagnostics
}

fn sight(
    request: &Request<'_>,
    resource: &dyn AnyResourceType,
    key: &(InstanceAddress, Option<Arc<str>>),
    recorded: &Value,
) -> Sight {
    if !request.options.refresh || resource.truth() == Truth::State {
        return Sight::Stands(recorded.clone());
    }
    match request.facts.refreshed.get(key) {
        None => Sight::Pending,
        Some(RefreshedObject::Gone) => Sight::Gone,
        Some(RefreshedObject::Found(observed)) => {
            let schema = resource.schema();
            let value = normalise(recorded, observed, schema);
            Sight::Stands(mark_sensitive(&value.mark_at(&sensitive_marks(recorded)), schema))
        }
    }
}
