//! The configuration as JSON: blocks, constants and references, as far as they are told without evaluating anything.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};
use wpinfra_core::registry::Registry;
use wpinfra_core::{Mode, json as value_json};
use wpinfra_lang::config::CalledModule;
use wpinfra_lang::expr::{Expr, ExprKind, Expression, StepKind, Traversal};
use wpinfra_lang::references;
use wpinfra_lang::syntax::{self, Block, Body, Source};

use crate::files::has_ending;

/// Arguments of resource and data blocks that belong to the language.
const META_ARGUMENTS: [&str; 5] = ["count", "for_each", "provider", "depends_on", "lifecycle"];
/// Blocks inside of resource and data blocks that belong to the language.
const META_BLOCKS: [&str; 4] = ["lifecycle", "provisioner", "connection", "dynamic"];
/// Arguments of module blocks that belong to the language.
const MODULE_ARGUMENTS: [&str; 6] = ["source", "version", "count", "for_each", "providers", "depends_on"];

/// Modules that are called, by the names of the calls that lead to them.
pub(crate) type CalledModules<'a> = BTreeMap<Vec<Arc<str>>, &'a CalledModule>;

/// Returns the configuration that the files hold.
pub(super) fn configuration_to_json(
    sources: &BTreeMap<String, String>,
    called: &CalledModules<'_>,
    registry: &Registry,
) -> Json {
    let reader = Reader { sources, called, registry };
    let mut providers = Map::new();
    let root = reader.module(&[], "", &mut providers);
    json!({ "provider_config": providers, "root_module": root })
}

struct Reader<'a> {
    sources: &'a BTreeMap<String, String>,
    called: &'a CalledModules<'a>,
    registry: &'a Registry,
}

