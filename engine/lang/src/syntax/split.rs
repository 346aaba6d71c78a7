//! Parsing, and finding *all* errors of a text that does not parse: its items are parsed one by one then.

use std::cell::RefCell;
use std::sync::Arc;

use hcl_edit::{parser, structure};
use wpinfra_core::stack::with_room;
use wpinfra_core::{Diagnostic, Diagnostics};

use super::convert::Converter;
use super::explain::{NO_ITEM, after_expression, explain};
use super::prepare::Prepared;
use super::scan::{Root, prepare};
use super::{Body, Source, Span, template};
use crate::expr::{Expr, Expression};

/// Parses a file; with an error in it there is no body, and a diagnostic for each error that can be told apart.
pub fn parse_body(source: &Arc<Source>) -> (Option<Body>, Diagnostics) {
    let bom = if source.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let text = &source.text[bom..];
    match body(source, bom, text) {
        Ok(body) => {
            // The parser takes a marker with more behind it for the end.
            let open = heredocs(text).into_iter().filter(|heredoc| !heredoc.is_ended);
            let problems: Diagnostics =
                open.map(|heredoc| heredoc_problem(source, text, &heredoc, &|at| bom + at)).collect();
            (problems.is_empty().then_some(body), problems)
        }
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
        let range = source.range(Span::new(problem.at..(problem.at + 1).min(source.text.len().max(problem.at)), 0));
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
    with_room(|| parser::parse_expr(&piece.text))
        .map_err(|error| Box::new(diagnostic(source, piece, Root::Expression, &error)))
}

/// Parses a body that has been prepared.
pub(super) fn parse_body_piece(source: &Arc<Source>, piece: &Prepared) -> Result<structure::Body, Box<Diagnostic>> {
    with_room(|| parser::parse_body(&piece.text))
        .map_err(|error| Box::new(diagnostic(source, piece, Root::Body, &error)))
}

/// Parses a text that is one expression.
pub fn parse_expression(source: &Arc<Source>) -> Result<Expression, Box<Diagnostic>> {
    let text = without_comments(&source.text);
    let text = text.trim_end();
    let offset = text.len() - text.trim_start().len();
    expression(source, offset, &text[offset..])
}

/// Parses a part of a source that is one expression.
pub fn parse_part(source: &Arc<Source>, span: Span) -> Result<Expression, Box<Diagnostic>> {
    expression(source, span.start as usize, source.text_of(span))
}

fn expression(source: &Arc<Source>, offset: usize, text: &str) -> Result<Expression, Box<Diagnostic>> {
    let prepared = prepared(source, offset, text, Root::Expression)?;
    let parsed = parse_piece(source, &prepared)?;
    let expr = converted(source, &prepared, |converter| converter.expr(&parsed)).map_err(first)?;
    Ok(Expression { source: Arc::clone(source), expr: Arc::new(expr) })
}

/// Writes spaces in place of comments, which the parser does not know around an expression.
fn without_comments(text: &str) -> std::borrow::Cow<'_, str> {
    let mut out: Option<String> = None;
    let mut scanner = Scanner { text, at: 0 };
    while let Some(character) = scanner.rest().chars().next() {
        let start = scanner.at;
        if scanner.skip_comment() {
            let blank =
                text[start..scanner.at].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect::<String>();
            out.get_or_insert_with(|| text.to_owned()).replace_range(start..scanner.at, &blank);
        } else if character == '"' {
            scanner.string();
        } else if !(scanner.rest().starts_with("<<") && scanner.heredoc().is_some()) {
            scanner.at += character.len_utf8();
        }
    }
    out.map_or(std::borrow::Cow::Borrowed(text), std::borrow::Cow::Owned)
}

/// Parses a text that is a template from end to end, beginning `offset` bytes into the source.
pub fn parse_template(source: &Arc<Source>, span: Span) -> Result<Expr, Box<Diagnostic>> {
    let text = source.text_of(span);
    let prepared = prepared(source, span.start as usize, text, Root::Template)?;
    let parsed = with_room(|| parser::parse_template(&prepared.text))
        .map_err(|error| Box::new(diagnostic(source, &prepared, Root::Template, &error)))?;
    let kind = converted(source, &prepared, |converter| template::bare(converter, &parsed)).map_err(first)?;
    Ok(Expr { kind, span })
}

