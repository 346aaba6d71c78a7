//! Reading of state files.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value as Json};
use wpinfra_core::registry::Registry;
use wpinfra_core::state::{ObjectState, ObjectStatus, OutputState, ResourceState, State};
use wpinfra_core::{
    Class, ConfigAddress, Diagnostic, InstanceKey, Mode, ModuleInstance, Number, Path, PathStep, ProviderAddress,
    ResourceAddress, SourcePosition, SourceRange, Type, Value, json,
};

use super::{FORMAT_VERSION, StateFile};

/// Reads a state file; `file` is what messages call it. An empty text is an empty state.
///
/// # Errors
///
/// Says what is wrong with the file, where, why that may be, and what to do.
pub fn parse(text: &str, file: &str) -> Result<StateFile, Box<Diagnostic>> {
    if text.trim().is_empty() {
        return Ok(StateFile::default());
    }
    let json: Json = serde_json::from_str(text).map_err(|error| Box::new(not_json(text, file, &error)))?;
    let Json::Object(top) = json else {
        return Err(Box::new(unreadable(file, "it is not a JSON object")));
    };
    check_version(&top, file)?;
    read_top(top).map_err(|wrong| Box::new(unreadable(file, &wrong.to_string())))
}

/// Reads one object as it stands in `instances`.
///
/// # Errors
///
/// Returns the place and what should stand there.
pub fn parse_object(json: &Json) -> Result<ObjectState, String> {
    let fields = json.as_object().ok_or_else(|| "an object should stand here".to_owned())?;
    read_object(&mut fields.clone(), &Place::new("")).map_err(|wrong| wrong.to_string())
}

/// Reads root outputs as they stand in the file.
///
/// # Errors
///
/// Returns the place and what should stand there.
pub fn parse_outputs(json: &Json) -> Result<BTreeMap<String, OutputState>, String> {
    let outputs = json.as_object().ok_or_else(|| "outputs should be an object".to_owned())?;
    read_outputs(outputs.clone()).map_err(|wrong| wrong.to_string())
}

const REMEDY: &str = "Put back a copy: the state before the last change is kept beside it with the ending \".backup\". \
                      Without a copy, the resources have to be imported again.";

fn not_json(text: &str, file: &str, error: &serde_json::Error) -> Diagnostic {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
    let at = SourcePosition { line, column, byte: (start + column - 1).min(text.len()) };
    let range = SourceRange { file: file.into(), start: at, end: at };
    let (summary, cause) = if error.is_eof() {
        ("State file is cut off", "ends in the middle: a write of it was interrupted, or the copy of it is incomplete")
    } else {
        ("State file is damaged", "is not JSON: something other than wpinfra or Terraform has changed it")
    };
    let detail = format!("The state file \"{file}\", line {line}, {cause}. Nothing was changed. {REMEDY}");
    Diagnostic::error(summary, detail).class(Class::Environment).at(range)
}

fn unreadable(file: &str, what: &str) -> Diagnostic {
    let detail = format!(
        "The state file \"{file}\" is not what wpinfra or Terraform write: {what}. Nothing was changed. {REMEDY}"
    );
    Diagnostic::error("State file is damaged", detail).class(Class::Environment)
}

fn check_version(top: &Map<String, Json>, file: &str) -> Result<(), Box<Diagnostic>> {
    let Some(version) = top.get("version").and_then(Json::as_u64) else {
        return Err(Box::new(unreadable(file, "it has no format version, a number in the field \"version\"")));
    };
    let writer = top.get("terraform_version").and_then(Json::as_str).unwrap_or("unknown");
    let (summary, remedy) = match version.cmp(&FORMAT_VERSION) {
        Ordering::Equal => return Ok(()),
        Ordering::Greater => {
            ("State file has a newer format", "Use a newer wpinfra, or the program that wrote the file.")
        }
        Ordering::Less => (
            "State file has an old format",
            "Run \"terraform apply -refresh-only\" with Terraform 1.x once: it rewrites the file.",
        ),
    };
    let detail = format!(
        "The state file \"{file}\" has format version {version} (written by version {writer}); this wpinfra reads version \
         {FORMAT_VERSION}. {remedy}"
    );
    Err(Box::new(Diagnostic::error(summary, detail)))
}

