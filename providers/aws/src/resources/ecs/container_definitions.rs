//! Container definitions: JSON that compares by meaning.
//!
//! ECS fills in defaults and has its own opinion on order, so that what it answers is never what was written. Two texts mean the
//! same if they are equal once defaults, empty members and the order of what has none are taken out of them.

use serde_json::{Map, Number, Value as Json};
use wpinfra_core::Value;

/// Tells whether two texts may mean the same containers, in whatever network mode.
///
/// A port mapping that names no port of the host has one chosen in some modes, and the container's in others; both are allowed here.
pub(crate) fn equal(one: &Value, other: &Value) -> bool {
    let (Some(one), Some(other)) = (one.as_str(), other.as_str()) else { return false };
    [HostPorts::Chosen, HostPorts::OfContainer].into_iter().any(|ports| mean_the_same(one, other, ports))
}

/// Tells whether two texts mean the same containers in a network mode; `None` is what ECS takes where none is named.
pub(crate) fn equal_in(network_mode: Option<&str>, one: &str, other: &str) -> bool {
    let ports = match network_mode {
        Some("awsvpc" | "host") => HostPorts::OfContainer,
        _ => HostPorts::Chosen,
    };
    mean_the_same(one, other, ports)
}

/// Checks that the text is a list of objects whose members have the types that ECS knows them by.
pub(crate) fn check(value: &Value) -> Result<(), String> {
    let text = value.as_str().unwrap_or_default();
    if text.is_empty() {
        return Ok(());
    }
    let containers: Json = serde_json::from_str(text).map_err(|error| format!("JSON ({error})"))?;
    let Json::Array(containers) = containers else {
        return Err("a JSON list of objects, one for each container".into());
    };
    for (position, container) in containers.iter().enumerate() {
        let Json::Object(members) = container else {
            return Err(format!("a JSON list of objects, and element {position} is none"));
        };
        check_members(members, &format!("[{position}]"))?;
    }
    Ok(())
}

/// Returns the list of containers as ECS takes it: with its own spelling of names, without null and without what it does not know.
pub(crate) fn for_request(text: &str) -> Result<Json, serde_json::Error> {
    serde_json::from_str(text).map(|containers| known_members(&containers))
}

/// Returns the text that the state holds for a list of containers that ECS has answered.
pub(crate) fn for_state(answered: &Json) -> String {
    let mut containers = known_members(answered);
    for container in containers.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
        remove_if(container, "cpu", is_zero);
        for member in ["environment", "secrets"] {
            if let Some(Json::Array(elements)) = container.get_mut(member) {
                elements.sort_by_key(name_of);
            }
        }
    }
    if let Json::Array(containers) = &mut containers {
        containers.sort_by_key(name_of);
    }
    containers.to_string()
}

/// What a port mapping without a port of the host means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HostPorts {
    /// The host chooses a free one.
    Chosen,
    /// It is the container's.
    OfContainer,
}

/// The type of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Integer,
    Flag,
    List,
    /// A list whose order means nothing.
    Unordered,
    Object,
    /// An object with any members, all of them texts.
    Map,
}

