//! The configuration model: modules and what stands in them.

pub(crate) mod address;
pub(crate) mod blocks;
mod constraint;
mod early;
mod installed;
pub mod load;
mod merge;
mod module_providers;
pub mod module_source;
pub(crate) mod providers;
mod required_providers;
mod requirements;
mod resources;
pub(crate) mod rules;
pub mod variables;
mod version;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use wpinfra_core::address::ProviderAddress;
use wpinfra_core::desired::{BlockId, BlockNode, Move, ProvisionWhen, Removal};
use wpinfra_core::registry::Registry;
use wpinfra_core::{ConfigAddress, Diagnostics, SourceRange, Value};

use crate::expr::Expression;
use crate::functions::Files;
use crate::graph::NodeKey;
use crate::references::ResourceKey;
use crate::syntax::{Body, Source};

pub use address::parse_move_end;
pub use constraint::{Constraint, parse_constraint};
pub use installed::{InstalledModule, InstalledModules, ModuleRequest};
pub use load::Loaded;
pub use module_source::ModuleSource;
pub use requirements::ModuleProviders;
pub use variables::{InputSource, InputVariable, InputVariables, VariableOrigin};
pub use version::{Version, VersionConstraints, VersionRules};

/// The version of Terraform whose language this is.
pub const ANNOUNCED_VERSION: &str = "1.11.4";

/// What a configuration is loaded and evaluated with besides its files.
#[derive(Clone)]
pub struct Environment {
    /// Where files are read; paths that are not absolute start at the working directory.
    pub files: Arc<dyn Files>,
    /// Modules that were fetched from elsewhere.
    pub modules: InstalledModules,
    /// Directory of the root module as it is to appear in messages and in `path.root`: `.` usually.
    pub root_dir: String,
    /// Absolute working directory: `path.cwd`.
    pub working_dir: String,
    /// What `~` stands for.
    pub home_dir: Option<String>,
    /// Time of the run as RFC 3339.
    pub now: String,
    /// Name of the workspace.
    pub workspace: String,
    /// Returns so many random bytes.
    pub entropy: Arc<dyn Fn(usize) -> Vec<u8> + Send + Sync>,
}

/// A loaded configuration: all modules, checked as far as that is possible without values.
pub struct Configuration {
    pub(crate) environment: Environment,
    pub(crate) registry: Arc<Registry>,
    /// All modules, the root first, each once for every path of calls that leads to it.
    pub(crate) modules: Vec<ModuleNode>,
    pub(crate) sources: BTreeMap<String, Arc<Source>>,
    /// Values of the root variables.
    pub(crate) variables: BTreeMap<Arc<str>, Value>,
    /// Root variables that were given a value, whatever it is.
    pub(crate) given: BTreeSet<Arc<str>>,
    /// Files that values of root variables were read from.
    pub(crate) variable_files: BTreeSet<String>,
    /// Where those stand that a file gives.
    pub(crate) variable_ranges: BTreeMap<Arc<str>, SourceRange>,
    pub(crate) blocks: Vec<BlockNode>,
    pub(crate) explicit_dependencies: BTreeMap<BlockId, Vec<BlockId>>,
    pub(crate) block_ids: BTreeMap<(usize, NodeKey), BlockId>,
    pub(crate) moves: Vec<Move>,
    pub(crate) removals: Vec<Removal>,
}

/// A module in the tree of calls.
pub(crate) struct ModuleNode {
    /// The calls that lead to it.
    pub(crate) path: Vec<Arc<str>>,
    pub(crate) dir: String,
    /// Directory of the package that it was fetched in, if it was.
    pub(crate) package: Option<String>,
    /// What the call says of it; nothing for the root.
    pub(crate) called: Option<CalledModule>,
    pub(crate) parent: Option<usize>,
    pub(crate) module: Arc<Module>,
    /// Modules that it calls, by the name of the call.
    pub(crate) children: BTreeMap<Arc<str>, usize>,
}

/// What a call says of the module that it calls.
#[derive(Clone, Debug)]
pub struct CalledModule {
    /// Address as the configuration gives it.
    pub source_text: String,
    /// Address as it is meant.
    pub source: ModuleSource,
    /// Which versions will do.
    pub constraints: VersionConstraints,
    /// The version that was fetched, if it is of a registry.
    pub version: Option<String>,
    /// Directory of the module.
    pub dir: String,
}

/// What stands in the files of one directory.
#[derive(Default)]
pub(crate) struct Module {
    /// Whether blocks were left out because they are wrong.
    pub(crate) lost: bool,
    /// What could be written better.
    pub(crate) notes: crate::lint::Notes,
    pub(crate) settings: Settings,
    pub(crate) providers: Vec<ProviderBlock>,
    pub(crate) variables: IndexMap<Arc<str>, Variable>,
    pub(crate) locals: IndexMap<Arc<str>, Local>,
    pub(crate) outputs: IndexMap<Arc<str>, Output>,
    pub(crate) resources: IndexMap<ResourceKey, Resource>,
    pub(crate) calls: IndexMap<Arc<str>, ModuleCall>,
    pub(crate) moved: Vec<MovedBlock>,
    pub(crate) removed: Vec<RemovedBlock>,
    pub(crate) imports: Vec<ImportBlock>,
    pub(crate) checks: IndexMap<Arc<str>, CheckBlock>,
}

