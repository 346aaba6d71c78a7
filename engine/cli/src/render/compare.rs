//! Finds what differs between two values: by attribute, by element, by line, and inside of JSON texts.

use std::sync::Arc;

use similar::{Algorithm, ChangeTag, DiffOp, TextDiff, capture_diff_slices};
use wpinfra_core::value::Content;
use wpinfra_core::{Path, PathStep, Type, Value, json};

use super::difference::{Body, Container, Entry, Label, Symbol, TextLine};
use super::value::{concealed, key_text, literal};
use super::words;

/// How many unchanged lines stand around changed ones.
const CONTEXT_LINES: usize = 2;
/// How long a list may be that stands on one line.
const SHORT: usize = 48;

/// Returns what differs between two values of an argument; `None` if neither is set.
pub(crate) fn compare(
    label: Label,
    before: Option<&Value>,
    after: Option<&Value>,
    path: &Path,
    replace: &[Path],
) -> Option<Entry> {
    let (before, after) = (before.filter(|value| !is_unset(value)), after.filter(|value| !is_unset(value)));
    let mut entry = match (before, after) {
        (None, None) => return None,
        (None, Some(after)) => whole(label, after, Symbol::Add),
        (Some(before), None) => removed(label, before),
        (Some(before), Some(after)) => both(label, before, after, path, replace),
    };
    if entry.symbol != Symbol::Same && forces(path, &entry, before.or(after), replace) {
        entry.comment = Some(words::FORCES_REPLACEMENT);
    }
    Some(entry)
}

/// Tells whether a value counts as not there. A hidden null is there: it must look like any other hidden value.
fn is_unset(value: &Value) -> bool {
    value.is_null() && value.marks().is_empty()
}

/// Tells whether the change of the part at the path makes the replacement necessary.
fn forces(path: &Path, entry: &Entry, value: Option<&Value>, replace: &[Path]) -> bool {
    // Elements of sets have no place of their own, and what is hidden, unknown or JSON shows no parts: then the whole is to blame.
    let shows_no_parts = !matches!(entry.body, Body::Container(_)) || entry.symbol != Symbol::Change;
    let shows_no_parts = shows_no_parts || value.is_some_and(|value| matches!(value.ty(), Type::Set(_)));
    replace.iter().any(|at| at == path || (shows_no_parts && at.starts_with(path)))
}

/// Returns a value of which every part is added, removed or the same.
pub(crate) fn whole(label: Label, value: &Value, symbol: Symbol) -> Entry {
    Entry { symbol, label, body: whole_body(value, symbol), comment: None }
}

fn removed(label: Label, before: &Value) -> Entry {
    whole(label, before, Symbol::Remove)
}

fn whole_body(value: &Value, symbol: Symbol) -> Body {
    if let Some(hidden) = concealed(value) {
        return Body::Text(hidden.to_owned());
    }
    match value.content() {
        Content::String(text) => match json_of(text) {
            Some(json) => wrapped_json(&json, whole_json(&json, symbol)),
            None if is_multi_line(text) => {
                Body::Lines(text.lines().map(|line| TextLine::Line(symbol, line.to_owned())).collect())
            }
            None => Body::Text(literal(value)),
        },
        Content::Sequence(elements) if !elements.is_empty() => {
            let entries = elements.iter().map(|element| whole(Label::Element, element, symbol)).collect();
            short_or_long(value, Container::new("[", "]", entries))
        }
        Content::Mapping(_) => {
            let container = mapping_parts(value, symbol);
            if container.entries.is_empty() { Body::Text("{}".to_owned()) } else { short_or_long(value, container) }
        }
        Content::Null | Content::Unknown(_) | Content::Bool(_) | Content::Number(_) | Content::Sequence(_) => {
            Body::Text(literal(value))
        }
    }
}

/// Returns the parts, with the text for one line if that is short.
fn short_or_long(value: &Value, long: Container) -> Body {
    match short(value) {
        Some(text) => Body::Short(text, long),
        None => Body::Container(long),
    }
}

/// Returns a list or map as a short text on one line, if it has no parts inside of parts.
fn short(value: &Value) -> Option<String> {
    let is_simple = |part: &Value| match part.content() {
        Content::Sequence(_) | Content::Mapping(_) => false,
        Content::String(text) => !is_multi_line(text) && json_of(text).is_none(),
        Content::Null | Content::Unknown(_) | Content::Bool(_) | Content::Number(_) => true,
    };
    let parts = value.parts();
    if parts.is_empty() || !parts.iter().all(|(_, part)| is_simple(part)) {
        return None;
    }
    Some(literal(value)).filter(|text| text.len() <= SHORT)
}

