//! Evaluation of expressions to values, with unknowns, marks and errors that accumulate.

mod calls;
mod conditional;
mod console;
mod equality;
mod for_expr;
pub(crate) mod limits;
mod operators;
mod splat;
mod template;
mod traversal;

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::convert::convert;
use wpinfra_core::diagnostic::ReferenceValue;
use wpinfra_core::stack::deeper;
use wpinfra_core::{Diagnostic, Diagnostics, Marks, Type, Value};

use crate::expr::{Expr, ExprKind, Expression, Traversal};
use crate::functions::FunctionScope;
use crate::print;
use crate::syntax::{Source, Span};

pub use console::console_text;
pub use equality::equal;
pub(crate) use for_expr::elements;
pub use traversal::{attribute_of, index_of};

/// What names stand for.
pub trait Scope {
    /// Returns the value that the beginning of a traversal stands for, and how many of its steps that takes in.
    ///
    /// `Err` when the reference is wrong, said in `diagnostics`; what a failed definition gives is unknown, with its diagnostics.
    fn resolve(
        &self,
        traversal: &Traversal,
        source: &Source,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed>;

    /// Returns what functions know besides their arguments.
    fn functions(&self) -> FunctionScope<'_>;

    /// Tells whether functions can be called: not where a constant is wanted.
    fn allows_calls(&self) -> bool {
        true
    }
}

/// An expression has no value; the reason is in the diagnostics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failed;

/// The result of evaluating a part of an expression.
pub type Evaluated = Result<Value, Failed>;

/// Returns the value of an expression; unknown if there are errors.
pub fn evaluate(expression: &Expression, scope: &dyn Scope) -> (Value, Diagnostics) {
    let mut evaluation = Evaluation::new(&expression.source, scope);
    let value = evaluation.expr(&expression.expr);
    (value.unwrap_or_else(|Failed| Value::unknown(Type::Dynamic)), evaluation.diagnostics)
}

/// Evaluates one expression, with more names than those of the scope.
pub fn evaluate_with(
    expression: &Expression,
    scope: &dyn Scope,
    variables: &[(Arc<str>, Value)],
) -> (Evaluated, Diagnostics) {
    let mut evaluation = Evaluation::new(&expression.source, scope);
    evaluation.variables.extend(variables.iter().cloned());
    let value = evaluation.expr(&expression.expr);
    (value, evaluation.diagnostics)
}

/// Describes the values of what an expression refers to.
pub(crate) fn describe(expression: &Expression, scope: &dyn Scope) -> Vec<ReferenceValue> {
    Evaluation::new(&expression.source, scope).references(&expression.expr)
}

/// The evaluation of one expression.
pub struct Evaluation<'a> {
    source: &'a Arc<Source>,
    scope: &'a dyn Scope,
    /// Variables of the `for` expressions and `dynamic` blocks around, innermost last.
    variables: Vec<(Arc<str>, Value)>,
    diagnostics: Diagnostics,
    /// How many templates that include each other are around.
    templates: usize,
    steps_left: u64,
    /// Whether nobody will see the errors, so that they need no details.
    quiet: bool,
}

/// How many parts of expressions may be evaluated for one expression: some ten seconds of work.
const STEP_LIMIT: u64 = 100_000_000;

impl<'a> Evaluation<'a> {
    fn new(source: &'a Arc<Source>, scope: &'a dyn Scope) -> Self {
        Self {
            source,
            scope,
            variables: Vec::new(),
            diagnostics: Diagnostics::new(),
            templates: 0,
            steps_left: STEP_LIMIT,
            quiet: false,
        }
    }

    fn expr(&mut self, expr: &Expr) -> Evaluated {
        self.steps_left = self.steps_left.saturating_sub(1);
        if self.steps_left == 0 {
            let detail = format!("More than {STEP_LIMIT} steps would be needed.");
            return self.fail(expr, "Evaluation too long", detail);
        }
        let value = deeper(|| self.expr_inner(expr))?;
        match limits::excess(&value) {
            Some((summary, detail)) => self.fail(expr, summary, detail),
            None => Ok(value),
        }
    }

