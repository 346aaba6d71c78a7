//! `-target`: the part of the configuration and of the state that a plan is about.

use wpinfra_core::desired::{BlockId, BlockKind};
use wpinfra_core::{ConfigAddress, Diagnostic, Diagnostics, InstanceAddress, InstanceKey, ModuleInstance};

use crate::bits::Bits;
use crate::graph::BlockGraph;
use crate::plan::Mode;

/// What a plan is about.
pub(crate) struct Selection {
    targets: Vec<Target>,
    /// Blocks to be settled.
    blocks: Bits,
    /// Blocks that are wanted in all instances: not named as targets, but needed by them.
    whole: Bits,
}

/// One target as the user wrote it.
enum Target {
    Module(ModuleInstance),
    Resource(InstanceAddress),
}

impl Selection {
    /// Returns the selection for the targets; everything where there are none.
    pub(crate) fn new(targets: &[String], mode: Mode, graph: &BlockGraph<'_>) -> (Self, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let targets: Vec<Target> = targets.iter().filter_map(|text| diagnostics.absorb(Target::parse(text))).collect();
        let count = graph.blocks().len();
        let named = |id: BlockId| match &graph.blocks()[id].kind {
            BlockKind::Resource(address) => targets.iter().any(|target| target.names(address)),
            BlockKind::Provider(_) | BlockKind::Value => false,
        };
        let mut start = Bits::below(count);
        (0..count).filter(|id| named(*id)).for_each(|id| start.insert(id));
        let mut blocks = start.clone();
        if mode == Mode::Destroy {
            graph.close_over_dependents(&mut blocks);
        }
        let mut needed = blocks.clone();
        graph.close_over_dependencies(&mut needed);
        let mut whole = Bits::below(count);
        let wanted = if mode == Mode::Destroy { &blocks } else { &needed };
        wanted.iter().filter(|id| !start.contains(*id)).for_each(|id| whole.insert(id));
        (Self { targets, blocks: needed, whole }, diagnostics)
    }

    /// Tells whether only a part is selected.
    pub(crate) fn is_partial(&self) -> bool {
        !self.targets.is_empty()
    }

    /// Tells whether a block is to be settled.
    pub(crate) fn has_block(&self, block: BlockId) -> bool {
        !self.is_partial() || self.blocks.contains(block)
    }

    /// Tells whether an instance is to be planned; `block` is its block where the configuration has one.
    pub(crate) fn has_instance(&self, address: &InstanceAddress, block: Option<BlockId>) -> bool {
        !self.is_partial()
            || block.is_some_and(|block| self.whole.contains(block))
            || self.targets.iter().any(|target| target.contains(address))
    }
}

impl Target {
    fn parse(text: &str) -> (Option<Self>, Diagnostics) {
        if let Ok(module) = text.parse::<ModuleInstance>()
            && !module.is_root()
        {
            return (Some(Self::Module(module)), Diagnostics::new());
        }
        match text.parse::<InstanceAddress>() {
            Ok(address) => (Some(Self::Resource(address)), Diagnostics::new()),
            Err(error) => {
                let detail = format!(
                    "{text:?} is neither the address of a resource or an instance of one, nor that of a module: {error}. \
                     Write it as in \"aws_subnet.public[0]\" or \"module.network\"."
                );
                (None, Diagnostic::error("Invalid target", detail).into())
            }
        }
    }

    /// Tells whether instances of the block can be meant.
    fn names(&self, block: &ConfigAddress) -> bool {
        match self {
            Self::Module(module) => {
                block.module.len() >= module.0.len()
                    && module.0.iter().zip(&block.module).all(|((name, _), other)| name == other)
            }
            Self::Resource(address) => address.config() == *block,
        }
    }

    /// Tells whether the instance is meant; where the target has no key, with any key.
    fn contains(&self, address: &InstanceAddress) -> bool {
        let fits = |wanted: &Option<InstanceKey>, key: &Option<InstanceKey>| wanted.is_none() || wanted == key;
        let in_module = |module: &ModuleInstance| {
            address.resource.module.0.len() >= module.0.len()
                && module
                    .0
                    .iter()
                    .zip(&address.resource.module.0)
                    .all(|(wanted, step)| wanted.0 == step.0 && fits(&wanted.1, &step.1))
        };
        match self {
            Self::Module(module) => in_module(module),
            Self::Resource(target) => {
                let (wanted, found) = (&target.resource, &address.resource);
                in_module(&wanted.module)
                    && wanted.module.0.len() == found.module.0.len()
                    && (wanted.mode, &wanted.resource_type, &wanted.name)
                        == (found.mode, &found.resource_type, &found.name)
                    && fits(&target.key, &address.key)
            }
        }
    }
}
