//! Diagnostics for machines, with Terraform's field names.

use serde_json::{Map, Value as Json, json};
use wpinfra_core::json::type_to_json;
use wpinfra_core::{Diagnostic, Severity, SourcePosition, SourceRange};
use wpinfra_lang::functions::{self, Parameter, Signature};
use wpinfra_lang::syntax::context_at;

use super::diagnostics::{Sources, line_at};

/// Returns a diagnostic as `validate -json` and the event lines show it.
pub(crate) fn diagnostic_to_json(diagnostic: &Diagnostic, sources: &Sources) -> Json {
    let mut fields = Map::new();
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    fields.insert("severity".to_owned(), json!(severity));
    fields.insert("summary".to_owned(), json!(diagnostic.summary));
    let detail = match &diagnostic.help {
        Some(help) => format!("{}\n\n{help}", diagnostic.detail),
        None => diagnostic.detail.clone(),
    };
    fields.insert("detail".to_owned(), json!(detail));
    if let Some(address) = &diagnostic.address {
        fields.insert("address".to_owned(), json!(address));
    }
    if let Some(range) = &diagnostic.subject {
        let range = &not_empty(range.clone());
        let range_json = json!({
            "filename": &*range.file, "start": position(range.start), "end": position(range.end),
        });
        fields.insert("range".to_owned(), range_json);
        if let Some(source) = sources.get(&*range.file) {
            fields.insert("snippet".to_owned(), snippet(diagnostic, range, source));
        }
    }
    Json::Object(fields)
}

fn position(position: SourcePosition) -> Json {
    json!({ "line": position.line, "column": position.column, "byte": position.byte })
}

/// Returns the range, or the character that it stands before where it is empty: nothing could not be shown.
fn not_empty(mut range: SourceRange) -> SourceRange {
    if range.start.byte == range.end.byte {
        range.end.byte += 1;
        range.end.column += 1;
    }
    range
}

/// Returns the lines of the context, or of the subject alone, and where in them the subject stands.
fn snippet(diagnostic: &Diagnostic, subject: &SourceRange, source: &str) -> Json {
    let around = diagnostic.context.as_ref().filter(|context| context.file == subject.file).unwrap_or(subject);
    let (first_byte, last_byte) = (around.start.byte.min(subject.start.byte), around.end.byte.max(subject.end.byte));
    let first_position = if around.start.byte < subject.start.byte { &around.start } else { &subject.start };
    let (_, mut line_start, _) = line_at(source, first_position);
    let mut code_start = None;
    let mut lines = Vec::new();
    for line in source.get(line_start..).unwrap_or_default().split('\n') {
        if line_start >= last_byte {
            break;
        }
        let line_end = line_start + line.len();
        if first_byte < line_end {
            code_start.get_or_insert(line_start);
            lines.push(line.trim_end_matches('\r'));
        }
        line_start = line_end + 1;
    }
    let code = lines.join("\n");
    let within = |byte: usize| byte.saturating_sub(code_start.unwrap_or(first_byte)).min(code.len());
    let values: Vec<Json> = diagnostic
        .references
        .iter()
        .map(|reference| json!({ "traversal": reference.reference, "statement": reference.statement }))
        .collect();
    let context = subject.start.byte.checked_sub(1).and_then(|before| context_at(&subject.file, source, before));
    let mut fields = Map::from_iter([
        ("context".to_owned(), json!(context)),
        ("code".to_owned(), json!(code)),
        ("start_line".to_owned(), json!(around.start.line.min(subject.start.line))),
        ("highlight_start_offset".to_owned(), json!(within(subject.start.byte))),
        ("highlight_end_offset".to_owned(), json!(within(subject.end.byte))),
        ("values".to_owned(), json!(values)),
    ]);
    if let Some((called, signature)) =
        diagnostic.called.as_ref().and_then(|name| Some((name, functions::signature(name)?)))
    {
        fields.insert("function_call".to_owned(), function_call(called, signature));
    }
    Json::Object(fields)
}

/// Returns a function as it was called, with what it takes.
fn function_call(called: &str, signature: &Signature) -> Json {
    let parameter = |parameter: &Parameter| json!({ "name": parameter.name, "type": type_to_json(&parameter.ty) });
    let mut shown = json!({
        "name": signature.name,
        "params": signature.parameters.iter().map(parameter).collect::<Vec<Json>>(),
        "return_type": type_to_json(&signature.returns),
    });
    if let Some(variadic) = &signature.variadic {
        shown["variadic_param"] = parameter(variadic);
    }
    json!({ "called_as": called, "signature": shown })
}