/// A place in the file: `resources[3].instances[0]`.
#[derive(Clone)]
struct Place(String);

impl Place {
    fn new(name: &str) -> Self {
        Self(name.to_owned())
    }

    fn field(&self, name: &str) -> Self {
        if self.0.is_empty() { Self::new(name) } else { Self(format!("{}.{name}", self.0)) }
    }

    fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }
}

/// Something else than expected stands at a place.
#[derive(Debug, thiserror::Error)]
#[error("{place} should be {wanted}")]
struct Wrong {
    place: String,
    wanted: String,
}

impl Wrong {
    fn new(place: &Place, wanted: impl Into<String>) -> Self {
        Self { place: place.0.clone(), wanted: wanted.into() }
    }
}

type Read<T> = Result<T, Wrong>;

/// Takes a field out of an object; null counts as missing.
fn take(fields: &mut Map<String, Json>, name: &str) -> Option<Json> {
    fields.remove(name).filter(|value| !value.is_null())
}

fn take_text(fields: &mut Map<String, Json>, name: &str, place: &Place) -> Read<Option<String>> {
    match take(fields, name) {
        None => Ok(None),
        Some(Json::String(text)) => Ok(Some(text)),
        Some(_) => Err(Wrong::new(&place.field(name), "a text")),
    }
}

fn take_required_text(fields: &mut Map<String, Json>, name: &str, place: &Place) -> Read<String> {
    take_text(fields, name, place)?.ok_or_else(|| Wrong::new(&place.field(name), "a text"))
}

fn take_number(fields: &mut Map<String, Json>, name: &str, place: &Place) -> Read<u64> {
    match take(fields, name) {
        None => Ok(0),
        Some(value) => value.as_u64().ok_or_else(|| Wrong::new(&place.field(name), "a whole number")),
    }
}

fn take_bool(fields: &mut Map<String, Json>, name: &str, place: &Place) -> Read<bool> {
    match take(fields, name) {
        None => Ok(false),
        Some(Json::Bool(value)) => Ok(value),
        Some(_) => Err(Wrong::new(&place.field(name), "true or false")),
    }
}

fn take_list(fields: &mut Map<String, Json>, name: &str, place: &Place) -> Read<Vec<Json>> {
    match take(fields, name) {
        None => Ok(Vec::new()),
        Some(Json::Array(items)) => Ok(items),
        Some(_) => Err(Wrong::new(&place.field(name), "a list")),
    }
}

fn take_map(fields: &mut Map<String, Json>, name: &str, place: &Place) -> Read<Map<String, Json>> {
    match take(fields, name) {
        None => Ok(Map::new()),
        Some(Json::Object(items)) => Ok(items),
        Some(_) => Err(Wrong::new(&place.field(name), "an object")),
    }
}

fn object(json: Json, place: &Place) -> Read<Map<String, Json>> {
    match json {
        Json::Object(fields) => Ok(fields),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
            Err(Wrong::new(place, "an object"))
        }
    }
}

fn read_top(mut top: Map<String, Json>) -> Read<StateFile> {
    let place = Place::new("");
    let mut file = StateFile::default();
    top.remove("version");
    top.remove("terraform_version");
    file.state.serial = take_number(&mut top, "serial", &place)?;
    file.state.lineage = take_text(&mut top, "lineage", &place)?.unwrap_or_default();
    file.state.outputs = read_outputs(take_map(&mut top, "outputs", &place)?)?;
    file.state.check_results = take(&mut top, "check_results");
    for (index, resource) in take_list(&mut top, "resources", &place)?.into_iter().enumerate() {
        read_resource(resource, &place.field("resources").index(index), &mut file)?;
    }
    file.extras.top = top;
    Ok(file)
}

