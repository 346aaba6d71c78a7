//! What an object is to be: its configuration merged with its prior value, as the schema says.
//!
//! Planned values have to equal Terraform's to the attribute. Types of the older provider SDK (`TypeSystem::Legacy`) cannot tell
//! "not set" from "", 0, false and empty; where that shows in a plan, it is imitated here.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::schema::{Attribute, Block, NestedBlock, Nesting, Role, Schema, TypeSystem};
use wpinfra_core::{Type, Value};

use crate::meaning::mean_the_same;

/// Returns the object to be, unknown where only the provider can tell; without `prior` that of a create.
///
/// Neither value has marks, and `config` is an object of the schema's type.
pub(crate) fn merge(schema: &Schema, prior: Option<&Value>, config: &Value) -> Value {
    let merge = Merge { legacy: schema.type_system == TypeSystem::Legacy };
    merge.block(&schema.block, prior, config, Place::Ordered)
}

/// Returns the object that a data source will give: what is not configured is unknown where the source computes it.
pub(crate) fn deferred(schema: &Schema, config: &Value) -> Value {
    Merge { legacy: false }.block(&schema.block, None, config, Place::Ordered)
}

/// The name of the block that only the engine looks at.
pub(crate) const TIMEOUTS: &str = "timeouts";

/// Whether an attribute stands inside of a block that is one of a set.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Ordered,
    InSet,
}

struct Merge {
    legacy: bool,
}

impl Merge {
    fn block(&self, block: &Block, prior: Option<&Value>, config: &Value, place: Place) -> Value {
        let Some(configured) = config.mapping() else { return config.clone() };
        let prior = prior.and_then(Value::mapping);
        let prior_of = |name: &str| prior.and_then(|prior| prior.get(name));
        let attributes = block.attributes.iter().map(|(name, attribute)| {
            let value = match configured.get(*name) {
                Some(config) => self.attribute(attribute, prior_of(name), config, place),
                None => self.unset(attribute, prior_of(name), place),
            };
            (Arc::from(*name), value)
        });
        let blocks = block.blocks.iter().map(|(name, nested)| {
            let value = match configured.get(*name) {
                Some(config) if *name == TIMEOUTS => config.clone(),
                Some(config) => self.nested(nested, prior_of(name), config, place),
                None => self.nested(nested, prior_of(name), &nested.empty(), place),
            };
            (Arc::from(*name), value)
        });
        Value::object::<Arc<str>>(attributes.chain(blocks))
    }

    fn attribute(&self, attribute: &Attribute, prior: Option<&Value>, config: &Value, place: Place) -> Value {
        if attribute.write_only {
            return Value::null(attribute.ty.clone());
        }
        if attribute.ty == Type::Dynamic && attribute.role == Role::Optional && config.is_null() {
            return config.clone(); // null has a type of its own here, which is recorded
        }
        if attribute.role == Role::Computed || self.is_unset(attribute, prior, config) {
            return self.unset(attribute, prior, place);
        }
        let configured = as_provider_words_it(attribute, prior, config);
        match prior {
            Some(prior) if mean_the_same(attribute, prior, &configured) => prior.clone(),
            _ if self.legacy => as_the_older_sdk_plans(attribute, prior, configured),
            _ => configured,
        }
    }

    /// Tells whether the configuration says nothing of an attribute.
    fn is_unset(&self, attribute: &Attribute, prior: Option<&Value>, config: &Value) -> bool {
        if config.is_null() {
            return true;
        }
        if !self.legacy || attribute.role != Role::OptionalComputed || !config.is_zero() {
            return false;
        }
        // The older SDK takes an empty text for none, and an empty collection too unless it empties one that is not, or is
        // an attribute that stands for blocks.
        let is_collection = attribute.ty.is_collection() && attribute.element_object().is_none();
        config.as_str().is_some() || (is_collection && prior.is_none_or(Value::is_zero))
    }

