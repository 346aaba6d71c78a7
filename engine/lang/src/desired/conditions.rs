//! Conditions: validations, preconditions, postconditions and assertions.

use std::sync::Arc;

use wpinfra_core::address::{InstanceAddress, InstanceKey};
use wpinfra_core::convert::convert;
use wpinfra_core::desired::{CheckStatus, InstanceOutcome, Known};
use wpinfra_core::{Diagnostic, Diagnostics, Marks, ModuleInstance, Severity, SourceRange, Type, Value};

use super::Evaluator;
use crate::config::{Condition, Variable};
use crate::eval::{Failed, Scope, describe, evaluate, evaluate_with};
use crate::expr::Traversal;
use crate::functions::FunctionScope;
use crate::module_scope::ModuleScope;
use crate::syntax::Source;

/// What is said of a message that is none.
const WRONG_MESSAGE: &str = "Invalid error message";

/// Checks conditions; those that are unknown yet are passed over.
pub(super) fn check(conditions: &[Condition], summary: &str, scope: &dyn Scope) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for condition in conditions {
        holds(condition, summary, Kind::Assertion, scope, &mut diagnostics);
    }
    diagnostics
}

/// Checks the assertions of a check block: whatever is wrong is a warning.
pub(super) fn assertions(conditions: &[Condition], scope: &dyn Scope) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for condition in conditions {
        match verdict(condition, Kind::Assertion, scope, &mut diagnostics) {
            Verdict::Fails(detail) => {
                let problem = Diagnostic::error("Check block assertion failed", detail).at(condition.condition.range());
                diagnostics.push(Diagnostic { references: describe(&condition.condition, scope), ..problem });
            }
            Verdict::Unknown => {
                let detail = "What the assertion is about is known only after apply; then it is checked.";
                let problem = Diagnostic::warning("Check block assertion known after apply", detail);
                diagnostics.push(problem.at(condition.condition.range()));
            }
            Verdict::Holds | Verdict::Wrong => {}
        }
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
        holds(condition, SUMMARY, Kind::Validation, &scope, &mut found);
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

/// What a condition belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A variable: its message is looked at only where it is needed.
    Validation,
    /// Anything else.
    Assertion,
}

/// Says that a message cannot be shown because of what it refers to.
fn hidden_message(condition: &Condition, marks: Marks, kind: Kind) -> Option<Diagnostic> {
    let is_ephemeral = marks.contains(Marks::EPHEMERAL);
    let (word, function) = if is_ephemeral { ("ephemeral", "ephemeralasnull") } else { ("sensitive", "nonsensitive") };
    if marks.is_empty() || (kind == Kind::Validation && !is_ephemeral) {
        return None;
    }
    let detail = format!(
        "The message is made from {word} values, so it is not shown. Take the references to them out of it, or pass them through \
         {function}()."
    );
    let problem = Diagnostic::warning(format!("Error message refers to {word} values"), detail);
    let severity = if kind == Kind::Validation { Severity::Error } else { Severity::Warning };
    Some(Diagnostic { severity, ..problem.at(condition.message.range()) })
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

fn holds(condition: &Condition, summary: &str, kind: Kind, scope: &dyn Scope, diagnostics: &mut Diagnostics) {
    if let Verdict::Fails(detail) = verdict(condition, kind, scope, diagnostics) {
        let problem = Diagnostic::error(summary, detail).at(condition.condition.range());
        diagnostics.push(Diagnostic { references: describe(&condition.condition, scope), ..problem });
    }
}

fn verdict(condition: &Condition, kind: Kind, scope: &dyn Scope, diagnostics: &mut Diagnostics) -> Verdict {
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
    let outcome = match value.as_bool() {
        Some(true) => Some(Verdict::Holds),
        None => Some(Verdict::Unknown),
        Some(false) => None,
    };
    if let Some(outcome) = outcome {
        if kind == Kind::Assertion {
            let (message, _) = evaluate(&condition.message, scope);
            diagnostics.extend(hidden_message(condition, message.deep_marks(), kind).into_iter().collect());
        }
        return outcome;
    }
    let (message, problems) = evaluate(&condition.message, scope);
    diagnostics.extend(hidden_message(condition, message.deep_marks(), kind).into_iter().collect());
    diagnostics.extend(problems);
    let wrong = |detail: String| Diagnostic::error(WRONG_MESSAGE, detail).at(condition.message.range());
    Verdict::Fails(match convert(&message, &Type::String) {
        Ok(text) if text.is_null() => {
            diagnostics
                .push(wrong("The condition does not hold, and the message that is to say so is null.".to_owned()));
            return Verdict::Wrong;
        }
        Ok(text) if !text.marks().is_empty() => {
            "The condition does not hold. Its message holds a value that is not shown, so neither is the message."
                .to_owned()
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
            return Verdict::Wrong;
        }
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
            let status = match verdict(condition, Kind::Assertion, scope, &mut Diagnostics::new()) {
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
