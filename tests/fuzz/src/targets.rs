//! What must hold of any text: nothing panics, nothing hangs, and what is printed reads as what it was.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use wpinfra_core::{
    Diagnostics, InstanceAddress, ModuleInstance, Number, ProviderAddress, ResourceAddress, Type, Value,
};
use wpinfra_lang::eval::{Failed, Scope, evaluate};
use wpinfra_lang::expr::Traversal;
use wpinfra_lang::scope::NoFiles;
use wpinfra_lang::syntax::{Body, Source, Span, json, parse_body, parse_expression, parse_template};
use wpinfra_lang::{FunctionScope, format_value, functions};

/// Knows a list, a map, and something unknown.
struct SomeNames;

impl Scope for SomeNames {
    fn resolve(&self, traversal: &Traversal, _: &Source, _: &mut Diagnostics) -> Result<(Value, usize), Failed> {
        match &*traversal.root {
            "a" => Ok((Value::tuple(vec![Value::number(1_i64), Value::string("é"), Value::bool(true)]), 0)),
            "b" => Ok((Value::object([("k", Value::string("v")), ("secret", Value::string("s").sensitive())]), 0)),
            "c" => Ok((Value::unknown(Type::Dynamic), 0)),
            _ => Err(Failed),
        }
    }

    fn functions(&self) -> FunctionScope<'_> {
        FunctionScope {
            files: &NoFiles,
            module_dir: ".",
            root_dir: ".",
            working_dir: "/",
            home_dir: None,
            now: "2024-05-06T07:08:09Z",
            applying: true,
            entropy: &|count| vec![7; count],
        }
    }
}

/// A configuration: every place in the tree is a place in the text.
pub fn parse(text: &str) {
    let source = Source::new("main.tf", text);
    let (body, diagnostics) = parse_body(&source);
    assert_eq!(body.is_none(), diagnostics.has_errors());
    if let Some(body) = body {
        check(&body);
    }
}

fn check(body: &Body) {
    let within = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        let text = &body.source.text;
        assert!(start <= end && text.is_char_boundary(start) && text.is_char_boundary(end), "{span:?} in {text:?}");
    };
    within(body.span);
    for attribute in body.attributes.values() {
        within(attribute.span);
        assert_eq!(body.source.text_of(attribute.name_span), &*attribute.name);
        attribute.expression().traversals(&mut |traversal| within(traversal.root_span));
    }
    for block in &body.blocks {
        within(block.header);
        check(&block.body);
    }
}

/// The same in JSON.
pub fn json(text: &str) {
    let (body, _) = json::parse_body(&Source::new("main.tf.json", text));
    if let Some(body) = body {
        let mut diagnostics = Diagnostics::new();
        let shaped = body.shaped(&|name| (name == "resource").then_some(2), &mut diagnostics);
        for block in &shaped.blocks {
            let _ = block.body.shaped(&|_| None, &mut diagnostics);
        }
    }
}

/// An expression: its value can be printed, and one that is known reads as itself when it is written as an expression.
pub fn expression(text: &str) {
    let Ok(parsed) = parse_expression(&Source::new("<text>", text)) else { return };
    let (value, diagnostics) = evaluate(&parsed, &SomeNames);
    let _ = format_value(&value);
    if !diagnostics.has_errors() {
        written(&value);
    }
}

fn written(value: &Value) {
    let write = |value: &Value| {
        let text =
            functions::call("provider::terraform::encode_expr", std::slice::from_ref(value), &SomeNames.functions());
        text.ok().and_then(|text| text.as_str().map(str::to_owned))
    };
    let value = value.without_deep_marks();
    // An infinite number has no notation.
    let mut has_end = true;
    value.walk(&mut |_, part| has_end &= part.as_number().is_none_or(|number| !number.is_infinite()));
    if !has_end {
        return;
    }
    let Some(text) = write(&value).filter(|_| value.is_wholly_known()) else { return };
    let parsed = parse_expression(&Source::new("<written>", text.as_str()));
    let parsed = parsed.unwrap_or_else(|problem| panic!("{text}: {}", problem.detail));
    let (read, diagnostics) = evaluate(&parsed, &SomeNames);
    assert!(!diagnostics.has_errors(), "{text}: {diagnostics:?}");
    assert_eq!(write(&read).as_deref(), Some(text.as_str()));
}

/// A template, as in a file.
pub fn template(text: &str) {
    let source = Source::new("file.tftpl", text);
    let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
    if let Ok(expr) = parse_template(&source, Span { start: 0, end }) {
        let expression = wpinfra_lang::expr::Expression { source, expr: expr.into() };
        let _ = evaluate(&expression, &SomeNames);
    }
}

/// Data in JSON, YAML and CSV, and numbers.
pub fn values(text: &str) {
    for function in ["jsondecode", "yamldecode", "csvdecode", "provider::terraform::decode_tfvars"] {
        let decoded = functions::call(function, &[Value::string(text)], &SomeNames.functions());
        let Ok(value) = decoded else { continue };
        let _ = format_value(&value);
        written(&value);
        if let Ok(json) = functions::call("jsonencode", &[value], &SomeNames.functions()) {
            let again = functions::call("jsondecode", std::slice::from_ref(&json), &SomeNames.functions());
            let again = again.unwrap_or_else(|problem| panic!("{json:?}: {}", problem.message));
            assert_eq!(functions::call("jsonencode", &[again], &SomeNames.functions()).ok(), Some(json));
        }
    }
    if let Ok(number) = Number::parse(text) {
        assert_eq!(Number::parse(&number.to_exact_text()).ok(), Some(number.clone()), "{text}");
        assert_eq!(number.is_integer(), number.to_integer().is_some());
    }
}

/// A file of variables.
pub fn variables(text: &str) {
    let (body, _) = parse_body(&Source::new("terraform.tfvars", text));
    for attribute in body.iter().flat_map(|body| body.attributes.values()) {
        let (value, diagnostics) = evaluate(&attribute.expression(), &wpinfra_lang::scope::NoScope);
        if !diagnostics.has_errors() {
            written(&value);
        }
    }
}

/// Addresses of all kinds.
pub fn address(text: &str) {
    reads_as_itself::<InstanceAddress>(text);
    reads_as_itself::<ResourceAddress>(text);
    reads_as_itself::<ModuleInstance>(text);
    reads_as_itself::<ProviderAddress>(text);
}

fn reads_as_itself<T: FromStr + Display + PartialEq + Debug>(text: &str) {
    if let Ok(address) = text.parse::<T>() {
        let printed = address.to_string();
        assert_eq!(printed.parse::<T>().ok(), Some(address), "{text:?} is printed as {printed:?}");
    }
}
