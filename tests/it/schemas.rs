//! What schemas accept and refuse, and rules that every schema keeps.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use wpinfra_core::provider::Provider;
use wpinfra_core::schema::{Attribute, Block, Role, Schema};
use wpinfra_core::{Diagnostics, Type, Value, validate};

use crate::conformance::Findings;
use crate::facts::{self, Around, flag, texts, walk, with_argument};

/// Samples of kinds that `accepts` and `rejects` name. For a kind that is not in here nothing is tried.
const SAMPLES: &[(&str, &str)] = &[
    ("word", "alpha"),
    ("arn", "arn:aws:iam::123456789012:role/alpha"),
    ("ipv4", "10.0.0.1"),
    ("ipv6", "2001:db8::1"),
    ("cidr4", "10.0.0.0/16"),
    ("cidr6", "2001:db8::/56"),
    ("int", "5"),
    ("bool", "true"),
    ("json_object", "{\"a\":1}"),
    ("rfc3339", "2030-01-01T00:00:00Z"),
    ("day_window", "02:00-03:00"),
    ("week_window", "mon:04:00-mon:05:00"),
    ("path", "/a"),
    ("http_codes", "200"),
    ("off", "off"),
];

/// Kinds whose samples are also of another kind.
fn implies(kind: &str, other: &str) -> bool {
    matches!(
        (kind, other),
        ("json", "json_object" | "int" | "bool" | "http_codes") | ("int", "http_codes") | ("http_codes", "int")
    )
}

/// Tries what the facts say of values.
pub(crate) fn acceptance(schema: &Schema, own: &dyn Fn(&Value) -> Diagnostics, facts: &Json, findings: &mut Findings) {
    if let Some(minimal) = facts.get("minimal_config") {
        let config = facts::configured(&schema.block, minimal);
        for (path, problem) in validate::check(schema, &config) {
            findings.add("", "minimal_config", format!("{path:?}: {}: {}", problem.summary, problem.detail));
        }
        for problem in own(&config).iter().filter(|problem| problem.severity == wpinfra_core::Severity::Error) {
            findings.add("", "minimal_config", format!("{}: {}", problem.summary, problem.detail));
        }
    }
    let mut attributes: Vec<(Around<'_>, &'static str, &Attribute, Json)> = Vec::new();
    let around = Around { path: Vec::new(), blocks: Vec::new() };
    walk(
        &schema.block,
        facts,
        &around,
        &mut |around, name, attribute, facts| attributes.push((around.clone(), name, attribute, facts.clone())),
        &mut |_, _, _, _| {},
    );
    for (around, name, attribute, facts) in attributes {
        if !attribute.is_configurable() || flag(&facts, "settable") != facts.get("settable").is_some() {
            continue;
        }
        let trial = Trial { schema, own, around, name, attribute };
        trial.values(&facts, None, findings);
        if let Some(element) = facts.get("element") {
            trial.values(element, Some("element"), findings);
        }
    }
}

/// One argument on trial.
struct Trial<'a> {
    schema: &'a Schema,
    own: &'a dyn Fn(&Value) -> Diagnostics,
    around: Around<'a>,
    name: &'static str,
    attribute: &'a Attribute,
}

impl Trial<'_> {
    /// Returns how many values of the argument are refused, the rest of the configuration aside.
    fn refusals(&self, value: Value) -> usize {
        let config = with_argument(&self.schema.block, &self.around.path, self.name, value);
        let problems = validate::check(self.schema, &config);
        let mine = problems.iter().filter(|(_, problem)| problem.summary == "Invalid value").count();
        mine + (self.own)(&config).iter().filter(|problem| problem.severity == wpinfra_core::Severity::Error).count()
    }

    fn accepts(&self, json: &Json, in_list: bool) -> bool {
        // Twice, for lists that want two.
        let json = if in_list { json!([json, json]) } else { json.clone() };
        let value = facts::typed(&json, &self.attribute.ty);
        self.refusals(value) <= self.refusals(Value::null(self.attribute.ty.clone()))
    }

    /// Tries values that must pass and values that must not; one finding for a key.
    fn values(&self, facts: &Json, part: Option<&str>, findings: &mut Findings) {
        let ty = if part.is_some() { self.attribute.ty.element() } else { Some(&self.attribute.ty) };
        let Some(ty) = ty else { return };
        let tries = if *ty == Type::Number {
            number_tries(facts)
        } else if *ty == Type::String {
            text_tries(facts)
        } else {
            list_tries(facts)
        };
        for (key, good, bad) in tries {
            let wrong: Vec<String> = good
                .iter()
                .filter(|json| !self.accepts(json, part.is_some()))
                .map(|json| format!("refuses {}", short(json)))
                .chain(
                    bad.iter()
                        .filter(|json| self.accepts(json, part.is_some()))
                        .map(|json| format!("accepts {}", short(json))),
                )
                .collect();
            if !wrong.is_empty() {
                let path = self.around.dotted(self.name);
                findings.add(path, &key, wrong.join(", "));
            }
        }
    }
}

