//! The evaluated configuration as planner and applier see it.

mod conditions;
mod instance;
mod outcomes;
mod provisioners;
mod repeat;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use wpinfra_core::address::{ConfigAddress, InstanceAddress, ProviderAddress};
use wpinfra_core::desired::{
    BlockId, BlockNode, CheckOutcome, Desired, DesiredInstance, DesiredOutput, Expansion, ImportTarget, Known, Move,
    MoveEnd, ProvisionWhen, Provisioner, Removal,
};
use wpinfra_core::{Diagnostic, Diagnostics, Marks, ModuleInstance, Type, Value};

use crate::config::address::instance_key;
use crate::config::{Configuration, parse_move_end};
use crate::decode::decode;
use crate::eval::{console_text, elements, evaluate, evaluate_with};
use crate::expr::{ExprKind, Expression, Step, StepKind};
use crate::module_scope::{ModuleScope, Repeated, given};
use crate::references::ResourceKey;

pub(crate) use repeat::Repeat;

/// Evaluates a configuration, remembering the values of locals, variables and outputs.
pub struct Evaluator<'c> {
    pub(crate) configuration: &'c Configuration,
    /// Whether unknown repetitions are accepted silently, as `validate` must.
    validating: bool,
    memo: Mutex<BTreeMap<ModuleInstance, BTreeMap<MemoKey, Remembered>>>,
    repeats: Mutex<BTreeMap<ModuleInstance, BTreeMap<RepeatKey, Arc<Repeat>>>>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum MemoKey {
    Variable(Arc<str>),
    Local(Arc<str>),
    Output(Arc<str>),
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum RepeatKey {
    Call(Arc<str>),
    Resource(ResourceKey),
}

/// A value with the problems that its computation had.
type Remembered = (Value, Diagnostics);

impl<'c> Evaluator<'c> {
    /// Returns an evaluator that has computed nothing yet.
    pub fn new(configuration: &'c Configuration) -> Self {
        Self {
            configuration,
            validating: false,
            memo: Mutex::new(BTreeMap::new()),
            repeats: Mutex::new(BTreeMap::new()),
        }
    }

    pub(crate) fn validating(configuration: &'c Configuration) -> Self {
        Self { validating: true, ..Self::new(configuration) }
    }

    /// Evaluates an expression in the root module and returns what `console` prints.
    pub fn console(&self, expression: &Expression, known: &Known) -> (String, Diagnostics) {
        let root = ModuleInstance::default();
        console_text(expression, &self.scope(0, &root, known))
    }

    /// Evaluates an expression in the root module.
    pub fn evaluate(&self, expression: &Expression, known: &Known) -> (Value, Diagnostics) {
        let root = ModuleInstance::default();
        evaluate(expression, &self.scope(0, &root, known))
    }

    /// Returns the names of a module instance, outside of repeated blocks.
    pub(crate) fn scope<'s>(
        &'s self,
        module: usize,
        instance: &'s ModuleInstance,
        known: &'s Known,
    ) -> ModuleScope<'s> {
        ModuleScope { evaluator: self, known, module, instance, repeated: Repeated::default(), self_value: None }
    }

    fn remembered(&self, instance: &ModuleInstance, key: MemoKey, compute: impl FnOnce() -> Remembered) -> Remembered {
        {
            let memo = self.memo.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = memo.get(instance).and_then(|module| module.get(&key)) {
                return found.clone();
            }
        }
        let computed = compute();
        let mut memo = self.memo.lock().unwrap_or_else(PoisonError::into_inner);
        memo.entry(instance.clone()).or_default().insert(key, computed.clone());
        computed
    }

    /// Returns the value of a variable that the module declares.
    pub(crate) fn variable(
        &self,
        module: usize,
        instance: &ModuleInstance,
        name: &Arc<str>,
        known: &Known,
    ) -> Remembered {
        let node = &self.configuration.modules[module];
        let Some(parent) = node.parent else {
            let value = self.configuration.variables.get(name).cloned();
            return (value.unwrap_or_else(|| Value::unknown(Type::Dynamic)), Diagnostics::new());
        };
        self.remembered(instance, MemoKey::Variable(Arc::clone(name)), || {
            let variable = &node.module.variables[name];
            let mut diagnostics = Diagnostics::new();
            let Some((call_name, key)) = instance.0.last() else {
                return (Value::unknown(Type::Dynamic), diagnostics);
            };
            let call = &self.configuration.modules[parent].module.calls[call_name];
            let Some(expression) = call.body.expression(name) else {
                let ty = variable.constraint.ty.without_optional();
                let value = variable.default.clone().unwrap_or_else(|| Value::unknown(ty));
                return (crate::config::variables::marked(variable, value), diagnostics);
            };
            let caller = ModuleInstance(instance.0[..instance.0.len() - 1].to_vec());
            let repeat = self.call_repeat(parent, &caller, call_name, known);
            let outside = self.scope(parent, &caller, known);
            // `validate` looks at one instance without a key, which stands for all.
            let repeated = match key {
                None => Repeat::placeholder(&call.repeat),
                Some(key) => repeat.at(Some(key)),
            };
            let scope = outside.repeated(repeated);
            let value = diagnostics.absorb(evaluate(&expression, &scope));
            let value =
                if variable.ephemeral { value } else { not_ephemeral(&value, &expression, name, &mut diagnostics) };
            let value = given(variable, &value, Some(expression.range()), &mut diagnostics);
            if !variable.validations.is_empty() {
                let inside = self.scope(module, instance, known);
                // The variable under test is remembered only afterwards, so its own value is put in its place.
                diagnostics.extend(conditions::validations(variable, &value, Some(&expression.range()), &inside));
            }
            (value, diagnostics)
        })
    }

    /// Returns the value of a local; `None` if there is none of that name.
    pub(crate) fn local(
        &self,
        module: usize,
        instance: &ModuleInstance,
        name: &Arc<str>,
        known: &Known,
    ) -> Option<Remembered> {
        let local = self.configuration.modules[module].module.locals.get(name)?;
        Some(self.remembered(instance, MemoKey::Local(Arc::clone(name)), || {
            evaluate(&local.value, &self.scope(module, instance, known))
        }))
    }

    /// Returns the value of an output that the module declares.
    pub(crate) fn output(
        &self,
        module: usize,
        instance: &ModuleInstance,
        name: &Arc<str>,
        known: &Known,
    ) -> Remembered {
        let node = &self.configuration.modules[module];
        let output = &node.module.outputs[name];
        self.remembered(instance, MemoKey::Output(Arc::clone(name)), || {
            let scope = self.scope(module, instance, known);
            let mut diagnostics = Diagnostics::new();
            diagnostics.extend(conditions::check(&output.preconditions, "Output precondition failed", &scope));
            let value = match &output.value {
                Some(expression) => diagnostics.absorb(evaluate(expression, &scope)),
                None => Value::unknown(Type::Dynamic),
            };
            let value = match (&output.value, output.ephemeral) {
                (Some(expression), true) if node.parent.is_some() => {
                    ephemeral_alone(value, expression, name, &mut diagnostics)
                }
                (Some(expression), false) => not_ephemeral_output(value, expression, name, instance, &mut diagnostics),
                // That one of the root module is declared ephemeral is what is wrong, and is said elsewhere.
                (Some(_), true) | (None, _) => value,
            };
            // Like in Terraform 1.11, "sensitive" hides what the root module prints; what refers to the output of a module sees
            // only the marks that the value has itself.
            let hidden = output.sensitive && node.parent.is_none();
            let marks = if hidden { Marks::SENSITIVE } else { Marks::NONE };
            (value.with_marks(marks), diagnostics)
        })
    }

    /// Returns the instances of a module, with the problems of finding them.
    pub(crate) fn module_instances(&self, module: usize, known: &Known) -> (Vec<ModuleInstance>, Diagnostics) {
        let node = &self.configuration.modules[module];
        let (Some(parent), Some(name)) = (node.parent, node.path.last()) else {
            return (vec![ModuleInstance::default()], Diagnostics::new());
        };
        let (parents, mut diagnostics) = self.module_instances(parent, known);
        let mut instances = Vec::new();
        for outer in parents {
            let repeat = self.call_repeat(parent, &outer, name, known);
            diagnostics.extend(repeat.diagnostics.clone());
            instances.extend(repeat.keys.iter().map(|key| outer.child(name, key.clone())));
        }
        (instances, diagnostics)
    }

    /// Checks the validation blocks of the root variables.
    pub(crate) fn root_validations(&self) -> Diagnostics {
        let (known, root) = (Known::default(), ModuleInstance::default());
        let scope = self.scope(0, &root, &known);
        let mut diagnostics = Diagnostics::new();
        for variable in self.configuration.root().variables.values() {
            if let Some(value) = self.configuration.variables.get(&variable.name) {
                let given_at = self.configuration.variable_ranges.get(&variable.name);
                diagnostics.extend(conditions::validations(variable, value, given_at, &scope));
            }
        }
        diagnostics
    }

    /// Returns the address to import to with its keys; keys that are not known yet are nobody's mistake when validating.
    fn import_address(
        &self,
        to: &Expression,
        scope: &ModuleScope<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Expression> {
        let mut problems = Diagnostics::new();
        let address = resolved_keys(to, scope, &mut problems);
        let only_unknown = problems.iter().all(|problem| problem.summary == UNKNOWN_KEY);
        if !(self.validating && only_unknown) {
            diagnostics.extend(problems);
        }
        address
    }

    fn import_target(
        &self,
        block: &crate::config::ImportBlock,
        scope: &ModuleScope<'_>,
        each: Option<(Value, Value)>,
        targets: &mut Vec<ImportTarget>,
        diagnostics: &mut Diagnostics,
    ) {
        let scope = scope.repeated(Repeated { count_index: None, each });
        let Some(to) = self.import_address(&block.to, &scope, diagnostics) else { return };
        let to = match parse_move_end(&to, &ModuleInstance::default()) {
            Ok(MoveEnd::Instance(instance)) => instance,
            Ok(MoveEnd::Resource(resource)) => resource.instance(None),
            Ok(MoveEnd::Module(_)) => {
                let detail = "Only resources can be imported, not whole modules.";
                diagnostics.push(Diagnostic::error("Invalid import address", detail).at(block.to.range()));
                return;
            }
            Err(problem) => {
                diagnostics.push(*problem);
                return;
            }
        };
        let Some(expression) = &block.id else { return };
        let id = diagnostics.absorb(evaluate(expression, &scope));
        let id = match wpinfra_core::convert::convert(&id, &Type::String) {
            Ok(id) if !id.is_null() && id.as_str() != Some("") => id,
            Ok(_) => {
                let detail = "The id of an import must be neither null nor empty.";
                diagnostics.push(Diagnostic::error("Invalid import id argument", detail).at(expression.range()));
                return;
            }
            Err(error) => {
                let detail = format!("The id of an import is a string: {}.", error.message);
                diagnostics.push(Diagnostic::error("Invalid import id argument", detail).at(expression.range()));
                return;
            }
        };
        let id_range = Some(expression.range());
        targets.push(ImportTarget { to, id: id.as_str().map(str::to_owned), range: Some(block.to.range()), id_range });
    }
}