/// Members of container definitions and of the objects in them. No name has two types.
const MEMBERS: &[(&str, Kind)] = &[
    ("add", Kind::Unordered),
    ("appProtocol", Kind::Text),
    ("capabilities", Kind::Object),
    ("command", Kind::List),
    ("condition", Kind::Text),
    ("containerName", Kind::Text),
    ("containerPath", Kind::Text),
    ("containerPort", Kind::Integer),
    ("containerPortRange", Kind::Text),
    ("cpu", Kind::Integer),
    ("credentialSpecs", Kind::List),
    ("credentialsParameter", Kind::Text),
    ("dependsOn", Kind::Unordered),
    ("devices", Kind::Unordered),
    ("disableNetworking", Kind::Flag),
    ("dnsSearchDomains", Kind::List),
    ("dnsServers", Kind::List),
    ("dockerLabels", Kind::Map),
    ("dockerSecurityOptions", Kind::Unordered),
    ("drop", Kind::Unordered),
    ("enabled", Kind::Flag),
    ("entryPoint", Kind::List),
    ("environment", Kind::List),
    ("environmentFiles", Kind::List),
    ("essential", Kind::Flag),
    ("extraHosts", Kind::Unordered),
    ("firelensConfiguration", Kind::Object),
    ("hardLimit", Kind::Integer),
    ("healthCheck", Kind::Object),
    ("hostPath", Kind::Text),
    ("hostPort", Kind::Integer),
    ("hostname", Kind::Text),
    ("ignoredExitCodes", Kind::Unordered),
    ("image", Kind::Text),
    ("initProcessEnabled", Kind::Flag),
    ("interactive", Kind::Flag),
    ("interval", Kind::Integer),
    ("ipAddress", Kind::Text),
    ("links", Kind::Unordered),
    ("linuxParameters", Kind::Object),
    ("logConfiguration", Kind::Object),
    ("logDriver", Kind::Text),
    ("maxSwap", Kind::Integer),
    ("memory", Kind::Integer),
    ("memoryReservation", Kind::Integer),
    ("mountOptions", Kind::List),
    ("mountPoints", Kind::Unordered),
    ("name", Kind::Text),
    ("namespace", Kind::Text),
    ("options", Kind::Map),
    ("permissions", Kind::Unordered),
    ("portMappings", Kind::Unordered),
    ("privileged", Kind::Flag),
    ("protocol", Kind::Text),
    ("pseudoTerminal", Kind::Flag),
    ("readOnly", Kind::Flag),
    ("readonlyRootFilesystem", Kind::Flag),
    ("repositoryCredentials", Kind::Object),
    ("resourceRequirements", Kind::Unordered),
    ("restartAttemptPeriod", Kind::Integer),
    ("restartPolicy", Kind::Object),
    ("retries", Kind::Integer),
    ("secretOptions", Kind::Unordered),
    ("secrets", Kind::List),
    ("sharedMemorySize", Kind::Integer),
    ("size", Kind::Integer),
    ("softLimit", Kind::Integer),
    ("sourceContainer", Kind::Text),
    ("sourceVolume", Kind::Text),
    ("startPeriod", Kind::Integer),
    ("startTimeout", Kind::Integer),
    ("stopTimeout", Kind::Integer),
    ("swappiness", Kind::Integer),
    ("systemControls", Kind::Unordered),
    ("timeout", Kind::Integer),
    ("tmpfs", Kind::Unordered),
    ("type", Kind::Text),
    ("ulimits", Kind::Unordered),
    ("user", Kind::Text),
    ("value", Kind::Text),
    ("valueFrom", Kind::Text),
    ("versionConsistency", Kind::Text),
    ("volumesFrom", Kind::Unordered),
    ("workingDirectory", Kind::Text),
];

/// Finds a member by its name in any case of letters, as people write `Name` and `name`.
fn member(name: &str) -> Option<(&'static str, Kind)> {
    MEMBERS.iter().copied().find(|(known, _)| known.eq_ignore_ascii_case(name))
}

fn check_members(members: &Map<String, Json>, place: &str) -> Result<(), String> {
    for (name, value) in members {
        let Some((known, kind)) = member(name) else { continue };
        let fits = value.is_null()
            || match kind {
                Kind::Text => value.is_string(),
                Kind::Integer => value.as_i64().is_some(),
                Kind::Flag => value.is_boolean(),
                Kind::List | Kind::Unordered => value.is_array(),
                Kind::Object | Kind::Map => value.is_object(),
            };
        let place = format!("{place}.{known}");
        if !fits {
            return Err(format!("a list of container definitions, in which {place} is {}", described(kind)));
        }
        if kind == Kind::Map {
            continue;
        }
        let inner = value.as_array().into_iter().flatten().enumerate();
        let objects =
            inner.filter_map(|(position, element)| Some((format!("{place}[{position}]"), element.as_object()?)));
        for (place, members) in objects.chain(value.as_object().map(|members| (place.clone(), members))) {
            check_members(members, &place)?;
        }
    }
    Ok(())
}

fn described(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "a string",
        Kind::Integer => "a whole number",
        Kind::Flag => "true or false",
        Kind::List | Kind::Unordered => "a list",
        Kind::Object | Kind::Map => "an object",
    }
}

/// Returns the value with members in the spelling of ECS; null and unknown ones are left out.
fn known_members(value: &Json) -> Json {
    match value {
        Json::Array(elements) => Json::Array(elements.iter().map(known_members).collect()),
        Json::Object(members) => {
            let known = members.iter().filter(|(_, value)| !value.is_null()).filter_map(|(name, value)| {
                let (name, kind) = member(name)?;
                Some((name.to_owned(), if kind == Kind::Map { value.clone() } else { known_members(value) }))
            });
            Json::Object(known.collect())
        }
        Json::Number(number) => Json::Number(plain(number)),
        Json::Null | Json::Bool(_) | Json::String(_) => value.clone(),
    }
}

