//! Which provider configuration a block uses, and version constraints.

use std::sync::Arc;

use wpinfra_core::address::ProviderAddress;
use wpinfra_core::registry::Registry;
use wpinfra_core::{Diagnostic, Diagnostics};

use super::{Configuration, ProviderBlock, Resource, Version, VersionConstraints, VersionRules};

impl Configuration {
    /// Returns the source address of the provider that a block belongs to.
    pub(crate) fn provider_source(&self, module: usize, resource: &Resource) -> String {
        let implied = Registry::implied_provider(&resource.key.resource_type);
        let name = resource.provider.as_ref().map_or(implied, |reference| &*reference.name);
        self.source_of(module, name)
    }

    /// Returns the source address that a name of a provider means in a module.
    pub(crate) fn source_of(&self, module: usize, name: &str) -> String {
        let required = self.modules[module].module.settings.required_providers.get(name);
        required.map_or_else(|| Registry::full_source(name), |required| required.source.clone())
    }

    /// Returns the provider configuration that a block uses; `None` with a diagnostic if it does not exist.
    pub(crate) fn resource_provider(
        &self,
        module: usize,
        resource: &Resource,
        diagnostics: &mut Diagnostics,
    ) -> Option<ProviderAddress> {
        let implied = Registry::implied_provider(&resource.key.resource_type);
        let (name, alias) =
            resource.provider.as_ref().map_or((implied, None), |reference| (&*reference.name, reference.alias.clone()));
        let found = self.resolve_provider(module, name, alias.as_deref());
        if found.is_none() {
            let alias = alias.map_or_else(String::new, |alias| format!(".{alias}"));
            let detail = format!(
                "There is no provider configuration {name}{alias} in this module. Add a provider block with that alias, or pass one to the module in \"providers\"."
            );
            let range = resource.provider.as_ref().map_or(&resource.range, |reference| &reference.range);
            diagnostics.push(Diagnostic::error("Provider configuration not present", detail).at(range.clone()));
        }
        found
    }

    /// Goes up the tree of modules to the block that configures the provider.
    pub(super) fn resolve_provider(&self, module: usize, name: &str, alias: Option<&str>) -> Option<ProviderAddress> {
        let node = &self.modules[module];
        let source = self.source_of(module, name);
        let here = || ProviderAddress {
            module: node.path.clone(),
            source: source.as_str().into(),
            alias: alias.map(Arc::from),
        };
        if self.provider_block_in(module, name, alias).is_some() {
            return Some(here());
        }
        let Some(parent) = node.parent else { return alias.is_none().then(here) };
        let call = self.modules[parent].module.calls.get(node.path.last()?)?;
        let passed =
            call.providers.iter().find(|(inside, _)| &*inside.name == name && inside.alias.as_deref() == alias);
        if let Some((_, outside)) = passed {
            return self.resolve_provider(parent, &outside.name, outside.alias.as_deref());
        }
        if alias.is_some() {
            return None;
        }
        // The parent may know the same provider by another name.
        let required = &self.modules[parent].module.settings.required_providers;
        let same = required.iter().find(|(_, entry)| entry.source == source).map(|(name, _)| Arc::clone(name));
        let outside = same.as_deref().unwrap_or(name);
        if self.source_of(parent, outside) == source {
            return self.resolve_provider(parent, outside, None);
        }
        Some(ProviderAddress { module: Vec::new(), source: source.as_str().into(), alias: None })
    }

    fn provider_block_in(&self, module: usize, name: &str, alias: Option<&str>) -> Option<&ProviderBlock> {
        let blocks = &self.modules[module].module.providers;
        blocks.iter().find(|block| &*block.name == name && block.alias.as_deref() == alias)
    }

    /// Returns the module and the block of a provider configuration; `None` where no block stands.
    pub(crate) fn provider_block(&self, address: &ProviderAddress) -> Option<(usize, &ProviderBlock)> {
        let module = self.module_index(&address.module)?;
        let blocks = &self.modules[module].module.providers;
        let fits = |block: &&ProviderBlock| {
            block.alias == address.alias && self.source_of(module, &block.name) == *address.source
        };
        blocks.iter().find(fits).map(|block| (module, block))
    }
}

/// Tells whether a version satisfies a constraint such as `>= 1.5, < 2.0`.
pub(crate) fn satisfies(version: &str, constraint: &str, rules: VersionRules) -> Result<bool, String> {
    Ok(VersionConstraints::parse(constraint, rules)?.allow(&Version::parse(version)?))
}