const UNKNOWN_KEY: &str = "Unknown instance key";

/// Returns an address expression in which the keys that are expressions are replaced by their values.
fn resolved_keys(
    expression: &Expression,
    scope: &ModuleScope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Expression> {
    let ExprKind::Index(both) = &expression.expr.kind else { return Some(expression.clone()) };
    let part =
        |expr: &crate::expr::Expr| Expression { source: Arc::clone(&expression.source), expr: Arc::new(expr.clone()) };
    let (mut key, problems) = evaluate(&part(&both.1), scope);
    let failed = problems.has_errors();
    diagnostics.extend(problems);
    if failed {
        return None;
    }
    if scope.evaluator.validating && !key.is_known() {
        // `validate` does not know count.index and each.key; any key will do, since nobody looks for the instance.
        key = if *key.ty() == Type::Number { Value::number(0) } else { Value::string("") };
    }
    if instance_key(&key).is_none() {
        let detail = "The key of an instance must be a string or number that is known when planning.";
        diagnostics.push(Diagnostic::error(UNKNOWN_KEY, detail).at(expression.range()));
        return None;
    }
    let inner = resolved_keys(&part(&both.0), scope, diagnostics)?;
    let ExprKind::Traversal(traversal) = &inner.expr.kind else { return Some(expression.clone()) };
    let mut traversal = traversal.clone();
    traversal.steps.push(Step { kind: StepKind::Index(key), span: both.1.span });
    let expr = crate::expr::Expr { kind: ExprKind::Traversal(traversal), span: expression.expr.span };
    Some(Expression { source: Arc::clone(&expression.source), expr: Arc::new(expr) })
}

/// Refuses an ephemeral value for a variable that is not declared for them.
fn not_ephemeral(value: &Value, expression: &Expression, name: &str, diagnostics: &mut Diagnostics) -> Value {
    if !value.deep_marks().contains(Marks::EPHEMERAL) {
        return value.clone();
    }
    let detail = format!(
        "The value is ephemeral, but the variable {name:?} of the module takes only what may be recorded. Declare the variable with \
         \"ephemeral = true\"."
    );
    diagnostics.push(Diagnostic::error("Ephemeral value not allowed", detail).at(expression.range()));
    without_ephemeral_mark(value)
}

/// Refuses an ephemeral value for an output that is not declared for them.
fn not_ephemeral_output(
    value: Value,
    expression: &Expression,
    name: &str,
    instance: &ModuleInstance,
    diagnostics: &mut Diagnostics,
) -> Value {
    if !value.deep_marks().contains(Marks::EPHEMERAL) {
        return value;
    }
    let remedy = if instance.is_root() {
        "Outputs of the root module are written to the state: use a value that is not ephemeral, or ephemeralasnull() to leave the \
         ephemeral parts out."
    } else {
        "Declare the output with \"ephemeral = true\"."
    };
    let detail = format!("The value of the output {name:?} is made from ephemeral values. {remedy}");
    diagnostics.push(Diagnostic::error("Ephemeral value not allowed", detail).at(expression.range()));
    without_ephemeral_mark(&value)
}

/// Refuses a value that is not ephemeral for an output that is declared for ephemeral ones.
fn ephemeral_alone(value: Value, expression: &Expression, name: &str, diagnostics: &mut Diagnostics) -> Value {
    if value.marks().contains(Marks::EPHEMERAL) {
        return value;
    }
    // What could not be evaluated has no marks.
    if !diagnostics.has_errors() {
        let detail = format!(
            "The output {name:?} is declared with \"ephemeral = true\", but its value as a whole is not ephemeral. Take the argument \
             away, or give it an ephemeral value."
        );
        diagnostics.push(Diagnostic::error("Value not allowed in ephemeral output", detail).at(expression.range()));
    }
    without_ephemeral_mark(&value)
}

/// Returns a value that goes on where it was refused, so that nothing else is said of it.
fn without_ephemeral_mark(value: &Value) -> Value {
    let (plain, marks) = value.unmark_deep();
    let kept: Vec<_> = marks.into_iter().map(|(path, marks)| (path, marks.without(Marks::EPHEMERAL))).collect();
    plain.mark_at(&kept)
}

impl Desired for Evaluator<'_> {
    fn blocks(&self) -> &[BlockNode] {
        &self.configuration.blocks
    }

    fn explicit_dependencies(&self, block: BlockId) -> &[BlockId] {
        self.configuration.explicit_dependencies.get(&block).map_or(&[], Vec::as_slice)
    }

    fn expand(&self, block: &ConfigAddress, known: &Known) -> (Vec<Expansion>, Diagnostics) {
        self.expansions(block, known)
    }

    fn instance(&self, address: &InstanceAddress, known: &Known) -> (Option<DesiredInstance>, Diagnostics) {
        self.desired_instance(address, known)
    }

    fn provider(&self, address: &ProviderAddress, known: &Known) -> (Option<Value>, Diagnostics) {
        let Some(provider) = self.configuration.registry.provider(&address.source) else {
            let detail = format!("wpinfra has no provider {:?} built in.", address.source);
            return (None, Diagnostic::error("Unknown provider", detail).into());
        };
        let Some((module, block)) = self.configuration.provider_block(address) else {
            return (Some(provider.schema().block.empty_value()), Diagnostics::new());
        };
        let instance = ModuleInstance(address.module.iter().map(|name| (Arc::clone(name), None)).collect());
        let scope = self.scope(module, &instance, known);
        let decoded = decode(&block.body, &provider.schema().block, &block.range, &scope);
        let mut diagnostics = decoded.diagnostics;
        Self::check_value(provider.schema(), &decoded.value, &decoded.ranges, &block.range, &mut diagnostics);
        let value = (!diagnostics.has_errors()).then_some(decoded.value);
        (value, diagnostics)
    }

    fn outputs(&self, known: &Known) -> (BTreeMap<String, DesiredOutput>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let mut outputs = BTreeMap::new();
        let root = ModuleInstance::default();
        for (name, output) in &self.configuration.root().outputs {
            let (value, problems) = self.output(0, &root, name, known);
            diagnostics.extend(problems);
            if !output.sensitive && value.deep_marks().contains(Marks::SENSITIVE) {
                let detail = format!(
                    "The value of the output {name:?} is made from sensitive values. Add \"sensitive = true\" to the output, or take the mark off with nonsensitive()."
                );
                diagnostics
                    .push(Diagnostic::error("Output refers to sensitive values", detail).at(output.range.clone()));
            }
            let desired = DesiredOutput { value, sensitive: output.sensitive, description: output.description.clone() };
            outputs.insert(name.to_string(), desired);
        }
        (outputs, diagnostics)
    }

    fn check_before(&self, address: &InstanceAddress, known: &Known) -> Diagnostics {
        self.check_conditions(address, known, false)
    }

    fn check_after(&self, address: &InstanceAddress, known: &Known) -> Diagnostics {
        self.check_conditions(address, known, true)
    }

    fn checks(&self, known: &Known) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        for (index, node) in self.configuration.modules.iter().enumerate() {
            if node.module.checks.is_empty() {
                continue;
            }
            let (instances, problems) = self.module_instances(index, known);
            diagnostics.extend(problems);
            for instance in instances {
                let scope = self.scope(index, &instance, known);
                for check in node.module.checks.values() {
                    diagnostics.extend(conditions::assertions(&check.assertions, &scope));
                }
            }
        }
        diagnostics
    }

    fn check_outcomes(&self, known: &Known) -> Vec<CheckOutcome> {
        self.outcomes(known)
    }

    fn moves(&self) -> &[Move] {
        &self.configuration.moves
    }

    fn removals(&self) -> &[Removal] {
        &self.configuration.removals
    }

    fn imports(&self, known: &Known) -> (Vec<ImportTarget>, Diagnostics) {
        let (mut targets, mut diagnostics) = (Vec::new(), Diagnostics::new());
        let root = ModuleInstance::default();
        let scope = self.scope(0, &root, known);
        for block in &self.configuration.root().imports {
            match &block.for_each {
                None => self.import_target(block, &scope, None, &mut targets, &mut diagnostics),
                Some(expression) => {
                    let (value, problems) = evaluate_with(expression, &scope, &[]);
                    diagnostics.extend(problems);
                    let Ok(value) = value else { continue };
                    let is_hidden = value.marks() != Marks::NONE;
                    if value.is_null() || (self.validating && !value.is_wholly_known()) {
                        continue;
                    }
                    let is_set = matches!(value.ty(), Type::Set(_));
                    if !value.is_known() || (is_set && !value.is_wholly_known()) || is_hidden {
                        let detail = "The value must be a map or set that is known when planning, and neither sensitive nor ephemeral.";
                        diagnostics.push(Diagnostic::error("Invalid for_each argument", detail).at(expression.range()));
                        continue;
                    }
                    for pair in elements(&value) {
                        self.import_target(block, &scope, Some(pair), &mut targets, &mut diagnostics);
                    }
                }
            }
        }
        (targets, diagnostics)
    }

    fn provisioners(
        &self,
        address: &InstanceAddress,
        when: ProvisionWhen,
        known: &Known,
    ) -> (Vec<Provisioner>, Diagnostics) {
        self.instance_provisioners(address, when, known)
    }
}
