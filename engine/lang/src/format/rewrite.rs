//! Older spellings to those of today: labels without quotes, interpolations alone, types as words in quotes.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;

use super::token::{Kind, Token};

/// Returns the tokens of a file with what is written in an older way written anew.
pub(super) fn rewrite(tokens: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let mut walk = Walk { rest: tokens.into(), out: Vec::new() };
    // The blocks around, the innermost last; each tells whether it declares a variable.
    let mut blocks: Vec<bool> = Vec::new();
    while let Some(token) = walk.rest.front() {
        if token.kind == Kind::Word {
            let declares_variable = blocks.is_empty() && token.text == "variable";
            let is_type = blocks == [true] && token.text == "type";
            if walk.header() {
                blocks.push(declares_variable);
            } else {
                walk.value(is_type);
            }
        } else {
            if token.kind == Kind::BraceClose {
                blocks.pop();
            }
            walk.keep();
        }
    }
    walk.out
}

struct Walk<'t> {
    rest: VecDeque<Token<'t>>,
    out: Vec<Token<'t>>,
}

impl<'t> Walk<'t> {
    fn keep(&mut self) {
        self.out.extend(self.rest.pop_front());
    }

    /// Takes everything up to the `=` of an attribute or the brace of a block; `true` for a block.
    fn header(&mut self) -> bool {
        let is_end = |token: &Token<'_>| matches!(token.kind, Kind::Assign | Kind::BraceOpen);
        let end = self.rest.iter().position(is_end).unwrap_or(self.rest.len());
        let mut header: Vec<Token<'t>> = self.rest.drain(..end).collect();
        let is_block = self.rest.front().is_some_and(|token| token.kind == Kind::BraceOpen);
        if is_block {
            let after_labels =
                header.split_off(header.iter().rposition(|t| t.kind != Kind::Comment).map_or(0, |at| at + 1));
            labels(header, &mut self.out);
            self.out.extend(after_labels);
        } else {
            self.out.extend(header);
        }
        self.keep();
        is_block
    }

    /// Takes the value of an attribute.
    fn value(&mut self, is_type: bool) {
        let mut depth = 0;
        let is_end = |token: &Token<'_>| {
            let is_end = depth == 0 && (token.ends_line() || token.kind == Kind::BraceClose);
            depth += token.kind.depth();
            is_end
        };
        let end = self.rest.iter().position(is_end).unwrap_or(self.rest.len());
        let mut value: Vec<Token<'t>> = self.rest.drain(..end).collect();
        let is_comment = |token: &Token<'_>| token.kind == Kind::Comment;
        let after = value.split_off(value.iter().rposition(|token| !is_comment(token)).map_or(0, |at| at + 1));
        let start = value.iter().position(|token| !is_comment(token)).unwrap_or(value.len());
        let expression = value.split_off(start);
        self.out.extend(value);
        self.out.extend(if is_type { type_of_today(expression) } else { unwrapped(expression) });
        self.out.extend(after);
    }
}

/// Writes the word in front of a block and its labels, each in quotes; comments between them go.
fn labels<'t>(header: Vec<Token<'t>>, out: &mut Vec<Token<'t>>) {
    let mut tokens = header.into_iter();
    out.extend(tokens.next());
    for token in tokens.filter(|token| token.kind != Kind::Comment) {
        if token.kind == Kind::Word {
            out.push(Token::new(Kind::QuoteOpen, "\""));
            out.push(Token::new(Kind::Literal, token.text));
            out.push(Token::new(Kind::QuoteClose, "\""));
        } else if token.kind == Kind::Literal {
            out.push(Token::new(Kind::Literal, label(token.text)));
        } else {
            out.push(token);
        }
    }
}

/// Returns the text of a label between its quotes, with the escapes that Terraform gives it.
///
/// A label with a sign that could begin a template stays as it is: Terraform loses those, and nothing it accepts has one.
fn label(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains(['$', '%']) || text.chars().all(|c| c.is_ascii_graphic() && c != '\\' || c == ' ') {
        return text;
    }
    let mut escaped = String::new();
    for character in unescaped(&text).nfc() {
        let number = u32::from(character);
        let result = match character {
            '\n' => write!(escaped, "\\n"),
            '\r' => write!(escaped, "\\r"),
            '\t' => write!(escaped, "\\t"),
            '"' | '\\' => write!(escaped, "\\{character}"),
            _ if is_printable(character) => write!(escaped, "{character}"),
            _ if number < 0x1_0000 => write!(escaped, "\\u{number:04x}"),
            _ => write!(escaped, "\\U{number:08x}"),
        };
        result.expect("a String takes everything");
    }
    Cow::Owned(escaped)
}

