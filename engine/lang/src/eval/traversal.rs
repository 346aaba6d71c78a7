//! Steps from values to their parts.

use wpinfra_core::convert::convert;
use wpinfra_core::{Type, Value};

use super::{Evaluated, Evaluation};
use crate::expr::{Expr, Step, StepKind, Traversal};
use crate::print;
use crate::suggest::did_you_mean;
use crate::syntax::Span;

/// Why a value has no such part.
#[derive(Debug)]
pub struct NoPart {
    /// A fixed text.
    pub summary: &'static str,
    /// Sentences.
    pub detail: String,
    /// A suggestion.
    pub help: Option<String>,
}

impl NoPart {
    fn new(summary: &'static str, detail: impl Into<String>) -> Self {
        Self { summary, detail: detail.into(), help: None }
    }
}

impl Evaluation<'_> {
    pub(super) fn traversal(&mut self, expr: &Expr, traversal: &Traversal) -> Evaluated {
        let (value, used) = match self.variable(&traversal.root) {
            Some(value) => (value.clone(), 0),
            None => self.scope.resolve(traversal, self.source, &mut self.diagnostics)?,
        };
        self.steps(expr, value, traversal.steps.get(used..).unwrap_or_default())
    }

    pub(super) fn steps(&mut self, expr: &Expr, value: Value, steps: &[Step]) -> Evaluated {
        let mut current = value;
        for step in steps {
            let next = match &step.kind {
                StepKind::Attribute(name) => attribute_of(&current, name),
                StepKind::Index(key) => index_of(&current, key),
            };
            current = match next {
                Ok(next) => next,
                Err(problem) => {
                    return self.fail_at(expr, step.span, problem.summary, problem.detail, problem.help);
                }
            };
        }
        Ok(current)
    }

    pub(super) fn index(&mut self, expr: &Expr, value: &Value, key: &Value, key_span: Span) -> Evaluated {
        index_of(value, key)
            .or_else(|problem| self.fail_at(expr, key_span, problem.summary, problem.detail, problem.help))
    }
}

/// Returns `value.name`.
pub fn attribute_of(value: &Value, name: &str) -> Result<Value, NoPart> {
    if value.is_null() {
        return Err(NoPart::new(
            "Attempt to get attribute from null value",
            "This value is null, so it has no attributes.",
        ));
    }
    let marks = value.marks();
    let found = match value.ty() {
        Type::Dynamic => Some(Value::unknown(Type::Dynamic)),
        Type::Object(object) => match value.mapping() {
            Some(mapping) => mapping.get(name).cloned(),
            None => object.attributes.get(name).map(|ty| Value::unknown(ty.clone())),
        },
        Type::Map(element) => match value.mapping() {
            Some(mapping) => match mapping.get(name) {
                Some(found) => Some(found.clone()),
                None => return Err(missing_key(name, mapping.keys().map(|key| &**key))),
            },
            None => Some(Value::unknown((**element).clone())),
        },
        Type::List(element) | Type::Set(element) if matches!(**element, Type::Object(_)) => {
            let mut problem = NoPart::new(
                "Unsupported attribute",
                format!("This is {}, which has no attributes of its own.", print::kind(value.ty())),
            );
            problem.help = element.attribute(name).map(|_| {
                format!("write [*].{name} for the attribute of all elements, or [0].{name} for that of the first")
            });
            return Err(problem);
        }
        Type::Tuple(_) | Type::List(_) | Type::Set(_) | Type::Bool | Type::Number | Type::String => {
            let detail = format!("This is {}, which has no attributes.", print::kind(value.ty()));
            return Err(NoPart::new("Unsupported attribute", detail));
        }
    };
    found.map(|found| found.with_marks(marks)).ok_or_else(|| {
        let names: Vec<&str> = match value.ty() {
            Type::Object(object) => object.attributes.keys().map(|name| &**name).collect(),
            Type::Dynamic
            | Type::Bool
            | Type::Number
            | Type::String
            | Type::List(_)
            | Type::Set(_)
            | Type::Map(_)
            | Type::Tuple(_) => Vec::new(),
        };
        NoPart {
            summary: "Unsupported attribute",
            detail: format!("This object has no attribute named {name:?}."),
            help: did_you_mean(name, names),
        }
    })
}

