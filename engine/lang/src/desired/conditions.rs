//! Conditions: validations, preconditions, postconditions and assertions.

use std::sync::Arc;

use wpinfra_core::address::{InstanceAddress, InstanceKey};
use wpinfra_core::convert::convert;
use wpinfra_core::desired::{CheckStatus, InstanceOutcome, Known};
use wpinfra_core::{Diagnostic, Diagnostics, ModuleInstance, Severity, Type, Value};

use super::Evaluator;
use crate::config::{Condition, Variable};
use crate::eval::{Failed, Scope, evaluate, evaluate_with};
use crate::expr::Traversal;
use crate::functions::FunctionScope;
use crate::module_scope::ModuleScope;
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
        match verdict(condition, scope, &mut diagnostics) {
            Verdict::Fails(detail) => {
                let problem = Diagnostic::error("Check block assertion failed", detail).at(condition.condition.range());
                diagnostics.push(problem.within(condition.range.clone()));
            }
            Verdict::Unknown => {
                let detail = "What the assertion is about is known only after apply; then it is checked.";
                let problem = Diagnostic::warning("Check block assertion known after apply", detail);
                diagnostics.push(problem.at(condition.condition.range()).within(condition.range.clone()));
            }
            Verdict::Holds | Verdict::Wrong => {}
        }
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

/// What a condition says.
enum Verdict {
    Holds,
    Unknown,
    /// It does not hold, for the reason that its message gives.
    Fails(String),
    /// It could not be evaluated.
    Wrong,
}

fn holds(condition: &Condition, summary: &str, scope: &dyn Scope, diagnostics: &mut Diagnostics) {
    if let Verdict::Fails(detail) = verdict(condition, scope, diagnostics) {
        let problem = Diagnostic::error(summary, detail).at(condition.condition.range());
        diagnostics.push(problem.within(condition.range.clone()));
    }
}

fn verdict(condition: &Condition, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Verdict {
    let (value, problems) = evaluate_with(&condition.condition, scope, &[]);
    diagnostics.extend(problems);
    let Ok(value) = value else { return Verdict::Wrong };
    let range = condition.condition.range();
    let value = match convert(&value, &Type::Bool) {
        Ok(value) if !value.is_null() => value,
        Ok(_) => {
            let detail = "The condition must be true or false, but is null.";
            diagnostics.push(Diagnostic::error("Invalid condition result", detail).at(range));
            return Verdict::Wrong;
        }
        Err(error) => {
            let detail = format!("The condition must be true or false: {}.", error.message);
            diagnostics.push(Diagnostic::error("Invalid condition result", detail).at(range));
            return Verdict::Wrong;
        }
    };
    match value.as_bool() {
        Some(true) => return Verdict::Holds,
        None => return Verdict::Unknown,
        Some(false) => {}
    }
    let (message, problems) = evaluate(&condition.message, scope);
    diagnostics.extend(problems);
    Verdict::Fails(match convert(&message, &Type::String) {
        Ok(text) if text.is_sensitive() => {
            "The message of this condition holds a sensitive value, so it is not shown.".to_owned()
        }
        Ok(text) => text.as_str().map_or_else(
            || "The condition does not hold; its message is not known yet.".to_owned(),
            |text| text.trim().to_owned(),
        ),
        Err(_) => "The condition does not hold, and its error message is not a string.".to_owned(),
    })
}

/// Collects what conditions say of one instance.
pub(super) struct Tally {
    status: CheckStatus,
    problems: Vec<String>,
}

impl Tally {
    pub(super) fn new() -> Self {
        Self { status: CheckStatus::Pass, problems: Vec::new() }
    }

    pub(super) fn add(&mut self, conditions: &[Condition], scope: &dyn Scope) {
        for condition in conditions {
            // What is wrong with a condition is reported where it is checked.
            let status = match verdict(condition, scope, &mut Diagnostics::new()) {
                Verdict::Holds => CheckStatus::Pass,
                Verdict::Unknown => CheckStatus::Unknown,
                Verdict::Wrong => CheckStatus::Error,
                Verdict::Fails(message) => {
                    self.problems.push(message);
                    CheckStatus::Fail
                }
            };
            self.status = self.status.max(status);
        }
    }

    pub(super) fn add_validations(&mut self, variable: &Variable, value: &Value, scope: &ModuleScope<'_>) {
        self.add(&variable.validations, &OwnValue { name: &variable.name, value, around: scope });
    }

    pub(super) fn outcome(self, module: &ModuleInstance, key: Option<InstanceKey>) -> InstanceOutcome {
        InstanceOutcome { module: module.to_string(), key, status: self.status, problems: self.problems }
    }
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
            scope.self_value = self.own_value(module, resource, address, known);
        }
        let mut diagnostics = check(conditions, if after { "postcondition" } else { "precondition" }, &scope);
        if resource.scoped {
            diagnostics =
                diagnostics.into_iter().map(|problem| Diagnostic { severity: Severity::Warning, ..problem }).collect();
        }
        diagnostics.about(address)
    }
}
