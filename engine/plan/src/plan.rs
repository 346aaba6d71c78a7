//! The plan as data: every change, and every step that an apply will take, in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wpinfra_core::desired::CheckOutcome;
use wpinfra_core::desired::Desired;
use wpinfra_core::provider::Client;
use wpinfra_core::registry::Registry;
use wpinfra_core::state::State;
use wpinfra_core::{ConfigAddress, InstanceAddress, Path, ProviderAddress, Value};

/// A finished plan: leaves no choice to apply.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What was planned for.
    pub mode: Mode,
    /// Changes in the order of addresses, those without effect included.
    pub changes: Vec<Change>,
    /// Root outputs by name, those without effect included.
    pub outputs: BTreeMap<String, OutputChange>,
    /// Every step of the apply.
    pub graph: ExecutionGraph,
    /// The state that the plan starts from: moved and refreshed, of the lineage and serial that it was read with.
    pub prior_state: State,
    /// Objects that were changed or deleted outside of wpinfra since the state was written: recorded and observed.
    pub drift: Vec<Change>,
    /// What the conditions of the configuration say.
    pub checks: Vec<CheckOutcome>,
    /// Whether `-target` left things out.
    pub is_partial: bool,
}

/// What a plan is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Bring the world to what the configuration says.
    #[default]
    Normal,
    /// Destroy everything.
    Destroy,
    /// Only record what has changed outside.
    RefreshOnly,
}

/// What is to happen to one remote object.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The instance.
    pub address: InstanceAddress,
    /// Where it was before a `moved` block, if it moved.
    pub previous_address: Option<InstanceAddress>,
    /// Key of the deposed object, if it is about one.
    pub deposed: Option<Arc<str>>,
    /// The provider configuration that manages it.
    pub provider: ProviderAddress,
    /// What happens.
    pub action: Action,
    /// Why that and nothing milder.
    pub reason: Option<Reason>,
    /// The object before, refreshed; `None` for a create.
    pub before: Option<Value>,
    /// The object after, unknown where only the apply will tell; `None` for a delete.
    pub after: Option<Value>,
    /// Attributes whose change makes a replacement necessary.
    pub replace_paths: Vec<Path>,
    /// The import id, if the object is taken over by this plan.
    pub importing: Option<String>,
    /// Blocks that the new object depends on, as recorded in the state.
    pub dependencies: BTreeSet<ConfigAddress>,
    /// Whether a replacement is created first; recorded in the state.
    pub create_before_destroy: bool,
}

/// What happens to a remote object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Nothing.
    NoOp,
    /// It is created.
    Create,
    /// A data source is read during apply.
    Read,
    /// It is changed in place.
    Update,
    /// It is destroyed and created anew.
    DeleteThenCreate,
    /// A new one is created, then it is destroyed.
    CreateThenDelete,
    /// It is destroyed.
    Delete,
    /// It is removed from the state and stays as it is.
    Forget,
}

impl Action {
    /// Tells whether the object is replaced, in either order.
    pub fn is_replace(self) -> bool {
        matches!(self, Self::DeleteThenCreate | Self::CreateThenDelete)
    }

    /// Tells whether the object that stands now is destroyed.
    pub fn destroys(self) -> bool {
        self.is_replace() || self == Self::Delete
    }
}

/// Why an action was chosen; the names in `show -json` are Terraform's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The object is marked as tainted.
    Tainted,
    /// `-replace` asked for it.
    Requested,
    /// `replace_triggered_by` asked for it.
    TriggeredBy,
    /// Attributes changed that cannot be changed in place.
    CannotUpdate,
    /// The block is not in the configuration any more.
    NoResourceConfig,
    /// The module is not in the configuration any more.
    NoModule,
    /// The block is repeated in another way now.
    WrongRepetition,
    /// `count` is not that high any more.
    CountIndex,
    /// `for_each` has not that key any more.
    EachKey,
    /// The destination of a `moved` block does not exist.
    NoMoveTarget,
    /// A data source cannot be read yet: its arguments are unknown.
    ConfigUnknown,
    /// A data source cannot be read yet: what it depends on changes.
    DependencyPending,
    /// A data source is read again to check a condition.
    CheckNested,
}

/// What happens to a root output.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputChange {
    /// The recorded value.
    pub before: Option<Value>,
    /// The value to be, unknown where only the apply will tell; `None` if the output is no longer declared.
    pub after: Option<Value>,
    /// Whether it is hidden now.
    pub sensitive: bool,
    /// Whether it was hidden before.
    pub was_sensitive: bool,
}

impl OutputChange {
    /// Returns what happens to the output.
    pub fn action(&self) -> Action {
        match (&self.before, &self.after) {
            (None, None) => Action::NoOp,
            // An output that is null is not recorded, so it would be new every time.
            (None, Some(after)) if after.is_null() => Action::NoOp,
            (None, Some(_)) => Action::Create,
            (Some(_), None) => Action::Delete,
            (Some(before), Some(after)) => {
                let same =
                    before.without_deep_marks() == after.without_deep_marks() && self.sensitive == self.was_sensitive;
                if same { Action::NoOp } else { Action::Update }
            }
        }
    }
}

