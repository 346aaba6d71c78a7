//! `modules`

use std::sync::Arc;

use serde_json::json;
use wpinfra_lang::config::CalledModule;

use super::planning::accept;
use super::{Ended, SUCCESS};
use crate::arguments::ModulesArguments;
use crate::inputs::{self, Fetching};
use crate::render::tree::Tree;
use crate::session::Session;

/// Shows which modules the configuration calls.
pub(crate) async fn run(session: &Session, arguments: &ModulesArguments) -> Ended {
    let (configuration, diagnostics) = inputs::load_modules(session, Fetching::Missing).await;
    let configuration = accept(session, configuration, diagnostics)?;
    let called = configuration.called_modules();
    if arguments.json {
        let modules: Vec<_> = called.iter().map(|(path, called)| to_json(path, called)).collect();
        session.print(&format!("{}\n", json!({ "format_version": "1.0", "modules": modules })));
        return Ok(SUCCESS);
    }
    if called.is_empty() {
        session.print("The configuration calls no modules.\n");
        return Ok(SUCCESS);
    }
    let mut tree = Tree::default();
    for (path, called) in &called {
        let version = called.version.as_ref().map_or_else(String::new, |version| format!(" ({version})"));
        let name = path.last().cloned().unwrap_or_default();
        tree.add(path.len(), format!("{name:?}[{}]{version}", called.source_text));
    }
    session.print(&format!("Modules that the configuration calls:\n{tree}"));
    Ok(SUCCESS)
}

fn to_json(path: &[Arc<str>], called: &CalledModule) -> serde_json::Value {
    json!({
        "key": path.last().map(|name| &**name),
        "source": called.source_text,
        "version": called.version.as_deref().unwrap_or_default(),
    })
}
