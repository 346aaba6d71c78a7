//! The facts of `tests/facts`, and walks over them side by side with a schema.

use serde_json::{Map, Value as Json};
use wpinfra_core::schema::{Attribute, Block, NestedBlock, Nesting};
use wpinfra_core::{Type, Value};
use wpinfra_tests::repository;

/// One difference between a schema and the facts, or a check that does not do what the facts say.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// `aws_vpc`, or `data.aws_vpc`.
    pub(crate) of: String,
    /// Dotted path of the attribute or block; empty for the type as a whole.
    pub(crate) path: String,
    /// The key of the facts: `default`.
    pub(crate) key: String,
    /// What differs.
    pub(crate) text: String,
}

/// Reads a file of facts; `None` if there is none.
pub(crate) fn read(folder: &str, name: &str) -> Option<Json> {
    let path = repository().join(format!("tests/facts/{folder}/{name}.json"));
    let text = std::fs::read_to_string(path).ok()?;
    Some(serde_json::from_str(&text).unwrap_or_else(|problem| panic!("facts of {name}: {problem}")))
}

/// Returns the names of all files of facts in a folder.
pub(crate) fn names(folder: &str) -> Vec<String> {
    let below = format!("tests/facts/{folder}");
    let files = wpinfra_tests::tracked_files(&below);
    files.iter().map(|file| file.file_stem().expect("a file").to_string_lossy().into_owned()).collect()
}

/// Returns an object of the facts by key; an empty one where it lacks.
pub(crate) fn object<'a>(facts: &'a Json, key: &str) -> impl Iterator<Item = (&'a String, &'a Json)> {
    facts.get(key).and_then(Json::as_object).into_iter().flat_map(Map::iter)
}

/// Returns the texts of a list of the facts.
pub(crate) fn texts<'a>(facts: &'a Json, key: &str) -> Vec<&'a str> {
    facts.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect()
}

/// Tells whether a flag of the facts is set.
pub(crate) fn flag(facts: &Json, key: &str) -> bool {
    facts.get(key).and_then(Json::as_bool).unwrap_or(false)
}

/// What is around an attribute or block.
#[derive(Clone)]
pub(crate) struct Around<'a> {
    /// Names of the blocks around it.
    pub(crate) path: Vec<&'static str>,
    /// The blocks around it, outermost first.
    pub(crate) blocks: Vec<&'a NestedBlock>,
}

impl Around<'_> {
    /// Returns the dotted path of something in there.
    pub(crate) fn dotted(&self, name: &str) -> String {
        self.path.iter().copied().chain([name]).collect::<Vec<_>>().join(".")
    }

    /// Tells whether a set of blocks is around it.
    pub(crate) fn in_set(&self) -> bool {
        self.blocks.iter().any(|block| block.nesting == Nesting::Set)
    }
}

/// Calls `attribute` and `block` for everything that both schema and facts have.
pub(crate) fn walk<'a>(
    block: &'a Block,
    facts: &Json,
    around: &Around<'a>,
    on_attribute: &mut impl FnMut(&Around<'a>, &'static str, &'a Attribute, &Json),
    on_block: &mut impl FnMut(&Around<'a>, &'static str, &'a NestedBlock, &Json),
) {
    for (name, attribute) in &block.attributes {
        if let Some(facts) = facts["attributes"].get(*name) {
            on_attribute(around, name, attribute, facts);
        }
    }
    for (name, nested) in &block.blocks {
        let Some(facts) = facts["blocks"].get(*name) else { continue };
        on_block(around, name, nested, facts);
        let mut inside = around.clone();
        inside.path.push(name);
        inside.blocks.push(nested);
        walk(&nested.block, facts, &inside, on_attribute, on_block);
    }
}

/// Returns a configuration in which only one argument is set, and the blocks around it stand once.
pub(crate) fn with_argument(block: &Block, around: &[&'static str], name: &str, value: Value) -> Value {
    let empty = block.empty_value();
    let Some((first, rest)) = around.split_first() else { return empty.with_attribute(name, value) };
    let nested = &block.blocks[first];
    let element = with_argument(&nested.block, rest, name, value);
    let object = nested.block.implied_type();
    let standing = match nested.nesting {
        Nesting::Single => element,
        Nesting::List => Value::list(object, vec![element]),
        Nesting::Set => Value::set(object, vec![element]),
        Nesting::Map => Value::map(object, [("key", element)]),
    };
    empty.with_attribute(first, standing)
}

/// Returns JSON as a configured value of a block: what it leaves out is not set.
pub(crate) fn configured(block: &Block, json: &Json) -> Value {
    let mut value = block.empty_value();
    for (name, attribute) in &block.attributes {
        if let Some(given) = json.get(*name) {
            value = value.with_attribute(name, typed(given, &attribute.ty));
        }
    }
    for (name, nested) in &block.blocks {
        let Some(given) = json.get(*name) else { continue };
        let elements: Vec<&Json> = match given {
            Json::Array(elements) => elements.iter().collect(),
            Json::Null => Vec::new(),
            Json::Object(_) | Json::Bool(_) | Json::Number(_) | Json::String(_) => vec![given],
        };
        let mut elements: Vec<Value> = elements.into_iter().map(|element| configured(&nested.block, element)).collect();
        let object = nested.block.implied_type();
        let standing = match nested.nesting {
            Nesting::Single => elements.pop().unwrap_or_else(|| Value::null(object)),
            Nesting::List => Value::list(object, elements),
            Nesting::Set => Value::set(object, elements),
            Nesting::Map => continue,
        };
        value = value.with_attribute(name, standing);
    }
    value
}

/// Returns JSON as a value of a type; members that an object lacks are null.
pub(crate) fn typed(json: &Json, ty: &Type) -> Value {
    match (json, ty) {
        (Json::Array(elements), Type::List(element)) => {
            Value::list((**element).clone(), elements.iter().map(|json| typed(json, element)).collect())
        }
        (Json::Array(elements), Type::Set(element)) => {
            Value::set((**element).clone(), elements.iter().map(|json| typed(json, element)).collect())
        }
        (Json::Object(given), Type::Object(_)) => {
            let empty = wpinfra_core::json::to_json(&Value::unknown(ty.clone()));
            assert!(empty.is_null(), "an unknown object is null as JSON");
            let Json::Object(known) = wpinfra_core::json::type_to_json(ty)[1].clone() else {
                return Value::null(ty.clone());
            };
            Value::object(known.keys().map(|name| {
                let part = ty.attribute(name).expect("it is an attribute of the type");
                (name.as_str(), given.get(name).map_or_else(|| Value::null(part.clone()), |json| typed(json, part)))
            }))
        }
        _ => wpinfra_core::json::from_json(json, ty).unwrap_or_else(|problem| panic!("{json} as {ty}: {problem:?}")),
    }
}
