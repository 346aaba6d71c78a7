//! The execution graph: every step of an apply, and what it has to wait for.
//!
//! What is created or changed waits for what it depends on. What is destroyed waits for everything that depended on it, by what the
//! state recorded, to be destroyed or changed away from it first.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use sha2::{Digest, Sha256};
use wpinfra_core::desired::{BlockId, BlockKind};
use wpinfra_core::{ConfigAddress, InstanceAddress, ResourceAddress};

use crate::graph::BlockGraph;
use crate::order::{Edge, Strength, arrange};
use crate::plan::{Action, Change, ExecutionGraph, Step, StepKind};

/// What the order of steps goes by, beside the changes.
pub(crate) struct Origins<'a> {
    /// The blocks of the configuration.
    pub(crate) graph: &'a BlockGraph<'a>,
    /// What the state records as dependencies, by instance and key of the deposed object.
    pub(crate) recorded: BTreeMap<(InstanceAddress, Option<Arc<str>>), &'a BTreeSet<ConfigAddress>>,
    /// Lineage of the state.
    pub(crate) lineage: &'a str,
    /// Serial of the state.
    pub(crate) serial: u64,
}

/// Returns the steps of the changes in an order in which each comes after those that it waits for.
pub(crate) fn build(changes: &[Change], origins: &Origins<'_>) -> ExecutionGraph {
    let mut builder = Builder { origins, steps: Vec::new(), edges: Vec::new(), by_change: Vec::new() };
    for change in changes {
        builder.add_steps(change);
    }
    builder.order_by_configuration(changes);
    builder.order_deletions(changes);
    arrange(builder.steps, builder.edges)
}

/// The steps of one change, as positions in the builder.
#[derive(Clone, Default)]
struct StepsOf {
    /// Steps that need what the configuration refers to.
    builds: Vec<usize>,
    /// The last of them: what dependents wait for.
    built: Option<usize>,
    /// The step that destroys the object that stood before.
    destroys: Option<usize>,
}

struct Builder<'a> {
    origins: &'a Origins<'a>,
    steps: Vec<(StepKind, InstanceAddress)>,
    edges: Vec<Edge>,
    by_change: Vec<StepsOf>,
}