impl Reader<'_> {
    /// Returns the blocks of the files that stand directly in a directory.
    fn blocks(&self, directory: &str) -> Vec<Block> {
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        let mut blocks = Vec::new();
        for (path, text) in self.sources {
            let is_here = path.strip_prefix(&prefix).is_some_and(|name| !name.contains('/'));
            if !is_here || !has_ending(path, &[".tf"]) {
                continue;
            }
            // What is wrong in the files was told when the plan was made.
            let (body, _) = syntax::parse_body(&Source::new(path.as_str(), text.as_str()));
            blocks.extend(body.map(|body| body.blocks).unwrap_or_default());
        }
        blocks
    }

    fn module(&self, path: &[Arc<str>], directory: &str, providers: &mut Map<String, Json>) -> Json {
        let (mut outputs, mut variables, mut calls) = (Map::new(), Map::new(), Map::new());
        let mut resources: Vec<(String, Json)> = Vec::new();
        for block in self.blocks(directory) {
            let label = block.label(0).map(ToString::to_string).unwrap_or_default();
            match &*block.kind {
                "output" => drop(outputs.insert(label, output(&block.body))),
                "variable" => drop(variables.insert(label, variable(&block.body))),
                "provider" => provider(providers, &label, &block.body),
                "resource" | "data" => resources.extend(self.resource(&block, providers)),
                "module" => drop(calls.insert(label.clone(), self.call(path, label.into(), &block.body, providers))),
                _ => {}
            }
        }
        resources.sort_by(|one, other| one.0.cmp(&other.0));
        let mut fields = Map::new();
        for (name, part) in [("outputs", outputs), ("variables", variables), ("module_calls", calls)] {
            if !part.is_empty() {
                fields.insert(name.to_owned(), Json::Object(part));
            }
        }
        if !resources.is_empty() {
            let resources = resources.into_iter().map(|(_, resource)| resource).collect();
            fields.insert("resources".to_owned(), Json::Array(resources));
        }
        Json::Object(fields)
    }

    fn resource(&self, block: &Block, providers: &mut Map<String, Json>) -> Option<(String, Json)> {
        let (resource_type, name) = (block.label(0)?, block.label(1)?);
        let (mode, prefix) = if &*block.kind == "data" { (Mode::Data, "data.") } else { (Mode::Managed, "") };
        let address = format!("{prefix}{resource_type}.{name}");
        let local = Registry::implied_provider(resource_type);
        let key = block.body.expression("provider").and_then(|given| written(&given.expr));
        let key = key.unwrap_or_else(|| {
            if resource_type.starts_with("terraform_") { "terraform".to_owned() } else { local.to_owned() }
        });
        let source = Registry::full_source(key.split('.').next().unwrap_or(local));
        providers.entry(key.clone()).or_insert_with(|| json!({ "name": key.split('.').next(), "full_name": source }));
        let mut fields = Map::new();
        fields.insert("address".to_owned(), json!(address));
        fields.insert("mode".to_owned(), json!(if mode == Mode::Data { "data" } else { "managed" }));
        fields.insert("type".to_owned(), json!(&**resource_type));
        fields.insert("name".to_owned(), json!(&**name));
        fields.insert("provider_config_key".to_owned(), json!(key));
        let arguments = expressions(&block.body, &META_ARGUMENTS, &META_BLOCKS);
        if !arguments.is_empty() {
            fields.insert("expressions".to_owned(), Json::Object(arguments));
        }
        let schema = self.registry.schema(&source, mode, resource_type);
        fields.insert("schema_version".to_owned(), json!(schema.map_or(0, |schema| schema.version)));
        repetition(&mut fields, &block.body);
        Some((address, Json::Object(fields)))
    }

    fn call(&self, caller: &[Arc<str>], name: Arc<str>, body: &Body, providers: &mut Map<String, Json>) -> Json {
        let path = [caller, &[name]].concat();
        let called = self.called.get(&path);
        let mut fields = Map::new();
        if let Some(called) = called {
            fields.insert("source".to_owned(), json!(called.source_text));
            if !called.constraints.as_str().is_empty() {
                fields.insert("version_constraint".to_owned(), json!(called.constraints.as_str()));
            }
        }
        let arguments = expressions(body, &MODULE_ARGUMENTS, &[]);
        if !arguments.is_empty() {
            fields.insert("expressions".to_owned(), Json::Object(arguments));
        }
        let module = called.map_or_else(|| json!({}), |called| self.module(&path, &called.dir, providers));
        fields.insert("module".to_owned(), module);
        repetition(&mut fields, body);
        Json::Object(fields)
    }
}

fn repetition(fields: &mut Map<String, Json>, body: &Body) {
    for (argument, name) in [("count", "count_expression"), ("for_each", "for_each_expression")] {
        if let Some(given) = body.expression(argument) {
            let told = expression(&given);
            if told != json!({}) {
                fields.insert(name.to_owned(), told);
            }
        }
    }
    if let Some(given) = body.expression("depends_on")
        && let ExprKind::Tuple(elements) = &given.expr.kind
    {
        let names: Vec<String> = elements.iter().filter_map(written).collect();
        fields.insert("depends_on".to_owned(), json!(names));
    }
}

fn output(body: &Body) -> Json {
    let mut fields = Map::new();
    if body.expression("sensitive").is_some_and(|given| constant(&given.expr) == Some(json!(true))) {
        fields.insert("sensitive".to_owned(), json!(true));
    }
    if let Some(value) = body.expression("value") {
        fields.insert("expression".to_owned(), expression(&value));
    }
    if let Some(text) = body.expression("description").and_then(|given| constant(&given.expr)) {
        fields.insert("description".to_owned(), text);
    }
    Json::Object(fields)
}

fn variable(body: &Body) -> Json {
    let mut fields = Map::new();
    for name in ["default", "description", "sensitive"] {
        let value = body.expression(name).and_then(|given| constant(&given.expr));
        if let Some(value) = value.filter(|value| name != "sensitive" || *value == json!(true)) {
            fields.insert(name.to_owned(), value);
        }
    }
    Json::Object(fields)
}