fn mapping_parts(value: &Value, symbol: Symbol) -> Container {
    let is_map = matches!(value.ty(), Type::Map(_));
    let parts = value.mapping().into_iter().flatten().filter(|(_, part)| is_map || !is_unset(part));
    let entries = parts.map(|(key, part)| whole(Label::Argument(key_text(key, is_map)), part, symbol)).collect();
    Container::new("{", "}", entries)
}

fn both(label: Label, before: &Value, after: &Value, path: &Path, replace: &[Path]) -> Entry {
    let same = before.without_deep_marks() == after.without_deep_marks();
    if let Some(hidden) = concealed(after).or_else(|| concealed(before)) {
        let comment = match (before.is_sensitive(), after.is_sensitive()) {
            (false, true) => Some(words::BECOMES_SENSITIVE),
            (true, false) => Some(words::BECOMES_VISIBLE),
            _ => None,
        };
        let symbol = if same && comment.is_none() { Symbol::Same } else { Symbol::Change };
        return Entry { symbol, label, body: Body::Text(hidden.to_owned()), comment };
    }
    if same && after.is_wholly_known() && before.deep_marks() == after.deep_marks() {
        return whole(label, after, Symbol::Same);
    }
    let mut comment = None;
    let body = match (before.content(), after.content()) {
        (_, Content::Unknown(_)) => becomes(before, words::UNKNOWN),
        (Content::Mapping(_), Content::Mapping(_)) => Body::Container(compare_mappings(before, after, path, replace)),
        (Content::Sequence(old), Content::Sequence(new)) => {
            let is_set = matches!(before.ty(), Type::Set(_)) && matches!(after.ty(), Type::Set(_));
            let container = if is_set { compare_sets(old, new) } else { compare_lists(old, new, path, replace) };
            Body::Container(container)
        }
        (Content::String(old), Content::String(new)) => match (json_of(old), json_of(new)) {
            (Some(old), Some(new)) if old == new => {
                comment = Some(words::SAME_JSON);
                Body::Container(Container::new("jsonencode(", ")", Vec::new()))
            }
            (Some(old), Some(new)) => wrapped_json(&new, json_difference(&old, &new)),
            _ if is_multi_line(old) || is_multi_line(new) => Body::Lines(compare_lines(old, new)),
            _ => Body::Change(literal(before), literal(after)),
        },
        _ => becomes(before, &literal(after)),
    };
    Entry { symbol: Symbol::Change, label, body, comment }
}

/// Returns a value on its way to something that has no parts in common with it.
fn becomes(before: &Value, after: &str) -> Body {
    match whole_body(before, Symbol::Remove) {
        Body::Container(container) => Body::Container(Container { becomes: Some(after.to_owned()), ..container }),
        Body::Text(text) | Body::Change(text, _) | Body::Short(text, _) => Body::Change(text, after.to_owned()),
        Body::Lines(_) => Body::Change(literal(before), after.to_owned()),
    }
}

fn compare_mappings(before: &Value, after: &Value, path: &Path, replace: &[Path]) -> Container {
    let is_map = matches!(after.ty(), Type::Map(_));
    let (old, new) = (before.mapping().cloned().unwrap_or_default(), after.mapping().cloned().unwrap_or_default());
    let mut keys: Vec<&Arc<str>> = old.keys().chain(new.keys()).collect();
    keys.sort();
    keys.dedup();
    let mut hidden = 0;
    let mut entries = Vec::new();
    for key in keys {
        let path = if is_map { path.index(Value::string(key)) } else { path.attribute(key) };
        let label = Label::Argument(key_text(key, is_map));
        match compare(label, old.get(key), new.get(key), &path, replace) {
            Some(entry) if entry.symbol == Symbol::Same => hidden += 1,
            Some(entry) => entries.push(entry),
            None => {}
        }
    }
    Container::new("{", "}", entries).hiding(hidden, if is_map { "element" } else { "attribute" })
}