    /// Returns the value of an attribute that the configuration does not set.
    fn unset(&self, attribute: &Attribute, prior: Option<&Value>, place: Place) -> Value {
        if attribute.write_only {
            return Value::null(attribute.ty.clone());
        }
        let default = attribute.default.as_ref();
        if attribute.is_computed() {
            let given = prior.or(default);
            return given.cloned().unwrap_or_else(|| Value::unknown(attribute.ty.clone()));
        }
        match (default, prior) {
            (Some(default), _) => default.clone(),
            (None, _) if self.legacy && place == Place::InSet && attribute.ty == Type::String => zero(&attribute.ty),
            (None, Some(prior)) if self.legacy && prior.is_zero() => prior.clone(),
            (None, Some(_)) if self.legacy && attribute.ty.is_collection() => zero(&attribute.ty),
            (None, _) => Value::null(attribute.ty.clone()),
        }
    }

    fn nested(&self, nested: &NestedBlock, prior: Option<&Value>, config: &Value, place: Place) -> Value {
        if !config.is_known() {
            return config.clone();
        }
        if config.is_null() || config.elements().is_some_and(<[Value]>::is_empty) || is_empty_map(nested, config) {
            return match (nested.computed, prior) {
                (true, Some(prior)) => prior.clone(),
                (true, None) => Value::unknown(nested.implied_type()),
                (false, _) => config.clone(),
            };
        }
        match nested.nesting {
            Nesting::Single => self.block(&nested.block, prior, config, place),
            Nesting::List => self.list(&nested.block, prior, config, place),
            Nesting::Map => self.map(&nested.block, prior, config, place),
            Nesting::Set => self.set(&nested.block, prior, config),
        }
    }

    fn list(&self, block: &Block, prior: Option<&Value>, config: &Value, place: Place) -> Value {
        let prior = prior.and_then(Value::elements).unwrap_or_default();
        let elements = config.elements().unwrap_or_default().iter().enumerate();
        let merged = elements.map(|(index, element)| self.block(block, prior.get(index), element, place));
        config.with_elements(merged.collect())
    }

    fn map(&self, block: &Block, prior: Option<&Value>, config: &Value, place: Place) -> Value {
        let prior = prior.and_then(Value::mapping);
        let elements = config.mapping().into_iter().flatten();
        let merged = elements.map(|(key, element)| {
            let prior = prior.and_then(|prior| prior.get(key));
            (Arc::clone(key), self.block(block, prior, element, place))
        });
        config.with_mapping(merged.collect())
    }

    /// Merges each block of a set with the prior one that has the same arguments, so that what is computed in it stays.
    fn set(&self, block: &Block, prior: Option<&Value>, config: &Value) -> Value {
        let mut open: Vec<&Value> = prior.and_then(Value::elements).unwrap_or_default().iter().collect();
        let merged = config.elements().unwrap_or_default().iter().map(|element| {
            let blank = self.block(block, None, element, Place::InSet);
            let Some(position) = open.iter().position(|prior| agrees(&blank, prior)) else { return blank };
            let prior = open.remove(position);
            self.block(block, Some(prior), element, Place::InSet)
        });
        config.with_elements(merged.collect())
    }
}

/// Imitates what the older SDK makes of a configured collection.
fn as_the_older_sdk_plans(attribute: &Attribute, prior: Option<&Value>, configured: Value) -> Value {
    if !configured.is_known() || !attribute.ty.is_collection() {
        return configured;
    }
    let loses_empty = attribute.role != Role::Required && matches!(attribute.ty, Type::Set(_) | Type::Map(_));
    if configured.is_zero() {
        // An empty set or map where none was is none.
        let is_lost = loses_empty && attribute.element_object().is_none() && prior.is_none_or(Value::is_zero);
        return if is_lost { prior.cloned().unwrap_or_else(|| Value::null(attribute.ty.clone())) } else { configured };
    }
    with_unknown_wholes(configured)
}

fn is_empty_map(nested: &NestedBlock, config: &Value) -> bool {
    nested.nesting == Nesting::Map && config.mapping().is_some_and(BTreeMap::is_empty)
}

