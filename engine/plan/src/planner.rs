//! One round of planning: walks the blocks in the order of their references and collects what has yet to be found out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wpinfra_core::desired::{BlockId, BlockKind, Expansion, ImportTarget, Known, Lifecycle, Repetition};
use wpinfra_core::provider::Client;
use wpinfra_core::{
    ConfigAddress, Diagnostic, Diagnostics, InstanceAddress, InstanceKey, Mode as BlockMode, ProviderAddress,
    SourceRange, Value,
};

use crate::conclude::conclude;
use crate::graph::BlockGraph;
use crate::moves::apply_moves;
use crate::objects::{Sight, Tracked, read, track};
use crate::plan::{Change, Mode, Need, Outcome, Request};
use crate::targets::Selection;

/// Plans one round: returns the plan, or what has to be found out before the next round; `None` together with errors.
///
/// Same inputs give the same answer: nothing in here looks at a clock, at randomness or at the world.
pub fn plan(request: &Request<'_>) -> (Option<Outcome>, Diagnostics) {
    let graph = match BlockGraph::new(request.desired.blocks()) {
        Ok(graph) => graph,
        Err(cycles) => return (None, cycles),
    };
    let mut round = Round::new(request, &graph);
    if !round.diagnostics.has_errors() {
        round.walk();
    }
    if round.diagnostics.has_errors() {
        return (None, round.diagnostics);
    }
    round.ask_for_refresh();
    if round.diagnostics.has_errors() {
        return (None, round.diagnostics);
    }
    if !round.needs.is_empty() {
        return (Some(Outcome::Needs(round.needs)), round.diagnostics);
    }
    if let Some(block) = round.pending.iter().position(|pending| *pending) {
        let detail =
            format!("{} cannot be planned, although nothing is left to be found out.", graph.blocks()[block].label);
        round.diagnostics.push(Diagnostic::bug("Planning does not end", detail));
        return (None, round.diagnostics);
    }
    let (plan, diagnostics) = conclude(round);
    (plan.map(|plan| Outcome::Finished(Box::new(plan))), diagnostics)
}

/// Everything that a round has found out so far.
pub(crate) struct Round<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) graph: &'a BlockGraph<'a>,
    pub(crate) selection: Selection,
    /// Values of what is settled.
    pub(crate) known: Known,
    pub(crate) diagnostics: Diagnostics,
    needs: Vec<Need>,
    connections: BTreeMap<ProviderAddress, Connection>,
    /// Recorded objects by their present address.
    pub(crate) objects: BTreeMap<InstanceAddress, Tracked<'a>>,
    /// Blocks that wait for something to be found out.
    pub(crate) pending: Vec<bool>,
    /// Blocks with an instance that is to be changed.
    pub(crate) changing: Vec<bool>,
    /// Changes of what stands in the configuration.
    pub(crate) changes: BTreeMap<InstanceAddress, Change>,
    /// The `lifecycle` of each block, as its first instance has it, and where the block stands.
    pub(crate) lifecycles: BTreeMap<BlockId, (Lifecycle, Option<SourceRange>)>,
    pub(crate) expansions: BTreeMap<BlockId, Vec<Expansion>>,
    /// Instances that stand in the configuration.
    pub(crate) covered: BTreeSet<InstanceAddress>,
    /// Results of data sources.
    pub(crate) data: BTreeMap<InstanceAddress, (ProviderAddress, Value)>,
    /// What is to be imported, as far as it was known when the first instance without an object was reached.
    pub(crate) imports: Option<Vec<ImportTarget>>,
    /// Data sources and other blocks that providers depend on.
    for_providers: Vec<bool>,
}

/// The connection that a provider configuration gives.
#[derive(Clone)]
pub(crate) enum Connection {
    /// It stands.
    Ready(Client),
    /// The configuration depends on what is known only after apply.
    Unknown,
    /// It has to be made first.
    Waiting,
    /// The configuration is wrong.
    Failed,
}

/// How far an instance or a block has come in this round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Its value is known as well as a plan can tell.
    Settled,
    /// Something has to be found out first.
    Waiting,
}

