//! Files to modules.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::registry::Registry;
use wpinfra_core::{Diagnostic, Diagnostics, SourceRange};

use super::{Configuration, Environment, InputVariables, Module, ModuleNode, blocks, merge, variables};
use crate::functions::Files;
use crate::syntax::{Body, Source, json, parse_body};

/// How deep modules may call modules.
const MODULE_DEPTH_LIMIT: usize = 32;

impl Configuration {
    /// Loads the root module and all that it calls; `None` if there are errors.
    ///
    /// With `inputs` absent the values of the root variables are unknown, as for `validate`.
    pub fn load(
        environment: Environment,
        inputs: Option<InputVariables>,
        registry: Arc<Registry>,
    ) -> (Option<Self>, Diagnostics) {
        let (configuration, diagnostics) = Self::load_with_errors(environment, inputs, registry);
        (configuration.filter(|_| !diagnostics.has_errors()), diagnostics)
    }

    /// As [`Configuration::load`], but with a configuration also where what the blocks say is wrong: for `console`.
    ///
    /// There is none where the blocks themselves cannot be read, or refer to each other in a circle.
    pub fn load_with_errors(
        environment: Environment,
        inputs: Option<InputVariables>,
        registry: Arc<Registry>,
    ) -> (Option<Self>, Diagnostics) {
        let mut loader = Loader {
            files: &*environment.files,
            sources: BTreeMap::new(),
            modules: BTreeMap::new(),
            nodes: Vec::new(),
            diagnostics: Diagnostics::new(),
            unreadable: false,
        };
        loader.node(environment.root_dir.clone(), &[], None, None);
        let Loader { sources, nodes, mut diagnostics, unreadable, .. } = loader;
        let mut configuration = Self {
            environment,
            registry,
            modules: nodes,
            sources,
            variables: BTreeMap::new(),
            blocks: Vec::new(),
            block_ids: BTreeMap::new(),
            moves: Vec::new(),
            removals: Vec::new(),
        };
        if unreadable {
            return (None, sorted(diagnostics));
        }
        let readable = !diagnostics.has_errors();
        // From here on all errors are collected, also when there are some already: the user is to see them in one run.
        let lost = configuration.modules.iter().any(|node| node.module.lost);
        let mut consequences = Diagnostics::new();
        configuration.check_names(&mut diagnostics);
        let acyclic = configuration.build_graph(&mut consequences);
        configuration.read_moves(&mut consequences);
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
        ((readable && acyclic).then_some(configuration), diagnostics)
    }
}

/// Brings problems into the order of the places that they are about.
pub(crate) fn sorted(diagnostics: Diagnostics) -> Diagnostics {
    let mut all: Vec<Diagnostic> = diagnostics.into_iter().collect();
    all.sort_by_key(|problem| problem.subject.as_ref().map(|range| (Arc::clone(&range.file), range.start.byte)));
    all.into_iter().collect()
}

struct Loader<'f> {
    files: &'f dyn Files,
    sources: BTreeMap<String, Arc<Source>>,
    modules: BTreeMap<String, Arc<Module>>,
    nodes: Vec<ModuleNode>,
    diagnostics: Diagnostics,
    /// Whether a file is missing or has syntax errors, so that nobody knows what it declares.
    unreadable: bool,
}

impl Loader<'_> {
    /// Adds the module in the directory to the tree, with all that it calls.
    fn node(&mut self, dir: String, path: &[Arc<str>], parent: Option<usize>, call: Option<&SourceRange>) -> usize {
        let module = if let Some(module) = self.modules.get(&dir) {
            Arc::clone(module)
        } else {
            let module = Arc::new(self.module(&dir, path.is_empty(), call));
            self.modules.insert(dir.clone(), Arc::clone(&module));
            module
        };
        let index = self.nodes.len();
        self.nodes.push(ModuleNode {
            path: path.to_vec(),
            dir,
            parent,
            module: Arc::clone(&module),
            children: BTreeMap::new(),
        });
        for call in module.calls.values() {
            if path.len() >= MODULE_DEPTH_LIMIT {
                self.unreadable = true;
                self.diagnostics.push(
                    Diagnostic::error("Module calls too deep", "The module calls itself, directly or through others.")
                        .at(call.range.clone()),
                );
                break;
            }
            let mut child_path = path.to_vec();
            child_path.push(Arc::clone(&call.name));
            let child = self.node(call.source_dir.clone(), &child_path, Some(index), Some(&call.range));
            self.nodes[index].children.insert(Arc::clone(&call.name), child);
        }
        index
    }

    fn module(&mut self, dir: &str, root: bool, call: Option<&SourceRange>) -> Module {
        let mut module = Module::default();
        let Some((primary, overrides)) = self.file_names(dir, call) else { return module };
        for name in &primary {
            if let Some(body) = self.body(dir, name) {
                module.notes.read(&body);
                blocks::read_file(&mut module, &body, dir, root, &mut self.diagnostics);
            }
        }
        for name in &overrides {
            if let Some(body) = self.body(dir, name) {
                module.notes.read(&body);
                let mut changes = Module::default();
                blocks::read_file(&mut changes, &body, dir, root, &mut self.diagnostics);
                merge::apply(&mut module, changes, &mut self.diagnostics);
            }
        }
        blocks::finish(&module, &mut self.diagnostics);
        module
    }

    /// Returns the names of the files of a module: those that define, and those that override.
    fn file_names(&mut self, dir: &str, call: Option<&SourceRange>) -> Option<(Vec<String>, Vec<String>)> {
        let names = match self.files.names(dir) {
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
        let source = match read_source(self.files, &path) {
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
    let text = String::from_utf8(bytes).map_err(|_| unreadable("it is not UTF-8 text"))?;
    Ok(Source::new(path, text))
}

/// Puts a relative path after a directory, with `.` and `..` resolved as far as possible.
pub(crate) fn join(dir: &str, path: &str) -> String {
    if path.starts_with('/') {
        return normal(path);
    }
    normal(&format!("{dir}/{path}"))
}

fn normal(path: &str) -> String {
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