fn compare_sets(old: &[Value], new: &[Value]) -> Container {
    let gone = old.iter().filter(|value| !new.contains(value));
    let come = new.iter().filter(|value| !old.contains(value));
    let entries: Vec<Entry> = gone
        .map(|value| whole(Label::Element, value, Symbol::Remove))
        .chain(come.map(|value| whole(Label::Element, value, Symbol::Add)))
        .collect();
    let kept = old.iter().filter(|value| new.contains(value)).count();
    Container::new("[", "]", entries).hiding(kept, "element")
}

fn compare_lists(old: &[Value], new: &[Value], path: &Path, replace: &[Path]) -> Container {
    let mut entries = Vec::new();
    let mut hidden = 0;
    for pair in pair_up(old, new) {
        let at = pair.1.or(pair.0).map_or_else(|| path.clone(), |index| path.index(Value::number(index)));
        let (before, after) = (pair.0.and_then(|index| old.get(index)), pair.1.and_then(|index| new.get(index)));
        let entry = match (before, after) {
            (Some(before), Some(after)) => both(Label::Element, before, after, &at, replace),
            (Some(before), None) => removed(Label::Element, before),
            (None, Some(after)) => whole(Label::Element, after, Symbol::Add),
            (None, None) => continue,
        };
        if entry.symbol == Symbol::Same { hidden += 1 } else { entries.push(entry) }
    }
    Container::new("[", "]", entries).hiding(hidden, "element")
}

/// Returns which element of the old list became which of the new one; elements with parts are paired also where they differ.
pub(crate) fn pair_up(old: &[Value], new: &[Value]) -> Vec<(Option<usize>, Option<usize>)> {
    let mut seen: Vec<&Value> = Vec::new();
    let mut number = |value| {
        seen.iter().position(|other| *other == value).unwrap_or_else(|| {
            seen.push(value);
            seen.len() - 1
        })
    };
    let old_numbers: Vec<usize> = old.iter().map(&mut number).collect();
    let new_numbers: Vec<usize> = new.iter().map(&mut number).collect();
    let mut pairs = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &old_numbers, &new_numbers) {
        match operation {
            DiffOp::Equal { old_index, new_index, len } => {
                pairs.extend((0..len).map(|at| (Some(old_index + at), Some(new_index + at))));
            }
            DiffOp::Delete { old_index, old_len, .. } => {
                pairs.extend((old_index..old_index + old_len).map(|at| (Some(at), None)));
            }
            DiffOp::Insert { new_index, new_len, .. } => {
                pairs.extend((new_index..new_index + new_len).map(|at| (None, Some(at))));
            }
            DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                let paired = old_len.min(new_len);
                for at in 0..paired {
                    let (from, to) = (old_index + at, new_index + at);
                    if has_parts(&old[from]) && has_parts(&new[to]) {
                        pairs.push((Some(from), Some(to)));
                    } else {
                        pairs.extend([(Some(from), None), (None, Some(to))]);
                    }
                }
                pairs.extend((paired..old_len).map(|at| (Some(old_index + at), None)));
                pairs.extend((paired..new_len).map(|at| (None, Some(new_index + at))));
            }
        }
    }
    pairs
}

fn has_parts(value: &Value) -> bool {
    matches!(value.content(), Content::Mapping(_) | Content::Sequence(_)) && value.marks().is_empty()
}

/// Returns the JSON that a text holds, if that is an array or an object.
fn json_of(text: &str) -> Option<Value> {
    if !text.trim_start().starts_with(['{', '[']) {
        return None;
    }
    let parsed: serde_json::Value = serde_json::from_str(text).ok()?;
    Some(json::implied(&parsed))
}

/// As [`whole_body`], but null is a value in JSON and strings in it are strings.
fn whole_json(json: &Value, symbol: Symbol) -> Body {
    let entry = |label, part: &Value| Entry { symbol, label, body: whole_json(part, symbol), comment: None };
    match json.content() {
        Content::Sequence(elements) if !elements.is_empty() => {
            let entries = elements.iter().map(|part| entry(Label::Element, part)).collect();
            short_or_long(json, Container::new("[", "]", entries))
        }
        Content::Mapping(parts) if !parts.is_empty() => {
            let entries = parts.iter().map(|(key, part)| entry(Label::Argument(key_text(key, false)), part)).collect();
            short_or_long(json, Container::new("{", "}", entries))
        }
        Content::Null
        | Content::Unknown(_)
        | Content::Bool(_)
        | Content::Number(_)
        | Content::String(_)
        | Content::Sequence(_)
        | Content::Mapping(_) => Body::Text(literal(json)),
    }
}