impl<'a> Round<'a> {
    fn new(request: &'a Request<'a>, graph: &'a BlockGraph<'a>) -> Self {
        let (selection, mut diagnostics) = Selection::new(&request.options.targets, request.options.mode, graph);
        let mut objects = track(request);
        diagnostics.extend(apply_moves(request.desired.moves(), &mut objects));
        for (address, tracked) in &mut objects {
            let block = graph.resource(&address.config());
            let is_planned = selection.has_instance(address, block);
            // What is only referred to is believed to be as recorded.
            if is_planned || block.is_some_and(|block| selection.has_block(block)) {
                diagnostics.extend(read(request, address, tracked));
            }
            if !is_planned {
                tracked.believe();
            }
        }
        let count = graph.blocks().len();
        Self {
            request,
            graph,
            selection,
            known: Known::default(),
            diagnostics,
            needs: Vec::new(),
            connections: BTreeMap::new(),
            objects,
            pending: vec![false; count],
            changing: vec![false; count],
            changes: BTreeMap::new(),
            lifecycles: BTreeMap::new(),
            expansions: BTreeMap::new(),
            covered: BTreeSet::new(),
            data: BTreeMap::new(),
            imports: None,
            for_providers: behind_providers(graph),
        }
    }

    fn walk(&mut self) {
        for block in self.graph.order().iter().copied() {
            if !self.selection.has_block(block) {
                continue;
            }
            let node = &self.graph.blocks()[block];
            if node.references.iter().any(|reference| self.pending[*reference]) {
                self.pending[block] = true;
                continue;
            }
            let progress = match &node.kind {
                BlockKind::Value | BlockKind::Provider(_) => Progress::Settled,
                BlockKind::Resource(address) => self.resource_block(block, address),
            };
            self.pending[block] = progress == Progress::Waiting;
        }
    }

    /// Settles all instances of a resource or data block.
    fn resource_block(&mut self, block: BlockId, address: &ConfigAddress) -> Progress {
        let is_destroy = self.request.options.mode == Mode::Destroy;
        let (expansions, problems) = self.request.desired.expand(address, &self.known);
        if is_destroy && problems.has_errors() {
            // What goes does not need to make sense any more.
            return Progress::Settled;
        }
        let has_errors = problems.has_errors();
        self.diagnostics.extend(problems);
        if has_errors {
            return Progress::Waiting;
        }
        let mut progress = Progress::Settled;
        for expansion in &expansions {
            self.known.expand(expansion);
            if expansion.repetition == Repetition::Unknown {
                progress = Progress::Waiting;
                self.diagnostics.push(self.unknown_repetition(block, expansion));
                continue;
            }
            if address.mode == BlockMode::Managed {
                self.adopt_after_recount(expansion);
            }
            for key in &expansion.keys {
                let instance = expansion.resource.instance(key.clone());
                self.covered.insert(instance.clone());
                if self.selection.has_instance(&instance, Some(block)) {
                    if self.instance(block, &instance) == Progress::Waiting {
                        progress = Progress::Waiting;
                    }
                } else if let Some(Sight::Stands(value)) = self.sight(&instance) {
                    self.known.set(&instance, value);
                }
            }
        }
        self.expansions.insert(block, expansions);
        progress
    }

    fn instance(&mut self, block: BlockId, address: &InstanceAddress) -> Progress {
        match (address.resource.mode, self.request.options.mode) {
            (BlockMode::Managed, Mode::Normal) => self.managed_instance(block, address),
            (BlockMode::Managed, Mode::RefreshOnly | Mode::Destroy) => self.standing_instance(block, address),
            (BlockMode::Data | BlockMode::Ephemeral, Mode::Destroy) if !self.for_providers[block] => {
                self.skipped_data(block, address)
            }
            (BlockMode::Data, _) => self.data_instance(block, address),
            (BlockMode::Ephemeral, _) => self.ephemeral_instance(block, address),
        }
    }

    /// Lets an object without key become instance 0 when `count` comes, and the other way round, unless the place is taken.
    fn adopt_after_recount(&mut self, expansion: &Expansion) {
        let (old, new) = match expansion.repetition {
            Repetition::Count if !expansion.keys.is_empty() => (None, Some(InstanceKey::Index(0))),
            Repetition::Single => (Some(InstanceKey::Index(0)), None),
            Repetition::Count | Repetition::ForEach | Repetition::Unknown => return,
        };
        let (old, new) = (expansion.resource.instance(old), expansion.resource.instance(new));
        if !self.objects.contains_key(&new)
            && let Some(tracked) = self.objects.remove(&old)
        {
            self.objects.insert(new, tracked);
        }
    }

    fn unknown_repetition(&self, block: BlockId, expansion: &Expansion) -> Diagnostic {
        let detail = format!(
            "How many instances {} has, or which keys they have, depends on something that is known only after apply, so that they \
             cannot be planned. Let \"count\" or \"for_each\" depend on what is known before, or apply first only what they depend \
             on, with -target.",
            expansion.resource
        );
        Diagnostic::error("Instances are not known before apply", detail)
            .at(self.graph.blocks()[block].range.clone())
            .about(&expansion.resource)
    }