fn read_outputs(outputs: Map<String, Json>) -> Read<BTreeMap<String, OutputState>> {
    let mut read = BTreeMap::new();
    for (name, output) in outputs {
        let place = Place::new("outputs").field(&name);
        let mut fields = object(output, &place)?;
        let value = fields.remove("value").unwrap_or(Json::Null);
        let ty = fields.get("type").map_or(Some(Type::Dynamic), json::type_from_json);
        let ty = ty.ok_or_else(|| Wrong::new(&place.field("type"), "a type"))?;
        // A type that is open somewhere is the type of a null there, never of a wrapped value.
        let value = if ty == Type::Dynamic { Ok(json::implied(&value)) } else { json::from_json(&value, &ty) };
        let value =
            value.map_err(|error| Wrong::new(&place.field("value"), format!("of the type beside it ({error})")))?;
        read.insert(name, OutputState { value, sensitive: take_bool(&mut fields, "sensitive", &place)? });
    }
    Ok(read)
}

fn read_resource(json: Json, place: &Place, file: &mut StateFile) -> Read<()> {
    let mut fields = object(json, place)?;
    let address = read_address(&mut fields, place)?;
    let provider = read_provider(&take_required_text(&mut fields, "provider", place)?)
        .ok_or_else(|| Wrong::new(&place.field("provider"), "a provider address"))?;
    // Terraform 0.12 and 0.13 said here whether the block had `count` or `for_each`; the keys tell that too.
    fields.remove("each");
    let instances = take_list(&mut fields, "instances", place)?;
    let State { resources, .. } = &mut file.state;
    if resources.contains_key(&address) {
        return Err(Wrong::new(place, format!("another resource than {address}, which stands in the file already")));
    }
    resources.insert(address.clone(), ResourceState { provider, instances: BTreeMap::new() });
    for (index, instance) in instances.into_iter().enumerate() {
        read_instance(instance, &place.field("instances").index(index), &address, file)?;
    }
    if !fields.is_empty() {
        file.extras.resources.insert(address, fields);
    }
    Ok(())
}

fn read_address(fields: &mut Map<String, Json>, place: &Place) -> Read<ResourceAddress> {
    let module: ModuleInstance = match take_text(fields, "module", place)? {
        None => ModuleInstance::default(),
        Some(text) => text.parse().map_err(|_| Wrong::new(&place.field("module"), "the address of a module"))?,
    };
    let mode = match take_required_text(fields, "mode", place)?.as_str() {
        "managed" => Mode::Managed,
        "data" => Mode::Data,
        _ => return Err(Wrong::new(&place.field("mode"), "\"managed\" or \"data\"")),
    };
    let resource_type = take_required_text(fields, "type", place)?.into();
    let name = take_required_text(fields, "name", place)?.into();
    Ok(ResourceAddress { module, mode, resource_type, name })
}

/// Reads a provider's address, also as Terraform 0.12 wrote it: `provider.aws.west`.
fn read_provider(text: &str) -> Option<ProviderAddress> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    let (module, rest) = match text.rsplit_once(".provider.") {
        Some((module, rest)) => (module.parse::<ModuleInstance>().ok()?, rest),
        None => (ModuleInstance::default(), text.strip_prefix("provider.")?),
    };
    let mut names = rest.splitn(2, '.');
    let source = Registry::full_source(names.next().filter(|name| !name.is_empty())?).into();
    let module = module.0.into_iter().map(|(name, _)| name).collect();
    Some(ProviderAddress { module, source, alias: names.next().map(Arc::from) })
}

