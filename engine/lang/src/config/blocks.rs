//! Top-level blocks to the model.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::desired::ProvisionWhen;
use wpinfra_core::{Diagnostic, Diagnostics, Mode, Type, Value};

use super::{
    ANNOUNCED_VERSION, Backend, CheckBlock, Condition, Constraint, ImportBlock, Local, Module, ModuleCall, MovedBlock,
    Output, ProviderBlock, ProviderReference, RemovedBlock, Repeat, Variable, VersionRules, parse_constraint,
    required_providers, resources, rules,
};
use crate::eval::evaluate;
use crate::expr::{ExprKind, Expression, StepKind};
use crate::lint::note_quotes;
use crate::scope::NoScope;
use crate::suggest::did_you_mean;
use crate::syntax::{Block, Body};

/// Words of top-level blocks with the number of their labels.
const TOP_LEVEL: [(&str, usize); 13] = [
    ("terraform", 0),
    ("provider", 1),
    ("variable", 1),
    ("locals", 0),
    ("output", 1),
    ("resource", 2),
    ("data", 2),
    ("ephemeral", 2),
    ("module", 1),
    ("moved", 0),
    ("removed", 0),
    ("import", 0),
    ("check", 1),
];

/// Adds everything that stands in a file to the module.
pub(super) fn read_file(module: &mut Module, body: &Body, root: bool, diagnostics: &mut Diagnostics) {
    let labels = |word: &str| TOP_LEVEL.iter().find(|(known, _)| *known == word).map(|(_, labels)| *labels);
    let body = body.shaped(&labels, diagnostics);
    for attribute in body.attributes.values() {
        let detail = format!("An argument such as {:?} cannot stand outside of a block.", attribute.name);
        diagnostics.push(Diagnostic::error("Unsupported argument", detail).at(attribute.name_range()));
    }
    for block in &body.blocks {
        let Some(wanted) = labels(&block.kind) else {
            module.lost = true;
            diagnostics.push(
                Diagnostic::error("Unsupported block type", format!("There are no blocks of type {:?}.", block.kind))
                    .at(body.range(block.kind_span))
                    .help(did_you_mean(&block.kind, TOP_LEVEL.iter().map(|(word, _)| *word))),
            );
            continue;
        };
        if block.labels.len() != wanted {
            module.lost = true;
            diagnostics.push(label_count(block, wanted));
            continue;
        }
        if !names_are_valid(block, diagnostics) {
            module.lost = true;
            continue;
        }
        read_block(module, block, root, diagnostics);
    }
}

pub(super) fn label_count(block: &Block, wanted: usize) -> Diagnostic {
    let kind = &block.kind;
    let labels = match &**kind {
        "resource" | "data" | "ephemeral" => {
            "its type and its name must stand: resource \"aws_vpc\" \"main\"".to_owned()
        }
        _ if wanted == 0 => format!("nothing can stand: {kind} {{ … }}"),
        "provider" => "only the name of the provider must stand: provider \"aws\"".to_owned(),
        "backend" | "provisioner" => format!(
            "only its type must stand: {kind} \"{}\"",
            if &**kind == "backend" { "local" } else { "local-exec" }
        ),
        _ => format!("only its name must stand: {kind} \"main\""),
    };
    let (summary, range) = match block.labels.get(wanted) {
        None => ("Missing block label", block.body.missing_range(&block.range())),
        Some((_, surplus)) => ("Extraneous block label", block.body.range(*surplus)),
    };
    let detail = format!("Between the word {kind:?} and the opening brace {labels}.");
    Diagnostic::error(summary, detail).at(range)
}

/// Tells whether the labels can be names: they occur in references.
fn names_are_valid(block: &Block, diagnostics: &mut Diagnostics) -> bool {
    let mut all = true;
    for (label, span) in &block.labels {
        if !rules::is_name(label) {
            let detail = format!(
                "{label:?} cannot be a name: a name begins with a letter or underscore and goes on with letters, digits, underscores and dashes."
            );
            diagnostics.push(Diagnostic::error("Invalid name", detail).at(block.body.range(*span)));
            all = false;
        }
    }
    all
}

