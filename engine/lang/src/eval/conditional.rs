//! `condition ? a : b`

use wpinfra_core::convert::convert;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::unify::unify;
use wpinfra_core::{Diagnostic, Number, Type, Value};

use super::{Evaluated, Evaluation, Failed};
use crate::expr::Expr;
use crate::print;

/// The condition and the two results.
type Branches = (Expr, Expr, Expr);

impl Evaluation<'_> {
    pub(super) fn conditional(&mut self, expr: &Expr, all: &Branches) -> Evaluated {
        let condition = self.expr(&all.0).and_then(|value| self.condition(expr, &all.0, &value));
        // An error in the branch that is not taken does not matter, so each branch keeps its own.
        let before = std::mem::take(&mut self.diagnostics);
        let then = self.expr(&all.1);
        let then_diagnostics = std::mem::replace(&mut self.diagnostics, before);
        let before = std::mem::take(&mut self.diagnostics);
        let otherwise = self.expr(&all.2);
        let otherwise_diagnostics = std::mem::replace(&mut self.diagnostics, before);
        let condition = condition?;
        let taken = condition.as_bool();
        if taken != Some(false) {
            self.diagnostics.extend(then_diagnostics);
        }
        if taken != Some(true) {
            self.diagnostics.extend(otherwise_diagnostics);
        }
        let ty = match (&then, &otherwise) {
            (Ok(then), Ok(otherwise)) => self.common_type(expr, all, then, otherwise)?,
            // The type of a branch that failed is not known.
            (Ok(only), Err(Failed)) | (Err(Failed), Ok(only)) => only.ty().clone(),
            (Err(Failed), Err(Failed)) => return Err(Failed),
        };
        let marks = condition.marks();
        match taken {
            Some(true) => self.branch(expr, all, &then?, &ty).map(|value| value.with_marks(marks)),
            Some(false) => self.branch(expr, all, &otherwise?, &ty).map(|value| value.with_marks(marks)),
            None => {
                let (then, otherwise) =
                    (self.branch(expr, all, &then?, &ty)?, self.branch(expr, all, &otherwise?, &ty)?);
                let marks = marks | then.marks() | otherwise.marks();
                Ok(either(&then, &otherwise, ty).with_marks(marks))
            }
        }
    }

    /// Returns a condition as a `bool` that is not null.
    fn condition(&mut self, whole: &Expr, expr: &Expr, value: &Value) -> Evaluated {
        if value.is_null() {
            return self.fail_at(
                whole,
                expr.span,
                "Null condition",
                "The condition must be true or false, but is null.",
                None,
            );
        }
        match convert(value, &Type::Bool) {
            Ok(condition) => Ok(condition),
            Err(error) => {
                let detail = format!("The condition must be true or false: {}.", error.message);
                self.fail_at(whole, expr.span, "Incorrect condition type", detail, None)
            }
        }
    }

    fn common_type(&mut self, expr: &Expr, all: &Branches, then: &Value, otherwise: &Value) -> Result<Type, Failed> {
        let untyped_null = |value: &Value| value.is_null() && *value.ty() == Type::Dynamic;
        if untyped_null(then) {
            return Ok(otherwise.ty().clone());
        }
        if untyped_null(otherwise) {
            return Ok(then.ty().clone());
        }
        if let Some(ty) = unify(&[then.ty().clone(), otherwise.ty().clone()]) {
            return Ok(ty);
        }
        let detail = format!(
            "Both results of a conditional must have types that fit together, but the first is {} and the second is {}.",
            print::kind(then.ty()),
            print::kind(otherwise.ty()),
        );
        self.inconsistent(expr, all, detail)
    }

    fn inconsistent<T>(&mut self, expr: &Expr, all: &Branches, detail: String) -> Result<T, Failed> {
        let results = self.source.range(all.1.span.to(all.2.span));
        let problem = Diagnostic::error("Inconsistent conditional result types", detail).at(results);
        self.fail_with(problem, None, expr.span)
    }

    fn branch(&mut self, expr: &Expr, all: &Branches, value: &Value, ty: &Type) -> Evaluated {
        match convert(value, ty) {
            Ok(converted) => Ok(converted),
            Err(error) => {
                let detail = format!("The result cannot be converted to {ty}: {}.", error.message);
                self.inconsistent(expr, all, detail)
            }
        }
    }
}

/// Returns what is known of one of two values.
fn either(then: &Value, otherwise: &Value, ty: Type) -> Value {
    let not_null = then.is_definitely_not_null() && otherwise.is_definitely_not_null();
    let (a, b) = (length(then), length(otherwise));
    let mut refinement = Refinement { not_null, ..Refinement::default() };
    if ty.is_collection() && not_null {
        refinement.min_length = a.0.zip(b.0).map(|(a, b)| a.min(b)).filter(|least| *least > 0);
        refinement.max_length = a.1.zip(b.1).map(|(a, b)| a.max(b));
    }
    if ty == Type::Number && not_null {
        let (a, b) = (bounds(then), bounds(otherwise));
        refinement.min_number = a.0.zip(b.0).map(|(a, b)| if b.0 < a.0 { b } else { a });
        refinement.max_number = a.1.zip(b.1).map(|(a, b)| if b.0 > a.0 { b } else { a });
    }
    Value::refined(ty, refinement)
}

/// A bound of a number, and whether the number can be the bound itself.
type Bound = (Number, bool);

/// Returns the least and greatest number that the value can be.
fn bounds(value: &Value) -> (Option<Bound>, Option<Bound>) {
    match (value.as_number(), value.refinement()) {
        (Some(known), _) => (Some((known.clone(), true)), Some((known.clone(), true))),
        (None, Some(refinement)) => (refinement.min_number.clone(), refinement.max_number.clone()),
        (None, None) => (None, None),
    }
}

/// Returns the least and greatest number of elements.
fn length(value: &Value) -> (Option<usize>, Option<usize>) {
    let known = value.elements().map(<[Value]>::len).or_else(|| value.mapping().map(std::collections::BTreeMap::len));
    match (known, value.refinement()) {
        (Some(known), _) => (Some(known), Some(known)),
        (None, Some(refinement)) => (refinement.min_length, refinement.max_length),
        (None, None) => (None, None),
    }
}
