//! Templates: text with interpolations and directives.

use wpinfra_core::convert::convert;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::stack::deeper;
use wpinfra_core::{Diagnostic, Marks, Type, Value};

use super::{Evaluated, Evaluation, Failed, limits};
use crate::expr::{Expr, TemplatePart};
use crate::print;
use crate::syntax::Span;

/// Text that has been rendered so far.
#[derive(Default)]
struct Rendered {
    /// Where the template stands.
    whole: Span,
    text: String,
    /// Whether something unknown came after `text`, which is then only the beginning.
    unknown: bool,
    marks: Marks,
}

impl Evaluation<'_> {
    pub(super) fn template(&mut self, expr: &Expr, parts: &[TemplatePart]) -> Evaluated {
        if let [TemplatePart::Interpolation(only)] = parts {
            return self.expr(only);
        }
        let mut rendered = Rendered { whole: expr.span, ..Rendered::default() };
        self.render(parts, &mut rendered)?;
        let value = if rendered.unknown {
            let prefix = (!rendered.text.is_empty()).then(|| rendered.text.into());
            Value::refined(Type::String, Refinement { not_null: true, prefix, ..Refinement::default() })
        } else {
            Value::string(rendered.text)
        };
        Ok(value.with_marks(rendered.marks))
    }

    fn render(&mut self, parts: &[TemplatePart], rendered: &mut Rendered) -> Result<(), Failed> {
        let mut failed = false;
        for part in parts {
            let result = match part {
                TemplatePart::Literal(text) => {
                    if !rendered.unknown {
                        rendered.text.push_str(text);
                    }
                    Ok(())
                }
                TemplatePart::Interpolation(expr) => self.interpolation(expr, rendered),
                TemplatePart::If(all) => deeper(|| self.if_directive(all, rendered)),
                TemplatePart::For(each) => deeper(|| self.for_directive(each, rendered)),
            };
            failed |= result.is_err();
        }
        if failed { Err(Failed) } else { Ok(()) }
    }

    fn interpolation(&mut self, expr: &Expr, rendered: &mut Rendered) -> Result<(), Failed> {
        let value = self.expr(expr)?;
        if value.is_null() {
            let problem = Diagnostic::error("Null in a template", "A null value cannot be put into a string.");
            return self.fail_with(problem.at(self.source.range(expr.span)), Some(expr), rendered.whole);
        }
        let Ok(text) = convert(&value, &Type::String) else {
            let detail = format!(
                "Only strings, numbers and bools can be put into a string, but this is {}. Convert it first, with jsonencode for instance.",
                print::kind(value.ty())
            );
            let problem = Diagnostic::error("Invalid template interpolation value", detail);
            return self.fail_with(problem.at(self.source.range(expr.span)), Some(expr), rendered.whole);
        };
        rendered.marks |= text.deep_marks();
        if rendered.unknown {
            return Ok(());
        }
        if let Some(known) = text.as_str() {
            rendered.text.push_str(known);
            if rendered.text.len() > limits::TEXT {
                return self.fail(expr, "Text too long", limits::text());
            }
            return Ok(());
        }
        if let Some(prefix) = text.refinement().and_then(|known| known.prefix.as_deref()) {
            rendered.text.push_str(prefix);
        }
        rendered.unknown = true;
        Ok(())
    }

    fn if_directive(
        &mut self,
        all: &(Expr, Vec<TemplatePart>, Vec<TemplatePart>),
        rendered: &mut Rendered,
    ) -> Result<(), Failed> {
        let (expr, then, otherwise) = all;
        let value = self.expr(expr)?;
        if value.is_null() {
            return self.fail(expr, "Null condition", "The condition must be true or false, but is null.");
        }
        let Ok(condition) = convert(&value, &Type::Bool) else {
            let detail = format!("The condition must be true or false, but is {}.", print::kind(value.ty()));
            return self.fail(expr, "Incorrect condition type", detail);
        };
        rendered.marks |= condition.marks();
        match condition.as_bool() {
            Some(true) => self.render(then, rendered),
            Some(false) => self.render(otherwise, rendered),
            None => {
                rendered.unknown = true;
                let mut unused = Rendered { unknown: true, whole: rendered.whole, ..Rendered::default() };
                let results = [self.render(then, &mut unused), self.render(otherwise, &mut unused)];
                rendered.marks |= unused.marks;
                results.into_iter().collect()
            }
        }
    }

    fn for_directive(&mut self, each: &crate::expr::TemplateFor, rendered: &mut Rendered) -> Result<(), Failed> {
        let collection = self.expr(&each.collection)?;
        rendered.marks |= collection.marks();
        let Some(elements) = self.iterate(&each.collection, &collection)? else {
            rendered.unknown = true;
            return Ok(());
        };
        for element in elements {
            self.with_variables(each.key.as_ref(), &each.value, element, |this| this.render(&each.body, rendered))?;
            if rendered.text.len() > limits::TEXT {
                return self.fail(&each.collection, "Text too long", limits::text());
            }
        }
        Ok(())
    }
}