fn read_block(module: &mut Module, block: &Block, root: bool, diagnostics: &mut Diagnostics) {
    let name = block.label(0).cloned().unwrap_or_default();
    match &*block.kind {
        "terraform" => read_settings(module, block, root, diagnostics),
        "provider" => read_provider(module, block, name, diagnostics),
        "variable" => {
            let variable = read_variable(block, &name, diagnostics);
            if let Some(other) = module.variables.insert(Arc::clone(&name), variable) {
                diagnostics.push(duplicate("variable", &name, block, &other.range));
            }
        }
        "locals" => read_locals(module, block, diagnostics),
        "output" => {
            let output = read_output(block, diagnostics);
            if root && output.ephemeral {
                let detail = "Outputs of the root module are written to the state, so none of them can be ephemeral. Take the \
                              argument \"ephemeral\" away.";
                diagnostics.push(Diagnostic::error("Ephemeral output not allowed", detail).at(block.range()));
            }
            if let Some(other) = module.outputs.insert(Arc::clone(&name), output) {
                diagnostics.push(duplicate("output", &name, block, &other.range));
            }
        }
        "resource" | "data" | "ephemeral" => {
            let mode = match &*block.kind {
                "resource" => Mode::Managed,
                "data" => Mode::Data,
                _ => Mode::Ephemeral,
            };
            let resource = resources::read(block, mode, diagnostics);
            let key = resource.key.clone();
            if let Some(other) = module.resources.insert(key.clone(), resource) {
                diagnostics.push(duplicate("block", &key.to_string(), block, &other.range));
            }
        }
        "module" => {
            let call = read_call(block, &name, diagnostics);
            if let Some(other) = module.calls.insert(Arc::clone(&name), call) {
                diagnostics.push(duplicate("module call", &name, block, &other.range));
            }
        }
        "moved" => read_moved(module, block, diagnostics),
        "removed" => read_removed(module, block, diagnostics),
        "import" => read_import(module, block, root, diagnostics),
        _ => read_check(module, block, &name, diagnostics),
    }
}

fn duplicate(what: &str, name: &str, block: &Block, other: &wpinfra_core::SourceRange) -> Diagnostic {
    let place = format!("in {} line {}", other.file, other.start.line);
    let detail = if name.is_empty() {
        format!(
            "A module can have one {what} only, and there is one already, {place}. Put the content of both into one."
        )
    } else {
        let remedy = if what == "provider configuration" { "an alias of its own" } else { "another name" };
        format!("There is one {what} {name:?} already, {place}. Give one of the two {remedy}, or take it away.")
    };
    Diagnostic::error(format!("Duplicate {what}"), detail).at(block.range())
}

/// Reads the members of a block whose attributes and inner blocks are fixed.
pub(super) struct Fields<'b> {
    pub(super) body: std::borrow::Cow<'b, Body>,
    pub(super) block: &'b Block,
}

impl<'b> Fields<'b> {
    /// Reports whatever stands in the block and is not in the lists.
    pub(super) fn new(
        block: &'b Block,
        attributes: &[&str],
        blocks: &[(&str, usize)],
        diagnostics: &mut Diagnostics,
    ) -> Self {
        let labels = |word: &str| blocks.iter().find(|(known, _)| *known == word).map(|(_, labels)| *labels);
        let body = block.body.shaped(&labels, diagnostics);
        for attribute in body.attributes.values() {
            if !attributes.contains(&&*attribute.name) {
                diagnostics.push(
                    unsupported_argument(
                        &attribute.name,
                        attributes.iter().copied(),
                        labels(&attribute.name).is_some(),
                    )
                    .at(attribute.name_range()),
                );
            }
        }
        for inner in &body.blocks {
            match labels(&inner.kind) {
                None => diagnostics.push(
                    unsupported_block(
                        &inner.kind,
                        blocks.iter().map(|(name, _)| *name),
                        attributes.contains(&&*inner.kind),
                    )
                    .at(body.range(inner.kind_span)),
                ),
                Some(wanted) if wanted != inner.labels.len() => diagnostics.push(label_count(inner, wanted)),
                Some(_) => {}
            }
        }
        Self { body, block }
    }

