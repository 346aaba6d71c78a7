//! What names stand for inside of one instance of a module.

use std::sync::Arc;

use wpinfra_core::address::InstanceKey;
use wpinfra_core::desired::{Known, KnownResource, Repetition};
use wpinfra_core::schema;
use wpinfra_core::{Diagnostic, Diagnostics, Marks, Mode, ModuleInstance, ResourceAddress, Type, Value};

use crate::config::address::instance_key;
use crate::config::{Resource, variables};
use crate::desired::Evaluator;
use crate::eval::{Evaluated, Failed, Scope};
use crate::expr::{StepKind, Traversal};
use crate::functions::FunctionScope;
use crate::graph::{NodeKey, undeclared};
use crate::references::{ResourceKey, Subject, subject, whole_span};
use crate::suggest::did_you_mean;
use crate::syntax::Source;

/// The names of one instance of a module, and of one instance of a block in it.
pub(crate) struct ModuleScope<'a> {
    pub(crate) evaluator: &'a Evaluator<'a>,
    pub(crate) known: &'a Known,
    pub(crate) module: usize,
    pub(crate) instance: &'a ModuleInstance,
    pub(crate) repeated: Repeated,
    pub(crate) self_value: Option<Value>,
}

/// What `count` and `each` stand for.
#[derive(Clone, Default)]
pub(crate) struct Repeated {
    pub(crate) count_index: Option<Value>,
    pub(crate) each: Option<(Value, Value)>,
}

impl Scope for ModuleScope<'_> {
    fn resolve(
        &self,
        traversal: &Traversal,
        source: &Source,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        let (subject, used) = subject(traversal, source).map_err(|problem| {
            diagnostics.push(*problem);
            Failed
        })?;
        let place = Place { traversal, source };
        match subject {
            Subject::Variable(name) => self.variable(&name, &place, diagnostics).map(|value| (value, used)),
            Subject::Local(name) => self.local(&name, &place, diagnostics).map(|value| (value, used)),
            Subject::Module(name) => self.module_call(&name, used, &place, diagnostics),
            Subject::Resource(key) => self.resource(&key, used, &place, diagnostics),
            Subject::Path(name) => self.path(&name, &place, diagnostics).map(|value| (value, used)),
            Subject::Terraform(name) => self.terraform(&name, &place, diagnostics).map(|value| (value, used)),
            Subject::SelfValue => match &self.self_value {
                Some(value) => Ok((value.clone(), used)),
                None => place.fail(
                    diagnostics,
                    "Invalid \"self\" reference",
                    "\"self\" can be used only in postconditions and provisioners.",
                    None,
                ),
            },
            Subject::Each(name) => self.each(&name, &place, diagnostics).map(|value| (value, used)),
            Subject::Count(name) => match (&*name, &self.repeated.count_index) {
                ("index", Some(index)) => Ok((index.clone(), used)),
                ("index", None) => place.fail(
                    diagnostics,
                    "Reference to \"count\" in non-counted context",
                    "\"count.index\" can be used only in blocks that have the argument \"count\".",
                    None,
                ),
                _ => place.fail(
                    diagnostics,
                    "Invalid \"count\" attribute",
                    "The only attribute of \"count\" is \"index\".",
                    None,
                ),
            },
        }
    }

    fn functions(&self) -> FunctionScope<'_> {
        let environment = &self.evaluator.configuration.environment;
        FunctionScope {
            files: &*environment.files,
            module_dir: &self.evaluator.configuration.modules[self.module].dir,
            root_dir: &environment.root_dir,
            working_dir: &environment.working_dir,
            home_dir: environment.home_dir.as_deref(),
            now: &environment.now,
            applying: self.known.applying,
            entropy: &*environment.entropy,
        }
    }
}

/// Where a reference stands, for messages.
struct Place<'p> {
    traversal: &'p Traversal,
    source: &'p Source,
}

impl Place<'_> {
    fn fail<T>(
        &self,
        diagnostics: &mut Diagnostics,
        summary: &str,
        detail: impl Into<String>,
        help: Option<String>,
    ) -> Result<T, Failed> {
        let range = self.source.range(whole_span(self.traversal));
        diagnostics.push(Diagnostic::error(summary, detail).at(range).help(help));
        Err(Failed)
    }

    fn undeclared<T>(
        &self,
        scope: &ModuleScope<'_>,
        key: &NodeKey,
        diagnostics: &mut Diagnostics,
    ) -> Result<T, Failed> {
        let module = &scope.evaluator.configuration.modules[scope.module].module;
        diagnostics.push(undeclared(module, key, self.traversal, self.source));
        Err(Failed)
    }

    /// Returns the key that a literal index after the name gives.
    fn literal_key(&self, used: usize) -> Option<InstanceKey> {
        match self.traversal.steps.get(used).map(|step| &step.kind) {
            Some(StepKind::Index(key)) => instance_key(key),
            Some(StepKind::Attribute(_)) | None => None,
        }
    }
}

