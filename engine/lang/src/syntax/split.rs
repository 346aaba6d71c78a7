//! Parsing, and finding *all* errors of a text that does not parse: its items are parsed one by one then.

use std::sync::Arc;

use hcl_edit::parser;
use wpinfra_core::{Diagnostic, Diagnostics};

use super::convert::Converter;
use super::{Body, Source, Span, template};
use crate::expr::{Expr, Expression};

/// Parses a file; with an error in it there is no body, and a diagnostic for each error that can be told apart.
pub fn parse_body(source: &Arc<Source>) -> (Option<Body>, Diagnostics) {
    let bom = if source.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let text = &*without_empty_heredocs(&source.text[bom..]);
    match parser::parse_body(text) {
        Ok(body) => (Some(Converter { source, offset: bom }.body(&body)), Diagnostics::new()),
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
    let text = without_comments(&source.text);
    let text = text.trim_end();
    let offset = text.len() - text.trim_start().len();
    let converter = Converter { source, offset };
    // Parentheses let the expression go over several lines; the error then counts one byte too many.
    match parser::parse_expr(&text[offset..]) {
        Ok(parsed) => Ok(Expression { source: Arc::clone(source), expr: Arc::new(converter.expr(&parsed)) }),
        Err(error) => Err(Box::new(diagnostic(source, offset, &text[offset..], &error))),
    }
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
    let offset = span.start as usize;
    let text = source.text_of(span);
    match parser::parse_template(text) {
        Ok(parsed) => Ok(Expr { kind: template::bare(&Converter { source, offset }, &parsed), span }),
        Err(error) => Err(Box::new(diagnostic(source, offset, text, &error))),
    }
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
    for item in items(text) {
        let item_text = &text[item.start..item.end];
        let Err(error) = parser::parse_body(item_text) else { continue };
        let before = diagnostics.len();
        if let Some(inside) = item.inside {
            find_errors(source, offset + inside.start, &text[inside], diagnostics);
        }
        if diagnostics.len() == before {
            diagnostics.push(diagnostic(source, offset + item.start, item_text, &error));
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

/// Says in our words what the parser found at `offset` bytes into the source.
fn diagnostic(source: &Arc<Source>, offset: usize, text: &str, error: &parser::Error) -> Diagnostic {
    let at = error.location().offset().min(text.len());
    let message = error.message();
    let rest = &text[at..];
    let length = rest.chars().next().map_or(0, |c| if c == '\n' { 0 } else { c.len_utf8() });
    let subject = source.range(Span::new(at..at + length, offset));
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
