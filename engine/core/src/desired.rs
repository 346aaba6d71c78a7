//! What planner and applier ask of a configuration, so that neither sees the language that it is written in.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::address::{ConfigAddress, InstanceAddress, InstanceKey, ModuleInstance, ProviderAddress, ResourceAddress};
use crate::diagnostic::{Diagnostics, SourceRange};
use crate::path::Path;
use crate::value::Value;

/// A configuration, evaluated against what is known so far.
///
/// An implementation may remember values that it has computed (of locals, say): it is asked about a block only after
/// everything that the block refers to is settled in [`Known`], and a new one is made for each planning round and each apply.
pub trait Desired: Send + Sync {
    /// Returns every block with the blocks that it refers to directly, in source order. Positions are the [`BlockId`]s.
    fn blocks(&self) -> &[BlockNode];

    /// Returns the blocks that `depends_on` names for a block, its own and those of the module calls around it.
    ///
    /// They are among its references too. A data source is read only during apply while one of them has a pending change.
    fn explicit_dependencies(&self, _block: BlockId) -> &[BlockId] {
        &[]
    }

    /// Returns the instances that a resource or data block stands for, one entry for each instance of its module.
    fn expand(&self, block: &ConfigAddress, known: &Known) -> (Vec<Expansion>, Diagnostics);

    /// Returns what the configuration says of one instance; `None` only together with errors.
    fn instance(&self, address: &InstanceAddress, known: &Known) -> (Option<DesiredInstance>, Diagnostics);

    /// Returns the configuration of a provider, empty where no block stands; unknown parts where it refers to what is not known.
    fn provider(&self, address: &ProviderAddress, known: &Known) -> (Option<Value>, Diagnostics);

    /// Returns the root output values; those that cannot be computed yet are unknown.
    fn outputs(&self, known: &Known) -> (BTreeMap<String, DesiredOutput>, Diagnostics);

    /// Checks the preconditions of an instance; conditions that are unknown yet are passed over.
    fn check_before(&self, address: &InstanceAddress, known: &Known) -> Diagnostics;

    /// Checks the postconditions of an instance, whose value must be in `known`; conditions that are unknown yet are passed over.
    fn check_after(&self, address: &InstanceAddress, known: &Known) -> Diagnostics;

    /// Evaluates `check` blocks: failures are warnings.
    fn checks(&self, known: &Known) -> Diagnostics;

    /// Returns what every condition says, with all that is known at the end of planning; it reports nothing.
    fn check_outcomes(&self, _known: &Known) -> Vec<CheckOutcome> {
        Vec::new()
    }

    /// Returns the `moved` blocks in the order in which they chain.
    fn moves(&self) -> &[Move];

    /// Returns what `removed` blocks say.
    fn removals(&self) -> &[Removal];

    /// Returns what `import` blocks ask for.
    fn imports(&self, known: &Known) -> (Vec<ImportTarget>, Diagnostics);

    /// Returns the creation or destruction provisioners of an instance in the order in which they are to run.
    fn provisioners(
        &self,
        address: &InstanceAddress,
        when: ProvisionWhen,
        known: &Known,
    ) -> (Vec<Provisioner>, Diagnostics);
}

/// Position of a block in [`Desired::blocks`].
pub type BlockId = usize;

/// One block of the configuration as a node of the dependency graph.
#[derive(Clone, Debug)]
pub struct BlockNode {
    /// What messages call it: `aws_vpc.main`, `module.net.local.zones`, `provider["…/aws"]`.
    pub label: String,
    /// What it is.
    pub kind: BlockKind,
    /// Blocks that it refers to directly, ascending; a resource block also its provider.
    pub references: Vec<BlockId>,
    /// Where it stands.
    pub range: Option<SourceRange>,
}

