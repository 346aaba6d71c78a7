//! `output`

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use wpinfra_core::state::OutputState;
use wpinfra_core::value::Content;
use wpinfra_core::{Diagnostic, Diagnostics, json as value_json};
use wpinfra_lang::format_value;

use super::{Ended, SUCCESS, show};
use crate::arguments::OutputArguments;
use crate::session::Session;

/// Shows the outputs that the last apply has recorded.
pub(crate) fn run(session: &Session, arguments: &OutputArguments) -> Ended {
    let store = show::open_state(session, arguments.state.as_deref())?;
    let outputs = &store.state().outputs;
    match &arguments.name {
        Some(name) => show_one(session, outputs, name, arguments),
        None if arguments.json => {
            session.print(&format!("{:#}\n", all_to_json(outputs)));
            Ok(SUCCESS)
        }
        None => {
            if outputs.is_empty() {
                let detail = "The state has no outputs. Either the configuration declares none, or they came with a change that was not \
                              applied yet: run \"wpinfra apply\".";
                session.show(&Diagnostic::warning("No outputs found", detail).into());
            }
            session.print(&text(outputs));
            Ok(SUCCESS)
        }
    }
}

fn show_one(
    session: &Session,
    outputs: &BTreeMap<String, OutputState>,
    name: &str,
    arguments: &OutputArguments,
) -> Ended {
    let Some(output) = outputs.get(name) else { return Err(not_found(outputs, name)) };
    let text = if arguments.json {
        format!("{}\n", value_json::to_json(&output.value))
    } else if arguments.raw {
        raw(name, output)?
    } else {
        format!("{}\n", format_value(&output.value))
    };
    session.print(&text);
    Ok(SUCCESS)
}

fn raw(name: &str, output: &OutputState) -> Result<String, Diagnostics> {
    match output.value.content() {
        Content::String(text) => Ok(text.to_string()),
        Content::Number(number) => Ok(number.to_string()),
        Content::Bool(value) => Ok(value.to_string()),
        Content::Null | Content::Unknown(_) | Content::Sequence(_) | Content::Mapping(_) => {
            let detail = format!(
                "The option -raw prints texts, numbers and bools. The output {name:?} is of type {}: use -json.",
                output.value.ty().friendly_name()
            );
            Err(Diagnostic::error("Unsupported value for raw output", detail).into())
        }
    }
}

fn not_found(outputs: &BTreeMap<String, OutputState>, name: &str) -> Diagnostics {
    let detail = format!(
        "The state has no output {name:?}. If it was added to the configuration, \"wpinfra apply\" records it."
    );
    let near = outputs.keys().filter(|known| strsim::jaro_winkler(known, name) > 0.8);
    let help = near.max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)));
    Diagnostic::error("Output not found", detail).help(help.map(|known| format!("did you mean {known:?}?"))).into()
}

fn all_to_json(outputs: &BTreeMap<String, OutputState>) -> Json {
    let of = |output: &OutputState| {
        json!({
            "sensitive": output.sensitive,
            "type": value_json::type_to_json(output.value.ty()),
            "value": value_json::to_json(&output.value),
        })
    };
    Json::Object(outputs.iter().map(|(name, output)| (name.clone(), of(output))).collect::<Map<_, _>>())
}

/// Returns the outputs with their values, sensitive ones hidden.
pub(crate) fn text(outputs: &BTreeMap<String, OutputState>) -> String {
    let line = |(name, output): (&String, &OutputState)| {
        let value = if output.sensitive { "<sensitive>".to_owned() } else { format_value(&output.value) };
        format!("{name} = {value}\n")
    };
    outputs.iter().map(line).collect()
}