/// Tells whether everything that is known of a planned value is the same in another.
fn agrees(planned: &Value, other: &Value) -> bool {
    if !planned.is_known() {
        return true;
    }
    match (planned.elements(), other.elements(), planned.mapping(), other.mapping()) {
        (Some(planned), Some(other), ..) => {
            planned.len() == other.len() && planned.iter().zip(other).all(|(planned, other)| agrees(planned, other))
        }
        (.., Some(planned), Some(other)) => {
            planned.len() == other.len()
                && planned.iter().zip(other).all(|(planned, other)| planned.0 == other.0 && agrees(planned.1, other.1))
        }
        _ => planned == other || (planned.is_zero() && other.is_zero()),
    }
}

/// Returns "", 0, false or an empty collection.
pub(crate) fn zero(ty: &Type) -> Value {
    match ty {
        Type::Bool => Value::bool(false),
        Type::Number => Value::number(0),
        Type::String => Value::string(""),
        Type::List(element) => Value::list((**element).clone(), Vec::new()),
        Type::Set(element) => Value::set((**element).clone(), Vec::new()),
        Type::Map(element) => Value::map((**element).clone(), Vec::<(Arc<str>, Value)>::new()),
        Type::Dynamic | Type::Tuple(_) | Type::Object(_) => Value::null(ty.clone()),
    }
}

/// Returns a configured value in the provider's wording.
pub(crate) fn as_provider_words_it(attribute: &Attribute, prior: Option<&Value>, config: &Value) -> Value {
    let worded = attribute.canonical.map_or_else(|| config.clone(), |canonical| canonical(config));
    with_element_defaults(attribute, prior, &worded)
}

/// Fills in what the elements of an attribute that is written as blocks leave out.
///
/// Where all of them stand in `prior` already, that is the answer. Where only some do, the older SDK leaves null those texts of
/// them that are not configured.
fn with_element_defaults(attribute: &Attribute, prior: Option<&Value>, config: &Value) -> Value {
    let defaults = attribute.element_defaults.as_ref().and_then(Value::mapping);
    let (Some(defaults), Some(elements)) = (defaults, config.elements()) else { return config.clone() };
    if elements.is_empty() {
        return config.clone();
    }
    let filled: Vec<Value> = elements.iter().map(|element| with_defaults(defaults, element, |_| true)).collect();
    let standing = prior.and_then(Value::elements).unwrap_or_default();
    let standing: Vec<Value> = standing.iter().map(|element| with_defaults(defaults, element, |_| true)).collect();
    match prior {
        Some(prior) if filled.len() == standing.len() && filled.iter().all(|element| standing.contains(element)) => {
            prior.clone()
        }
        _ => config.with_elements(
            filled
                .into_iter()
                .zip(elements)
                .map(|(filled, element)| {
                    if standing.contains(&filled) {
                        with_defaults(defaults, element, |default| *default.ty() != Type::String)
                    } else {
                        filled
                    }
                })
                .collect(),
        ),
    }
}

/// Fills in those defaults that are wanted.
fn with_defaults(defaults: &BTreeMap<Arc<str>, Value>, element: &Value, is_wanted: fn(&Value) -> bool) -> Value {
    let Some(fields) = element.mapping() else { return element.clone() };
    let fields = fields.iter().map(|(name, field)| {
        let default = defaults.get(name).filter(|default| field.is_null() && !default.is_null() && is_wanted(default));
        (Arc::clone(name), default.unwrap_or(field).clone())
    });
    Value::object::<Arc<str>>(fields)
}

/// Makes a collection of primitive values unknown as a whole if one of them is, as the older SDK does; in objects field by field.
fn with_unknown_wholes(value: Value) -> Value {
    if value.is_wholly_known() {
        return value;
    }
    let is_plain = value.ty().element().is_some_and(Type::is_primitive);
    match (value.elements(), value.mapping()) {
        _ if is_plain => Value::unknown(value.ty().clone()),
        (Some(elements), _) if !elements.is_empty() => {
            value.with_elements(elements.iter().cloned().map(with_unknown_wholes).collect())
        }
        (_, Some(fields)) if !fields.is_empty() => value.with_mapping(
            fields.iter().map(|(name, field)| (Arc::clone(name), with_unknown_wholes(field.clone()))).collect(),
        ),
        _ => value,
    }
}
