//! `providers`

use std::collections::BTreeSet;

use wpinfra_core::Diagnostic;

use super::planning::accept;
use super::show::open_state;
use super::{Ended, SUCCESS};
use crate::arguments::ProvidersArguments;
use crate::inputs::{self, Fetching};
use crate::render::tree::Tree;
use crate::schema_json::schemas_to_json;
use crate::session::Session;

/// Shows which providers the configuration needs.
pub(crate) async fn run(session: &Session, arguments: &ProvidersArguments) -> Ended {
    if arguments.what.as_deref() == Some("schema") {
        return schema(session, arguments.json).await;
    }
    if let Some(what) = &arguments.what {
        let detail = format!(
            "There is no \"providers {what}\": providers are built in, so that nothing is to be locked or mirrored. \"wpinfra providers\" alone lists them."
        );
        return Err(Diagnostic::error("Unknown command", detail).into());
    }
    let (configuration, diagnostics) = inputs::load_modules(session, Fetching::Missing).await;
    let configuration = accept(session, configuration, diagnostics)?;
    let mut tree = Tree::default();
    for module in configuration.provider_requirements() {
        if let Some(name) = module.path.last() {
            tree.add(module.path.len(), format!("module.{name}"));
        }
        for (source, constraints) in module.providers {
            let constraints = if constraints.is_empty() { constraints } else { format!(" {constraints}") };
            tree.add(module.path.len() + 1, format!("provider[{source}]{constraints}"));
        }
    }
    session.print(&format!("\nProviders required by configuration:\n{tree}\n"));
    let store = open_state(session, None)?;
    let recorded: BTreeSet<&str> =
        store.state().resources.values().map(|resource| &*resource.provider.source).collect();
    if !recorded.is_empty() {
        let lines: Vec<String> = recorded.iter().map(|source| format!("    provider[{source}]\n\n")).collect();
        session.print(&format!("Providers required by state:\n\n{}", lines.concat()));
    }
    Ok(SUCCESS)
}

/// Shows the schemas of the providers that the configuration needs.
async fn schema(session: &Session, json: bool) -> Ended {
    if !json {
        let detail = "Schemas are shown as JSON only: wpinfra providers schema -json";
        return Err(Diagnostic::error("Missing option -json", detail).into());
    }
    let (configuration, diagnostics) = inputs::load_without_values(session).await;
    let configuration = accept(session, configuration, diagnostics)?;
    let modules = configuration.provider_requirements();
    let needed: BTreeSet<&str> =
        modules.iter().flat_map(|module| &module.providers).map(|(source, _)| source.as_str()).collect();
    let shown = schemas_to_json(&session.registry, needed.into_iter());
    session.print(&format!("{shown}\n"));
    Ok(SUCCESS)
}
