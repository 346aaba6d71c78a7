//! Function calls, and the functions whose arguments the evaluator itself must see: `try`, `can`, `templatefile`, `templatestring`.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::convert::convert;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::{Diagnostic, Diagnostics, Marks, Type, Value};

use super::{Evaluated, Evaluation, Failed, Scope};
use crate::expr::{Call, Expr, ExprKind, Traversal};
use crate::functions::{self, FunctionScope};
use crate::print;
use crate::suggest::did_you_mean;
use crate::syntax::{Source, Span, parse_template};

/// The names that templates see: only the variables that are given to them.
struct TemplateScope<'a> {
    variables: &'a BTreeMap<Arc<str>, Value>,
    functions: FunctionScope<'a>,
}

impl Scope for TemplateScope<'_> {
    fn resolve(
        &self,
        traversal: &Traversal,
        source: &Source,
        diagnostics: &mut Diagnostics,
    ) -> Result<(Value, usize), Failed> {
        if let Some(value) = self.variables.get(&traversal.root) {
            return Ok((value.clone(), 0));
        }
        let names = self.variables.keys().map(|name| &**name);
        diagnostics.push(
            Diagnostic::error(
                "Reference to undeclared template variable",
                format!("The template is given no variable named {:?}.", traversal.root),
            )
            .at(source.range(traversal.root_span))
            .help(did_you_mean(&traversal.root, names)),
        );
        Err(Failed)
    }

    fn functions(&self) -> FunctionScope<'_> {
        self.functions
    }
}

