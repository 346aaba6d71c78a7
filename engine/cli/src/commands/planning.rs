//! What `plan` and `apply` have in common: configuration, state, lock, recovery, plan.

use std::collections::BTreeMap;

use wpinfra_apply::driver::{Planned, make_plan};
use wpinfra_apply::lock::StateLock;
use wpinfra_apply::recover::recover;
use wpinfra_apply::store::Store;
use wpinfra_apply::surroundings::Surroundings;
use wpinfra_core::desired::Desired;
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress};
use wpinfra_lang::{Configuration, Evaluator};
use wpinfra_plan::{Facts, Mode, Options};

use crate::arguments::{PlanningArguments, StateArguments};
use crate::inputs::{self, Inputs};
use crate::session::Session;

/// A configuration and a state that is locked and without open ends.
pub(crate) struct Ready {
    /// The configuration.
    pub(crate) configuration: Configuration,
    /// The state.
    pub(crate) store: Store,
    /// Connections that the recovery has made.
    pub(crate) facts: Facts,
    /// Held until this goes.
    pub(crate) _lock: Option<StateLock>,
}

/// Loads configuration and state, locks it, and ends what an earlier run has left open.
pub(crate) async fn prepare(
    session: &Session,
    inputs: &Inputs<'_>,
    arguments: &StateArguments,
    surroundings: &Surroundings<'_>,
    operation: &str,
) -> Result<Ready, Diagnostics> {
    let (configuration, diagnostics) = inputs::load(session, inputs).await;
    let configuration = accept(session, configuration, diagnostics)?;
    prepare_with(session, configuration, arguments, surroundings, operation).await
}

/// As [`prepare`], with a configuration that is loaded already.
pub(crate) async fn prepare_with(
    session: &Session,
    configuration: Configuration,
    arguments: &StateArguments,
    surroundings: &Surroundings<'_>,
    operation: &str,
) -> Result<Ready, Diagnostics> {
    let paths = session.state_paths(Some(&configuration), Some(arguments))?;
    let lock = session.lock(&paths, arguments, operation).await?;
    let mut store = Store::open(paths)?;
    let mut clients = BTreeMap::new();
    if store.pending().next().is_some() {
        session.say("An earlier apply was interrupted; finding out what became of it …\n");
    }
    let problems = recover(surroundings, &Evaluator::new(&configuration), &mut store, &mut clients).await;
    if problems.has_errors() {
        return Err(problems);
    }
    session.show(&problems);
    Ok(Ready { configuration, store, facts: Facts { clients, ..Facts::default() }, _lock: lock })
}

/// Shows warnings and returns the value; errors end the command.
pub(crate) fn accept<T>(session: &Session, value: Option<T>, diagnostics: Diagnostics) -> Result<T, Diagnostics> {
    match value {
        Some(value) if !diagnostics.has_errors() => {
            session.show(&diagnostics);
            Ok(value)
        }
        _ => Err(diagnostics),
    }
}

/// Makes the plan.
pub(crate) async fn plan(
    surroundings: &Surroundings<'_>,
    ready: &mut Ready,
    options: &Options,
) -> (Option<Planned>, Diagnostics) {
    if options.mode != Mode::Destroy && !ready.configuration.has_files() {
        let detail = "This directory has no .tf files, so that a plan would destroy everything that the state knows. If that is \
                      meant: wpinfra destroy. Otherwise name the directory of the configuration with -chdir=….";
        return (None, Diagnostic::error("No configuration files", detail).into());
    }
    let facts = std::mem::take(&mut ready.facts);
    let configuration = &ready.configuration;
    let desired = || -> Box<dyn Desired + '_> { Box::new(Evaluator::new(configuration)) };
    make_plan(surroundings, &desired, ready.store.state(), options, facts).await
}

/// Returns what the flags ask for.
pub(crate) fn options(arguments: &PlanningArguments) -> Result<Options, Diagnostics> {
    let mode = match (arguments.destroy, arguments.refresh_only) {
        (false, false) => Mode::Normal,
        (true, false) => Mode::Destroy,
        (false, true) => Mode::RefreshOnly,
        (true, true) => {
            let detail = "A plan either destroys everything or only records what has changed. Use one of -destroy and -refresh-only.";
            return Err(Diagnostic::error("Incompatible plan options", detail).into());
        }
    };
    if arguments.refresh_only && !arguments.refresh {
        let detail = "With -refresh-only the plan is about what a refresh finds; -refresh=false forbids to look. Use one of them.";
        return Err(Diagnostic::error("Incompatible plan options", detail).into());
    }
    let mut problems = Diagnostics::new();
    let mut replace = Vec::new();
    for text in &arguments.replace {
        match text.parse::<InstanceAddress>() {
            Ok(address) => replace.push(address),
            Err(error) => problems.push(Diagnostic::error(
                "Invalid address after -replace",
                format!("{error}. Write the address of one instance: aws_instance.web[0]."),
            )),
        }
    }
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(Options { mode, refresh: arguments.refresh, targets: arguments.target.clone(), replace })
}
