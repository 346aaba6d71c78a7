//! Every registered resource type and data source of AWS against what is known of it (`tests/facts`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use wpinfra_core::json::{to_json, type_to_json};
use wpinfra_core::provider::AnyResourceType;
use wpinfra_core::schema::{Attribute, Block, NestedBlock, Nesting, Relation, Replace, Role, Schema, TypeSystem};

use crate::exceptions::EXCEPTIONS;
use crate::facts::{self, Around, Finding, flag, names, object, texts, walk};

/// Collects what differs for one type.
pub(crate) struct Findings {
    of: String,
    found: Vec<Finding>,
}

impl Findings {
    pub(crate) fn of(name: impl Into<String>) -> Self {
        Self { of: name.into(), found: Vec::new() }
    }

    pub(crate) fn add(&mut self, path: impl Into<String>, key: &str, text: impl Into<String>) {
        self.found.push(Finding { of: self.of.clone(), path: path.into(), key: key.to_owned(), text: text.into() });
    }

    fn equal<T: PartialEq + std::fmt::Debug>(&mut self, path: &str, key: &str, ours: &T, facts: &T) {
        if ours != facts {
            self.add(path, key, format!("is {ours:?}, the facts say {facts:?}"));
        }
    }
}

/// Fails with what differs and is no exception, and with exceptions that nothing needs.
#[test]
fn schemas_agree_with_the_facts() {
    let found = all_findings();
    let excepted = |finding: &Finding| {
        EXCEPTIONS.iter().any(|(of, path, key, _)| *of == finding.of && *path == finding.path && *key == finding.key)
    };
    let unexpected: Vec<String> = found
        .iter()
        .filter(|finding| !excepted(finding))
        .map(|Finding { of, path, key, text }| format!("{of} {path} [{key}] {text}"))
        .collect();
    assert!(unexpected.is_empty(), "{} differences:\n{}", unexpected.len(), unexpected.join("\n"));
}

#[test]
fn no_exception_is_stale() {
    let found = all_findings();
    let stale: Vec<String> = EXCEPTIONS
        .iter()
        .filter(|(of, path, key, _)| !found.iter().any(|f| f.of == *of && f.path == *path && f.key == *key))
        .map(|(of, path, key, reason)| format!("{of} {path} [{key}] ({reason})"))
        .collect();
    assert!(stale.is_empty(), "these exceptions are needed no more:\n{}", stale.join("\n"));
    assert!(EXCEPTIONS.iter().all(|(.., reason)| reason.ends_with('.')), "every exception says why, in a sentence");
}

#[test]
fn every_registered_type_has_facts_and_the_other_way_round() {
    let provider = wpinfra_aws::provider();
    let registered: BTreeSet<String> = provider.resources().keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(registered, names("resources").into_iter().collect(), "resource types");
    let registered: BTreeSet<String> = provider.data_sources().keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(registered, names("data").into_iter().collect(), "data sources");
}

fn all_findings() -> Vec<Finding> {
    let provider = wpinfra_aws::provider();
    let mut found = Vec::new();
    for (name, resource) in provider.resources() {
        let Some(facts) = facts::read("resources", name) else { continue };
        let mut findings = Findings::of(*name);
        whole_type(resource.schema(), &facts, &mut findings);
        shape(&resource.schema().block, &facts, "", &mut findings);
        behaviour(&resource.schema().block, &facts, &mut findings);
        relations(&resource.schema().block, &facts, &mut findings);
        import(&**resource, &facts["import"], &mut findings);
        crate::schemas::acceptance(resource.schema(), &|config| resource.validate(config), &facts, &mut findings);
        found.append(&mut findings.found);
    }
    for (name, source) in provider.data_sources() {
        let Some(facts) = facts::read("data", name) else { continue };
        let mut findings = Findings::of(format!("data.{name}"));
        shape(&source.schema().block, &facts, "", &mut findings);
        relations(&source.schema().block, &facts, &mut findings);
        crate::schemas::acceptance(source.schema(), &|config| source.validate(config), &facts, &mut findings);
        found.append(&mut findings.found);
    }
    found
}