    /// Notes something that has to be found out.
    pub(crate) fn ask(&mut self, need: Need) {
        self.needs.push(need);
    }

    /// Returns what is known of the current object of an instance; `None` if none is recorded.
    pub(crate) fn sight(&self, address: &InstanceAddress) -> Option<Sight> {
        Some(self.objects.get(address)?.current.as_ref()?.sight.clone())
    }

    /// Returns the connection of a provider configuration, asking for it if there is none yet.
    pub(crate) fn connection(&mut self, provider: &ProviderAddress) -> Connection {
        if let Some(connection) = self.connections.get(provider) {
            return connection.clone();
        }
        let is_pending = self.graph.provider(provider).is_some_and(|block| self.pending[block]);
        let connection = if is_pending { Connection::Waiting } else { self.connect(provider) };
        self.connections.insert(provider.clone(), connection.clone());
        connection
    }

    fn connect(&mut self, provider: &ProviderAddress) -> Connection {
        if let Some(client) = self.request.facts.clients.get(provider) {
            return Connection::Ready(Arc::clone(client));
        }
        let (config, problems) = self.request.desired.provider(provider, &self.known);
        let has_errors = problems.has_errors();
        self.diagnostics.extend(problems);
        match config.filter(|_| !has_errors) {
            None => Connection::Failed,
            Some(config) if config.is_wholly_known() => {
                self.ask(Need::Client { provider: provider.clone(), config });
                Connection::Waiting
            }
            Some(_) => Connection::Unknown,
        }
    }

    /// Returns the provider configuration that manages a recorded object.
    pub(crate) fn provider_of(&self, address: &InstanceAddress, tracked: &Tracked<'a>) -> ProviderAddress {
        let configured = self.graph.resource(&address.config()).and_then(|block| self.graph.provider_of(block));
        configured.filter(|configured| configured.source == tracked.provider.source).unwrap_or(tracked.provider).clone()
    }

    /// Asks for all objects that have not been looked at, whatever the blocks wait for.
    fn ask_for_refresh(&mut self) {
        let unseen = |tracked: &Tracked<'a>| {
            tracked.objects().any(|(_, object)| object.recorded.is_some() && object.sight == Sight::Pending)
        };
        let wanted: Vec<InstanceAddress> =
            self.objects.iter().filter(|(_, tracked)| unseen(tracked)).map(|(address, _)| address.clone()).collect();
        for address in wanted {
            let provider = self.provider_of(&address, &self.objects[&address]);
            if self.is_provider_missing(&provider) {
                self.diagnostics.push(provider_missing(&address, &provider));
                continue;
            }
            match self.connection(&provider) {
                Connection::Ready(_) => self.ask_for_objects(&address, &provider),
                Connection::Unknown => self.believe(&address),
                Connection::Waiting | Connection::Failed => {}
            }
        }
    }

    fn ask_for_objects(&mut self, address: &InstanceAddress, provider: &ProviderAddress) {
        let tracked = &self.objects[address];
        let unseen = tracked.objects().filter(|(_, object)| object.sight == Sight::Pending);
        let needs: Vec<Need> = unseen
            .filter_map(|(deposed, object)| {
                let prior = object.recorded.clone()?;
                Some(Need::Refresh { address: tracked.recorded_at.clone(), deposed, provider: provider.clone(), prior })
            })
            .collect();
        self.needs.extend(needs);
    }

    /// Takes the recorded objects of an instance for what stands: nobody can be asked before apply.
    pub(crate) fn believe(&mut self, address: &InstanceAddress) {
        if let Some(tracked) = self.objects.get_mut(address) {
            tracked.believe();
        }
    }

    /// Tells whether the state names a provider configuration that is not there any more.
    fn is_provider_missing(&self, provider: &ProviderAddress) -> bool {
        self.graph.provider(provider).is_none() && (provider.alias.is_some() || !provider.module.is_empty())
    }
}

fn provider_missing(address: &InstanceAddress, provider: &ProviderAddress) -> Diagnostic {
    let detail = format!(
        "{address} is managed by {provider}, which the configuration does not have any more, so that nothing can be done with \
         it. Put that provider configuration back until the object is destroyed or moved to another one."
    );
    Diagnostic::error("Provider configuration is missing", detail).about(address)
}

/// Returns which blocks providers depend on.
fn behind_providers(graph: &BlockGraph<'_>) -> Vec<bool> {
    let mut behind = vec![false; graph.blocks().len()];
    for block in graph.order().iter().rev() {
        let node = &graph.blocks()[*block];
        if behind[*block] || matches!(node.kind, BlockKind::Provider(_)) {
            node.references.iter().for_each(|reference| behind[*reference] = true);
        }
    }
    behind
}
