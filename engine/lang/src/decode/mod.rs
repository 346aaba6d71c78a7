//! Bodies to values by schema.

mod dynamic;

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::convert::convert;
use wpinfra_core::path::PathStep;
use wpinfra_core::schema::{self, Attribute as AttributeSchema, NestedBlock, Nesting, Role};
use wpinfra_core::{Diagnostic, Diagnostics, Path, SourceRange, Type, Value};

use crate::config::blocks::{unsupported_argument, unsupported_block};
use crate::eval::{Failed, Scope, evaluate_with};
use crate::expr::Expression;
use crate::syntax::{Attribute, Block, Body};

/// What a body means by its schema.
#[derive(Debug)]
pub struct Decoded {
    /// An object of the schema's type.
    pub value: Value,
    /// Where arguments and blocks stand.
    pub ranges: Vec<(Path, SourceRange)>,
    /// What is wrong.
    pub diagnostics: Diagnostics,
}

/// Evaluates a body; wrong parts are unknown.
pub fn decode(body: &Body, schema: &schema::Block, range: &SourceRange, scope: &dyn Scope) -> Decoded {
    let mut decoder = Decoder { scope, variables: Vec::new(), ranges: Vec::new(), diagnostics: Diagnostics::new() };
    let value = decoder.body(body, schema, range, &Path::root());
    Decoded { value, ranges: decoder.ranges, diagnostics: decoder.diagnostics }
}

struct Decoder<'a> {
    scope: &'a dyn Scope,
    /// Iterators of the `dynamic` blocks around.
    variables: Vec<(Arc<str>, Value)>,
    ranges: Vec<(Path, SourceRange)>,
    diagnostics: Diagnostics,
}

/// A block that stands in a body, or one that a `dynamic` block gives.
struct Instance<'b> {
    block: &'b Block,
    /// The iterators to evaluate it with; `None` for a block written as such.
    iterators: Option<Vec<(Arc<str>, Value)>>,
}

/// The blocks of one type.
struct Instances<'b> {
    blocks: Vec<Instance<'b>>,
    /// Whether a `dynamic` block gives blocks whose number is not known yet.
    unknown: bool,
}

