//! Operators with one and two operands.

use wpinfra_core::convert::convert;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::{Diagnostic, Marks, Number, Type, Value};

use super::{Evaluated, Evaluation, Failed, equal};
use crate::expr::{BinaryOperator, Expr, UnaryOperator};
use crate::syntax::Span;

/// A chain of operators, and how much of it has been applied.
#[derive(Clone, Copy)]
struct Whole<'e> {
    expr: &'e Expr,
    span: Span,
}

impl Evaluation<'_> {
    pub(super) fn unary(&mut self, expr: &Expr, operator: UnaryOperator, operand: &Expr) -> Evaluated {
        let value = self.expr(operand)?;
        let ty = match operator {
            UnaryOperator::Not => Type::Bool,
            UnaryOperator::Negate => Type::Number,
        };
        let value = self.operand(expr, operand.span, &value, &ty)?;
        let marks = value.marks();
        let result = match operator {
            UnaryOperator::Not => value.as_bool().map(|value| Value::bool(!value)),
            UnaryOperator::Negate => value.as_number().map(|number| Value::number(-number.clone())),
        };
        Ok(result.unwrap_or_else(|| unknown(ty)).with_marks(marks))
    }

    /// Applies operators of one precedence from left to right.
    pub(super) fn binary(&mut self, expr: &Expr, first: &Expr, rest: &[(BinaryOperator, Expr)]) -> Evaluated {
        let mut left = self.expr(first);
        let mut span = first.span;
        for (operator, operand) in rest {
            let right = self.expr(operand);
            let whole = Whole { expr, span: span.to(operand.span) };
            left = match (left, right) {
                (Ok(value), Ok(right)) => self.applied(whole, *operator, (&value, span), (&right, operand.span)),
                _ => Err(Failed),
            };
            span = whole.span;
        }
        left
    }

    fn applied(
        &mut self,
        whole: Whole<'_>,
        operator: BinaryOperator,
        (left, left_span): (&Value, Span),
        (right, right_span): (&Value, Span),
    ) -> Evaluated {
        match operator {
            BinaryOperator::Equal => Ok(equal(left, right)),
            BinaryOperator::NotEqual => {
                let result = equal(left, right);
                let marks = result.marks();
                Ok(result.as_bool().map_or_else(|| unknown(Type::Bool), |same| Value::bool(!same)).with_marks(marks))
            }
            BinaryOperator::And | BinaryOperator::Or => {
                let left = self.operand(whole.expr, left_span, left, &Type::Bool);
                let right = self.operand(whole.expr, right_span, right, &Type::Bool);
                Ok(logical(operator, &left?, &right?))
            }
            BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual
            | BinaryOperator::Add
            | BinaryOperator::Subtract
            | BinaryOperator::Multiply
            | BinaryOperator::Divide
            | BinaryOperator::Modulo => {
                let left = self.operand(whole.expr, left_span, left, &Type::Number);
                let right = self.operand(whole.expr, right_span, right, &Type::Number);
                self.numeric(whole, operator, &left?, &right?)
            }
        }
    }

    fn operand(&mut self, whole: &Expr, span: Span, value: &Value, ty: &Type) -> Evaluated {
        let converted = match convert(value, ty) {
            Ok(converted) => converted,
            Err(error) => {
                let detail = format!("This operand does not suit the operator: {}.", error.message);
                let problem = Diagnostic::error("Invalid operand", detail).at(self.source.range(span));
                return self.fail_with(problem, Some(whole), whole.span);
            }
        };
        if converted.is_null() {
            return self.fail(whole, "Invalid operand", "An operand must not be null.");
        }
        Ok(converted)
    }

    fn computed(&mut self, whole: Whole<'_>, number: Option<Number>, marks: Marks) -> Evaluated {
        let Some(number) = number else {
            let detail = "This has no value: it divides zero by zero, or computes with infinite numbers, as a division by zero gives them.";
            return self.fail_at(whole.expr, whole.span, "Operation without a result", detail, None);
        };
        Ok(Value::number(number).with_marks(marks))
    }

    fn numeric(&mut self, whole: Whole<'_>, operator: BinaryOperator, left: &Value, right: &Value) -> Evaluated {
        let marks = left.marks() | right.marks();
        let (Some(a), Some(b)) = (left.as_number(), right.as_number()) else {
            return Ok(unknown_numeric(operator, left, right).with_marks(marks));
        };
        let result = match operator {
            BinaryOperator::Less => Value::bool(a < b),
            BinaryOperator::LessOrEqual => Value::bool(a <= b),
            BinaryOperator::Greater => Value::bool(a > b),
            BinaryOperator::GreaterOrEqual => Value::bool(a >= b),
            BinaryOperator::Add => return self.computed(whole, a.add(b), marks),
            BinaryOperator::Subtract => return self.computed(whole, a.subtract(b), marks),
            BinaryOperator::Multiply => return self.computed(whole, a.multiply(b), marks),
            BinaryOperator::Divide => return self.computed(whole, a.divide(b), marks),
            BinaryOperator::Modulo => return self.computed(whole, a.remainder(b), marks),
            BinaryOperator::Equal | BinaryOperator::NotEqual | BinaryOperator::And | BinaryOperator::Or => {
                return Err(Failed);
            }
        };
        Ok(result.with_marks(marks))
    }
}

fn unknown(ty: Type) -> Value {
    Value::refined(ty, Refinement::not_null())
}

/// Returns the result of a numeric operator on operands that are not both known.
fn unknown_numeric(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    let (low_a, high_a) = bounds(left);
    let (low_b, high_b) = bounds(right);
    let known = |low: Option<&Number>, high: Option<&Number>, test: fn(&Number, &Number) -> bool| matches!((low, high), (Some(low), Some(high)) if test(low, high));
    // As in Terraform, only ranges that do not even touch decide.
    let (below, above) = (known(high_a, low_b, Number::lt), known(low_a, high_b, Number::gt));
    let decided = match operator {
        BinaryOperator::Less | BinaryOperator::LessOrEqual => (below, above),
        BinaryOperator::Greater | BinaryOperator::GreaterOrEqual => (above, below),
        BinaryOperator::Equal
        | BinaryOperator::NotEqual
        | BinaryOperator::Add
        | BinaryOperator::Subtract
        | BinaryOperator::Multiply
        | BinaryOperator::Divide
        | BinaryOperator::Modulo
        | BinaryOperator::And
        | BinaryOperator::Or => return unknown(Type::Number),
    };
    match decided {
        (true, _) => Value::bool(true),
        (_, true) => Value::bool(false),
        (false, false) => unknown(Type::Bool),
    }
}

fn bounds(value: &Value) -> (Option<&Number>, Option<&Number>) {
    if let Some(number) = value.as_number() {
        return (Some(number), Some(number));
    }
    let refinement = value.refinement();
    let low = refinement.and_then(|known| known.min_number.as_ref()).map(|(bound, _)| bound);
    let high = refinement.and_then(|known| known.max_number.as_ref()).map(|(bound, _)| bound);
    (low, high)
}

/// `&&` and `||`: as in Terraform 1.11 an unknown operand makes the result unknown even if the other one decides.
fn logical(operator: BinaryOperator, left: &Value, right: &Value) -> Value {
    let result = match (left.as_bool(), right.as_bool()) {
        (Some(left), Some(right)) if operator == BinaryOperator::And => Value::bool(left && right),
        (Some(left), Some(right)) => Value::bool(left || right),
        _ => unknown(Type::Bool),
    };
    result.with_marks(left.marks() | right.marks())
}