fn whole_type(schema: &Schema, facts: &Json, findings: &mut Findings) {
    findings.equal("", "schema_version", &Some(schema.version), &facts["schema_version"].as_u64());
    let legacy = schema.type_system == TypeSystem::Legacy;
    findings.equal("", "legacy_type_system", &Some(legacy), &facts["legacy_type_system"].as_bool());
    let limits: BTreeMap<String, Option<u64>> =
        object(facts, "default_timeouts_s").map(|(operation, limit)| (operation.clone(), limit.as_u64())).collect();
    let ours = schema.timeouts.iter().map(|(operation, limit)| ((*operation).to_owned(), Some(*limit))).collect();
    findings.equal("", "default_timeouts_s", &ours, &limits);
}

/// Names, types, roles, marks, nesting.
fn shape(block: &Block, facts: &Json, path: &str, findings: &mut Findings) {
    let at = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for (name, facts) in object(facts, "attributes") {
        match block.attributes.get(name.as_str()) {
            None => findings.add(at(name), "missing", format!("attribute {} is missing", facts["type"])),
            Some(attribute) => attribute_shape(attribute, facts, &at(name), findings),
        }
    }
    for (name, facts) in object(facts, "blocks") {
        match block.blocks.get(name.as_str()) {
            None => findings.add(at(name), "missing", "block is missing"),
            Some(nested) => {
                block_shape(nested, facts, &at(name), findings);
                shape(&nested.block, facts, &at(name), findings);
            }
        }
    }
    for name in block.attributes.keys().filter(|name| facts["attributes"].get(**name).is_none()) {
        findings.add(at(name), "surplus", "attribute is not in the facts");
    }
    for name in block.blocks.keys().filter(|name| facts["blocks"].get(**name).is_none()) {
        findings.add(at(name), "surplus", "block is not in the facts");
    }
}

fn attribute_shape(attribute: &Attribute, facts: &Json, path: &str, findings: &mut Findings) {
    findings.equal(path, "type", &type_to_json(&attribute.ty), &facts["type"]);
    let role = match (flag(facts, "required"), flag(facts, "optional"), flag(facts, "computed")) {
        (true, _, _) => Role::Required,
        (_, true, true) => Role::OptionalComputed,
        (_, true, false) => Role::Optional,
        (_, false, _) => Role::Computed,
    };
    findings.equal(path, "role", &attribute.role, &role);
    findings.equal(path, "sensitive", &attribute.sensitive, &flag(facts, "sensitive"));
    findings.equal(path, "write_only", &attribute.write_only, &flag(facts, "write_only"));
    findings.equal(path, "deprecated", &attribute.deprecated.is_some(), &flag(facts, "deprecated"));
}

fn block_shape(nested: &NestedBlock, facts: &Json, path: &str, findings: &mut Findings) {
    let nesting = match nested.nesting {
        Nesting::Single => "single",
        Nesting::List => "list",
        Nesting::Set => "set",
        Nesting::Map => "map",
    };
    findings.equal(path, "nesting", &nesting, &facts["nesting"].as_str().unwrap_or(""));
    let number = |key: &str| facts[key].as_u64().unwrap_or(0);
    findings.equal(path, "min", &(nested.min as u64), &number("min"));
    let single = nested.nesting == Nesting::Single && number("max") == 0;
    findings.equal(path, "max", &(nested.max as u64), &if single { nested.max as u64 } else { number("max") });
    findings.equal(path, "deprecated", &nested.deprecated.is_some(), &flag(facts, "deprecated"));
}

/// Defaults and what replaces.
fn behaviour(block: &Block, facts: &Json, findings: &mut Findings) {
    let findings = std::cell::RefCell::new(findings);
    walk(
        block,
        facts,
        &Around { path: Vec::new(), blocks: Vec::new() },
        &mut |around, name, attribute, facts| {
            attribute_behaviour(around, name, attribute, facts, &mut findings.borrow_mut());
        },
        &mut |around, name, nested, facts| {
            let path = around.dotted(name);
            if let Some(wanted) = facts["force_new"].as_bool() {
                let ours = !matches!(nested.replace, Replace::Never) || wanted && replaces_inside(&nested.block);
                findings.borrow_mut().equal(&path, "force_new", &ours, &wanted);
            }
            if facts["on_create"] == "unknown" && !nested.computed {
                findings.borrow_mut().add(
                    &path,
                    "on_create",
                    "is not computed, the facts say it is unknown when created",
                );
            }
        },
    );
}

