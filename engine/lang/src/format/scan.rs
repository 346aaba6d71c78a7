//! Text to tokens, none of its bytes lost but white space between tokens.

use unicode_ident::{is_xid_continue, is_xid_start};

use super::token::{Kind, Token};

/// Returns the tokens of a text, and how much white space follows the last one.
///
/// What is no token of the language becomes [`Kind::Unknown`].
pub(super) fn scan(text: &str) -> (Vec<Token<'_>>, usize) {
    let mut scanner = Scanner { text, at: 0, blank: 0, tokens: Vec::new(), inside: vec![Inside::Code { braces: 0 }] };
    while scanner.at < text.len() {
        match *scanner.inside.last().expect("the outermost is never left") {
            Inside::Code { braces } => scanner.code(braces),
            Inside::String => scanner.string(),
            Inside::Heredoc { name, is_line_start } => scanner.heredoc(name, is_line_start),
        }
    }
    (scanner.tokens, scanner.blank)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// White space since the last token.
    blank: usize,
    tokens: Vec<Token<'t>>,
    /// What the place is inside of, the innermost last.
    inside: Vec<Inside<'t>>,
}

#[derive(Clone, Copy)]
enum Inside<'t> {
    /// The file, or an interpolation or directive of a template, with the braces that are open in it.
    Code { braces: usize },
    /// A quoted string.
    String,
    /// A heredoc up to the line with its name.
    Heredoc { name: &'t str, is_line_start: bool },
}

/// Tokens that are always the same, longer ones before their beginnings.
const FIXED: [(&str, Kind); 28] = [
    ("...", Kind::Ellipsis),
    ("=>", Kind::Arrow),
    ("==", Kind::Operator),
    ("!=", Kind::Operator),
    ("<=", Kind::Operator),
    (">=", Kind::Operator),
    ("&&", Kind::Operator),
    ("||", Kind::Operator),
    ("::", Kind::Scope),
    ("\r\n", Kind::Newline),
    ("\n", Kind::Newline),
    ("[", Kind::BracketOpen),
    ("]", Kind::BracketClose),
    ("(", Kind::ParenthesisOpen),
    (")", Kind::ParenthesisClose),
    (".", Kind::Dot),
    (",", Kind::Comma),
    ("=", Kind::Assign),
    ("!", Kind::Not),
    ("-", Kind::Minus),
    ("+", Kind::Operator),
    ("*", Kind::Operator),
    ("/", Kind::Operator),
    ("%", Kind::Operator),
    ("<", Kind::Operator),
    (">", Kind::Operator),
    ("?", Kind::Operator),
    (":", Kind::Operator),
];

