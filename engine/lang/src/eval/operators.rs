//! Operators with one and two operands.

use wpinfra_core::convert::convert;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::{Diagnostic, Number, Type, Value};

use super::{Evaluated, Evaluation, Failed, equal};
use crate::expr::{BinaryOperator, Expr, UnaryOperator};

impl Evaluation<'_> {
    pub(super) fn unary(&mut self, expr: &Expr, operator: UnaryOperator, operand: &Expr) -> Evaluated {
        let value = self.expr(operand)?;
        let ty = match operator {
            UnaryOperator::Not => Type::Bool,
            UnaryOperator::Negate => Type::Number,
        };
        let value = self.operand(expr, operand, &value, &ty)?;
        let marks = value.marks();
        let result = match operator {
            UnaryOperator::Not => value.as_bool().map(|value| Value::bool(!value)),
            UnaryOperator::Negate => {
                value.as_number().map(|number| Value::number(Number::from(0_i64).subtract(number)))
            }
        };
        Ok(result.unwrap_or_else(|| unknown(ty)).with_marks(marks))
    }

    pub(super) fn binary(&mut self, expr: &Expr, operator: BinaryOperator, both: &(Expr, Expr)) -> Evaluated {
        let (left, right) = (self.expr(&both.0), self.expr(&both.1));
        let (left, right) = (left?, right?);
        match operator {
            BinaryOperator::Equal => Ok(equal(&left, &right)),
            BinaryOperator::NotEqual => {
                let result = equal(&left, &right);
                let marks = result.marks();
                Ok(result.as_bool().map_or_else(|| unknown(Type::Bool), |same| Value::bool(!same)).with_marks(marks))
            }
            BinaryOperator::And | BinaryOperator::Or => {
                let left = self.operand(expr, &both.0, &left, &Type::Bool);
                let right = self.operand(expr, &both.1, &right, &Type::Bool);
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
                let left = self.operand(expr, &both.0, &left, &Type::Number);
                let right = self.operand(expr, &both.1, &right, &Type::Number);
                self.numeric(expr, operator, &left?, &right?)
            }
        }
    }

    fn operand(&mut self, whole: &Expr, expr: &Expr, value: &Value, ty: &Type) -> Evaluated {
        let converted = match convert(value, ty) {
            Ok(converted) => converted,
            Err(error) => {
                let detail = format!("This operand does not suit the operator: {}.", error.message);
                let problem = Diagnostic::error("Invalid operand", detail).at(self.source.range(expr.span));
                return self.fail_with(problem, Some(expr), whole.span);
            }
        };
        if converted.is_null() {
            return self.fail(whole, "Invalid operand", "An operand must not be null.");
        }
        Ok(converted)
    }

    fn numeric(&mut self, expr: &Expr, operator: BinaryOperator, left: &Value, right: &Value) -> Evaluated {
        let marks = left.marks() | right.marks();
        let (Some(a), Some(b)) = (left.as_number(), right.as_number()) else {
            return Ok(unknown_numeric(operator, left, right).with_marks(marks));
        };
        let result = match operator {
            BinaryOperator::Less => Value::bool(a < b),
            BinaryOperator::LessOrEqual => Value::bool(a <= b),
            BinaryOperator::Greater => Value::bool(a > b),
            BinaryOperator::GreaterOrEqual => Value::bool(a >= b),
            BinaryOperator::Add => Value::number(a.add(b)),
            BinaryOperator::Subtract => Value::number(a.subtract(b)),
            BinaryOperator::Multiply => Value::number(a.multiply(b)),
            BinaryOperator::Divide | BinaryOperator::Modulo => {
                let quotient = if operator == BinaryOperator::Divide { a.divide(b) } else { a.remainder(b) };
                let Some(quotient) = quotient else {
                    return self.fail(expr, "Division by zero", "The divisor is zero.");
                };
                Value::number(quotient)
            }
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
    let decided = match operator {
        BinaryOperator::Less => (known(high_a, low_b, Number::lt), known(low_a, high_b, Number::ge)),
        BinaryOperator::LessOrEqual => (known(high_a, low_b, Number::le), known(low_a, high_b, Number::gt)),
        BinaryOperator::Greater => (known(low_a, high_b, Number::gt), known(high_a, low_b, Number::le)),
        BinaryOperator::GreaterOrEqual => (known(low_a, high_b, Number::ge), known(high_a, low_b, Number::lt)),
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
