//! Planning one instance of an ephemeral block: opened now, or not before apply. Nothing of it is in the plan.

use wpinfra_core::desired::BlockId;
use wpinfra_core::{Diagnostic, InstanceAddress, Marks};

use crate::merge::deferred;
use crate::plan::Need;
use crate::planner::{Connection, Progress, Round};
use crate::sensitive::opened_value;

impl Round<'_> {
    /// Opens an ephemeral value; while its arguments are unknown, so is the value.
    ///
    /// Unlike a data source it does not wait for changes of what it depends on: it is opened again during apply anyway.
    pub(crate) fn ephemeral_instance(&mut self, block: BlockId, address: &InstanceAddress) -> Progress {
        let (instance, problems) = self.request.desired.instance(address, &self.known);
        let mut problems = problems.about(address);
        problems.extend(self.request.desired.check_before(address, &self.known).about(address));
        let has_errors = problems.has_errors();
        self.diagnostics.extend(problems);
        let Some(instance) = instance.filter(|_| !has_errors) else { return Progress::Waiting };
        let request = self.request;
        let Some(found) = request.registry.ephemeral_type(&instance.provider.source, address.resource_type()) else {
            let detail = format!("{} has no ephemeral type {:?}.", instance.provider, address.resource_type());
            let range = self.graph.blocks()[block].range.clone();
            self.diagnostics.push(Diagnostic::error("Unknown ephemeral type", detail).at(range).about(address));
            return Progress::Waiting;
        };
        let is_connected = match self.connection(&instance.provider) {
            Connection::Waiting | Connection::Failed => return Progress::Waiting,
            Connection::Unknown => false,
            Connection::Ready(_) => true,
        };
        if !is_connected || !instance.config.is_wholly_known() {
            let (config, marks) = instance.config.unmark_deep();
            let later = deferred(found.schema(), &config).mark_at(&marks).with_marks(Marks::EPHEMERAL);
            self.known.set(address, later);
            return Progress::Settled;
        }
        let opened = request.facts.opened.get(address).filter(|(_, arguments)| *arguments == instance.config);
        if let Some((result, arguments)) = opened {
            self.known.set(address, opened_value(result, arguments, found.schema()));
            self.diagnostics.extend(request.desired.check_after(address, &self.known).about(address));
            return Progress::Settled;
        }
        self.ask(Need::Open { address: address.clone(), provider: instance.provider, config: instance.config });
        Progress::Waiting
    }
}
