//! What the console prints for an expression.

use wpinfra_core::{Diagnostic, Diagnostics};

use super::{Scope, evaluate};
use crate::expr::{Expr, ExprKind, Expression, TemplatePart};
use crate::print;

/// Evaluates an expression and returns what `console` prints for it; nothing together with errors.
pub fn console_text(expression: &Expression, scope: &dyn Scope) -> (String, Diagnostics) {
    let mut diagnostics = undeclared(expression, scope);
    if diagnostics.has_errors() {
        return (String::new(), diagnostics);
    }
    let (part, format): (_, fn(&wpinfra_core::Value) -> String) = match type_argument(&expression.expr) {
        Some(argument) => {
            let argument = Expression { source: expression.source.clone(), expr: argument.clone().into() };
            (argument, |value| print::type_text(value.ty()))
        }
        None => (expression.clone(), print::format_value),
    };
    let value = diagnostics.absorb(evaluate(&part, scope));
    let text = if diagnostics.has_errors() { String::new() } else { format(&value) };
    (text, diagnostics)
}

/// Reports what is not declared: that is wrong even where `try` would catch it.
fn undeclared(expression: &Expression, scope: &dyn Scope) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    expression.traversals(&mut |traversal| {
        let mut found = Diagnostics::new();
        let resolved = scope.resolve(traversal, &expression.source, &mut found);
        let is_undeclared = |problem: &Diagnostic| {
            problem.summary.starts_with("Reference to undeclared") || problem.summary == "Invalid reference"
        };
        if resolved.is_err() {
            diagnostics.extend(found.into_iter().filter(is_undeclared).collect());
        }
    });
    diagnostics
}

/// Returns the argument where the expression is a call of `type`: a type is no value, so that no expression can be around it.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of expressions are the same here")]
fn type_argument(mut expr: &Expr) -> Option<&Expr> {
    loop {
        match &expr.kind {
            ExprKind::Parenthesis(inner) => expr = inner,
            ExprKind::Template(parts) => match parts.as_slice() {
                [TemplatePart::Interpolation(inner)] => expr = inner,
                _ => return None,
            },
            ExprKind::Call(call) if call.name.strip_prefix("core::").unwrap_or(&call.name) == "type" => {
                return match call.arguments.as_slice() {
                    [argument] if !call.expand => Some(argument),
                    _ => None,
                };
            }
            _ => return None,
        }
    }
}
