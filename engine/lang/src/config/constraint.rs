//! Type constraints: `list(object({ name = string, port = optional(number, 80) }))`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use wpinfra_core::convert::{ConversionError, convert};
use wpinfra_core::types::ObjectType;
use wpinfra_core::{Diagnostic, Diagnostics, Type, Value};

use crate::eval::evaluate;
use crate::expr::{Call, Expr, ExprKind, Expression};
use crate::suggest::did_you_mean;

/// A type constraint with the defaults of optional attributes.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// The type, with attributes that may be left out.
    pub ty: Type,
    defaults: Defaults,
}

/// Defaults at one level of a type.
#[derive(Clone, Debug, Default)]
struct Defaults {
    attributes: BTreeMap<Arc<str>, Value>,
    /// Defaults inside of attributes, and of the elements of collections under the empty name; of tuples under positions.
    inside: BTreeMap<Arc<str>, Self>,
}

impl Constraint {
    /// Returns the constraint that everything fulfils.
    pub fn any() -> Self {
        Self { ty: Type::Dynamic, defaults: Defaults::default() }
    }

    /// Returns the value with defaults filled in, converted to the type.
    pub fn apply(&self, value: &Value) -> Result<Value, ConversionError> {
        convert(&self.defaults.apply(value), &self.ty)
    }
}

impl Defaults {
    fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.inside.is_empty()
    }

    fn apply(&self, value: &Value) -> Value {
        if self.is_empty() || value.is_null() || !value.is_known() {
            return value.clone();
        }
        let marks = value.marks();
        let filled = match (value.mapping(), value.elements(), value.ty()) {
            (Some(mapping), _, Type::Map(_)) if self.attributes.is_empty() && self.inside.contains_key("") => {
                let inside = &self.inside[""];
                let elements = mapping.iter().map(|(key, element)| (Arc::clone(key), inside.apply(element)));
                // The elements may differ in type until they are converted.
                Value::object(elements)
            }
            (Some(mapping), _, _) => self.apply_to_object(mapping),
            (None, Some(elements), ty) => {
                let at = |index: usize| self.inside.get("").or_else(|| self.inside.get(index.to_string().as_str()));
                let elements = elements.iter().enumerate();
                let filled: Vec<Value> = elements
                    .map(|(index, element)| at(index).map_or_else(|| element.clone(), |inside| inside.apply(element)))
                    .collect();
                let same = filled.windows(2).all(|pair| pair[0].ty() == pair[1].ty());
                match (ty, filled.first()) {
                    (Type::Set(_), Some(first)) if same => Value::set(first.ty().clone(), filled),
                    (Type::Tuple(_) | Type::List(_) | Type::Set(_), Some(_)) => Value::tuple(filled),
                    _ => value.clone(),
                }
            }
            (None, None, _) => value.clone(),
        };
        filled.with_marks(marks)
    }

    fn apply_to_object(&self, mapping: &BTreeMap<Arc<str>, Value>) -> Value {
        let mut attributes = mapping.clone();
        for (name, default) in &self.attributes {
            if attributes.get(name).is_none_or(Value::is_null) {
                attributes.insert(Arc::clone(name), default.clone());
            }
        }
        for (name, inside) in &self.inside {
            if name.is_empty() {
                for (key, value) in &mut attributes {
                    if !self.attributes.contains_key(key) {
                        *value = inside.apply(value);
                    }
                }
            } else if let Some(value) = attributes.get_mut(name) {
                *value = inside.apply(value);
            }
        }
        Value::object(attributes)
    }
}

/// Reads a type constraint; `any` if there are errors.
pub fn parse_constraint(expression: &Expression, diagnostics: &mut Diagnostics) -> Constraint {
    // In JSON there is nothing but strings to write types in.
    let is_json = super::load::is_json(&expression.source.file);
    let expression = &if is_json { expression.unquoted() } else { expression.clone() };
    let mut reader = Reader { expression, diagnostics };
    let mut defaults = Defaults::default();
    let ty = reader.read(&expression.expr, &mut defaults);
    Constraint { ty, defaults }
}

struct Reader<'a> {
    expression: &'a Expression,
    diagnostics: &'a mut Diagnostics,
}

const KEYWORDS: [&str; 11] =
    ["string", "number", "bool", "any", "list", "set", "map", "object", "tuple", "optional", "list(any)"];

