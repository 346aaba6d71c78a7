//! Values that are known before anything is planned, for `source` and `version` of module calls.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::{Diagnostic, Diagnostics, Marks, Type, Value};

use super::{Environment, ModuleNode, variables};
use crate::eval::{Failed, Scope, evaluate};
use crate::expr::{Expression, Traversal};
use crate::functions::FunctionScope;
use crate::references::{Subject, subject, whole_span};
use crate::syntax::Source;

/// How many local values and variables may stand behind each other.
const DEPTH_LIMIT: usize = 100;

/// The names of a module whose values do not depend on resources: variables, local values, paths and the workspace.
pub(super) struct EarlyScope<'a> {
    /// The modules that are loaded so far.
    pub(super) nodes: &'a [ModuleNode],
    /// The module that the expression stands in.
    pub(super) node: usize,
    /// Values of the root variables.
    pub(super) root: &'a BTreeMap<Arc<str>, Value>,
    pub(super) environment: &'a Environment,
    /// How deep the evaluation is by now; a reference to itself would lead on for ever.
    pub(super) depth: &'a Cell<usize>,
}

impl EarlyScope<'_> {
    /// Returns the text that an expression stands for; `None` with a diagnostic if it is none, or not known yet.
    pub(super) fn text(&self, name: &str, expression: &Expression, diagnostics: &mut Diagnostics) -> Option<String> {
        let value = diagnostics_free(evaluate(expression, self), diagnostics)?;
        let unsuitable = |detail: String| Diagnostic::error("Unsuitable value type", detail).at(expression.range());
        if value.marks().contains(Marks::SENSITIVE) || value.marks().contains(Marks::EPHEMERAL) {
            diagnostics.push(unsuitable(format!(
                "The argument {name:?} of a module call appears in messages and in files, so it cannot be sensitive or ephemeral."
            )));
            return None;
        }
        let value = match wpinfra_core::convert::convert(&value, &Type::String) {
            Ok(value) => value,
            Err(error) => {
                diagnostics.push(unsuitable(format!("The value of {name:?} does not suit: {}.", error.message)));
                return None;
            }
        };
        if !value.is_known() {
            let detail = format!(
                "Modules are loaded before anything is planned, so the argument {name:?} must be known from the beginning. Give values to the variables in it: as defaults, in terraform.tfvars, or with -var."
            );
            diagnostics.push(Diagnostic::error("Module argument is not known", detail).at(expression.range()));
            return None;
        }
        if value.is_null() {
            diagnostics.push(unsuitable(format!("The argument {name:?} of a module call must not be null.")));
        }
        value.as_str().map(str::to_owned)
    }

    fn deeper<T>(&self, then: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= DEPTH_LIMIT {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let result = then();
        self.depth.set(self.depth.get() - 1);
        Some(result)
    }

    fn variable(&self, name: &Arc<str>, diagnostics: &mut Diagnostics) -> Option<Value> {
        let node = &self.nodes[self.node];
        let declared = node.module.variables.get(name)?;
        let (Some(parent), Some(call)) = (node.parent, node.path.last()) else {
            return Some(self.root.get(name).cloned().unwrap_or_else(|| Value::unknown(Type::Dynamic)));
        };
        let call = self.nodes[parent].module.calls.get(call)?;
        let value = match call.body.attributes.get(name) {
            Some(given) => {
                let outside = EarlyScope { node: parent, ..*self };
                let (value, problems) = self.deeper(|| evaluate(&given.expression(), &outside))?;
                // What is wrong with the argument is told when the call itself is evaluated.
                let value = if problems.has_errors() { Value::unknown(Type::Dynamic) } else { value };
                variables::settle(declared, &value, Some(given.range()), diagnostics)
            }
            None => declared.default.clone(),
        };
        Some(variables::marked(declared, value.unwrap_or_else(|| Value::unknown(Type::Dynamic))))
    }

    fn local(&self, name: &Arc<str>, diagnostics: &mut Diagnostics) -> Option<Value> {
        let local = self.nodes[self.node].module.locals.get(name)?;
        self.deeper(|| diagnostics.absorb(evaluate(&local.value, self)))
    }
}

impl Scope for EarlyScope<'_> {
    fn resolve(
        &self,
        traversal: &Traversal,
        source: &Source,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        let (subject, used) = subject(traversal, source).map_err(|problem| {
            diagnostics.push(*problem);
            Failed
        })?;
        let value = match &subject {
            Subject::Variable(name) => self.variable(name, diagnostics),
            Subject::Local(name) => self.local(name, diagnostics),
            Subject::Path(name) => match &**name {
                "module" => Some(Value::string(&self.nodes[self.node].dir)),
                "root" => Some(Value::string(&self.environment.root_dir)),
                "cwd" => Some(Value::string(&self.environment.working_dir)),
                _ => None,
            },
            Subject::Terraform(name) if &**name == "workspace" => Some(Value::string(&self.environment.workspace)),
            Subject::Terraform(_)
            | Subject::Module(_)
            | Subject::Resource(_)
            | Subject::SelfValue
            | Subject::Each(_)
            | Subject::Count(_) => None,
        };
        value.map(|value| (value, used)).ok_or_else(|| {
            let detail = "Modules are loaded before anything is planned, so only declared variables, local values made of them, \"path\" and terraform.workspace can stand here.";
            diagnostics.push(
                Diagnostic::error("Module argument is not known", detail).at(source.range(whole_span(traversal))),
            );
            Failed
        })
    }

    fn functions(&self) -> FunctionScope<'_> {
        let environment = self.environment;
        FunctionScope {
            files: &*environment.files,
            module_dir: &self.nodes[self.node].dir,
            root_dir: &environment.root_dir,
            working_dir: &environment.working_dir,
            home_dir: environment.home_dir.as_deref(),
            now: &environment.now,
            applying: false,
            entropy: &*environment.entropy,
        }
    }
}

/// Returns the value, unless there were errors.
fn diagnostics_free((value, problems): Evaluation, diagnostics: &mut Diagnostics) -> Option<Value> {
    let failed = problems.has_errors();
    diagnostics.extend(problems);
    (!failed).then_some(value)
}

type Evaluation = (Value, Diagnostics);
