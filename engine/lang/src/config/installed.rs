//! Modules that were fetched, and those that are to be.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::{Class, Diagnostic, SourceRange};

use super::module_source::ModuleSource;
use super::version::{Version, VersionConstraints};

/// Modules that were fetched, by the path of calls that leads to them.
#[derive(Clone, Debug, Default)]
pub struct InstalledModules(BTreeMap<String, Vec<InstalledModule>>);

/// One module that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledModule {
    /// Address in full, with the subdirectory.
    pub source: String,
    /// Version, if it is of a registry.
    pub version: Option<String>,
    /// Directory of the module from the working directory.
    pub dir: String,
}

/// A module that has to be fetched before the configuration can be loaded.
#[derive(Clone, Debug)]
pub struct ModuleRequest {
    /// The names of the calls that lead to it.
    pub path: Vec<Arc<str>>,
    /// Where it comes from: never a directory.
    pub source: ModuleSource,
    /// Which of its versions will do.
    pub constraints: VersionConstraints,
    /// Where the call stands.
    pub range: SourceRange,
}

impl InstalledModules {
    /// Adds a module; of several for the same call, the first that suits counts.
    pub fn add(&mut self, key: impl Into<String>, module: InstalledModule) {
        self.0.entry(key.into()).or_default().push(module);
    }

    /// Returns what was fetched for a call, if it is still what the call asks for.
    pub fn find(&self, key: &str, source: &ModuleSource, constraints: &VersionConstraints) -> Option<&InstalledModule> {
        let wanted = source.to_string();
        let suits = |module: &&InstalledModule| {
            let version = module.version.as_deref().map(Version::parse);
            let allowed = version.is_none_or(|version| version.is_ok_and(|version| constraints.allow(&version)));
            module.source == wanted && allowed
        };
        self.0.get(key)?.iter().find(suits)
    }
}

impl ModuleRequest {
    /// Returns the names of the calls with dots between them, as manifests have them.
    pub fn key(&self) -> String {
        self.path.join(".")
    }

    /// Says that the module is not there.
    pub fn not_installed(&self) -> Diagnostic {
        let detail = format!(
            "The module {} comes from {}, which was not fetched yet, or was fetched in another version. Run \"wpinfra get\".",
            self.key(),
            self.source
        );
        Diagnostic::error("Module not installed", detail).class(Class::Environment).at(self.range.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::super::version::VersionRules;
    use super::*;

    #[test]
    fn what_was_fetched_counts_while_it_is_what_is_asked_for() {
        let mut installed = InstalledModules::default();
        let module = |source: &str, version: Option<&str>, dir: &str| InstalledModule {
            source: source.to_owned(),
            version: version.map(str::to_owned),
            dir: dir.to_owned(),
        };
        installed.add("net", module("registry.terraform.io/a/net/aws//sub", Some("1.2.0"), "first"));
        installed.add("net", module("registry.terraform.io/a/net/aws//sub", Some("2.0.0"), "second"));
        installed.add("net.git", module("git::https://h/r.git?ref=v1", None, "git"));
        for (key, source, constraints, expected) in [
            ("net", "a/net/aws//sub", Some("~> 1.0"), Some("first")),
            ("net", "a/net/aws//sub", Some(">= 2"), Some("second")),
            ("net", "a/net/aws//sub", None, Some("first")),
            ("net", "a/net/aws//sub", Some(">= 3"), None),
            ("net", "a/net/aws", None, None),
            ("other", "a/net/aws//sub", None, None),
            ("net.git", "git::https://h/r.git?ref=v1", None, Some("git")),
            ("net.git", "git::https://h/r.git?ref=v2", None, None),
        ] {
            let source = ModuleSource::parse(source, false).expect("a source");
            let parsed = constraints.map(|text| VersionConstraints::parse(text, VersionRules::Module).expect(text));
            let found = installed.find(key, &source, &parsed.unwrap_or_default());
            assert_eq!(found.map(|module| &*module.dir), expected, "{key} {source} {constraints:?}");
        }
    }
}