    pub(super) fn expression(&self, name: &str) -> Option<Expression> {
        self.body.expression(name)
    }

    pub(super) fn blocks(&self, kind: &str) -> impl Iterator<Item = &Block> {
        self.body.blocks.iter().filter(move |block| *block.kind == *kind)
    }

    /// Returns a constant of the type; reports what is not constant or does not fit.
    pub(super) fn constant(&self, name: &str, ty: &Type, diagnostics: &mut Diagnostics) -> Option<Value> {
        let expression = self.expression(name)?;
        constant(&expression, ty, name, diagnostics)
    }

    pub(super) fn text(&self, name: &str, diagnostics: &mut Diagnostics) -> Option<String> {
        self.constant(name, &Type::String, diagnostics).and_then(|value| value.as_str().map(str::to_owned))
    }

    pub(super) fn flag(&self, name: &str, diagnostics: &mut Diagnostics) -> Option<bool> {
        self.constant(name, &Type::Bool, diagnostics).and_then(|value| value.as_bool())
    }

    pub(super) fn required(&self, name: &str, diagnostics: &mut Diagnostics) -> Option<Expression> {
        let found = self.expression(name);
        if found.is_none() {
            diagnostics.push(missing_argument(name, self.block.body.missing_range(&self.block.range())));
        }
        found
    }
}

fn missing_argument(name: &str, block: wpinfra_core::SourceRange) -> Diagnostic {
    let detail = format!("The argument {name:?} is required, but no value was given.");
    Diagnostic::error("Missing required argument", detail).at(block)
}

pub(super) fn constant(expression: &Expression, ty: &Type, name: &str, diagnostics: &mut Diagnostics) -> Option<Value> {
    let (value, problems) = match crate::syntax::json::constant(expression) {
        Some(value) => (value, Diagnostics::new()),
        None => evaluate(expression, &NoScope),
    };
    let failed = problems.has_errors();
    diagnostics.extend(problems);
    if failed {
        return None;
    }
    match wpinfra_core::convert::convert(&value, ty) {
        Ok(value) if value.is_null() && *ty != Type::Dynamic => {
            let detail = format!("The value of {name:?} must not be null; leave the argument away for its default.");
            diagnostics.push(Diagnostic::error("Unsuitable value", detail).at(expression.range()));
            None
        }
        Ok(value) => Some(value),
        Err(error) => {
            let detail = format!("The value of {name:?} does not suit: {}.", error.message);
            diagnostics.push(Diagnostic::error("Unsuitable value type", detail).at(expression.range()));
            None
        }
    }
}

/// Says that there is no such argument.
pub(crate) fn unsupported_argument<'n>(
    name: &str,
    names: impl IntoIterator<Item = &'n str>,
    is_block: bool,
) -> Diagnostic {
    let help = if is_block {
        Some(format!("{name:?} is a block: write {name} {{ … }} without an equals sign"))
    } else {
        did_you_mean(name, names)
    };
    Diagnostic::error("Unsupported argument", format!("An argument named {name:?} is not expected here.")).help(help)
}

/// Says that there is no such block.
pub(crate) fn unsupported_block<'n>(
    name: &str,
    names: impl IntoIterator<Item = &'n str>,
    is_argument: bool,
) -> Diagnostic {
    let help = if is_argument {
        Some(format!("{name:?} is an argument: write {name} = …"))
    } else {
        did_you_mean(name, names)
    };
    Diagnostic::error("Unsupported block type", format!("Blocks of type {name:?} are not expected here.")).help(help)
}

