//! The graph of blocks: cycles, the order in which blocks are settled, and what each resource depends on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use wpinfra_core::desired::{BlockId, BlockKind, BlockNode};
use wpinfra_core::{ConfigAddress, Diagnostic, Diagnostics, ProviderAddress};

use crate::bits::Bits;

/// The blocks of a configuration, known to be without cycles.
#[derive(Debug)]
pub struct BlockGraph<'a> {
    blocks: &'a [BlockNode],
    order: Vec<BlockId>,
    /// For each block the resource blocks that it depends on, directly or not.
    resources: Vec<Bits>,
    by_address: BTreeMap<&'a ConfigAddress, BlockId>,
    by_provider: BTreeMap<&'a ProviderAddress, BlockId>,
}

impl<'a> BlockGraph<'a> {
    /// Returns the graph, or errors that name the members of each cycle.
    pub fn new(blocks: &'a [BlockNode]) -> Result<Self, Diagnostics> {
        let cycles = cycles(blocks);
        if !cycles.is_empty() {
            return Err(cycles.iter().map(|members| cycle_diagnostic(blocks, members)).collect());
        }
        let order = settling_order(blocks);
        let resources = transitive_resources(blocks, &order);
        let mut graph = Self { blocks, order, resources, by_address: BTreeMap::new(), by_provider: BTreeMap::new() };
        for (id, block) in blocks.iter().enumerate() {
            match &block.kind {
                BlockKind::Resource(address) => {
                    graph.by_address.insert(address, id);
                }
                BlockKind::Provider(address) => {
                    graph.by_provider.insert(address, id);
                }
                BlockKind::Value => {}
            }
        }
        Ok(graph)
    }

    /// Returns the blocks by their number.
    pub fn blocks(&self) -> &'a [BlockNode] {
        self.blocks
    }

    /// Returns all blocks so that each comes after those that it refers to, otherwise in the order of the sources.
    pub fn order(&self) -> &[BlockId] {
        &self.order
    }

    /// Returns the number of a resource block.
    pub fn resource(&self, address: &ConfigAddress) -> Option<BlockId> {
        self.by_address.get(address).copied()
    }

    /// Returns the number of a provider's block.
    pub fn provider(&self, address: &ProviderAddress) -> Option<BlockId> {
        self.by_provider.get(address).copied()
    }

    /// Returns the provider configuration that a resource block refers to.
    pub fn provider_of(&self, block: BlockId) -> Option<&'a ProviderAddress> {
        self.blocks[block].references.iter().find_map(|reference| match &self.blocks[*reference].kind {
            BlockKind::Provider(address) => Some(address),
            BlockKind::Resource(_) | BlockKind::Value => None,
        })
    }

    /// Returns the numbers of the resource blocks that a block depends on, through whatever stands between.
    pub fn resources_behind(&self, block: BlockId) -> impl Iterator<Item = BlockId> + '_ {
        self.resources[block].iter()
    }

    /// Returns the addresses of the resource blocks that a block depends on: what the state records as dependencies.
    pub fn dependencies(&self, block: BlockId) -> BTreeSet<ConfigAddress> {
        let addresses = self.resources_behind(block).filter_map(|id| match &self.blocks[id].kind {
            BlockKind::Resource(address) => Some(address.clone()),
            BlockKind::Provider(_) | BlockKind::Value => None,
        });
        addresses.collect()
    }

    /// Adds to a set of blocks everything that those depend on.
    pub(crate) fn close_over_dependencies(&self, selected: &mut Bits) {
        for block in self.order.iter().rev() {
            if selected.contains(*block) {
                self.blocks[*block].references.iter().for_each(|reference| selected.insert(*reference));
            }
        }
    }

    /// Adds to a set of blocks everything that depends on those.
    pub(crate) fn close_over_dependents(&self, selected: &mut Bits) {
        for block in &self.order {
            if self.blocks[*block].references.iter().any(|reference| selected.contains(*reference)) {
                selected.insert(*block);
            }
        }
    }
}

/// Returns the blocks in an order in which each follows its references; of those that could come next, the first in the sources.
fn settling_order(blocks: &[BlockNode]) -> Vec<BlockId> {
    let mut dependents: Vec<Vec<BlockId>> = vec![Vec::new(); blocks.len()];
    let mut open: Vec<usize> = Vec::with_capacity(blocks.len());
    for (id, block) in blocks.iter().enumerate() {
        open.push(block.references.len());
        block.references.iter().for_each(|reference| dependents[*reference].push(id));
    }
    let ready = open.iter().enumerate().filter(|(_, open)| **open == 0);
    let mut ready: BinaryHeap<Reverse<BlockId>> = ready.map(|(id, _)| Reverse(id)).collect();
    let mut order = Vec::with_capacity(blocks.len());
    while let Some(Reverse(id)) = ready.pop() {
        order.push(id);
        for dependent in &dependents[id] {
            open[*dependent] -= 1;
            if open[*dependent] == 0 {
                ready.push(Reverse(*dependent));
            }
        }
    }
    order
}

fn transitive_resources(blocks: &[BlockNode], order: &[BlockId]) -> Vec<Bits> {
    let mut all = vec![Bits::default(); blocks.len()];
    for id in order {
        let mut behind = Bits::below(blocks.len());
        for reference in &blocks[*id].references {
            behind.unite(&all[*reference]);
            if matches!(blocks[*reference].kind, BlockKind::Resource(_)) {
                behind.insert(*reference);
            }
        }
        all[*id] = behind;
    }
    all
}