impl Builder<'_> {
    fn add_steps(&mut self, change: &Change) {
        let mut steps = StepsOf::default();
        let mut previous = None;
        if change.importing.is_some() {
            let import = self.add(StepKind::Import, change, &mut previous);
            steps = StepsOf { builds: vec![import], built: Some(import), destroys: None };
        }
        let deposed = change.deposed.clone();
        match change.action {
            Action::NoOp => {}
            Action::Create => steps.build(self.add(StepKind::Create, change, &mut previous)),
            Action::Update => steps.build(self.add(StepKind::Update, change, &mut previous)),
            Action::Read => steps.build(self.add(StepKind::Read, change, &mut previous)),
            Action::DeleteThenCreate => {
                steps.destroys = Some(self.add(StepKind::Delete { deposed }, change, &mut previous));
                steps.build(self.add(StepKind::Create, change, &mut previous));
            }
            Action::CreateThenDelete => {
                let key = self.deposed_key(&change.address);
                let depose = self.add(StepKind::Depose { key: Arc::clone(&key) }, change, &mut previous);
                steps.builds.push(depose);
                steps.build(self.add(StepKind::Create, change, &mut previous));
                steps.destroys = Some(self.add(StepKind::Delete { deposed: Some(key) }, change, &mut previous));
            }
            Action::Delete => steps.destroys = Some(self.add(StepKind::Delete { deposed }, change, &mut previous)),
            Action::Forget => {
                self.add(StepKind::Forget { deposed }, change, &mut previous);
            }
        }
        self.by_change.push(steps);
    }

    /// Adds a step after the previous one of the same change.
    fn add(&mut self, kind: StepKind, change: &Change, previous: &mut Option<usize>) -> usize {
        let position = self.steps.len();
        self.steps.push((kind, change.address.clone()));
        if let Some(first) = previous.replace(position) {
            self.edge(first, position, Strength::Must);
        }
        position
    }

    fn edge(&mut self, first: usize, then: usize, strength: Strength) {
        self.edges.push(Edge { first, then, strength });
    }

    /// Returns the key under which an object is set aside: the same whenever the same plan is made.
    fn deposed_key(&self, address: &InstanceAddress) -> Arc<str> {
        let taken = |key: &Arc<str>| self.origins.recorded.contains_key(&(address.clone(), Some(Arc::clone(key))));
        let key = |attempt: u32| -> Arc<str> {
            let seed = format!("{address}\n{}\n{}\n{attempt}", self.origins.serial, self.origins.lineage);
            let digest = Sha256::digest(seed.as_bytes());
            Arc::from(format!("{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3]))
        };
        (0..u32::MAX).map(key).find(|key| !taken(key)).expect("the state has less than 2^32 deposed objects")
    }

    /// Lets every step that creates, changes or reads wait for what its block refers to.
    fn order_by_configuration(&mut self, changes: &[Change]) {
        let mut of_block: BTreeMap<BlockId, Vec<usize>> = BTreeMap::new();
        for (position, change) in changes.iter().enumerate() {
            if change.deposed.is_none()
                && let Some(block) = self.origins.graph.resource(&change.address.config())
            {
                of_block.entry(block).or_default().push(position);
            }
        }
        let graph = self.origins.graph;
        let mut gates: Vec<Arc<BTreeSet<usize>>> = vec![Arc::default(); graph.blocks().len()];
        for block in graph.order().iter().copied() {
            let awaited = united(graph.blocks()[block].references.iter().map(|reference| &gates[*reference]));
            let positions = of_block.get(&block).map(Vec::as_slice).unwrap_or_default();
            let mut built = BTreeSet::new();
            for position in positions {
                let steps = self.by_change[*position].clone();
                for step in &steps.builds {
                    awaited.iter().for_each(|gate| self.edge(*gate, *step, Strength::Must));
                }
                built.extend(steps.built);
            }
            let is_resource = matches!(graph.blocks()[block].kind, BlockKind::Resource(_));
            gates[block] = if is_resource && !built.is_empty() { Arc::new(built) } else { awaited };
        }
    }

    /// Lets every step that destroys wait until nothing depends on the object any more.
    fn order_deletions(&mut self, changes: &[Change]) {
        let mut destroyers: BTreeMap<ConfigAddress, Vec<usize>> = BTreeMap::new();
        for (position, change) in changes.iter().enumerate() {
            if self.by_change[position].destroys.is_some() {
                destroyers.entry(change.address.config()).or_default().push(position);
            }
        }
        if destroyers.is_empty() {
            return;
        }
        let none = BTreeSet::new();
        for (position, dependent) in changes.iter().enumerate() {
            let steps = self.by_change[position].clone();
            if steps.destroys.is_none() && steps.built.is_none() {
                continue;
            }
            let recorded = self.origins.recorded.get(&(dependent.address.clone(), dependent.deposed.clone())).copied();
            let recorded = recorded.unwrap_or(&none);
            let configured = dependent.dependencies.iter().filter(|block| !recorded.contains(*block));
            let all = recorded.iter().map(|block| (block, true)).chain(configured.map(|block| (block, false)));
            let own = dependent.address.config();
            for (block, is_recorded) in all.filter(|(block, _)| **block != own) {
                for other in destroyers.get(block).into_iter().flatten() {
                    if !in_sibling_modules(&dependent.address.resource, &changes[*other].address.resource) {
                        self.order_deletion(dependent, &steps, &changes[*other], *other, is_recorded);
                    }
                }
            }
        }
    }

    /// Orders the destruction of one object after what happens to one that depends on it.
    fn order_deletion(
        &mut self,
        dependent: &Change,
        steps: &StepsOf,
        destroyed: &Change,
        position: usize,
        is_recorded: bool,
    ) {
        let Some(delete) = self.by_change[position].destroys else { return };
        if let Some(first) = steps.destroys {
            self.edge(first, delete, if is_recorded { Strength::Recorded } else { Strength::Configured });
        }
        // A replacement that is destroyed first leaves its dependents no time to turn away from it.
        let turns_away = dependent.action == Action::Update && destroyed.action != Action::DeleteThenCreate;
        if let Some(update) = steps.built.filter(|_| turns_away) {
            self.edge(update, delete, Strength::TurningAway);
        }
    }
}

impl StepsOf {
    fn build(&mut self, step: usize) {
        self.builds.push(step);
        self.built = Some(step);
    }
}

/// Unites sets without copying where one of them is all there is.
fn united<'s>(sets: impl Iterator<Item = &'s Arc<BTreeSet<usize>>>) -> Arc<BTreeSet<usize>> {
    let mut all: Arc<BTreeSet<usize>> = Arc::default();
    for set in sets {
        if all.is_empty() {
            all = Arc::clone(set);
        } else if !set.is_empty() && !Arc::ptr_eq(&all, set) {
            Arc::make_mut(&mut all).extend(set.iter().copied());
        }
    }
    all
}