/// Reads `condition` and `error_message`.
pub(super) fn read_condition(block: &Block, diagnostics: &mut Diagnostics) -> Option<Condition> {
    let fields = Fields::new(block, &["condition", "error_message"], &[], diagnostics);
    let (condition, message) =
        (fields.required("condition", diagnostics), fields.required("error_message", diagnostics));
    let condition = Condition { condition: condition?, message: message?, range: block.range() };
    rules::check_refers(&condition, diagnostics);
    Some(condition)
}

/// Reads a list of references that are known without calculation, as in `depends_on`.
pub(super) fn read_references(expression: &Expression, diagnostics: &mut Diagnostics) -> Vec<Expression> {
    rules::only_references(read_list(expression, diagnostics), diagnostics)
}

/// Reads the elements of a list in brackets.
pub(super) fn read_list(expression: &Expression, diagnostics: &mut Diagnostics) -> Vec<Expression> {
    let ExprKind::Tuple(elements) = &expression.expr.kind else {
        let detail = "A list of references in brackets is expected.";
        diagnostics.push(Diagnostic::error("Invalid expression", detail).at(expression.range()));
        return Vec::new();
    };
    let element =
        |expr: &crate::expr::Expr| Expression { source: Arc::clone(&expression.source), expr: Arc::new(expr.clone()) };
    let elements: Vec<Expression> = elements.iter().map(element).collect();
    for element in &elements {
        note_quotes(element, "reference", diagnostics);
    }
    elements
}

/// Reads `aws` or `aws.west`.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of expressions are the same here")]
pub(super) fn read_provider_reference(
    expression: &Expression,
    diagnostics: &mut Diagnostics,
) -> Option<ProviderReference> {
    let parts: Option<Vec<Arc<str>>> = match &expression.expr.kind {
        ExprKind::Traversal(traversal) => std::iter::once(Some(Arc::clone(&traversal.root)))
            .chain(traversal.steps.iter().map(|step| match &step.kind {
                StepKind::Attribute(name) => Some(Arc::clone(name)),
                StepKind::Index(_) => None,
            }))
            .collect(),
        // Before version 0.12 it stood in quotes, and in JSON it still does.
        _ => expression.expr.literal_text().map(|text| text.split('.').map(Arc::from).collect()),
    };
    note_quotes(expression, "reference", diagnostics);
    let range = expression.range();
    let named = parts.filter(|parts| parts.iter().all(|part| rules::is_name(part)));
    match named.as_deref() {
        Some([name]) => Some(ProviderReference { name: Arc::clone(name), alias: None, range }),
        Some([name, alias]) => {
            Some(ProviderReference { name: Arc::clone(name), alias: Some(Arc::clone(alias)), range })
        }
        _ => {
            let detail = "A provider is referred to by its name, and its alias if it has one: aws or aws.west.";
            diagnostics.push(Diagnostic::error("Invalid provider reference", detail).at(range));
            None
        }
    }
}

pub(super) fn read_repeat(fields: &Fields<'_>, diagnostics: &mut Diagnostics) -> Repeat {
    let repeat = Repeat { count: fields.expression("count"), for_each: fields.expression("for_each") };
    if let (Some(_), Some(for_each)) = (&repeat.count, fields.body.attributes.get("for_each")) {
        let detail = "\"count\" and \"for_each\" exclude each other; keep one of them.";
        diagnostics.push(
            Diagnostic::error("Invalid combination of \"count\" and \"for_each\"", detail).at(for_each.name_range()),
        );
    }
    repeat
}

