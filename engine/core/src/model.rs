//! Models: resource types, data sources and nested blocks as Rust types, converted from and to values.
//!
//! `#[derive(Model)]` of `wpinfra-schema-derive` writes these implementations.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::number::Number;
use crate::schema::{Attribute, Block, Check, Format, NestedBlock, Nesting, Replace, Role, Schema};
use crate::types::Type;
use crate::value::Value;

/// A struct that has the attributes of a resource type or data source.
pub trait Model: Sized + Send + Sync + Clone + 'static {
    /// Name of the type: `aws_vpc`.
    const NAME: &'static str;

    /// Returns the schema that the struct describes.
    fn schema() -> Schema;

    /// Reads the struct from an object. Null and unknown are `None` or empty.
    fn from_value(value: &Value) -> Result<Self, ModelError>;

    /// Writes the struct as an object of the schema's type.
    fn to_value(&self) -> Value;
}

/// A struct that has the attributes of a nested block or of an object inside of an attribute.
pub trait BlockModel: Sized + Send + Sync + Clone + 'static {
    /// Returns the schema that the struct describes.
    fn block() -> Block;

    /// Reads the struct from an object. Null and unknown are `None` or empty.
    fn from_value(value: &Value) -> Result<Self, ModelError>;

    /// Writes the struct as an object of the block's type.
    fn to_value(&self) -> Value;
}

/// A value does not have the shape of the model: state or plan were not made with this schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place} should be {wanted}")]
pub struct ModelError {
    /// The attribute.
    pub place: String,
    /// What it should be.
    pub wanted: String,
}

impl ModelError {
    /// Puts a name before the place.
    #[must_use]
    pub fn inside(self, name: &str) -> Self {
        let place = if self.place.is_empty() { name.to_owned() } else { format!("{name}.{}", self.place) };
        Self { place, ..self }
    }

    fn wanted(ty: &Type) -> Self {
        Self { place: String::new(), wanted: ty.to_string() }
    }
}

/// A Rust type that a field of a model can have.
pub trait Field: Sized {
    /// Returns the type of the attribute.
    fn ty() -> Type;
    /// Reads the field. Null and unknown are `None` or empty.
    fn from_value(value: &Value) -> Result<Self, ModelError>;
    /// Writes the field.
    fn to_value(&self) -> Value;
}

macro_rules! primitive {
    ($rust:ty, $ty:expr, $read:expr, $write:expr) => {
        impl Field for $rust {
            fn ty() -> Type {
                $ty
            }

            fn from_value(value: &Value) -> Result<Self, ModelError> {
                if value.is_null() || !value.is_known() {
                    return Ok(Self::default());
                }
                let read: fn(&Value) -> Option<Self> = $read;
                read(value).ok_or_else(|| ModelError::wanted(&$ty))
            }

            fn to_value(&self) -> Value {
                let write: fn(&Self) -> Value = $write;
                write(self)
            }
        }
    };
}

primitive!(String, Type::String, |value| value.as_str().map(str::to_owned), |text| Value::string(text));
primitive!(bool, Type::Bool, Value::as_bool, |value| Value::bool(*value));
primitive!(i64, Type::Number, |value| value.as_number().and_then(Number::to_i64), |value| Value::number(*value));
primitive!(i32, Type::Number, |value| value.as_number()?.to_i64()?.try_into().ok(), |value| Value::number(i64::from(
    *value
)));
primitive!(f64, Type::Number, |value| value.as_number().map(Number::to_f64), |value| Value::number(Number::from_f64(
    *value
)));

impl<T: Field> Field for Option<T> {
    fn ty() -> Type {
        T::ty()
    }

    fn from_value(value: &Value) -> Result<Self, ModelError> {
        if value.is_null() || !value.is_known() { Ok(None) } else { T::from_value(value).map(Some) }
    }

    fn to_value(&self) -> Value {
        self.as_ref().map_or_else(|| Value::null(T::ty()), T::to_value)
    }
}

impl<T: Field> Field for Vec<T> {
    fn ty() -> Type {
        Type::list(T::ty())
    }

    fn from_value(value: &Value) -> Result<Self, ModelError> {
        let elements = elements_of(value, &Self::ty())?;
        elements.iter().map(T::from_value).collect()
    }

