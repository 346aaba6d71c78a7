//! Schemas and signatures for machines, with Terraform's field names: `providers schema -json`, `metadata functions -json`.

use serde_json::{Map, Value as Json, json};
use wpinfra_core::json::type_to_json;
use wpinfra_core::provider::Provider;
use wpinfra_core::registry::Registry;
use wpinfra_core::schema::{Attribute, Block, NestedBlock, Nesting, Role, Schema};
use wpinfra_core::{Mode, Type};
use wpinfra_lang::functions::{self, Parameter, Signature};

/// Version of the form of the schemas.
const FORMAT_VERSION: &str = "1.0";
/// What descriptions are: neither Markdown nor anything else to be rendered.
const PLAIN: &str = "plain";
/// The source of the provider that has no `provider` block.
const WITHOUT_BLOCK: &str = "terraform.io/builtin/terraform";

/// Returns the schemas of the providers with the source addresses; those that are not built in are left out.
pub(crate) fn schemas_to_json<'s>(registry: &Registry, sources: impl Iterator<Item = &'s str>) -> Json {
    let known = sources.filter_map(|source| Some((source.to_owned(), registry.provider(source)?)));
    let schemas: Map<String, Json> =
        known.map(|(source, provider)| (source, provider_to_json(registry, provider))).collect();
    let mut fields = Map::new();
    fields.insert("format_version".to_owned(), json!(FORMAT_VERSION));
    insert_some(&mut fields, "provider_schemas", schemas);
    Json::Object(fields)
}

fn provider_to_json(registry: &Registry, provider: &dyn Provider) -> Json {
    let source = provider.source();
    let all = |mode: Mode| -> Map<String, Json> {
        let schema = |name: &'static str| Some((name.to_owned(), schema_to_json(registry.schema(source, mode, name)?)));
        registry.names(source, mode).into_iter().filter_map(schema).collect()
    };
    let own = if source == WITHOUT_BLOCK { json!({ "version": 0 }) } else { schema_to_json(provider.schema()) };
    let mut fields = Map::new();
    fields.insert("provider".to_owned(), own);
    insert_some(&mut fields, "resource_schemas", all(Mode::Managed));
    insert_some(&mut fields, "data_source_schemas", all(Mode::Data));
    insert_some(&mut fields, "ephemeral_resource_schemas", all(Mode::Ephemeral));
    insert_some(&mut fields, "functions", functions_of(source));
    Json::Object(fields)
}

/// Returns the functions of a provider by their name alone.
fn functions_of(source: &str) -> Map<String, Json> {
    let prefix = format!("provider::{}::", source.rsplit('/').next().unwrap_or(source));
    let own =
        functions::names().iter().filter_map(|name| Some((name.strip_prefix(&prefix)?, functions::signature(name)?)));
    own.map(|(name, signature)| (name.to_owned(), function_to_json(signature))).collect()
}

fn schema_to_json(schema: &Schema) -> Json {
    let mut block = block_to_json(&schema.block);
    if let (Some(fields), false) = (block.as_object_mut(), schema.timeouts.is_empty()) {
        let blocks = fields.entry("block_types").or_insert_with(|| json!({}));
        blocks["timeouts"] = timeouts_to_json(schema);
    }
    json!({ "version": schema.version, "block": block })
}

/// Returns the block that limits operations in time; it stands apart from the schema's other blocks.
fn timeouts_to_json(schema: &Schema) -> Json {
    let limit = attribute_to_json(&Attribute::new(Type::String, Role::Optional));
    let limits: Map<String, Json> = schema.timeouts.keys().map(|name| ((*name).to_owned(), limit.clone())).collect();
    json!({ "nesting_mode": "single", "block": { "attributes": limits, "description_kind": PLAIN } })
}

fn block_to_json(block: &Block) -> Json {
    let mut fields = Map::new();
    let attributes =
        block.attributes.iter().map(|(name, attribute)| ((*name).to_owned(), attribute_to_json(attribute)));
    insert_some(&mut fields, "attributes", attributes.collect());
    let blocks = block.blocks.iter().map(|(name, nested)| ((*name).to_owned(), nested_to_json(nested)));
    insert_some(&mut fields, "block_types", blocks.collect());
    describe(&mut fields, block.description);
    Json::Object(fields)
}

fn attribute_to_json(attribute: &Attribute) -> Json {
    let mut fields = Map::new();
    fields.insert("type".to_owned(), type_to_json(&attribute.ty));
    describe(&mut fields, attribute.description);
    let computed = attribute.is_computed();
    for (name, holds) in [
        ("required", attribute.role == Role::Required),
        ("optional", matches!(attribute.role, Role::Optional | Role::OptionalComputed)),
        ("computed", computed),
        ("sensitive", attribute.sensitive),
        ("write_only", attribute.write_only),
        ("deprecated", attribute.deprecated.is_some()),
    ] {
        if holds {
            fields.insert(name.to_owned(), json!(true));
        }
    }
    Json::Object(fields)
}

fn nested_to_json(nested: &NestedBlock) -> Json {
    let mode = match nested.nesting {
        Nesting::Single => "single",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
    };
    let mut block = block_to_json(&nested.block);
    if nested.deprecated.is_some() {
        block["deprecated"] = json!(true);
    }
    let mut fields = Map::from_iter([("nesting_mode".to_owned(), json!(mode)), ("block".to_owned(), block)]);
    let limits = [("min_items", nested.min), ("max_items", nested.max)];
    // A single block is limited by its nature.
    for (name, limit) in limits.into_iter().filter(|(_, limit)| *limit > 0 && nested.nesting != Nesting::Single) {
        fields.insert(name.to_owned(), json!(limit));
    }
    Json::Object(fields)
}

/// Returns a function with what it takes and returns.
pub(crate) fn function_to_json(signature: &Signature) -> Json {
    let mut fields = Map::new();
    fields.insert("description".to_owned(), json!(signature.description));
    fields.insert("return_type".to_owned(), type_to_json(&signature.returns));
    if !signature.parameters.is_empty() {
        fields.insert("parameters".to_owned(), signature.parameters.iter().map(parameter_to_json).collect());
    }
    if let Some(variadic) = &signature.variadic {
        fields.insert("variadic_parameter".to_owned(), parameter_to_json(variadic));
    }
    Json::Object(fields)
}

fn parameter_to_json(parameter: &Parameter) -> Json {
    let mut fields =
        Map::from_iter([("name".to_owned(), json!(parameter.name)), ("type".to_owned(), type_to_json(&parameter.ty))]);
    if parameter.nullable {
        fields.insert("is_nullable".to_owned(), json!(true));
    }
    Json::Object(fields)
}

fn describe(fields: &mut Map<String, Json>, description: &str) {
    if !description.is_empty() {
        fields.insert("description".to_owned(), json!(description));
    }
    fields.insert("description_kind".to_owned(), json!(PLAIN));
}

/// Adds a field unless it would be empty.
fn insert_some(fields: &mut Map<String, Json>, name: &str, members: Map<String, Json>) {
    if !members.is_empty() {
        fields.insert(name.to_owned(), Json::Object(members));
    }
}