fn read_settings(module: &mut Module, block: &Block, root: bool, diagnostics: &mut Diagnostics) {
    let fields = Fields::new(
        block,
        &["required_version", "experiments", "language"],
        &[("required_providers", 0), ("backend", 1), ("cloud", 0), ("provider_meta", 1)],
        diagnostics,
    );
    if let (Some(text), Some(attribute)) =
        (fields.text("required_version", diagnostics), fields.body.attributes.get("required_version"))
        && let Some(text) =
            required_providers::checked_version(&text, VersionRules::Terraform, &attribute.expression(), diagnostics)
    {
        let range = attribute.range();
        if super::providers::satisfies(ANNOUNCED_VERSION, &text, VersionRules::Terraform) == Ok(false) {
            let detail = format!(
                "The configuration wants version {text}, but wpinfra behaves like Terraform {ANNOUNCED_VERSION}. Change the constraint if that will do."
            );
            diagnostics.push(Diagnostic::error("Unsupported Terraform version", detail).at(range.clone()));
        }
        module.settings.required_versions.push((text, range));
    }
    if let Some(expression) = fields.body.attributes.get("experiments") {
        let detail =
            "There are no experimental features here, as there are none in releases of Terraform. Remove the argument.";
        diagnostics.push(Diagnostic::error("Experiments are not available", detail).at(expression.range()));
    }
    for inner in fields.blocks("required_providers") {
        if let Some(first) = &module.settings.required_providers_at {
            diagnostics.push(duplicate("required_providers block", "", inner, first));
        } else {
            module.settings.required_providers_at = Some(inner.range());
        }
        required_providers::read(module, inner, diagnostics);
    }
    if let (Some(cloud), Some(backend)) = (fields.blocks("cloud").next(), fields.blocks("backend").next()) {
        let later = if cloud.range().start.byte < backend.range().start.byte { backend } else { cloud };
        let detail = "A state has one home: keep either the cloud block or the backend block.";
        diagnostics.push(Diagnostic::error("Both cloud and backend", detail).at(later.range()));
    }
    for inner in fields.blocks("cloud").filter(|_| root) {
        let detail = "wpinfra keeps its state in a file; HCP Terraform is not supported. Remove the block, or use backend \"local\".";
        diagnostics.push(Diagnostic::error("Unsupported backend", detail).at(inner.range()));
    }
    for inner in fields.blocks("backend") {
        read_backend(module, inner, root, diagnostics);
    }
}

fn read_backend(module: &mut Module, block: &Block, root: bool, diagnostics: &mut Diagnostics) {
    let Some(kind) = block.label(0).cloned() else { return };
    if &*kind != "local" {
        let detail = format!(
            "wpinfra keeps its state in a file: the backend {kind:?} is not supported. Use backend \"local\" instead."
        );
        diagnostics.push(Diagnostic::error("Unsupported backend", detail).at(block.range()));
        return;
    }
    if !root {
        let detail = "A backend block has no effect in a module that is called by another one.";
        diagnostics.push(Diagnostic::warning("Backend configuration ignored", detail).at(block.range()));
        return;
    }
    let fields = Fields::new(block, &["path", "workspace_dir"], &[], diagnostics);
    let mut arguments = BTreeMap::new();
    for name in ["path", "workspace_dir"] {
        if let Some(text) = fields.text(name, diagnostics) {
            arguments.insert(name.to_owned(), text);
        }
    }
    if let Some(other) = &module.settings.backend {
        diagnostics.push(duplicate("backend", "", block, &other.range));
    }
    module.settings.backend = Some(Backend { kind: kind.to_string(), arguments, range: block.range() });
}

