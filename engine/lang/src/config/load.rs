//! Files to modules.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wpinfra_core::registry::Registry;
use wpinfra_core::{Diagnostic, Diagnostics, SourceRange, Value};

use super::early::EarlyScope;
use super::module_source::SourceProblem;
use super::{
    CalledModule, Configuration, Environment, InputVariables, Module, ModuleCall, ModuleNode, ModuleRequest,
    ModuleSource, VersionConstraints, VersionRules, blocks, merge, variables,
};
use crate::expr::Expression;
use crate::functions::Files;
use crate::syntax::{Body, Source, Span, json, parse_body};

/// How deep modules may call modules.
const MODULE_DEPTH_LIMIT: usize = 32;

impl Configuration {
    /// Loads the root module and all that it calls; `None` if there are errors, or modules that were not fetched.
    ///
    /// With `inputs` absent the values of the root variables are unknown, as for `validate`.
    pub fn load(
        environment: Environment,
        inputs: Option<InputVariables>,
        registry: Arc<Registry>,
    ) -> (Option<Self>, Diagnostics) {
        let Loaded { configuration, mut diagnostics, missing } = Self::load_or_ask(environment, inputs, registry);
        for request in missing {
            diagnostics.push(request.not_installed());
        }
        (configuration, diagnostics)
    }

    /// Returns a configuration of which nothing but the modules is known yet.
    fn of_modules(
        environment: Environment,
        registry: Arc<Registry>,
        modules: Vec<ModuleNode>,
        sources: BTreeMap<String, Arc<Source>>,
    ) -> Self {
        Self {
            environment,
            registry,
            modules,
            sources,
            variables: BTreeMap::new(),
            given: BTreeSet::new(),
            variable_files: BTreeSet::new(),
            variable_ranges: BTreeMap::new(),
            blocks: Vec::new(),
            explicit_dependencies: BTreeMap::new(),
            block_ids: BTreeMap::new(),
            moves: Vec::new(),
            removals: Vec::new(),
        }
    }

    /// As [`Self::load`], with the modules that have to be fetched first told apart from what is wrong.
    pub fn load_or_ask(environment: Environment, inputs: Option<InputVariables>, registry: Arc<Registry>) -> Loaded {
        let mut loaded = Self::load_with_errors(environment, inputs, registry);
        loaded.configuration = loaded.configuration.filter(|_| !loaded.diagnostics.has_errors());
        loaded
    }

    /// As [`Self::load_or_ask`], but with a configuration also where what the blocks say is wrong: for `console`.
    ///
    /// There is none where the blocks themselves cannot be read, or refer to each other in a circle.
    pub fn load_with_errors(
        environment: Environment,
        inputs: Option<InputVariables>,
        registry: Arc<Registry>,
    ) -> Loaded {
        let (Loaded { configuration, mut diagnostics, missing }, lost) =
            Self::load_tree(environment, inputs.as_ref(), registry);
        let Some(mut configuration) = configuration.filter(|_| missing.is_empty()) else {
            return Loaded { configuration: None, diagnostics: sorted(diagnostics), missing };
        };
        let readable = !diagnostics.has_errors();
        // From here on all errors are collected, also when there are some already: the user is to see them in one run.
        let mut consequences = Diagnostics::new();
        configuration.check_names(&mut diagnostics);
        let acyclic = configuration.build_graph(&mut consequences);
        configuration.read_moves(&mut consequences);
        configuration.check_import_addresses(&mut consequences);
        variables::assign(&mut configuration, inputs, &mut consequences);
        if acyclic && (diagnostics.has_errors() || consequences.has_errors()) {
            consequences.extend(configuration.validate());
        }
        // What stands in a block that could not be read only seems to be missing.
        let genuine = |problem: &Diagnostic| !lost || !(problem.summary.contains("undeclared"));
        diagnostics.extend(consequences.into_iter().filter(genuine).collect());
        if diagnostics.has_errors() {
            diagnostics = sorted(diagnostics);
        } else {
            variables::check_validations(&configuration, &mut diagnostics);
        }
        Loaded { configuration: (readable && acyclic).then_some(configuration), diagnostics, missing }
    }

    /// Reads all files without looking at what they say: for commands that are about the modules themselves.
    ///
    /// The configuration holds the modules that are there, and none of its blocks is checked.
    pub fn load_modules(environment: Environment, inputs: Option<&InputVariables>, registry: Arc<Registry>) -> Loaded {
        let mut loaded = Self::load_tree(environment, inputs, registry).0;
        loaded.configuration = loaded.configuration.filter(|_| !loaded.diagnostics.has_errors());
        loaded.diagnostics = sorted(loaded.diagnostics);
        loaded
    }

