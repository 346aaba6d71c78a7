//! Root outputs and checks at the end of an apply.

use wpinfra_core::state::OutputState;
use wpinfra_core::{Diagnostics, Marks};
use wpinfra_plan::Mode;

use super::Run;
use crate::journal::Entry;
use crate::state_file::outputs_to_json;

impl Run<'_> {
    /// Evaluates the root outputs with all that is known at the end and records them; those that failed steps leave
    /// unknown stay as they were.
    pub(super) fn record_outputs(&self) -> Diagnostics {
        let mut shared = self.shared();
        let mut diagnostics = Diagnostics::new();
        let before = shared.state.outputs.clone();
        if self.plan.mode == Mode::Destroy {
            let gone = shared
                .state
                .resources
                .values()
                .all(|resource| resource.instances.values().all(|instance| instance.current.is_none()));
            if gone && !self.plan.is_partial {
                shared.state.outputs.clear();
            }
        } else {
            let (desired, problems) = self.desired.outputs(&shared.known);
            diagnostics.extend(problems);
            shared.state.outputs.retain(|name, _| desired.contains_key(name));
            for (name, output) in desired {
                let marks = output.value.deep_marks();
                if !output.value.is_wholly_known() || marks.contains(Marks::EPHEMERAL) {
                    continue;
                }
                if output.value.is_null() {
                    shared.state.outputs.remove(&name);
                    continue;
                }
                let output = OutputState { value: output.value.without_deep_marks(), sensitive: output.sensitive };
                shared.state.outputs.insert(name, output);
            }
            diagnostics.extend(self.desired.checks(&shared.known));
        }
        if shared.state.outputs != before {
            let entry = Entry::Outputs(outputs_to_json(&shared.state.outputs));
            if let Err(problems) = self.append(&entry) {
                diagnostics.extend(problems);
            }
        }
        diagnostics
    }
}
