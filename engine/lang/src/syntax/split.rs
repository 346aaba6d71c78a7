//! Parsing, and finding *all* errors of a text that does not parse: its items are parsed one by one then.

use std::sync::Arc;

use hcl_edit::parser;
use wpinfra_core::{Diagnostic, Diagnostics};

use super::convert::Converter;
use super::explain::explain;
use super::{Body, Source, Span, template};
use crate::expr::{Expr, Expression};

/// Parses a file; with an error in it there is no body, and a diagnostic for each error that can be told apart.
pub fn parse_body(source: &Arc<Source>) -> (Option<Body>, Diagnostics) {
    let bom = if source.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let text = &*without_empty_heredocs(&source.text[bom..]);
    match parser::parse_body(text) {
        Ok(body) => {
            // The parser takes a marker with more behind it for the end.
            let open = heredocs(text).into_iter().filter(|heredoc| !heredoc.is_ended);
            let problems: Diagnostics = open.map(|heredoc| heredoc_problem(source, bom, text, &heredoc)).collect();
            let body = problems.is_empty().then(|| Converter { source, offset: bom }.body(&body));
            (body, problems)
        }
        Err(error) => {
            let mut diagnostics = Diagnostics::new();
            find_errors(source, bom, text, &mut diagnostics);
            if diagnostics.is_empty() {
                diagnostics.push(diagnostic(source, bom, text, &error));
            }
            (None, diagnostics)
        }
    }
}

/// Writes heredocs without any line, which the parser does not know, as empty strings of the same length.
fn without_empty_heredocs(text: &str) -> std::borrow::Cow<'_, str> {
    let mut out: Option<String> = None;
    for (start, _) in text.match_indices("<<") {
        let after = text[start + 2..].strip_prefix('-').unwrap_or(&text[start + 2..]);
        let Some((delimiter, rest)) = after.split_once('\n') else { continue };
        let name = delimiter.trim_end_matches('\r');
        let word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let line = rest.lines().next().unwrap_or_default();
        if name.len() < 2 || !name.chars().all(word) || line.trim() != name {
            continue;
        }
        // The newline in between hides in a comment.
        let newline = text.len() - rest.len() - 1;
        let end = newline + 1 + line.trim_end().len();
        let changed = out.get_or_insert_with(|| text.to_owned());
        let head = format!("\"\"/*{}", " ".repeat(newline - start - 4));
        let tail = format!("{}*/", " ".repeat(end - newline - 3));
        changed.replace_range(start..newline, &head);
        changed.replace_range(newline + 1..end, &tail);
    }
    out.map_or(std::borrow::Cow::Borrowed(text), std::borrow::Cow::Owned)
}

/// Parses a text that is one expression.
pub fn parse_expression(source: &Arc<Source>) -> Result<Expression, Box<Diagnostic>> {
    let text = source.text.trim_end();
    let offset = text.len() - text.trim_start().len();
    let converter = Converter { source, offset };
    // Parentheses let the expression go over several lines; the error then counts one byte too many.
    match parser::parse_expr(&text[offset..]) {
        Ok(parsed) => Ok(Expression { source: Arc::clone(source), expr: Arc::new(converter.expr(&parsed)) }),
        Err(error) => Err(Box::new(diagnostic(source, offset, &text[offset..], &error))),
    }
}

/// Parses a part of a source that is one expression.
pub fn parse_part(source: &Arc<Source>, span: Span) -> Result<Expression, Box<Diagnostic>> {
    let (offset, text) = (span.start as usize, source.text_of(span));
    match parser::parse_expr(text) {
        Ok(parsed) => {
            let expr = Converter { source, offset }.expr(&parsed);
            Ok(Expression { source: Arc::clone(source), expr: Arc::new(expr) })
        }
        Err(error) => Err(Box::new(diagnostic(source, offset, text, &error))),
    }
}

/// Parses a text that is a template from end to end, beginning `offset` bytes into the source.
pub fn parse_template(source: &Arc<Source>, span: Span) -> Result<Expr, Box<Diagnostic>> {
    let offset = span.start as usize;
    let text = source.text_of(span);
    match parser::parse_template(text) {
        Ok(parsed) => Ok(Expr { kind: template::bare(&Converter { source, offset }, &parsed), span }),
        Err(error) => Err(Box::new(diagnostic(source, offset, text, &error))),
    }
}

