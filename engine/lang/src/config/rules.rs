//! Rules about single blocks and expressions that hold wherever they stand.

use std::sync::Arc;

use wpinfra_core::{Diagnostic, Diagnostics, SourceRange};

use super::Condition;
use super::load::is_json;
use crate::expr::{Expr, ExprKind, Expression, StepKind, Traversal};
use crate::syntax::Block;

/// Tells whether a text can be a name: a letter or underscore, then letters, digits, underscores and dashes.
pub(super) fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first == '_' || unicode_ident::is_xid_start(first))
        && characters.all(|other| other == '-' || unicode_ident::is_xid_continue(other))
}

/// Tells whether a text can be the local name of a provider: letters, digits, and dashes between them.
pub(super) fn is_provider_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
        && text.chars().all(|other| other == '-' || other.is_alphanumeric())
}

/// Returns the only one of the blocks; reports every further one.
pub(crate) fn only_one<'b>(
    blocks: impl Iterator<Item = &'b Block>,
    kind: &str,
    diagnostics: &mut Diagnostics,
) -> Option<&'b Block> {
    let mut first: Option<&Block> = None;
    for block in blocks {
        match first {
            None => first = Some(block),
            Some(first) => {
                let detail = format!(
                    "There can be one {kind:?} block only, and the first one stands in line {}. Put the content of both into one.",
                    first.range().start.line
                );
                diagnostics.push(Diagnostic::error("Duplicate block", detail).at(block.range()));
            }
        }
    }
    first
}

/// Reports a condition that does not depend on anything: it would always have the same outcome.
pub(super) fn check_refers(condition: &Condition, diagnostics: &mut Diagnostics) {
    let mut refers = false;
    condition.condition.traversals(&mut |_| refers = true);
    if !refers {
        let detail = "The condition refers to nothing, so it has the same outcome every time. Refer to the value that it is to check.";
        diagnostics.push(Diagnostic::error("Condition is constant", detail).at(condition.condition.range()));
    }
}

/// Reports a validation that does not look at the variable that it belongs to.
pub(super) fn check_refers_to_variable(condition: &Condition, name: &str, diagnostics: &mut Diagnostics) {
    let mut refers = false;
    condition.condition.traversals(&mut |traversal| refers |= is_variable(traversal, name));
    if !refers {
        let detail = format!("The condition does not look at the value that it is to check: refer to var.{name}.");
        diagnostics.push(Diagnostic::error("Condition is constant", detail).at(condition.condition.range()));
    }
}

fn is_variable(traversal: &Traversal, name: &str) -> bool {
    let first = traversal.steps.first().map(|step| &step.kind);
    &*traversal.root == "var" && matches!(first, Some(StepKind::Attribute(found)) if **found == *name)
}

/// Returns the entries of a list that are references, and reports those that are calculated; in quotes references are accepted, as
/// they always were.
pub(super) fn only_references(list: Vec<Expression>, diagnostics: &mut Diagnostics) -> Vec<Expression> {
    let is_reference = |expression: &Expression| {
        matches!(expression.expr.kind, ExprKind::Traversal(_)) || expression.expr.literal_text().is_some()
    };
    let (references, others): (Vec<Expression>, Vec<Expression>) = list.into_iter().partition(is_reference);
    for expression in others {
        let detail = "A reference is needed here, such as aws_iam_role.task or tags: no calls, no operators, and no keys that are calculated.";
        diagnostics.push(Diagnostic::error("Invalid expression", detail).at(expression.range()));
    }
    references
}

/// Returns the entries of `replace_triggered_by` that refer to a resource, and reports the others.
pub(super) fn only_triggers(list: Vec<Expression>, diagnostics: &mut Diagnostics) -> Vec<Expression> {
    const OTHERS: [&str; 8] = ["var", "local", "module", "data", "path", "terraform", "self", "ephemeral"];
    let is_trigger = |expression: &Expression| {
        let (mut resources, mut others) = (0, 0);
        expression.unquoted().traversals(&mut |traversal| match &*traversal.root {
            "count" | "each" => {}
            root if OTHERS.contains(&root) => others += 1,
            _ => resources += 1,
        });
        resources == 1 && others == 0
    };
    let (triggers, wrong): (Vec<Expression>, Vec<Expression>) = list.into_iter().partition(is_trigger);
    for expression in wrong {
        let detail = "What triggers the replacement is a change of a resource, or of an attribute of one: aws_iam_role.task, or aws_iam_role.task[count.index].arn. For anything else put a terraform_data resource in between that has it as \"input\".";
        diagnostics.push(Diagnostic::error("Invalid replace_triggered_by expression", detail).at(expression.range()));
    }
    triggers
}

/// Reports references in what runs when an object is destroyed: by then only the object itself is sure to be there.
pub(super) fn check_destroy_time(expressions: impl IntoIterator<Item = Expression>, diagnostics: &mut Diagnostics) {
    for expression in expressions {
        expression.traversals(&mut |traversal| {
            let each_value = &*traversal.root == "each"
                && matches!(traversal.steps.first().map(|step| &step.kind), Some(StepKind::Attribute(part)) if &**part == "value");
            if each_value || !matches!(&*traversal.root, "self" | "count" | "each" | "path" | "terraform") {
                let range = expression.source.range(crate::references::whole_span(traversal));
                let detail = "What runs when an object is destroyed can refer only to the object, as \"self\", and to count.index and each.key: other objects may be gone by then. Keep the value in an attribute of the object.";
                diagnostics.push(Diagnostic::error("Invalid reference at destroy time", detail).at(range));
            }
        });
    }
}

/// Tells whether quotes around a reference are the way to write it: in JSON there is no other.
pub(super) fn in_json(expression: &Expression) -> bool {
    is_json(&expression.source.file)
}

/// Returns a part of an expression with its source.
pub(super) fn part(expression: &Expression, expr: &Expr) -> Expression {
    Expression { source: Arc::clone(&expression.source), expr: Arc::new(expr.clone()) }
}

/// Says that a block stands where only arguments can.
pub(super) fn no_blocks(block: &Block, range: SourceRange) -> Diagnostic {
    let detail = format!("Only arguments can stand here. Write {} = …", block.kind);
    Diagnostic::error("Unexpected block", detail).at(range)
}
