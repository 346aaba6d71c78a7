//! One instance: its arguments, its lifecycle and its provisioners.

use std::sync::Arc;

use wpinfra_core::address::InstanceAddress;
use wpinfra_core::convert::convert;
use wpinfra_core::desired::{DesiredInstance, IgnoreChanges, Known, Lifecycle, MoveEnd};
use wpinfra_core::provider::{AnyDataSource, AnyEphemeralType, AnyResourceType};
use wpinfra_core::schema::Schema;
use wpinfra_core::{Diagnostic, Diagnostics, Marks, Mode, ModuleInstance, Path, SourceRange, Type, Value, validate};

use super::{Evaluator, UNKNOWN_KEY};
use crate::config::{Configuration, LifecycleBlock, Resource, parse_move_end};
use crate::decode::{decode, range_at};
use crate::eval::{Failed, Scope, evaluate};
use crate::expr::{ExprKind, Expression, StepKind, Traversal};
use crate::functions::FunctionScope;
use crate::module_scope::ModuleScope;
use crate::scope::NoScope;
use crate::syntax::Source;

impl Configuration {
    /// Returns the schema of a block; `None` if its provider or type does not exist.
    pub(crate) fn schema_of(&self, module: usize, resource: &Resource) -> Option<&Schema> {
        let source = self.provider_source(module, resource);
        self.registry.schema(&source, resource.key.mode, &resource.key.resource_type)
    }
}

impl Evaluator<'_> {
    pub(super) fn desired_instance(
        &self,
        address: &InstanceAddress,
        known: &Known,
    ) -> (Option<DesiredInstance>, Diagnostics) {
        let Some((module, resource)) = self.configuration.find_resource(&address.config()) else {
            let detail = format!("There is no block for {address}, but its arguments are asked for.");
            return (None, Diagnostic::bug("Unknown block", detail).into());
        };
        let instance = &address.resource.module;
        let repeat = self.resource_repeat(module, instance, &resource.key, known);
        let scope = self.scope(module, instance, known).repeated(repeat.at(address.key.as_ref()));
        let (found, diagnostics) = self.evaluated(module, resource, instance, &scope);
        (found, diagnostics.about(address))
    }

    /// Evaluates a block in a scope.
    pub(crate) fn evaluated(
        &self,
        module: usize,
        resource: &Resource,
        instance: &ModuleInstance,
        scope: &ModuleScope<'_>,
    ) -> (Option<DesiredInstance>, Diagnostics) {
        let mut diagnostics = Diagnostics::new();
        let provider = self.configuration.resource_provider(module, resource, &mut diagnostics);
        let (Some(provider), Some(schema)) = (provider, self.configuration.schema_of(module, resource)) else {
            return (None, diagnostics);
        };
        let decoded = decode(&resource.body, &schema.block, &resource.range, scope);
        diagnostics.extend(decoded.diagnostics);
        Self::check_value(schema, &decoded.value, &decoded.ranges, &resource.range, &mut diagnostics);
        if resource.key.mode != Mode::Ephemeral {
            refuse_ephemeral(schema, &decoded.value, &decoded.ranges, &resource.range, &mut diagnostics);
        }
        if !diagnostics.has_errors() {
            let (source, name) = (&*provider.source, &*resource.key.resource_type);
            let registry = &self.configuration.registry;
            let problems = match resource.key.mode {
                Mode::Managed => {
                    registry.resource(source, name).map(|found| AnyResourceType::validate(found, &decoded.value))
                }
                Mode::Data => {
                    registry.data_source(source, name).map(|found| AnyDataSource::validate(found, &decoded.value))
                }
                Mode::Ephemeral => {
                    registry.ephemeral_type(source, name).map(|found| AnyEphemeralType::validate(found, &decoded.value))
                }
            };
            for mut problem in problems.unwrap_or_default() {
                problem.subject = problem.subject.or_else(|| Some(resource.range.clone()));
                diagnostics.push(problem);
            }
        }
        let lifecycle = lifecycle(&resource.lifecycle, schema, instance, scope, &mut diagnostics);
        let desired = DesiredInstance {
            config: decoded.value,
            provider,
            lifecycle,
            range: Some(resource.range.clone()),
            argument_ranges: decoded.ranges,
        };
        ((!diagnostics.has_errors()).then_some(desired), diagnostics)
    }

    /// Checks a value against its schema and puts the places of arguments to the problems.
    pub(crate) fn check_value(
        schema: &Schema,
        value: &Value,
        ranges: &[(Path, SourceRange)],
        range: &SourceRange,
        diagnostics: &mut Diagnostics,
    ) {
        for (path, problem) in validate::check(schema, value) {
            let subject = range_at(ranges, &path).unwrap_or_else(|| range.clone());
            diagnostics.push(Diagnostic::error(problem.summary, problem.detail).at(subject));
        }
    }
}

