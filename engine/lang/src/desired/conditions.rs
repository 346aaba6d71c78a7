//! Conditions: validations, preconditions, postconditions and assertions.

use std::sync::Arc;

use wpinfra_core::address::InstanceAddress;
use wpinfra_core::convert::convert;
use wpinfra_core::desired::Known;
use wpinfra_core::{Diagnostic, Diagnostics, Severity, Type, Value};

use super::Evaluator;
use crate::config::{Condition, Variable};
use crate::eval::{Failed, Scope, describe, evaluate, evaluate_with};
use crate::expr::Traversal;
use crate::functions::FunctionScope;
use crate::module_scope::{ModuleScope, with_schema_marks};
use crate::syntax::Source;

/// Checks conditions; those that are unknown yet are passed over.
pub(super) fn check(conditions: &[Condition], what: &str, scope: &dyn Scope) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for condition in conditions {
        let summary = format!("Resource {what} failed");
        let summary = if what == "variable" { "Invalid value for variable".to_owned() } else { summary };
        holds(condition, &summary, scope, &mut diagnostics);
    }
    diagnostics
}

/// Checks the assertions of a check block: whatever is wrong is a warning.
pub(super) fn assertions(conditions: &[Condition], scope: &dyn Scope) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for condition in conditions {
        holds(condition, "Check block assertion failed", scope, &mut diagnostics);
    }
    diagnostics.into_iter().map(|problem| Diagnostic { severity: Severity::Warning, ..problem }).collect()
}

/// Checks the validation blocks of a variable.
pub(super) fn validations(variable: &Variable, value: &Value, scope: &ModuleScope<'_>) -> Diagnostics {
    let scope = OwnValue { name: &variable.name, value, around: scope };
    let mut diagnostics = check(&variable.validations, "variable", &scope);
    if diagnostics.has_errors() {
        diagnostics = diagnostics
            .into_iter()
            .map(|problem| Diagnostic { context: Some(variable.range.clone()), ..problem })
            .collect();
    }
    diagnostics
}

/// A scope in which one variable has a given value.
struct OwnValue<'a> {
    name: &'a Arc<str>,
    value: &'a Value,
    around: &'a ModuleScope<'a>,
}

impl Scope for OwnValue<'_> {
    fn resolve(
        &self,
        traversal: &Traversal,
        source: &Source,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        if let Ok((crate::references::Subject::Variable(name), used)) = crate::references::subject(traversal, source)
            && name == *self.name
        {
            return Ok((self.value.clone(), used));
        }
        self.around.resolve(traversal, source, diagnostics)
    }

    fn functions(&self) -> FunctionScope<'_> {
        self.around.functions()
    }
}

fn holds(condition: &Condition, summary: &str, scope: &dyn Scope, diagnostics: &mut Diagnostics) {
    let (value, problems) = evaluate_with(&condition.condition, scope, &[]);
    diagnostics.extend(problems);
    let Ok(value) = value else { return };
    let range = condition.condition.range();
    let value = match convert(&value, &Type::Bool) {
        Ok(value) if !value.is_null() => value,
        Ok(_) => {
            let detail = "The condition must be true or false, but is null.";
            diagnostics.push(Diagnostic::error("Invalid condition result", detail).at(range));
            return;
        }
        Err(error) => {
            let detail = format!("The condition must be true or false: {}.", error.message);
            diagnostics.push(Diagnostic::error("Invalid condition result", detail).at(range));
            return;
        }
    };
    if value.as_bool() != Some(false) {
        return;
    }
    let (message, problems) = evaluate(&condition.message, scope);
    diagnostics.extend(problems);
    let detail = match convert(&message, &Type::String) {
        Ok(text) if text.is_sensitive() => {
            "The message of this condition holds a sensitive value, so it is not shown.".to_owned()
        }
        Ok(text) => text.as_str().map_or_else(
            || "The condition does not hold; its message is not known yet.".to_owned(),
            |text| text.trim().to_owned(),
        ),
        Err(_) => "The condition does not hold, and its error message is not a string.".to_owned(),
    };
    let references = describe(&condition.condition, scope);
    diagnostics.push(Diagnostic { references, ..Diagnostic::error(summary, detail).at(range) });
}

impl Evaluator<'_> {
    pub(super) fn check_conditions(&self, address: &InstanceAddress, known: &Known, after: bool) -> Diagnostics {
        let Some((module, resource)) = self.configuration.find_resource(&address.config()) else {
            return Diagnostics::new();
        };
        let lifecycle = &resource.lifecycle;
        let conditions = if after { &lifecycle.postconditions } else { &lifecycle.preconditions };
        if conditions.is_empty() {
            return Diagnostics::new();
        }
        let instance = &address.resource.module;
        let repeat = self.resource_repeat(module, instance, &resource.key, known);
        let mut scope = self.scope(module, instance, known).repeated(repeat.at(address.key.as_ref()));
        if after {
            let schema = self.configuration.schema_of(module, resource);
            scope.self_value = schema.map(|schema| {
                let value = known.get(address).cloned().unwrap_or_else(|| Value::unknown(schema.implied_type()));
                with_schema_marks(&value, &schema.block)
            });
        }
        let mut diagnostics = check(conditions, if after { "postcondition" } else { "precondition" }, &scope);
        if resource.scoped {
            diagnostics =
                diagnostics.into_iter().map(|problem| Diagnostic { severity: Severity::Warning, ..problem }).collect();
        }
        diagnostics.about(address)
    }
}