fn provider(providers: &mut Map<String, Json>, name: &str, body: &Body) {
    let alias = body.expression("alias").and_then(|alias| alias.expr.literal_text().map(str::to_owned));
    let key = alias.as_ref().map_or_else(|| name.to_owned(), |alias| format!("{name}.{alias}"));
    let mut fields = Map::new();
    fields.insert("name".to_owned(), json!(name));
    fields.insert("full_name".to_owned(), json!(Registry::full_source(name)));
    if let Some(alias) = alias {
        fields.insert("alias".to_owned(), json!(alias));
    }
    let arguments = expressions(body, &["alias", "version"], &[]);
    if !arguments.is_empty() {
        fields.insert("expressions".to_owned(), Json::Object(arguments));
    }
    providers.insert(key, Json::Object(fields));
}

fn expressions(body: &Body, without: &[&str], without_blocks: &[&str]) -> Map<String, Json> {
    let mut found = Map::new();
    for (name, attribute) in body.attributes.iter().filter(|(name, _)| !without.contains(&&***name)) {
        found.insert(name.to_string(), expression(&attribute.expression()));
    }
    for block in body.blocks.iter().filter(|block| !without_blocks.contains(&&*block.kind)) {
        let inner = Json::Object(expressions(&block.body, &[], &[]));
        if let Json::Array(blocks) = found.entry(block.kind.to_string()).or_insert_with(|| json!([])) {
            blocks.push(inner);
        }
    }
    found
}

fn expression(expression: &Expression) -> Json {
    if let Some(value) = constant(&expression.expr) {
        return json!({ "constant_value": value });
    }
    let mut names: Vec<String> = Vec::new();
    expression.traversals(&mut |traversal| names.extend(references_of(traversal, &expression.source)));
    if names.is_empty() { json!({}) } else { json!({ "references": names }) }
}

/// Returns the reference in full, then with fewer and fewer steps down to what it refers to.
fn references_of(traversal: &Traversal, source: &Arc<Source>) -> Vec<String> {
    let least = references::subject(traversal, source).map_or(0, |(_, steps)| steps);
    (least..=traversal.steps.len()).rev().map(|steps| text_of(traversal, steps)).collect()
}

fn text_of(traversal: &Traversal, steps: usize) -> String {
    let mut text = traversal.root.to_string();
    for step in traversal.steps.iter().take(steps) {
        match &step.kind {
            StepKind::Attribute(name) => append!(text, ".{name}"),
            StepKind::Index(key) => append!(text, "[{}]", crate::render::literal(key)),
        }
    }
    text
}

/// Returns a name with steps as it is written.
fn written(expr: &Expr) -> Option<String> {
    let ExprKind::Traversal(traversal) = &expr.kind else { return None };
    Some(text_of(traversal, traversal.steps.len()))
}

/// Returns what an expression always is, if it consists of literals.
fn constant(expr: &Expr) -> Option<Json> {
    match &expr.kind {
        ExprKind::Literal(value) => Some(value_json::to_json(value)),
        ExprKind::Parenthesis(inner) => constant(inner),
        ExprKind::Tuple(elements) => elements.iter().map(constant).collect::<Option<Vec<_>>>().map(Json::Array),
        ExprKind::Object(items) => {
            let item = |(key, value): &(Expr, Expr)| {
                let key = key.keyword().map(ToString::to_string).or_else(|| key.literal_text().map(str::to_owned))?;
                Some((key, constant(value)?))
            };
            items.iter().map(item).collect::<Option<Map<_, _>>>().map(Json::Object)
        }
        ExprKind::Template(_)
        | ExprKind::Traversal(_)
        | ExprKind::Relative(_)
        | ExprKind::Index(_)
        | ExprKind::Splat(_)
        | ExprKind::Conditional(_)
        | ExprKind::Call(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::For(_) => None,
    }
}
