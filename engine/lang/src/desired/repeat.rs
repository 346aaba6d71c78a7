//! `count` and `for_each`.

use std::sync::{Arc, PoisonError};

use wpinfra_core::address::{ConfigAddress, InstanceKey};
use wpinfra_core::convert::convert;
use wpinfra_core::desired::{Expansion, Known, Repetition};
use wpinfra_core::{Diagnostic, Diagnostics, Marks, ModuleInstance, Type, Value};

use super::{Evaluator, RepeatKey};
use crate::config;
use crate::eval::evaluate_with;
use crate::expr::Expression;
use crate::module_scope::{ModuleScope, Repeated};
use crate::print;
use crate::references::ResourceKey;

/// How a block is repeated, and with which values.
#[derive(Clone, Debug)]
pub(crate) struct Repeat {
    pub(crate) repetition: Repetition,
    pub(crate) keys: Vec<Option<InstanceKey>>,
    pub(crate) diagnostics: Diagnostics,
    /// The value of `for_each`.
    each: Option<Value>,
}

/// What `count` may be at most.
const COUNT_LIMIT: i64 = 100_000;

impl Repeat {
    fn single() -> Self {
        Self { repetition: Repetition::Single, keys: vec![None], diagnostics: Diagnostics::new(), each: None }
    }

    fn unknown(diagnostics: impl Into<Diagnostics>) -> Self {
        Self { repetition: Repetition::Unknown, keys: Vec::new(), diagnostics: diagnostics.into(), each: None }
    }

    /// Returns what `count` and `each` stand for in the instance with the key.
    pub(crate) fn at(&self, key: Option<&InstanceKey>) -> Repeated {
        match key {
            None => Repeated::default(),
            Some(InstanceKey::Index(index)) => {
                let index = i64::try_from(*index).unwrap_or(i64::MAX);
                Repeated { count_index: Some(Value::number(index)), each: None }
            }
            Some(InstanceKey::Name(name)) => {
                let key = Value::string(name);
                let value = self.each.as_ref().map_or_else(
                    || Value::unknown(Type::Dynamic),
                    |each| {
                        if each.mapping().is_some() {
                            each.get(name).unwrap_or_else(|| key.clone())
                        } else {
                            key.clone()
                        }
                    },
                );
                Repeated { count_index: None, each: Some((key, value)) }
            }
        }
    }

    /// Returns what can be said of a key that the configuration may not give any more.
    pub(crate) fn without_value(key: Option<&InstanceKey>) -> Repeated {
        Self::single().at(key)
    }

    /// Returns stand-ins where the repetition is not known: enough to check the types of what is repeated.
    pub(crate) fn placeholder(repeat: &config::Repeat) -> Repeated {
        if repeat.count.is_some() {
            return Repeated { count_index: Some(Value::unknown(Type::Number)), each: None };
        }
        let each = repeat.for_each.as_ref().map(|_| (Value::unknown(Type::String), Value::unknown(Type::Dynamic)));
        Repeated { count_index: None, each }
    }
}