impl Decoder<'_> {
    fn body(&mut self, body: &Body, schema: &schema::Block, range: &SourceRange, path: &Path) -> Value {
        let labels = |word: &str| match schema.blocks.get(word) {
            Some(nested) if nested.nesting == Nesting::Map => Some(1),
            Some(_) => Some(0),
            None if word == "dynamic" && !schema.attributes.contains_key("dynamic") => Some(1),
            None => None,
        };
        let body = body.shaped(&labels, &mut self.diagnostics);
        self.check_names(&body, schema);
        let mut values: BTreeMap<Arc<str>, Value> = BTreeMap::new();
        for (name, attribute) in &schema.attributes {
            let value = match body.attributes.get(*name) {
                Some(written) => self.attribute(written, attribute, &path.attribute(name)),
                None => match attribute.element_object() {
                    Some(object) if has_blocks(&body, name) => {
                        self.attribute_blocks(&body, name, attribute, object, &path.attribute(name))
                    }
                    _ => {
                        if attribute.role == Role::Required {
                            let detail = format!("The argument {name:?} is required, but no value was given.");
                            self.diagnostics.push(
                                Diagnostic::error("Missing required argument", detail).at(body.missing_range(range)),
                            );
                        }
                        Value::null(attribute.ty.clone())
                    }
                },
            };
            values.insert((*name).into(), value);
        }
        for (name, nested) in &schema.blocks {
            let value = self.nested(&body, name, nested, &path.attribute(name));
            values.insert((*name).into(), value);
        }
        Value::object(values)
    }

    /// Reports arguments and blocks that the schema does not have.
    fn check_names(&mut self, body: &Body, schema: &schema::Block) {
        let names =
            || schema.attributes.iter().filter(|(_, attribute)| attribute.is_configurable()).map(|(name, _)| *name);
        let block_names = || schema.blocks.keys().copied();
        for attribute in body.attributes.values() {
            let problem = match schema.attributes.get(&*attribute.name) {
                Some(known) if known.is_configurable() => {
                    if let Some(instead) = known.deprecated {
                        let detail = format!("The argument {:?} is deprecated: {instead}", attribute.name);
                        self.diagnostics.push(
                            Diagnostic::general_warning("Argument is deprecated", detail).at(attribute.name_range()),
                        );
                    }
                    continue;
                }
                Some(_) => Diagnostic::error(
                    "Value for unconfigurable attribute",
                    format!("The value of {:?} is decided by the provider, so it cannot be set.", attribute.name),
                ),
                None => {
                    let is_block = schema.blocks.contains_key(&*attribute.name);
                    unsupported_argument(&attribute.name, names().chain(block_names()), is_block)
                }
            };
            self.diagnostics.push(problem.at(attribute.name_range()));
        }
        for block in &body.blocks {
            let kind = if &*block.kind == "dynamic" { block.label(0).unwrap_or(&block.kind) } else { &block.kind };
            let as_blocks = schema
                .attributes
                .get(&**kind)
                .is_some_and(|attribute| attribute.is_configurable() && attribute.element_object().is_some());
            if !schema.blocks.contains_key(&**kind) && !as_blocks {
                let is_argument = schema.attributes.get(&**kind).is_some_and(AttributeSchema::is_configurable);
                let problem = unsupported_block(kind, block_names().chain(names()), is_argument);
                self.diagnostics.push(problem.at(block.body.range(block.kind_span)));
            }
        }
    }

    fn evaluate(&mut self, expression: &Expression) -> Result<Value, Failed> {
        let (value, diagnostics) = evaluate_with(expression, self.scope, &self.variables);
        self.diagnostics.extend(diagnostics);
        value
    }

    fn attribute(&mut self, written: &Attribute, schema: &AttributeSchema, path: &Path) -> Value {
        let expression = written.expression();
        self.ranges.push((path.clone(), expression.range()));
        let Ok(value) = self.evaluate(&expression) else { return Value::unknown(schema.ty.without_optional()) };
        if !schema.is_configurable() {
            return Value::null(schema.ty.clone());
        }
        if schema.role == Role::Required && value.is_null() {
            let detail = format!("The argument {:?} is required, but its value is null.", written.name);
            self.diagnostics.push(Diagnostic::error("Missing required argument", detail).at(expression.range()));
            return Value::unknown(schema.ty.clone());
        }
        let filled = schema.element_object().map_or_else(|| value.clone(), |object| fill_fields(&value, object));
        match convert(&filled, &schema.ty) {
            Ok(value) => value,
            Err(error) => {
                let detail = format!(
                    "The value of {:?} does not suit: {}{}.",
                    written.name,
                    crate::config::blocks::at(&error.path),
                    error.message
                );
                self.diagnostics
                    .push(Diagnostic::error("Incorrect attribute value type", detail).at(expression.range()));
                Value::unknown(schema.ty.without_optional())
            }
        }
    }

    /// Reads an attribute of objects that is written as blocks.
    fn attribute_blocks(
        &mut self,
        body: &Body,
        name: &str,
        schema: &AttributeSchema,
        object: &Type,
        path: &Path,
    ) -> Value {
        let block = block_of_object(object);
        let Instances { blocks, unknown } = self.instances(body, name);
        let mut elements = Vec::new();
        for (index, instance) in blocks.into_iter().enumerate() {
            let at = path.index(Value::number(index));
            elements.push(self.instance(&instance, &block, &at));
        }
        if unknown {
            return Value::unknown(schema.ty.clone());
        }
        match schema.ty {
            Type::Set(_) => Value::set(object.clone(), elements),
            Type::List(_)
            | Type::Dynamic
            | Type::Bool
            | Type::Number
            | Type::String
            | Type::Map(_)
            | Type::Tuple(_)
            | Type::Object(_) => Value::list(object.clone(), elements),
        }
    }

    fn nested(&mut self, body: &Body, name: &str, schema: &NestedBlock, path: &Path) -> Value {
        if let Some(written) = body.attributes.get(name) {
            // Reported by check_names already.
            self.ranges.push((path.clone(), written.expression().range()));
            return Value::unknown(schema.implied_type());
        }
        if !has_blocks(body, name) {
            return schema.empty();
        }
        let Instances { blocks, unknown } = self.instances(body, name);
        let object = schema.block.implied_type();
        let mut elements = Vec::with_capacity(blocks.len());
        let mut labels = Vec::new();
        for (index, instance) in blocks.iter().enumerate() {
            let at = match schema.nesting {
                Nesting::Single => path.clone(),
                Nesting::List | Nesting::Set => path.index(Value::number(index)),
                Nesting::Map => path.index(Value::string(instance.block.label(0).map_or("", |label| &**label))),
            };
            if index == 0 && schema.nesting != Nesting::Single {
                self.ranges.push((path.clone(), instance.block.range()));
            }
            if let Some(instead) = schema.deprecated {
                let detail = format!("Blocks of type {name:?} are deprecated: {instead}");
                self.diagnostics
                    .push(Diagnostic::general_warning("Block is deprecated", detail).at(instance.block.range()));
            }
            labels.push(instance.block.label(0).cloned().unwrap_or_default());
            elements.push(self.instance(instance, &schema.block, &at));
        }
        if unknown {
            return Value::unknown(schema.implied_type());
        }
        match schema.nesting {
            Nesting::Single => {
                if let Some(second) = blocks.get(1) {
                    let detail = format!("Only one block of type {name:?} can stand here.");
                    self.diagnostics.push(Diagnostic::error("Duplicate block", detail).at(second.block.range()));
                }
                elements.into_iter().next().unwrap_or_else(|| Value::null(object))
            }
            Nesting::List => Value::list(object, elements),
            Nesting::Set => Value::set(object, elements),
            Nesting::Map => Value::map(object, labels.into_iter().zip(elements)),
        }
    }

    fn instance(&mut self, instance: &Instance<'_>, schema: &schema::Block, path: &Path) -> Value {
        let range = instance.block.range();
        self.ranges.push((path.clone(), range.clone()));
        match &instance.iterators {
            None => self.body(&instance.block.body, schema, &range, path),
            Some(iterators) => {
                let around = std::mem::replace(&mut self.variables, iterators.clone());
                let value = self.body(&instance.block.body, schema, &range, path);
                self.variables = around;
                value
            }
        }
    }
}