impl<'t> Scanner<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        if length > 0 {
            self.tokens.push(Token::new(kind, &self.text[self.at..self.at + length]));
            self.at += length;
            self.blank = 0;
        }
    }

    /// Takes one token outside of strings, or the white space before it.
    fn code(&mut self, braces: usize) {
        let rest = self.rest();
        let is_template = self.inside.len() > 1;
        let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        if blank > 0 {
            self.at += blank;
            self.blank = blank;
        } else if let Some(length) = comment_length(rest) {
            self.push(Kind::Comment, length);
        } else if rest.starts_with('"') {
            self.push(Kind::QuoteOpen, 1);
            self.inside.push(Inside::String);
        } else if let Some((length, name)) = heredoc_opening(rest) {
            self.push(Kind::HeredocOpen, length);
            self.inside.push(Inside::Heredoc { name, is_line_start: true });
        } else if rest.starts_with('{') {
            self.push(Kind::BraceOpen, 1);
            self.set_braces(braces + 1);
        } else if is_template && braces == 0 && (rest.starts_with('}') || rest.starts_with("~}")) {
            self.push(Kind::TemplateClose, if rest.starts_with('}') { 1 } else { 2 });
            self.inside.pop();
        } else if rest.starts_with('}') {
            self.push(Kind::BraceClose, 1);
            self.set_braces(braces.saturating_sub(1));
        } else if let Some(length) = word_length(rest) {
            self.push(Kind::Word, length);
        } else if let Some(length) = number_length(rest) {
            self.push(Kind::Number, length);
        } else if let Some((text, kind)) = FIXED.iter().find(|(text, _)| rest.starts_with(text)) {
            self.push(*kind, text.len());
        } else {
            self.push(Kind::Unknown, rest.chars().next().map_or(0, char::len_utf8));
        }
    }

    fn set_braces(&mut self, count: usize) {
        if let Some(Inside::Code { braces }) = self.inside.last_mut() {
            *braces = count;
        }
    }

    /// Takes text of a quoted string and what ends it.
    fn string(&mut self) {
        let rest = self.rest();
        let length = literal_length(rest, true);
        self.push(Kind::Literal, length);
        if rest[length..].starts_with('"') {
            self.push(Kind::QuoteClose, 1);
            self.inside.pop();
        } else {
            self.template_opening();
        }
    }

    /// Takes text of a heredoc up to the end of the line, or the line that ends it.
    fn heredoc(&mut self, name: &'t str, is_line_start: bool) {
        let rest = self.rest();
        let line = rest.find('\n').map_or(rest.len(), |newline| newline + 1);
        if is_line_start && rest[..line].trim() == name {
            self.push(Kind::HeredocClose, rest[..line].trim_end_matches(['\r', '\n']).len());
            self.inside.pop();
            return;
        }
        let length = literal_length(&rest[..line], false);
        self.push(Kind::Literal, length);
        if let Some(Inside::Heredoc { is_line_start, .. }) = self.inside.last_mut() {
            *is_line_start = length == line;
        }
        if length < line {
            self.template_opening();
        }
    }

    fn template_opening(&mut self) {
        let rest = self.rest();
        if is_template_opening(rest) {
            self.push(Kind::TemplateOpen, if rest[2..].starts_with('~') { 3 } else { 2 });
            self.inside.push(Inside::Code { braces: 0 });
        }
    }
}

fn comment_length(rest: &str) -> Option<usize> {
    if rest.starts_with('#') || rest.starts_with("//") {
        Some(rest.find('\n').map_or(rest.len(), |newline| newline + 1))
    } else {
        let inside = rest.strip_prefix("/*")?;
        Some(inside.find("*/").map_or(rest.len(), |end| end + 4))
    }
}

/// Returns the length of `<<NAME` with its line break, and the name.
fn heredoc_opening(rest: &str) -> Option<(usize, &str)> {
    let after = rest.strip_prefix("<<")?;
    let after = after.strip_prefix('-').unwrap_or(after);
    let (name, after_name) = after.split_at(word_length(after)?);
    let after_newline = after_name.strip_prefix("\r\n").or_else(|| after_name.strip_prefix('\n'))?;
    Some((rest.len() - after_newline.len(), name))
}

fn word_length(rest: &str) -> Option<usize> {
    rest.starts_with(|c| is_xid_start(c) || c == '_')
        .then(|| rest.find(|c| !is_xid_continue(c) && c != '-').unwrap_or(rest.len()))
}

fn number_length(rest: &str) -> Option<usize> {
    let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let mut length = digits(rest);
    if length == 0 {
        return None;
    }
    if let Some(fraction) = rest[length..].strip_prefix('.').map(digits).filter(|fraction| *fraction > 0) {
        length += 1 + fraction;
    }
    if let Some(exponent) = rest[length..].strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let exponent = digits(&exponent[sign..]);
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    Some(length)
}

/// Returns how far text goes that stands for itself, in a quoted string or in a line of a heredoc.
fn literal_length(text: &str, is_quoted: bool) -> usize {
    let mut length = 0;
    while let Some(character) = text[length..].chars().next() {
        let rest = &text[length..];
        if is_template_opening(rest) || (is_quoted && character == '"') {
            break;
        }
        length += character.len_utf8();
        match character {
            // A doubled sign opens nothing, however many stand before it.
            '$' | '%' if is_template_opening(&rest[1..]) && rest[1..].starts_with(character) => length += 2,
            '\\' if is_quoted => length += rest[1..].chars().next().map_or(0, char::len_utf8),
            _ => {}
        }
    }
    length
}

fn is_template_opening(rest: &str) -> bool {
    rest.starts_with("${") || rest.starts_with("%{")
}
