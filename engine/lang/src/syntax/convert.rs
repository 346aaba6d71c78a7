//! From the trees of `hcl-edit` to ours.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{self as hcl, Expression as Parsed, ObjectKey, TraversalOperator};
use hcl_edit::structure;
use indexmap::IndexMap;
use wpinfra_core::{Number, Type, Value};

use super::template;
use super::{Attribute, Block, Body, Source, Span};
use crate::expr::{
    BinaryOperator, Call, Expr, ExprKind, For, Splat, SplatStep, Step, StepKind, Traversal, UnaryOperator,
};

/// Converts trees whose spans count from `offset` bytes into the source.
pub(super) struct Converter<'s> {
    pub(super) source: &'s Arc<Source>,
    pub(super) offset: usize,
}

impl Converter<'_> {
    pub(super) fn span(&self, range: Option<Range<usize>>) -> Span {
        range.map_or_else(Span::default, |range| Span::new(range, self.offset))
    }

    pub(super) fn body(&self, body: &structure::Body) -> Body {
        let mut attributes = IndexMap::new();
        let mut blocks = Vec::new();
        for item in body {
            match item {
                structure::Structure::Attribute(attribute) => {
                    let converted = self.attribute(attribute);
                    attributes.insert(Arc::clone(&converted.name), converted);
                }
                structure::Structure::Block(block) => blocks.push(self.block(block)),
            }
        }
        Body { source: Arc::clone(self.source), attributes, blocks, span: self.span(body.span()), undecided: None }
    }

    fn attribute(&self, attribute: &structure::Attribute) -> Attribute {
        let name_span = self.span(attribute.key.span());
        let value = self.expr(&attribute.value);
        Attribute {
            source: Arc::clone(self.source),
            name: attribute.key.as_str().into(),
            name_span,
            span: name_span.to(value.span),
            value: Arc::new(value),
        }
    }

    fn block(&self, block: &structure::Block) -> Block {
        let kind_span = self.span(block.ident.span());
        let labels: Vec<(Arc<str>, Span)> =
            block.labels.iter().map(|label| (label.as_str().into(), self.span(label.span()))).collect();
        let header = labels.last().map_or(kind_span, |(_, last)| kind_span.to(*last));
        let mut body = self.body(&block.body);
        // The parser gives the inside of the braces; what messages call the end of the block is the closing brace.
        body.span = self.span(block.span());
        Block { kind: block.ident.as_str().into(), kind_span, labels, body, header }
    }

    pub(super) fn expr(&self, parsed: &Parsed) -> Expr {
        let span = self.span(parsed.span());
        let kind = match parsed {
            Parsed::Null(_) => ExprKind::Literal(Value::null(Type::Dynamic)),
            Parsed::Bool(value) => ExprKind::Literal(Value::bool(*value.value())),
            Parsed::Number(_) => return self.number(span),
            Parsed::String(text) => ExprKind::Literal(Value::string(text.as_str())),
            Parsed::Array(array) => ExprKind::Tuple(array.iter().map(|element| self.expr(element)).collect()),
            Parsed::Object(object) => ExprKind::Object(
                object.iter().map(|(key, value)| (self.object_key(key), self.expr(value.expr()))).collect(),
            ),
            Parsed::StringTemplate(parts) => template::quoted(self, parts),
            Parsed::HeredocTemplate(heredoc) => template::heredoc(self, heredoc),
            Parsed::Parenthesis(inner) => ExprKind::Parenthesis(Box::new(self.expr(inner.inner()))),
            Parsed::Variable(name) => ExprKind::Traversal(Box::new(Traversal {
                root: name.as_str().into(),
                root_span: span,
                steps: Vec::new(),
            })),
            Parsed::Conditional(all) => ExprKind::Conditional(Box::new((
                self.expr(&all.cond_expr),
                self.expr(&all.true_expr),
                self.expr(&all.false_expr),
            ))),
            Parsed::FuncCall(call) => self.call(call),
            Parsed::Traversal(traversal) => return self.traversal(traversal, span),
            Parsed::UnaryOp(operation) => {
                let operator = match operation.operator.value() {
                    hcl::UnaryOperator::Neg => UnaryOperator::Negate,
                    hcl::UnaryOperator::Not => UnaryOperator::Not,
                };
                ExprKind::Unary(operator, Box::new(self.expr(&operation.expr)))
            }
            Parsed::BinaryOp(operation) => ExprKind::Binary(
                binary_operator(*operation.operator.value()),
                Box::new((self.expr(&operation.lhs_expr), self.expr(&operation.rhs_expr))),
            ),
            Parsed::ForExpr(each) => ExprKind::For(Box::new(For {
                key_variable: each.intro.key_var.as_ref().map(|name| name.as_str().into()),
                value_variable: each.intro.value_var.as_str().into(),
                collection: self.expr(&each.intro.collection_expr),
                key: each.key_expr.as_ref().map(|key| self.expr(key)),
                value: self.expr(&each.value_expr),
                condition: each.cond.as_ref().map(|condition| self.expr(&condition.expr)),
                grouping: each.grouping,
            })),
        };
        Expr { kind, span }
    }

    /// Reads a number from its text: the parser's own would lose digits.
    fn number(&self, span: Span) -> Expr {
        let text = self.source.text_of(span);
        let negative = text.strip_prefix('-').map(str::trim_start);
        let value = Number::parse(negative.unwrap_or(text)).map_or_else(|_| Value::null(Type::Number), Value::number);
        let literal = ExprKind::Literal(value);
        let kind = if negative.is_some() {
            ExprKind::Unary(UnaryOperator::Negate, Box::new(Expr { kind: literal, span }))
        } else {
            literal
        };
        Expr { kind, span }
    }

    fn object_key(&self, key: &ObjectKey) -> Expr {
        match key {
            ObjectKey::Ident(name) => Expr {
                kind: ExprKind::Literal(Value::string(name.as_str())),
                span: self.span(key.span().or_else(|| name.span())),
            },
            ObjectKey::Expression(parsed) => match self.expr(parsed) {
                // A word that is a keyword elsewhere is a name here.
                Expr { kind: ExprKind::Literal(value), span } if !matches!(value.ty(), Type::String | Type::Number) => {
                    Expr { kind: ExprKind::Literal(Value::string(self.source.text_of(span))), span }
                }
                other => other,
            },
        }
    }

    fn call(&self, call: &hcl::FuncCall) -> ExprKind {
        let mut name = String::new();
        for part in &call.name.namespace {
            name.push_str(part.as_str());
            name.push_str("::");
        }
        name.push_str(call.name.name.as_str());
        let last = self.span(call.name.name.span());
        let first = call.name.namespace.first().map_or(last, |part| self.span(part.span()));
        ExprKind::Call(Box::new(Call {
            name: name.into(),
            name_span: first.to(last),
            arguments: call.args.iter().map(|argument| self.expr(argument)).collect(),
            expand: call.args.expand_final(),
        }))
    }

    fn traversal(&self, traversal: &hcl::Traversal, span: Span) -> Expr {
        let mut current = self.expr(&traversal.expr);
        let start = current.span;
        let mut operators = traversal.operators.iter();
        while let Some(operator) = operators.next() {
            let operator_span = self.span(operator.span());
            let span = start.to(operator_span);
            match operator.value() {
                TraversalOperator::AttrSplat(_) => {
                    return self.attribute_splat(current, operators.as_slice(), span);
                }
                TraversalOperator::FullSplat(_) => {
                    let each = self.splat_steps(operators.as_slice());
                    return Expr { kind: ExprKind::Splat(Box::new(Splat { list: current, each })), span };
                }
                TraversalOperator::GetAttr(_) | TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => {
                    current = match self.step(operator) {
                        Ok(step) => with_step(current, step, span),
                        Err(key) => Expr { kind: ExprKind::Index(Box::new((current, key))), span },
                    };
                }
            }
        }
        Expr { span, ..current }
    }

    /// `a.*.b.c[0]`: only the names after the operator belong to each element, an index to the resulting list.
    fn attribute_splat(&self, list: Expr, rest: &[hcl_edit::Decorated<TraversalOperator>], span: Span) -> Expr {
        let belongs = |operator: &TraversalOperator| {
            matches!(operator, TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
        };
        let count = rest.iter().take_while(|operator| belongs(operator.value())).count();
        let (each, after) = rest.split_at(count);
        let start = list.span;
        let each_span = each.last().map_or(span, |last| span.to(self.span(last.span())));
        let mut current =
            Expr { kind: ExprKind::Splat(Box::new(Splat { list, each: self.splat_steps(each) })), span: each_span };
        let mut remaining = after.iter();
        while let Some(operator) = remaining.next() {
            let span = start.to(self.span(operator.span()));
            current = match operator.value() {
                TraversalOperator::AttrSplat(_) => return self.attribute_splat(current, remaining.as_slice(), span),
                TraversalOperator::FullSplat(_) => {
                    let each = self.splat_steps(remaining.as_slice());
                    return Expr { kind: ExprKind::Splat(Box::new(Splat { list: current, each })), span };
                }
                TraversalOperator::GetAttr(_) | TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => {
                    match self.step(operator) {
                        Ok(step) => with_step(current, step, span),
                        Err(key) => Expr { kind: ExprKind::Index(Box::new((current, key))), span },
                    }
                }
            };
        }
        current
    }

    fn splat_steps(&self, operators: &[hcl_edit::Decorated<TraversalOperator>]) -> Vec<SplatStep> {
        let mut steps = Vec::new();
        let mut remaining = operators.iter();
        while let Some(operator) = remaining.next() {
            match operator.value() {
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    let span = self.span(operator.span());
                    steps.push(SplatStep::Splat(self.splat_steps(remaining.as_slice()), span));
                    return steps;
                }
                TraversalOperator::GetAttr(_) | TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_) => {
                    steps.push(match self.step(operator) {
                        Ok(step) => SplatStep::Static(step),
                        Err(key) => SplatStep::Index(key),
                    });
                }
            }
        }
        steps
    }

    /// Returns the step of an operator that is no splat, or its key where that is an expression.
    fn step(&self, operator: &hcl_edit::Decorated<TraversalOperator>) -> Result<Step, Expr> {
        let span = self.span(operator.span());
        let kind = match operator.value() {
            TraversalOperator::GetAttr(name) => StepKind::Attribute(name.as_str().into()),
            TraversalOperator::LegacyIndex(index) => StepKind::Index(
                Number::parse(&index.value().to_string()).map_or_else(|_| Value::null(Type::Number), Value::number),
            ),
            TraversalOperator::Index(key) => match self.expr(key) {
                Expr { kind: ExprKind::Literal(value), .. } if !value.is_null() => StepKind::Index(value),
                other => return Err(other),
            },
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => StepKind::Attribute("*".into()),
        };
        Ok(Step { kind, span })
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of expressions are the same here")]
fn with_step(current: Expr, step: Step, span: Span) -> Expr {
    let kind = match current.kind {
        ExprKind::Traversal(mut traversal) => {
            traversal.steps.push(step);
            ExprKind::Traversal(traversal)
        }
        ExprKind::Relative(mut relative) => {
            relative.1.push(step);
            ExprKind::Relative(relative)
        }
        kind => ExprKind::Relative(Box::new((Expr { kind, span: current.span }, vec![step]))),
    };
    Expr { kind, span }
}

fn binary_operator(operator: hcl::BinaryOperator) -> BinaryOperator {
    match operator {
        hcl::BinaryOperator::Eq => BinaryOperator::Equal,
        hcl::BinaryOperator::NotEq => BinaryOperator::NotEqual,
        hcl::BinaryOperator::Less => BinaryOperator::Less,
        hcl::BinaryOperator::LessEq => BinaryOperator::LessOrEqual,
        hcl::BinaryOperator::Greater => BinaryOperator::Greater,
        hcl::BinaryOperator::GreaterEq => BinaryOperator::GreaterOrEqual,
        hcl::BinaryOperator::Plus => BinaryOperator::Add,
        hcl::BinaryOperator::Minus => BinaryOperator::Subtract,
        hcl::BinaryOperator::Mul => BinaryOperator::Multiply,
        hcl::BinaryOperator::Div => BinaryOperator::Divide,
        hcl::BinaryOperator::Mod => BinaryOperator::Modulo,
        hcl::BinaryOperator::And => BinaryOperator::And,
        hcl::BinaryOperator::Or => BinaryOperator::Or,
    }
}
