//! What happens to the root outputs.

use std::collections::BTreeMap;

use wpinfra_core::Diagnostics;
use wpinfra_core::desired::DesiredOutput;

use crate::plan::{Mode, OutputChange};
use crate::planner::Round;

/// Returns what happens to every output that is recorded or configured; those that `-target` leaves out are not among them.
pub(crate) fn output_changes(round: &Round<'_>) -> (BTreeMap<String, OutputChange>, Diagnostics) {
    let recorded = &round.request.state.outputs;
    let mut changes: BTreeMap<String, OutputChange> = recorded
        .iter()
        .map(|(name, output)| {
            let before = Some(output.value.clone());
            let gone =
                OutputChange { before, after: None, sensitive: output.sensitive, was_sensitive: output.sensitive };
            (name.clone(), gone)
        })
        .collect();
    if round.request.options.mode == Mode::Destroy {
        if round.selection.is_partial() {
            changes.clear();
        }
        return (changes, Diagnostics::new());
    }
    let (desired, diagnostics) = round.request.desired.outputs(&round.known);
    for (name, DesiredOutput { value, sensitive, .. }) in desired {
        if is_left_out(round, &name) {
            changes.remove(&name);
            continue;
        }
        let blank = OutputChange { before: None, after: None, sensitive, was_sensitive: false };
        let change = changes.entry(name).or_insert(blank);
        change.sensitive = sensitive;
        change.after = Some(value);
    }
    (changes, diagnostics)
}

/// Tells whether an output depends on something that `-target` leaves out.
fn is_left_out(round: &Round<'_>, name: &str) -> bool {
    if !round.selection.is_partial() {
        return false;
    }
    let label = format!("output.{name}");
    let block = round.graph.blocks().iter().position(|block| block.label == label);
    block.is_none_or(|block| round.graph.resources_behind(block).any(|behind| !round.selection.has_block(behind)))
}
