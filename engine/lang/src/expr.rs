//! Expressions as the evaluator wants them: a compact tree with places, independent of the parser.

use std::sync::Arc;

use wpinfra_core::stack::deeper;
use wpinfra_core::{SourceRange, Value};

use crate::syntax::{Source, Span, parse_expression, parse_part};

/// An expression together with the text that it stands in; cheap to clone.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The text.
    pub source: Arc<Source>,
    /// The tree.
    pub expr: Arc<Expr>,
}

/// A node of an expression.
#[derive(Debug)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Clone, Debug)]
pub enum ExprKind {
    /// A number, bool, null or string without interpolation.
    Literal(Value),
    /// A string with interpolations or directives.
    Template(Vec<TemplatePart>),
    /// `[a, b]`
    Tuple(Vec<Expr>),
    /// `{ a = b }`
    Object(Vec<(Expr, Expr)>),
    /// `(a)`
    Parenthesis(Box<Expr>),
    /// A name with the steps that follow it directly: `var.a.b[0]`.
    Traversal(Box<Traversal>),
    /// Steps after any other expression: `f(x).a.b`.
    Relative(Box<(Expr, Vec<Step>)>),
    /// `a[b]` where `b` is not a literal.
    Index(Box<(Expr, Expr)>),
    /// `a[*].b` or `a.*.b`
    Splat(Box<Splat>),
    /// `a ? b : c`
    Conditional(Box<(Expr, Expr, Expr)>),
    /// `f(a, b)`
    Call(Box<Call>),
    /// `!a`, `-a`
    Unary(UnaryOperator, Box<Expr>),
    /// `a + b - c`: an operand and those that follow, with operators of one precedence, which apply from left to right.
    Binary(Box<Expr>, Vec<(BinaryOperator, Expr)>),
    /// `[for x in y : z]`, `{for x in y : z => w}`
    For(Box<For>),
}

/// A piece of a template.
#[derive(Clone, Debug)]
pub enum TemplatePart {
    /// Text as it is.
    Literal(Arc<str>),
    /// `${a}`
    Interpolation(Expr),
    /// `%{ if a }…%{ else }…%{ endif }`
    If(Box<(Expr, Vec<Self>, Vec<Self>)>),
    /// `%{ for k, v in a }…%{ endfor }`
    For(Box<TemplateFor>),
}

/// A `for` directive.
#[derive(Clone, Debug)]
pub struct TemplateFor {
    /// Variable for the key.
    pub key: Option<Arc<str>>,
    /// Variable for the element.
    pub value: Arc<str>,
    /// What is iterated over.
    pub collection: Expr,
    /// What is repeated.
    pub body: Vec<TemplatePart>,
}

/// A name and the steps that follow it.
#[derive(Clone, Debug)]
pub struct Traversal {
    /// The first name.
    pub root: Arc<str>,
    /// Where the first name stands.
    pub root_span: Span,
    /// The steps.
    pub steps: Vec<Step>,
}

/// A step from a value to a part of it.
#[derive(Clone, Debug)]
pub struct Step {
    /// Which part.
    pub kind: StepKind,
    /// Where the step stands.
    pub span: Span,
}

/// Which part of a value.
#[derive(Clone, Debug)]
pub enum StepKind {
    /// `.name`
    Attribute(Arc<str>),
    /// `["key"]`, `[0]` or `.0`
    Index(Value),
}

/// `each` applied to all elements of a list.
#[derive(Clone, Debug)]
pub struct Splat {
    /// The list, or a single thing that counts as a list of one.
    pub list: Expr,
    /// The steps into each element, in the order of application.
    pub each: Vec<SplatStep>,
}

/// A step after a splat operator.
#[derive(Clone, Debug)]
pub enum SplatStep {
    /// A name or literal index.
    Static(Step),
    /// `[expression]`
    Index(Expr),
    /// A further splat operator, with the steps that follow it.
    Splat(Vec<Self>, Span),
}

/// A function call.
#[derive(Clone, Debug)]
pub struct Call {
    /// The name; `provider::aws::arn_parse` in full.
    pub name: Arc<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// The arguments.
    pub arguments: Vec<Expr>,
    /// Whether the last argument is a list of arguments: `f(a...)`.
    pub expand: bool,
}