fn first(problems: Diagnostics) -> Box<Diagnostic> {
    let bug = || Diagnostic::bug("Lost problem", "An expression failed without a reason.");
    Box::new(problems.into_iter().next().unwrap_or_else(bug))
}

/// Tells whether an expression goes on in the next line: a bracket, an interpolation, a heredoc or a comment is open at its end.
pub fn is_unfinished(text: &str) -> bool {
    // The newline that the user has typed is what a heredoc begins with.
    let text = format!("{text}\n");
    let mut scanner = Scanner { text: &text, at: 0 };
    let mut depth = 0_usize;
    while let Some(character) = scanner.rest().chars().next() {
        let rest = scanner.rest();
        match character {
            '/' if rest.starts_with("/*") && !rest.contains("*/") => return true,
            '"' => {
                if scanner.string() == Ending::Missing {
                    return true;
                }
            }
            '<' if rest.starts_with("<<") => match scanner.heredoc() {
                Some(Ending::Missing) => return true,
                Some(Ending::Found) => {}
                None => scanner.at += 1,
            },
            _ if scanner.skip_comment() => {}
            other => {
                match other {
                    '{' | '[' | '(' => depth += 1,
                    '}' | ']' | ')' => depth = depth.saturating_sub(1),
                    _ => {}
                }
                scanner.at += other.len_utf8();
            }
        }
    }
    depth > 0
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
        let Err(problems) = body(source, offset + item.start, item_text) else {
            after_error = false;
            continue;
        };
        after_error = true;
        let before = diagnostics.len();
        if let Some(inside) = item.inside {
            find_errors(source, offset + inside.start, &text[inside], diagnostics);
        }
        if diagnostics.len() == before {
            diagnostics.extend(problems);
        }
    }
}

pub(super) struct Item {
    pub(super) start: usize,
    pub(super) end: usize,
    /// What stands between the braces, if it is a block that ends.
    inside: Option<std::ops::Range<usize>>,
}

/// Cuts a body into its attributes and blocks by counting brackets outside of strings and comments.
pub(super) fn items(text: &str) -> Vec<Item> {
    let mut items = Vec::new();
    let mut scanner = Scanner { text, at: 0 };
    while scanner.skip_blank() {
        let start = scanner.at;
        let inside = scanner.item();
        items.push(Item { start, end: scanner.at, inside });
    }
    items
}

/// Whether something that must be closed is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    /// It is, or the line ends where only the line could close it.
    Found,
    /// The text ends first.
    Missing,
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
                '"' => {
                    self.string();
                }
                '<' if self.rest().starts_with("<<") && self.heredoc().is_some() => heredoc(start, self.at),
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
                '"' => {
                    self.string();
                }
                '<' if self.rest().starts_with("<<") && self.heredoc().is_some() => {}
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
    fn string(&mut self) -> Ending {
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
                '"' if depth > 0 => {
                    self.string();
                }
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
                    return Ending::Found;
                }
                '\n' if depth == 0 => return Ending::Found,
                other => self.at += other.len_utf8(),
            }
        }
        Ending::Missing
    }

    /// Goes past a heredoc, or to the end of the text if it does not end; `None` if this is none.
    fn heredoc(&mut self) -> Option<Ending> {
        let rest = self.rest();
        let (first, body) = rest.split_once('\n')?;
        let delimiter = first.trim_start_matches("<<").trim_start_matches('-').trim();
        if delimiter.is_empty() || !delimiter.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            return None;
        }
        let mut length = first.len() + 1;
        for line in body.split_inclusive('\n') {
            if line.trim() == delimiter {
                // The newline after the delimiter ends the item.
                self.at += length + line.trim_end().len();
                return Some(Ending::Found);
            }
            length += line.len();
        }
        self.at = self.text.len();
        Some(Ending::Missing)
    }
}

