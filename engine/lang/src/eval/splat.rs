//! Splat operators: `a[*].b` and `a.*.b`.

use wpinfra_core::refinement::Refinement;
use wpinfra_core::{Type, Value};

use super::{Evaluated, Evaluation, Failed};
use crate::expr::{Expr, ExprKind, SplatStep};

impl Evaluation<'_> {
    pub(super) fn splat(&mut self, expr: &Expr, list: &Value, each: &[SplatStep]) -> Evaluated {
        let marks = list.marks();
        let (list, _) = list.clone().unmark();
        let sequence = matches!(list.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_));
        if list.is_null() {
            if sequence {
                let detail = "A splat operator cannot be applied to a list that is null.";
                return self.fail(expr, "Splat of null value", detail);
            }
            return Ok(Value::tuple(Vec::new()).with_marks(marks));
        }
        if *list.ty() == Type::Dynamic {
            return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
        }
        if !sequence {
            // Anything that is no list counts as a list of one, if it is not null.
            if !list.is_known() && !list.is_definitely_not_null() {
                self.splat_element(expr, list, each)?;
                return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
            }
            let element = self.splat_element(expr, list, each)?;
            return Ok(Value::tuple(vec![element]).with_marks(marks));
        }
        let Some(elements) = list.elements() else {
            return self.unknown_splat(expr, &list, each).map(|value| value.with_marks(marks));
        };
        let results: Vec<Evaluated> =
            elements.iter().map(|element| self.splat_element(expr, element.clone(), each)).collect();
        let results: Vec<Value> = results.into_iter().collect::<Result<_, Failed>>()?;
        let value = match (list.ty().element(), results.first()) {
            (Some(element), None) => {
                let ty = self.splat_element(expr, Value::unknown(element.clone()), each)?.ty().clone();
                Value::list(ty, Vec::new())
            }
            (Some(_), Some(first)) if results.iter().all(|value| value.ty() == first.ty()) => {
                Value::list(first.ty().clone(), results)
            }
            _ => Value::tuple(results),
        };
        Ok(value.with_marks(marks))
    }

    /// A list or set of which the elements are unknown gives an unknown list of what each element gives.
    fn unknown_splat(&mut self, expr: &Expr, list: &Value, each: &[SplatStep]) -> Evaluated {
        match list.ty() {
            Type::Tuple(types) => {
                let results: Vec<Evaluated> =
                    types.iter().map(|ty| self.splat_element(expr, Value::unknown(ty.clone()), each)).collect();
                let results: Vec<Value> = results.into_iter().collect::<Result<_, Failed>>()?;
                Ok(Value::unknown(Type::tuple(results.iter().map(|value| value.ty().clone()))))
            }
            Type::Dynamic
            | Type::Bool
            | Type::Number
            | Type::String
            | Type::List(_)
            | Type::Set(_)
            | Type::Map(_)
            | Type::Object(_) => {
                let element = list.ty().element().cloned().unwrap_or(Type::Dynamic);
                let result = self.splat_element(expr, Value::unknown(element), each)?;
                let known = list.refinement().cloned().unwrap_or_default();
                let refinement = Refinement {
                    not_null: known.not_null,
                    // Elements of a set can become equal, a list keeps all of them.
                    min_length: known.min_length,
                    max_length: known.max_length,
                    ..Refinement::default()
                };
                Ok(Value::refined(Type::list(result.ty().clone()), refinement))
            }
        }
    }

    fn splat_element(&mut self, expr: &Expr, element: Value, each: &[SplatStep]) -> Evaluated {
        // What fails is a step into an element, which has no name: the list would explain nothing.
        let expr = &Expr { kind: ExprKind::Literal(Value::null(Type::Dynamic)), span: expr.span };
        let mut current = element;
        for step in each {
            current = match step {
                SplatStep::Static(step) => self.steps(expr, current, std::slice::from_ref(step))?,
                SplatStep::Index(key) => {
                    let value = self.expr(key)?;
                    self.index(expr, &current, &value, key.span)?
                }
                SplatStep::Splat(inner, _) => return self.splat(expr, &current, inner),
            };
        }
        Ok(current)
    }
}