/// A `for` expression.
#[derive(Clone, Debug)]
pub struct For {
    /// Variable for the key.
    pub key_variable: Option<Arc<str>>,
    /// Variable for the element.
    pub value_variable: Arc<str>,
    /// What is iterated over.
    pub collection: Expr,
    /// The key of each result; without it the result is a tuple.
    pub key: Option<Expr>,
    /// The value of each result.
    pub value: Expr,
    /// Which elements to keep.
    pub condition: Option<Expr>,
    /// Whether values with the same key are collected: `...`.
    pub grouping: bool,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnaryOperator {
    /// `!`
    Not,
    /// `-`
    Negate,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the operators")]
pub enum BinaryOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    And,
    Or,
}

impl BinaryOperator {
    /// Returns how tightly it binds.
    pub fn precedence(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::NotEqual => 3,
            Self::Less | Self::LessOrEqual | Self::Greater | Self::GreaterOrEqual => 4,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Modulo => 6,
        }
    }
}

impl ExprKind {
    /// Tells whether other expressions are part of it.
    fn has_parts(&self) -> bool {
        match self {
            Self::Literal(_) | Self::Traversal(_) => false,
            Self::Template(_)
            | Self::Tuple(_)
            | Self::Object(_)
            | Self::Parenthesis(_)
            | Self::Relative(_)
            | Self::Index(_)
            | Self::Splat(_)
            | Self::Conditional(_)
            | Self::Call(_)
            | Self::Unary(..)
            | Self::Binary(..)
            | Self::For(_) => true,
        }
    }
}

/// Lets go of parts within parts without running out of stack.
impl Drop for Expr {
    fn drop(&mut self) {
        if self.kind.has_parts() {
            let kind = std::mem::replace(&mut self.kind, ExprKind::Tuple(Vec::new()));
            deeper(|| drop(kind));
        }
    }
}

impl Expression {
    /// Returns where it stands.
    pub fn range(&self) -> SourceRange {
        self.source.range(self.expr.span)
    }

    /// Returns the expression that stands in a string, where one is expected and JSON has only strings.
    #[must_use]
    pub fn unquoted(&self) -> Self {
        let Some(text) = self.expr.literal_text() else { return self.clone() };
        let span = self.expr.span;
        let inside = Span { start: span.start + 1, end: span.end.saturating_sub(1).max(span.start + 1) };
        let parsed = if self.source.text_of(inside) == text {
            parse_part(&self.source, inside)
        } else {
            parse_expression(&Source::new(Arc::clone(&self.source.file), text))
        };
        parsed.unwrap_or_else(|_| self.clone())
    }

    /// Calls `visit` for every traversal in it whose first name is not bound by a `for` around it.
    pub fn traversals<'e>(&'e self, visit: &mut dyn FnMut(&'e Traversal)) {
        self.expr.traversals(&mut Vec::new(), visit);
    }
}

impl TemplatePart {
    /// Calls `visit` for the expressions directly in it.
    pub fn each_part<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match self {
            Self::Literal(_) => {}
            Self::Interpolation(inner) => visit(inner),
            Self::If(all) => {
                visit(&all.0);
                all.1.iter().chain(&all.2).for_each(|part| part.each_part(visit));
            }
            Self::For(each) => {
                visit(&each.collection);
                each.body.iter().for_each(|part| part.each_part(visit));
            }
        }
    }
}

impl SplatStep {
    fn each_part<'e>(&'e self, visit: &mut dyn FnMut(&'e Expr)) {
        match self {
            Self::Static(_) => {}
            Self::Index(key) => visit(key),
            Self::Splat(inner, _) => inner.iter().for_each(|step| step.each_part(visit)),
        }
    }
}

impl Clone for Expr {
    fn clone(&self) -> Self {
        deeper(|| Self { kind: self.kind.clone(), span: self.span })
    }
}

impl Expr {
    /// Takes what it is out of it.
    pub(crate) fn into_kind(mut self) -> ExprKind {
        std::mem::replace(&mut self.kind, ExprKind::Tuple(Vec::new()))
    }

    /// Calls `visit` for the expressions directly in it.
    pub fn each_part<'e>(&'e self, visit: &mut dyn FnMut(&'e Self)) {
        match &self.kind {
            ExprKind::Literal(_) | ExprKind::Traversal(_) => {}
            ExprKind::Template(parts) => parts.iter().for_each(|part| part.each_part(visit)),
            ExprKind::Tuple(elements) => elements.iter().for_each(visit),
            ExprKind::Object(items) => {
                for (key, value) in items {
                    visit(key);
                    visit(value);
                }
            }
            ExprKind::Parenthesis(inner) | ExprKind::Unary(_, inner) => visit(inner),
            ExprKind::Relative(inner) => visit(&inner.0),
            ExprKind::Index(both) => {
                visit(&both.0);
                visit(&both.1);
            }
            ExprKind::Binary(first, rest) => {
                visit(first);
                for (_, operand) in rest {
                    visit(operand);
                }
            }
            ExprKind::Splat(splat) => {
                visit(&splat.list);
                splat.each.iter().for_each(|step| step.each_part(visit));
            }
            ExprKind::Conditional(all) => {
                visit(&all.0);
                visit(&all.1);
                visit(&all.2);
            }
            ExprKind::Call(call) => call.arguments.iter().for_each(visit),
            ExprKind::For(each) => {
                let inner = [&each.collection].into_iter().chain(each.key.iter()).chain([&each.value]);
                inner.chain(&each.condition).for_each(visit);
            }
        }
    }

