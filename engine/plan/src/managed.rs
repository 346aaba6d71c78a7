//! Planning one instance of a resource block.

use wpinfra_core::desired::{BlockId, DesiredInstance, Lifecycle};
use wpinfra_core::provider::{AnyResourceType, Client, Truth};
use wpinfra_core::registry::Registry;
use wpinfra_core::state::ObjectStatus;
use wpinfra_core::{Diagnostic, InstanceAddress, Path, SourceRange, Type, Value};

use crate::objects::Sight;
use crate::plan::{Action, Change, Need, Reason};
use crate::planner::{Connection, Progress, Round};
use crate::propose::{Force, Proposal, place, propose};
use crate::sensitive::mark_sensitive;

/// The object that an instance starts from.
struct Prior {
    value: Option<Value>,
    importing: Option<String>,
}

impl Round<'_> {
    /// Plans what has to happen to an instance so that it becomes what the configuration says.
    pub(crate) fn managed_instance(&mut self, block: BlockId, address: &InstanceAddress) -> Progress {
        let (instance, problems) = self.request.desired.instance(address, &self.known);
        let mut problems = problems.about(address);
        problems.extend(self.request.desired.check_before(address, &self.known).about(address));
        let has_errors = problems.has_errors();
        self.diagnostics.extend(problems);
        let Some(instance) = instance.filter(|_| !has_errors) else { return Progress::Waiting };
        self.lifecycles.entry(block).or_insert_with(|| (instance.lifecycle.clone(), instance.range.clone()));
        let request = self.request;
        let Some(resource) = request.registry.resource(&instance.provider.source, address.resource_type()) else {
            let detail = format!("{} has no resource type {:?}.", instance.provider, address.resource_type());
            let problem = Diagnostic::error("Unknown resource type", detail).at(instance.range.clone()).about(address);
            self.diagnostics.push(problem);
            return Progress::Waiting;
        };
        let Some(client) = self.client_for(address, resource, &instance) else { return Progress::Waiting };
        let Some(prior) = self.prior(address, resource, &instance) else { return Progress::Waiting };
        let (force, forced) = self.force(address, &instance.lifecycle);
        let (proposal, problems) = propose(resource, client.as_ref(), prior.value.as_ref(), &instance, force);
        self.diagnostics.extend(problems.about(address));
        let Some(proposal) = proposal else { return Progress::Waiting };
        self.note(block, address, &instance, prior, proposal, forced)
    }

    /// Records what is to happen, and checks whether it may.
    fn note(
        &mut self,
        block: BlockId,
        address: &InstanceAddress,
        instance: &DesiredInstance,
        prior: Prior,
        proposal: Proposal,
        forced: Option<Reason>,
    ) -> Progress {
        let Proposal { planned, action, replace_paths } = proposal;
        let reason = action.is_replace().then(|| forced.unwrap_or(Reason::CannotUpdate));
        if action.is_replace() && instance.lifecycle.prevent_destroy {
            let why = reason.as_ref().map(|reason| because(reason, &replace_paths)).unwrap_or_default();
            self.diagnostics.push(destruction_prevented(address, "replaced", &why, instance.range.clone()));
        }
        self.changing[block] |= action != Action::NoOp;
        self.known.set(address, planned.clone());
        self.diagnostics.extend(self.request.desired.check_after(address, &self.known).about(address));
        let change = Change {
            address: address.clone(),
            previous_address: None,
            deposed: None,
            provider: instance.provider.clone(),
            action,
            reason,
            before: prior.value,
            after: Some(planned),
            replace_paths,
            importing: prior.importing,
            dependencies: std::collections::BTreeSet::new(),
            create_before_destroy: instance.lifecycle.create_before_destroy,
        };
        self.changes.insert(address.clone(), change);
        Progress::Settled
    }

    /// Returns the client to plan with, if the type needs one and the provider's configuration is known; `None` to wait.
    #[expect(clippy::option_option, reason = "waiting is not the same as doing without")]
    fn client_for(
        &mut self,
        address: &InstanceAddress,
        resource: &dyn AnyResourceType,
        instance: &DesiredInstance,
    ) -> Option<Option<Client>> {
        if resource.truth() == Truth::State && self.import_id(address).is_none() {
            return Some(None);
        }
        match self.connection(&instance.provider) {
            Connection::Ready(client) => Some(Some(client)),
            Connection::Unknown => {
                self.believe(address);
                Some(None)
            }
            Connection::Waiting | Connection::Failed => None,
        }
    }

    /// Returns what the instance starts from: what stands, what is imported, or nothing; `None` to wait.
    fn prior(
        &mut self,
        address: &InstanceAddress,
        resource: &dyn AnyResourceType,
        instance: &DesiredInstance,
    ) -> Option<Prior> {
        match self.sight(address) {
            Some(Sight::Pending) => return None,
            Some(Sight::Stands(value)) => return Some(Prior { value: Some(value), importing: None }),
            Some(Sight::Gone) | None => {}
        }
        let Some(id) = self.import_id(address) else { return Some(Prior { value: None, importing: None }) };
        let found = self.request.facts.imported.get(address).filter(|(found, _)| *found == id);
        match found {
            Some((_, Some(value))) => {
                let value = mark_sensitive(value, resource.schema());
                Some(Prior { value: Some(value), importing: Some(id) })
            }
            Some((_, None)) => {
                let detail = format!(
                    "There is no object of type {} with the id {id:?} that {address} could become. Look up the id and the region, or \
                     take the import away to have it created.",
                    resource.name()
                );
                self.diagnostics.push(Diagnostic::error("Object to import does not exist", detail).about(address));
                None
            }
            None => {
                let need = Need::Import { address: address.clone(), provider: instance.provider.clone(), id };
                self.ask(need);
                None
            }
        }
    }

    /// Tells whether the object is to be replaced in any case, and why.
    fn force(&self, address: &InstanceAddress, lifecycle: &Lifecycle) -> (Force, Option<Reason>) {
        let object = self.objects.get(address).and_then(|tracked| tracked.current.as_ref());
        if object.is_some_and(|object| object.state.status == ObjectStatus::Tainted) {
            return (Force::Tainted, Some(Reason::Tainted));
        }
        if self.request.options.replace.contains(address) {
            return (Force::Replace, Some(Reason::Requested));
        }
        if lifecycle.replace_triggered_by.iter().any(|(address, path)| self.triggers(address, path)) {
            return (Force::Replace, Some(Reason::TriggeredBy));
        }
        (Force::No, None)
    }

    /// Tells whether a resource, or an attribute of it, changes.
    fn triggers(&self, address: &InstanceAddress, path: &Path) -> bool {
        let Some(change) = self.changes.get(address) else { return false };
        if change.action != Action::Update && !change.action.is_replace() {
            return false;
        }
        let at = |value: &Option<Value>| value.as_ref().and_then(|value| value.without_deep_marks().at(path));
        path.0.is_empty() || at(&change.before) != at(&change.after)
    }

    /// Takes an instance for what stands: nothing is to be changed, or it is to be destroyed.
    pub(crate) fn standing_instance(&mut self, block: BlockId, address: &InstanceAddress) -> Progress {
        let value = match self.sight(address) {
            Some(Sight::Pending) => {
                let provider = self.objects.get(address).map(|tracked| self.provider_of(address, tracked));
                if !provider.is_some_and(|provider| matches!(self.connection(&provider), Connection::Unknown)) {
                    return Progress::Waiting;
                }
                self.believe(address);
                return self.standing_instance(block, address);
            }
            Some(Sight::Stands(value)) => value,
            Some(Sight::Gone) | None => Value::unknown(self.type_of(block, address)),
        };
        self.known.set(address, value);
        Progress::Settled
    }

    fn type_of(&self, block: BlockId, address: &InstanceAddress) -> Type {
        let implied = || Registry::full_source(Registry::implied_provider(address.resource_type()));
        let source = self.graph.provider_of(block).map_or_else(implied, |provider| provider.source.to_string());
        let schema = self.request.registry.schema(&source, address.resource.mode, address.resource_type());
        schema.map_or(Type::Dynamic, wpinfra_core::schema::Schema::implied_type)
    }
}