impl ModuleScope<'_> {
    fn variable(&self, name: &Arc<str>, place: &Place<'_>, diagnostics: &mut Diagnostics) -> Evaluated {
        let configuration = self.evaluator.configuration;
        if !configuration.modules[self.module].module.variables.contains_key(name) {
            return place.undeclared(self, &NodeKey::Variable(Arc::clone(name)), diagnostics);
        }
        let (value, problems) = self.evaluator.variable(self.module, self.instance, name, self.known);
        diagnostics.extend(problems);
        Ok(value)
    }

    fn local(&self, name: &Arc<str>, place: &Place<'_>, diagnostics: &mut Diagnostics) -> Evaluated {
        match self.evaluator.local(self.module, self.instance, name, self.known) {
            Some((value, problems)) => {
                diagnostics.extend(problems);
                Ok(value)
            }
            None => place.undeclared(self, &NodeKey::Local(Arc::clone(name)), diagnostics),
        }
    }

    fn each(&self, name: &str, place: &Place<'_>, diagnostics: &mut Diagnostics) -> Evaluated {
        match (&self.repeated.each, name) {
            (Some((key, _)), "key") => Ok(key.clone()),
            (Some((_, value)), "value") => Ok(value.clone()),
            (None, "key" | "value") => place.fail(
                diagnostics,
                "Reference to \"each\" in context without for_each",
                "\"each\" can be used only in blocks that have the argument \"for_each\".",
                None,
            ),
            _ => {
                let help = did_you_mean(name, ["key", "value"]);
                place.fail(
                    diagnostics,
                    "Invalid \"each\" attribute",
                    "The attributes of \"each\" are \"key\" and \"value\".",
                    help,
                )
            }
        }
    }

    fn path(&self, name: &str, place: &Place<'_>, diagnostics: &mut Diagnostics) -> Evaluated {
        let configuration = self.evaluator.configuration;
        match name {
            "module" => Ok(Value::string(&configuration.modules[self.module].dir)),
            "root" => Ok(Value::string(&configuration.environment.root_dir)),
            "cwd" => Ok(Value::string(&configuration.environment.working_dir)),
            other => {
                let help = did_you_mean(other, ["module", "root", "cwd"]);
                place.fail(
                    diagnostics,
                    "Invalid \"path\" attribute",
                    "There are path.module, path.root and path.cwd.",
                    help,
                )
            }
        }
    }

    fn terraform(&self, name: &str, place: &Place<'_>, diagnostics: &mut Diagnostics) -> Evaluated {
        match name {
            "workspace" => Ok(Value::string(&self.evaluator.configuration.environment.workspace)),
            "applying" => Ok(Value::bool(self.known.applying).with_marks(Marks::EPHEMERAL)),
            other => {
                let help = did_you_mean(other, ["workspace", "applying"]);
                place.fail(
                    diagnostics,
                    "Invalid \"terraform\" attribute",
                    "There are terraform.workspace and terraform.applying.",
                    help,
                )
            }
        }
    }

    /// Returns the value of a module call, one of its instances, or one output of that.
    fn module_call(
        &self,
        name: &Arc<str>,
        used: usize,
        place: &Place<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        let configuration = self.evaluator.configuration;
        let Some(child) = configuration.modules[self.module].children.get(name).copied() else {
            return place.undeclared(self, &NodeKey::Call(Arc::clone(name)), diagnostics);
        };
        let repeat = self.evaluator.call_repeat(self.module, self.instance, name, self.known);
        diagnostics.extend(repeat.diagnostics.clone());
        let outputs = &configuration.modules[child].module.outputs;
        let literal = place.literal_key(used).map(|key| suited(key, repeat.repetition));
        let (key, mut used) = match (repeat.repetition, literal) {
            (Repetition::Single, _) => (Some(None), used),
            (_, Some(key)) if repeat.keys.contains(&Some(key.clone())) => (Some(Some(key)), used + 1),
            _ => (None, used),
        };
        if let Some(key) = key {
            let instance = self.instance.child(name, key);
            if let Some(StepKind::Attribute(output)) = place.traversal.steps.get(used).map(|step| &step.kind) {
                if !outputs.contains_key(output) {
                    let detail = format!("The module {name:?} has no output {output:?}.");
                    let help = did_you_mean(output, outputs.keys().map(|name| &**name));
                    return place.fail(diagnostics, "Unsupported attribute", detail, help);
                }
                used += 1;
                let (value, problems) = self.evaluator.output(child, &instance, output, self.known);
                diagnostics.extend(problems);
                return Ok((value, used));
            }
            return Ok((self.whole_module(child, &instance, diagnostics), used));
        }
        let mut values = Vec::new();
        for key in &repeat.keys {
            let instance = self.instance.child(name, key.clone());
            values.push((key.clone(), self.whole_module(child, &instance, diagnostics)));
        }
        let value = match repeat.repetition {
            Repetition::Count => Value::tuple(values.into_iter().map(|(_, value)| value).collect()),
            Repetition::ForEach => Value::object(values.into_iter().filter_map(|(key, value)| match key {
                Some(InstanceKey::Name(name)) => Some((name, value)),
                Some(InstanceKey::Index(_)) | None => None,
            })),
            Repetition::Single | Repetition::Unknown => Value::unknown(Type::Dynamic),
        };
        Ok((value, used))
    }

    fn whole_module(&self, child: usize, instance: &ModuleInstance, diagnostics: &mut Diagnostics) -> Value {
        let outputs = &self.evaluator.configuration.modules[child].module.outputs;
        Value::object(outputs.keys().map(|output| {
            let (value, problems) = self.evaluator.output(child, instance, output, self.known);
            diagnostics.extend(problems);
            (Arc::clone(output), value)
        }))
    }

    fn resource(
        &self,
        key: &ResourceKey,
        used: usize,
        place: &Place<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        let configuration = self.evaluator.configuration;
        let Some(resource) = configuration.modules[self.module].module.resources.get(key) else {
            return place.undeclared(self, &NodeKey::Resource(key.clone()), diagnostics);
        };
        let Some(schema) = configuration.schema_of(self.module, resource) else {
            // That there is no such type is reported where the block stands.
            return Ok((Value::unknown(Type::Dynamic), used));
        };
        let address = ResourceAddress {
            module: self.instance.clone(),
            mode: key.mode,
            resource_type: Arc::clone(&key.resource_type),
            name: Arc::clone(&key.name),
        };
        let repeated = &resource.repeat;
        if (repeated.count.is_some() || repeated.for_each.is_some())
            && let Some(StepKind::Attribute(attribute)) = place.traversal.steps.get(used).map(|step| &step.kind)
        {
            let (argument, example) =
                if repeated.count.is_some() { ("count", "[0]") } else { ("for_each", "[\"key\"]") };
            let detail = format!(
                "{key} has {argument:?}, so there can be several of it, and the reference must say which one it means."
            );
            let help =
                format!("write {key}{example}.{attribute} for one of them, or collect all with a \"for\" expression");
            return place.fail(diagnostics, "Missing resource instance key", detail, Some(help));
        }
        let literal = place.literal_key(used);
        let known = self.known.resources.get(&address);
        let is_repeated =
            known.is_some_and(|known| matches!(known.repetition, Repetition::Count | Repetition::ForEach));
        let is_collection = is_repeated && literal.is_none();
        let (value, used) = match known {
            Some(known) => Self::known_resource(known, schema, literal, used, key, place, diagnostics)?,
            None => Self::unknown_resource(resource, schema, literal.is_some(), used),
        };
        // How many instances there are is not ephemeral, only what is in them.
        let is_passing = key.mode == Mode::Ephemeral && !is_collection;
        Ok((if is_passing { value.with_marks(Marks::EPHEMERAL) } else { value }, used))
    }

    fn known_resource(
        known: &KnownResource,
        schema: &schema::Schema,
        literal: Option<InstanceKey>,
        used: usize,
        key: &ResourceKey,
        place: &Place<'_>,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        let unknown = || Value::unknown(schema.implied_type());
        let shown = |value: Option<&Value>| value.map_or_else(unknown, |value| with_schema_marks(value, &schema.block));
        match (known.repetition, literal) {
            (Repetition::Single, _) => Ok((shown(known.instances.get(&None)), used)),
            (Repetition::Unknown, Some(_)) => Ok((unknown(), used + 1)),
            (Repetition::Unknown, None) => Ok((Value::unknown(Type::Dynamic), used)),
            (Repetition::Count | Repetition::ForEach, Some(literal)) => {
                let literal = Some(suited(literal, known.repetition));
                if let Some(value) = known.instances.get(&literal) {
                    return Ok((shown(Some(value)), used + 1));
                }
                let wanted = literal.map_or_else(String::new, |key| key.to_string());
                let present: Vec<String> = known.instances.keys().take(8).flatten().map(ToString::to_string).collect();
                let present = if present.is_empty() {
                    "it has no instances".to_owned()
                } else {
                    format!("it has {}", present.join(", "))
                };
                let detail = format!("{key} has no instance {wanted}; {present}.");
                place.fail(diagnostics, "Invalid index", detail, None)
            }
            (Repetition::Count, None) => {
                let all = || Value::tuple(known.instances.values().map(|value| shown(Some(value))).collect());
                Ok((known.whole(all), used))
            }
            (Repetition::ForEach, None) => {
                let instances = known.instances.iter().filter_map(|(key, value)| match key {
                    Some(InstanceKey::Name(name)) => Some((Arc::clone(name), shown(Some(value)))),
                    Some(InstanceKey::Index(_)) | None => None,
                });
                Ok((known.whole(|| Value::object(instances)), used))
            }
        }
    }

    fn unknown_resource(resource: &Resource, schema: &schema::Schema, indexed: bool, used: usize) -> (Value, usize) {
        let single = resource.repeat.count.is_none() && resource.repeat.for_each.is_none();
        if single {
            return (unknown_of(&schema.block), used);
        }
        if indexed {
            return (unknown_of(&schema.block), used + 1);
        }
        (Value::unknown(Type::Dynamic), used)
    }

    /// Returns the scope for a block of the same module with `count` or `each`.
    pub(crate) fn repeated(&self, repeated: Repeated) -> Self {
        ModuleScope { repeated, self_value: self.self_value.clone(), ..*self }
    }
}