    /// Reads all files; without a configuration if one of them is missing or has syntax errors. Also tells whether blocks were
    /// left out because they are wrong.
    fn load_tree(environment: Environment, inputs: Option<&InputVariables>, registry: Arc<Registry>) -> (Loaded, bool) {
        let mut loader = Loader {
            environment: &environment,
            registry: &registry,
            inputs,
            root_values: None,
            sources: BTreeMap::new(),
            modules: BTreeMap::new(),
            nodes: Vec::new(),
            missing: Vec::new(),
            diagnostics: Diagnostics::new(),
            unreadable: false,
            lost: false,
        };
        loader.node(environment.root_dir.clone(), None, None, None);
        let Loader { sources, nodes, missing, diagnostics, unreadable, lost, .. } = loader;
        let lost = lost || nodes.iter().any(|node| node.module.lost);
        let configuration = Self::of_modules(environment, registry, nodes, sources);
        let configuration = if unreadable { None } else { Some(configuration) };
        (Loaded { configuration, diagnostics, missing }, lost)
    }
}

/// What came of loading a configuration.
pub struct Loaded {
    /// The configuration, if nothing is wrong and nothing is missing.
    pub configuration: Option<Configuration>,
    /// What is wrong.
    pub diagnostics: Diagnostics,
    /// Modules that have to be fetched first; there may be more behind them.
    pub missing: Vec<ModuleRequest>,
}

/// Brings problems into the order of the places that they are about.
pub(crate) fn sorted(diagnostics: Diagnostics) -> Diagnostics {
    let mut all: Vec<Diagnostic> = diagnostics.into_iter().collect();
    all.sort_by_key(|problem| problem.subject.as_ref().map(|range| (Arc::clone(&range.file), range.start.byte)));
    all.into_iter().collect()
}

struct Loader<'f> {
    environment: &'f Environment,
    registry: &'f Arc<Registry>,
    inputs: Option<&'f InputVariables>,
    /// Values of the root variables, once an address of a module has asked for them.
    root_values: Option<BTreeMap<Arc<str>, Value>>,
    sources: BTreeMap<String, Arc<Source>>,
    modules: BTreeMap<String, Arc<Module>>,
    nodes: Vec<ModuleNode>,
    missing: Vec<ModuleRequest>,
    diagnostics: Diagnostics,
    /// Whether a file is missing or has syntax errors, so that nobody knows what it declares.
    unreadable: bool,
    /// Whether a call does not say which module it calls.
    lost: bool,
}

/// A call whose module is there.
struct Found {
    called: CalledModule,
    package: Option<String>,
}