/// What a block is to the planner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// A `resource`, `data` or `ephemeral` block.
    Resource(ConfigAddress),
    /// A provider configuration.
    Provider(ProviderAddress),
    /// A variable, local, output, module call or check: computed on demand, planned nowhere.
    Value,
}

/// How a block is repeated in one instance of its module.
#[derive(Clone, Debug, PartialEq)]
pub struct Expansion {
    /// The block there.
    pub resource: ResourceAddress,
    /// Whether and how it is repeated.
    pub repetition: Repetition,
    /// Keys of the instances in order; `[None]` for a block without repetition, empty where they are not known yet.
    pub keys: Vec<Option<InstanceKey>>,
}

/// Whether and how a block is repeated; decides the shape of a reference to the whole block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repetition {
    /// Neither `count` nor `for_each`: an object.
    Single,
    /// `count`: a tuple.
    Count,
    /// `for_each`: an object by key.
    ForEach,
    /// The number or the keys depend on what is known only after apply.
    Unknown,
}

/// What is known of resources while planning or applying.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Repetition and values by block and module instance. A block that is not in here has not been reached.
    pub resources: BTreeMap<ResourceAddress, KnownResource>,
    /// Whether this is an apply: the value of `terraform.applying`.
    pub applying: bool,
}

/// What is known of one block in one module instance.
#[derive(Clone, Debug)]
pub struct KnownResource {
    /// How it is repeated.
    pub repetition: Repetition,
    /// Planned, prior or final value of each instance, with marks.
    pub instances: BTreeMap<Option<InstanceKey>, Value>,
    whole: OnceLock<Value>,
}

impl KnownResource {
    fn new(repetition: Repetition) -> Self {
        Self { repetition, instances: BTreeMap::new(), whole: OnceLock::new() }
    }

    /// Returns the value of all instances together, which is made once until one of them changes: each instance of another block
    /// may look at it.
    pub fn whole(&self, make: impl FnOnce() -> Value) -> Value {
        self.whole.get_or_init(make).clone()
    }
}

impl Known {
    /// Records how a block is repeated, before its instances are.
    pub fn expand(&mut self, expansion: &Expansion) {
        let resource = KnownResource::new(expansion.repetition);
        self.resources.insert(expansion.resource.clone(), resource);
    }

    /// Records the value of an instance.
    pub fn set(&mut self, address: &InstanceAddress, value: Value) {
        let repetition = match &address.key {
            None => Repetition::Single,
            Some(InstanceKey::Index(_)) => Repetition::Count,
            Some(InstanceKey::Name(_)) => Repetition::ForEach,
        };
        let resource = self.resources.entry(address.resource.clone()).or_insert_with(|| KnownResource::new(repetition));
        resource.instances.insert(address.key.clone(), value);
        resource.whole = OnceLock::new();
    }

    /// Returns the value of an instance.
    pub fn get(&self, address: &InstanceAddress) -> Option<&Value> {
        self.resources.get(&address.resource)?.instances.get(&address.key)
    }
}

/// What the configuration says of one instance.
#[derive(Clone, Debug)]
pub struct DesiredInstance {
    /// The arguments as an object of the schema's type: null where nothing is said; with unknown parts and marks.
    pub config: Value,
    /// The provider configuration that manages it.
    pub provider: ProviderAddress,
    /// The `lifecycle` block.
    pub lifecycle: Lifecycle,
    /// Where the block stands.
    pub range: Option<SourceRange>,
    /// Where arguments stand, for messages about one of them.
    pub argument_ranges: Vec<(Path, SourceRange)>,
}

impl DesiredInstance {
    /// Returns where the argument at the path, or the nearest one around it, stands.
    pub fn range_of(&self, path: &Path) -> Option<SourceRange> {
        let around = self.argument_ranges.iter().filter(|(at, _)| path.starts_with(at));
        around.max_by_key(|(at, _)| at.0.len()).map(|(_, range)| range.clone()).or_else(|| self.range.clone())
    }
}

