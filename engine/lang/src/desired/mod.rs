//! The evaluated configuration as planner and applier see it.

mod conditions;
mod instance;
mod repeat;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use wpinfra_core::address::{ConfigAddress, InstanceAddress, ProviderAddress};
use wpinfra_core::desired::{
    BlockNode, Desired, DesiredInstance, DesiredOutput, Expansion, ImportTarget, Known, Move, MoveEnd, ProvisionWhen,
    Provisioner, Removal,
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
            let scope = outside.repeated(repeat.at(key.as_ref()));
            let value = diagnostics.absorb(evaluate(&expression, &scope));
            let value = given(variable, &value, Some(expression.range()), &mut diagnostics);
            if !variable.validations.is_empty() {
                let inside = self.scope(module, instance, known);
                // The variable under test is remembered only afterwards, so its own value is put in its place.
                diagnostics.extend(conditions::validations(variable, &value, &inside));
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
        let output = &self.configuration.modules[module].module.outputs[name];
        self.remembered(instance, MemoKey::Output(Arc::clone(name)), || {
            let scope = self.scope(module, instance, known);
            let mut diagnostics = Diagnostics::new();
            diagnostics.extend(conditions::check(&output.preconditions, "precondition", &scope));
            let value = match &output.value {
                Some(expression) => diagnostics.absorb(evaluate(expression, &scope)),
                None => Value::unknown(Type::Dynamic),
            };
            let mut marks = if output.sensitive { Marks::SENSITIVE } else { Marks::NONE };
            if output.ephemeral {
                marks |= Marks::EPHEMERAL;
            }
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
                diagnostics.extend(conditions::validations(variable, value, &scope));
            }
        }
        diagnostics
    }

    fn import_target(
        block: &crate::config::ImportBlock,
        scope: &ModuleScope<'_>,
        each: Option<(Value, Value)>,
        targets: &mut Vec<ImportTarget>,
        diagnostics: &mut Diagnostics,
    ) {
        let scope = scope.repeated(Repeated { count_index: None, each });
        let Some(to) = resolved_keys(&block.to, &scope, diagnostics) else { return };
        let to = match parse_move_end(&to, &ModuleInstance::default()) {
            Ok(MoveEnd::Instance(instance)) => instance,
            Ok(MoveEnd::Resource(resource)) => resource.instance(None),
            Ok(MoveEnd::Module(_)) => {
                let detail = "Only resources can be imported, not whole modules.";
                diagnostics.push(Diagnostic::error("Invalid import address", detail).at(block.range.clone()));
                return;
            }
            Err(problem) => {
                diagnostics.push(*problem);
                return;
            }
        };
        let Some(expression) = &block.id else { return };
        let id = diagnostics.absorb(evaluate(expression, &scope));
        let id = wpinfra_core::convert::convert(&id, &Type::String).unwrap_or(id);
        if id.is_null() || id.as_str() == Some("") || id.is_sensitive() {
            let detail = "The id of an import must be a string that is neither null, empty nor sensitive.";
            diagnostics.push(Diagnostic::error("Invalid import id argument", detail).at(expression.range()));
            return;
        }
        targets.push(ImportTarget { to, id: id.as_str().map(str::to_owned), range: Some(block.range.clone()) });
    }
}

/// Returns an address expression in which the keys that are expressions are replaced by their values.
fn resolved_keys(
    expression: &Expression,
    scope: &ModuleScope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<Expression> {
    let ExprKind::Index(both) = &expression.expr.kind else { return Some(expression.clone()) };
    let part =
        |expr: &crate::expr::Expr| Expression { source: Arc::clone(&expression.source), expr: Arc::new(expr.clone()) };
    let key = diagnostics.absorb(evaluate(&part(&both.1), scope));
    if instance_key(&key).is_none() {
        let detail = "The key of the instance to import must be a known string or number.";
        diagnostics.push(Diagnostic::error("Invalid import address", detail).at(expression.range()));
        return None;
    }
    let inner = resolved_keys(&part(&both.0), scope, diagnostics)?;
    let ExprKind::Traversal(traversal) = &inner.expr.kind else { return Some(expression.clone()) };
    let mut traversal = traversal.clone();
    traversal.steps.push(Step { kind: StepKind::Index(key), span: both.1.span });
    let expr = crate::expr::Expr { kind: ExprKind::Traversal(traversal), span: expression.expr.span };
    Some(Expression { source: Arc::clone(&expression.source), expr: Arc::new(expr) })
}

impl Desired for Evaluator<'_> {
    fn blocks(&self) -> &[BlockNode] {
        &self.configuration.blocks
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
            if value.deep_marks().contains(Marks::EPHEMERAL) {
                let detail = format!(
                    "The value of the root output {name:?} is ephemeral, but outputs are written to the state."
                );
                diagnostics.push(Diagnostic::error("Ephemeral output not allowed", detail).at(output.range.clone()));
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
                None => Self::import_target(block, &scope, None, &mut targets, &mut diagnostics),
                Some(expression) => {
                    let (value, problems) = evaluate_with(expression, &scope, &[]);
                    diagnostics.extend(problems);
                    let Ok(value) = value else { continue };
                    if !value.is_known() || value.is_null() || value.is_sensitive() {
                        let detail = "The value must be a map or set that is known when planning, and not sensitive.";
                        diagnostics.push(Diagnostic::error("Invalid for_each argument", detail).at(expression.range()));
                        continue;
                    }
                    for pair in elements(&value) {
                        Self::import_target(block, &scope, Some(pair), &mut targets, &mut diagnostics);
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
