//! Evaluates every expression of `data/functions.txt` and compares the result with what `terraform console` answered.

use std::collections::BTreeMap;

use wpinfra_core::json::type_to_json;
use wpinfra_core::{Diagnostics, Type, Value};
use wpinfra_lang::eval::{Failed, Scope, console_text};
use wpinfra_lang::expr::Traversal;
use wpinfra_lang::functions::{Parameter, names, signature};
use wpinfra_lang::syntax::{Source, parse_expression};
use wpinfra_lang::{Files, FunctionScope};

/// The files that `data/record.py` put before terraform.
struct RecordedFiles;

const FILES: [(&str, &[u8]); 7] = [
    ("d/a.txt", b"hello"),
    ("d/b.md", b"x"),
    ("d/sub/c.txt", b"y"),
    ("d/sub/deep/e.txt", b"z"),
    ("d/.hid/f.txt", b"h"),
    ("d/.dot", b"h"),
    ("d/bin", b"\xff\xfe"),
];

fn relative(path: &str) -> &str {
    path.strip_prefix("/module/").unwrap_or(path)
}

impl Files for RecordedFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let found = FILES.iter().find(|(name, _)| *name == relative(path));
        found.map(|(_, content)| content.to_vec()).ok_or_else(|| "there is no such file".to_owned())
    }

    fn exists(&self, path: &str) -> bool {
        self.read(path).is_ok()
    }

    fn list(&self, dir: &str) -> Result<Vec<String>, String> {
        let prefix = if dir == "." { String::new() } else { format!("{}/", relative(dir)) };
        let found: Vec<String> =
            FILES.iter().filter_map(|(name, _)| name.strip_prefix(&prefix)).map(str::to_owned).collect();
        if found.is_empty() { Err("there is no such directory".to_owned()) } else { Ok(found) }
    }
}

/// Knows `local.unknown`, and nothing else.
struct RecordedScope;

impl Scope for RecordedScope {
    fn resolve(
        &self,
        traversal: &Traversal,
        source: &Source,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        if &*traversal.root == "local" {
            return Ok((Value::unknown(Type::Dynamic), 1));
        }
        let range = source.range(traversal.root_span);
        diagnostics.push(wpinfra_core::Diagnostic::error("Unknown name", "There is only local.unknown.").at(range));
        Err(Failed)
    }

    fn functions(&self) -> FunctionScope<'_> {
        FunctionScope {
            files: &RecordedFiles,
            module_dir: ".",
            root_dir: ".",
            working_dir: "/module",
            home_dir: Some("/home/user"),
            now: "2024-05-06T07:08:09Z",
            applying: true,
            entropy: &|count| (0..count).map(|index| u8::try_from(index % 256).expect("below 256")).collect(),
        }
    }
}

fn answer(expression: &str) -> String {
    let source = Source::new("<test>", expression);
    let Ok(parsed) = parse_expression(&source) else { return "error".to_owned() };
    let (text, diagnostics) = console_text(&parsed, &RecordedScope);
    if diagnostics.has_errors() { "error".to_owned() } else { text }
}

/// What terraform answers and we deliberately do not, each with the reason.
const DIFFERENCES: &[(&str, &str)] = &[
    (r#"element(["a", "b"], -1)"#, "terraform panics on a tuple where it counts from the end of a list"),
    ("toset([0,-0])", "a zero is equal to the other one, and so is in a set once"),
    (r#"yamldecode("\t- a")"#, "yaml-rust2 takes a tab for indentation"),
    (r#"base64gzip("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")"#, "another encoder; it decompresses to the same"),
    (
        r##"base64gzip("#!/bin/bash\nyum update -y\nyum install -y httpd\nsystemctl start httpd\nsystemctl enable httpd\n")"##,
        "another encoder; it decompresses to the same",
    ),
];

#[test]
fn every_expression_has_the_value_that_terraform_gives_it() {
    let table = include_str!("../data/functions.txt");
    let mut cases: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in table.lines() {
        if let Some(expression) = line.strip_prefix("> ") {
            cases.push((expression, Vec::new()));
        } else if let Some((_, answer)) = cases.last_mut() {
            answer.push(line);
        }
    }
    assert!(cases.len() > 600, "the table is cut");
    let known: BTreeMap<&str, &str> = DIFFERENCES.iter().copied().collect();
    let mut wrong = Vec::new();
    for (expression, expected) in &cases {
        let (expected, found) = (expected.join("\n"), answer(expression));
        if (expected == found) == known.contains_key(expression) {
            wrong.push(format!("> {expression}\nterraform: {expected}\nwpinfra:   {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// What `terraform metadata functions -json` says, without the descriptions.
#[test]
fn signatures_are_those_of_terraform() {
    let recorded: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(include_str!("../data/signatures.json")).expect("the recorded signatures are JSON");
    let parameter = |parameter: &Parameter| {
        let mut shown = serde_json::json!({ "name": parameter.name, "type": type_to_json(&parameter.ty) });
        if parameter.nullable {
            shown["is_nullable"] = true.into();
        }
        shown
    };
    let mut found = serde_json::Map::new();
    for name in names().iter().filter(|name| !name.contains("::")) {
        let signature = signature(name).expect("a name has a signature");
        assert!(signature.description.ends_with('.'), "{name} has no description");
        let mut shown = serde_json::json!({ "return_type": type_to_json(&signature.returns) });
        if !signature.parameters.is_empty() {
            shown["parameters"] = signature.parameters.iter().map(parameter).collect();
        }
        if let Some(variadic) = &signature.variadic {
            shown["variadic_parameter"] = parameter(variadic);
        }
        found.insert((*name).to_owned(), shown);
    }
    let differing: Vec<String> = recorded
        .keys()
        .chain(found.keys())
        .filter(|name| recorded.get(*name) != found.get(*name))
        .map(|name| format!("{name}: {:?} {:?}", recorded.get(name), found.get(name)))
        .collect();
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