/// The `lifecycle` block of a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// Create a replacement before destroying what it replaces.
    pub create_before_destroy: bool,
    /// Refuse every plan that destroys it.
    pub prevent_destroy: bool,
    /// Which arguments keep what is recorded.
    pub ignore_changes: IgnoreChanges,
    /// Whole resources, or attributes of them, whose change replaces this one.
    pub replace_triggered_by: Vec<(InstanceAddress, Path)>,
}

/// Which arguments keep what is recorded.
#[derive(Clone, Debug, PartialEq)]
pub enum IgnoreChanges {
    /// Those at the paths.
    Paths(Vec<Path>),
    /// `all`
    All,
}

impl Default for IgnoreChanges {
    fn default() -> Self {
        Self::Paths(Vec::new())
    }
}

/// A root output value.
#[derive(Clone, Debug, PartialEq)]
pub struct DesiredOutput {
    /// The value, with marks.
    pub value: Value,
    /// Whether the output is declared sensitive.
    pub sensitive: bool,
    /// What it is for.
    pub description: Option<String>,
}

/// One end of a `moved` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MoveEnd {
    /// A module call or one instance of it.
    Module(ModuleInstance),
    /// A resource block with all of its instances.
    Resource(ResourceAddress),
    /// One instance.
    Instance(InstanceAddress),
}

/// A `moved` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Where it was.
    pub from: MoveEnd,
    /// Where it is.
    pub to: MoveEnd,
    /// Where the block stands.
    pub range: Option<SourceRange>,
}

/// A `removed` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// What it removes, in all instances: a resource or, with `None`, a whole module.
    pub module: Vec<std::sync::Arc<str>>,
    /// The resource, if not a whole module.
    pub resource: Option<ConfigAddress>,
    /// Whether the remote objects are destroyed or only forgotten.
    pub destroy: bool,
    /// Where the block stands.
    pub range: Option<SourceRange>,
}

/// What an `import` block asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportTarget {
    /// The instance to be.
    pub to: InstanceAddress,
    /// The import id; `None` while it is unknown.
    pub id: Option<String>,
    /// Where the address stands.
    pub range: Option<SourceRange>,
    /// Where the id stands.
    pub id_range: Option<SourceRange>,
}

/// When a provisioner runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisionWhen {
    /// After the object was created.
    Create,
    /// Before it is destroyed.
    Destroy,
}

/// A provisioner that is to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Provisioner {
    /// `local-exec`
    pub kind: String,
    /// Its arguments, evaluated.
    pub config: Value,
    /// Whether the run goes on when it fails.
    pub continue_on_failure: bool,
    /// Where the block stands.
    pub range: Option<SourceRange>,
}

/// What the conditions of one block say, for reports: everything is named as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckOutcome {
    /// What kind of block it is.
    pub kind: CheckKind,
    /// Address of its module without keys, empty for the root module.
    pub module: String,
    /// Its type, if it is a resource or data source.
    pub resource_type: Option<String>,
    /// Its name.
    pub name: String,
    /// The outcome in every instance.
    pub instances: Vec<InstanceOutcome>,
}

/// Kinds of blocks that have conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckKind {
    /// A `resource` block.
    Managed,
    /// A `data` block.
    Data,
    /// An output.
    Output,
    /// A variable.
    Variable,
    /// A `check` block.
    Check,
}

/// What the conditions of a block say in one instance of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstanceOutcome {
    /// Address of the module instance, empty for the root module.
    pub module: String,
    /// The key of the instance in its module.
    pub key: Option<InstanceKey>,
    /// What came out.
    pub status: CheckStatus,
    /// Messages of the conditions that do not hold.
    pub problems: Vec<String>,
}

/// What came out of conditions; of several the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CheckStatus {
    /// All hold.
    Pass,
    /// What they are about is not known yet.
    Unknown,
    /// One could not be evaluated.
    Error,
    /// One does not hold.
    Fail,
}
