//! Commands and flags as types.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, Parser, Subcommand};

/// Plans, applies, imports and destroys infrastructure written in the Terraform language.
#[derive(Debug, Parser)]
#[command(
    name = "wpinfra",
    bin_name = "wpinfra",
    version,
    disable_help_subcommand = true,
    subcommand_required = true,
    arg_required_else_help = true,
    infer_long_args = false,
    max_term_width = 80
)]
pub(crate) struct Arguments {
    /// Work in this directory instead of the current one.
    #[arg(long, value_name = "DIR")]
    pub(crate) chdir: Option<PathBuf>,
    /// Print without colours.
    #[arg(long, global = true)]
    pub(crate) no_color: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what an apply would do.
    Plan(PlanArguments),
    /// Bring the world to what the configuration says.
    Apply(ApplyArguments),
    /// Destroy everything that the state knows.
    Destroy(ApplyArguments),
    /// Take over something that exists.
    Import(ImportArguments),
    /// Show a saved plan, or the state.
    Show(ShowArguments),
    /// Show the outputs of the last apply.
    Output(OutputArguments),
    /// Look into the state, and change it by hand.
    #[command(subcommand)]
    State(StateCommand),
    /// Check the configuration without looking at the world.
    Validate(ValidateArguments),
    /// Bring files into the one layout.
    Fmt(FmtArguments),
    /// Show what depends on what, for Graphviz.
    Graph(GraphArguments),
    /// Record what has changed outside.
    Refresh(ApplyArguments),
    /// Mark an object so that the next apply replaces it.
    Taint(TaintArguments),
    /// Take such a mark away.
    Untaint(TaintArguments),
    /// Take away the lock that another run has left.
    ForceUnlock(ForceUnlockArguments),
    /// Try out expressions.
    Console(ConsoleArguments),
    /// Show which providers the configuration needs, or what they have.
    Providers(ProvidersArguments),
    /// Show which modules the configuration calls.
    Modules(ModulesArguments),
    /// Show what wpinfra itself has, for programs.
    #[command(subcommand)]
    Metadata(MetadataCommand),
    /// Show the version.
    Version(VersionArguments),
    /// Fetch modules; all else is built in.
    Init(InitArguments),
    /// Fetch modules.
    Get(GetArguments),
    /// Write a script that completes commands in a shell.
    #[command(hide = true)]
    Completion {
        /// bash, elvish, fish, powershell or zsh.
        shell: clap_complete::Shell,
    },
    /// Write the manual page.
    #[command(hide = true)]
    Man,
}

impl Command {
    /// Returns how to plan, if the command plans.
    pub(crate) fn planning(&self) -> Option<&PlanningArguments> {
        match self {
            Self::Plan(plan) => Some(&plan.planning),
            Self::Apply(apply) | Self::Destroy(apply) | Self::Refresh(apply) => Some(&apply.planning),
            Self::Import(_)
            | Self::Show(_)
            | Self::Output(_)
            | Self::State(_)
            | Self::Validate(_)
            | Self::Fmt(_)
            | Self::Graph(_)
            | Self::Taint(_)
            | Self::Untaint(_)
            | Self::ForceUnlock(_)
            | Self::Console(_)
            | Self::Providers(_)
            | Self::Modules(_)
            | Self::Metadata(_)
            | Self::Version(_)
            | Self::Init(_)
            | Self::Get(_)
            | Self::Completion { .. }
            | Self::Man => None,
        }
    }
}

/// Values of variables.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct VariableArguments {
    /// Value of a variable; can be given many times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) var: Vec<String>,
    /// File with values of variables; can be given many times.
    #[arg(long, value_name = "FILE")]
    pub(crate) var_file: Vec<String>,
    /// Whether to ask for what is missing.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) input: Option<bool>,
}

/// Where the state is, and how it is locked.
#[derive(Clone, Debug, Args)]
pub(crate) struct StateArguments {
    /// State to read, and to write unless -state-out says otherwise.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// State to write.
    #[arg(long, value_name = "FILE")]
    pub(crate) state_out: Option<PathBuf>,
    /// Copy of the state from before; "-" for none.
    #[arg(long, value_name = "FILE")]
    pub(crate) backup: Option<PathBuf>,
    /// Whether to lock the state.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) lock: bool,
    /// How long to wait for a lock.
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = duration)]
    pub(crate) lock_timeout: Duration,
}

/// What to plan for, and how.
#[derive(Clone, Debug, Args)]
pub(crate) struct PlanningArguments {
    /// Plan to destroy everything.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) destroy: bool,
    /// Plan only to record what has changed outside.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) refresh_only: bool,
    /// Whether to look at what is there.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) refresh: bool,
    /// Replace this instance in any case; can be given many times.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) replace: Vec<String>,
    /// Only this and what it depends on; can be given many times.
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) target: Vec<String>,
    /// How many calls may be under way at once.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) parallelism: Option<usize>,
    /// Show warnings in short, where there are only warnings.
    #[arg(long)]
    pub(crate) compact_warnings: bool,
    /// Print events as lines of JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `plan`
