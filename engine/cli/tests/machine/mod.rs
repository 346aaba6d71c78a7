//! What machines read: diagnostics, schemas, functions, events. The expected answers are those that Terraform gave.

use serde_json::{Map, Value as Json, json};

use crate::harness::Folder;

/// Faults that Terraform places elsewhere, or sees where we see none, each with the reason.
const DIFFERENCES: &[(&str, &str)] = &[
    ("function_fails.tf", "we mark the argument, not the name of the function"),
    ("function_own_error.tf", "we mark the argument, not the name of the function"),
    ("json_nested.tf.json", "the place in a JSON string ends one byte later"),
    ("json_syntax.tf.json", "a comma before a closing brace is accepted"),
    ("self_reference.tf", "Terraform sees it only while planning"),
    ("sensitive_for_each.tf", "the references of for_each are not described"),
    ("syntax_operator.tf", "another parser"),
    ("syntax_string.tf", "one error where Terraform reports three for the same string"),
    ("syntax_unclosed.tf", "another parser"),
    ("type_constraint_of_object.tf", "list without element type is accepted inside of object types"),
];

/// Returns what is compared of a diagnostic: not the words.
fn fact(found: &Json) -> Json {
    let mut snippet = found["snippet"].clone();
    if let Some(values) = snippet.get_mut("values").and_then(Json::as_array_mut) {
        for value in values {
            *value = value["traversal"].clone();
        }
    }
    json!({ "severity": found["severity"], "range": found["range"], "snippet": snippet })
}