/// Parses the items of a body that does not parse as a whole, and the items of those that do not.
fn find_errors(source: &Arc<Source>, offset: usize, text: &str, diagnostics: &mut Diagnostics) {
    let mut after_error = false;
    for item in items(text) {
        let item_text = &text[item.start..item.end];
        // What no item begins with is what is left of the one before.
        if after_error && !item_text.starts_with(|c: char| c == '_' || c == '"' || c.is_alphanumeric()) {
            continue;
        }
        let Err(error) = parser::parse_body(item_text) else {
            after_error = false;
            continue;
        };
        after_error = true;
        let before = diagnostics.len();
        if let Some(inside) = item.inside {
            find_errors(source, offset + inside.start, &text[inside], diagnostics);
        }
        if diagnostics.len() == before {
            diagnostics.push(diagnostic(source, offset + item.start, item_text, &error));
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
    /// Goes through the text and shows every character outside of strings and comments, and every heredoc.
    fn walk(&mut self, character: &mut dyn FnMut(usize, char), heredoc: &mut dyn FnMut(usize, usize)) {
        while let Some(found) = self.rest().chars().next() {
            let start = self.at;
            if self.skip_comment() {
                continue;
            }
            match found {
                '"' => self.string(),
                '<' if self.rest().starts_with("<<") && self.heredoc() => heredoc(start, self.at),
                other => {
                    character(start, other);
                    self.at += other.len_utf8();
                }
            }
        }
    }

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

/// Says in our words what the parser found at `offset` bytes into the source.
fn diagnostic(source: &Arc<Source>, offset: usize, text: &str, error: &parser::Error) -> Diagnostic {
    let at = error.location().offset().min(text.len());
    let message = error.message();
    let rest = &text[at..];
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let problem = |summary: &str, detail: String, at: usize| {
        let length = text[at..].chars().next().map_or(0, |c| if c == '\n' { 0 } else { c.len_utf8() });
        Diagnostic::error(summary, detail).at(source.range(Span::new(at..at + length, offset)))
    };
    let heredoc = heredocs(text).into_iter().find(|heredoc| (heredoc.start..=heredoc.end).contains(&at));
    if let Some(heredoc) = heredoc.filter(|_| message.contains("heredoc end") || message.contains("unexpected token")) {
        return heredoc_problem(source, offset, text, &heredoc);
    }
    if rest.trim().is_empty()
        && let Some(brace) = open_brace(text)
    {
        return problem(
            "Unclosed block",
            "The file ends before this brace is closed: a closing brace \"}\" is missing, here or further down."
                .to_owned(),
            brace,
        );
    }
    if line.matches('"').count() % 2 == 1 && !line.contains("<<") {
        let detail = "A string that begins in this line does not end in it: a closing quote is missing. For several lines use a heredoc, <<EOT, or \\n.";
        return problem("Unterminated string", detail.to_owned(), at);
    }
    if !text.contains('\n') && text.matches('[').count() > text.matches(']').count() {
        let detail = "The expression ends before a bracket is closed: a closing bracket \"]\" is missing.";
        return problem("Unclosed bracket", detail.to_owned(), text.len());
    }
    if message.contains("unique") || message.contains("redefined") {
        let detail = "The same name is given a value twice in one place; remove one of the two.";
        return problem("Duplicate definition", detail.to_owned(), at);
    }
    if message.contains("nested levels") || message.contains("chained binary") {
        return problem("Expression too deep", format!("The expression is nested too deeply: {message}."), at);
    }
    let (summary, detail) = explain(message, &text[line_start..at], rest);
    problem(summary, detail, at)
}

/// A heredoc in a text.
struct Heredoc {
    start: usize,
    /// Where the line with the marker begins, or the end of the text if there is none.
    end: usize,
    is_ended: bool,
}

/// Returns the heredocs of a text.
fn heredocs(text: &str) -> Vec<Heredoc> {
    let mut found = Vec::new();
    let mut scanner = Scanner { text, at: 0 };
    scanner.walk(&mut |_, _| {}, &mut |start, after| {
        let line = text[..after].rfind('\n').map_or(0, |newline| newline + 1);
        let marker = text[start..].lines().next().unwrap_or_default().trim_start_matches('<').trim_start_matches('-');
        let is_ended = text[line..after].trim() == marker.trim();
        found.push(Heredoc { start, end: if is_ended { line } else { after }, is_ended });
    });
    found
}

/// Says what is wrong with a heredoc: it does not end, or the template in it is not complete.
fn heredoc_problem(source: &Arc<Source>, offset: usize, text: &str, heredoc: &Heredoc) -> Diagnostic {
    let first = source.position(offset + heredoc.start).line;
    let begun = text[heredoc.start..].lines().next().unwrap_or_default();
    let at = source.range(Span::new(heredoc.end..heredoc.end, offset));
    if heredoc.is_ended {
        let detail = format!(
            "In the heredoc that begins in line {first} a directive does not end: %{{ if }} needs %{{ endif }}, and %{{ for }} needs %{{ endfor }}. Two percent signs before the brace make it text."
        );
        return Diagnostic::error("Invalid template directive", detail).at(at);
    }
    let detail = format!("The heredoc {begun} in line {first} has no line with only its end marker.");
    Diagnostic::error("Unterminated heredoc", detail).at(at)
}

/// Returns where the last brace stands that is not closed.
fn open_brace(text: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut scanner = Scanner { text, at: 0 };
    scanner.walk(
        &mut |at, character| match character {
            '{' => open.push(at),
            '}' => {
                open.pop();
            }
            _ => {}
        },
        &mut |_, _| {},
    );
    open.pop()
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