/// The `terraform` blocks.
#[derive(Default)]
pub(crate) struct Settings {
    pub(crate) required_versions: Vec<(String, SourceRange)>,
    pub(crate) required_providers: BTreeMap<Arc<str>, RequiredProvider>,
    /// Where the block of that name stands.
    pub(crate) required_providers_at: Option<SourceRange>,
    pub(crate) backend: Option<Backend>,
}

/// An entry of `required_providers`.
#[derive(Clone, Debug)]
pub struct RequiredProvider {
    /// Source address in full.
    pub source: String,
    /// Version constraint.
    pub version: Option<String>,
    /// Aliases that the module expects from its caller.
    pub configuration_aliases: Vec<Arc<str>>,
    /// Where it stands.
    pub range: SourceRange,
}

/// A `backend` block.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The type: `local`.
    pub kind: String,
    /// Its arguments, strings only.
    pub arguments: BTreeMap<String, String>,
    /// Where it stands.
    pub range: SourceRange,
}

pub(crate) struct ProviderBlock {
    pub(crate) name: Arc<str>,
    pub(crate) alias: Option<Arc<str>>,
    pub(crate) body: Body,
    pub(crate) range: SourceRange,
}

/// A `variable` block.
#[derive(Clone)]
pub struct Variable {
    /// The name.
    pub name: Arc<str>,
    /// What it is for.
    pub description: Option<String>,
    /// What its value must be.
    pub constraint: Constraint,
    /// Whether a type is declared, be it `any`; otherwise a value given as text is a string.
    pub typed: bool,
    /// Its value where none is given.
    pub default: Option<Value>,
    /// Whether its value is to be hidden.
    pub sensitive: bool,
    /// Whether its value is kept out of state and plan.
    pub ephemeral: bool,
    /// Whether null is a value; otherwise null means the default.
    pub nullable: bool,
    /// Where the block stands.
    pub range: SourceRange,
    pub(crate) validations: Vec<Condition>,
}

pub(crate) struct Local {
    pub(crate) value: Expression,
    pub(crate) range: SourceRange,
}

pub(crate) struct Output {
    pub(crate) value: Option<Expression>,
    pub(crate) description: Option<String>,
    pub(crate) sensitive: bool,
    pub(crate) ephemeral: bool,
    pub(crate) depends_on: Vec<Expression>,
    pub(crate) preconditions: Vec<Condition>,
    pub(crate) range: SourceRange,
    /// Where the value is missing, if no override file gives it.
    pub(crate) missing_range: SourceRange,
}

/// A condition with what is said when it does not hold.
#[derive(Clone)]
#[expect(clippy::struct_field_names, reason = "the language calls it so")]
pub(crate) struct Condition {
    pub(crate) condition: Expression,
    pub(crate) message: Expression,
    pub(crate) range: SourceRange,
}

/// `count` or `for_each`.
#[derive(Default)]
pub(crate) struct Repeat {
    pub(crate) count: Option<Expression>,
    pub(crate) for_each: Option<Expression>,
}

/// A reference to a provider configuration: `aws.west`.
#[derive(Clone)]
pub(crate) struct ProviderReference {
    pub(crate) name: Arc<str>,
    pub(crate) alias: Option<Arc<str>>,
    pub(crate) range: SourceRange,
}

pub(crate) struct Resource {
    pub(crate) key: ResourceKey,
    /// The arguments of the type, without meta-arguments.
    pub(crate) body: Body,
    pub(crate) repeat: Repeat,
    pub(crate) provider: Option<ProviderReference>,
    pub(crate) depends_on: Vec<Expression>,
    pub(crate) lifecycle: LifecycleBlock,
    pub(crate) provisioners: Vec<ProvisionerBlock>,
    pub(crate) range: SourceRange,
    /// Where its type stands.
    pub(crate) type_range: SourceRange,
    /// The `check` block that a data source belongs to: its failure is a warning.
    pub(crate) scoped: bool,
}

#[derive(Default)]
pub(crate) struct LifecycleBlock {
    pub(crate) create_before_destroy: Option<Expression>,
    pub(crate) prevent_destroy: Option<Expression>,
    pub(crate) ignore_all: bool,
    pub(crate) ignore_changes: Vec<Expression>,
    pub(crate) replace_triggered_by: Vec<Expression>,
    pub(crate) preconditions: Vec<Condition>,
    pub(crate) postconditions: Vec<Condition>,
}

