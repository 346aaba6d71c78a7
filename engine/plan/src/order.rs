//! Bringing steps into an order: cycles are broken at the weakest edges, and edges that others imply are left out.

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use wpinfra_core::InstanceAddress;

use crate::bits::Bits;
use crate::plan::{ExecutionGraph, Step, StepKind};

/// Above this number of steps edges that others imply are kept: leaving them out takes memory that grows with the square.
const MOST_STEPS_TO_REDUCE: usize = 20_000;

/// One step has to come before another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edge {
    pub(crate) first: usize,
    pub(crate) then: usize,
    pub(crate) strength: Strength,
}

/// How much an edge matters where not all can be kept, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// The step is not possible otherwise.
    Must,
    /// The state says that one object depended on the other.
    Recorded,
    /// The configuration says so now.
    Configured,
    /// A dependent is changed so that it does not need the object any more.
    TurningAway,
}

/// Returns the steps so that each comes after those that it waits for, otherwise in the order in which they are given.
pub(crate) fn arrange(steps: Vec<(StepKind, InstanceAddress)>, mut edges: Vec<Edge>) -> ExecutionGraph {
    edges.sort_by_key(|edge| (edge.first, edge.then, edge.strength));
    edges.dedup_by_key(|edge| (edge.first, edge.then));
    for weakest in [Strength::TurningAway, Strength::Configured, Strength::Recorded] {
        break_cycles(steps.len(), &mut edges, weakest);
    }
    let order = sorted(steps.len(), &edges);
    let mut position = vec![0; steps.len()];
    order.iter().enumerate().for_each(|(new, old)| position[*old] = new);
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); steps.len()];
    for edge in &edges {
        after[position[edge.then]].push(position[edge.first]);
    }
    reduce(&mut after);
    let mut open: Vec<Option<(StepKind, InstanceAddress)>> = steps.into_iter().map(Some).collect();
    let in_order = order.into_iter().filter_map(|old| open[old].take());
    let steps = in_order.zip(after).map(|((kind, address), after)| Step { kind, address, after });
    ExecutionGraph { steps: steps.collect() }
}

/// Takes away the edges of one strength that are part of a cycle.
fn break_cycles(steps: usize, edges: &mut Vec<Edge>, weakest: Strength) {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(steps, edges.len());
    for _ in 0..steps {
        graph.add_node(());
    }
    for edge in edges.iter() {
        graph.add_edge(NodeIndex::new(edge.first), NodeIndex::new(edge.then), ());
    }
    let mut component = vec![0; steps];
    for (number, members) in tarjan_scc(&graph).into_iter().enumerate() {
        for member in members {
            component[member.index()] = number;
        }
    }
    edges.retain(|edge| edge.strength != weakest || component[edge.first] != component[edge.then]);
}

/// Returns the old positions in the new order.
fn sorted(steps: usize, edges: &[Edge]) -> Vec<usize> {
    let mut open = vec![0_usize; steps];
    let mut dependents: Vec<Vec<usize>> = vec![Vec::new(); steps];
    for edge in edges {
        open[edge.then] += 1;
        dependents[edge.first].push(edge.then);
    }
    let mut ready: BinaryHeap<Reverse<usize>> = (0..steps).filter(|step| open[*step] == 0).map(Reverse).collect();
    let mut order = Vec::with_capacity(steps);
    while let Some(Reverse(step)) = ready.pop() {
        order.push(step);
        for dependent in &dependents[step] {
            open[*dependent] -= 1;
            if open[*dependent] == 0 {
                ready.push(Reverse(*dependent));
            }
        }
    }
    order
}

/// Sorts the steps that each waits for, and leaves out those that another one of them waits for anyway.
fn reduce(after: &mut [Vec<usize>]) {
    if after.len() > MOST_STEPS_TO_REDUCE {
        for before in after.iter_mut() {
            let sorted: BTreeSet<usize> = before.drain(..).collect();
            before.extend(sorted);
        }
        return;
    }
    let mut reach: Vec<Bits> = Vec::with_capacity(after.len());
    for before in after.iter_mut() {
        before.sort_unstable();
        before.dedup();
        let mut reached = Bits::below(reach.len() + 1);
        let mut kept = Vec::with_capacity(before.len().min(8));
        // The later a step comes, the more it waits for itself.
        for step in before.drain(..).rev() {
            if !reached.contains(step) {
                kept.push(step);
                reached.insert(step);
                reached.unite(&reach[step]);
            }
        }
        kept.reverse();
        *before = kept;
        reach.push(reached);
    }
}