    fn to_value(&self) -> Value {
        Value::list(T::ty(), self.iter().map(T::to_value).collect())
    }
}

impl<T: Field + Ord> Field for BTreeSet<T> {
    fn ty() -> Type {
        Type::set(T::ty())
    }

    fn from_value(value: &Value) -> Result<Self, ModelError> {
        let elements = elements_of(value, &Self::ty())?;
        elements.iter().map(T::from_value).collect()
    }

    fn to_value(&self) -> Value {
        Value::set(T::ty(), self.iter().map(T::to_value).collect())
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn ty() -> Type {
        Type::map(T::ty())
    }

    fn from_value(value: &Value) -> Result<Self, ModelError> {
        if value.is_null() || !value.is_known() {
            return Ok(Self::new());
        }
        let elements = value.mapping().ok_or_else(|| ModelError::wanted(&Self::ty()))?;
        elements.iter().map(|(key, value)| Ok((key.to_string(), T::from_value(value)?))).collect()
    }

    fn to_value(&self) -> Value {
        Value::map(T::ty(), self.iter().map(|(key, value)| (Arc::from(key.as_str()), value.to_value())))
    }
}

/// A value of any type, for the few attributes that take one.
impl Field for Value {
    fn ty() -> Type {
        Type::Dynamic
    }

    fn from_value(value: &Value) -> Result<Self, ModelError> {
        Ok(value.clone())
    }

    fn to_value(&self) -> Value {
        self.clone()
    }
}

/// Returns the elements of a list, set or tuple; none for null and unknown.
fn elements_of<'a>(value: &'a Value, ty: &Type) -> Result<&'a [Value], ModelError> {
    if value.is_null() || !value.is_known() {
        return Ok(&[]);
    }
    value.elements().ok_or_else(|| ModelError::wanted(ty))
}

/// Reads blocks with list or set nesting.
pub fn blocks_from<T: BlockModel>(value: &Value) -> Result<Vec<T>, ModelError> {
    let elements = elements_of(value, &Type::list(Type::Dynamic))?;
    elements.iter().filter(|element| element.is_known()).map(T::from_value).collect()
}

/// Reads a block with single nesting, or the only one of a list or set.
pub fn block_from<T: BlockModel>(value: &Value) -> Result<Option<T>, ModelError> {
    if value.is_null() || !value.is_known() {
        return Ok(None);
    }
    match value.elements() {
        Some(elements) => elements.first().map(T::from_value).transpose(),
        None => T::from_value(value).map(Some),
    }
}

/// Returns one attribute of the object that a model is read from; null where it lacks.
pub fn attribute(value: &Value, name: &str) -> Value {
    value.get(name).map_or_else(|| Value::null(Type::Dynamic), |value| value.unmark().0)
}

/// Returns the `timeouts` block of a type whose operations have time limits.
pub fn timeouts_block(operations: &[&'static str]) -> NestedBlock {
    let attribute = |operation: &&'static str| {
        let mut attribute = Attribute::new(Type::String, Role::Optional);
        attribute.description = "Time limit of the operation, as `10m` or `1h30m`.";
        attribute.local = true;
        attribute.checks.push(Check::Format(Format::Duration));
        (*operation, attribute)
    };
    NestedBlock {
        block: Block {
            description: "Time limits of operations.",
            attributes: operations.iter().map(attribute).collect(),
            blocks: BTreeMap::new(),
        },
        nesting: Nesting::Single,
        min: 0,
        max: 1,
        replace: Replace::Never,
        computed: false,
        deprecated: None,
        relations: Vec::new(),
        unknown_on_update: &[],
    }
}

/// Returns the values that the older SDK gives fields left out of an object that may be written as a block: "", 0, false, empty.
pub fn element_defaults(block: &Block) -> Value {
    let optional = block.attributes.iter().filter(|(_, attribute)| attribute.role != Role::Required);
    Value::object(optional.map(|(name, attribute)| (*name, zero(&attribute.ty))))
}

/// Returns "", 0, false or the empty collection of a type.
pub fn zero(ty: &Type) -> Value {
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
