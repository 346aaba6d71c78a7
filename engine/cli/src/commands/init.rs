//! `init`

use wpinfra_core::Diagnostic;

use super::planning::accept;
use super::{Ended, SUCCESS, get};
use crate::arguments::InitArguments;
use crate::files::is_configuration_file;
use crate::inputs::{self, Fetching};
use crate::session::Session;

/// Fetches modules; there is nothing else to do.
pub(crate) async fn run(session: &Session, arguments: &InitArguments) -> Ended {
    if let Some(source) = &arguments.from_module {
        let detail = format!(
            "wpinfra does not copy modules into the working directory. Call it instead: module \"root\" {{ source = {source:?} }}."
        );
        return Err(Diagnostic::error("Unsupported flag", detail).into());
    }
    if !has_configuration(session) {
        session.print("Nothing to initialize: the directory holds no configuration yet.\n");
        return Ok(SUCCESS);
    }
    let fetching = match (arguments.get, arguments.upgrade) {
        (false, _) => Fetching::Nothing,
        (true, true) => Fetching::All,
        (true, false) => Fetching::Missing,
    };
    let (configuration, diagnostics) = inputs::load_modules(session, fetching).await;
    let configuration = accept(session, configuration, diagnostics)?;
    if arguments.backend != Some(false) {
        session.state_paths(Some(&configuration), None)?;
    }
    let list = get::list(&configuration);
    session.print(&if list.is_empty() {
        "Nothing to initialize: providers are built in, and no modules are called.\n".to_owned()
    } else {
        format!("Providers are built in, and all modules are there:\n{list}")
    });
    Ok(SUCCESS)
}

/// Tells whether there are files to be read in the working directory.
pub(super) fn has_configuration(session: &Session) -> bool {
    let entries = std::fs::read_dir(&session.environment.directory).into_iter().flatten().filter_map(Result::ok);
    entries.into_iter().any(|entry| is_configuration_file(&entry.file_name().to_string_lossy()))
}