fn read_instance(json: Json, place: &Place, resource: &ResourceAddress, file: &mut StateFile) -> Read<()> {
    let mut fields = object(json, place)?;
    let key = match take(&mut fields, "index_key") {
        None => None,
        Some(Json::String(name)) => Some(InstanceKey::Name(name.into())),
        Some(other) => {
            let index =
                other.as_u64().ok_or_else(|| Wrong::new(&place.field("index_key"), "a whole number or a text"))?;
            Some(InstanceKey::Index(index))
        }
    };
    let deposed = take_text(&mut fields, "deposed", place)?.filter(|key| !key.is_empty());
    let read = read_object(&mut fields, place)?;
    let address = resource.instance(key.clone());
    let resources = file.state.resources.get_mut(resource).expect("the resource was added before its instances");
    let instance = resources.instances.entry(key).or_default();
    let before = match &deposed {
        None => instance.current.replace(read),
        Some(key) => instance.deposed.insert(key.clone(), read),
    };
    if before.is_some() {
        return Err(Wrong::new(place, format!("another object than {address}, which stands in the file already")));
    }
    if !fields.is_empty() {
        file.extras.objects.insert((address, deposed), fields);
    }
    Ok(())
}

/// Takes the fields of an object and leaves those that are not known.
fn read_object(fields: &mut Map<String, Json>, place: &Place) -> Read<ObjectState> {
    let status = match take_text(fields, "status", place)?.as_deref() {
        None | Some("") => ObjectStatus::Ready,
        Some("tainted") => ObjectStatus::Tainted,
        Some(_) => return Err(Wrong::new(&place.field("status"), "\"tainted\" or missing")),
    };
    if fields.contains_key("attributes_flat") {
        return Err(Wrong::new(
            &place.field("attributes_flat"),
            "\"attributes\": Terraform 0.11 has written it. Run \"terraform apply -refresh-only\" with Terraform 1.x once, which rewrites it",
        ));
    }
    Ok(ObjectState {
        status,
        schema_version: take_number(fields, "schema_version", place)?,
        attributes: take_map(fields, "attributes", place)?,
        sensitive_paths: read_paths(
            take_list(fields, "sensitive_attributes", place)?,
            &place.field("sensitive_attributes"),
        )?,
        private: take_text(fields, "private", place)?,
        dependencies: read_dependencies(fields, place)?,
        create_before_destroy: take_bool(fields, "create_before_destroy", place)?,
        identity: take(fields, "identity"),
    })
}

fn read_dependencies(fields: &mut Map<String, Json>, place: &Place) -> Read<BTreeSet<ConfigAddress>> {
    let mut read = BTreeSet::new();
    // `depends_on` is how Terraform 0.12 called it.
    for name in ["depends_on", "dependencies"] {
        for (index, item) in take_list(fields, name, place)?.iter().enumerate() {
            let address: Option<ResourceAddress> = item.as_str().and_then(|text| text.parse().ok());
            let address =
                address.ok_or_else(|| Wrong::new(&place.field(name).index(index), "the address of a resource"))?;
            read.insert(address.config());
        }
    }
    Ok(read)
}

fn read_paths(paths: Vec<Json>, place: &Place) -> Read<Vec<Path>> {
    let read_one = |(index, path): (usize, Json)| {
        let place = place.index(index);
        let Json::Array(steps) = path else { return Err(Wrong::new(&place, "a list of steps")) };
        let steps = steps.iter().enumerate();
        let steps = steps.map(|(index, step)| {
            read_step(step).ok_or_else(|| Wrong::new(&place.index(index), "a step with type and value"))
        });
        steps.collect::<Read<Vec<PathStep>>>().map(Path)
    };
    paths.into_iter().enumerate().map(read_one).collect()
}

fn read_step(step: &Json) -> Option<PathStep> {
    let value = step.get("value")?;
    match step.get("type")?.as_str()? {
        "get_attr" => Some(PathStep::Attribute(value.as_str()?.into())),
        "index" => {
            let key = value.get("value")?;
            match value.get("type")?.as_str()? {
                "string" => Some(PathStep::Index(Value::string(key.as_str()?))),
                "number" => {
                    let digits = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
                    Some(PathStep::Index(Value::number(Number::parse(&digits).ok()?)))
                }
                _ => None,
            }
        }
        _ => None,
    }
}
