//! Which providers each module needs.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Configuration, VersionConstraints, VersionRules};

/// The providers that one module needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModuleProviders {
    /// The calls that lead to the module.
    pub path: Vec<Arc<str>>,
    /// Source addresses with the version constraints on them, in normal form.
    pub providers: BTreeMap<String, String>,
}

impl Configuration {
    /// Returns the providers that each module needs, the root first, and the modules that a module calls behind it.
    pub fn provider_requirements(&self) -> Vec<ModuleProviders> {
        let modules = self.modules.iter().enumerate();
        let mut all: Vec<_> = modules
            .map(|(index, node)| ModuleProviders { path: node.path.clone(), providers: self.providers_of(index) })
            .collect();
        all.sort_by(|one, other| one.path.cmp(&other.path));
        all
    }

    fn providers_of(&self, index: usize) -> BTreeMap<String, String> {
        let module = &self.modules[index].module;
        let mut found: BTreeMap<String, VersionConstraints> = BTreeMap::new();
        for required in module.settings.required_providers.values() {
            let constraints = found.entry(required.source.clone()).or_default();
            let version = required.version.as_deref();
            // What is no constraint is told when the configuration is checked.
            if let Some(Ok(more)) = version.map(|text| VersionConstraints::parse(text, VersionRules::Provider)) {
                constraints.join(more);
            }
        }
        let configured = module.providers.iter().map(|block| self.source_of(index, &block.name));
        let used = module.resources.values().map(|resource| self.provider_source(index, resource));
        for source in configured.chain(used) {
            found.entry(source).or_default();
        }
        found.into_iter().map(|(source, constraints)| (source, constraints.normal_form())).collect()
    }
}
