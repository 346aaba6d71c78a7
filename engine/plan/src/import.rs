//! What is to be imported.

use wpinfra_core::desired::ImportTarget;
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress};

use crate::planner::Round;

impl Round<'_> {
    /// Returns the import id for an instance: from an `import` block, or found for the import command.
    pub(crate) fn import_id(&mut self, address: &InstanceAddress) -> Option<String> {
        let is_managed = self.objects.get(address).is_some_and(|tracked| tracked.current.is_some());
        if is_managed {
            return None;
        }
        let request = self.request;
        // What is wrong with import blocks is told at the end, when everything that they refer to is known.
        let targets = self.imports.get_or_insert_with(|| request.desired.imports(&self.known).0);
        let Some(target) = targets.iter().find(|target| target.to == *address) else {
            return request.facts.imported.get(address).map(|(id, _)| id.clone());
        };
        if let Some(id) = &target.id {
            return Some(id.clone());
        }
        // It depends on something; what that is must be settled by now.
        let target = target.clone();
        let (targets, problems) = self.request.desired.imports(&self.known);
        let id = targets.into_iter().find(|target| target.to == *address).and_then(|target| target.id);
        if id.is_none() && !problems.has_errors() {
            self.diagnostics.push(unknown_id(&target));
        }
        self.diagnostics.extend(problems);
        id
    }

    /// Returns what is wrong with the import blocks as a whole.
    pub(crate) fn check_imports(&mut self) -> Diagnostics {
        let (targets, mut problems) = self.request.desired.imports(&self.known);
        for target in &targets {
            if self.graph.resource(&target.to.config()).is_none() {
                problems.push(no_block(target));
            } else if !self.covered.contains(&target.to) && !self.selection.is_partial() {
                problems.push(no_instance(target));
            }
        }
        problems
    }
}

fn unknown_id(target: &ImportTarget) -> Diagnostic {
    let detail = format!(
        "The id of the object that is to become {} depends on something that is known only after apply.",
        target.to
    );
    Diagnostic::error("Import id is not known", detail)
        .at(target.id_range.clone().or_else(|| target.range.clone()))
        .about(&target.to)
}

fn no_block(target: &ImportTarget) -> Diagnostic {
    let detail = format!(
        "An object is to be imported as {}, but no resource block says what it should look like. Write the block first.",
        target.to
    );
    Diagnostic::error("No configuration for the object to import", detail).at(target.range.clone()).about(&target.to)
}

fn no_instance(target: &ImportTarget) -> Diagnostic {
    let detail = format!(
        "An object is to be imported as {}, but the resource block has no such instance. Compare the key with its \"count\" or \
         \"for_each\".",
        target.to
    );
    Diagnostic::error("No instance for the object to import", detail).at(target.range.clone()).about(&target.to)
}
