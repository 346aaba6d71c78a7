//! Values as expressions of the language, laid out as `terraform fmt` would.

use wpinfra_core::Value;
use wpinfra_core::quote::is_printable;
use wpinfra_core::value::Content;

/// Writes an object or map as `name = value` lines.
pub(super) fn encode(value: &Value) -> Result<String, String> {
    let Some(entries) = value.mapping() else {
        return Err("must be an object, whose attributes become variables".to_owned());
    };
    let mut lines = Lines { done: Vec::new(), current: Line::default() };
    for (name, value) in entries {
        if !is_identifier(name) {
            return Err(format!("{name:?} cannot be the name of a variable"));
        }
        lines.current.name = name.to_string();
        lines.value(value);
        lines.new_line();
    }
    Ok(if lines.done.is_empty() { String::new() } else { laid_out(lines.done) + "\n" })
}

/// Writes a wholly known value as an expression.
pub(super) fn expression(value: &Value) -> String {
    let mut lines = Lines { done: Vec::new(), current: Line::default() };
    lines.value(value);
    lines.new_line();
    laid_out(lines.done)
}

fn laid_out(mut lines: Vec<Line>) -> String {
    align(&mut lines);
    indent(&mut lines);
    lines.iter().map(Line::text).collect::<Vec<_>>().join("\n")
}

/// One line: in an object, a name and what is assigned to it.
#[derive(Default)]
struct Line {
    name: String,
    /// Spaces between name and equals sign, beyond the one that always stands there.
    gap: usize,
    /// What follows the equals sign, or all of it where there is no name.
    rest: String,
    /// Brackets opened less brackets closed.
    opened: i64,
    indent: usize,
}

impl Line {
    fn text(&self) -> String {
        let indent = " ".repeat(self.indent);
        if self.name.is_empty() {
            return format!("{indent}{}", self.rest);
        }
        format!("{indent}{}{} = {}", self.name, " ".repeat(self.gap), self.rest)
    }
}

struct Lines {
    done: Vec<Line>,
    current: Line,
}

impl Lines {
    fn push(&mut self, text: &str, opened: i64) {
        self.current.rest.push_str(text);
        self.current.opened += opened;
    }

    fn new_line(&mut self) {
        self.done.push(std::mem::take(&mut self.current));
    }

    fn value(&mut self, value: &Value) {
        match value.content() {
            Content::Null | Content::Unknown(_) => self.push("null", 0),
            Content::Bool(value) => self.push(if *value { "true" } else { "false" }, 0),
            Content::Number(number) => self.push(&number.to_string(), 0),
            Content::String(text) => self.push(&quoted(text), 0),
            Content::Sequence(elements) => {
                self.push("[", 1);
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.push(", ", 0);
                    }
                    self.value(element);
                }
                self.push("]", -1);
            }
            Content::Mapping(entries) if entries.is_empty() => self.push("{}", 0),
            Content::Mapping(entries) => {
                self.push("{", 1);
                for (name, value) in entries.iter() {
                    self.new_line();
                    self.current.name = if is_identifier(name) { name.to_string() } else { quoted(name) };
                    self.value(value);
                }
                self.new_line();
                self.push("}", -1);
            }
        }
    }
}

/// Puts the equals signs of lines that follow one another below one another; a value over several lines ends the row.
fn align(lines: &mut [Line]) {
    let stands_alone = |line: &Line| line.name.is_empty() || line.opened != 0;
    let mut rest = lines;
    while let Some(start) = rest.iter().position(|line| !stands_alone(line)) {
        let (_, row) = rest.split_at_mut(start);
        let length = row.iter().position(stands_alone).unwrap_or(row.len());
        let (row, after) = row.split_at_mut(length);
        let width = |line: &Line| line.name.chars().count();
        let widest = row.iter().map(width).max().unwrap_or(0);
        for line in row {
            line.gap = widest - width(line);
        }
        rest = after;
    }
}

/// Indents by two for each line around that opened more brackets than it closed.
fn indent(lines: &mut [Line]) {
    let mut open: Vec<i64> = Vec::new();
    for line in lines {
        let mut closed = -line.opened;
        while closed > 0 {
            let Some(last) = open.last_mut() else { break };
            if closed < *last {
                *last -= closed;
                break;
            }
            closed -= *last;
            open.pop();
        }
        line.indent = 2 * open.len();
        if line.opened > 0 {
            open.push(line.opened);
        }
    }
}

fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(unicode_ident::is_xid_start)
        && characters.all(|c| unicode_ident::is_xid_continue(c) || c == '-')
}

fn quoted(text: &str) -> String {
    use std::fmt::Write as _;
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                quoted.push(c);
                quoted.push(c);
            }
            ' '..='~' => quoted.push(c),
            other if !other.is_ascii() && is_printable(other) => quoted.push(other),
            '\0'..='\u{ffff}' => _ = write!(quoted, "\\u{:04x}", u32::from(c)),
            _ => _ = write!(quoted, "\\U{:08x}", u32::from(c)),
        }
    }
    quoted.push('"');
    quoted
}
