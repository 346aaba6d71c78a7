//! From the trees of `hcl-edit` to ours.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{self as hcl, Expression as Parsed, ObjectKey, TraversalOperator};
use hcl_edit::structure;
use indexmap::IndexMap;
use wpinfra_core::stack::deeper;
use wpinfra_core::{Diagnostics, Number, Type, Value};

use super::prepare::{Cut, Prepared};
use super::{Attribute, Block, Body, Source, Span};
use super::{split, template};
use crate::expr::{
    BinaryOperator, Call, Expr, ExprKind, For, Splat, SplatStep, Step, StepKind, Traversal, UnaryOperator,
};

/// Converts the trees of a prepared text, and those of what was cut out of it.
#[derive(Clone, Copy)]
pub(super) struct Converter<'s> {
    pub(super) source: &'s Arc<Source>,
    pub(super) prepared: &'s Prepared,
    /// What is wrong in what was cut out.
    pub(super) problems: &'s RefCell<Diagnostics>,
}

impl<'s> Converter<'s> {
    pub(super) fn span(&self, range: Option<Range<usize>>) -> Span {
        range.map_or_else(Span::default, |range| {
            Span::new(self.prepared.source(range.start)..self.prepared.source(range.end), 0)
        })
    }

    /// Returns what the name or operator at a place of the prepared text stands for.
    pub(super) fn cut_at(&self, range: Option<Range<usize>>) -> Option<&'s Cut> {
        self.prepared.cut(range?.start)
    }

    /// Parses and converts an expression that was cut out.
    pub(super) fn piece(&self, piece: &'s Prepared) -> Expr {
        match split::parse_piece(self.source, piece) {
            Ok(parsed) => Converter { prepared: piece, ..*self }.expr(&parsed),
            Err(problem) => {
                self.problems.borrow_mut().push(*problem);
                Expr { kind: ExprKind::Literal(Value::unknown(Type::Dynamic)), span: Span::default() }
            }
        }
    }

    fn graft(&self, cut: &'s Cut, span: Span) -> Expr {
        let kind = match cut {
            Cut::Expression(piece) => return self.piece(piece),
            Cut::Literal(value) => ExprKind::Literal(value.clone()),
            Cut::Chain(operands, operators) => {
                let operands = operands.iter().map(|operand| self.piece(operand));
                return chain(operands, operators);
            }
            // These have other places.
            Cut::Unary(_) | Cut::Body(_) | Cut::Directive(_) => ExprKind::Literal(Value::unknown(Type::Dynamic)),
        };
        Expr { kind, span }
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

    fn body_piece(&self, piece: &'s Prepared) -> Body {
        match split::parse_body_piece(self.source, piece) {
            Ok(parsed) => Converter { prepared: piece, ..*self }.body(&parsed),
            Err(problem) => {
                self.problems.borrow_mut().push(*problem);
                Body::empty(self.source, Span::default())
            }
        }
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
        let mut body = match self.cut_at(block.span()) {
            Some(Cut::Body(piece)) => self.body_piece(piece),
            _ => self.body(&block.body),
        };
        // The parser gives the inside of the braces; what messages call the end of the block is the closing brace.
        body.span = self.span(block.span());
        Block { kind: block.ident.as_str().into(), kind_span, labels, body, header }
    }

    pub(super) fn expr(&self, parsed: &Parsed) -> Expr {
        deeper(|| self.expr_inner(parsed))
    }

    fn expr_inner(&self, parsed: &Parsed) -> Expr {
        let span = self.span(parsed.span());
        let kind = match parsed {
            Parsed::Null(_) => ExprKind::Literal(Value::null(Type::Dynamic)),
            Parsed::Bool(value) => ExprKind::Literal(Value::bool(*value.value())),
            Parsed::Number(_) => return self.number(parsed.span().unwrap_or_default(), span),
            Parsed::String(text) => ExprKind::Literal(Value::string(text.as_str())),
            Parsed::Array(array) => ExprKind::Tuple(array.iter().map(|element| self.expr(element)).collect()),
            Parsed::Object(object) => ExprKind::Object(
                object.iter().map(|(key, value)| (self.object_key(key), self.expr(value.expr()))).collect(),
            ),
            Parsed::StringTemplate(parts) => template::quoted(self, parts),
            Parsed::HeredocTemplate(heredoc) => template::heredoc(self, heredoc),
            Parsed::Parenthesis(inner) => ExprKind::Parenthesis(Box::new(self.expr(inner.inner()))),
            Parsed::Variable(_) if let Some(cut) = self.cut_at(parsed.span()) => return self.graft(cut, span),
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
                let operand = self.expr(&operation.expr);
                return self.unary(operator, operand, operation.operator.span(), span);
            }
            Parsed::BinaryOp(operation) => {
                let left = self.expr(&operation.lhs_expr);
                let right = self.expr(&operation.rhs_expr);
                return with_operand(left, binary_operator(*operation.operator.value()), right);
            }
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
    fn number(&self, range: Range<usize>, span: Span) -> Expr {
        let text = self.prepared.text.get(range.clone()).unwrap_or_default();
        let negative = text.strip_prefix(['-', '!']).map(str::trim_start);
        let value = Number::parse(negative.unwrap_or(text)).map_or_else(|_| Value::null(Type::Number), Value::number);
        let literal = Expr { kind: ExprKind::Literal(value), span };
        if negative.is_some() { self.unary(UnaryOperator::Negate, literal, Some(range), span) } else { literal }
    }

    /// Applies the operators before an operand, of which the parser has seen one.
    fn unary(&self, operator: UnaryOperator, operand: Expr, place: Option<Range<usize>>, span: Span) -> Expr {
        let apply =
            |operand, operator: &UnaryOperator| Expr { kind: ExprKind::Unary(*operator, Box::new(operand)), span };
        match self.cut_at(place) {
            Some(Cut::Unary(all)) => all.iter().rev().fold(operand, apply),
            _ => apply(operand, &operator),
        }
    }

    fn object_key(&self, key: &ObjectKey) -> Expr {
        let expr = match key {
            ObjectKey::Ident(name) => {
                let range = key.span().or_else(|| name.span());
                let span = self.span(range.clone());
                match self.cut_at(range) {
                    Some(cut) => self.graft(cut, span),
                    None => return Expr { kind: ExprKind::Literal(Value::string(name.as_str())), span },
                }
            }
            ObjectKey::Expression(parsed) => self.expr(parsed),
        };
        // A word that is a keyword or a reference elsewhere is a name here.
        let is_word = if let ExprKind::Literal(value) = &expr.kind {
            !matches!(value.ty(), Type::String | Type::Number)
        } else {
            expr.keyword().is_some()
        };
        if !is_word {
            return expr;
        }
        Expr { kind: ExprKind::Literal(Value::string(self.source.text_of(expr.span))), span: expr.span }
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
        current.span = span;
        current
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
            TraversalOperator::Index(key) => {
                let key = self.expr(key);
                let literal = if let ExprKind::Literal(value) = &key.kind { Some(value.clone()) } else { None };
                let Some(value) = literal.filter(|value| !value.is_null()) else { return Err(key) };
                StepKind::Index(value)
            }
            TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => StepKind::Attribute("*".into()),
        };
        Ok(Step { kind, span })
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of expressions are the same here")]
fn with_step(current: Expr, step: Step, span: Span) -> Expr {
    let current_span = current.span;
    let kind = match current.into_kind() {
        ExprKind::Traversal(mut traversal) => {
            traversal.steps.push(step);
            ExprKind::Traversal(traversal)
        }
        ExprKind::Relative(mut relative) => {
            relative.1.push(step);
            ExprKind::Relative(relative)
        }
        kind => ExprKind::Relative(Box::new((Expr { kind, span: current_span }, vec![step]))),
    };
    Expr { kind, span }
}

/// Adds an operand, which may bind more tightly than what is there already.
#[expect(clippy::wildcard_enum_match_arm, reason = "all other kinds of expressions are the same here")]
fn with_operand(left: Expr, operator: BinaryOperator, right: Expr) -> Expr {
    let (left_span, span) = (left.span, left.span.to(right.span));
    let kind = match left.into_kind() {
        ExprKind::Binary(first, mut rest)
            if rest.last().is_some_and(|(other, _)| other.precedence() == operator.precedence()) =>
        {
            rest.push((operator, right));
            ExprKind::Binary(first, rest)
        }
        kind => ExprKind::Binary(Box::new(Expr { kind, span: left_span }), vec![(operator, right)]),
    };
    Expr { kind, span }
}

/// Builds the tree of operands with operators between them: those of higher precedence first, then from left to right.
fn chain(operands: impl Iterator<Item = Expr>, operators: &[BinaryOperator]) -> Expr {
    let mut operands = operands;
    let mut waiting: Vec<(Expr, BinaryOperator)> = Vec::new();
    let nothing = || Expr { kind: ExprKind::Literal(Value::unknown(Type::Dynamic)), span: Span::default() };
    let mut current = operands.next().unwrap_or_else(nothing);
    for (operator, right) in operators.iter().zip(operands) {
        while let Some((left, before)) = waiting.pop_if(|(_, before)| before.precedence() >= operator.precedence()) {
            current = with_operand(left, before, current);
        }
        waiting.push((current, *operator));
        current = right;
    }
    while let Some((left, before)) = waiting.pop() {
        current = with_operand(left, before, current);
    }
    current
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