/// Tells whether some argument in the block, or in one inside of it, replaces: then adding the block does.
fn replaces_inside(block: &Block) -> bool {
    block.attributes.values().any(|attribute| !matches!(attribute.replace, Replace::Never))
        || block
            .blocks
            .values()
            .any(|nested| !matches!(nested.replace, Replace::Never) || replaces_inside(&nested.block))
}

fn attribute_behaviour(
    around: &Around<'_>,
    name: &'static str,
    attribute: &Attribute,
    facts: &Json,
    findings: &mut Findings,
) {
    let path = around.dotted(name);
    let default = attribute.default.as_ref().map_or(Json::Null, to_json);
    let wanted = facts.get("default").cloned().unwrap_or(Json::Null);
    // In set blocks the older SDK shows "", 0 and false where nothing is set; whether by default cannot be told.
    if facts.get("plans_when_unset").is_none() && comparable(&default) != comparable(&wanted) {
        findings.add(&path, "default", format!("is {default}, the facts say {wanted}"));
    }
    if !attribute.is_configurable() || facts["settable"] == false {
        return;
    }
    let ours = match attribute.replace {
        Replace::Never => "no",
        Replace::Always => "yes",
        Replace::When(_) => "sometimes",
    };
    let block_replaces = around.blocks.iter().any(|block| matches!(block.replace, Replace::Always));
    let wanted = match &facts["force_new"] {
        Json::Bool(true) if around.in_set() && block_replaces => return,
        Json::Bool(true) => "yes",
        Json::Bool(false) => "no",
        Json::String(_) => "sometimes",
        Json::Null | Json::Number(_) | Json::Array(_) | Json::Object(_) => return,
    };
    if facts.get("force_new_on_set").is_some() || facts.get("force_new_on_unset").is_some() {
        findings.equal(&path, "force_new", &ours, &"sometimes");
    } else {
        findings.equal(&path, "force_new", &ours, &wanted);
    }
    if let Replace::When(replaces) = attribute.replace {
        for (key, wanted) in [("force_new_when", true), ("force_new_not_when", false)] {
            for pair in facts[key].as_array().into_iter().flatten() {
                let (from, to) = (facts::typed(&pair[0], &attribute.ty), facts::typed(&pair[1], &attribute.ty));
                if replaces(&from, &to) != wanted {
                    findings.add(&path, key, format!("{pair} replaces: {}, the facts say {wanted}", !wanted));
                }
            }
        }
    }
}

/// Returns JSON in which 1 and 1.0 are the same.
fn comparable(json: &Json) -> Json {
    match json {
        Json::Number(number) => json!(number.as_f64()),
        Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => json.clone(),
    }
}

/// Conflicts and the like, compared as the pairs and groups that they come to, wherever they are declared.
fn relations(block: &Block, facts: &Json, findings: &mut Findings) {
    let mut ours = Relations::default();
    ours.declared(block, "");
    let mut wanted = Relations::default();
    wanted.observed(facts, "");
    let Relations { conflicts, exactly, at_least, required } = wanted;
    difference("conflicts_with", &ours.conflicts, &conflicts, findings);
    difference("exactly_one_of", &ours.exactly, &exactly, findings);
    difference("at_least_one_of", &ours.at_least, &at_least, findings);
    difference("required_with", &ours.required, &required, findings);
}

#[derive(Default)]
struct Relations {
    conflicts: BTreeSet<Vec<String>>,
    exactly: BTreeSet<Vec<String>>,
    at_least: BTreeSet<Vec<String>>,
    required: BTreeSet<Vec<String>>,
}