pub(crate) struct ProvisionerBlock {
    pub(crate) kind: Arc<str>,
    pub(crate) when: ProvisionWhen,
    pub(crate) continue_on_failure: bool,
    /// The arguments, without those that every provisioner has.
    pub(crate) body: Body,
    /// The connection: what the block says of it, before what the resource says.
    pub(crate) connection: Option<Body>,
    pub(crate) range: SourceRange,
}

pub(crate) struct ModuleCall {
    pub(crate) name: Arc<str>,
    pub(crate) source: Option<Expression>,
    pub(crate) version: Option<Expression>,
    pub(crate) repeat: Repeat,
    pub(crate) depends_on: Vec<Expression>,
    /// The whole argument `depends_on`.
    pub(crate) depends_on_list: Option<Expression>,
    /// Names in the module with what they are outside.
    pub(crate) providers: Vec<(ProviderReference, ProviderReference)>,
    pub(crate) body: Body,
    pub(crate) range: SourceRange,
}

pub(crate) struct MovedBlock {
    pub(crate) from: Expression,
    pub(crate) to: Expression,
    pub(crate) range: SourceRange,
}

pub(crate) struct RemovedBlock {
    pub(crate) from: Expression,
    pub(crate) destroy: bool,
    pub(crate) provisioners: Vec<ProvisionerBlock>,
    pub(crate) range: SourceRange,
}

pub(crate) struct ImportBlock {
    pub(crate) to: Expression,
    pub(crate) id: Option<Expression>,
    pub(crate) for_each: Option<Expression>,
}

pub(crate) struct CheckBlock {
    pub(crate) assertions: Vec<Condition>,
    pub(crate) range: SourceRange,
}

impl Configuration {
    /// Returns the files that were read with their text, by path.
    pub fn sources(&self) -> &BTreeMap<String, Arc<Source>> {
        &self.sources
    }

    /// Tells whether there are any files: otherwise a plan would destroy everything.
    pub fn has_files(&self) -> bool {
        let is_value = |path: &String| [".tfvars", ".tfvars.json"].iter().any(|ending| path.ends_with(ending));
        !self.sources.keys().all(is_value)
    }

    /// Returns the declarations of the root variables.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.root().variables.values()
    }

    /// Returns the values of the root variables.
    pub fn variable_values(&self) -> &BTreeMap<Arc<str>, Value> {
        &self.variables
    }

    /// Tells whether a root variable was given a value, and does not have its default.
    pub fn is_given(&self, variable: &str) -> bool {
        self.given.contains(variable)
    }

    /// Returns the files that values of root variables were read from.
    pub fn variable_files(&self) -> &BTreeSet<String> {
        &self.variable_files
    }

    /// Returns the `backend` block of the root module.
    pub fn backend(&self) -> Option<&Backend> {
        self.root().settings.backend.as_ref()
    }

    /// Returns the names of the root outputs with what they are for.
    pub fn outputs(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.root().outputs.iter().map(|(name, output)| (&**name, output.description.as_deref()))
    }

    /// Returns the modules that are called, by the names of the calls that lead to them.
    pub fn called_modules(&self) -> BTreeMap<Vec<Arc<str>>, &CalledModule> {
        self.modules.iter().filter_map(|node| Some((node.path.clone(), node.called.as_ref()?))).collect()
    }

    /// Returns the providers that are built in.
    pub fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// Returns the addresses of all resource and data blocks.
    pub fn resource_addresses(&self) -> Vec<ConfigAddress> {
        let of_node = |node: &ModuleNode| -> Vec<ConfigAddress> {
            node.module.resources.keys().map(|key| config_address(&node.path, key)).collect()
        };
        self.modules.iter().flat_map(of_node).collect()
    }

    /// Returns the provider configuration that a resource or data block uses; `None` if there is no such block.
    pub fn provider_of(&self, address: &ConfigAddress) -> Option<ProviderAddress> {
        let (index, resource) = self.find_resource(address)?;
        let mut unused = Diagnostics::new();
        self.resource_provider(index, resource, &mut unused)
    }

    pub(crate) fn root(&self) -> &Module {
        &self.modules[0].module
    }

    /// Returns the position of the module at the path.
    pub(crate) fn module_index(&self, path: impl IntoIterator<Item = impl AsRef<str>>) -> Option<usize> {
        path.into_iter().try_fold(0, |index, name| self.modules[index].children.get(name.as_ref()).copied())
    }

    pub(crate) fn find_resource(&self, address: &ConfigAddress) -> Option<(usize, &Resource)> {
        let index = self.module_index(&address.module)?;
        let key = ResourceKey {
            mode: address.mode,
            resource_type: Arc::clone(&address.resource_type),
            name: Arc::clone(&address.name),
        };
        self.modules[index].module.resources.get(&key).map(|resource| (index, resource))
    }
}

/// Returns the address of a block in the module at the path.
pub(crate) fn config_address(path: &[Arc<str>], key: &ResourceKey) -> ConfigAddress {
    ConfigAddress {
        module: path.to_vec(),
        mode: key.mode,
        resource_type: Arc::clone(&key.resource_type),
        name: Arc::clone(&key.name),
    }
}