    /// Returns the text if this is a string without interpolation.
    pub fn literal_text(&self) -> Option<&str> {
        if let ExprKind::Parenthesis(inner) = &self.kind {
            return inner.literal_text();
        }
        if let ExprKind::Literal(value) = &self.kind { value.as_str() } else { None }
    }

    /// Returns the name if this is only a name, as keywords are written.
    pub fn keyword(&self) -> Option<&Arc<str>> {
        let ExprKind::Traversal(traversal) = &self.kind else { return None };
        traversal.steps.is_empty().then_some(&traversal.root)
    }

    /// Calls `visit` for every traversal in it whose first name is not bound by a `for` around it.
    pub fn traversals<'e>(&'e self, bound: &mut Vec<&'e str>, visit: &mut dyn FnMut(&'e Traversal)) {
        deeper(|| self.traversals_inner(bound, visit));
    }

    fn traversals_inner<'e>(&'e self, bound: &mut Vec<&'e str>, visit: &mut dyn FnMut(&'e Traversal)) {
        match &self.kind {
            ExprKind::Literal(_) => {}
            ExprKind::Template(parts) => template_traversals(parts, bound, visit),
            ExprKind::Tuple(elements) => elements.iter().for_each(|element| element.traversals(bound, visit)),
            ExprKind::Object(items) => {
                for (key, value) in items {
                    key.traversals(bound, visit);
                    value.traversals(bound, visit);
                }
            }
            ExprKind::Parenthesis(inner) | ExprKind::Unary(_, inner) => inner.traversals(bound, visit),
            ExprKind::Traversal(traversal) => {
                if !bound.contains(&&*traversal.root) {
                    visit(traversal);
                }
            }
            ExprKind::Relative(inner) => inner.0.traversals(bound, visit),
            ExprKind::Index(both) => {
                both.0.traversals(bound, visit);
                both.1.traversals(bound, visit);
            }
            ExprKind::Binary(first, rest) => {
                first.traversals(bound, visit);
                for (_, operand) in rest {
                    operand.traversals(bound, visit);
                }
            }
            ExprKind::Splat(splat) => {
                splat.list.traversals(bound, visit);
                splat_traversals(&splat.each, bound, visit);
            }
            ExprKind::Conditional(all) => {
                all.0.traversals(bound, visit);
                all.1.traversals(bound, visit);
                all.2.traversals(bound, visit);
            }
            ExprKind::Call(call) => call.arguments.iter().for_each(|argument| argument.traversals(bound, visit)),
            ExprKind::For(each) => {
                each.collection.traversals(bound, visit);
                let before = bound.len();
                bound.extend(each.key_variable.as_deref());
                bound.push(&each.value_variable);
                for inner in each.key.iter().chain([&each.value]).chain(&each.condition) {
                    inner.traversals(bound, visit);
                }
                bound.truncate(before);
            }
        }
    }
}

fn splat_traversals<'e>(steps: &'e [SplatStep], bound: &mut Vec<&'e str>, visit: &mut dyn FnMut(&'e Traversal)) {
    for step in steps {
        match step {
            SplatStep::Static(_) => {}
            SplatStep::Index(key) => key.traversals(bound, visit),
            SplatStep::Splat(inner, _) => splat_traversals(inner, bound, visit),
        }
    }
}

fn template_traversals<'e>(parts: &'e [TemplatePart], bound: &mut Vec<&'e str>, visit: &mut dyn FnMut(&'e Traversal)) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation(inner) => inner.traversals(bound, visit),
            TemplatePart::If(all) => deeper(|| {
                all.0.traversals(bound, visit);
                template_traversals(&all.1, bound, visit);
                template_traversals(&all.2, bound, visit);
            }),
            TemplatePart::For(each) => deeper(|| {
                each.collection.traversals(bound, visit);
                let before = bound.len();
                bound.extend(each.key.as_deref());
                bound.push(&each.value);
                template_traversals(&each.body, bound, visit);
                bound.truncate(before);
            }),
        }
    }
}
