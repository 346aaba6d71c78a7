//! Writing of state files: byte for byte what Terraform would write.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;

use serde::{Deserialize, Serialize};
use serde_json::ser::{Formatter, PrettyFormatter, Serializer};
use serde_json::{Map, Value as Json, json};
use wpinfra_core::json::{to_json, type_from_json, type_to_json};
use wpinfra_core::state::{ObjectState, ObjectStatus, OutputState, ResourceState};
use wpinfra_core::{InstanceKey, Mode, Path, PathStep, ResourceAddress};

use super::{Extras, FORMAT_VERSION, StateFile, TERRAFORM_VERSION};

/// Returns the text of a state file.
pub fn print(file: &StateFile) -> String {
    let StateFile { state, extras } = file;
    let mut resources: Vec<ResourceFields> = state
        .resources
        .iter()
        .filter(|(address, _)| address.mode != Mode::Ephemeral)
        .map(|(address, resource)| ResourceFields {
            module: (!address.module.is_root()).then(|| address.module.to_string()),
            mode: if address.mode == Mode::Data { "data" } else { "managed" },
            resource_type: &address.resource_type,
            name: &address.name,
            provider: resource.provider.to_string(),
            instances: instances(address, resource, extras),
            extras: extras.resources.get(address),
        })
        .collect();
    resources.sort_by(|a, b| {
        let key = |fields: &ResourceFields| {
            (fields.module.clone(), fields.mode, fields.resource_type.to_owned(), fields.name.to_owned())
        };
        key(a).cmp(&key(b))
    });
    let top = TopFields {
        version: FORMAT_VERSION,
        terraform_version: TERRAFORM_VERSION,
        serial: state.serial,
        lineage: &state.lineage,
        outputs: outputs(&state.outputs),
        resources,
        check_results: state.check_results.as_ref().map(ordered_checks),
        extras: &extras.top,
    };
    to_text(&top)
}

/// Returns one object as it stands in `instances`, without the fields that say which instance it is of.
pub fn object_to_json(object: &ObjectState) -> Json {
    serde_json::to_value(ObjectFields::of(object, None)).expect("an object has only text keys")
}

/// Returns root outputs as they stand in the file.
pub fn outputs_to_json(all: &BTreeMap<String, OutputState>) -> Json {
    serde_json::to_value(outputs(all)).expect("outputs have only text keys")
}

fn outputs(all: &BTreeMap<String, OutputState>) -> BTreeMap<&str, OutputFields> {
    let fields = |output: &OutputState| OutputFields {
        value: to_json(&output.value),
        ty: type_to_json(output.value.ty()),
        sensitive: output.sensitive,
    };
    all.iter().map(|(name, output)| (name.as_str(), fields(output))).collect()
}

fn instances<'a>(
    address: &ResourceAddress,
    resource: &'a ResourceState,
    extras: &'a Extras,
) -> Vec<InstanceFields<'a>> {
    let mut all = Vec::new();
    for (key, instance) in &resource.instances {
        let extras_of =
            |deposed: Option<&String>| extras.objects.get(&(address.instance(key.clone()), deposed.cloned()));
        if let Some(object) = &instance.current {
            all.push(InstanceFields::of(key.as_ref(), None, object, extras_of(None)));
        }
        for (deposed, object) in &instance.deposed {
            all.push(InstanceFields::of(key.as_ref(), Some(deposed), object, extras_of(Some(deposed))));
        }
    }
    all
}

#[derive(Serialize)]
struct TopFields<'a> {
    version: u64,
    terraform_version: &'a str,
    serial: u64,
    lineage: &'a str,
    outputs: BTreeMap<&'a str, OutputFields>,
    resources: Vec<ResourceFields<'a>>,
    check_results: Option<CheckResults<'a>>,
    #[serde(flatten)]
    extras: &'a Map<String, Json>,
}

/// Results of checks in the order of Terraform's fields, or as they were read if they are of an unknown form.
#[derive(Serialize)]
#[serde(untagged)]
enum CheckResults<'a> {
    Known(Vec<CheckFields<'a>>),
    Other(&'a Json),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CheckFields<'a> {
    object_kind: Cow<'a, str>,
    config_addr: Cow<'a, str>,
    status: Cow<'a, str>,
    objects: Option<Vec<CheckedObjectFields<'a>>>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CheckedObjectFields<'a> {
    object_addr: Cow<'a, str>,
    status: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    failure_messages: Vec<Cow<'a, str>>,
}

fn ordered_checks(recorded: &Json) -> CheckResults<'_> {
    Vec::<CheckFields<'_>>::deserialize(recorded).map_or(CheckResults::Other(recorded), CheckResults::Known)
}

#[derive(Serialize)]
struct OutputFields {
    value: Json,
    #[serde(rename = "type")]
    ty: Json,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    sensitive: bool,
}

#[derive(Serialize)]
struct ResourceFields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    module: Option<String>,
    mode: &'static str,
    #[serde(rename = "type")]
    resource_type: &'a str,
    name: &'a str,
    provider: String,
    instances: Vec<InstanceFields<'a>>,
    #[serde(flatten)]
    extras: Option<&'a Map<String, Json>>,
}

#[derive(Serialize)]
struct InstanceFields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    index_key: Option<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposed: Option<&'a str>,
    #[serde(flatten)]
    object: ObjectFields<'a>,
}