fn read_provider(module: &mut Module, block: &Block, name: Arc<str>, diagnostics: &mut Diagnostics) {
    let mut body = block.body.clone();
    let alias =
        body.expression("alias").and_then(|expression| constant(&expression, &Type::String, "alias", diagnostics));
    let alias: Option<Arc<str>> = alias.and_then(|value| value.as_str().map(Arc::from));
    if let (Some(alias), Some(expression)) = (&alias, body.expression("alias"))
        && !rules::is_name(alias)
    {
        let detail = format!(
            "{alias:?} cannot be a name: a name begins with a letter or underscore and goes on with letters, digits, underscores and dashes."
        );
        diagnostics.push(Diagnostic::error("Invalid name", detail).at(expression.range()));
    }
    if let Some(expression) = body.expression("version")
        && let Some(text) = constant(&expression, &Type::String, "version", diagnostics)
        && let Some(text) = text.as_str()
    {
        let detail = "Versions of providers belong into required_providers, in a terraform block.";
        diagnostics.push(Diagnostic::warning("Version in a provider block", detail).at(expression.range()));
        required_providers::checked_version(text, VersionRules::Provider, &expression, diagnostics);
    }
    for meta in ["alias", "version"] {
        body.attributes.shift_remove(meta);
    }
    let same = |other: &&ProviderBlock| other.name == name && other.alias == alias;
    if let Some(other) = module.providers.iter().find(same) {
        diagnostics.push(duplicate("provider configuration", &name, block, &other.range));
    }
    module.providers.push(ProviderBlock { name, alias, body, range: block.range() });
}

fn read_variable(block: &Block, name: &Arc<str>, diagnostics: &mut Diagnostics) -> Variable {
    let attributes = ["description", "default", "type", "sensitive", "nullable", "ephemeral", "deprecated"];
    let fields = Fields::new(block, &attributes, &[("validation", 0)], diagnostics);
    let constraint = fields.expression("type").map_or_else(Constraint::any, |ty| parse_constraint(&ty, diagnostics));
    let nullable = fields.flag("nullable", diagnostics).unwrap_or(true);
    let reserved = ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];
    if reserved.contains(&&**name) {
        let detail = format!("{name:?} is an argument of module blocks, so no variable can have this name.");
        let range = block.labels.first().map_or_else(|| block.range(), |(_, label)| block.body.range(*label));
        diagnostics.push(Diagnostic::error("Invalid variable name", detail).at(range));
    }
    let mut default = fields.constant("default", &Type::Dynamic, diagnostics);
    if let (Some(value), Some(expression)) = (&default, fields.expression("default")) {
        default = match constraint.apply(value) {
            Ok(value) if value.is_null() && !nullable => {
                let detail = "The default is null, but the variable says \"nullable = false\".";
                diagnostics
                    .push(Diagnostic::error("Invalid default value for variable", detail).at(expression.range()));
                Some(Value::unknown(constraint.ty.without_optional()))
            }
            Ok(value) => Some(value),
            Err(error) => {
                let detail = format!(
                    "The default does not fit the type {}: {}{}.",
                    constraint.ty,
                    at(&error.path),
                    error.message
                );
                diagnostics
                    .push(Diagnostic::error("Invalid default value for variable", detail).at(expression.range()));
                Some(Value::unknown(constraint.ty.without_optional()))
            }
        };
    }
    let validations: Vec<Condition> =
        fields.blocks("validation").filter_map(|inner| read_condition(inner, diagnostics)).collect();
    for validation in &validations {
        rules::check_refers_to_variable(validation, name, diagnostics);
    }
    Variable {
        name: Arc::clone(name),
        description: fields.text("description", diagnostics),
        typed: fields.expression("type").is_some(),
        constraint,
        default,
        sensitive: fields.flag("sensitive", diagnostics).unwrap_or(false),
        ephemeral: fields.flag("ephemeral", diagnostics).unwrap_or(false),
        nullable,
        range: block.range(),
        validations,
    }
}

/// Writes the path of a misfit in front of a message.
pub(crate) fn at(path: &str) -> String {
    if path.is_empty() { String::new() } else { format!("at {path}, ") }
}

fn read_locals(module: &mut Module, block: &Block, diagnostics: &mut Diagnostics) {
    let body = block.body.shaped(&|_| None, diagnostics);
    for inner in &body.blocks {
        diagnostics.push(unsupported_block(&inner.kind, [], true).at(body.range(inner.kind_span)));
    }
    for attribute in body.attributes.values() {
        let range = attribute.range();
        let local = Local { value: attribute.expression(), range: range.clone() };
        if let Some(other) = module.locals.insert(Arc::clone(&attribute.name), local) {
            let detail = format!(
                "A local value named {:?} is declared already, in {} line {}.",
                attribute.name, other.range.file, other.range.start.line
            );
            diagnostics.push(Diagnostic::error("Duplicate local value", detail).at(range));
        }
    }
}