impl Evaluator<'_> {
    /// Returns how a module call is repeated.
    pub(crate) fn call_repeat(
        &self,
        module: usize,
        instance: &ModuleInstance,
        name: &Arc<str>,
        known: &Known,
    ) -> Arc<Repeat> {
        let call = &self.configuration.modules[module].module.calls[name];
        self.repeat(module, instance, RepeatKey::Call(Arc::clone(name)), &call.repeat, known)
    }

    /// Returns how a resource or data block is repeated.
    pub(crate) fn resource_repeat(
        &self,
        module: usize,
        instance: &ModuleInstance,
        key: &ResourceKey,
        known: &Known,
    ) -> Arc<Repeat> {
        let resource = &self.configuration.modules[module].module.resources[key];
        self.repeat(module, instance, RepeatKey::Resource(key.clone()), &resource.repeat, known)
    }

    fn repeat(
        &self,
        module: usize,
        instance: &ModuleInstance,
        key: RepeatKey,
        repeat: &config::Repeat,
        known: &Known,
    ) -> Arc<Repeat> {
        {
            let repeats = self.repeats.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = repeats.get(instance).and_then(|module| module.get(&key)) {
                return Arc::clone(found);
            }
        }
        let scope = self.scope(module, instance, known);
        let computed = match (&repeat.count, &repeat.for_each) {
            (Some(count), _) => self.count(count, &scope),
            (None, Some(for_each)) => self.for_each(for_each, &scope),
            (None, None) => Repeat::single(),
        };
        let computed = Arc::new(computed);
        let mut repeats = self.repeats.lock().unwrap_or_else(PoisonError::into_inner);
        repeats.entry(instance.clone()).or_default().insert(key, Arc::clone(&computed));
        computed
    }

    fn count(&self, expression: &Expression, scope: &ModuleScope<'_>) -> Repeat {
        let (value, mut diagnostics) = evaluate_with(expression, scope, &[]);
        let Ok(value) = value else { return Repeat::unknown(diagnostics) };
        // That a value is unknown because of an error is told there.
        if diagnostics.has_errors() && !value.is_wholly_known() {
            return Repeat::unknown(diagnostics);
        }
        let mut wrong = |detail: String| {
            diagnostics.push(Diagnostic::error("Invalid count argument", detail).at(expression.range()));
        };
        if value.marks().contains(Marks::EPHEMERAL) {
            wrong("The number of instances must not depend on an ephemeral value.".to_owned());
            return Repeat::unknown(diagnostics);
        }
        let number = match convert(&value, &Type::Number) {
            Ok(number) => number,
            Err(error) => {
                wrong(format!("The number of instances does not suit: {}.", error.message));
                return Repeat::unknown(diagnostics);
            }
        };
        if number.is_null() {
            wrong("The number of instances must not be null.".to_owned());
            return Repeat::unknown(diagnostics);
        }
        let Some(known) = number.as_number() else {
            if !self.validating {
                wrong(format!(
                    "The number of instances depends on {}, which is known only after apply. Use values that the configuration itself gives, or apply what it depends on first with -target.",
                    unknown_references(expression, scope)
                ));
            }
            return Repeat::unknown(diagnostics);
        };
        let count = known.to_i64().filter(|count| known.is_integer() && (0..=COUNT_LIMIT).contains(count));
        let Some(count) = count.and_then(|count| u64::try_from(count).ok()) else {
            wrong(format!("The number of instances must be a whole number from 0 to {COUNT_LIMIT}, not {known}."));
            return Repeat::unknown(diagnostics);
        };
        Repeat {
            repetition: Repetition::Count,
            keys: (0..count).map(|index| Some(InstanceKey::Index(index))).collect(),
            diagnostics,
            each: None,
        }
    }

    fn for_each(&self, expression: &Expression, scope: &ModuleScope<'_>) -> Repeat {
        let (value, mut diagnostics) = evaluate_with(expression, scope, &[]);
        let Ok(value) = value else { return Repeat::unknown(diagnostics) };
        // That a value is unknown because of an error is told there.
        if diagnostics.has_errors() && !value.is_wholly_known() {
            return Repeat::unknown(diagnostics);
        }
        match self.for_each_problem(&value, expression, scope) {
            Err(Some(detail)) => {
                diagnostics.push(Diagnostic::error("Invalid for_each argument", detail).at(expression.range()));
                return Repeat::unknown(diagnostics);
            }
            Err(None) => return Repeat::unknown(diagnostics),
            Ok(()) => {}
        }
        let keys: Vec<Option<InstanceKey>> = match (value.mapping(), value.elements()) {
            (Some(mapping), _) => mapping.keys().map(|key| Some(InstanceKey::Name(Arc::clone(key)))).collect(),
            (None, Some(elements)) => {
                elements.iter().filter_map(Value::as_str).map(|key| Some(InstanceKey::Name(key.into()))).collect()
            }
            (None, None) => Vec::new(),
        };
        Repeat { repetition: Repetition::ForEach, keys, diagnostics, each: Some(value) }
    }

    /// Says why a value cannot be repeated for: nothing if nothing has to be said about it.
    fn for_each_problem(
        &self,
        value: &Value,
        expression: &Expression,
        scope: &ModuleScope<'_>,
    ) -> Result<(), Option<String>> {
        if value.is_sensitive() {
            return Err(Some("The value is sensitive, but the keys of instances are shown everywhere. Take the mark off with nonsensitive(), or repeat for the keys alone.".to_owned()));
        }
        if value.marks().contains(Marks::EPHEMERAL) {
            return Err(Some("The keys of instances must not depend on an ephemeral value.".to_owned()));
        }
        if value.is_null() {
            return Err(Some("The value must not be null; for no instances use an empty map {}.".to_owned()));
        }
        let suitable = match value.ty() {
            Type::Map(_) | Type::Object(_) | Type::Dynamic => true,
            Type::Set(element) => matches!(**element, Type::String | Type::Dynamic),
            Type::Bool | Type::Number | Type::String | Type::List(_) | Type::Tuple(_) => false,
        };
        if !suitable {
            let remedy = match value.ty() {
                Type::Tuple(_) | Type::List(_) => " Turn it into a set with toset().",
                Type::Set(_) => " The elements of the set must be strings.",
                Type::Dynamic | Type::Bool | Type::Number | Type::String | Type::Map(_) | Type::Object(_) => "",
            };
            return Err(Some(format!(
                "The value must be a map or a set of strings, but is {}.{remedy}",
                print::kind(value.ty())
            )));
        }
        let elements = value.elements().unwrap_or_default();
        let keys_known = value.is_known() && (value.mapping().is_some() || elements.iter().all(Value::is_known));
        if !keys_known {
            let detail = format!(
                "The keys of the instances depend on {}, which is known only after apply. Use a map whose keys the configuration itself gives and only whose values come from other resources, or apply what it depends on first with -target.",
                unknown_references(expression, scope)
            );
            return Err((!self.validating).then_some(detail));
        }
        if elements.iter().any(Value::is_null) {
            return Err(Some("The set must not hold null.".to_owned()));
        }
        Ok(())
    }

    pub(super) fn expansions(&self, block: &ConfigAddress, known: &Known) -> (Vec<Expansion>, Diagnostics) {
        let Some((module, resource)) = self.configuration.find_resource(block) else {
            let detail = format!("There is no block {block}, but its instances are asked for.");
            return (Vec::new(), Diagnostic::bug("Unknown block", detail).into());
        };
        let (instances, mut diagnostics) = self.module_instances(module, known);
        let mut expansions = Vec::new();
        for instance in instances {
            let repeat = self.resource_repeat(module, &instance, &resource.key, known);
            diagnostics.extend(repeat.diagnostics.clone());
            expansions.push(Expansion {
                resource: block.in_module(instance),
                repetition: repeat.repetition,
                keys: repeat.keys.clone(),
            });
        }
        (expansions, diagnostics)
    }
}

/// Names the references in an expression that are not known.
fn unknown_references(expression: &Expression, scope: &ModuleScope<'_>) -> String {
    let mut names: Vec<String> = Vec::new();
    expression.traversals(&mut |traversal| {
        let span = crate::references::whole_span(traversal);
        let expr = crate::expr::Expr { kind: crate::expr::ExprKind::Traversal(Box::new(traversal.clone())), span };
        let single = Expression { source: Arc::clone(&expression.source), expr: Arc::new(expr) };
        let (value, _) = evaluate_with(&single, scope, &[]);
        let name = expression.source.text_of(span).to_owned();
        if value.is_ok_and(|value| !value.is_wholly_known()) && !names.contains(&name) {
            names.push(name);
        }
    });
    if names.is_empty() { "a value".to_owned() } else { names.join(" and ") }
}
