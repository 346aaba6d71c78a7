//! The JSON syntax of configurations: which members are blocks is decided by the schema, when it is known.

mod parse;
mod place;

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use wpinfra_core::{Diagnostic, Diagnostics, Number, Type, Value};

use super::{Attribute, Block, Body, Source, Span, parse_template};
use crate::expr::{Expr, ExprKind, Expression};

/// A JSON value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    kind: Kind,
    span: Span,
}

#[derive(Clone, Debug)]
enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    /// The text, and whether it is written without escapes so that places in it are places in the file.
    String(String, bool),
    Array(Vec<Node>),
    Object(Members),
}

/// The members of a JSON object in order, duplicates included.
#[derive(Clone, Debug, Default)]
pub struct Members(Vec<Member>);

/// One member of a JSON object.
#[derive(Clone, Debug)]
struct Member {
    name: Arc<str>,
    span: Span,
    value: Node,
}

/// Parses a JSON file.
pub fn parse_body(source: &Arc<Source>) -> (Option<Body>, Diagnostics) {
    let node = match parse::parse(&source.text) {
        Ok(node) => node,
        Err((at, detail)) => {
            let at = u32::try_from(at).unwrap_or(u32::MAX);
            let range = source.range(Span { start: at, end: at });
            return (None, Diagnostic::error("Invalid JSON", detail).at(range).into());
        }
    };
    let span = node.span;
    let objects = match node.kind {
        Kind::Array(elements) => elements,
        Kind::Object(_) | Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(..) => vec![node],
    };
    let mut members = Members::default();
    for object in objects {
        let Kind::Object(more) = object.kind else {
            let detail = "A configuration in JSON is an object, or an array of objects.";
            return (None, Diagnostic::error("Invalid JSON", detail).at(source.range(object.span)).into());
        };
        members.0.extend(more.0);
    }
    let undecided = Some(Arc::new(members));
    (Some(Body { undecided, ..Body::empty(source, span) }), Diagnostics::new())
}

/// Returns the value of a constant in JSON, where strings are no templates; `None` if the expression is none of JSON.
pub fn constant(expression: &Expression) -> Option<Value> {
    if !expression.source.file.ends_with(".json") {
        return None;
    }
    parse::parse(expression.source.text_of(expression.expr.span)).ok().map(|node| node.value())
}

impl Node {
    /// Passes the objects that the value is, or that its elements are.
    fn objects(&self, pass: &mut dyn FnMut(&Members)) {
        match &self.kind {
            Kind::Object(members) => pass(members),
            Kind::Array(elements) => elements.iter().for_each(|element| element.objects(pass)),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(..) => {}
        }
    }

    /// Collects the labels of `dynamic` blocks, and what they call their elements.
    fn labels(&self, names: &mut Vec<Arc<str>>) {
        self.objects(&mut |labelled| {
            for member in &labelled.0 {
                names.push(Arc::clone(&member.name));
                member.value.objects(&mut |inner| {
                    let iterators = inner.0.iter().filter(|argument| &*argument.name == "iterator");
                    names.extend(iterators.filter_map(|argument| match &argument.value.kind {
                        Kind::String(text, _) => Some(Arc::from(text.as_str())),
                        Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::Array(_) | Kind::Object(_) => None,
                    }));
                });
            }
        });
    }

    /// Returns the value with strings as they stand.
    fn value(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::null(Type::Dynamic),
            Kind::Bool(value) => Value::bool(*value),
            Kind::Number(number) => Value::number(number.clone()),
            Kind::String(text, _) => Value::string(text),
            Kind::Array(elements) => Value::tuple(elements.iter().map(Self::value).collect()),
            Kind::Object(members) => {
                Value::object(members.0.iter().map(|member| (Arc::clone(&member.name), member.value.value())))
            }
        }
    }
}

impl Members {
    /// Returns every value as an expression.
    pub fn expressions(&self, source: &Arc<Source>) -> Vec<Expression> {
        let mut unused = Diagnostics::new();
        let members = self.0.iter().filter(|member| &*member.name != "//");
        members
            .map(|member| Expression {
                source: Arc::clone(source),
                expr: Arc::new(expression(source, &member.value, &mut unused)),
            })
            .collect()
    }

    /// Returns the names that `dynamic` blocks in here may give to their elements.
    pub fn iterators(&self) -> Vec<Arc<str>> {
        let mut names = Vec::new();
        for member in &self.0 {
            if &*member.name == "dynamic" {
                member.value.labels(&mut names);
            }
            member.value.objects(&mut |members| names.extend(members.iterators()));
        }
        names
    }

    /// Returns the members whose names do not fit.
    #[must_use]
    pub fn without(&self, unwanted: &dyn Fn(&str) -> bool) -> Self {
        Self(self.0.iter().filter(|member| !unwanted(&member.name)).cloned().collect())
    }
}