impl Reader<'_> {
    fn error(&mut self, expr: &Expr, detail: impl Into<String>, help: Option<String>) -> Type {
        self.diagnostics.push(
            Diagnostic::error("Invalid type specification", detail)
                .at(self.expression.source.range(expr.span))
                .help(help),
        );
        Type::Dynamic
    }

    fn read(&mut self, expr: &Expr, defaults: &mut Defaults) -> Type {
        if let Some(word) = expr.keyword() {
            return self.keyword(expr, word);
        }
        if let Some(word) = expr.keyword() {
            return self.keyword(expr, word);
        }
        if let Some(text) = expr.literal_text() {
            let help = format!("write {text} without quotes");
            return self.error(expr, "Types stand without quotes.", Some(help));
        }
        if let ExprKind::Call(call) = &expr.kind {
            return self.constructor(expr, call, defaults);
        }
        self.error(expr, "A type is a keyword such as string or a constructor such as list(string).", None)
    }

    fn keyword(&mut self, expr: &Expr, word: &str) -> Type {
        match word {
            "string" => Type::String,
            "number" => Type::Number,
            "bool" => Type::Bool,
            "any" => Type::Dynamic,
            "list" => Type::list(Type::Dynamic),
            "map" => Type::map(Type::Dynamic),
            "set" | "object" | "tuple" => {
                self.error(expr, format!("The type {word:?} needs arguments in parentheses."), None)
            }
            other => self.error(expr, format!("There is no type {other:?}."), did_you_mean(other, KEYWORDS)),
        }
    }

    fn constructor(&mut self, expr: &Expr, call: &Call, defaults: &mut Defaults) -> Type {
        let [argument] = call.arguments.as_slice() else {
            return self.error(expr, format!("The type constructor {:?} takes one argument.", call.name), None);
        };
        let mut inside = Defaults::default();
        let ty = match &*call.name {
            "list" => Type::list(self.read(argument, &mut inside)),
            "set" => Type::set(self.read(argument, &mut inside)),
            "map" => Type::map(self.read(argument, &mut inside)),
            "object" => return self.object(argument, defaults),
            "tuple" => return self.tuple(argument, defaults),
            "optional" => {
                return self.error(expr, "\"optional\" can stand only before the type of an object's attribute.", None);
            }
            "string" | "number" | "bool" | "any" => {
                let detail = format!("The type {:?} takes no arguments.", call.name);
                return self.error(expr, detail, None);
            }
            other => {
                let help = did_you_mean(other, KEYWORDS);
                return self.error(expr, format!("There is no type constructor {other:?}."), help);
            }
        };
        if !inside.is_empty() {
            defaults.inside.insert("".into(), inside);
        }
        ty
    }

    fn tuple(&mut self, argument: &Expr, defaults: &mut Defaults) -> Type {
        let ExprKind::Tuple(elements) = &argument.kind else {
            return self.error(argument, "The argument of \"tuple\" is a list of types in brackets.", None);
        };
        let mut types = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            let mut inside = Defaults::default();
            types.push(self.read(element, &mut inside));
            if !inside.is_empty() {
                defaults.inside.insert(index.to_string().into(), inside);
            }
        }
        Type::tuple(types)
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of expressions are the same here")]
    fn object(&mut self, argument: &Expr, defaults: &mut Defaults) -> Type {
        let ExprKind::Object(items) = &argument.kind else {
            return self.error(argument, "The argument of \"object\" is a map of attribute types in braces.", None);
        };
        let (mut attributes, mut optional) = (BTreeMap::new(), BTreeSet::new());
        for (key, value) in items {
            let quoted = self.expression.source.text_of(key.span).starts_with('"');
            let Some(name) = key.literal_text().filter(|_| !quoted).map(Arc::<str>::from) else {
                self.error(key, "The names of attributes must be written as they are.", None);
                continue;
            };
            let mut inside = Defaults::default();
            let ty = match &value.kind {
                ExprKind::Call(call) if &*call.name == "optional" => {
                    optional.insert(Arc::clone(&name));
                    self.optional(value, call, &name, defaults, &mut inside)
                }
                _ => self.read(value, &mut inside),
            };
            if !inside.is_empty() {
                defaults.inside.insert(Arc::clone(&name), inside);
            }
            attributes.insert(name, ty);
        }
        Type::Object(Arc::new(ObjectType { attributes, optional }))
    }

    fn optional(
        &mut self,
        expr: &Expr,
        call: &Call,
        name: &Arc<str>,
        defaults: &mut Defaults,
        inside: &mut Defaults,
    ) -> Type {
        let (ty_expr, default) = match call.arguments.as_slice() {
            [ty] => (ty, None),
            [ty, default] => (ty, Some(default)),
            _ => return self.error(expr, "\"optional\" takes a type and, if wanted, a default value.", None),
        };
        let ty = self.read(ty_expr, inside);
        if let Some(default) = default {
            let expression =
                Expression { source: Arc::clone(&self.expression.source), expr: Arc::new(default.clone()) };
            let value = self.diagnostics.absorb(evaluate(&expression, &crate::scope::NoScope));
            match convert(&inside.apply(&value), &ty) {
                Ok(value) => {
                    defaults.attributes.insert(Arc::clone(name), value);
                }
                Err(error) => {
                    self.error(default, format!("The default does not fit the type {ty}: {}.", error.message), None);
                }
            }
        }
        ty
    }
}