fn has_blocks(body: &Body, name: &str) -> bool {
    body.blocks.iter().any(|block| is_of(block, name))
}

/// Tells whether a block is, or gives, blocks of the type.
fn is_of(block: &Block, name: &str) -> bool {
    if &*block.kind == "dynamic" { block.label(0).is_some_and(|label| &**label == name) } else { *block.kind == *name }
}

/// Returns a schema for the objects of an attribute that is written as blocks: all of its fields are optional.
fn block_of_object(object: &Type) -> schema::Block {
    let mut block = schema::Block::default();
    if let Type::Object(object) = object {
        for (name, ty) in &object.attributes {
            // Schemas have static names; those of object types are few and live as long as the program.
            block.attributes.insert(leaked(name), AttributeSchema::new(ty.clone(), Role::Optional));
        }
    }
    block
}

/// Returns the name for the rest of the program's life, each name once.
fn leaked(name: &str) -> &'static str {
    static NAMES: std::sync::Mutex<std::collections::BTreeSet<&'static str>> =
        std::sync::Mutex::new(std::collections::BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}

/// Gives the objects of a list the fields that they leave out, as null.
fn fill_fields(value: &Value, object: &Type) -> Value {
    let (Some(elements), Type::Object(object)) = (value.elements(), object) else { return value.clone() };
    let fill = |element: &Value| match element.mapping() {
        Some(mapping) => {
            let mut filled = mapping.clone();
            for (name, ty) in &object.attributes {
                filled.entry(Arc::clone(name)).or_insert_with(|| Value::null(ty.clone()));
            }
            Value::object(filled).with_marks(element.marks())
        }
        None => element.clone(),
    };
    Value::tuple(elements.iter().map(fill).collect()).with_marks(value.marks())
}

/// Returns where the argument at the path, or the nearest one around it, stands.
pub fn range_at(ranges: &[(Path, SourceRange)], path: &Path) -> Option<SourceRange> {
    let around = ranges.iter().filter(|(at, _)| starts_with(path, at));
    around.max_by_key(|(at, _)| at.0.len()).map(|(_, range)| range.clone())
}

fn starts_with(path: &Path, prefix: &Path) -> bool {
    let same = |(a, b): (&PathStep, &PathStep)| a == b;
    path.0.len() >= prefix.0.len() && path.0.iter().zip(&prefix.0).all(same)
}
