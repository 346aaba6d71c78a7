//! Planning one instance of a data block: read now, or during apply.

use std::collections::BTreeSet;

use wpinfra_core::desired::{BlockId, BlockKind, Repetition};
use wpinfra_core::{Diagnostic, InstanceAddress, Mode as BlockMode, Value};

use crate::merge::deferred;
use crate::plan::{Action, Change, Need, Reason};
use crate::planner::{Connection, Progress, Round};
use crate::sensitive::{mark_sensitive, sensitive_marks};

impl Round<'_> {
    /// Reads a data source, or plans to read it during apply.
    pub(crate) fn data_instance(&mut self, block: BlockId, address: &InstanceAddress) -> Progress {
        let (instance, problems) = self.request.desired.instance(address, &self.known);
        let mut problems = problems.about(address);
        problems.extend(self.request.desired.check_before(address, &self.known).about(address));
        let has_errors = problems.has_errors();
        self.diagnostics.extend(problems);
        let Some(instance) = instance.filter(|_| !has_errors) else { return Progress::Waiting };
        let request = self.request;
        let Some(source) = request.registry.data_source(&instance.provider.source, address.resource_type()) else {
            let detail = format!("{} has no data source {:?}.", instance.provider, address.resource_type());
            let problem = Diagnostic::error("Unknown data source", detail).at(instance.range.clone()).about(address);
            self.diagnostics.push(problem);
            return Progress::Waiting;
        };
        let (marks, config) = (sensitive_marks(&instance.config), instance.config.without_deep_marks());
        let connection = self.connection(&instance.provider);
        let reason = match connection {
            Connection::Waiting | Connection::Failed => return Progress::Waiting,
            Connection::Unknown => Some(Reason::ConfigUnknown),
            Connection::Ready(_) if !config.is_wholly_known() => Some(Reason::ConfigUnknown),
            Connection::Ready(_) => self.has_pending_dependency(block).then_some(Reason::DependencyPending),
        };
        if let Some(reason) = reason {
            let planned = mark_sensitive(&deferred(source.schema(), &config).mark_at(&marks), source.schema());
            self.known.set(address, planned.clone());
            self.changing[block] = true;
            let change = Change {
                address: address.clone(),
                previous_address: None,
                deposed: None,
                provider: instance.provider,
                action: Action::Read,
                reason: Some(reason),
                before: None,
                after: Some(planned),
                replace_paths: Vec::new(),
                importing: None,
                dependencies: BTreeSet::new(),
                create_before_destroy: false,
            };
            self.changes.insert(address.clone(), change);
            return Progress::Settled;
        }
        let found = self.request.facts.data.get(address).filter(|(_, arguments)| *arguments == config);
        if let Some((result, _)) = found {
            let value = mark_sensitive(&result.mark_at(&marks), source.schema());
            self.settle_data(address, instance.provider, value);
            return Progress::Settled;
        }
        self.ask(Need::Data { address: address.clone(), provider: instance.provider, config });
        Progress::Waiting
    }

    fn settle_data(&mut self, address: &InstanceAddress, provider: wpinfra_core::ProviderAddress, value: Value) {
        self.known.set(address, value.clone());
        self.data.insert(address.clone(), (provider, value));
        self.diagnostics.extend(self.request.desired.check_after(address, &self.known).about(address));
    }

    /// Tells whether something that the data source waits for is to be changed, so that the result may be another afterwards:
    /// what `depends_on` names, the resources that it refers to itself, and all that those depend on.
    fn has_pending_dependency(&self, block: BlockId) -> bool {
        let is_managed = |id: BlockId| matches!(&self.graph.blocks()[id].kind, BlockKind::Resource(address) if address.mode == BlockMode::Managed);
        let is_changing = |id: BlockId| is_managed(id) && self.changing[id];
        let direct = self.graph.blocks()[block].references.iter().filter(|reference| is_managed(**reference));
        self.request
            .desired
            .explicit_dependencies(block)
            .iter()
            .chain(direct)
            .any(|dependency| is_changing(*dependency) || self.graph.resources_behind(*dependency).any(is_changing))
    }

    /// Passes over a data source or an ephemeral value of a configuration that is to be destroyed: nothing needs it.
    pub(crate) fn skipped_data(&mut self, _block: BlockId, address: &InstanceAddress) -> Progress {
        if let Some(resource) = self.known.resources.get_mut(&address.resource) {
            resource.repetition = Repetition::Unknown;
            resource.instances.clear();
        }
        Progress::Settled
    }
}