#[test]
fn diagnostics_have_the_fields_and_places_that_terraform_gives_them() {
    let recorded: Map<String, Json> =
        serde_json::from_str(include_str!("../recorded/faults.json")).expect("recorded as JSON");
    let text = format!("\n{}", include_str!("../recorded/faults.txt"));
    let files: Vec<(&str, &str)> =
        text.split("\n=== ").skip(1).map(|part| part.split_once('\n').expect("a name and a text")).collect();
    assert!(files.len() > 70 && files.len() == recorded.len(), "the recording is of other files");
    let mut wrong = Vec::new();
    for (name, text) in &files {
        let folder = Folder::empty();
        folder.write(if name.ends_with("json") { "main.tf.json" } else { "main.tf" }, &format!("{text}\n"));
        let shown: Json = serde_json::from_str(&folder.run("validate -json").output).expect("JSON");
        // The advice is ours alone.
        let all = shown["diagnostics"].as_array().expect("a list").iter();
        let found: Vec<&Json> = all.filter(|found| found["severity"] == "error").collect();
        assert_eq!(shown["format_version"], "1.0");
        assert_eq!(shown["error_count"].as_u64(), Some(found.len() as u64), "{name}");
        assert_eq!(shown["valid"], json!(found.is_empty()), "{name}");
        let mut ours: Vec<Json> = found.into_iter().map(fact).collect();
        ours.sort_by_key(ToString::to_string);
        let mut expected = recorded[*name].as_array().expect("a list").clone();
        expected.sort_by_key(ToString::to_string);
        if (ours == expected) == DIFFERENCES.iter().any(|(known, _)| known == name) {
            wrong.push(format!("{name}:\nterraform: {}\nwpinfra:   {}", json!(expected), json!(ours)));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

/// Returns the value without its descriptions, which are our own words.
fn without_words(shown: &Json) -> Json {
    match shown {
        Json::Object(fields) => {
            let is_kept = |(name, value): &(&String, &Json)| {
                !(value.is_string() && ["description", "summary", "description_kind"].contains(&name.as_str()))
            };
            let kept = fields.iter().filter(is_kept).map(|(name, value)| (name.clone(), without_words(value)));
            Json::Object(kept.collect())
        }
        Json::Array(elements) => elements.iter().map(without_words).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => shown.clone(),
    }
}

#[test]
fn functions_are_shown_as_terraform_shows_them() {
    let folder = Folder::empty();
    let shown: Json = serde_json::from_str(&folder.succeed("metadata functions -json")).expect("JSON");
    assert_eq!(shown["format_version"], "1.0");
    let recorded: Map<String, Json> =
        serde_json::from_str(include_str!("../../../lang/tests/data/signatures.json")).expect("recorded as JSON");
    let signatures = shown["function_signatures"].as_object().expect("an object");
    assert_eq!(signatures.len(), 2 * recorded.len(), "each by its name, and below core::");
    for (name, signature) in &recorded {
        for found in [&signatures[name], &signatures[&format!("core::{name}")]] {
            assert_eq!(&without_words(found), signature, "{name}");
            assert!(found["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}");
        }
    }
    assert!(folder.fail("metadata functions").contains("Error: Missing option -json"));
    assert_eq!(folder.run("metadata").code, 1);
}

#[test]
fn schemas_are_shown_as_terraform_shows_them() {
    let folder = Folder::with("resource \"terraform_data\" \"a\" {}\n");
    let shown: Json = serde_json::from_str(&folder.succeed("providers schema -json")).expect("JSON");
    assert_eq!(shown["format_version"], "1.0");
    let recorded: Json = serde_json::from_str(include_str!("../recorded/builtin_schema.json")).expect("JSON");
    let provider = shown["provider_schemas"]["terraform.io/builtin/terraform"].as_object().expect("an object");
    for part in ["provider", "resource_schemas", "functions"] {
        assert_eq!(without_words(&provider[part]), recorded[part], "{part}");
    }
    let attribute = &provider["resource_schemas"]["terraform_data"]["block"]["attributes"]["input"];
    assert_eq!(attribute["description_kind"], "plain");
    assert!(folder.fail("providers schema").contains("Error: Missing option -json"));
    folder.write("main.tf", "");
    assert_eq!(folder.succeed("providers schema -json"), "{\"format_version\":\"1.0\"}\n");
}

#[test]
fn the_version_is_shown_as_terraform_shows_it() {
    let shown: Map<String, Json> = serde_json::from_str(&Folder::empty().succeed("version -json")).expect("JSON");
    let terraform = ["terraform_version", "platform", "provider_selections", "terraform_outdated"];
    assert!(terraform.iter().all(|field| shown.contains_key(*field)), "{shown:?}");
    assert_eq!(shown["terraform_outdated"], json!(false));
}

/// Old spellings of everything, and two declarations that nothing refers to.
const OLD: &str = r#"
variable "used" { default = "a" }
variable "idle" {
  default = "a"
  validation {
    condition     = var.idle != "b"
    error_message = "no"
  }
}
locals {
  plain = "${var.used}"
  again = ["${var.used}", { "${var.used}" = local.list.0 }]
  list  = terraform_data.c.*.id
  left  = [local.plain, local.again, "${local.list[0]}-x"]
}
resource "terraform_data" "c" {
  count      = 1
  depends_on = ["terraform_data.d"]
  lifecycle {
    ignore_changes = ["input"]
  }
}
resource "terraform_data" "d" {
  provider = "terraform"
  provisioner "local-exec" {
    when       = "destroy"
    on_failure = "continue"
    command    = "true"
  }
}
"#;

#[test]
fn old_syntax_and_idle_declarations_are_told_once_and_only_where_that_is_asked_for() {
    let folder = Folder::with(OLD);
    let validated = folder.succeed("validate");
    for (summary, place, others) in [
        ("Interpolation-only expression", "main.tf:11:", "1 place"),
        ("Old index syntax", "main.tf:12:", ""),
        ("Old splat operator", "main.tf:13:", ""),
        ("Unused variable", "main.tf:3:", ""),
        ("Unused local value", "main.tf:14:", ""),
        ("Quoted references are deprecated", "main.tf:18:", "2 places"),
        ("Quoted keywords are deprecated", "main.tf:26:", "1 place"),
    ] {
        let warning = validated
            .split("Warning: ")
            .find(|text| text.starts_with(summary))
            .unwrap_or_else(|| panic!("{summary}: {validated}"));
        assert!(warning.contains(place), "{summary}: {warning}");
        assert_eq!(warning.contains("The same goes for"), !others.is_empty(), "{summary}: {warning}");
        assert!(warning.contains(others), "{summary}: {warning}");
        assert_eq!(validated.matches(&format!("Warning: {summary}")).count(), 1, "{validated}");
    }
    assert_eq!(validated.matches("Warning: ").count(), 7, "{validated}");
    // What Terraform does not warn of is no noise in a plan.
    let planned = folder.succeed("plan");
    assert_eq!(planned.matches("Warning: ").count(), 2, "{planned}");
    assert!(planned.contains("Quoted references") && planned.contains("Quoted keywords"), "{planned}");
    let applied = folder.succeed("apply -auto-approve");
    assert_eq!(applied.matches("Warning: ").count(), 2, "{applied}");
    let shown: Json = serde_json::from_str(&folder.succeed("validate -json")).expect("JSON");
    assert_eq!(
        (&shown["valid"], shown["warning_count"].as_u64()),
        (&json!(true), Some(11)),
        "each place, for machines"
    );
}

#[test]
fn configurations_in_json_have_no_old_syntax() {
    let folder = Folder::empty();
    let text = r#"{"variable": {"a": {"default": [1]}, "b": {}}, "locals": {"c": "${var.a}"},
        "output": {"o": {"value": "${local.c}", "depends_on": ["terraform_data.d"]}}, "resource": {"terraform_data": {"d": {}}}}"#;
    folder.write("main.tf.json", text);
    let validated = folder.succeed("validate");
    assert_eq!(validated.matches("Warning: ").count(), 1, "{validated}");
    assert!(validated.contains("Unused variable") && validated.contains("\"b\""), "{validated}");
}

#[test]
fn values_of_undeclared_variables_are_told_of_as_terraform_does() {
    let mut folder = Folder::with("");
    folder.write("terraform.tfvars", "one = 1\ntwo = 2\n");
    folder.variables.insert("TF_VAR_three".to_owned(), "3".to_owned());
    let planned = folder.succeed("plan");
    assert_eq!(planned.matches("Warning: Value for undeclared variable").count(), 1, "{planned}");
    assert!(planned.contains("The same goes for 1 place more"), "{planned}");
    assert!(folder.fail("plan -var four=4").contains("Error: Value for undeclared variable"));
}

/// Returns type and fields of each line, without what is different in every run and without the words.
fn events(lines: &str) -> Vec<String> {
    let mut found: Vec<String> = lines.lines().map(event).collect();
    found.sort();
    found
}

fn event(line: &str) -> String {
    let mut fields: Map<String, Json> = serde_json::from_str(line).expect("JSON");
    for (name, kind) in [("@timestamp", "a time"), ("@message", "a message")] {
        assert!(fields.remove(name).is_some_and(|text| text.is_string()), "{kind}: {line}");
    }
    let hook = fields.get_mut("hook").and_then(Json::as_object_mut);
    if let Some(hook) = hook {
        // The command is shown in another way, and identities are never the same.
        for name in ["id_value", "output"] {
            if hook.contains_key(name) {
                hook.insert(name.to_owned(), json!("…"));
            }
        }
    }
    if let Some(values) = fields.get_mut("diagnostic").and_then(|found| found["snippet"]["values"].as_array_mut()) {
        for value in values {
            *value = value["traversal"].clone();
        }
    }
    json!(fields).to_string()
}

#[test]
fn events_have_the_types_and_fields_that_terraform_gives_them() {
    let folder = Folder::with(include_str!("../recorded/events/main.tf"));
    std::fs::create_dir(folder.directory.path().join("m")).expect("a folder");
    folder.write("m/m.tf", include_str!("../recorded/events/m/m.tf"));
    let recorded: Map<String, Json> =
        serde_json::from_str(include_str!("../recorded/events.json")).expect("recorded as JSON");
    for line in
        ["plan -json", "apply -json -auto-approve", "apply -json -auto-approve -var a=y", "destroy -json -auto-approve"]
    {
        let expected: Vec<&str> =
            recorded[line].as_array().expect("a list").iter().map(|event| event.as_str().expect("a text")).collect();
        // Objects whose truth is the state are not looked at, so that there is no refresh to be told of.
        let is_refresh = |event: &&str| event.contains("\"type\":\"refresh_");
        let expected: Vec<String> = expected.into_iter().filter(|event| !is_refresh(event)).map(event).collect();
        assert_eq!(events(&folder.succeed(line)), sorted(expected), "{line}");
    }
}

fn sorted(mut lines: Vec<String>) -> Vec<String> {
    lines.sort();
    lines
}
