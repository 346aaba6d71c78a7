//! Override files: what they say replaces what the other files say, argument by argument.

use wpinfra_core::{Diagnostic, Diagnostics, SourceRange};

use super::{LifecycleBlock, Module, Resource};
use crate::syntax::Body;

/// Applies an override file to the module.
pub(super) fn apply(module: &mut Module, changes: Module, diagnostics: &mut Diagnostics) {
    let Module {
        notes: _,
        lost,
        settings,
        providers,
        variables,
        locals,
        outputs,
        resources,
        calls,
        moved,
        removed,
        imports,
        checks,
    } = changes;
    module.lost |= lost;
    if settings.backend.is_some() {
        module.settings.backend = settings.backend;
    }
    if !settings.required_versions.is_empty() {
        module.settings.required_versions = settings.required_versions;
    }
    module.settings.required_providers.extend(settings.required_providers);
    for provider in providers {
        match module.providers.iter_mut().find(|p| p.name == provider.name && p.alias == provider.alias) {
            Some(base) => merge_body(&mut base.body, provider.body),
            None => module.providers.push(provider),
        }
    }
    for (name, variable) in variables {
        let Some(base) = module.variables.get_mut(&name) else {
            missing("variable", &name, &variable.range, diagnostics);
            continue;
        };
        if variable.typed {
            base.constraint = variable.constraint;
            base.typed = true;
        }
        if variable.default.is_some() {
            base.default = variable.default;
        }
        if variable.description.is_some() {
            base.description = variable.description;
        }
        base.sensitive |= variable.sensitive;
        base.ephemeral |= variable.ephemeral;
        base.nullable &= variable.nullable;
        if let Some(default) = &base.default
            && let Ok(converted) = base.constraint.apply(default)
        {
            base.default = Some(converted);
        }
        base.validations.extend(variable.validations);
    }
    for (name, local) in locals {
        module.locals.insert(name, local);
    }
    for (name, output) in outputs {
        let Some(base) = module.outputs.get_mut(&name) else {
            missing("output", &name, &output.range, diagnostics);
            continue;
        };
        base.value = output.value.or(base.value.take());
        base.description = output.description.or(base.description.take());
        base.sensitive |= output.sensitive;
        base.preconditions.extend(output.preconditions);
    }
    for (key, resource) in resources {
        match module.resources.get_mut(&key) {
            Some(base) => merge_resource(base, resource),
            None => missing("resource", &key.to_string(), &resource.range, diagnostics),
        }
    }
    for (name, call) in calls {
        let Some(base) = module.calls.get_mut(&name) else {
            missing("module call", &name, &call.range, diagnostics);
            continue;
        };
        base.source = call.source.or(base.source.take());
        base.version = call.version.or(base.version.take());
        merge_body(&mut base.body, call.body);
        if call.repeat.count.is_some() || call.repeat.for_each.is_some() {
            base.repeat = call.repeat;
        }
    }
    module.moved.extend(moved);
    module.removed.extend(removed);
    module.imports.extend(imports);
    module.checks.extend(checks);
}

fn missing(what: &str, name: &str, range: &SourceRange, diagnostics: &mut Diagnostics) {
    let detail =
        format!("An override file can only change what another file declares, but there is no {what} {name:?}.");
    diagnostics.push(Diagnostic::error(format!("Missing base {what} to override"), detail).at(range.clone()));
}

fn merge_resource(base: &mut Resource, change: Resource) {
    merge_body(&mut base.body, change.body);
    if change.repeat.count.is_some() || change.repeat.for_each.is_some() {
        base.repeat = change.repeat;
    }
    base.provider = change.provider.or(base.provider.take());
    if !change.depends_on.is_empty() {
        base.depends_on = change.depends_on;
    }
    if !change.provisioners.is_empty() {
        base.provisioners = change.provisioners;
    }
    merge_lifecycle(&mut base.lifecycle, change.lifecycle);
}

fn merge_lifecycle(base: &mut LifecycleBlock, change: LifecycleBlock) {
    base.create_before_destroy = change.create_before_destroy.or(base.create_before_destroy.take());
    base.prevent_destroy = change.prevent_destroy.or(base.prevent_destroy.take());
    if change.ignore_all || !change.ignore_changes.is_empty() {
        base.ignore_all = change.ignore_all;
        base.ignore_changes = change.ignore_changes;
    }
    if !change.replace_triggered_by.is_empty() {
        base.replace_triggered_by = change.replace_triggered_by;
    }
    base.preconditions.extend(change.preconditions);
    base.postconditions.extend(change.postconditions);
}

/// Arguments replace those of the same name, blocks all blocks of the same type.
fn merge_body(base: &mut Body, change: Body) {
    for block in &change.blocks {
        let kind = block.label(0).filter(|_| &*block.kind == "dynamic").unwrap_or(&block.kind);
        base.blocks.retain(|other| other.kind != *kind && (&*other.kind != "dynamic" || other.label(0) != Some(kind)));
    }
    base.attributes.extend(change.attributes);
    base.blocks.extend(change.blocks);
}
