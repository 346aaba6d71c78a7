//! Parsing, and finding *all* errors of a text that does not parse: its items are parsed one by one then.

use std::cell::RefCell;
use std::sync::Arc;

use hcl_edit::{parser, structure};
use wpinfra_core::stack::with_room;
use wpinfra_core::{Diagnostic, Diagnostics};

use super::convert::Converter;
use super::prepare::Prepared;
use super::scan::{Root, prepare};
use super::{Body, Source, Span, template};
use crate::expr::{Expr, Expression};

/// Parses a file; with an error in it there is no body, and a diagnostic for each error that can be told apart.
pub fn parse_body(source: &Arc<Source>) -> (Option<Body>, Diagnostics) {
    let bom = if source.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let text = &source.text[bom..];
    match body(source, bom, text) {
        Ok(body) => (Some(body), Diagnostics::new()),
        Err(problems) => {
            let mut diagnostics = Diagnostics::new();
            find_errors(source, bom, text, &mut diagnostics);
            if diagnostics.is_empty() {
                diagnostics = problems;
            }
            (None, diagnostics)
        }
    }
}

fn body(source: &Arc<Source>, offset: usize, text: &str) -> Result<Body, Diagnostics> {
    let prepared = prepared(source, offset, text, Root::Body).map_err(|problem| Diagnostics::from(*problem))?;
    let parsed = parse_body_piece(source, &prepared).map_err(|problem| Diagnostics::from(*problem))?;
    converted(source, &prepared, |converter| converter.body(&parsed))
}

fn prepared(source: &Arc<Source>, offset: usize, text: &str, root: Root) -> Result<Prepared, Box<Diagnostic>> {
    prepare(text, offset, root).map_err(|problem| {
        let range = source.range(Span::new(problem.at..problem.at + 1, 0));
        Box::new(Diagnostic::error(problem.summary, problem.detail).at(range))
    })
}

