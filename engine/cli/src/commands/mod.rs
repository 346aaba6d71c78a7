//! The commands.

mod apply;
mod console;
mod fmt;
mod get;
mod graph;
mod import;
mod init;
mod metadata;
mod modules;
mod output;
mod plan;
mod planning;
mod providers;
mod show;
mod state;
mod taint;
mod validate;
mod version;

use wpinfra_core::Diagnostics;

use crate::arguments::{Command, MetadataCommand, Parsed, VariableArgument};
use crate::inputs::Inputs;
use crate::session::{Session, Speech};

/// How a command ended.
pub(crate) type Ended = Result<u8, Diagnostics>;

/// Nothing went wrong.
pub(crate) const SUCCESS: u8 = 0;
/// Something did.
pub(crate) const FAILURE: u8 = 1;
/// There are changes, and somebody wants to know.
pub(crate) const CHANGES: u8 = 2;

/// Returns how the messages of a command are to be shown.
pub(crate) fn speech(parsed: &Parsed) -> Speech {
    let planning = parsed.arguments.command.planning();
    let (json, compact_warnings) =
        planning.map_or((false, false), |planning| (planning.json, planning.compact_warnings));
    Speech { no_color: parsed.arguments.no_color, json, compact_warnings }
}

/// Runs a command; what goes wrong is shown already when this returns.
pub(crate) async fn run(session: &Session, parsed: Parsed) -> u8 {
    let variables = parsed.variables;
    match dispatch(session, parsed.arguments.command, &variables).await {
        Ok(code) => code,
        Err(diagnostics) => {
            session.show(&diagnostics);
            FAILURE
        }
    }
}

async fn dispatch(session: &Session, command: Command, variables: &[VariableArgument]) -> Ended {
    match command {
        Command::Plan(plan) => plan::run(session, &plan, &Inputs { variables, arguments: &plan.variables }).await,
        Command::Apply(apply) => apply::run(session, &apply, &Inputs { variables, arguments: &apply.variables }).await,
        Command::Destroy(mut apply) => {
            apply.planning.destroy = true;
            apply::run(session, &apply, &Inputs { variables, arguments: &apply.variables }).await
        }
        Command::Refresh(mut apply) => {
            apply.planning.refresh_only = true;
            apply.auto_approve = true;
            apply::run(session, &apply, &Inputs { variables, arguments: &apply.variables }).await
        }
        Command::Import(import) => {
            import::run(session, &import, &Inputs { variables, arguments: &import.variables }).await
        }
        Command::Show(show) => show::run(session, &show),
        Command::Output(output) => output::run(session, &output),
        Command::State(command) => state::run(session, command).await,
        Command::Validate(validate) => Ok(validate::run(session, &validate).await),
        Command::Fmt(fmt) => Ok(fmt::run(session, &fmt)),
        Command::Graph(graph) => graph::run(session, &graph, &Inputs { variables, arguments: &graph.variables }).await,
        Command::Taint(taint) => taint::run(session, &taint, true).await,
        Command::Untaint(taint) => taint::run(session, &taint, false).await,
        Command::ForceUnlock(unlock) => state::force_unlock(session, &unlock),
        Command::Console(console) => {
            console::run(session, &console, &Inputs { variables, arguments: &console.variables }).await
        }
        Command::Metadata(MetadataCommand::Functions { json }) => metadata::functions(session, json),
        Command::Providers(providers) => providers::run(session, &providers).await,
        Command::Version(version) => Ok(version::run(session, &version)),
        Command::Modules(modules) => modules::run(session, &modules).await,
        Command::Init(init) => init::run(session, &init).await,
        Command::Get(get) => get::run(session, &get).await,
        Command::Completion { shell } => Ok(version::completion(session, shell)),
        Command::Man => version::manual(session),
    }
}
