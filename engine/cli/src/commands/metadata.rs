//! `metadata`

use wpinfra_core::Diagnostic;
use wpinfra_lang::functions;

use super::{Ended, SUCCESS};
use crate::schema_json::function_to_json;
use crate::session::Session;

/// Version of the form of the functions.
const FORMAT_VERSION: &str = "1.0";

/// Shows the functions of the language, each by its name alone and with `core::` before it.
pub(crate) fn functions(session: &Session, json: bool) -> Ended {
    if !json {
        let detail = "The functions are shown as JSON only: wpinfra metadata functions -json";
        return Err(Diagnostic::error("Missing option -json", detail).into());
    }
    let own = functions::names().iter().filter(|name| !name.contains("::"));
    let named = own.filter_map(|name| Some((name, function_to_json(functions::signature(name)?))));
    let mut signatures = serde_json::Map::new();
    for (name, shown) in named {
        signatures.insert(format!("core::{name}"), shown.clone());
        signatures.insert((*name).to_owned(), shown);
    }
    let shown = serde_json::json!({ "format_version": FORMAT_VERSION, "function_signatures": signatures });
    session.print(&format!("{shown}\n"));
    Ok(SUCCESS)
}
