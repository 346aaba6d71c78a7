//! Diagnostics for machines, with Terraform's field names.

use serde_json::{Map, Value as Json, json};
use wpinfra_core::{Diagnostic, Severity, SourcePosition, SourceRange};

use super::diagnostics::{Sources, line_at, opening_line};

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

/// Returns the lines of the context, or of the subject alone, and where in them the subject stands.
fn snippet(diagnostic: &Diagnostic, subject: &SourceRange, source: &str) -> Json {
    let around = diagnostic.context.as_ref().unwrap_or(subject);
    let start = if around.start.line < subject.start.line { &around.start } else { &subject.start };
    let end = if around.end.line > subject.end.line { &around.end } else { &subject.end };
    let (first, offset, _) = line_at(source, start);
    let (_, last, last_line) = line_at(source, end);
    let code = source.get(offset..(last + last_line.len()).max(offset)).unwrap_or_default();
    let start = subject.start.byte.saturating_sub(offset).min(code.len());
    let end = subject.end.byte.saturating_sub(offset).clamp(start, code.len());
    // An empty stretch could not be shown: it becomes the character that it stands before.
    let end = if start == end && end < code.len() { end + 1 } else { end };
    let values: Vec<Json> = diagnostic
        .references
        .iter()
        .map(|reference| json!({ "traversal": reference.reference, "statement": reference.statement }))
        .collect();
    json!({
        "context": enclosing_block(source, &subject.start),
        "code": code,
        "start_line": first,
        "highlight_start_offset": start,
        "highlight_end_offset": end,
        "values": values,
    })
}

/// Returns the opening of the top-level block that a line stands in: `resource "aws_vpc" "main"`.
fn enclosing_block(source: &str, position: &SourcePosition) -> Option<String> {
    let (_, _, opening) = opening_line(source, position)?;
    Some(opening.split('{').next()?.trim().to_owned())
}
