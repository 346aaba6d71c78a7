//! Templates: white space that markers strip, indentation that flush heredocs lose, and the tree of directives.
//!
//! Literals are taken from the source text, not from the parser, because the parser does not resolve escapes inside of
//! directives. As in Terraform a marker strips no further than the end of the line that it stands in.

use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::template::{Element, HeredocTemplate, StringTemplate, Strip, Template};
use unicode_segmentation::UnicodeSegmentation;
use wpinfra_core::Value;
use wpinfra_core::stack::deeper;

use super::convert::Converter;
use super::prepare::{Cut, Directive};
use crate::expr::{Expr, ExprKind, TemplateFor, TemplatePart};

/// Converts the template in a quoted string.
pub(super) fn quoted(converter: &Converter<'_>, template: &StringTemplate) -> ExprKind {
    let mut tokens = Vec::new();
    flatten(converter, template.iter(), Literals::Quoted, &mut tokens);
    finish(tokens)
}

/// Converts a heredoc.
pub(super) fn heredoc(converter: &Converter<'_>, heredoc: &HeredocTemplate) -> ExprKind {
    let mut tokens = Vec::new();
    flatten(converter, heredoc.template.iter(), Literals::Lines, &mut tokens);
    strip(&mut tokens);
    let span = converter.span(heredoc.span());
    if converter.source.text_of(span).starts_with("<<-") {
        flush(&mut tokens);
    }
    finish(tokens)
}

/// Converts a template that stands by itself, as in a file.
pub(super) fn bare(converter: &Converter<'_>, template: &Template) -> ExprKind {
    let mut tokens = Vec::new();
    flatten(converter, template.iter(), Literals::Lines, &mut tokens);
    finish(tokens)
}

/// How the text between sequences is written.
#[derive(Clone, Copy, PartialEq)]
enum Literals {
    /// With backslash escapes, in one piece.
    Quoted,
    /// As it is, line by line.
    Lines,
}

enum Token {
    Literal(String),
    Sequence(Sequence, Strip),
}

enum Sequence {
    Interpolation(Expr),
    If(Expr),
    Else,
    EndIf,
    For(Option<Arc<str>>, Arc<str>, Expr),
    EndFor,
}

fn flatten<'e>(
    converter: &Converter<'_>,
    elements: impl Iterator<Item = &'e Element>,
    literals: Literals,
    tokens: &mut Vec<Token>,
) {
    for element in elements {
        match element {
            Element::Literal(literal) => {
                let raw = converter.source.text_of(converter.span(literal.span()));
                match literals {
                    Literals::Quoted => tokens.push(Token::Literal(unescape(raw, true))),
                    Literals::Lines => {
                        let lines = raw.split_inclusive('\n');
                        tokens.extend(lines.map(|line| Token::Literal(unescape(line, false))));
                    }
                }
            }
            Element::Interpolation(inner) => {
                let sequence = match converter.cut_at(inner.expr.span()) {
                    Some(Cut::Directive(directive)) => sequence(converter, directive),
                    _ => Sequence::Interpolation(converter.expr(&inner.expr)),
                };
                tokens.push(Token::Sequence(sequence, inner.strip));
            }
            // Directives have become interpolations when the text was prepared.
            Element::Directive(_) => {}
        }
    }
}

fn sequence<'s>(converter: &Converter<'s>, directive: &'s Directive) -> Sequence {
    match directive {
        Directive::If(condition) => Sequence::If(converter.piece(condition)),
        Directive::Else => Sequence::Else,
        Directive::EndIf => Sequence::EndIf,
        Directive::For(key, value, collection) => {
            Sequence::For(key.clone(), Arc::clone(value), converter.piece(collection))
        }
        Directive::EndFor => Sequence::EndFor,
    }
}

/// Takes the white space off that the `~` markers strip, and the markers with it.
fn strip(tokens: &mut [Token]) {
    for index in 0..tokens.len() {
        let Token::Sequence(_, marker) = &mut tokens[index] else { continue };
        let marker = std::mem::replace(marker, Strip::None);
        if matches!(marker, Strip::Start | Strip::Both)
            && let Some(Token::Literal(before)) = index.checked_sub(1).and_then(|at| tokens.get_mut(at))
        {
            before.truncate(before.trim_end().len());
        }
        if matches!(marker, Strip::End | Strip::Both)
            && let Some(Token::Literal(after)) = tokens.get_mut(index + 1)
        {
            *after = after.trim_start().to_owned();
        }
    }
}