/// Every step of an apply and what each has to wait for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExecutionGraph {
    /// Steps; the position is the [`StepId`]. Each waits only for steps before it in this list.
    pub steps: Vec<Step>,
}

/// Position of a step in [`ExecutionGraph::steps`].
pub type StepId = usize;

/// One step of an apply.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it does.
    pub kind: StepKind,
    /// The instance.
    pub address: InstanceAddress,
    /// Steps that must have ended well before, ascending.
    pub after: Vec<StepId>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// Evaluates the arguments again and creates the object.
    Create,
    /// Evaluates the arguments again and changes the object in place.
    Update,
    /// Destroys the current object, or the deposed one with the key.
    Delete {
        /// Key of the deposed object; `None` for the current one.
        deposed: Option<Arc<str>>,
    },
    /// Sets the current object aside under the key, so that a new one can take its place.
    Depose {
        /// Key that it gets; a later step deletes it.
        key: Arc<str>,
    },
    /// Reads a data source.
    Read,
    /// Takes the object out of the state and leaves it alone.
    Forget {
        /// Key of the deposed object; `None` for the current one.
        deposed: Option<Arc<str>>,
    },
    /// Records an object that was imported, and needs no change.
    Import,
}

/// What the user asked for beside the configuration.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What to plan for.
    pub mode: Mode,
    /// Whether the remote objects are looked at; otherwise the state is believed.
    pub refresh: bool,
    /// Only these and what they depend on; everything where empty. A target is an instance, a resource or a module.
    pub targets: Vec<String>,
    /// Instances to be replaced in any case.
    pub replace: Vec<InstanceAddress>,
}

/// All that planning looks at.
pub struct Request<'a> {
    /// The configuration, evaluated anew in this round.
    pub desired: &'a dyn Desired,
    /// The providers.
    pub registry: &'a Registry,
    /// The state as recorded.
    pub state: &'a State,
    /// What the rounds before have found out.
    pub facts: &'a Facts,
    /// What the user asked for.
    pub options: &'a Options,
}

/// What has been found out for a plan, over its rounds.
#[derive(Clone, Default)]
pub struct Facts {
    /// Connections by provider configuration.
    pub clients: BTreeMap<ProviderAddress, Client>,
    /// Remote objects by instance and key of the deposed object.
    pub refreshed: BTreeMap<(InstanceAddress, Option<Arc<str>>), RefreshedObject>,
    /// Results of data sources, each with the arguments that it was read with: `(result, arguments)`.
    pub data: BTreeMap<InstanceAddress, (Value, Value)>,
    /// Ephemeral values that are open, each with the arguments that it was opened with: `(result, arguments)`.
    pub opened: BTreeMap<InstanceAddress, (Value, Value)>,
    /// Objects found for `import` blocks or the import command, by instance: import id and value.
    pub imported: BTreeMap<InstanceAddress, (String, Option<Value>)>,
}

/// What a refresh found of one object.
#[derive(Clone, Debug)]
pub enum RefreshedObject {
    /// It stands, with these attributes.
    Found(Value),
    /// It is gone.
    Gone,
}

/// Something that planning needs to know from outside.
#[derive(Clone, Debug)]
pub enum Need {
    /// A connection, from the configuration of the provider (wholly known).
    Client {
        /// The provider configuration.
        provider: ProviderAddress,
        /// Its arguments.
        config: Value,
    },
    /// The remote object behind an object of the state.
    Refresh {
        /// The instance.
        address: InstanceAddress,
        /// Key of the deposed object.
        deposed: Option<Arc<str>>,
        /// The provider configuration.
        provider: ProviderAddress,
        /// What is recorded, decoded and upgraded to the current schema version.
        prior: Value,
    },
    /// The result of a data source.
    Data {
        /// The instance.
        address: InstanceAddress,
        /// The provider configuration.
        provider: ProviderAddress,
        /// Its arguments, wholly known.
        config: Value,
    },
    /// An ephemeral value, to be opened.
    Open {
        /// The instance.
        address: InstanceAddress,
        /// The provider configuration.
        provider: ProviderAddress,
        /// Its arguments, wholly known, with marks.
        config: Value,
    },
    /// The object behind an import id.
    Import {
        /// The instance that it is to be.
        address: InstanceAddress,
        /// The provider configuration.
        provider: ProviderAddress,
        /// The import id.
        id: String,
    },
}

/// Result of one planning round.
pub enum Outcome {
    /// The plan.
    Finished(Box<Plan>),
    /// What has to be found out before the next round, all at once; never empty.
    Needs(Vec<Need>),
}