/// Tells whether two resources stand in different instances of the same module: those have nothing to do with one another.
fn in_sibling_modules(one: &ResourceAddress, other: &ResourceAddress) -> bool {
    one.module != other.module
        && one.module.0.len() == other.module.0.len()
        && one.module.0.iter().zip(&other.module.0).all(|(one, other)| one.0 == other.0)
}

/// Returns what is wrong with an execution graph; nothing for any that the planner makes.
pub fn lint(graph: &ExecutionGraph) -> Vec<String> {
    let mut problems = Vec::new();
    let mut deposed: BTreeMap<(&InstanceAddress, &str), usize> = BTreeMap::new();
    let mut seen: BTreeSet<(&InstanceAddress, String)> = BTreeSet::new();
    for (id, step) in graph.steps.iter().enumerate() {
        let mut problem = |text: &str| problems.push(format!("step {id} ({} {}): {text}", step.kind, step.address));
        if step.after.iter().any(|before| *before >= id) {
            problem("waits for a step that does not come before it");
        }
        if !step.after.is_sorted_by(|a, b| a < b) {
            problem("its list of steps to wait for is not ascending");
        }
        if !seen.insert((&step.address, step.kind.to_string())) {
            problem("stands twice");
        }
        if let StepKind::Depose { key } = &step.kind {
            deposed.insert((&step.address, key), id);
        }
        if let StepKind::Delete { deposed: Some(key) } = &step.kind
            && let Some(depose) = deposed.get(&(&step.address, &**key))
            && !waits_for(graph, id, *depose)
        {
            problem("destroys what is set aside without waiting for that");
        }
    }
    problems
}

/// Tells whether one step waits for another, directly or not.
pub(crate) fn waits_for(graph: &ExecutionGraph, step: usize, other: usize) -> bool {
    let mut open = vec![step];
    let mut seen = BTreeSet::new();
    while let Some(at) = open.pop() {
        if at == other {
            return true;
        }
        if at > other && seen.insert(at) {
            open.extend(graph.steps[at].after.iter().copied());
        }
    }
    false
}

impl fmt::Display for StepKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Create => f.write_str("create"),
            Self::Update => f.write_str("update"),
            Self::Delete { deposed: None } => f.write_str("delete"),
            Self::Delete { deposed: Some(key) } => write!(f, "delete deposed {key} of"),
            Self::Depose { key } => write!(f, "depose as {key}"),
            Self::Read => f.write_str("read"),
            Self::Forget { deposed: None } => f.write_str("forget"),
            Self::Forget { deposed: Some(key) } => write!(f, "forget deposed {key} of"),
            Self::Import => f.write_str("import"),
        }
    }
}

/// Writes one line for each step: `3: create aws_subnet.a  after 0, 1`.
impl fmt::Display for ExecutionGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (id, Step { kind, address, after }) in self.steps.iter().enumerate() {
            write!(f, "{id}: {kind} {address}")?;
            for (index, before) in after.iter().enumerate() {
                write!(f, "{}{before}", if index == 0 { "  after " } else { ", " })?;
            }
            writeln!(f)?;
        }
        Ok(())
    }
}