    fn expr_inner(&mut self, expr: &Expr) -> Evaluated {
        match &expr.kind {
            ExprKind::Literal(value) => Ok(value.clone()),
            ExprKind::Template(parts) => self.template(expr, parts),
            ExprKind::Tuple(elements) => self.all(elements).map(Value::tuple),
            ExprKind::Object(items) => self.object(items),
            ExprKind::Parenthesis(inner) => self.expr(inner),
            ExprKind::Traversal(traversal) => self.traversal(expr, traversal),
            ExprKind::Relative(relative) => {
                let value = self.expr(&relative.0)?;
                self.steps(expr, value, &relative.1)
            }
            ExprKind::Index(both) => {
                let (value, key) = (self.expr(&both.0), self.expr(&both.1));
                let brackets = Span { start: both.0.span.end, end: expr.span.end };
                self.index(expr, &value?, &key?, brackets)
            }
            ExprKind::Splat(splat) => {
                let list = self.expr(&splat.list)?;
                self.splat(expr, &list, &splat.each)
            }
            ExprKind::Conditional(all) => self.conditional(expr, all),
            ExprKind::Call(call) => self.call(expr, call),
            ExprKind::Unary(operator, operand) => self.unary(expr, *operator, operand),
            ExprKind::Binary(first, rest) => self.binary(expr, first, rest),
            ExprKind::For(each) => self.for_expr(each),
        }
    }

    /// Evaluates all, also when one fails, so that all errors are found.
    fn all(&mut self, exprs: &[Expr]) -> Result<Vec<Value>, Failed> {
        let values: Vec<Evaluated> = exprs.iter().map(|expr| self.expr(expr)).collect();
        values.into_iter().collect()
    }

    fn object(&mut self, items: &[(Expr, Expr)]) -> Evaluated {
        let mut attributes = BTreeMap::new();
        let mut marks = Marks::NONE;
        let mut failed = false;
        let mut keys_known = true;
        for (key_expr, value_expr) in items {
            if let ExprKind::Traversal(traversal) = &key_expr.kind
                && !traversal.steps.is_empty()
            {
                let written = self.source.text_of(key_expr.span);
                let detail = format!(
                    "The key {written} could be meant as a reference or as a text. Write ({written}) for what it refers to, or {written:?} for the text."
                );
                let _: Result<(), Failed> = self.fail(key_expr, "Ambiguous key", detail);
                failed = true;
            }
            let key = self.expr(key_expr).and_then(|key| self.key_text(key_expr, &key));
            let value = self.expr(value_expr);
            match (key, value) {
                (Ok((Some(key), key_marks)), Ok(value)) => {
                    marks |= key_marks;
                    attributes.insert(key, value);
                }
                (Ok((None, key_marks)), Ok(_)) => {
                    marks |= key_marks;
                    keys_known = false;
                }
                (Err(Failed), _) | (_, Err(Failed)) => failed = true,
            }
        }
        if failed {
            return Err(Failed);
        }
        let value = if keys_known { Value::object(attributes) } else { Value::unknown(Type::Dynamic) };
        Ok(value.with_marks(marks))
    }

    /// Returns a key as text; `None` while it is unknown.
    fn key_text(&mut self, expr: &Expr, key: &Value) -> Result<(Option<Arc<str>>, Marks), Failed> {
        let marks = key.marks();
        if key.is_null() {
            return self.fail(expr, "Null value as key", "A key must not be null.");
        }
        match convert(key, &Type::String) {
            Ok(text) if !text.is_known() => Ok((None, marks)),
            Ok(text) => Ok((text.as_str().map(Arc::from), marks)),
            Err(_) => {
                let detail = format!("A key must be a string, but this is {}.", print::kind(key.ty()));
                self.fail(expr, "Incorrect key type", detail)
            }
        }
    }