#[derive(Clone, Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) planning: PlanningArguments,
    #[command(flatten)]
    pub(crate) variables: VariableArguments,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    /// Save the plan for an apply.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 2 if there are changes.
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// `apply`, `destroy`, `refresh`
#[derive(Clone, Debug, Args)]
pub(crate) struct ApplyArguments {
    /// Saved plan to be applied; without it a plan is made and shown first.
    pub(crate) plan: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) planning: PlanningArguments,
    #[command(flatten)]
    pub(crate) variables: VariableArguments,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    /// Do not ask before the apply.
    #[arg(long, alias = "force")]
    pub(crate) auto_approve: bool,
}

/// `import`
#[derive(Clone, Debug, Args)]
pub(crate) struct ImportArguments {
    /// Address that the object is to have; its block must be in the configuration.
    pub(crate) address: String,
    /// What the service calls the object.
    #[arg(allow_hyphen_values = true)]
    pub(crate) id: String,
    /// Directory of the configuration.
    #[arg(long, value_name = "DIR")]
    pub(crate) config: Option<PathBuf>,
    /// How many calls may be under way at once.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) parallelism: Option<usize>,
    #[command(flatten)]
    pub(crate) variables: VariableArguments,
    #[command(flatten)]
    pub(crate) state: StateArguments,
}

/// `show`
#[derive(Clone, Debug, Args)]
pub(crate) struct ShowArguments {
    /// Saved plan or state file; the current state without it.
    pub(crate) path: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `output`
#[derive(Clone, Debug, Args)]
pub(crate) struct OutputArguments {
    /// Only this output.
    pub(crate) name: Option<String>,
    /// Print JSON.
    #[arg(long, conflicts_with = "raw")]
    pub(crate) json: bool,
    /// Print the text alone.
    #[arg(long, requires = "name")]
    pub(crate) raw: bool,
    /// State file.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
}

/// `state …`
#[derive(Debug, Subcommand)]
pub(crate) enum StateCommand {
    /// List addresses.
    List {
        /// Only these and what is inside of them.
        addresses: Vec<String>,
        /// Only the object with this id.
        #[arg(long)]
        id: Option<String>,
        /// State file.
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
    },
    /// Show the attributes of one instance.
    Show {
        /// Its address.
        address: String,
        /// State file.
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
    },
    /// Forget objects without touching them.
    Rm {
        /// Addresses of instances, resources or modules.
        #[arg(required = true)]
        addresses: Vec<String>,
        /// Only say what would be forgotten.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        state: StateArguments,
    },
    /// Give objects another address.
    Mv {
        /// The address now.
        source: String,
        /// The address to be.
        destination: String,
        /// Only say what would be moved.
        #[arg(long)]
        dry_run: bool,
        #[command(flatten)]
        state: StateArguments,
    },
    /// Print the state file.
    Pull,
    /// Replace the state by a file; "-" for the standard input.
    Push {
        /// The file.
        path: PathBuf,
        /// Even if it is older, or of another lineage.
        #[arg(long)]
        force: bool,
        #[command(flatten)]
        state: StateArguments,
    },
    /// Let other providers manage the objects of one.
    ReplaceProvider {
        /// Source address now.
        from: String,
        /// Source address to be.
        to: String,
        /// Do not ask.
        #[arg(long)]
        auto_approve: bool,
        #[command(flatten)]
        state: StateArguments,
    },
}

/// `validate`
#[derive(Clone, Debug, Args)]
pub(crate) struct ValidateArguments {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Accepted; there are no test files to leave out.
    #[arg(long, hide = true)]
    pub(crate) no_tests: bool,
    #[command(flatten)]
    pub(crate) variables: VariableArguments,
}

/// `fmt`
#[derive(Clone, Debug, Args)]
pub(crate) struct FmtArguments {
    /// Files and directories; "-" for the standard input. The current directory without any.
    pub(crate) targets: Vec<PathBuf>,
    /// Whether to name the files whose layout differs.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) list: bool,
    /// Whether to change the files.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) write: bool,
    /// Show what is changed, or would be.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) diff: bool,
    /// Change nothing, and exit with 3 if there is something to change.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) check: bool,
    /// Go into the directories below, too.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) recursive: bool,
}

/// `graph`
#[derive(Clone, Debug, Args)]
pub(crate) struct GraphArguments {
    /// Saved plan whose steps are shown.
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,
    /// plan, apply …
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) kind: Option<String>,
    /// Accepted; there are no cycles to draw: they are errors.
    #[arg(long, hide = true)]
    pub(crate) draw_cycles: bool,
    #[command(flatten)]
    pub(crate) variables: VariableArguments,
}