impl<'a> InstanceFields<'a> {
    fn of(
        key: Option<&InstanceKey>,
        deposed: Option<&'a String>,
        object: &'a ObjectState,
        extras: Option<&'a Map<String, Json>>,
    ) -> Self {
        let object = ObjectFields::of(object, extras);
        Self {
            index_key: key.map(|key| match key {
                InstanceKey::Index(index) => json!(index),
                InstanceKey::Name(name) => json!(&**name),
            }),
            status: object.status,
            deposed: deposed.map(String::as_str),
            object: ObjectFields { status: None, ..object },
        }
    }
}

#[derive(Serialize)]
struct ObjectFields<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    schema_version: u64,
    #[serde(serialize_with = "in_order")]
    attributes: &'a Map<String, Json>,
    #[serde(serialize_with = "all_in_order")]
    sensitive_attributes: Vec<Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity_schema_version: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identity: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dependencies: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    create_before_destroy: bool,
    #[serde(flatten)]
    extras: BTreeMap<&'a str, &'a Json>,
}

/// Field that stands in the middle of an object though this version does not know what it is for.
const IDENTITY_SCHEMA_VERSION: &str = "identity_schema_version";

impl<'a> ObjectFields<'a> {
    fn of(object: &'a ObjectState, extras: Option<&'a Map<String, Json>>) -> Self {
        let mut dependencies: Vec<String> = object.dependencies.iter().map(ToString::to_string).collect();
        dependencies.sort();
        let mut extras: BTreeMap<&str, &Json> =
            extras.into_iter().flatten().map(|(name, value)| (name.as_str(), value)).collect();
        Self {
            status: (object.status == ObjectStatus::Tainted).then_some("tainted"),
            schema_version: object.schema_version,
            attributes: &object.attributes,
            sensitive_attributes: object.sensitive_paths.iter().map(path_to_json).collect(),
            identity_schema_version: extras.remove(IDENTITY_SCHEMA_VERSION),
            identity: object.identity.as_ref(),
            private: object.private.as_deref(),
            dependencies,
            create_before_destroy: object.create_before_destroy,
            extras,
        }
    }
}

/// JSON whose wrapped values (`{"value": …, "type": …}`) are written in Terraform's order.
struct InOrder<'a>(&'a Json);

impl Serialize for InOrder<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Json::Array(items) => serializer.collect_seq(items.iter().map(InOrder)),
            Json::Object(fields) => {
                let wrapped = fields
                    .get("value")
                    .zip(fields.get("type"))
                    .filter(|(_, ty)| fields.len() == 2 && (type_from_json(ty).is_some()));
                match wrapped {
                    Some((value, ty)) => serializer.collect_map([("value", InOrder(value)), ("type", InOrder(ty))]),
                    None => serializer.collect_map(fields.iter().map(|(name, value)| (name, InOrder(value)))),
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => self.0.serialize(serializer),
        }
    }
}

fn in_order<S: serde::Serializer>(fields: &Map<String, Json>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(fields.iter().map(|(name, value)| (name, InOrder(value))))
}

fn all_in_order<S: serde::Serializer>(items: &[Json], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(items.iter().map(InOrder))
}

fn path_to_json(path: &Path) -> Json {
    let steps = path.0.iter().map(|step| match step {
        PathStep::Attribute(name) => json!({ "type": "get_attr", "value": &**name }),
        PathStep::Index(key) => {
            let ty = if key.as_number().is_some() { "number" } else { "string" };
            json!({ "type": "index", "value": { "value": to_json(key), "type": ty } })
        }
    });
    Json::Array(steps.collect())
}

fn to_text(value: &impl Serialize) -> String {
    let mut out = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut out, GoFormatter(PrettyFormatter::with_indent(b"  ")));
    value.serialize(&mut serializer).expect("a state has only text keys, and a vector takes every byte");
    out.push(b'\n');
    String::from_utf8(out).expect("JSON is UTF-8")
}

/// Writes JSON as Go's encoder does: it escapes what could end a script element in HTML.
struct GoFormatter(PrettyFormatter<'static>);

impl Formatter for GoFormatter {
    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut written = 0;
        for (at, character) in fragment.char_indices() {
            let escape: &[u8] = match character {
                '<' => b"\\u003c",
                '>' => b"\\u003e",
                '&' => b"\\u0026",
                '\u{2028}' => b"\\u2028",
                '\u{2029}' => b"\\u2029",
                _ => continue,
            };
            writer.write_all(&fragment.as_bytes()[written..at])?;
            writer.write_all(escape)?;
            written = at + character.len_utf8();
        }
        writer.write_all(&fragment.as_bytes()[written..])
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
