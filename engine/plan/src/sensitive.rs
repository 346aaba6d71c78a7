//! Marks for what the schema says is to be hidden.

use std::sync::Arc;

use wpinfra_core::schema::{Block, Nesting, Schema};
use wpinfra_core::{Marks, Path, Value};

/// Marks the parts of an object that its schema declares as sensitive; other marks stay.
pub fn mark_sensitive(value: &Value, schema: &Schema) -> Value {
    if has_sensitive(&schema.block) { mark_block(&schema.block, value) } else { value.clone() }
}

/// Returns what an ephemeral value is to the configuration: marked as its arguments were, as the schema says, and as ephemeral.
pub fn opened_value(result: &Value, arguments: &Value, schema: &Schema) -> Value {
    mark_sensitive(&result.mark_at(&arguments.unmark_deep().1), schema).with_marks(Marks::EPHEMERAL)
}

fn has_sensitive(block: &Block) -> bool {
    block.attributes.values().any(|attribute| attribute.sensitive)
        || block.blocks.values().any(|nested| has_sensitive(&nested.block))
}

fn mark_block(block: &Block, value: &Value) -> Value {
    let Some(parts) = value.mapping() else { return value.clone() };
    let marked = parts.iter().map(|(name, part)| {
        if let Some(attribute) = block.attributes.get(&**name) {
            let marks = if attribute.sensitive { Marks::SENSITIVE } else { Marks::NONE };
            return (Arc::clone(name), part.clone().with_marks(marks));
        }
        let nested = block.blocks.get(&**name).filter(|nested| has_sensitive(&nested.block));
        let marked = nested.map_or_else(|| part.clone(), |nested| mark_nested(&nested.block, nested.nesting, part));
        (Arc::clone(name), marked)
    });
    Value::object::<Arc<str>>(marked).with_marks(value.marks())
}

fn mark_nested(block: &Block, nesting: Nesting, value: &Value) -> Value {
    match (nesting, value.elements(), value.mapping()) {
        (Nesting::Single, ..) => mark_block(block, value),
        (_, Some(elements), _) if !elements.is_empty() => {
            value.with_elements(elements.iter().map(|element| mark_block(block, element)).collect())
        }
        (_, _, Some(entries)) if !entries.is_empty() => {
            value.with_mapping(entries.iter().map(|(key, entry)| (Arc::clone(key), mark_block(block, entry))).collect())
        }
        _ => value.clone(),
    }
}

/// Returns where a value is marked as sensitive, as the state records it.
pub(crate) fn sensitive_paths(value: &Value) -> Vec<Path> {
    let marked = value.unmark_deep().1.into_iter();
    marked.filter(|(_, marks)| marks.contains(Marks::SENSITIVE)).map(|(path, _)| path).collect()
}

/// Returns where a value is marked as sensitive, in the form that [`Value::mark_at`] takes.
pub(crate) fn sensitive_marks(value: &Value) -> Vec<(Path, Marks)> {
    sensitive_paths(value).into_iter().map(|path| (path, Marks::SENSITIVE)).collect()
}