/// Returns a literal key as the index that the repetition calls for, as the steps to elements of lists and maps do.
fn suited(key: InstanceKey, repetition: Repetition) -> InstanceKey {
    match (&key, repetition) {
        (InstanceKey::Name(text), Repetition::Count) => text.parse().map_or(key, InstanceKey::Index),
        (InstanceKey::Index(index), Repetition::ForEach) => InstanceKey::Name(index.to_string().into()),
        (_, Repetition::Single | Repetition::Count | Repetition::ForEach | Repetition::Unknown) => key,
    }
}

/// Returns an unknown object in which sensitive attributes are marked.
fn unknown_of(block: &schema::Block) -> Value {
    let ty = block.implied_type();
    if !has_sensitive(block) {
        return Value::unknown(ty);
    }
    let attributes = block.attributes.iter().map(|(name, attribute)| {
        let value = Value::unknown(attribute.ty.clone());
        (*name, if attribute.sensitive { value.sensitive() } else { value })
    });
    let blocks = block.blocks.iter().map(|(name, nested)| (*name, Value::unknown(nested.implied_type())));
    Value::object(attributes.chain(blocks))
}

fn has_sensitive(block: &schema::Block) -> bool {
    block.attributes.values().any(|attribute| attribute.sensitive)
        || block.blocks.values().any(|nested| has_sensitive(&nested.block))
}