fn unescaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        let digits = match after.next() {
            Some('u') => 4,
            Some('U') => 8,
            Some(other) => {
                out.push(match other {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    other => other,
                });
                rest = after.as_str();
                continue;
            }
            None => 0,
        };
        let number = after.as_str().get(..digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        out.push(number.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER));
        rest = after.as_str().get(digits..).unwrap_or_default();
    }
    out + rest
}

/// Tells whether the character shows: letters, marks, numbers, punctuation, symbols and the plain space.
fn is_printable(character: char) -> bool {
    // Marks are escaped at the start of a text only.
    ['a', character].iter().collect::<String>().escape_debug().nth(1) == Some(character)
}

/// Returns a type constraint without quotes, and with the type of its elements.
fn type_of_today(expression: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let word = |text: &'static str| Token::new(Kind::Word, text);
    let collection = |name: Token<'static>, of: &'static str| {
        vec![name, Token::new(Kind::ParenthesisOpen, "("), word(of), Token::new(Kind::ParenthesisClose, ")")]
    };
    let kinds_and_texts: Vec<(Kind, &str)> = expression.iter().map(|token| (token.kind, &*token.text)).collect();
    match *kinds_and_texts.as_slice() {
        [(Kind::Word, "list")] => collection(word("list"), "any"),
        [(Kind::Word, "map")] => collection(word("map"), "any"),
        [(Kind::Word, "set")] => collection(word("set"), "any"),
        [(Kind::QuoteOpen, _), (Kind::Literal, "string"), (Kind::QuoteClose, _)] => vec![word("string")],
        [(Kind::QuoteOpen, _), (Kind::Literal, "list"), (Kind::QuoteClose, _)] => collection(word("list"), "string"),
        [(Kind::QuoteOpen, _), (Kind::Literal, "map"), (Kind::QuoteClose, _)] => collection(word("map"), "string"),
        _ => expression,
    }
}

/// Returns what stands in an interpolation that is a whole string: `"${a}"` is `a`.
fn unwrapped(mut expression: Vec<Token<'_>>) -> Vec<Token<'_>> {
    let Some(inside) = inside_of_interpolation(&expression) else { return expression };
    let mut inside: Vec<Token<'_>> = expression.drain(inside).collect();
    if needs_parentheses(&inside) {
        inside.insert(0, Token::new(Kind::ParenthesisOpen, "("));
        inside.push(Token::new(Kind::ParenthesisClose, ")"));
    }
    inside
}

/// Returns where the tokens stand that an interpolation holds, line breaks around them aside, if it is all there is.
fn inside_of_interpolation(expression: &[Token<'_>]) -> Option<Range<usize>> {
    let kinds: Vec<Kind> = expression.iter().map(|token| token.kind).collect();
    let [Kind::QuoteOpen, Kind::TemplateOpen, inside @ .., Kind::TemplateClose, Kind::QuoteClose] = kinds.as_slice()
    else {
        return None;
    };
    let mut quotes = 0_usize;
    for kind in inside {
        if *kind == Kind::QuoteOpen {
            quotes += 1;
        } else if *kind == Kind::QuoteClose {
            quotes = quotes.checked_sub(1)?;
        } else if quotes == 0 && matches!(kind, Kind::TemplateOpen | Kind::TemplateClose) {
            // There are several interpolations, or there is a heredoc that has some.
            return None;
        }
    }
    let start = inside.iter().position(|kind| *kind != Kind::Newline)?;
    let end = inside.iter().rposition(|kind| *kind != Kind::Newline)? + 1;
    Some(start + 2..end + 2)
}

/// Tells whether an expression goes over several lines, where it takes parentheses to go on after the first.
///
/// Terraform forgets about line breaks in comments and those in `(a)\n+ (b)`, and writes what it cannot read then.
fn needs_parentheses(expression: &[Token<'_>]) -> bool {
    let is_in_parentheses = matches!(
        expression,
        [Token { kind: Kind::ParenthesisOpen, .. }, .., Token { kind: Kind::ParenthesisClose, .. }]
    );
    let has_line_break = expression.iter().any(|token| token.kind == Kind::Newline);
    let last = expression.iter().rposition(|token| !matches!(token.kind, Kind::Comment | Kind::Newline)).unwrap_or(0);
    let mut depth = 0;
    let ends_early = expression[..last].iter().any(|token| {
        depth += token.kind.depth();
        depth == 0 && token.ends_line()
    });
    (has_line_break && !is_in_parentheses) || ends_early
}