/// Takes off the indentation that all lines have in common.
fn flush(tokens: &mut [Token]) {
    let mut least = usize::MAX;
    let mut indented = Vec::new();
    let mut line_start = true;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Literal(text) => {
                if line_start {
                    let inside = text.trim_start();
                    if !(inside.is_empty() && text.ends_with('\n')) {
                        let indentation = text[..text.len() - inside.len()].graphemes(true).count();
                        least = least.min(indentation);
                        indented.push(index);
                    }
                }
                line_start = text.ends_with('\n');
            }
            Token::Sequence(..) => {
                if line_start {
                    least = 0;
                }
                line_start = false;
            }
        }
    }
    for index in indented {
        if let Token::Literal(text) = &mut tokens[index] {
            *text = text.graphemes(true).skip(least).collect();
        }
    }
}

fn finish(mut tokens: Vec<Token>) -> ExprKind {
    strip(&mut tokens);
    let mut parts = assemble(&mut tokens.into_iter());
    match parts.as_mut_slice() {
        [] => ExprKind::Literal(Value::string("")),
        [TemplatePart::Literal(text)] => ExprKind::Literal(Value::string(&**text)),
        _ => ExprKind::Template(parts),
    }
}

/// Builds the parts up to the end of the directive around them.
fn assemble(tokens: &mut impl Iterator<Item = Token>) -> Vec<TemplatePart> {
    assemble_branches(tokens).0
}

/// Builds the parts before and after an `else`.
fn assemble_branches(tokens: &mut dyn Iterator<Item = Token>) -> (Vec<TemplatePart>, Vec<TemplatePart>) {
    deeper(|| assemble_branches_inner(tokens))
}

fn assemble_branches_inner(tokens: &mut dyn Iterator<Item = Token>) -> (Vec<TemplatePart>, Vec<TemplatePart>) {
    let mut first = Vec::new();
    let mut second = None;
    while let Some(token) = tokens.next() {
        let parts = second.as_mut().unwrap_or(&mut first);
        match token {
            Token::Literal(text) => push_literal(parts, &text),
            Token::Sequence(sequence, _) => match sequence {
                Sequence::Interpolation(expr) => parts.push(TemplatePart::Interpolation(expr)),
                Sequence::If(condition) => {
                    let (then, otherwise) = assemble_branches(tokens);
                    parts.push(TemplatePart::If(Box::new((condition, then, otherwise))));
                }
                Sequence::For(key, value, collection) => {
                    let (body, _) = assemble_branches(tokens);
                    parts.push(TemplatePart::For(Box::new(TemplateFor { key, value, collection, body })));
                }
                Sequence::Else => second = Some(Vec::new()),
                Sequence::EndIf | Sequence::EndFor => break,
            },
        }
    }
    (first, second.unwrap_or_default())
}

fn push_literal(parts: &mut Vec<TemplatePart>, text: &str) {
    if let Some(TemplatePart::Literal(before)) = parts.last_mut() {
        *before = format!("{before}{text}").into();
    } else {
        parts.push(TemplatePart::Literal(text.into()));
    }
}

/// Resolves `$${`, `%%{` and, in quoted text, backslash escapes.
fn unescape(raw: &str, backslashes: bool) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        let length = character.len_utf8();
        match character {
            '$' | '%' if rest[1..].starts_with(character) && rest[2..].starts_with('{') => {
                out.push(character);
                out.push('{');
                rest = &rest[3..];
            }
            '\\' if backslashes => {
                let (resolved, used) = escape(&rest[1..]);
                out.extend(resolved);
                rest = &rest[1 + used..];
            }
            _ => {
                out.push(character);
                rest = &rest[length..];
            }
        }
    }
    out
}

/// Returns what the text after a backslash means and how long it is; the parser has checked it.
fn escape(text: &str) -> (Option<char>, usize) {
    let digits = |count: usize| {
        let code = text.get(1..=count).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        (code.and_then(char::from_u32), (count + 1).min(text.len()))
    };
    match text.chars().next() {
        Some('n') => (Some('\n'), 1),
        Some('r') => (Some('\r'), 1),
        Some('t') => (Some('\t'), 1),
        Some('u') => digits(4),
        Some('U') => digits(8),
        Some(other) => (Some(other), other.len_utf8()),
        None => (None, 0),
    }
}