/// Returns the members of each cycle, each beginning with the first in the sources.
fn cycles(blocks: &[BlockNode]) -> Vec<Vec<BlockId>> {
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(blocks.len(), blocks.len());
    for _ in blocks {
        graph.add_node(());
    }
    for (id, block) in blocks.iter().enumerate() {
        for reference in &block.references {
            graph.add_edge(NodeIndex::new(id), NodeIndex::new(*reference), ());
        }
    }
    let components = tarjan_scc(&graph)
        .into_iter()
        .map(|component| component.into_iter().map(NodeIndex::index).collect::<BTreeSet<BlockId>>());
    let mut found: Vec<Vec<BlockId>> = components.filter_map(|component| shortest_cycle(blocks, &component)).collect();
    found.sort();
    found
}

/// Returns the shortest way from the first member of the component back to itself.
fn shortest_cycle(blocks: &[BlockNode], component: &BTreeSet<BlockId>) -> Option<Vec<BlockId>> {
    let start = *component.first()?;
    let mut came_from: BTreeMap<BlockId, BlockId> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(at) = queue.pop_front() {
        for next in blocks[at].references.iter().filter(|next| component.contains(next)) {
            if *next == start {
                let mut way = vec![at];
                while let Some(before) = way.last().filter(|last| **last != start).and_then(|last| came_from.get(last))
                {
                    way.push(*before);
                }
                way.reverse();
                return Some(way);
            }
            if !came_from.contains_key(next) {
                came_from.insert(*next, at);
                queue.push_back(*next);
            }
        }
    }
    None
}

fn cycle_diagnostic(blocks: &[BlockNode], members: &[BlockId]) -> Diagnostic {
    let first = &blocks[members[0]];
    if members.len() == 1 {
        let detail = format!("{} refers to itself, so that its value can never be settled.", first.label);
        return Diagnostic::error("Self-reference", detail).at(first.range.clone());
    }
    let places = members.iter().map(|id| {
        let block = &blocks[*id];
        let place = block.range.as_ref().map(|range| format!(" ({} line {})", range.file, range.start.line));
        format!("  {}{}", block.label, place.unwrap_or_default())
    });
    let detail = format!(
        "Each of these refers to the next and the last to the first, so that none of them can be settled before the others:\n{}\n\
         Take one of the references away.",
        places.collect::<Vec<_>>().join("\n")
    );
    Diagnostic::error("Dependency cycle", detail).at(first.range.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wpinfra_core::{Mode, SourcePosition, SourceRange};

    use super::*;

    /// Makes blocks from lines `name: references`; names with a dot are resources.
    fn blocks(text: &str) -> Vec<BlockNode> {
        let lines: Vec<(&str, &str)> = text.lines().filter_map(|line| line.trim().split_once(':')).collect();
        let position = |name: &str| lines.iter().position(|(other, _)| *other == name).expect("a line of that name");
        let node = |(number, (name, references)): (usize, &(&str, &str))| {
            let kind = match name.split_once('.') {
                Some((resource_type, name)) => BlockKind::Resource(ConfigAddress {
                    module: Vec::new(),
                    mode: Mode::Managed,
                    resource_type: resource_type.into(),
                    name: name.into(),
                }),
                None => BlockKind::Value,
            };
            let at = SourcePosition { line: number + 1, column: 1, byte: 0 };
            let mut references: Vec<BlockId> = references.split_whitespace().map(position).collect();
            references.sort_unstable();
            let range = Some(SourceRange { file: Arc::from("main.tf"), start: at, end: at });
            BlockNode { label: (*name).to_owned(), kind, references, range }
        };
        lines.iter().enumerate().map(node).collect()
    }

    #[test]
    fn blocks_follow_their_references_and_else_the_sources() {
        let blocks = blocks("t.c: v\n v: t.a\n t.a:\n t.b:");
        let graph = BlockGraph::new(&blocks).expect("no cycle");
        assert_eq!(graph.order(), [2, 1, 0, 3]);
        let dependencies: Vec<String> = graph.dependencies(0).iter().map(ToString::to_string).collect();
        assert_eq!(dependencies, ["t.a"]);
    }

    #[test]
    fn dependencies_reach_through_everything() {
        let blocks = blocks("t.a:\n p: t.a\n t.b: p\n v: t.b\n t.c: v");
        let graph = BlockGraph::new(&blocks).expect("no cycle");
        let dependencies: Vec<String> = graph.dependencies(4).iter().map(ToString::to_string).collect();
        assert_eq!(dependencies, ["t.a", "t.b"]);
    }

    #[test]
    fn cycles_name_their_members() {
        let blocks = blocks("t.a: v\n v: t.b\n t.b: t.a\n t.c: t.c t.a");
        let problems = BlockGraph::new(&blocks).expect_err("two cycles");
        let texts: Vec<String> =
            problems.iter().map(|problem| format!("{}: {}", problem.summary, problem.detail)).collect();
        insta::assert_snapshot!(texts.join("\n\n"), @r"
        Dependency cycle: Each of these refers to the next and the last to the first, so that none of them can be settled before the others:
          t.a (main.tf line 1)
          v (main.tf line 2)
          t.b (main.tf line 3)
        Take one of the references away.

        Self-reference: t.c refers to itself, so that its value can never be settled.
        ");
        assert!(problems.iter().all(|problem| problem.subject.is_some()));
    }
}