/// Converts, and fails with what is wrong in the pieces.
fn converted<T>(
    source: &Arc<Source>,
    prepared: &Prepared,
    convert: impl FnOnce(&Converter<'_>) -> T,
) -> Result<T, Diagnostics> {
    let problems = RefCell::default();
    let tree = convert(&Converter { source, prepared, problems: &problems });
    let problems = problems.into_inner();
    if problems.is_empty() { Ok(tree) } else { Err(problems) }
}

/// Parses an expression that has been prepared.
pub(super) fn parse_piece(
    source: &Arc<Source>,
    piece: &Prepared,
) -> Result<hcl_edit::expr::Expression, Box<Diagnostic>> {
    with_room(|| parser::parse_expr(&piece.text)).map_err(|error| Box::new(diagnostic(source, piece, &error)))
}

/// Parses a body that has been prepared.
pub(super) fn parse_body_piece(source: &Arc<Source>, piece: &Prepared) -> Result<structure::Body, Box<Diagnostic>> {
    with_room(|| parser::parse_body(&piece.text)).map_err(|error| Box::new(diagnostic(source, piece, &error)))
}

/// Parses a text that is one expression.
pub fn parse_expression(source: &Arc<Source>) -> Result<Expression, Box<Diagnostic>> {
    let text = source.text.trim_end();
    let offset = text.len() - text.trim_start().len();
    let prepared = prepared(source, offset, &text[offset..], Root::Expression)?;
    let parsed = parse_piece(source, &prepared)?;
    let expr = converted(source, &prepared, |converter| converter.expr(&parsed)).map_err(first)?;
    Ok(Expression { source: Arc::clone(source), expr: Arc::new(expr) })
}

/// Parses a text that is a template from end to end, beginning `offset` bytes into the source.
pub fn parse_template(source: &Arc<Source>, span: Span) -> Result<Expr, Box<Diagnostic>> {
    let text = source.text_of(span);
    let prepared = prepared(source, span.start as usize, text, Root::Template)?;
    let parsed = with_room(|| parser::parse_template(&prepared.text))
        .map_err(|error| Box::new(diagnostic(source, &prepared, &error)))?;
    let kind = converted(source, &prepared, |converter| template::bare(converter, &parsed)).map_err(first)?;
    Ok(Expr { kind, span })
}

fn first(problems: Diagnostics) -> Box<Diagnostic> {
    let bug = || Diagnostic::bug("Lost problem", "An expression failed without a reason.");
    Box::new(problems.into_iter().next().unwrap_or_else(bug))
}

/// Parses the items of a body that does not parse as a whole, and the items of those that do not.
fn find_errors(source: &Arc<Source>, offset: usize, text: &str, diagnostics: &mut Diagnostics) {
    for item in items(text) {
        let item_text = &text[item.start..item.end];
        let Err(problems) = body(source, offset + item.start, item_text) else { continue };
        let before = diagnostics.len();
        if let Some(inside) = item.inside {
            find_errors(source, offset + inside.start, &text[inside], diagnostics);
        }
        if diagnostics.len() == before {
            diagnostics.extend(problems);
        }
    }
}

struct Item {
    start: usize,
    end: usize,
    /// What stands between the braces, if it is a block that ends.
    inside: Option<std::ops::Range<usize>>,
}

/// Cuts a body into its attributes and blocks by counting brackets outside of strings and comments.
fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut scanner = Scanner { text, at: 0 };
    while scanner.skip_blank() {
        let start = scanner.at;
        let inside = scanner.item();
        items.push(Item { start, end: scanner.at, inside });
    }
    items
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

const BLOCK_WORDS: [&str; 12] = [
    "resource",
    "data",
    "variable",
    "output",
    "locals",
    "module",
    "provider",
    "terraform",
    "moved",
    "import",
    "removed",
    "check",
];

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Goes to the next item; `false` at the end.
    fn skip_blank(&mut self) -> bool {
        loop {
            let trimmed = self.rest().trim_start();
            self.at = self.text.len() - trimmed.len();
            if self.skip_comment() {
                continue;
            }
            return self.at < self.text.len();
        }
    }

    fn skip_comment(&mut self) -> bool {
        let rest = self.rest();
        let length = if rest.starts_with('#') || rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            return false;
        };
        self.at += length;
        true
    }

    /// Goes to the end of the item, past its newline; returns the inside of the braces of a block.
    fn item(&mut self) -> Option<std::ops::Range<usize>> {
        let mut depth = 0_usize;
        let mut block: Option<usize> = None;
        let mut assigned = false;
        while let Some(character) = self.rest().chars().next() {
            if self.skip_comment() {
                continue;
            }
            match character {
                '"' => self.string(),
                '<' if self.rest().starts_with("<<") && self.heredoc() => {}
                '{' | '[' | '(' => {
                    if depth == 0 && character == '{' && !assigned {
                        block = Some(self.at + 1);
                    }
                    depth += 1;
                    self.at += 1;
                }
                '}' | ']' | ')' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                    if depth == 0 && block.is_some() {
                        return block.map(|start| start..self.at - 1);
                    }
                }
                '\n' => {
                    self.at += 1;
                    if depth == 0 || self.block_begins() {
                        return None;
                    }
                }
                other => {
                    assigned |= other == '=';
                    self.at += other.len_utf8();
                }
            }
        }
        None
    }

    /// Tells whether a block begins at the start of a line, so that the one before it was not closed.
    fn block_begins(&self) -> bool {
        let line = self.rest().lines().next().unwrap_or_default();
        let word = line.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        BLOCK_WORDS.contains(&word) && line.trim_end().ends_with('{')
    }

    /// Goes past a string, or to the end of the line if it does not end there.
    fn string(&mut self) {
        self.at += 1;
        let mut depth = 0_usize;
        while let Some(character) = self.rest().chars().next() {
            let rest = self.rest();
            match character {
                '\\' if depth == 0 => {
                    let escaped = rest.chars().nth(1).map_or(0, char::len_utf8);
                    self.at += 1 + escaped;
                }
                '$' | '%' if rest[1..].starts_with(character) => self.at += 2,
                '$' | '%' if rest[1..].starts_with('{') => {
                    depth += 1;
                    self.at += 2;
                }
                '"' if depth > 0 => self.string(),
                '{' if depth > 0 => {
                    depth += 1;
                    self.at += 1;
                }
                '}' if depth > 0 => {
                    depth -= 1;
                    self.at += 1;
                }
                '"' => {
                    self.at += 1;
                    return;
                }
                '\n' if depth == 0 => return,
                other => self.at += other.len_utf8(),
            }
        }
    }

    /// Goes past a heredoc, or to the end of the text if it does not end; `false` if this is none.
    fn heredoc(&mut self) -> bool {
        let rest = self.rest();
        let Some((first, body)) = rest.split_once('\n') else { return false };
        let delimiter = first.trim_start_matches("<<").trim_start_matches('-').trim();
        if delimiter.is_empty() || !delimiter.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            return false;
        }
        let mut length = first.len() + 1;
        for line in body.split_inclusive('\n') {
            if line.trim() == delimiter {
                // The newline after the delimiter ends the item.
                self.at += length + line.trim_end().len();
                return true;
            }
            length += line.len();
        }
        self.at = self.text.len();
        true
    }
}

