//! Evaluates every expression of `data/functions.txt` and compares the result with what `terraform console` answered.

use std::collections::BTreeMap;

use wpinfra_core::{Diagnostics, Type, Value};
use wpinfra_lang::eval::{Failed, Scope, evaluate};
use wpinfra_lang::expr::Traversal;
use wpinfra_lang::syntax::{Source, parse_expression};
use wpinfra_lang::{Files, FunctionScope, format_value};

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
    let (value, diagnostics) = evaluate(&parsed, &RecordedScope);
    match value.as_str() {
        _ if diagnostics.has_errors() => "error".to_owned(),
        // The console prints what type() says as it is.
        Some(text) if expression.starts_with("type(") => text.to_owned(),
        _ => format_value(&value),
    }
}

/// What terraform answers and we deliberately do not, each with the reason.
const DIFFERENCES: &[(&str, &str)] = &[
    (r#"element(["a", "b"], -1)"#, "terraform panics on a tuple where it counts from the end of a list"),
    (r#"yamldecode(".inf")"#, "there are no infinite numbers"),
    (r#"yamldecode("\t- a")"#, "yaml-rust2 takes a tab for indentation"),
    (r#"provider::terraform::decode_tfvars("a = upper(\"x\")")"#, "functions do no harm in there"),
    (r#"base64gzip("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")"#, "another encoder; it decompresses to the same"),
    (
        r##"base64gzip("#!/bin/bash\nyum update -y\nyum install -y httpd\nsystemctl start httpd\nsystemctl enable httpd\n")"##,
        "another encoder; it decompresses to the same",
    ),
];

#[test]
fn every_expression_has_the_value_that_terraform_gives_it() {
    let table = include_str!("data/functions.txt");
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