fn read_output(block: &Block, diagnostics: &mut Diagnostics) -> Output {
    let attributes = ["description", "value", "sensitive", "depends_on", "ephemeral", "deprecated"];
    let fields = Fields::new(block, &attributes, &[("precondition", 0)], diagnostics);
    let depends_on = fields.expression("depends_on").map_or_else(Vec::new, |list| read_references(&list, diagnostics));
    Output {
        value: fields.expression("value"),
        description: fields.text("description", diagnostics),
        sensitive: fields.flag("sensitive", diagnostics).unwrap_or(false),
        ephemeral: fields.flag("ephemeral", diagnostics).unwrap_or(false),
        depends_on,
        preconditions: fields.blocks("precondition").filter_map(|inner| read_condition(inner, diagnostics)).collect(),
        missing_range: block.body.missing_range(&block.range()),
        range: block.range(),
    }
}

fn read_call(block: &Block, name: &Arc<str>, diagnostics: &mut Diagnostics) -> ModuleCall {
    const META: [&str; 6] = ["source", "version", "count", "for_each", "depends_on", "providers"];
    let body = block.body.shaped(&|_| None, diagnostics).into_owned();
    for inner in &body.blocks {
        let detail =
            format!("A module block has arguments only; variables of the module are set with {} = …", inner.kind);
        diagnostics.push(Diagnostic::error("Unsupported block type", detail).at(body.range(inner.kind_span)));
    }
    let fields = Fields { body: std::borrow::Cow::Borrowed(&body), block };
    let repeat = read_repeat(&fields, diagnostics);
    let depends_on = fields.expression("depends_on").map_or_else(Vec::new, |list| read_references(&list, diagnostics));
    let mut providers = Vec::new();
    if let Some(expression) = fields.expression("providers") {
        read_call_providers(&expression, &mut providers, diagnostics);
    }
    let mut arguments = body.clone();
    for meta in META {
        arguments.attributes.shift_remove(meta);
    }
    ModuleCall {
        name: Arc::clone(name),
        source: fields.expression("source"),
        version: fields.expression("version"),
        repeat,
        depends_on,
        depends_on_list: body.expression("depends_on"),
        providers,
        body: arguments,
        range: block.range(),
    }
}

fn read_call_providers(
    expression: &Expression,
    providers: &mut Vec<(ProviderReference, ProviderReference)>,
    diagnostics: &mut Diagnostics,
) {
    let ExprKind::Object(items) = &expression.expr.kind else {
        let detail = "A map from the names in the module to the providers here is expected: { aws = aws.west }.";
        diagnostics.push(Diagnostic::error("Invalid providers argument", detail).at(expression.range()));
        return;
    };
    for (key, value) in items {
        let part = |expr: &crate::expr::Expr| Expression {
            source: Arc::clone(&expression.source),
            expr: Arc::new(expr.clone()),
        };
        let inside = read_provider_reference(&part(key), diagnostics);
        let outside = read_provider_reference(&part(value), diagnostics);
        providers.extend(inside.zip(outside));
    }
}

fn read_moved(module: &mut Module, block: &Block, diagnostics: &mut Diagnostics) {
    let fields = Fields::new(block, &["from", "to"], &[], diagnostics);
    let (from, to) = (fields.required("from", diagnostics), fields.required("to", diagnostics));
    if let (Some(from), Some(to)) = (from, to) {
        module.moved.push(MovedBlock { from, to, range: block.range() });
    }
}