/// Says in our words what the parser found.
fn diagnostic(source: &Arc<Source>, piece: &Prepared, error: &parser::Error) -> Diagnostic {
    let text = piece.text.as_str();
    let at = error.location().offset().min(text.len());
    let message = error.message();
    let rest = &text[at..];
    let length = rest.chars().next().map_or(0, |c| if c == '\n' { 0 } else { c.len_utf8() });
    let subject = source.range(Span::new(piece.source(at)..piece.source(at) + length, 0));
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let (summary, detail) = if rest.trim().is_empty() && text.matches('{').count() > text.matches('}').count() {
        ("Unclosed block", "The text ends before the block does: a closing brace \"}\" is missing.".to_owned())
    } else if line.matches('"').count() % 2 == 1 && !line.contains("<<") {
        (
            "Unterminated string",
            "A string that begins in this line does not end in it: a closing quote is missing.".to_owned(),
        )
    } else if message.contains("unique") || message.contains("redefined") {
        ("Duplicate definition", "The same name is given a value twice in one place; remove one of the two.".to_owned())
    } else if message.contains("heredoc end") {
        ("Unterminated heredoc", "The heredoc has no line with only its end marker.".to_owned())
    } else if message.contains("nested levels") || message.contains("chained binary") {
        ("Expression too deep", format!("The expression is nested too deeply: {message}."))
    } else {
        ("Invalid syntax", format!("This is not what can stand here: {message}."))
    };
    Diagnostic::error(summary, detail).at(subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(usize, String)> {
        let (body, diagnostics) = parse_body(&Source::new("a.tf", text));
        assert_eq!(body.is_none(), diagnostics.has_errors());
        let at = |d: &Diagnostic| d.subject.as_ref().map_or(0, |range| range.start.line);
        diagnostics.iter().map(|d| (at(d), d.summary.clone())).collect()
    }

    #[test]
    fn all_syntax_errors_of_a_file_are_found() {
        let text = "a {\n  x = = 1\n  y = 2 2\n}\n\nb \"l\" {\n  ok = \"}${\"}\"}\"\n}\nc {\n z = [1,,]\n}\n";
        assert_eq!(lines(text).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 10]);
        assert_eq!(lines("a {\n x = \"abc\n}\nb {\n y = 1 +\n}\n").len(), 2);
        assert_eq!(lines("resource \"a\" \"b\" {\n x = 1\n\nresource \"c\" \"d\" {\n y = = 2\n}\n").len(), 2);
        assert_eq!(lines("a = <<EOT\n}{\nEOT\nb = 1\n"), []);
    }
}