/// Reports ephemeral values in arguments that are recorded, once for each argument or block.
fn refuse_ephemeral(
    schema: &Schema,
    value: &Value,
    ranges: &[(Path, SourceRange)],
    range: &SourceRange,
    diagnostics: &mut Diagnostics,
) {
    let block = &schema.block;
    for (name, part) in value.mapping().into_iter().flatten() {
        let attribute = block.attributes.get(&**name);
        let is_recorded = attribute.is_none_or(|attribute| !attribute.write_only);
        if !is_recorded || !part.deep_marks().contains(Marks::EPHEMERAL) {
            continue;
        }
        let within = part.unmark_deep().1.into_iter().find(|(_, marks)| marks.contains(Marks::EPHEMERAL));
        let place = within.map_or_else(String::new, |(path, _)| path.to_string());
        let takers: Vec<&str> =
            block.attributes.iter().filter(|(_, attribute)| attribute.write_only).map(|(name, _)| *name).collect();
        let remedy = if takers.is_empty() {
            "Use a value that is not ephemeral.".to_owned()
        } else {
            format!("Use a value that is not ephemeral; what is passed on and never recorded is {}.", takers.join(", "))
        };
        let detail = format!(
            "The value of {name}{place} is ephemeral, but what is configured there is recorded in plan and state. {remedy}"
        );
        // Blocks are told of where the whole stands.
        let written = attribute.and_then(|_| range_at(ranges, &Path::root().attribute(name)));
        let subject = written.unwrap_or_else(|| range.clone());
        diagnostics.push(Diagnostic::error("Invalid use of ephemeral value", detail).at(subject));
    }
}

fn lifecycle(
    block: &LifecycleBlock,
    schema: &Schema,
    instance: &ModuleInstance,
    scope: &ModuleScope<'_>,
    diagnostics: &mut Diagnostics,
) -> Lifecycle {
    let ignore_changes = if block.ignore_all {
        IgnoreChanges::All
    } else {
        let paths = block.ignore_changes.iter().filter_map(|expression| ignored_path(expression, schema, diagnostics));
        IgnoreChanges::Paths(paths.collect())
    };
    Lifecycle {
        create_before_destroy: flag(block.create_before_destroy.as_ref(), scope, diagnostics),
        prevent_destroy: flag(block.prevent_destroy.as_ref(), scope, diagnostics),
        ignore_changes,
        replace_triggered_by: block
            .replace_triggered_by
            .iter()
            .flat_map(|expression| triggers(expression, instance, scope, diagnostics))
            .collect(),
    }
}

fn flag(expression: Option<&Expression>, scope: &ModuleScope<'_>, diagnostics: &mut Diagnostics) -> bool {
    let Some(expression) = expression else { return false };
    let (value, problems) = evaluate(expression, scope);
    let failed = problems.has_errors();
    diagnostics.extend(problems);
    let converted = convert(&value, &Type::Bool).ok().and_then(|value| value.as_bool());
    if converted.is_none() && !failed {
        let detail = "A known true or false is needed here.";
        diagnostics.push(Diagnostic::error("Unsuitable value type", detail).at(expression.range()));
    }
    converted.unwrap_or(false)
}

/// Returns the path that an entry of `ignore_changes` names.
fn ignored_path(expression: &Expression, schema: &Schema, diagnostics: &mut Diagnostics) -> Option<Path> {
    let written = &expression.unquoted();
    let ExprKind::Traversal(traversal) = &written.expr.kind else {
        let detail = "An argument of this block is expected, such as tags or default_action[0].type.";
        diagnostics.push(Diagnostic::error("Invalid expression", detail).at(expression.range()));
        return None;
    };
    let names = || schema.block.attributes.keys().chain(schema.block.blocks.keys()).copied();
    if names().any(|name| *name == *traversal.root) {
        // What leads nowhere in the type of the block can never be found in one.
        let whole = Expression { source: Arc::clone(&written.source), expr: Arc::clone(&written.expr) };
        let scope = OwnAttributes(schema);
        let problems = evaluate(&whole, &scope).1;
        if problems.has_errors() {
            let at_entry = |problem: Diagnostic| Diagnostic { subject: Some(expression.range()), ..problem };
            diagnostics.extend(problems.into_iter().map(at_entry).collect());
            return None;
        }
    } else {
        let detail = format!("There is no argument {:?} whose changes could be ignored.", traversal.root);
        let help = crate::suggest::did_you_mean(&traversal.root, names());
        diagnostics.push(Diagnostic::error("Unsupported attribute", detail).at(expression.range()).help(help));
        return None;
    }
    let mut path = Path::root().attribute(&traversal.root);
    for step in &traversal.steps {
        path = match &step.kind {
            StepKind::Attribute(name) => path.attribute(name),
            StepKind::Index(key) => path.index(key.clone()),
        };
    }
    Some(path)
}

