//! Checks of a whole configuration without state: names after loading, and everything for `validate`.

use std::sync::Arc;

use wpinfra_core::desired::Known;
use wpinfra_core::provider::Provider;
use wpinfra_core::registry::Registry;
use wpinfra_core::{Diagnostic, Diagnostics, Mode, ModuleInstance};

use crate::config::{Configuration, Resource, VersionRules};
use crate::decode::decode;
use crate::desired::{Evaluator, Repeat};
use crate::eval::evaluate;
use crate::suggest::did_you_mean;

impl Configuration {
    /// Reports unknown providers and resource types, and arguments of module calls that the module does not take.
    pub(crate) fn check_names(&self, diagnostics: &mut Diagnostics) {
        for index in 0..self.modules.len() {
            self.check_resource_types(index, diagnostics);
            self.check_calls(index, diagnostics);
            self.check_call_providers(index, diagnostics);
            self.check_required_providers(index, diagnostics);
        }
    }

    fn check_required_providers(&self, index: usize, diagnostics: &mut Diagnostics) {
        for (name, required) in &self.modules[index].module.settings.required_providers {
            if self.registry.provider(&required.source).is_none() {
                diagnostics.push(self.unknown_provider(name, &required.source).at(required.range.clone()));
                continue;
            }
            if let (Some(version), Some(provider)) = (&required.version, self.registry.provider(&required.source)) {
                match crate::config::providers::satisfies(provider.version(), version, VersionRules::Provider) {
                    Ok(true) => {}
                    Ok(false) => {
                        let detail = format!(
                            "The configuration wants version {version} of {name}, but the one built in behaves like {}. Change the constraint if that will do.",
                            provider.version()
                        );
                        diagnostics
                            .push(Diagnostic::error("Unsupported provider version", detail).at(required.range.clone()));
                    }
                    Err(why) => {
                        let detail = format!("{version:?} is no version constraint: {why}.");
                        diagnostics
                            .push(Diagnostic::error("Invalid version constraint", detail).at(required.range.clone()));
                    }
                }
            }
        }
        for block in &self.modules[index].module.providers {
            let source = self.source_of(index, &block.name);
            if self.registry.provider(&source).is_none() {
                diagnostics.push(self.unknown_provider(&block.name, &source).at(block.range.clone()));
            }
        }
    }

    fn unknown_provider(&self, name: &str, source: &str) -> Diagnostic {
        let present: Vec<&str> = self.registry.providers().map(Provider::source).collect();
        let short: Vec<&str> = present.iter().filter_map(|source| source.rsplit('/').next()).collect();
        let detail = format!("The provider {source} is not built into wpinfra, which has {}.", short.join(", "));
        Diagnostic::error("Unknown provider", detail).help(did_you_mean(name, short.iter().copied()))
    }

    fn check_resource_types(&self, index: usize, diagnostics: &mut Diagnostics) {
        for resource in self.modules[index].module.resources.values() {
            if self.schema_of(index, resource).is_some() {
                continue;
            }
            let source = self.provider_source(index, resource);
            let name = &*resource.key.resource_type;
            if self.registry.provider(&source).is_none() {
                let problem = self.unknown_provider(Registry::implied_provider(name), &source);
                diagnostics.push(problem.at(resource.range.clone()));
                continue;
            }
            diagnostics.push(self.unknown_type(&source, resource));
        }
    }

    fn unknown_type(&self, source: &str, resource: &Resource) -> Diagnostic {
        let name = &*resource.key.resource_type;
        let (what, other, elsewhere) = match resource.key.mode {
            Mode::Managed => ("resource type", Mode::Data, "data source"),
            Mode::Data => ("data source", Mode::Managed, "resource type"),
            Mode::Ephemeral => ("ephemeral resource type", Mode::Managed, "resource type"),
        };
        let help = if self.registry.schema(source, other, name).is_some() {
            Some(format!("there is a {elsewhere} of this name"))
        } else {
            did_you_mean(name, self.registry.names(source, resource.key.mode))
        };
        let mut detail = format!("The provider {source} has no {what} {name:?}.");
        if resource.key.mode == Mode::Ephemeral && self.registry.names(source, Mode::Ephemeral).is_empty() {
            detail.push_str(
                " wpinfra opens no ephemeral values of this provider. Give the value with a variable that is declared with \
                 \"ephemeral = true\", or take it from a provider that has some, as random has random_password.",
            );
        }
        Diagnostic::error(format!("Invalid {what}"), detail).at(resource.type_range.clone()).help(help)
    }

