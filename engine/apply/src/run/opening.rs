//! Ephemeral values during an apply: opened before the first step that needs them, closed after the last.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use wpinfra_core::desired::{BlockId, BlockKind, BlockNode};
use wpinfra_core::{ConfigAddress, Diagnostic, Diagnostics, InstanceAddress, ProviderAddress};
use wpinfra_plan::{Change, Plan, Step, StepKind, opened_value};

use super::{NotStarted, Run, WhyNot};
use crate::ephemeral::NeededOpen;
use crate::interrupt::Urgency;

/// How long closing may take when the run is to end at once.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// Which ephemeral blocks the steps of a run need, and what has become of them.
pub(super) struct Opening {
    needed: NeededOpen,
    resources: BTreeMap<ConfigAddress, BlockId>,
    providers: BTreeMap<ProviderAddress, BlockId>,
    /// How many steps that have not ended need a block.
    users: Mutex<BTreeMap<BlockId, usize>>,
    /// Blocks whose turn has come, with the instance that could not be opened.
    outcomes: tokio::sync::Mutex<BTreeMap<BlockId, Option<InstanceAddress>>>,
}

impl Opening {
    pub(super) fn new(blocks: &[BlockNode], plan: &Plan) -> Self {
        let mut opening = Self {
            needed: NeededOpen::new(blocks),
            resources: BTreeMap::new(),
            providers: BTreeMap::new(),
            users: Mutex::default(),
            outcomes: tokio::sync::Mutex::default(),
        };
        if opening.needed.all().is_empty() {
            return opening;
        }
        for (id, block) in blocks.iter().enumerate() {
            match &block.kind {
                BlockKind::Resource(address) => drop(opening.resources.insert(address.clone(), id)),
                BlockKind::Provider(address) => drop(opening.providers.insert(address.clone(), id)),
                BlockKind::Value => {}
            }
        }
        let mut users = BTreeMap::new();
        let changes: BTreeMap<&InstanceAddress, &Change> =
            plan.changes.iter().map(|change| (&change.address, change)).collect();
        for step in &plan.graph.steps {
            let change = changes.get(&step.address);
            for block in change.map(|change| opening.of_step(step, change)).unwrap_or_default() {
                *users.entry(block).or_default() += 1;
            }
        }
        opening.users = Mutex::new(users);
        opening
    }

    /// Returns the ephemeral blocks that a step needs, each after those that it needs itself.
    fn of_step(&self, step: &Step, change: &Change) -> Vec<BlockId> {
        let block = match &step.kind {
            StepKind::Create | StepKind::Update | StepKind::Read | StepKind::Import => {
                self.resources.get(&step.address.config())
            }
            StepKind::Delete { .. } => self.providers.get(&change.provider),
            StepKind::Depose { .. } | StepKind::Forget { .. } => None,
        };
        block.map(|block| self.needed.of(*block)).unwrap_or_default()
    }

    /// Notes that a step has ended, and returns the blocks that no other waits for.
    ///
    /// What a connection was made with stays open as long as the connection.
    fn left_by(&self, step: &Step, change: &Change) -> Vec<BlockId> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let mut left = self.of_step(step, change);
        left.retain(|block| {
            let count = users.entry(*block).or_default();
            *count = count.saturating_sub(1);
            *count == 0 && !self.providers.values().any(|provider| self.needed.needs(*block, *provider))
        });
        left
    }
}

impl Run<'_> {
    /// Opens what a step needs; if that cannot be done, the step does not begin.
    pub(super) async fn open_before(&self, step: &Step, change: &Change) -> Result<(), Diagnostics> {
        match self.open(&self.opening.of_step(step, change)).await {
            Ok(()) => Ok(()),
            Err((missing, problems)) => {
                let why = WhyNot::DependsOn(missing);
                let unmet = NotStarted { address: step.address.clone(), kind: step.kind.clone(), why };
                self.shared().unmet.push(unmet);
                Err(problems)
            }
        }
    }

    /// Closes what no step needs any more after this one.
    pub(super) async fn close_after(&self, step: &Step, change: &Change) {
        let left = self.opening.left_by(step, change);
        if left.is_empty() {
            return;
        }
        let blocks = self.desired.blocks();
        let is_left = |address: &InstanceAddress| {
            left.iter().any(|block| blocks[*block].kind == BlockKind::Resource(address.config()))
        };
        let problems = self.ephemerals.close(is_left).await;
        self.shared().warnings.extend(problems);
    }

    /// Opens what no step needed, as the plan did: conditions and outputs speak of it.
    pub(super) async fn open_rest(&self) -> Diagnostics {
        let opened = self.open(self.opening.needed.all()).await;
        opened.err().map(|(_, problems)| problems).unwrap_or_default()
    }

    /// Closes everything; not for long if the run is to end at once.
    pub(super) async fn close_all(&self) -> Diagnostics {
        let closing = self.ephemerals.close(|_| true);
        if self.surroundings.interrupt.urgency() != Urgency::Abandon {
            return closing.await;
        }
        tokio::select! {
            problems = closing => problems,
            () = self.surroundings.clock.sleep(LAST_MOMENT) => Diagnostics::new(),
        }
    }

    /// Opens blocks that are not open yet; an error holds what was wrong the first time, and nothing later.
    async fn open(&self, blocks: &[BlockId]) -> Result<(), (InstanceAddress, Diagnostics)> {
        if blocks.is_empty() {
            return Ok(());
        }
        let mut outcomes = self.opening.outcomes.lock().await;
        for block in blocks {
            if let Some(outcome) = outcomes.get(block) {
                match outcome {
                    None => continue,
                    Some(missing) => return Err((missing.clone(), Diagnostics::new())),
                }
            }
            let opened = self.open_block(*block).await;
            outcomes.insert(*block, opened.as_ref().err().map(|(missing, _)| missing.clone()));
            opened?;
        }
        Ok(())
    }

    async fn open_block(&self, block: BlockId) -> Result<(), (InstanceAddress, Diagnostics)> {
        let BlockKind::Resource(address) = &self.desired.blocks()[block].kind else { return Ok(()) };
        let (expansions, problems) = self.desired.expand(address, &self.shared().known);
        if problems.has_errors() {
            let module = wpinfra_core::ModuleInstance::default();
            return Err((address.in_module(module).instance(None), problems));
        }
        for expansion in &expansions {
            for key in &expansion.keys {
                let instance = expansion.resource.instance(key.clone());
                self.open_instance(&instance)
                    .await
                    .map_err(|problems| (instance.clone(), problems.about(&instance)))?;
            }
        }
        Ok(())
    }

    async fn open_instance(&self, address: &InstanceAddress) -> Result<(), Diagnostics> {
        let instance = self.evaluate(address)?;
        if !instance.config.is_wholly_known() {
            let detail = format!("The arguments of {address} are still not known when they are needed.");
            return Err(Diagnostic::bug("Ephemeral value with unknown arguments", detail).into());
        }
        let registry = self.surroundings.registry;
        let schema = registry.schema(&instance.provider.source, address.resource.mode, address.resource_type());
        let Some(schema) = schema else {
            return Err(Diagnostic::bug("Type without a schema", format!("{address} has none.")).into());
        };
        let client = self.client(&instance.provider).await?;
        let result = self.ephemerals.open(&client, address, &instance.provider, &instance.config).await?;
        let mut shared = self.shared();
        shared.known.set(address, opened_value(&result, &instance.config, schema));
        let problems = self.desired.check_after(address, &shared.known);
        if problems.has_errors() {
            return Err(problems);
        }
        shared.warnings.extend(problems);
        Ok(())
    }
}