fn short(json: &Json) -> String {
    let text = json.to_string();
    if text.len() > 60 { format!("{}… ({} bytes)", &text[..40], text.len()) } else { text }
}

/// A key of the facts, values that it accepts and values that it refuses.
type Try = (String, Vec<Json>, Vec<Json>);

fn number_tries(facts: &Json) -> Vec<Try> {
    let mut tries = Vec::new();
    let mut ranges: Vec<(Option<i64>, Option<i64>)> = Vec::new();
    for range in facts.get("range").into_iter().chain(facts["ranges"].as_array().into_iter().flatten()) {
        ranges.push((range[0].as_i64(), range[1].as_i64()));
    }
    if facts.get("min").is_some() || facts.get("max").is_some() {
        ranges.push((facts["min"].as_i64(), facts["max"].as_i64()));
    }
    if let Some(limit) = facts["greater_than"].as_i64() {
        ranges.push((Some(limit + 1), None));
    }
    let inside = |number: i64| {
        ranges.iter().any(|(least, most)| least.is_none_or(|l| number >= l) && most.is_none_or(|m| number <= m))
    };
    if !ranges.is_empty() && !flag(facts, "any_of") {
        let ends = ranges.iter().flat_map(|(least, most)| [*least, *most]).flatten();
        let beyond = ranges.iter().flat_map(|(least, most)| [least.map(|l| l - 1), most.map(|m| m + 1)]).flatten();
        let key = if facts.get("ranges").is_some() { "ranges" } else { "range" };
        tries.push((
            key.to_owned(),
            ends.map(Json::from).collect(),
            beyond.filter(|n| !inside(*n)).map(Json::from).collect(),
        ));
    }
    if let Some(allowed) = facts["one_of"].as_array() {
        let divisor = facts["divisible_by"].as_i64();
        let next =
            allowed.iter().filter_map(Json::as_i64).map(|number| number + 1).filter(|number| {
                !allowed.contains(&json!(number)) && divisor.is_none_or(|divisor| number % divisor != 0)
            });
        tries.push(("one_of".to_owned(), allowed.clone(), next.map(Json::from).collect()));
    }
    if let Some(divisor) = facts["divisible_by"].as_i64() {
        tries.push(("divisible_by".to_owned(), vec![json!(divisor), json!(2 * divisor)], vec![json!(divisor + 1)]));
    }
    if facts["integer"] == true {
        let somewhere = ranges.first().and_then(|(least, most)| least.or(*most)).unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "limits are small")]
        let fraction = json!(somewhere as f64 + 0.5);
        tries.push(("integer".to_owned(), Vec::new(), vec![fraction]));
    }
    if flag(facts, "nonzero") {
        tries.push(("nonzero".to_owned(), vec![json!(1)], vec![json!(0)]));
    }
    tries
}

