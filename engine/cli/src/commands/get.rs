//! `get`

use wpinfra_lang::Configuration;

use super::init::has_configuration;
use super::planning::accept;
use super::{Ended, SUCCESS};
use crate::arguments::GetArguments;
use crate::inputs::{self, Fetching};
use crate::session::Session;

/// Fetches modules.
pub(crate) async fn run(session: &Session, arguments: &GetArguments) -> Ended {
    if !has_configuration(session) {
        return Ok(SUCCESS);
    }
    let fetching = if arguments.update { Fetching::All } else { Fetching::Missing };
    let (configuration, diagnostics) = inputs::load_modules(session, fetching).await;
    let configuration = accept(session, configuration, diagnostics)?;
    session.print(&list(&configuration));
    Ok(SUCCESS)
}

/// Returns one line for each module that is called.
pub(super) fn list(configuration: &Configuration) -> String {
    let mut text = String::new();
    for (path, called) in configuration.called_modules() {
        let version = called.version.as_ref().map_or_else(String::new, |version| format!(" {version}"));
        append!(text, "- {}{version} in {}\n", path.join("."), called.dir);
    }
    text
}