/// Returns the error of a plan that would destroy what is protected.
pub(crate) fn destruction_prevented(
    address: &InstanceAddress,
    what: &str,
    why: &str,
    range: Option<SourceRange>,
) -> Diagnostic {
    let detail = format!(
        "{address} would be {what}{why}, but its lifecycle block says prevent_destroy. If that is what you want, take \
         prevent_destroy away; otherwise undo the change that leads to it, or plan only a part with -target."
    );
    Diagnostic::error("Destruction is prevented", detail).at(range).about(address)
}

fn because(reason: &Reason, paths: &[Path]) -> String {
    match reason {
        Reason::Tainted => ", because it is tainted".to_owned(),
        Reason::Requested => ", because -replace asks for it".to_owned(),
        Reason::TriggeredBy => ", because something in its replace_triggered_by changes".to_owned(),
        Reason::CannotUpdate if !paths.is_empty() => {
            let names: Vec<String> = paths.iter().map(place).collect();
            format!(", because {} cannot be changed in place", names.join(" and "))
        }
        Reason::CannotUpdate
        | Reason::NoResourceConfig
        | Reason::NoModule
        | Reason::WrongRepetition
        | Reason::CountIndex
        | Reason::EachKey
        | Reason::NoMoveTarget
        | Reason::ConfigUnknown
        | Reason::DependencyPending
        | Reason::CheckNested => String::new(),
    }
}
