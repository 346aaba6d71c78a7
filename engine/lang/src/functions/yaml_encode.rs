//! `yamlencode`, in the very layout that Terraform gives: strings quoted, lists not indented, lines of 80 characters.

use std::fmt::Write as _;

use wpinfra_core::value::Content;
use wpinfra_core::{Type, Value};

use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    vec![Signature::new(
        "yamlencode",
        "Writes a value as YAML.",
        [Parameter::any("value").nullable().unknown().dynamic()],
        Type::String,
        |call| Ok(encode(call)),
    )]
}

fn encode(call: &Arguments<'_>) -> Value {
    let value = call.value(0);
    if !value.is_wholly_known() {
        return call.unknown();
    }
    let mut writer = Writer { out: String::new(), column: 0 };
    writer.value(value, 0, 2);
    let plain = !value.is_null() && value.as_str().is_some() || is_structure(value);
    if !writer.out.ends_with('\n') {
        writer.out.push('\n');
    }
    if !plain {
        // After a value without quotes a reader could not see the end.
        writer.out.push_str("...\n");
    }
    Value::string(writer.out)
}

fn is_structure(value: &Value) -> bool {
    matches!(value.content(), Content::Sequence(_) | Content::Mapping(_))
}

fn is_empty_structure(value: &Value) -> bool {
    is_structure(value) && value.is_zero()
}

/// Keys that are longer than this stand on a line of their own.
const LONGEST_KEY: usize = 128;
/// Behind this column a line is broken at the next space.
const WIDTH: usize = 80;

struct Writer {
    out: String,
    column: usize,
}

impl Writer {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// Starts a line, unless one has just been started.
    fn start_line(&mut self, indent: usize) {
        if self.out.ends_with('\n') {
            self.out.extend(std::iter::repeat_n(' ', indent));
            self.column = indent;
        } else if !self.out.is_empty() {
            self.new_line(indent);
        }
    }

    /// Writes a value at the current place: structures put their lines at `indent`, texts theirs at `text_indent`.
    fn value(&mut self, value: &Value, indent: usize, text_indent: usize) {
        match value.content() {
            Content::Null | Content::Unknown(_) => self.push("null"),
            Content::Bool(value) => self.push(if *value { "true" } else { "false" }),
            Content::Number(number) => self.push(&number.to_string()),
            Content::String(text) if text.contains('\n') && fits_block(text) => self.block(text, text_indent),
            Content::String(text) => self.quoted(text, Some(text_indent)),
            Content::Sequence(elements) if elements.is_empty() => self.push("[]"),
            Content::Mapping(elements) if elements.is_empty() => self.push("{}"),
            Content::Sequence(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        self.start_line(indent);
                    }
                    self.push("- ");
                    self.value(element, indent + 2, indent + 2);
                }
            }
            Content::Mapping(elements) => {
                for (index, (key, element)) in elements.iter().enumerate() {
                    if index > 0 {
                        self.start_line(indent);
                    }
                    self.entry(key, element, indent);
                }
            }
        }
    }

    fn entry(&mut self, key: &str, value: &Value, indent: usize) {
        if key.contains('\n') || key.len() > LONGEST_KEY {
            self.push("? ");
            if key.contains('\n') && fits_block(key) {
                self.block(key, indent + 2);
            } else {
                self.quoted(key, Some(indent + 2));
            }
            self.start_line(indent);
            self.push(": ");
            return self.value(value, indent + 2, indent + 2);
        }
        self.quoted(key, None);
        self.push(":");
        if !is_structure(value) || is_empty_structure(value) {
            self.push(" ");
            return self.value(value, indent, indent + 2);
        }
        // The items of a list stand under the key itself.
        let indent = if matches!(value.content(), Content::Sequence(_)) { indent } else { indent + 2 };
        self.new_line(indent);
        self.value(value, indent, indent + 2);
    }

    /// Writes a text of several lines as it is.
    fn block(&mut self, text: &str, indent: usize) {
        self.push("|");
        if text.starts_with([' ', '\n']) {
            self.push("2");
        }
        match text.strip_suffix('\n') {
            None => self.push("-"),
            Some(before) if before.is_empty() || before.ends_with('\n') => self.push("+"),
            Some(_) => {}
        }
        self.out.push('\n');
        for line in text.split_inclusive('\n') {
            if line != "\n" {
                self.out.extend(std::iter::repeat_n(' ', indent));
            }
            self.out.push_str(line);
        }
        self.column = 0;
    }

    /// Writes a text between quotes; where `indent` is given, long lines are broken.
    fn quoted(&mut self, text: &str, indent: Option<usize>) {
        self.push("\"");
        let mut after_space = false;
        let mut characters = text.chars().enumerate().peekable();
        let last = text.chars().count().saturating_sub(1);
        while let Some((at, c)) = characters.next() {
            if c != ' ' {
                let escaped = escape(c);
                self.push(&escaped);
                after_space = false;
                continue;
            }
            match indent {
                Some(indent) if !after_space && self.column > WIDTH && at > 0 && at < last => {
                    self.new_line(indent);
                    if characters.peek().is_some_and(|(_, next)| *next == ' ') {
                        self.push("\\");
                    }
                }
                _ => self.push(" "),
            }
            after_space = true;
        }
        self.push("\"");
    }
}

/// Tells whether a text can be written as it is: spaces at the ends of lines would get lost, tabs and controls confuse.
fn fits_block(text: &str) -> bool {
    !text.is_empty() && !text.ends_with(' ') && !text.contains(" \n") && text.chars().all(|c| c == '\n' || is_plain(c))
}

/// Tells whether a character stands for itself.
fn is_plain(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}')
}

fn escape(c: char) -> String {
    let code = u32::from(c);
    match c {
        '"' => "\\\"".to_owned(),
        '\\' => "\\\\".to_owned(),
        '\0' => "\\0".to_owned(),
        '\u{7}' => "\\a".to_owned(),
        '\u{8}' => "\\b".to_owned(),
        '\t' => "\\t".to_owned(),
        '\n' => "\\n".to_owned(),
        '\u{b}' => "\\v".to_owned(),
        '\u{c}' => "\\f".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{1b}' => "\\e".to_owned(),
        '\u{85}' => "\\N".to_owned(),
        '\u{2028}' => "\\L".to_owned(),
        '\u{2029}' => "\\P".to_owned(),
        c if is_plain(c) => c.to_string(),
        _ => {
            let mut escaped = String::new();
            _ = match code {
                0..=0xff => write!(escaped, "\\x{code:02X}"),
                0x100..=0xffff => write!(escaped, "\\u{code:04X}"),
                _ => write!(escaped, "\\U{code:08X}"),
            };
            escaped
        }
    }
}