fn text_tries(facts: &Json) -> Vec<Try> {
    let mut tries: Vec<Try> = Vec::new();
    let list = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    let allowed = texts(facts, "one_of");
    if !allowed.is_empty() {
        tries.push(("one_of".to_owned(), list(&allowed), list(&["surely-not-allowed"])));
        let swapped: Vec<String> =
            allowed.iter().map(|text| swap_case(text)).filter(|text| !allowed.contains(&text.as_str())).collect();
        let swapped: Vec<Json> = swapped.into_iter().map(Json::from).collect();
        let ignores = flag(facts, "one_of_ignores_case");
        let (good, bad) = if ignores { (swapped, Vec::new()) } else { (Vec::new(), swapped) };
        tries.push(("one_of_ignores_case".to_owned(), good, bad));
    }
    let accepted = facts.get("accepts").map(|_| texts(facts, "accepts"));
    if let Some(accepted) = &accepted {
        let good: Vec<&str> =
            SAMPLES.iter().filter(|(kind, _)| accepted.contains(kind)).map(|(_, sample)| *sample).collect();
        let others =
            SAMPLES.iter().filter(|(kind, _)| !accepted.iter().any(|other| other == kind || implies(other, kind)));
        let bad: Vec<&str> = others.map(|(_, sample)| *sample).filter(|sample| !allowed.contains(sample)).collect();
        tries.push(("accepts".to_owned(), list(&good), list(&bad)));
    }
    if flag(facts, "nonempty") {
        tries.push(("nonempty".to_owned(), Vec::new(), list(&[""])));
    }
    if flag(facts, "allows_empty") {
        tries.push(("allows_empty".to_owned(), list(&[""]), Vec::new()));
    }
    if let Some(limits) = facts["int_string"].as_array() {
        let numbers = limits.iter().filter_map(Json::as_i64).map(|number| json!(number.to_string()));
        tries.push(("int_string".to_owned(), numbers.collect(), list(&["surely-no-number"])));
    }
    if let Some(length) = facts["max_length"].as_u64().and_then(|length| usize::try_from(length).ok()) {
        let good = if accepted.is_none() && allowed.is_empty() { vec![json!("a".repeat(length))] } else { Vec::new() };
        tries.push(("max_length".to_owned(), good, vec![json!("a".repeat(length + 1))]));
    }
    for (key, make) in [
        ("chars", (|c| format!("aa{c}aa")) as fn(char) -> String),
        ("first_char", |c| format!("{c}aaaa")),
        ("last_char", |c| format!("aaaa{c}")),
    ] {
        if let Some(class) = facts[key].as_str() {
            let class = regex::Regex::new(&format!("^{class}$")).expect("the facts hold a character class");
            let (good, bad): (Vec<char>, Vec<char>) = (' '..='~').partition(|c| class.is_match(&c.to_string()));
            let made = |chars: Vec<char>| chars.into_iter().map(|c| json!(make(c))).collect();
            tries.push((key.to_owned(), made(good), made(bad)));
        }
    }
    if flag(facts, "no_double_hyphen") {
        tries.push(("no_double_hyphen".to_owned(), list(&["a-a-a"]), list(&["a--a"])));
    }
    if let Some(prefix) = facts["prefix"].as_str() {
        tries.push(("prefix".to_owned(), vec![json!(format!("{prefix}a"))], list(&["alpha"])));
    }
    if facts.get("rejects").is_some() {
        let bad = texts(facts, "rejects");
        let bad: Vec<&str> = SAMPLES.iter().filter(|(kind, _)| bad.contains(kind)).map(|(_, sample)| *sample).collect();
        tries.push(("rejects".to_owned(), Vec::new(), list(&bad)));
    }
    tries
}

fn swap_case(text: &str) -> String {
    let swap = |c: char| if c.is_ascii_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
    text.chars().map(swap).collect()
}

fn list_tries(facts: &Json) -> Vec<Try> {
    let count = |key: &str| facts[key].as_u64().and_then(|count| usize::try_from(count).ok());
    // Distinct elements, since the list may be a set, that pass as addresses, which is what such lists hold.
    let elements = |count: usize| json!((0..count).map(|number| format!("10.0.0.{number}")).collect::<Vec<_>>());
    let mut tries = Vec::new();
    if let Some(least) = count("min_items") {
        tries.push(("min_items".to_owned(), vec![elements(least)], vec![elements(least - 1)]));
    }
    if let Some(most) = count("max_items") {
        tries.push(("max_items".to_owned(), vec![elements(most)], vec![elements(most + 1)]));
    }
    tries
}

/// Entropy for tests that look at schemas only.
struct NoEntropy;

impl wpinfra_std::Entropy for NoEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Returns all providers that are built in.
fn every_provider() -> Vec<Box<dyn Provider>> {
    let mut providers = wpinfra_std::providers(Arc::new(NoEntropy));
    providers.push(wpinfra_aws::provider());
    providers
}

/// Calls `visit` for every schema that is built in, with its name.
fn every_schema(visit: &mut dyn FnMut(&str, &Schema)) {
    let providers = every_provider();
    for provider in &providers {
        visit(&format!("provider {}", provider.source()), provider.schema());
        for (name, resource) in provider.resources() {
            assert_eq!(*name, resource.name(), "registered under its own name");
            visit(name, resource.schema());
        }
        for (name, source) in provider.data_sources() {
            assert_eq!(*name, source.name(), "registered under its own name");
            visit(&format!("data.{name}"), source.schema());
        }
    }
}