/// Sorts members into attributes and blocks.
pub fn shape(
    source: &Arc<Source>,
    members: &Arc<Members>,
    span: Span,
    blocks: &dyn Fn(&str) -> Option<usize>,
    diagnostics: &mut Diagnostics,
) -> Body {
    let mut body = Body::empty(source, span);
    let mut attributes = IndexMap::new();
    for member in members.0.iter().filter(|member| &*member.name != "//") {
        if let Some(labels) = blocks(&member.name) {
            let block = Head { kind: &member.name, kind_span: member.span, labels: Vec::new(), header: member.span };
            add_blocks(source, block, labels, &member.value, &mut body.blocks, diagnostics);
            continue;
        }
        let value = Arc::new(expression(source, &member.value, diagnostics));
        let attribute = Attribute {
            source: Arc::clone(source),
            name: Arc::clone(&member.name),
            name_span: member.span,
            span: member.span.to(member.value.span),
            value,
        };
        if attributes.insert(Arc::clone(&member.name), attribute).is_some() {
            let detail = format!("The member {:?} is given twice in one object.", member.name);
            diagnostics.push(Diagnostic::error("Duplicate definition", detail).at(source.range(member.span)));
        }
    }
    body.attributes = attributes;
    body
}

struct Head<'m> {
    kind: &'m Arc<str>,
    kind_span: Span,
    labels: Vec<(Arc<str>, Span)>,
    header: Span,
}

/// Adds the blocks that a value stands for: objects inside of objects give labels, arrays several blocks.
fn add_blocks(
    source: &Arc<Source>,
    head: Head<'_>,
    labels: usize,
    value: &Node,
    blocks: &mut Vec<Block>,
    diagnostics: &mut Diagnostics,
) {
    match &value.kind {
        Kind::Array(elements) => {
            for element in elements {
                let head = Head { labels: head.labels.clone(), ..head };
                add_blocks(source, head, labels, element, blocks, diagnostics);
            }
        }
        Kind::Object(members) if head.labels.len() < labels => {
            for member in members.0.iter().filter(|member| &*member.name != "//") {
                let mut inner = head.labels.clone();
                inner.push((Arc::clone(&member.name), member.span));
                let head = Head { labels: inner, header: member.span, ..head };
                add_blocks(source, head, labels, &member.value, blocks, diagnostics);
            }
        }
        Kind::Object(members) => {
            let members = Arc::new(members.clone());
            // What stands in a dynamic block is the same whatever the type; only its content is up to the schema.
            let body = if &**head.kind == "dynamic" {
                shape(source, &members, value.span, &|word| (word == "content").then_some(0), diagnostics)
            } else {
                Body { undecided: Some(members), ..Body::empty(source, value.span) }
            };
            blocks.push(Block {
                kind: Arc::clone(head.kind),
                kind_span: head.kind_span,
                labels: head.labels,
                body,
                header: head.header,
            });
        }
        Kind::Null => {}
        Kind::Bool(_) | Kind::Number(_) | Kind::String(..) => {
            let detail = format!("{:?} is a block: an object, or an array of objects, is expected.", head.kind);
            diagnostics.push(Diagnostic::error("Incorrect JSON value type", detail).at(source.range(value.span)));
        }
    }
}

/// Turns a JSON value into an expression: strings are templates.
fn expression(source: &Arc<Source>, node: &Node, diagnostics: &mut Diagnostics) -> Expr {
    let span = node.span;
    let kind = match &node.kind {
        Kind::Null => ExprKind::Literal(Value::null(Type::Dynamic)),
        Kind::Bool(value) => ExprKind::Literal(Value::bool(*value)),
        Kind::Number(number) => ExprKind::Literal(Value::number(number.clone())),
        Kind::String(text, plain) => string(source, text, *plain, span, diagnostics),
        Kind::Array(elements) => {
            ExprKind::Tuple(elements.iter().map(|element| expression(source, element, diagnostics)).collect())
        }
        Kind::Object(members) => {
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            let mut items = Vec::new();
            for member in &members.0 {
                if !seen.insert(&member.name) {
                    let detail = format!("The member {:?} is given twice in one object.", member.name);
                    diagnostics.push(Diagnostic::error("Duplicate definition", detail).at(source.range(member.span)));
                }
                let key = string(source, &member.name, false, member.span, diagnostics);
                items.push((Expr { kind: key, span: member.span }, expression(source, &member.value, diagnostics)));
            }
            ExprKind::Object(items)
        }
    };
    Expr { kind, span }
}

fn string(source: &Arc<Source>, text: &str, plain: bool, span: Span, diagnostics: &mut Diagnostics) -> ExprKind {
    // Only a configuration has templates; a file of variables (any other JSON) means what it says.
    let is_configuration = source.file.ends_with(".tf.json");
    if !is_configuration || (!text.contains("${") && !text.contains("%{")) {
        return ExprKind::Literal(Value::string(text));
    }
    let parsed = if plain {
        parse_template(source, Span { start: span.start + 1, end: span.end - 1 })
    } else {
        // Places inside of a text with escapes are not places in the file.
        let inner = Source::new(Arc::clone(&source.file), text);
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        parse_template(&inner, Span { start: 0, end: length }).map(|expr| place::placed(expr, span))
    };
    match parsed {
        Ok(expr) => expr.into_kind(),
        Err(problem) => {
            diagnostics.push(problem.at(source.range(span)));
            ExprKind::Literal(Value::unknown(Type::Dynamic))
        }
    }
}
