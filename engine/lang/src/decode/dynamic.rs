//! `dynamic` blocks.

use std::sync::Arc;

use wpinfra_core::{Diagnostic, Marks, Type, Value};

use super::{Decoder, Instance, Instances, is_of};
use crate::config::load::is_json;
use crate::config::rules::only_one;
use crate::eval::elements;
use crate::expr::Expression;
use crate::print;
use crate::syntax::{Block, Body};

impl Decoder<'_> {
    /// Returns the blocks of a type in order, those of `dynamic` blocks expanded.
    pub(super) fn instances<'b>(&mut self, body: &'b Body, name: &str) -> Instances<'b> {
        let mut found = Instances { blocks: Vec::new(), unknown: false };
        for block in body.blocks.iter().filter(|block| is_of(block, name)) {
            if &*block.kind == "dynamic" {
                self.expand(block, &mut found);
            } else {
                found.blocks.push(Instance { block, iterators: None });
            }
        }
        found
    }

    fn expand<'b>(&mut self, block: &'b Block, found: &mut Instances<'b>) {
        let known = ["for_each", "iterator"];
        for attribute in block.body.attributes.values().filter(|attribute| !known.contains(&&*attribute.name)) {
            let problem = crate::config::blocks::unsupported_argument(&attribute.name, known, false);
            self.diagnostics.push(problem.at(attribute.name_range()));
        }
        for inner in block.body.blocks.iter().filter(|inner| &*inner.kind != "content") {
            let problem = crate::config::blocks::unsupported_block(&inner.kind, ["content"], false);
            self.diagnostics.push(problem.at(inner.body.range(inner.kind_span)));
        }
        let contents = block.body.blocks.iter().filter(|inner| &*inner.kind == "content");
        let Some(content) = only_one(contents, "content", &mut self.diagnostics) else {
            let detail = "A dynamic block needs a content block, which says what each block holds.";
            self.diagnostics.push(Diagnostic::error("Missing required block", detail).at(block.range()));
            return;
        };
        let Some(for_each) = block.body.expression("for_each") else {
            let detail = "The argument \"for_each\" is required, but no value was given.";
            self.diagnostics.push(Diagnostic::error("Missing required argument", detail).at(block.range()));
            return;
        };
        let iterator = match block.body.attributes.get("iterator") {
            Some(attribute) => {
                let name = attribute.expression().unquoted();
                let is_wrong = in_json_only(&attribute.expression());
                match name.expr.keyword() {
                    Some(name) if !is_wrong => Some(Arc::clone(name)),
                    _ => {
                        let detail = "The iterator is a single name without quotes, which stands for the element in the content: iterator = rule.";
                        let range = attribute.expression().range();
                        self.diagnostics.push(Diagnostic::error("Invalid dynamic iterator name", detail).at(range));
                        return;
                    }
                }
            }
            None => block.label(0).cloned(),
        };
        let Some(iterator) = iterator else { return };
        let Ok(collection) = self.evaluate(&for_each) else {
            found.unknown = true;
            return;
        };
        let problem = if collection.is_null() {
            Some("What a dynamic block repeats for must not be null.".to_owned())
        } else if matches!(collection.ty(), Type::Bool | Type::Number | Type::String) {
            Some(format!(
                "Only lists, sets and maps can be repeated for, but this is {}.",
                print::kind(collection.ty())
            ))
        } else {
            None
        };
        if let Some(detail) = problem {
            self.diagnostics.push(Diagnostic::error("Invalid dynamic for_each value", detail).at(for_each.range()));
            found.unknown = true;
            return;
        }
        let marks = collection.marks();
        let pairs = if collection.is_known() {
            elements(&collection)
        } else {
            found.unknown = true;
            // One pass with unknown values finds the errors in the content.
            vec![(Value::unknown(Type::Dynamic), Value::unknown(Type::Dynamic))]
        };
        for (key, value) in pairs {
            let mut iterators = self.variables.clone();
            iterators.push((Arc::clone(&iterator), element(key, value, marks)));
            found.blocks.push(Instance { block: content, iterators: Some(iterators) });
        }
    }
}

/// Tells whether the expression is a text in quotes where it need not be: in JSON there is no other way.
fn in_json_only(expression: &Expression) -> bool {
    expression.expr.literal_text().is_some() && !is_json(&expression.source.file)
}

/// Returns what the iterator stands for.
fn element(key: Value, value: Value, marks: Marks) -> Value {
    Value::object([("key", key.with_marks(marks)), ("value", value.with_marks(marks))])
}