fn read_removed(module: &mut Module, block: &Block, diagnostics: &mut Diagnostics) {
    let fields = Fields::new(block, &["from"], &[("lifecycle", 0), ("provisioner", 1), ("connection", 0)], diagnostics);
    let mut destroy = true;
    for inner in fields.blocks("lifecycle") {
        let lifecycle = Fields::new(inner, &["destroy"], &[], diagnostics);
        destroy = lifecycle.flag("destroy", diagnostics).unwrap_or(true);
    }
    let provisioners: Vec<_> = fields
        .blocks("provisioner")
        .filter_map(|inner| {
            let provisioner = resources::read_provisioner(inner, None, diagnostics)?;
            if provisioner.when == ProvisionWhen::Create {
                let detail = "Nothing is created by a removed block, so only what runs when the object is destroyed can stand in it: add \"when = destroy\".";
                diagnostics.push(Diagnostic::error("Invalid provisioner", detail).at(inner.range()));
            }
            Some(provisioner)
        })
        .collect();
    if let Some(from) = fields.required("from", diagnostics) {
        module.removed.push(RemovedBlock { from, destroy, provisioners, range: block.range() });
    }
}

fn read_import(module: &mut Module, block: &Block, root: bool, diagnostics: &mut Diagnostics) {
    let fields = Fields::new(block, &["to", "id", "for_each", "provider", "identity"], &[], diagnostics);
    if !root {
        let detail = "An import block can stand only in the root module.";
        diagnostics.push(Diagnostic::error("Invalid import configuration", detail).at(block.range()));
    }
    let (to, id) = (fields.required("to", diagnostics), fields.required("id", diagnostics));
    if let Some(to) = to {
        module.imports.push(ImportBlock { to, id, for_each: fields.expression("for_each") });
    }
}

fn read_check(module: &mut Module, block: &Block, name: &Arc<str>, diagnostics: &mut Diagnostics) {
    let fields = Fields::new(block, &[], &[("assert", 0), ("data", 2)], diagnostics);
    let data = rules::only_one(fields.blocks("data"), "data", diagnostics);
    for inner in data.into_iter().filter(|inner| inner.labels.len() == 2) {
        let mut resource = resources::read(inner, Mode::Data, diagnostics);
        for expression in resource.repeat.count.iter().chain(&resource.repeat.for_each) {
            let detail = "The data source of a check block is read once; it cannot have \"count\" or \"for_each\".";
            diagnostics.push(Diagnostic::error("Invalid argument in check", detail).at(expression.range()));
        }
        resource.scoped = true;
        let key = resource.key.clone();
        if let Some(other) = module.resources.insert(key.clone(), resource) {
            diagnostics.push(duplicate("block", &key.to_string(), inner, &other.range));
        }
    }
    let assertions: Vec<Condition> =
        fields.blocks("assert").filter_map(|inner| read_condition(inner, diagnostics)).collect();
    if fields.blocks("assert").next().is_none() {
        let detail = "A check block needs at least one assert block.";
        diagnostics.push(Diagnostic::error("Missing assert block", detail).at(block.range()));
    }
    let check = CheckBlock { assertions, range: block.range() };
    if let Some(other) = module.checks.insert(Arc::clone(name), check) {
        diagnostics.push(duplicate("check", name, block, &other.range));
    }
}

/// Checks what can be checked only when all files of a module are read.
pub(super) fn finish(module: &Module, diagnostics: &mut Diagnostics) {
    for output in module.outputs.values().filter(|output| output.value.is_none()) {
        diagnostics.push(missing_argument("value", output.missing_range.clone()));
    }
    for block in &module.providers {
        if let Some(alias) = &block.alias
            && let Some(required) = module.settings.required_providers.get(&block.name)
            && required.configuration_aliases.contains(alias)
        {
            let detail =
                format!("The module expects {}.{alias} from its caller, so it cannot configure it itself.", block.name);
            diagnostics.push(Diagnostic::error("Duplicate provider configuration", detail).at(block.range.clone()));
        }
    }
}