/// Puts `jsonencode(…)` around what stands for a JSON text.
fn wrapped_json(json: &Value, body: Body) -> Body {
    let (open, close) = if json.mapping().is_some() { ("jsonencode({", "})") } else { ("jsonencode([", "])") };
    match body {
        Body::Container(container) => Body::Container(Container { open, close, ..container }),
        Body::Short(text, container) => {
            Body::Short(format!("jsonencode({text})"), Container { open, close, ..container })
        }
        Body::Text(text) => Body::Text(format!("jsonencode({text})")),
        other @ (Body::Change(..) | Body::Lines(_)) => other,
    }
}

fn json_difference(old: &Value, new: &Value) -> Body {
    match (old.content(), new.content()) {
        (Content::Mapping(before), Content::Mapping(after)) => {
            let mut keys: Vec<&Arc<str>> = before.keys().chain(after.keys()).collect();
            keys.sort();
            keys.dedup();
            let pairs =
                keys.into_iter().map(|key| (Label::Argument(key_text(key, false)), before.get(key), after.get(key)));
            json_entries("{", "}", pairs, "attribute")
        }
        (Content::Sequence(before), Content::Sequence(after)) => {
            let pairs = pair_up(before, after).into_iter().map(|(from, to)| {
                (Label::Element, from.and_then(|index| before.get(index)), to.and_then(|index| after.get(index)))
            });
            json_entries("[", "]", pairs, "element")
        }
        _ => match whole_json(old, Symbol::Remove) {
            Body::Container(container) => Body::Container(Container { becomes: Some(literal(new)), ..container }),
            Body::Text(_) | Body::Change(..) | Body::Short(..) | Body::Lines(_) => {
                Body::Change(literal(old), literal(new))
            }
        },
    }
}

fn json_entries<'a>(
    open: &'static str,
    close: &'static str,
    pairs: impl Iterator<Item = (Label, Option<&'a Value>, Option<&'a Value>)>,
    noun: &str,
) -> Body {
    let mut hidden = 0;
    let mut entries = Vec::new();
    for (label, before, after) in pairs {
        let (symbol, body) = match (before, after) {
            (Some(before), Some(after)) if before == after => {
                hidden += 1;
                continue;
            }
            (Some(before), Some(after)) => (Symbol::Change, json_difference(before, after)),
            (Some(before), None) => (Symbol::Remove, whole_json(before, Symbol::Remove)),
            (None, Some(after)) => (Symbol::Add, whole_json(after, Symbol::Add)),
            (None, None) => continue,
        };
        entries.push(Entry { symbol, label, body, comment: None });
    }
    Body::Container(Container::new(open, close, entries).hiding(hidden, noun))
}

fn is_multi_line(text: &str) -> bool {
    text.trim_end_matches('\n').contains('\n')
}

fn compare_lines(old: &str, new: &str) -> Vec<TextLine> {
    let diff = TextDiff::from_lines(old, new);
    let all: Vec<(Symbol, String)> = diff
        .iter_all_changes()
        .map(|change| {
            let symbol = match change.tag() {
                ChangeTag::Equal => Symbol::Same,
                ChangeTag::Delete => Symbol::Remove,
                ChangeTag::Insert => Symbol::Add,
            };
            (symbol, change.value().trim_end_matches(['\n', '\r']).to_owned())
        })
        .collect();
    let near = |index: usize| {
        let from = index.saturating_sub(CONTEXT_LINES);
        let to = (index + CONTEXT_LINES + 1).min(all.len());
        all[from..to].iter().any(|(symbol, _)| *symbol != Symbol::Same)
    };
    let mut lines = Vec::new();
    for (index, (symbol, line)) in all.iter().enumerate() {
        match lines.last_mut() {
            _ if near(index) => lines.push(TextLine::Line(*symbol, line.clone())),
            Some(TextLine::Hidden(number)) => *number += 1,
            _ => lines.push(TextLine::Hidden(1)),
        }
    }
    lines
}

/// Returns the name of the attribute that a path begins with.
pub(crate) fn first_name(path: &Path) -> Option<&str> {
    match path.0.first() {
        Some(PathStep::Attribute(name)) => Some(name),
        Some(PathStep::Index(_)) | None => None,
    }
}
