//! What a module call says of the providers of the module that it calls.

use std::sync::Arc;

use wpinfra_core::{Diagnostic, Diagnostics};

use super::{Configuration, Module, ModuleCall};

impl Configuration {
    /// Reports calls that give a module providers that are not there, do not give it those that it expects, or repeat one that
    /// brings its own.
    pub(crate) fn check_call_providers(&self, index: usize, diagnostics: &mut Diagnostics) {
        let node = &self.modules[index];
        for call in node.module.calls.values() {
            let Some(child) = node.children.get(&call.name) else { continue };
            self.check_passed(index, call, diagnostics);
            check_expected(call, &self.modules[*child].module, diagnostics);
            self.check_own(call, *child, diagnostics);
        }
    }

    /// Checks that what the call passes is there, and that no name in the module is given twice.
    fn check_passed(&self, index: usize, call: &ModuleCall, diagnostics: &mut Diagnostics) {
        for (position, (inside, outside)) in call.providers.iter().enumerate() {
            let same = |(other, _): &&(super::ProviderReference, super::ProviderReference)| {
                other.name == inside.name && other.alias == inside.alias
            };
            if call.providers[..position].iter().find(same).is_some() {
                let detail = format!("The module is given {inside} twice; take one of the two away.");
                diagnostics.push(Diagnostic::error("Duplicate provider", detail).at(outside.range.clone()));
            }
            if outside.alias.is_some()
                && self.resolve_provider(index, &outside.name, outside.alias.as_deref()).is_none()
            {
                let detail = format!(
                    "There is no provider configuration {outside} in this module. Add a provider block with that alias."
                );
                diagnostics
                    .push(Diagnostic::error("Provider configuration not present", detail).at(outside.range.clone()));
            }
        }
    }

    /// Checks that a module whose providers are configured in it, or below it, is called once and depends on nothing.
    fn check_own(&self, call: &ModuleCall, child: usize, diagnostics: &mut Diagnostics) {
        let Some(own) = self.own_provider(child) else { return };
        let mut forbidden = vec![("count", call.repeat.count.as_ref()), ("for_each", call.repeat.for_each.as_ref())];
        forbidden.push(("depends_on", call.depends_on_list.as_ref()));
        for (argument, expression) in forbidden {
            let Some(expression) = expression else { continue };
            let detail = format!(
                "The module configures the provider {:?} itself, in {} line {}, so its call cannot have {argument:?}. Configure the provider here and pass it with \"providers\".",
                own.name, own.range.file, own.range.start.line
            );
            diagnostics.push(Diagnostic::error("Module with its own provider", detail).at(expression.range()));
        }
    }

    /// Returns a block that configures a provider in the module or below it.
    fn own_provider(&self, module: usize) -> Option<&super::ProviderBlock> {
        let node = &self.modules[module];
        let here = node.module.providers.iter().find(|block| !block.is_empty());
        here.or_else(|| node.children.values().find_map(|child| self.own_provider(*child)))
    }
}

/// Checks that the call gives the module what it expects from its caller.
fn check_expected(call: &ModuleCall, module: &Module, diagnostics: &mut Diagnostics) {
    for (name, required) in &module.settings.required_providers {
        for alias in &required.configuration_aliases {
            let given = |(inside, _): &(super::ProviderReference, super::ProviderReference)| {
                inside.name == *name && inside.alias.as_ref() == Some(alias)
            };
            if !call.providers.iter().any(given) {
                let detail = format!(
                    "The module expects the provider configuration {name}.{alias} from its caller. Add providers = {{ {name}.{alias} = … }} to the call."
                );
                diagnostics.push(Diagnostic::error("Missing provider for module", detail).at(call.range.clone()));
            }
        }
    }
}

impl super::ProviderBlock {
    /// Tells whether the block says nothing: then it only names the provider, as modules did before they could require one.
    fn is_empty(&self) -> bool {
        self.body.attributes.is_empty() && self.body.blocks.is_empty() && self.body.undecided.is_none()
    }
}

impl std::fmt::Display for super::ProviderReference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let alias: Option<&Arc<str>> = self.alias.as_ref();
        match alias {
            Some(alias) => write!(f, "{}.{alias}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}
