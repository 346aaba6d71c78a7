//! The order in which blocks can be evaluated.

use wpinfra_core::desired::{BlockId, BlockNode};

/// Returns blocks so that each comes after those that it refers to; the planner has seen that there is no cycle.
pub(crate) fn in_order(blocks: &[BlockNode]) -> Vec<BlockId> {
    let mut order = Vec::with_capacity(blocks.len());
    let mut seen = vec![false; blocks.len()];
    let mut stack: Vec<(BlockId, bool)> = (0..blocks.len()).rev().map(|id| (id, false)).collect();
    while let Some((id, is_done)) = stack.pop() {
        if is_done {
            order.push(id);
        } else if !std::mem::replace(&mut seen[id], true) {
            stack.push((id, true));
            stack.extend(
                blocks[id].references.iter().rev().filter(|before| !seen[**before]).map(|before| (*before, false)),
            );
        }
    }
    order
}
