//! JSON text to nodes with places.

use std::sync::Arc;

use wpinfra_core::Number;

use super::{Kind, Member, Members, Node};
use crate::syntax::Span;

/// How deep values may be nested.
const DEPTH_LIMIT: usize = 200;

/// Where a text is no JSON, and why.
type Failure = (usize, String);

/// Parses a text that is one JSON value.
pub(super) fn parse(text: &str) -> Result<Node, Failure> {
    let mut parser = Parser { text, at: 0, depth: 0 };
    if text.starts_with('\u{feff}') {
        parser.at = '\u{feff}'.len_utf8();
    }
    let node = parser.value()?;
    parser.skip_space();
    if parser.at < text.len() { Err(parser.wrong("Nothing is expected after the end of the value.")) } else { Ok(node) }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn wrong(&self, detail: &str) -> Failure {
        (self.at, detail.to_owned())
    }

    fn skip_space(&mut self) {
        let trimmed = self.rest().trim_start_matches([' ', '\t', '\n', '\r']);
        self.at = self.text.len() - trimmed.len();
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn value(&mut self) -> Result<Node, Failure> {
        self.skip_space();
        let start = self.at;
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return Err(self.wrong("The values are nested too deeply."));
        }
        let kind =
            match self.rest().chars().next() {
                Some('{') => self.object()?,
                Some('[') => self.array()?,
                Some('"') => {
                    let (text, plain) = self.string()?;
                    Kind::String(text, plain)
                }
                Some('-' | '0'..='9') => self.number()?,
                _ if self.take("true") => Kind::Bool(true),
                _ if self.take("false") => Kind::Bool(false),
                _ if self.take("null") => Kind::Null,
                None => return Err(self.wrong("The text ends where a value is expected.")),
                Some(_) => return Err(self.wrong(
                    "A value is expected here: a string in quotes, a number, true, false, null, an array or an object.",
                )),
            };
        self.depth -= 1;
        Ok(Node { kind, span: Span::new(start..self.at, 0) })
    }

    /// Says that an object or array that begins at the place does not end, if the text is at its end.
    fn still_open(&self, start: usize, detail: &str) -> Result<(), Failure> {
        if self.rest().is_empty() { Err((start, detail.to_owned())) } else { Ok(()) }
    }

    fn object(&mut self) -> Result<Kind, Failure> {
        const OPEN: &str = "The object that begins here has no closing brace.";
        let begin = self.at;
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.skip_space();
            if self.take("}") {
                break;
            }
            self.still_open(begin, OPEN)?;
            let start = self.at;
            if !self.rest().starts_with('"') {
                return Err(self.wrong("The name of a member in quotes, or a closing brace, is expected here."));
            }
            let (name, _) = self.string()?;
            let span = Span::new(start..self.at, 0);
            self.skip_space();
            if !self.take(":") {
                return Err(self.wrong("A colon is expected after the name of a member."));
            }
            let value = self.value()?;
            members.push(Member { name: Arc::from(name), span, value });
            self.skip_space();
            self.still_open(begin, OPEN)?;
            let comma = self.at;
            if self.take(",") {
                self.skip_space();
                if self.rest().starts_with('}') {
                    return Err((comma, "There is no comma after the last member of an object. Remove it.".to_owned()));
                }
            } else if !self.rest().starts_with('}') {
                return Err(self.wrong("A comma or a closing brace is expected after a member."));
            }
        }
        Ok(Kind::Object(Members(members)))
    }

    fn array(&mut self) -> Result<Kind, Failure> {
        const OPEN: &str = "The array that begins here has no closing bracket.";
        let begin = self.at;
        self.at += 1;
        let mut elements = Vec::new();
        loop {
            self.skip_space();
            if self.take("]") {
                break;
            }
            self.still_open(begin, OPEN)?;
            elements.push(self.value()?);
            self.skip_space();
            self.still_open(begin, OPEN)?;
            let comma = self.at;
            if self.take(",") {
                self.skip_space();
                if self.rest().starts_with(']') {
                    return Err((comma, "There is no comma after the last element of an array. Remove it.".to_owned()));
                }
            } else if !self.rest().starts_with(']') {
                return Err(self.wrong("A comma or a closing bracket is expected after an element."));
            }
        }
        Ok(Kind::Array(elements))
    }

    fn number(&mut self) -> Result<Kind, Failure> {
        let fits = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let length = self.rest().find(|c| !fits(c)).unwrap_or(self.rest().len());
        let digits = self.rest()[..length].trim_start_matches('-');
        if digits.len() > 1 && digits.starts_with('0') && digits[1..].starts_with(|next: char| next.is_ascii_digit()) {
            return Err(self.wrong("A number in JSON does not begin with zeros."));
        }
        let number = Number::parse(&self.rest()[..length]).map_err(|_| self.wrong("This is no number."))?;
        self.at += length;
        Ok(Kind::Number(number))
    }

    /// Reads a string; also tells whether it has no escapes.
    fn string(&mut self) -> Result<(String, bool), Failure> {
        let start = self.at;
        self.at += 1;
        let mut plain = true;
        loop {
            match self.rest().chars().next() {
                Some('"') => break,
                Some('\\') => {
                    plain = false;
                    let escaped = self.rest().chars().nth(1).map_or(0, char::len_utf8);
                    self.at += 1 + escaped;
                }
                Some('\n') | None => return Err((start, "The string does not end in its line.".to_owned())),
                Some(other) => self.at += other.len_utf8(),
            }
        }
        self.at += 1;
        let quoted = &self.text[start..self.at];
        match serde_json::from_str::<String>(quoted) {
            Ok(text) => Ok((text, plain)),
            Err(error) => Err((start, format!("This is no string: {error}."))),
        }
    }
}