    /// Reports an error about a part of the expression, with the values of what it refers to.
    fn fail<T>(&mut self, expr: &Expr, summary: &str, detail: impl Into<String>) -> Result<T, Failed> {
        self.fail_at(expr, expr.span, summary, detail, None)
    }

    fn fail_at<T>(
        &mut self,
        expr: &Expr,
        span: Span,
        summary: &str,
        detail: impl Into<String>,
        help: Option<String>,
    ) -> Result<T, Failed> {
        let diagnostic = Diagnostic::error(summary, detail).at(self.source.range(span)).help(help);
        self.fail_with(diagnostic, Some(expr), expr.span)
    }

    /// Reports an error whose place is known, with the values of what a part of the expression refers to.
    ///
    /// `around` is what must be seen to understand the place.
    fn fail_with<T>(&mut self, diagnostic: Diagnostic, referring: Option<&Expr>, around: Span) -> Result<T, Failed> {
        let around = self.source.range(around);
        let is_wider = diagnostic.subject.as_ref() != Some(&around);
        let mut diagnostic = if is_wider { diagnostic.within(around) } else { diagnostic };
        if let (Some(expr), false) = (referring, self.quiet) {
            diagnostic.references = self.references(expr);
        }
        self.diagnostics.push(diagnostic);
        Err(Failed)
    }

    /// Describes the values of the references in a part of the expression, as far as they can be followed.
    ///
    /// What is sensitive, or of which nothing is known, would explain nothing.
    fn references(&mut self, expr: &Expr) -> Vec<ReferenceValue> {
        let mut traversals = Vec::new();
        expr.traversals(&mut Vec::new(), &mut |traversal| traversals.push(traversal));
        let mut described: Vec<ReferenceValue> = Vec::new();
        for traversal in traversals {
            let Some((span, value)) = self.longest_part(traversal) else { continue };
            let reference = self.source.text_of(span).to_owned();
            let is_unknown = !value.is_known() && matches!(value.ty(), Type::Dynamic | Type::Object(_));
            if is_unknown || value.is_sensitive() || described.iter().any(|known| known.reference == reference) {
                continue;
            }
            described.push(ReferenceValue { reference, statement: print::statement(&value) });
        }
        described.sort_by(|one, other| one.reference.cmp(&other.reference));
        described
    }

    /// Returns the longest beginning of a traversal that has a value, with where it stands; a name alone is none.
    fn longest_part(&mut self, traversal: &Traversal) -> Option<(Span, Value)> {
        (1..=traversal.steps.len()).rev().find_map(|count| {
            let steps = traversal.steps[..count].to_vec();
            let span = traversal.root_span.to(steps[count - 1].span);
            let part = Traversal { steps, ..traversal.clone() };
            let whole = Expr { kind: ExprKind::Traversal(Box::new(part.clone())), span };
            self.quietly(|this| this.traversal(&whole, &part)).ok().map(|value| (span, value))
        })
    }

    /// Evaluates without reporting errors.
    fn quietly<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::take(&mut self.diagnostics);
        let quiet = std::mem::replace(&mut self.quiet, true);
        let result = evaluate(self);
        self.quiet = quiet;
        self.diagnostics = before;
        result
    }

    fn variable(&self, name: &str) -> Option<&Value> {
        self.variables.iter().rev().find(|(bound, _)| **bound == *name).map(|(_, value)| value)
    }

    /// Evaluates with variables of a `for` bound.
    fn with_variables<T>(
        &mut self,
        key: Option<&Arc<str>>,
        value: &Arc<str>,
        element: (Value, Value),
        evaluate: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.variables.len();
        if let Some(key) = key {
            self.variables.push((Arc::clone(key), element.0));
        }
        self.variables.push((Arc::clone(value), element.1));
        let result = evaluate(self);
        self.variables.truncate(before);
        result
    }
}
