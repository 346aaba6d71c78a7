//! What is accepted but could be written better: old syntax, and declarations that nothing refers to.

use std::collections::BTreeSet;
use std::sync::Arc;

use wpinfra_core::stack::deeper;
use wpinfra_core::{Diagnostic, Diagnostics, SourceRange};

use crate::config::load::{is_json, sorted};
use crate::config::{Configuration, Module};
use crate::expr::{Expr, ExprKind, Expression, SplatStep, Step, StepKind, TemplatePart, Traversal};
use crate::references::{Subject, subject};
use crate::syntax::{Body, Source};

/// What was noticed in the files of a module.
#[derive(Default)]
pub(crate) struct Notes {
    old_syntax: Diagnostics,
    variables: BTreeSet<Arc<str>>,
    locals: BTreeSet<Arc<str>>,
}

impl Notes {
    /// Looks through a file.
    pub(crate) fn read(&mut self, body: &Body) {
        if is_json(&body.source.file) {
            // Which strings are expressions is not decided yet; a name that is mentioned anywhere counts as used.
            self.variables.extend(names_after("var.", &body.source.text));
            self.locals.extend(names_after("local.", &body.source.text));
        } else {
            self.body(body, None);
        }
    }

    /// Looks through a body; what a variable's own block says of it is no use of it.
    fn body(&mut self, body: &Body, own: Option<&Arc<str>>) {
        for attribute in body.attributes.values() {
            self.expr(&attribute.value, &attribute.source, own);
        }
        for block in &body.blocks {
            let own = if &*block.kind == "variable" { block.label(0) } else { own };
            self.body(&block.body, own);
        }
    }

    fn expr(&mut self, expr: &Expr, source: &Arc<Source>, own: Option<&Arc<str>>) {
        deeper(|| self.one_expr(expr, source, own));
    }

    fn one_expr(&mut self, expr: &Expr, source: &Arc<Source>, own: Option<&Arc<str>>) {
        match &expr.kind {
            ExprKind::Template(parts) if matches!(parts.as_slice(), [TemplatePart::Interpolation(_)]) => {
                let detail = "A string that is nothing but one interpolation is the value itself: write var.name instead of \"${var.name}\".";
                self.note(source.range(expr.span), "Interpolation-only expression", detail);
            }
            ExprKind::Traversal(traversal) => {
                self.steps(&traversal.steps, source);
                self.mention(traversal, source, own);
            }
            ExprKind::Relative(relative) => self.steps(&relative.1, source),
            ExprKind::Splat(splat) => {
                let after = source.text.get(splat.list.span.end as usize..).unwrap_or_default();
                if after.starts_with(".*") {
                    let detail = "The operator .* is an old way of writing [*], which also goes for what follows it: write list[*].name instead of list.*.name.";
                    self.note(source.range(expr.span), "Old splat operator", detail);
                }
                for step in &splat.each {
                    if let SplatStep::Static(step) = step {
                        self.steps(std::slice::from_ref(step), source);
                    }
                }
            }
            ExprKind::Object(items) => {
                for (key, value) in items {
                    // A key that is an interpolation alone has no shorter form.
                    if let ExprKind::Template(parts) = &key.kind {
                        self.parts(parts, source, own);
                    } else {
                        self.expr(key, source, own);
                    }
                    self.expr(value, source, own);
                }
                return;
            }
            ExprKind::Literal(_)
            | ExprKind::Template(_)
            | ExprKind::Tuple(_)
            | ExprKind::Parenthesis(_)
            | ExprKind::Index(_)
            | ExprKind::Conditional(_)
            | ExprKind::Call(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::For(_) => {}
        }
        expr.each_part(&mut |part| self.expr(part, source, own));
    }

    fn parts(&mut self, parts: &[TemplatePart], source: &Arc<Source>, own: Option<&Arc<str>>) {
        for part in parts {
            part.each_part(&mut |part| self.expr(part, source, own));
        }
    }

    fn steps(&mut self, steps: &[Step], source: &Source) {
        for step in steps {
            if matches!(step.kind, StepKind::Index(_)) && source.text_of(step.span).starts_with('.') {
                let detail = "An index after a dot is an old way of writing an index in brackets: write list[0] instead of list.0.";
                self.note(source.range(step.span), "Old index syntax", detail);
            }
        }
    }

    fn mention(&mut self, traversal: &Traversal, source: &Source, own: Option<&Arc<str>>) {
        match subject(traversal, source) {
            Ok((Subject::Variable(name), _)) if Some(&name) != own => drop(self.variables.insert(name)),
            Ok((Subject::Local(name), _)) => drop(self.locals.insert(name)),
            Ok(_) | Err(_) => {}
        }
    }

    fn note(&mut self, range: SourceRange, summary: &str, detail: &str) {
        self.old_syntax.push(Diagnostic::general_warning(summary, detail).at(range));
    }
}

/// Returns the names that follow a prefix in a text.
fn names_after<'t>(prefix: &'t str, text: &'t str) -> impl Iterator<Item = Arc<str>> + 't {
    let is_part = |character: char| character.is_alphanumeric() || character == '_' || character == '-';
    text.match_indices(prefix).map(move |(at, _)| {
        let rest = &text[at + prefix.len()..];
        rest[..rest.find(|character| !is_part(character)).unwrap_or(rest.len())].into()
    })
}

/// Says that a reference or a keyword stands in quotes, as versions before 0.12 had it; in JSON there is no other way.
pub(crate) fn note_quotes(expression: &Expression, what: &str, diagnostics: &mut Diagnostics) {
    if expression.expr.literal_text().is_none() || is_json(&expression.source.file) {
        return;
    }
    let detail = format!(
        "A {what} stands without quotes here. With them it is accepted for the sake of old configurations; take them away."
    );
    diagnostics
        .push(Diagnostic::general_warning(format!("Quoted {what}s are deprecated"), detail).at(expression.range()));
}

impl Configuration {
    /// Returns what could be written better in the root module and the local modules: for `validate`.
    pub fn advice(&self) -> Diagnostics {
        let mut seen = BTreeSet::new();
        let mut diagnostics = Diagnostics::new();
        for node in &self.modules {
            // Modules that were fetched from elsewhere are not the user's to change.
            let is_fetched = node.dir.split('/').any(|part| part == ".wpinfra" || part == ".terraform");
            if !is_fetched && seen.insert(&node.dir) {
                diagnostics.extend(node.module.notes.old_syntax.clone());
                unused(&node.module, &mut diagnostics);
            }
        }
        sorted(diagnostics)
    }
}

fn unused(module: &Module, diagnostics: &mut Diagnostics) {
    for variable in module.variables.values().filter(|variable| !module.notes.variables.contains(&variable.name)) {
        let detail = format!("The variable {:?} is declared, but nothing in its module refers to it.", variable.name);
        diagnostics.push(Diagnostic::general_warning("Unused variable", detail).at(variable.range.clone()));
    }
    for (name, local) in module.locals.iter().filter(|(name, _)| !module.notes.locals.contains(*name)) {
        let detail = format!("The local value {name:?} is declared, but nothing in its module refers to it.");
        diagnostics.push(Diagnostic::general_warning("Unused local value", detail).at(local.range.clone()));
    }
}
