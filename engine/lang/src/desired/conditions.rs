//! Conditions: validations, preconditions, postconditions and assertions.

use std::sync::Arc;

use wpinfra_core::address::InstanceAddress;
use wpinfra_core::convert::convert;
use wpinfra_core::desired::Known;
use wpinfra_core::{Diagnostic, Diagnostics, Severity, SourceRange, Type, Value};

use super::Evaluator;
use crate::config::{Condition, Variable};
use crate::eval::{Failed, Scope, evaluate, evaluate_with};
use crate::expr::Traversal;
use crate::functions::FunctionScope;
use crate::module_scope::{ModuleScope, with_schema_marks};
use crate::syntax::Source;

/// What is said of a message that is none.
const WRONG_MESSAGE: &str = "Invalid error message";

/// Checks conditions; those that are unknown yet are passed over.
pub(super) fn check(conditions: &[Condition], summary: &str, scope: &dyn Scope) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for condition in conditions {
        holds(condition, summary, scope, &mut diagnostics);
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

/// Checks the validation blocks of a variable: what does not hold is said where the value stands.
pub(super) fn validations(
    variable: &Variable,
    value: &Value,
    given_at: Option<&SourceRange>,
    scope: &ModuleScope<'_>,
) -> Diagnostics {
    const SUMMARY: &str = "Invalid value for variable";
    let scope = OwnValue { name: &variable.name, value, around: scope };
    let mut diagnostics = Diagnostics::new();
    for condition in &variable.validations {
        let mut found = Diagnostics::new();
        holds(condition, SUMMARY, &scope, &mut found);
        let wrong_message = found.iter().any(|problem| problem.summary == WRONG_MESSAGE);
        if wrong_message {
            let detail = "The value does not satisfy a condition of the variable, which cannot say why.";
            found.push(Diagnostic::error(SUMMARY, detail));
        }
        let rule = &condition.range;
        for mut problem in found {
            if problem.summary == SUMMARY {
                problem.subject = Some(given_at.unwrap_or(&variable.range).clone());
                problem.context = None;
                problem.detail = format!(
                    "{}\n\nThat is what the validation in {} line {} of the variable {:?} demands.",
                    problem.detail, rule.file, rule.start.line, variable.name
                );
            }
            diagnostics.push(problem);
        }
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
    let wrong = |detail: String| Diagnostic::error(WRONG_MESSAGE, detail).at(condition.message.range());
    let detail = match convert(&message, &Type::String) {
        Ok(text) if text.is_null() => {
            diagnostics
                .push(wrong("The condition does not hold, and the message that is to say so is null.".to_owned()));
            return;
        }
        Ok(text) if text.is_sensitive() => {
            "The message of this condition holds a sensitive value, so it is not shown.".to_owned()
        }
        Ok(text) => text.as_str().map_or_else(
            || "The condition does not hold; its message is not known yet.".to_owned(),
            |text| text.trim().to_owned(),
        ),
        Err(error) => {
            diagnostics.push(wrong(format!(
                "The condition does not hold, and the message that is to say so is not a string: {}.",
                error.message
            )));
            return;
        }
    };
    diagnostics.push(Diagnostic::error(summary, detail).at(range).within(condition.range.clone()));
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
        let mut diagnostics = check(
            conditions,
            if after { "Resource postcondition failed" } else { "Resource precondition failed" },
            &scope,
        );
        if resource.scoped {
            diagnostics =
                diagnostics.into_iter().map(|problem| Diagnostic { severity: Severity::Warning, ..problem }).collect();
        }
        diagnostics.about(address)
    }
}