    fn check_calls(&self, index: usize, diagnostics: &mut Diagnostics) {
        let node = &self.modules[index];
        for call in node.module.calls.values() {
            let Some(child) = node.children.get(&call.name) else { continue };
            let child = &self.modules[*child].module;
            for (inside, _) in call.providers.iter().filter(|(inside, _)| inside.alias.is_none()) {
                let is_declared = child.settings.required_providers.contains_key(&inside.name)
                    || child.providers.iter().any(|block| block.name == inside.name);
                if !is_declared {
                    let detail = format!(
                        "The module {:?} does not say which provider it calls {:?}. Add it to required_providers there.",
                        call.name, inside.name
                    );
                    let problem = Diagnostic::warning("Reference to undefined provider", detail);
                    diagnostics.push(problem.at(inside.range.clone()));
                }
            }
            for attribute in call.body.attributes.values() {
                if !child.variables.contains_key(&attribute.name) {
                    let names = child.variables.keys().map(|name| &**name);
                    let detail = format!("The module {:?} declares no variable {:?}.", call.name, attribute.name);
                    diagnostics.push(
                        Diagnostic::error("Unsupported argument", detail)
                            .at(attribute.name_range())
                            .help(did_you_mean(&attribute.name, names)),
                    );
                }
            }
            for variable in child.variables.values() {
                if variable.default.is_none() && !call.body.attributes.contains_key(&variable.name) {
                    let detail =
                        format!("The module needs a value for its variable {:?}, which has no default.", variable.name);
                    let range = call.body.missing_range(&call.range);
                    diagnostics.push(Diagnostic::error("Missing required argument", detail).at(range));
                }
            }
        }
    }

    /// Checks everything that can be checked without state: every block is evaluated, with unknown values where none are known.
    pub fn validate(&self) -> Diagnostics {
        let evaluator = Evaluator::validating(self);
        let known = Known::default();
        let mut diagnostics = Diagnostics::new();
        for index in 0..self.modules.len() {
            evaluator.validate_module(index, &known, &mut diagnostics);
        }
        crate::config::load::sorted(diagnostics)
    }
}

impl Evaluator<'_> {
    /// Evaluates every block of a module once, in an instance that stands for all.
    fn validate_module(&self, index: usize, known: &Known, diagnostics: &mut Diagnostics) {
        let node = &self.configuration.modules[index];
        let module = &node.module;
        let instance = ModuleInstance(node.path.iter().map(|name| (Arc::clone(name), None)).collect());
        let scope = self.scope(index, &instance, known);
        for name in module.variables.keys() {
            diagnostics.extend(self.variable(index, &instance, name, known).1);
        }
        for name in module.locals.keys() {
            diagnostics
                .extend(self.local(index, &instance, name, known).map(|(_, problems)| problems).unwrap_or_default());
        }
        for block in &module.providers {
            let source = self.configuration.source_of(index, &block.name);
            if let Some(provider) = self.configuration.registry.provider(&source) {
                let decoded = decode(&block.body, &provider.schema().block, &block.range, &scope);
                diagnostics.extend(decoded.diagnostics);
                Self::check_value(provider.schema(), &decoded.value, &decoded.ranges, &block.range, diagnostics);
            }
        }
        for call in module.calls.values() {
            diagnostics.extend(self.call_repeat(index, &instance, &call.name, known).diagnostics.clone());
        }
        for resource in module.resources.values() {
            diagnostics.extend(self.resource_repeat(index, &instance, &resource.key, known).diagnostics.clone());
            let repeated = scope.repeated(Repeat::placeholder(&resource.repeat));
            diagnostics.extend(self.evaluated(index, resource, &instance, &repeated).1);
            for condition in &resource.lifecycle.preconditions {
                diagnostics.extend(evaluate(&condition.condition, &repeated).1);
            }
            let mut with_self = scope.repeated(repeated.repeated.clone());
            let schema = self.configuration.schema_of(index, resource);
            with_self.self_value = schema.map(|schema| wpinfra_core::Value::unknown(schema.implied_type()));
            for condition in &resource.lifecycle.postconditions {
                diagnostics.extend(evaluate(&condition.condition, &with_self).1);
            }
            diagnostics.extend(Self::check_provisioners(resource, &with_self));
        }
        for (name, output) in &module.outputs {
            diagnostics.extend(self.output(index, &instance, name, known).1);
            let sensitive =
                self.output(index, &instance, name, known).0.deep_marks().contains(wpinfra_core::Marks::SENSITIVE);
            if sensitive && !output.sensitive {
                let detail = format!(
                    "The value of the output {name:?} is made from sensitive values. Add \"sensitive = true\" to the output, or take the mark off with nonsensitive()."
                );
                diagnostics
                    .push(Diagnostic::error("Output refers to sensitive values", detail).at(output.range.clone()));
            }
        }
        for check in module.checks.values() {
            for condition in &check.assertions {
                diagnostics.extend(evaluate(&condition.condition, &scope).1);
            }
        }
        if node.parent.is_none() {
            diagnostics.extend(wpinfra_core::desired::Desired::imports(self, known).1);
        }
    }
}
