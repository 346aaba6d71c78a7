//! Expressions in texts with escapes: places inside of them are not places in the file.

use wpinfra_core::stack::deeper;

use crate::expr::{Expr, ExprKind, SplatStep, Step, TemplatePart};
use crate::syntax::Span;

/// Gives an expression and everything in it the place of the whole text.
pub(super) fn placed(mut expr: Expr, span: Span) -> Expr {
    place(&mut expr, span);
    expr
}

fn place(expr: &mut Expr, span: Span) {
    deeper(|| place_one(expr, span));
}

fn place_one(expr: &mut Expr, span: Span) {
    expr.span = span;
    match &mut expr.kind {
        ExprKind::Literal(_) => {}
        ExprKind::Template(parts) => place_parts(parts, span),
        ExprKind::Tuple(elements) => elements.iter_mut().for_each(|element| place(element, span)),
        ExprKind::Object(items) => {
            for (key, value) in items {
                place(key, span);
                place(value, span);
            }
        }
        ExprKind::Parenthesis(inner) | ExprKind::Unary(_, inner) => place(inner, span),
        ExprKind::Traversal(traversal) => {
            traversal.root_span = span;
            place_steps(&mut traversal.steps, span);
        }
        ExprKind::Relative(relative) => {
            place(&mut relative.0, span);
            place_steps(&mut relative.1, span);
        }
        ExprKind::Index(both) => {
            place(&mut both.0, span);
            place(&mut both.1, span);
        }
        ExprKind::Binary(first, rest) => {
            place(first, span);
            for (_, operand) in rest {
                place(operand, span);
            }
        }
        ExprKind::Splat(splat) => {
            place(&mut splat.list, span);
            place_splat(&mut splat.each, span);
        }
        ExprKind::Conditional(all) => {
            place(&mut all.0, span);
            place(&mut all.1, span);
            place(&mut all.2, span);
        }
        ExprKind::Call(call) => {
            call.name_span = span;
            call.arguments.iter_mut().for_each(|argument| place(argument, span));
        }
        ExprKind::For(each) => {
            place(&mut each.collection, span);
            place(&mut each.value, span);
            each.key.iter_mut().chain(&mut each.condition).for_each(|inner| place(inner, span));
        }
    }
}

fn place_parts(parts: &mut [TemplatePart], span: Span) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(inner) => place(inner, span),
            TemplatePart::If(all) => {
                place(&mut all.0, span);
                place_parts(&mut all.1, span);
                place_parts(&mut all.2, span);
            }
            TemplatePart::For(each) => {
                place(&mut each.collection, span);
                place_parts(&mut each.body, span);
            }
        }
    }
}

fn place_steps(steps: &mut [Step], span: Span) {
    for step in steps {
        step.span = span;
    }
}

fn place_splat(steps: &mut [SplatStep], span: Span) {
    for step in steps {
        match step {
            SplatStep::Static(step) => step.span = span,
            SplatStep::Index(key) => place(key, span),
            SplatStep::Splat(inner, at) => {
                *at = span;
                place_splat(inner, span);
            }
        }
    }
}