/// The arguments of a block as names, with values that are not known.
struct OwnAttributes<'s>(&'s Schema);

impl Scope for OwnAttributes<'_> {
    fn resolve(
        &self,
        traversal: &Traversal,
        _source: &Source,
        _diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        let ty = self.0.implied_type();
        Ok((Value::unknown(ty.attribute(&traversal.root).cloned().unwrap_or(Type::Dynamic)), 0))
    }

    fn functions(&self) -> FunctionScope<'_> {
        NoScope.functions()
    }
}

/// Returns the instances, with the attribute in them, that an entry of `replace_triggered_by` names.
fn triggers(
    expression: &Expression,
    instance: &ModuleInstance,
    scope: &ModuleScope<'_>,
    diagnostics: &mut Diagnostics,
) -> Vec<(InstanceAddress, Path)> {
    let wrong = |diagnostics: &mut Diagnostics| {
        let detail = "A reference to a managed resource of this module, or an attribute of one, is expected.";
        diagnostics.push(Diagnostic::error("Invalid replace_triggered_by expression", detail).at(expression.range()));
        Vec::new()
    };
    let mut problems = Diagnostics::new();
    let split = split_trigger(expression, scope, &mut problems);
    // When validating, nobody knows the keys of what is repeated.
    let only_unknown = !problems.is_empty() && problems.iter().all(|problem| problem.summary == UNKNOWN_KEY);
    if scope.evaluator.validating && only_unknown {
        return Vec::new();
    }
    let is_told = problems.has_errors();
    diagnostics.extend(problems);
    let Some((traversal, attributes)) = split else {
        return if is_told { Vec::new() } else { wrong(diagnostics) };
    };
    let address = Expression {
        source: Arc::clone(&expression.source),
        expr: Arc::new(crate::expr::Expr {
            kind: ExprKind::Traversal(Box::new(traversal)),
            span: expression.expr.span,
        }),
    };
    match parse_move_end(&address, instance) {
        Ok(MoveEnd::Instance(found)) => vec![(found, attributes)],
        Ok(MoveEnd::Resource(found)) => match scope.known.resources.get(&found) {
            Some(known) => {
                known.instances.keys().map(|key| (found.instance(key.clone()), attributes.clone())).collect()
            }
            None => vec![(found.instance(None), attributes)],
        },
        Ok(MoveEnd::Module(_)) | Err(_) => wrong(diagnostics),
    }
}

/// Splits a reference into what names the instance and the attribute in it; keys may be expressions.
fn split_trigger(
    expression: &Expression,
    scope: &ModuleScope<'_>,
    diagnostics: &mut Diagnostics,
) -> Option<(Traversal, Path)> {
    let resolved = if let ExprKind::Relative(relative) = &expression.expr.kind {
        let inner = Expression { source: Arc::clone(&expression.source), expr: Arc::new(relative.0.clone()) };
        let inner = super::resolved_keys(&inner, scope, diagnostics)?;
        let ExprKind::Traversal(traversal) = &inner.expr.kind else { return None };
        let mut traversal = (**traversal).clone();
        traversal.steps.extend(relative.1.iter().cloned());
        traversal
    } else {
        let resolved = super::resolved_keys(expression, scope, diagnostics)?;
        let ExprKind::Traversal(traversal) = &resolved.expr.kind else { return None };
        (**traversal).clone()
    };
    let named = if &*resolved.root == "resource" { 2 } else { 1 };
    let keyed = matches!(resolved.steps.get(named).map(|step| &step.kind), Some(StepKind::Index(_)));
    let count = named + usize::from(keyed);
    let mut path = Path::root();
    for step in resolved.steps.iter().skip(count) {
        path = match &step.kind {
            StepKind::Attribute(name) => path.attribute(name),
            StepKind::Index(key) => path.index(key.clone()),
        };
    }
    let mut address = resolved;
    address.steps.truncate(count);
    Some((address, path))
}