impl Evaluation<'_> {
    pub(super) fn call(&mut self, expr: &Expr, call: &Call) -> Evaluated {
        if !self.scope.allows_calls() {
            let detail = "Only a constant can stand here, so no function can be called. Write the result.";
            return self.fail_at(expr, call.name_span, "Function calls not allowed", detail, None);
        }
        match call.name.strip_prefix("core::").unwrap_or(&call.name) {
            "try" => self.try_call(expr, call),
            "can" => self.can_call(expr, call),
            "templatefile" => self.templatefile(expr, call),
            "templatestring" => self.templatestring(expr, call),
            "type" => {
                let detail =
                    "type() exists in the console only, with one argument, and not as a part of another expression.";
                self.fail_at(expr, call.name_span, "Invalid use of type function", detail, None)
            }
            name => self.plain_call(expr, call, name),
        }
    }

    fn plain_call(&mut self, expr: &Expr, call: &Call, name: &str) -> Evaluated {
        if functions::signature(name).is_none() {
            let evaluator_own = ["try", "can", "templatefile", "templatestring"];
            let names = functions::names().iter().copied().chain(evaluator_own);
            let detail = format!("There is no function named {:?}.", call.name);
            let help = did_you_mean(name, names);
            return self.fail_at(expr, call.name_span, "Call to unknown function", detail, help);
        }
        let (arguments, marks) = match self.arguments(expr, call)? {
            (Some(arguments), marks) => (arguments, marks),
            (None, marks) => return Ok(Value::unknown(Type::Dynamic).with_marks(marks)),
        };
        match functions::call(name, &arguments, &self.scope.functions()) {
            Ok(value) => Ok(value.with_marks(marks)),
            Err(error) => {
                let detail = format!("The call to {name:?} failed: {}.", error.message.trim_end_matches('.'));
                let (summary, span) = Self::place_of(expr, call, name, &error);
                let mut problem = Diagnostic::error(summary, detail).at(self.source.range(span));
                problem.called = Some(call.name.to_string());
                self.fail_with(problem, Some(expr), expr.span)
            }
        }
    }

    /// Returns what to call an error of a function, and where it is: an argument, the name, or where one more would have to stand.
    fn place_of(expr: &Expr, call: &Call, name: &str, error: &functions::FunctionError) -> (&'static str, Span) {
        let argument =
            error.argument.and_then(|index| call.arguments.get(index.min(call.arguments.len().saturating_sub(1))));
        let end = expr.span.end;
        let least = functions::signature(name).map_or(0, |signature| signature.parameters.len());
        match argument {
            Some(argument) => ("Invalid function argument", argument.span),
            None if !call.expand && call.arguments.len() < least => {
                ("Not enough function arguments", Span { start: end.saturating_sub(1), end })
            }
            None => ("Error in function call", Span { start: call.name_span.start, end: call.name_span.end + 1 }),
        }
    }

    /// Evaluates the arguments; `None` where the list of the last ones is unknown.
    fn arguments(&mut self, expr: &Expr, call: &Call) -> Result<(Option<Vec<Value>>, Marks), Failed> {
        let mut arguments = self.all(&call.arguments)?;
        if !call.expand {
            return Ok((Some(arguments), Marks::NONE));
        }
        let (Some(last), Some(last_expr)) = (arguments.pop(), call.arguments.last()) else {
            return self.fail(expr, "Invalid expansion", "There is no argument before \"...\".");
        };
        let marks = last.marks();
        if last.is_null() {
            return self.fail(last_expr, "Invalid expansion", "The argument before \"...\" must not be null.");
        }
        if !matches!(last.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic) {
            let detail = format!("The argument before \"...\" must be a list, but is {}.", print::kind(last.ty()));
            return self.fail(last_expr, "Invalid expansion", detail);
        }
        let Some(elements) = last.elements() else { return Ok((None, marks)) };
        arguments.extend(elements.iter().cloned());
        Ok((Some(arguments), marks))
    }

    /// Tells whether something that an argument refers to is not known yet, so that nobody can say whether it will succeed.
    fn depends_on_unknown(&mut self, argument: &Expr) -> bool {
        let mut traversals = Vec::new();
        argument.traversals(&mut Vec::new(), &mut |traversal| traversals.push(traversal));
        traversals.into_iter().any(|traversal| {
            let whole = Expr { kind: ExprKind::Literal(Value::null(Type::Dynamic)), span: argument.span };
            self.quietly(|this| this.traversal(&whole, traversal)).is_ok_and(|value| !value.is_wholly_known())
        })
    }

    fn try_call(&mut self, expr: &Expr, call: &Call) -> Evaluated {
        let mut problems = Vec::new();
        for argument in &call.arguments {
            if self.depends_on_unknown(argument) {
                return Ok(Value::unknown(Type::Dynamic));
            }
            let before = std::mem::take(&mut self.diagnostics);
            let result = self.expr(argument);
            let found = std::mem::replace(&mut self.diagnostics, before);
            match result {
                Ok(value) if !found.has_errors() => return Ok(value),
                _ => problems.extend(found.into_iter().map(|problem| problem.detail)),
            }
        }
        let detail = format!("None of the expressions has a value: {}", problems.join(" "));
        self.fail(expr, "Error in function call", detail)
    }

    fn can_call(&mut self, expr: &Expr, call: &Call) -> Evaluated {
        let [argument] = call.arguments.as_slice() else {
            return self.fail(expr, "Wrong number of arguments", "\"can\" takes one expression.");
        };
        if self.depends_on_unknown(argument) {
            return Ok(Value::unknown(Type::Bool));
        }
        let before = std::mem::take(&mut self.diagnostics);
        let result = self.expr(argument);
        let found = std::mem::replace(&mut self.diagnostics, before);
        Ok(Value::bool(result.is_ok() && !found.has_errors()))
    }

    fn templatefile(&mut self, expr: &Expr, call: &Call) -> Evaluated {
        let arguments = self.two_arguments(expr, call)?;
        let [path, variables] = &arguments;
        let marks = path.marks() | variables.marks();
        let path = match convert(path, &Type::String) {
            Ok(path) if !path.is_null() => path,
            _ => {
                return self.fail_at(
                    expr,
                    call.arguments[0].span,
                    "Invalid function argument",
                    "The path of the template must be a string.",
                    None,
                );
            }
        };
        let unknown = Value::refined(Type::String, Refinement::not_null());
        let Some(path) = path.as_str() else { return Ok(unknown.with_marks(marks)) };
        let text = match self.scope.functions().files.read(path).map(String::from_utf8) {
            Ok(Ok(text)) => text,
            Ok(Err(_)) => {
                let detail = format!("The file {path:?} is not UTF-8 text.");
                return self.fail_at(expr, call.arguments[0].span, "Invalid function argument", detail, None);
            }
            Err(why) => {
                let detail = format!("The file {path:?} cannot be read: {why}.");
                return self.fail_at(expr, call.arguments[0].span, "Invalid function argument", detail, None);
            }
        };
        let source = Source::new(path, text);
        self.render_template(expr, call, &source, variables).map(|value| value.with_marks(marks))
    }

    fn templatestring(&mut self, expr: &Expr, call: &Call) -> Evaluated {
        let arguments = self.two_arguments(expr, call)?;
        let [text, variables] = &arguments;
        if !matches!(call.arguments[0].kind, ExprKind::Traversal(_) | ExprKind::Relative(_) | ExprKind::Index(_)) {
            let detail = "The template must be a reference to a string, such as local.template; a string in quotes is a template by itself.";
            return self.fail_at(expr, call.arguments[0].span, "Invalid function argument", detail, None);
        }
        let marks = text.marks() | variables.marks();
        let text = match convert(text, &Type::String) {
            Ok(text) if !text.is_null() => text,
            _ => {
                return self.fail_at(
                    expr,
                    call.arguments[0].span,
                    "Invalid function argument",
                    "The template must be a string.",
                    None,
                );
            }
        };
        let unknown = Value::refined(Type::String, Refinement::not_null());
        let Some(text) = text.as_str() else { return Ok(unknown.with_marks(marks)) };
        let source = Source::new("templatestring argument", text);
        self.render_template(expr, call, &source, variables).map(|value| value.with_marks(marks))
    }

    fn two_arguments(&mut self, expr: &Expr, call: &Call) -> Result<[Value; 2], Failed> {
        let arguments = self.all(&call.arguments)?;
        let count = arguments.len();
        if let Ok(arguments) = <[Value; 2]>::try_from(arguments) {
            return Ok(arguments);
        }
        let detail =
            format!("{:?} takes two arguments, the template and its variables, but {count} were given.", call.name);
        self.fail(expr, "Wrong number of arguments", detail)
    }

    fn render_template(&mut self, expr: &Expr, call: &Call, source: &Arc<Source>, variables: &Value) -> Evaluated {
        let empty = BTreeMap::new();
        if variables.is_null() || !matches!(variables.ty(), Type::Map(_) | Type::Object(_) | Type::Dynamic) {
            let detail = "The variables of the template must be an object.";
            return self.fail_at(expr, call.arguments[1].span, "Invalid function argument", detail, None);
        }
        if !variables.is_known() {
            return Ok(Value::refined(Type::String, Refinement::not_null()));
        }
        if self.templates > 0 {
            let detail = format!("A template cannot call {:?}: templates do not include each other.", call.name);
            return self.fail(expr, "Recursive template", detail);
        }
        let invalid = variables.mapping().and_then(|mapping| mapping.keys().find(|name| !is_variable_name(name)));
        if let Some(name) = invalid {
            let detail = format!(
                "{name:?} cannot be the name of a variable in a template: it begins with a letter and goes on with letters, digits and underscores."
            );
            return self.fail_at(expr, call.arguments[1].span, "Invalid function argument", detail, None);
        }
        let length = u32::try_from(source.text.len()).unwrap_or(u32::MAX);
        let template = match parse_template(source, Span { start: 0, end: length }) {
            Ok(template) => template,
            Err(problem) => {
                self.diagnostics.push(*problem);
                return Err(Failed);
            }
        };
        let scope =
            TemplateScope { variables: variables.mapping().unwrap_or(&empty), functions: self.scope.functions() };
        let mut evaluation = Evaluation::new(source, &scope);
        evaluation.templates = self.templates + 1;
        let value = evaluation.expr(&template);
        let diagnostics = evaluation.diagnostics;
        self.diagnostics.extend(diagnostics);
        value
    }
}

/// Tells whether a template can refer to a variable of this name.
fn is_variable_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(unicode_ident::is_xid_start)
        && characters.all(|other| other == '-' || unicode_ident::is_xid_continue(other))
}