impl Loader<'_> {
    /// Adds the module in the directory to the tree, with all that it calls.
    fn node(&mut self, dir: String, parent: Option<usize>, call: Option<&ModuleCall>, found: Option<Found>) -> usize {
        let range = call.map(|call| &call.range);
        let module = if let Some(module) = self.modules.get(&dir) {
            Arc::clone(module)
        } else {
            let module = Arc::new(self.module(&dir, parent.is_none(), range));
            self.modules.insert(dir.clone(), Arc::clone(&module));
            module
        };
        let mut path = parent.map_or_else(Vec::new, |parent| self.nodes[parent].path.clone());
        path.extend(call.map(|call| Arc::clone(&call.name)));
        let depth = path.len();
        let index = self.nodes.len();
        let (called, package) = found.map_or((None, None), |found| (Some(found.called), found.package));
        let children = BTreeMap::new();
        self.nodes.push(ModuleNode { path, dir, package, called, parent, module: Arc::clone(&module), children });
        for call in module.calls.values() {
            if depth >= MODULE_DEPTH_LIMIT {
                self.unreadable = true;
                self.diagnostics.push(
                    Diagnostic::error("Module calls too deep", "The module calls itself, directly or through others.")
                        .at(call.range.clone()),
                );
                break;
            }
            if let Some(found) = self.find(index, call) {
                let child = self.node(found.called.dir.clone(), Some(index), Some(call), Some(found));
                self.nodes[index].children.insert(Arc::clone(&call.name), child);
            }
        }
        index
    }

    /// Returns the module that a call calls; `None` if it is missing, or if the call is wrong.
    fn find(&mut self, caller: usize, call: &ModuleCall) -> Option<Found> {
        let (source_text, source, constraints) = self.address(caller, call).or_else(|| {
            self.lost = true;
            None
        })?;
        let node = &self.nodes[caller];
        let (dir, package, version) = match &source {
            ModuleSource::Local(path) => {
                let dir = join(&node.dir, path);
                let is_inside = |package: &String| dir == *package || dir.starts_with(&format!("{package}/"));
                let package = node.package.clone().filter(|_| !path.starts_with('/'));
                if !package.as_ref().is_none_or(is_inside) {
                    self.lost = true;
                    let detail = format!(
                        "The directory {source_text:?} lies outside of the package that the calling module was fetched in; nothing else was fetched with it."
                    );
                    let range = call.source.as_ref().map(Expression::range);
                    self.diagnostics.push(Diagnostic::error("Module path leads out of its package", detail).at(range));
                    return None;
                }
                (dir, package, None)
            }
            ModuleSource::Registry(_) | ModuleSource::Package(_) => {
                let mut path = node.path.clone();
                path.push(Arc::clone(&call.name));
                let request = ModuleRequest {
                    path,
                    source: source.clone(),
                    constraints: constraints.clone(),
                    range: call.range.clone(),
                };
                let Some(installed) = self.environment.modules.find(&request.key(), &source, &constraints) else {
                    self.missing.push(request);
                    return None;
                };
                (installed.dir.clone(), Some(package_of(&installed.dir, &request.key())), installed.version.clone())
            }
        };
        Some(Found { called: CalledModule { source_text, source, constraints, version, dir }, package })
    }

    /// Evaluates and reads `source` and `version` of a call.
    fn address(&mut self, caller: usize, call: &ModuleCall) -> Option<(String, ModuleSource, VersionConstraints)> {
        let Some(source_expression) = &call.source else {
            let detail = "The argument \"source\" is required, but no value was given.";
            self.diagnostics.push(Diagnostic::error("Missing required argument", detail).at(call.range.clone()));
            return None;
        };
        let text = self.text("source", source_expression, caller)?;
        let mut constraints = VersionConstraints::default();
        let mut is_sound = true;
        if let Some(expression) = &call.version {
            let version = self.text("version", expression, caller)?;
            match VersionConstraints::parse(&version, VersionRules::Module) {
                Ok(parsed) => constraints = parsed,
                Err(why) => {
                    is_sound = false;
                    let detail = format!(
                        "{version:?} is no version constraint: {why}. Write it as \"~> 1.2\" or \">= 1.2, < 2\"."
                    );
                    self.diagnostics
                        .push(Diagnostic::error("Invalid version constraint", detail).at(expression.range()));
                }
            }
        }
        match ModuleSource::parse(&text, call.version.is_some()) {
            Ok(source) => is_sound.then_some((text, source, constraints)),
            Err(SourceProblem { detail, help }) => {
                let problem = Diagnostic::error("Invalid module source address", detail);
                self.diagnostics.push(problem.at(source_expression.range()).help(help));
                None
            }
        }
    }

    /// Returns the text that an argument of a call stands for.
    fn text(&mut self, name: &str, expression: &Expression, caller: usize) -> Option<String> {
        if let Some(text) = expression.expr.literal_text() {
            return Some(text.to_owned());
        }
        let root_values = match self.root_values.take() {
            Some(values) => values,
            None => self.early_root_values(),
        };
        let scope = EarlyScope {
            nodes: &self.nodes,
            node: caller,
            root: &root_values,
            environment: self.environment,
            depth: &Cell::new(0),
        };
        let text = scope.text(name, expression, &mut self.diagnostics);
        self.root_values = Some(root_values);
        text
    }

    /// Returns the values of the root variables; what is wrong with them is told later, when the configuration is complete.
    fn early_root_values(&self) -> BTreeMap<Arc<str>, Value> {
        let root = &self.nodes[0];
        let alone = ModuleNode {
            path: Vec::new(),
            dir: root.dir.clone(),
            package: None,
            called: None,
            parent: None,
            module: Arc::clone(&root.module),
            children: BTreeMap::new(),
        };
        let mut configuration = Configuration::of_modules(
            self.environment.clone(),
            Arc::clone(self.registry),
            vec![alone],
            BTreeMap::new(),
        );
        let mut told_later = Diagnostics::new();
        variables::assign(&mut configuration, Some(self.inputs.cloned().unwrap_or_default()), &mut told_later);
        configuration.variables
    }

    fn module(&mut self, dir: &str, root: bool, call: Option<&SourceRange>) -> Module {
        let mut module = Module::default();
        let Some((primary, overrides)) = self.file_names(dir, call) else { return module };
        for name in &primary {
            if let Some(body) = self.body(dir, name) {
                module.notes.read(&body);
                blocks::read_file(&mut module, &body, root, &mut self.diagnostics);
            }
        }
        for name in &overrides {
            if let Some(body) = self.body(dir, name) {
                module.notes.read(&body);
                let mut changes = Module::default();
                blocks::read_file(&mut changes, &body, root, &mut self.diagnostics);
                merge::apply(&mut module, changes, &mut self.diagnostics);
            }
        }
        blocks::finish(&module, &mut self.diagnostics);
        module
    }

    /// Returns the names of the files of a module: those that define, and those that override.
    fn file_names(&mut self, dir: &str, call: Option<&SourceRange>) -> Option<(Vec<String>, Vec<String>)> {
        let names = match self.environment.files.names(dir) {
            Ok(names) => names,
            Err(why) => {
                let detail = format!("The directory {dir:?} of the module cannot be read: {why}.");
                self.unreadable = true;
                self.diagnostics.push(Diagnostic::error("Unreadable module directory", detail).at(call.cloned()));
                return None;
            }
        };
        let (mut primary, mut overrides) = (Vec::new(), Vec::new());
        for name in names {
            let Some(stem) = name.strip_suffix(".tf").or_else(|| name.strip_suffix(".tf.json")) else { continue };
            if name.contains('/') || name.starts_with('.') || name.ends_with('~') {
                continue;
            }
            if stem == "override" || stem.ends_with("_override") {
                overrides.push(name);
            } else {
                primary.push(name);
            }
        }
        primary.sort();
        overrides.sort();
        // Without a root module there is nothing to call, but still something to evaluate, validate and destroy.
        if primary.is_empty() && overrides.is_empty() && call.is_some() {
            let detail = format!("There are no .tf files in the directory {dir:?}.");
            self.unreadable = true;
            self.diagnostics.push(Diagnostic::error("No configuration files", detail).at(call.cloned()));
            return None;
        }
        Some((primary, overrides))
    }

    fn body(&mut self, dir: &str, name: &str) -> Option<Body> {
        let path = join(dir, name);
        let source = match read_source(&*self.environment.files, &path) {
            Ok(source) => source,
            Err(diagnostic) => {
                self.unreadable = true;
                self.diagnostics.push(*diagnostic);
                return None;
            }
        };
        self.sources.insert(path, Arc::clone(&source));
        let parsed = if is_json(name) { json::parse_body(&source) } else { parse_body(&source) };
        self.unreadable |= parsed.0.is_none();
        self.diagnostics.absorb(parsed)
    }
}