/// `taint`, `untaint`
#[derive(Clone, Debug, Args)]
pub(crate) struct TaintArguments {
    /// Address of the instance.
    pub(crate) address: String,
    /// Succeed even if there is no such instance.
    #[arg(long)]
    pub(crate) allow_missing: bool,
    #[command(flatten)]
    pub(crate) state: StateArguments,
}

/// `force-unlock`
#[derive(Clone, Debug, Args)]
pub(crate) struct ForceUnlockArguments {
    /// Identity of the lock, as the error told it.
    pub(crate) id: String,
    /// Do not ask.
    #[arg(long)]
    pub(crate) force: bool,
}

/// `console`
#[derive(Clone, Debug, Args)]
pub(crate) struct ConsoleArguments {
    /// State file.
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Make a plan, and take the values that it would lead to.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) plan: bool,
    #[command(flatten)]
    pub(crate) variables: VariableArguments,
}

/// `metadata …`
#[derive(Debug, Subcommand)]
pub(crate) enum MetadataCommand {
    /// Show the functions of the language.
    Functions {
        /// Print JSON; there is no other form.
        #[arg(long)]
        json: bool,
    },
}

/// `providers`
#[derive(Clone, Debug, Args)]
pub(crate) struct ProvidersArguments {
    /// `schema` for the schemas; nothing for the list.
    pub(crate) what: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `version`
#[derive(Clone, Debug, Args)]
pub(crate) struct VersionArguments {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `modules`
#[derive(Clone, Debug, Args)]
pub(crate) struct ModulesArguments {
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// `get`
#[derive(Clone, Debug, Args)]
pub(crate) struct GetArguments {
    /// Fetch those again that are there, in the newest versions that will do.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) update: bool,
    /// Accepted; there are no test files with modules of their own.
    #[arg(long, value_name = "DIR", hide = true)]
    pub(crate) test_directory: Option<PathBuf>,
}

/// `init`: Terraform's flags, most of which mean nothing here.
#[derive(Clone, Debug, Args)]
pub(crate) struct InitArguments {
    /// Fetch modules again that are there, in the newest versions that will do.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) upgrade: bool,
    /// Whether to use the backend.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) backend: Option<bool>,
    /// Settings of the backend.
    #[arg(long, value_name = "SETTING")]
    pub(crate) backend_config: Vec<String>,
    /// Forget the settings of the backend.
    #[arg(long)]
    pub(crate) reconfigure: bool,
    /// Take the state to another backend.
    #[arg(long)]
    pub(crate) migrate_state: bool,
    /// Do not ask before that.
    #[arg(long)]
    pub(crate) force_copy: bool,
    /// Whether to fetch modules.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) get: bool,
    /// Not supported: copies a module into the working directory.
    #[arg(long, value_name = "SOURCE", hide = true)]
    pub(crate) from_module: Option<String>,
    /// Accepted; there is no other version of a remote run.
    #[arg(long, hide = true)]
    pub(crate) ignore_remote_version: bool,
    /// Accepted; there are no test files with modules of their own.
    #[arg(long, value_name = "DIR", hide = true)]
    pub(crate) test_directory: Option<PathBuf>,
    /// Whether to ask.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) input: Option<bool>,
    /// Whether to lock the state.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean, action = ArgAction::Set)]
    pub(crate) lock: Option<bool>,
    /// How long to wait for a lock.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) lock_timeout: Option<Duration>,
    /// How to treat the lock file.
    #[arg(long, value_name = "MODE")]
    pub(crate) lockfile: Option<String>,
    /// Where plugins are.
    #[arg(long, value_name = "DIR")]
    pub(crate) plugin_dir: Vec<String>,
    /// Accepted.
    #[arg(long)]
    pub(crate) json: bool,
    #[arg(long, value_name = "NAME=VALUE", hide = true)]
    pub(crate) var: Vec<String>,
    #[arg(long, value_name = "FILE", hide = true)]
    pub(crate) var_file: Vec<String>,
}

/// Reads a bool as Go's flags do.
fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("true or false is expected".to_owned()),
    }
}

/// Reads a duration as Go writes it: `1m30s`, `500ms`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration; write it as 30s or 1m30s");
    let mut total = Duration::ZERO;
    let mut rest = text;
    if rest.is_empty() {
        return Err(wrong());
    }
    while !rest.is_empty() && rest != "0" {
        let end = rest.find(|c: char| c.is_ascii_alphabetic()).ok_or_else(wrong)?;
        let number: f64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit_end = rest[end..].find(|c: char| !c.is_ascii_alphabetic()).map_or(rest.len(), |at| end + at);
        let unit = match &rest[end..unit_end] {
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return Err(wrong()),
        };
        total += Duration::try_from_secs_f64(number * unit).map_err(|_| wrong())?;
        rest = &rest[unit_end..];
    }
    Ok(total)
}