/// Returns a whole number without a fraction of nothing: 1 for 1.0.
fn plain(number: &Number) -> Number {
    let whole =
        number.as_f64().filter(|number| number.fract() == 0.0).and_then(|number| format!("{number:.0}").parse().ok());
    number.as_i64().or(whole).map_or_else(|| number.clone(), Number::from)
}

fn mean_the_same(one: &str, other: &str, ports: HostPorts) -> bool {
    match (meaning(one, ports), meaning(other, ports)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// Returns what is left of a text without defaults, empty members and order; `None` if it is not a list of objects.
fn meaning(text: &str, ports: HostPorts) -> Option<Vec<Json>> {
    let Json::Array(containers) = for_request(text).ok()? else { return None };
    let mut containers = containers
        .into_iter()
        .map(
            |container| {
                if let Json::Object(members) = container { Some(Json::Object(essence(members, ports))) } else { None }
            },
        )
        .collect::<Option<Vec<_>>>()?;
    containers.sort_by_key(name_of);
    Some(containers)
}

/// Takes out of a container what ECS would put there by itself.
fn essence(mut container: Map<String, Json>, ports: HostPorts) -> Map<String, Json> {
    remove_if(&mut container, "essential", |value| value == &Json::Bool(true));
    remove_if(&mut container, "cpu", is_zero);
    remove_if(&mut container, "versionConsistency", |value| value == "enabled");
    for mapping in objects_in(&mut container, "portMappings") {
        simplify_port_mapping(mapping, ports);
    }
    if let Some(Json::Object(check)) = container.get_mut("healthCheck") {
        for (name, default) in [("interval", 30), ("timeout", 5), ("retries", 3), ("startPeriod", 0)] {
            remove_if(check, name, |value| value.as_i64() == Some(default));
        }
    }
    if let Some(Json::Object(policy)) = container.get_mut("restartPolicy") {
        remove_if(policy, "restartAttemptPeriod", |value| value.as_i64() == Some(300));
    }
    // Of two values for one name the later one counts, so that their order among each other has to stay.
    for member in ["environment", "secrets"] {
        if let Some(Json::Array(elements)) = container.get_mut(member) {
            elements.sort_by_key(name_of);
        }
    }
    without_empty(container)
}

fn simplify_port_mapping(mapping: &mut Map<String, Json>, ports: HostPorts) {
    remove_if(mapping, "protocol", |value| value == "tcp");
    remove_if(mapping, "hostPort", is_zero);
    if ports == HostPorts::OfContainer && mapping.get("hostPort") == mapping.get("containerPort") {
        mapping.remove("hostPort");
    }
}

/// Takes out members that say no more than their absence does, and the order of what has none.
fn without_empty(members: Map<String, Json>) -> Map<String, Json> {
    let essences = members.into_iter().filter_map(|(name, value)| {
        let kind = member(&name).map(|(_, kind)| kind);
        let value = match value {
            Json::Object(inner) if kind == Some(Kind::Map) => Json::Object(inner),
            Json::Object(inner) => Json::Object(without_empty(inner)),
            Json::Array(elements) => Json::Array(elements_without_empty(elements, kind)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value,
        };
        // All flags but this one are off where nobody sets them.
        let is_default = name != "essential" && value == Json::Bool(false);
        let is_empty = value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(Vec::is_empty);
        (!is_default && !is_empty).then_some((name, value))
    });
    essences.collect()
}

fn elements_without_empty(elements: Vec<Json>, kind: Option<Kind>) -> Vec<Json> {
    let mut elements: Vec<Json> = elements
        .into_iter()
        .map(|element| if let Json::Object(members) = element { Json::Object(without_empty(members)) } else { element })
        .collect();
    if kind == Some(Kind::Unordered) {
        elements.sort_by_key(ToString::to_string);
    }
    elements
}

fn objects_in<'a>(members: &'a mut Map<String, Json>, name: &str) -> impl Iterator<Item = &'a mut Map<String, Json>> {
    members.get_mut(name).and_then(Json::as_array_mut).into_iter().flatten().filter_map(Json::as_object_mut)
}

fn remove_if(members: &mut Map<String, Json>, name: &str, is_default: impl Fn(&Json) -> bool) {
    if members.get(name).is_some_and(is_default) {
        members.remove(name);
    }
}

fn is_zero(value: &Json) -> bool {
    value.as_i64() == Some(0)
}

fn name_of(value: &Json) -> String {
    value.get("name").and_then(Json::as_str).unwrap_or_default().to_owned()
}

#[cfg(test)]
#[path = "container_definitions_tests.rs"]
mod tests;