/// Says in our words what the parser found.
fn diagnostic(source: &Arc<Source>, piece: &Prepared, root: Root, error: &parser::Error) -> Diagnostic {
    let text = piece.text.as_str();
    // The parser may stop in the middle of a character that no text can have there.
    let at = text.floor_char_boundary(error.location().offset());
    let message = error.message();
    let rest = &text[at..];
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[line_start..].lines().next().unwrap_or_default();
    let problem = |summary: &str, detail: String, at: usize| {
        let length = text[at..].chars().next().map_or(0, |c| if c == '\n' { 0 } else { c.len_utf8() });
        Diagnostic::error(summary, detail).at(source.range(Span::new(piece.source(at)..piece.source(at) + length, 0)))
    };
    let heredoc = heredocs(text).into_iter().find(|heredoc| (heredoc.start..=heredoc.end).contains(&at));
    if let Some(heredoc) = heredoc.filter(|_| message.contains("heredoc end") || message.contains("unexpected token")) {
        return heredoc_problem(source, text, &heredoc, &|at| piece.source(at));
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
    let (summary, detail) = match explain(message, &text[line_start..at], rest) {
        // No line begins in an expression, so nothing that begins one is missing.
        (NO_ITEM, _) if root == Root::Expression && !rest.trim().is_empty() => after_expression(rest),
        other => other,
    };
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
///
/// `place` turns a byte of the text into one of the source.
fn heredoc_problem(source: &Arc<Source>, text: &str, heredoc: &Heredoc, place: &dyn Fn(usize) -> usize) -> Diagnostic {
    let first = source.position(place(heredoc.start)).line;
    let begun = text[heredoc.start..].lines().next().unwrap_or_default();
    let at = source.range(Span::new(place(heredoc.end)..place(heredoc.end), 0));
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

    /// Found by fuzzing: the parser stops inside of the character.
    #[test]
    fn characters_that_cannot_stand_there_are_errors() {
        for text in ["(h\u{616}", "F7{\u{bbbf}", "a${\u{4eb}"] {
            assert!(parse_expression(&Source::new("<expression>", text)).is_err(), "{text}");
            assert!(parse_body(&Source::new("a.tf", format!("x = {text}\n"))).1.has_errors(), "{text}");
        }
    }

    #[test]
    fn all_syntax_errors_of_a_file_are_found() {
        let text = "a {\n  x = = 1\n  y = 2 2\n}\n\nb \"l\" {\n  ok = \"}${\"}\"}\"\n}\nc {\n z = [1,,]\n}\n";
        assert_eq!(lines(text).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 10]);
        assert_eq!(lines("a {\n x = \"abc\n}\nb {\n y = 1 +\n}\n").len(), 2);
        assert_eq!(lines("resource \"a\" \"b\" {\n x = 1\n\nresource \"c\" \"d\" {\n y = = 2\n}\n").len(), 2);
        assert_eq!(lines("a = <<EOT\n}{\nEOT\nb = 1\n"), []);
    }

    #[test]
    fn comments_may_stand_around_an_expression() {
        for (text, expected) in [
            ("1 # é", "1     "),
            ("/* a\n */ \"# b\" // c", "    \n    \"# b\"     "),
            ("<<EOT\n# a\nEOT\n# b", "<<EOT\n# a\nEOT\n   "),
        ] {
            assert_eq!(without_comments(text), expected, "{text}");
            assert!(parse_expression(&Source::new("a", text)).is_ok(), "{text}");
        }
        assert!(parse_expression(&Source::new("a", "# only")).is_err());
    }

    #[test]
    fn an_open_bracket_heredoc_or_comment_goes_on_in_the_next_line() {
        for open in
            ["[1,", "{\na = (", "<<EOT", "<<-EOT\n  a", "upper(<<EOT\na\nEOT", "1 /* a", "\"${f(", "[ # ]", "[\"]\""]
        {
            assert!(is_unfinished(open), "{open}");
        }
        for closed in [
            "",
            "1",
            "[1]",
            ")",
            "[1))",
            "\"[",
            "\"a\nb",
            "<<EOT\na\nEOT",
            "1 # [",
            "1 /* [ */",
            "\"${f({})}[\"",
            "1 <= 2",
        ] {
            assert!(!is_unfinished(closed), "{closed}");
        }
    }
}