/// Returns the directory of the package that a fetched module is in: the one that is named as the call.
fn package_of(dir: &str, key: &str) -> String {
    let mut package = String::new();
    for part in dir.split_inclusive('/') {
        package.push_str(part);
        if part.trim_end_matches('/') == key {
            return package.trim_end_matches('/').to_owned();
        }
    }
    dir.to_owned()
}

/// Tells whether a file is in the JSON syntax.
pub(crate) fn is_json(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|extension| extension == "json")
}

/// Reads a file as text.
pub(crate) fn read_source(files: &dyn Files, path: &str) -> Result<Arc<Source>, Box<Diagnostic>> {
    let unreadable = |why: &str| {
        let detail = format!("The file {path:?} cannot be read: {why}.");
        Box::new(Diagnostic::error("Unreadable file", detail))
    };
    let bytes = files.read(path).map_err(|why| unreadable(&why))?;
    String::from_utf8(bytes).map(|text| Source::new(path, text)).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let source = Source::new(path, String::from_utf8_lossy(error.as_bytes()));
        let detail = "The file is not UTF-8 text: this byte is part of no character. Save the file as UTF-8.";
        let range = source.range(Span::new(at..at, 0));
        Box::new(Diagnostic::error("Invalid character encoding", detail).at(range))
    })
}

/// Puts a relative path after a directory, with `.` and `..` resolved as far as possible.
pub(crate) fn join(dir: &str, path: &str) -> String {
    if path.starts_with('/') {
        return normal(path);
    }
    normal(&format!("{dir}/{path}"))
}

pub(super) fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    let joined = parts.join("/");
    match (path.starts_with('/'), joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_joined_and_normalised() {
        for (dir, path, joined) in [
            (".", "main.tf", "main.tf"),
            (".", "./modules/net", "modules/net"),
            ("a/b", "../c", "a/c"),
            ("a", "../../c", "../c"),
            ("/x", "y", "/x/y"),
            ("a", "..", "."),
        ] {
            assert_eq!(join(dir, path), joined);
        }
    }
}
