//! `for` expressions.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::convert::convert;
use wpinfra_core::{Marks, Type, Value};

use super::{Evaluated, Evaluation, Failed, limits};
use crate::expr::{Expr, For};
use crate::print;

impl Evaluation<'_> {
    pub(super) fn for_expr(&mut self, each: &For) -> Evaluated {
        let collection = self.expr(&each.collection)?;
        let marks = collection.marks();
        let Some(elements) = self.iterate(&each.collection, &collection)? else {
            return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
        };
        match &each.key {
            None => self.for_tuple(each, elements, marks),
            Some(key) => self.for_object(each, key, elements, marks),
        }
    }

    /// Returns keys and elements of a collection in order; `None` while they are unknown.
    pub(super) fn iterate(&mut self, expr: &Expr, collection: &Value) -> Result<Option<Vec<(Value, Value)>>, Failed> {
        if collection.is_null() {
            return self.fail(expr, "Iteration over null value", "What is iterated over must not be null.");
        }
        let iterable = !matches!(collection.ty(), Type::Bool | Type::Number | Type::String);
        if !iterable {
            let detail = format!(
                "Only lists, sets, tuples, maps and objects can be iterated over, but this is {}.",
                print::kind(collection.ty())
            );
            return self.fail(expr, "Iteration over non-iterable value", detail);
        }
        if !collection.is_known() {
            return Ok(None);
        }
        Ok(Some(elements(collection)))
    }

    /// Evaluates the condition of an element; `None` while it is unknown.
    fn keep(&mut self, each: &For, marks: &mut Marks) -> Result<Option<bool>, Failed> {
        let Some(condition) = &each.condition else { return Ok(Some(true)) };
        let value = self.expr(condition)?;
        *marks |= value.marks();
        if value.is_null() {
            return self.fail(
                condition,
                "Null condition",
                "The condition of a \"for\" must be true or false, but is null.",
            );
        }
        match convert(&value, &Type::Bool) {
            Ok(value) => Ok(value.as_bool()),
            Err(error) => {
                let detail = format!("The condition of a \"for\" must be true or false: {}.", error.message);
                self.fail(condition, "Incorrect condition type", detail)
            }
        }
    }

    fn for_tuple(&mut self, each: &For, elements: Vec<(Value, Value)>, mut marks: Marks) -> Evaluated {
        let mut results = Vec::with_capacity(elements.len());
        let (mut known, mut failed) = (true, false);
        let mut size: u32 = 0;
        for element in elements {
            let result = self.with_variables(each.key_variable.as_ref(), &each.value_variable, element, |this| {
                Ok(match this.keep(each, &mut marks)? {
                    Some(true) => Some(Some(this.expr(&each.value)?)),
                    Some(false) => None,
                    None => Some(None),
                })
            });
            match result {
                Ok(Some(Some(value))) => {
                    size = size.saturating_add(value.size());
                    if size > limits::SIZE {
                        return self.fail(&each.value, "Value too large", limits::size());
                    }
                    results.push(value);
                }
                Ok(Some(None)) => known = false,
                Ok(None) => {}
                Err(Failed) => failed = true,
            }
        }
        if failed {
            return Err(Failed);
        }
        let value = if known { Value::tuple(results) } else { Value::unknown(Type::Dynamic) };
        Ok(value.with_marks(marks))
    }

    fn for_object(&mut self, each: &For, key: &Expr, elements: Vec<(Value, Value)>, mut marks: Marks) -> Evaluated {
        let mut results: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        let (mut known, mut failed) = (true, false);
        let mut size: u32 = 0;
        for element in elements {
            let result = self.with_variables(each.key_variable.as_ref(), &each.value_variable, element, |this| {
                Ok(match this.keep(each, &mut marks)? {
                    Some(true) => {
                        let (name, value) = (this.expr(key), this.expr(&each.value));
                        let (name, key_marks) = this.key_text(key, &name?)?;
                        marks |= key_marks;
                        Some(name.zip(Some(value?)))
                    }
                    Some(false) => None,
                    None => Some(None),
                })
            });
            match result {
                Ok(Some(Some((name, value)))) => {
                    size = size.saturating_add(value.size());
                    if size > limits::SIZE {
                        return self.fail(&each.value, "Value too large", limits::size());
                    }
                    let values = results.entry(Arc::clone(&name)).or_default();
                    values.push(value);
                    if values.len() > 1 && !each.grouping {
                        let detail = format!(
                            "Two elements have the key {name:?}. If several values for one key are meant, write \"...\" after the value to collect them in a list."
                        );
                        let _: Result<(), Failed> = self.fail(key, "Duplicate object key", detail);
                        return Err(Failed);
                    }
                }
                Ok(Some(None)) => known = false,
                Ok(None) => {}
                Err(Failed) => failed = true,
            }
        }
        if failed {
            return Err(Failed);
        }
        if !known {
            return Ok(Value::unknown(Type::Dynamic).with_marks(marks));
        }
        let grouping = each.grouping;
        let results = results.into_iter().filter_map(|(name, mut values)| {
            let value = if grouping { Some(Value::tuple(values)) } else { values.pop() };
            value.map(|value| (name, value))
        });
        Ok(Value::object(results).with_marks(marks))
    }
}

/// Returns keys and elements of a known collection in order.
pub(crate) fn elements(collection: &Value) -> Vec<(Value, Value)> {
    if let Some(mapping) = collection.mapping() {
        return mapping.iter().map(|(key, value)| (Value::string(key), value.clone())).collect();
    }
    let values = collection.elements().unwrap_or_default();
    if matches!(collection.ty(), Type::Set(_)) {
        return values.iter().map(|value| (value.clone(), value.clone())).collect();
    }
    values.iter().enumerate().map(|(index, value)| (Value::number(index), value.clone())).collect()
}