/// Calls `visit` for the block and those inside of it.
fn every_block(path: &str, block: &Block, visit: &mut dyn FnMut(&str, &Block)) {
    visit(path, block);
    for (name, nested) in &block.blocks {
        every_block(&format!("{path}.{name}"), &nested.block, visit);
    }
}

#[test]
fn every_schema_is_documented() {
    let mut offences = Vec::new();
    let mut look = |path: &str, text: &str| {
        if text.trim().is_empty() || !text.ends_with('.') {
            offences.push(format!("{path}: {text:?}"));
        }
    };
    every_schema(&mut |name, schema| {
        every_block(name, &schema.block, &mut |path, block| {
            look(path, block.description);
            for (name, attribute) in &block.attributes {
                look(&format!("{path}.{name}"), attribute.description);
            }
        });
    });
    assert!(offences.is_empty(), "descriptions are sentences:\n{}", offences.join("\n"));
}

#[test]
fn every_schema_makes_sense() {
    let mut offences = Vec::new();
    every_schema(&mut |name, schema| {
        every_block(name, &schema.block, &mut |path, block| {
            for (name, attribute) in &block.attributes {
                offences.extend(senseless(attribute).into_iter().map(|text| format!("{path}.{name}: {text}")));
                if block.blocks.contains_key(name) {
                    offences.push(format!("{path}.{name} is an attribute and a block"));
                }
            }
            for (name, nested) in &block.blocks {
                if nested.max != 0 && nested.max < nested.min {
                    offences.push(format!("{path}.{name}: at least {} and at most {}", nested.min, nested.max));
                }
            }
        });
    });
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// Says what contradicts itself in an attribute.
fn senseless(attribute: &Attribute) -> Vec<&'static str> {
    let mut found = Vec::new();
    if attribute.default.is_some() && matches!(attribute.role, Role::Required | Role::Computed) {
        found.push("a default that never counts");
    }
    if attribute.role == Role::Computed && !(attribute.checks.is_empty() && attribute.relations.is_empty()) {
        found.push("nobody configures it, but there are checks");
    }
    if attribute.write_only && attribute.is_computed() {
        found.push("write-only and computed");
    }
    if attribute.default.as_ref().is_some_and(|default| *default.ty() != attribute.ty) {
        found.push("the default is of another type");
    }
    found
}

#[test]
fn relations_name_arguments_that_exist() {
    let mut offences = Vec::new();
    every_schema(&mut |name, schema| {
        every_block(name, &schema.block, &mut |path, block| {
            let attributes = block.attributes.values().flat_map(|attribute| &attribute.relations);
            let nested = block.blocks.values().flat_map(|nested| &nested.relations);
            for relation in attributes.chain(nested) {
                use wpinfra_core::schema::Relation::{AtLeastOneOf, ConflictsWith, ExactlyOneOf, RequiredWith};
                let (ConflictsWith(others) | ExactlyOneOf(others) | AtLeastOneOf(others) | RequiredWith(others)) =
                    relation;
                for other in others.iter().filter(|other| !exists(&schema.block, other)) {
                    offences.push(format!("{path}: {other}"));
                }
            }
        });
    });
    assert!(offences.is_empty(), "relations name arguments that exist:\n{}", offences.join("\n"));
}

fn exists(block: &Block, path: &str) -> bool {
    let mut parts = path.split('.').filter(|part| part.parse::<usize>().is_err());
    let Some(first) = parts.next() else { return false };
    let rest: Vec<&str> = parts.collect();
    match (block.attributes.contains_key(first), block.blocks.get(first)) {
        (true, _) => rest.is_empty(),
        (false, Some(nested)) => rest.is_empty() || exists(&nested.block, &rest.join(".")),
        (false, None) => false,
    }
}

#[test]
fn every_resource_type_can_be_told_by_an_import_id_or_says_why_not() {
    let providers = every_provider();
    for provider in &providers {
        for (name, resource) in provider.resources() {
            match resource.import("some-id") {
                Ok((_, value)) => assert_eq!(
                    *value.ty(),
                    resource.schema().implied_type(),
                    "{name}: the value is of the schema's type"
                ),
                Err(should) => {
                    assert!(should.trim().len() > 10, "{name}: {should:?} should say what the id looks like");
                }
            }
        }
    }
}
