//! `validate`

use serde_json::{Value as Json, json};
use wpinfra_core::{Diagnostics, Severity};

use super::{FAILURE, SUCCESS};
use crate::arguments::ValidateArguments;
use crate::inputs;
use crate::render::diagnostic_to_json;
use crate::session::Session;

/// Checks the configuration without looking at state or world.
pub(crate) async fn run(session: &Session, arguments: &ValidateArguments) -> u8 {
    let (configuration, mut diagnostics) = inputs::load_without_values(session).await;
    if let Some(configuration) = configuration {
        diagnostics.extend(configuration.validate());
        diagnostics.extend(configuration.advice());
    }
    let is_valid = !diagnostics.has_errors();
    if arguments.json {
        session.print(&format!("{:#}\n", to_json(session, &diagnostics)));
    } else {
        session.show(&diagnostics);
        if is_valid {
            session.print(&format!("{} The configuration is valid.\n", session.painter.success("Success!")));
        }
    }
    if is_valid { SUCCESS } else { FAILURE }
}

fn to_json(session: &Session, diagnostics: &Diagnostics) -> Json {
    let sources = session.sources();
    let count = |severity| diagnostics.iter().filter(|found| found.severity == severity).count();
    let all: Vec<Json> = diagnostics.iter().map(|found| diagnostic_to_json(found, &sources)).collect();
    json!({
        "format_version": "1.0",
        "valid": !diagnostics.has_errors(),
        "error_count": count(Severity::Error),
        "warning_count": count(Severity::Warning),
        "diagnostics": all,
    })
}