/// Returns `value[key]`.
pub fn index_of(value: &Value, key: &Value) -> Result<Value, NoPart> {
    if value.is_null() {
        return Err(NoPart::new("Attempt to index null value", "This value is null, so it has no elements."));
    }
    if key.is_null() {
        return Err(NoPart::new("Invalid index", "The index must not be null."));
    }
    // Which attribute of an object is meant is no secret to Terraform, unlike which element of anything else.
    let marks = if matches!(value.ty(), Type::Object(_)) { value.marks() } else { value.marks() | key.marks() };
    let found = match value.ty() {
        Type::Dynamic => Value::unknown(Type::Dynamic),
        Type::List(element) => element_at(value, key, |_| (**element).clone())?,
        Type::Tuple(types) => {
            element_at(value, key, |at| at.and_then(|at| types.get(at)).cloned().unwrap_or(Type::Dynamic))?
        }
        Type::Map(_) | Type::Object(_) => keyed(value, key)?,
        Type::Set(_) => {
            let detail = "The elements of a set have no order and no keys. Turn it into a list first, with tolist or a \"for\" expression.";
            return Err(NoPart::new("Invalid index", detail));
        }
        Type::Bool | Type::Number | Type::String => {
            let detail = format!("This is {}, which has no elements.", print::kind(value.ty()));
            return Err(NoPart::new("Invalid index", detail));
        }
    };
    Ok(found.with_marks(marks))
}

fn element_at(value: &Value, key: &Value, ty: impl Fn(Option<usize>) -> Type) -> Result<Value, NoPart> {
    let Ok(number) = convert(key, &Type::Number) else {
        let detail = format!("The index of {} must be a number.", print::kind(value.ty()));
        return Err(NoPart::new("Invalid index", detail));
    };
    let Some(number) = number.as_number() else { return Ok(Value::unknown(ty(None))) };
    let Some(at) = number.to_i64().filter(|_| number.is_integer()) else {
        return Err(NoPart::new("Invalid index", "The index must be a whole number."));
    };
    let length = match (value.elements(), value.ty()) {
        (Some(elements), _) => elements.len(),
        (None, Type::Tuple(types)) => types.len(),
        _ => usize::MAX,
    };
    match usize::try_from(at) {
        Err(_) => Err(NoPart::new("Invalid index", "The index must not be negative.")),
        Ok(at) if at >= length => {
            let count = match length {
                0 => "is empty".to_owned(),
                1 => "has one element".to_owned(),
                more => format!("has {more} elements"),
            };
            let detail = format!("The index {at} is beyond the end: the {} {count}.", print::kind_word(value.ty()));
            Err(NoPart::new("Invalid index", detail))
        }
        Ok(at) => Ok(value.elements().map_or_else(|| Value::unknown(ty(Some(at))), |elements| elements[at].clone())),
    }
}

fn keyed(value: &Value, key: &Value) -> Result<Value, NoPart> {
    let Ok(text) = convert(key, &Type::String) else {
        return Err(NoPart::new("Invalid index", "The key must be a string."));
    };
    let Some(name) = text.as_str() else {
        return Ok(Value::unknown(value.ty().element().cloned().unwrap_or(Type::Dynamic)));
    };
    match (value.mapping(), value.ty()) {
        (Some(mapping), _) => {
            mapping.get(name).cloned().ok_or_else(|| missing_key(name, mapping.keys().map(|key| &**key)))
        }
        (None, Type::Object(object)) => object
            .attributes
            .get(name)
            .map(|ty| Value::unknown(ty.clone()))
            .ok_or_else(|| missing_key(name, object.attributes.keys().map(|key| &**key))),
        (None, ty) => Ok(Value::unknown(ty.element().cloned().unwrap_or(Type::Dynamic))),
    }
}

fn missing_key<'k>(name: &str, keys: impl IntoIterator<Item = &'k str>) -> NoPart {
    NoPart {
        summary: "Invalid index",
        detail: format!("There is no element with the key {name:?}."),
        help: did_you_mean(name, keys),
    }
}