impl Relations {
    fn declared(&mut self, block: &Block, around: &str) {
        let at = |name: &str| if around.is_empty() { name.to_owned() } else { format!("{around}.{name}") };
        let attributes = block.attributes.iter().map(|(name, attribute)| (*name, &attribute.relations));
        let blocks = block.blocks.iter().map(|(name, nested)| (*name, &nested.relations));
        for (name, relations) in attributes.chain(blocks) {
            for relation in relations {
                match relation {
                    Relation::ConflictsWith(others) => self.conflict(&at(name), others),
                    Relation::ExactlyOneOf(all) => drop(self.exactly.insert(group(all))),
                    Relation::AtLeastOneOf(all) => drop(self.at_least.insert(group(all))),
                    Relation::RequiredWith(others) => self.require(&at(name), others),
                }
            }
        }
        for (name, nested) in &block.blocks {
            self.declared(&nested.block, &at(name));
        }
    }

    fn observed(&mut self, facts: &Json, around: &str) {
        for (name, facts) in object(facts, "attributes").chain(object(facts, "blocks")) {
            let path = if around.is_empty() { name.clone() } else { format!("{around}.{name}") };
            self.conflict(&path, &texts(facts, "conflicts_with"));
            self.require(&path, &texts(facts, "required_with"));
            for (key, groups) in [("exactly_one_of", &mut self.exactly), ("at_least_one_of", &mut self.at_least)] {
                let members = texts(facts, key);
                if !members.is_empty() {
                    groups.insert(group(&members));
                }
            }
        }
        for (name, facts) in object(facts, "blocks") {
            let path = if around.is_empty() { name.clone() } else { format!("{around}.{name}") };
            self.observed(facts, &path);
        }
    }

    /// A conflict is one whichever of the two declares it.
    fn conflict(&mut self, path: &str, others: &[&str]) {
        self.conflicts.extend(others.iter().map(|other| group(&[path, other])));
    }

    fn require(&mut self, path: &str, others: &[&str]) {
        self.required.extend(others.iter().map(|other| vec![path.to_owned(), plain(other)]));
    }
}

/// Returns paths in order, without positions in lists.
fn group(paths: &[&str]) -> Vec<String> {
    let mut paths: Vec<String> = paths.iter().map(|path| plain(path)).collect();
    paths.sort();
    paths.dedup();
    paths
}

fn plain(path: &str) -> String {
    path.split('.').filter(|part| part.parse::<usize>().is_err()).collect::<Vec<_>>().join(".")
}

fn difference(key: &str, ours: &BTreeSet<Vec<String>>, facts: &BTreeSet<Vec<String>>, findings: &mut Findings) {
    for missing in facts.difference(ours) {
        findings.add(missing.join("+"), key, "is missing");
    }
    for surplus in ours.difference(facts) {
        findings.add(surplus.join("+"), key, "is not in the facts");
    }
}

/// What an import id tells.
fn import(resource: &dyn AnyResourceType, facts: &Json, findings: &mut Findings) {
    if facts["supported"] == false {
        if resource.import("some-id").is_ok() {
            findings.add("", "import", "takes an id, the facts say that the type cannot be imported");
        }
        return;
    }
    let examples: Vec<(String, Json)> = if facts["id"] == "passthrough" {
        let mut sets = facts.get("sets").cloned().unwrap_or_else(|| json!({}));
        sets["id"] = json!("alpha");
        vec![("alpha".to_owned(), sets)]
    } else {
        let example =
            |example: &Json| (example["import"].as_str().unwrap_or_default().to_owned(), example["sets"].clone());
        facts["examples"].as_array().into_iter().flatten().map(example).collect()
    };
    for (id, sets) in examples.into_iter().filter(|(id, _)| !id.contains('<')) {
        match resource.import(&id) {
            Err(should) => findings.add("", "import", format!("refuses {id:?}: {should}")),
            Ok((remote, value)) => {
                if let Some(wanted) = sets["id"].as_str().filter(|wanted| *wanted != remote.0) {
                    findings.add("", "import", format!("{id:?} gives the id {:?}, the facts say {wanted:?}", remote.0));
                }
                for (name, wanted) in sets.as_object().into_iter().flatten().filter(|(name, _)| *name != "id") {
                    let ours = value.get(name).map_or(Json::Null, |value| to_json(&value));
                    if comparable(&ours) != comparable(wanted) {
                        findings.add(name, "import", format!("{id:?} sets it to {ours}, the facts say {wanted}"));
                    }
                }
            }
        }
    }
}