/// Marks what the schema declares sensitive.
pub(crate) fn with_schema_marks(value: &Value, block: &schema::Block) -> Value {
    if !has_sensitive(block) {
        return value.clone();
    }
    let Some(mapping) = value.mapping() else { return value.clone() };
    let mut marked = mapping.clone();
    for (name, attribute) in &block.attributes {
        if attribute.sensitive
            && let Some(value) = marked.get_mut(*name)
        {
            *value = value.clone().sensitive();
        }
    }
    for (name, nested) in block.blocks.iter().filter(|(_, nested)| has_sensitive(&nested.block)) {
        if let Some(value) = marked.get_mut(*name) {
            *value = marked_blocks(value, &nested.block);
        }
    }
    value.with_mapping(marked)
}

fn marked_blocks(value: &Value, block: &schema::Block) -> Value {
    match (value.ty(), value.elements(), value.mapping()) {
        (_, Some(elements), _) if !elements.is_empty() => {
            value.with_elements(elements.iter().map(|element| with_schema_marks(element, block)).collect())
        }
        (Type::Map(_), _, Some(elements)) if !elements.is_empty() => {
            let marked = elements.iter().map(|(key, element)| (Arc::clone(key), with_schema_marks(element, block)));
            value.with_mapping(marked.collect())
        }
        _ => with_schema_marks(value, block),
    }
}

/// Returns the value of a variable as a module call gives it.
pub(crate) fn given(
    variable: &crate::config::Variable,
    value: &Value,
    range: Option<wpinfra_core::SourceRange>,
    diagnostics: &mut Diagnostics,
) -> Value {
    let settled = variables::settle(variable, value, range, diagnostics);
    let ty = variable.constraint.ty.without_optional();
    variables::marked(variable, settled.unwrap_or_else(|| Value::unknown(ty)))
}
