//! `providers`

use wpinfra_core::Diagnostic;

use super::planning::accept;
use super::{Ended, SUCCESS};
use crate::arguments::ProvidersArguments;
use crate::inputs;
use crate::schema_json::schemas_to_json;
use crate::session::Session;

/// Shows which providers the configuration needs.
pub(crate) fn run(session: &Session, arguments: &ProvidersArguments) -> Ended {
    if arguments.what.as_deref() == Some("schema") {
        return schema(session, arguments.json);
    }
    if let Some(what) = &arguments.what {
        let detail = format!(
            "There is no \"providers {what}\": providers are built in, so that nothing is to be locked or mirrored. \"wpinfra providers\" alone lists them."
        );
        return Err(Diagnostic::error("Unknown command", detail).into());
    }
    let (configuration, diagnostics) = inputs::load_without_values(session);
    let configuration = accept(session, configuration, diagnostics)?;
    let mut text = String::from("Providers that the configuration needs:\n\n");
    for (source, constraints) in configuration.required_providers() {
        let built_in = match session.registry.provider(&source) {
            Some(provider) => format!("built in as of v{}", provider.version()),
            None => "not built in".to_owned(),
        };
        let constraints = if constraints.is_empty() { String::new() } else { format!(" {}", constraints.join(", ")) };
        append!(text, "  {source}{constraints} ({built_in})\n");
    }
    session.print(&text);
    Ok(SUCCESS)
}

/// Shows the schemas of the providers that the configuration needs.
fn schema(session: &Session, json: bool) -> Ended {
    if !json {
        let detail = "Schemas are shown as JSON only: wpinfra providers schema -json";
        return Err(Diagnostic::error("Missing option -json", detail).into());
    }
    let (configuration, diagnostics) = inputs::load_without_values(session);
    let configuration = accept(session, configuration, diagnostics)?;
    let needed = configuration.required_providers();
    let shown = schemas_to_json(&session.registry, needed.keys().map(String::as_str));
    session.print(&format!("{shown}\n"));
    Ok(SUCCESS)
}
