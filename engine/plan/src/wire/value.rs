//! Values and paths in saved plans.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use wpinfra_core::json::{type_from_json, type_to_json};
use wpinfra_core::refinement::Refinement;
use wpinfra_core::value::Content;
use wpinfra_core::{Marks, Number, Path, PathStep, Type, Value};

use super::{Read, WireError};

/// A value; types stand where the content does not tell them.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ValueWire {
    Null(Json),
    Unknown(Json, #[serde(default)] RefinementWire),
    Bool(bool),
    Number(String),
    String(String),
    List(Json, Vec<Self>),
    Set(Json, Vec<Self>),
    Map(Json, BTreeMap<String, Self>),
    Tuple(Vec<Self>),
    Object(BTreeMap<String, Self>),
    Marked(MarksWire, Box<Self>),
}

/// Marks of a value.
#[derive(Serialize, Deserialize)]
pub(super) struct MarksWire {
    #[serde(default, skip_serializing_if = "is_false")]
    sensitive: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    ephemeral: bool,
}

/// What is known of an unknown value.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct RefinementWire {
    #[serde(default, skip_serializing_if = "is_false")]
    not_null: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_length: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_length: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    min_number: Option<(String, bool)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_number: Option<(String, bool)>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference to the field")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A path as its steps: texts for attributes, values for indexes.
pub(super) type PathWire = Vec<StepWire>;

/// A step of a path.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StepWire {
    Attribute(String),
    Index(ValueWire),
}

pub(super) fn path_to(path: &Path) -> PathWire {
    let step = |step: &PathStep| match step {
        PathStep::Attribute(name) => StepWire::Attribute(name.to_string()),
        PathStep::Index(key) => StepWire::Index(ValueWire::of(key)),
    };
    path.0.iter().map(step).collect()
}

pub(super) fn path_from(path: PathWire) -> Read<Path> {
    let step = |step| match step {
        StepWire::Attribute(name) => Ok(PathStep::Attribute(name.into())),
        StepWire::Index(key) => key.value().map(PathStep::Index),
    };
    path.into_iter().map(step).collect::<Read<_>>().map(Path)
}

impl ValueWire {
    pub(super) fn of(value: &Value) -> Self {
        let marks = value.marks();
        if !marks.is_empty() {
            let wire =
                MarksWire { sensitive: marks.contains(Marks::SENSITIVE), ephemeral: marks.contains(Marks::EPHEMERAL) };
            return Self::Marked(wire, Box::new(Self::of(&value.clone().unmark().0)));
        }
        match value.content() {
            Content::Null => Self::Null(type_to_json(value.ty())),
            Content::Unknown(refinement) => {
                let refinement = refinement.as_deref().map(RefinementWire::of).unwrap_or_default();
                Self::Unknown(type_to_json(value.ty()), refinement)
            }
            Content::Bool(value) => Self::Bool(*value),
            Content::Number(number) => Self::Number(number.to_exact_text()),
            Content::String(text) => Self::String(text.to_string()),
            Content::Sequence(elements) => {
                let all = elements.iter().map(Self::of).collect();
                if let Type::List(element) = value.ty() {
                    Self::List(type_to_json(element), all)
                } else if let Type::Set(element) = value.ty() {
                    Self::Set(type_to_json(element), all)
                } else {
                    Self::Tuple(all)
                }
            }
            Content::Mapping(elements) => {
                let all = elements.iter().map(|(name, value)| (name.to_string(), Self::of(value))).collect();
                if let Type::Map(element) = value.ty() {
                    Self::Map(type_to_json(element), all)
                } else {
                    Self::Object(all)
                }
            }
        }
    }

    pub(super) fn value(self) -> Read<Value> {
        let all = |values: Vec<Self>| values.into_iter().map(Self::value).collect::<Read<Vec<Value>>>();
        let named = |values: BTreeMap<String, Self>| {
            let values = values.into_iter().map(|(name, value)| Ok((Arc::from(name), value.value()?)));
            values.collect::<Read<Vec<(Arc<str>, Value)>>>()
        };
        Ok(match self {
            Self::Null(ty) => Value::null(type_of(&ty)?),
            Self::Unknown(ty, refinement) => Value::refined(type_of(&ty)?, refinement.refinement()?),
            Self::Bool(value) => Value::bool(value),
            Self::Number(text) => Value::number(number(&text)?),
            Self::String(text) => Value::string(text),
            Self::List(element, values) => Value::list(type_of(&element)?, all(values)?),
            Self::Set(element, values) => Value::set(type_of(&element)?, all(values)?),
            Self::Map(element, values) => Value::map(type_of(&element)?, named(values)?),
            Self::Tuple(values) => Value::tuple(all(values)?),
            Self::Object(values) => Value::object(named(values)?),
            Self::Marked(marks, inner) => {
                let sensitive = if marks.sensitive { Marks::SENSITIVE } else { Marks::NONE };
                let ephemeral = if marks.ephemeral { Marks::EPHEMERAL } else { Marks::NONE };
                inner.value()?.with_marks(sensitive | ephemeral)
            }
        })
    }
}

fn type_of(json: &Json) -> Read<Type> {
    type_from_json(json).ok_or_else(|| WireError::new(format!("{json} is not a type")))
}

fn number(text: &str) -> Read<Number> {
    Number::parse(text).map_err(WireError::new)
}

impl RefinementWire {
    fn of(refinement: &Refinement) -> Self {
        let bound = |bound: &Option<(Number, bool)>| {
            bound.as_ref().map(|(number, inclusive)| (number.to_exact_text(), *inclusive))
        };
        Self {
            not_null: refinement.not_null,
            prefix: refinement.prefix.as_ref().map(ToString::to_string),
            min_length: refinement.min_length,
            max_length: refinement.max_length,
            min_number: bound(&refinement.min_number),
            max_number: bound(&refinement.max_number),
        }
    }

    fn refinement(self) -> Read<Refinement> {
        let bound =
            |bound: Option<(String, bool)>| bound.map(|(text, inclusive)| Ok((number(&text)?, inclusive))).transpose();
        Ok(Refinement {
            not_null: self.not_null,
            prefix: self.prefix.map(Into::into),
            min_length: self.min_length,
            max_length: self.max_length,
            min_number: bound(self.min_number)?,
            max_number: bound(self.max_number)?,
        })
    }
}
