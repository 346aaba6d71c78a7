//! Functions of strings.

use unicode_segmentation::UnicodeSegmentation;
use wpinfra_core::{Type, Value};

use super::FunctionError;
use super::regular_expression;
use super::signature::{Arguments, Parameter, Signature};
use crate::eval::limits;

/// Returns a function from one text to another.
macro_rules! simple {
    ($name:expr, $description:expr, $body:expr) => {
        Signature::new($name, $description, [Parameter::string("str")], Type::String, |call| {
            let body: fn(&str) -> String = $body;
            Ok(Value::string(body(call.text(0))))
        })
    };
}

pub(super) fn signatures() -> Vec<Signature> {
    let text = || Parameter::string("str");
    vec![
        simple!("chomp", "Takes newlines from the end of the text.", |text| {
            text.trim_end_matches(['\r', '\n']).to_owned()
        }),
        simple!("lower", "Turns every letter into lower case.", |text| text.chars().map(lower).collect()),
        simple!("upper", "Turns every letter into upper case.", |text| text.chars().map(upper).collect()),
        simple!("title", "Turns the first letter of every word into upper case.", title),
        simple!("strrev", "Turns the order of the characters around.", |text| text.graphemes(true).rev().collect()),
        simple!("trimspace", "Takes white space from both ends of the text.", |text| text.trim().to_owned()),
        Signature::new(
            "indent",
            "Puts spaces before every line but the first.",
            [Parameter::number("spaces"), text()],
            Type::String,
            |call| {
                let spaces = super::numeric::count(call, 0)?;
                Ok(Value::string(call.text(1).replace('\n', &format!("\n{}", " ".repeat(spaces)))))
            },
        ),
        Signature::new(
            "join",
            "Puts the elements of lists together with a separator between them.",
            [Parameter::string("separator")],
            Type::String,
            join,
        )
        .variadic(Parameter::new("lists", Type::list(Type::String))),
        Signature::new(
            "split",
            "Divides the text at every separator.",
            [Parameter::string("separator"), text()],
            Type::list(Type::String),
            |call| Ok(strings(split(call.text(0), call.text(1)))),
        ),
        Signature::new(
            "replace",
            "Puts another text wherever one occurs, or wherever a regular expression between slashes matches.",
            [text(), Parameter::string("substr"), Parameter::string("replace")],
            Type::String,
            replace,
        ),
        Signature::new(
            "substr",
            "Returns so many characters from an offset on, all of them for -1; a negative offset counts from the end.",
            [text(), Parameter::number("offset"), Parameter::number("length")],
            Type::String,
            |call| Ok(Value::string(substring(call.text(0), call.integer(1)?, call.integer(2)?))),
        ),
        Signature::new(
            "startswith",
            "Tells whether the text begins with the prefix.",
            [text().unknown(), Parameter::string("prefix")],
            Type::Bool,
            |call| Ok(starts_with(call)),
        ),
        Signature::new(
            "endswith",
            "Tells whether the text ends with the suffix.",
            [text(), Parameter::string("suffix")],
            Type::Bool,
            |call| Ok(Value::bool(call.text(0).ends_with(call.text(1)))),
        ),
        Signature::new(
            "strcontains",
            "Tells whether the text contains the other one.",
            [text(), Parameter::string("substr")],
            Type::Bool,
            |call| Ok(Value::bool(call.text(0).contains(call.text(1)))),
        ),
        Signature::new(
            "trim",
            "Takes the given characters from both ends of the text.",
            [text(), Parameter::string("cutset")],
            Type::String,
            |call| Ok(Value::string(call.text(0).trim_matches(|c| call.text(1).contains(c)))),
        ),
        Signature::new(
            "trimprefix",
            "Takes the prefix from the text, if it is there.",
            [text(), Parameter::string("prefix")],
            Type::String,
            |call| Ok(Value::string(call.text(0).strip_prefix(call.text(1)).unwrap_or(call.text(0)))),
        ),
        Signature::new(
            "trimsuffix",
            "Takes the suffix from the text, if it is there.",
            [text(), Parameter::string("suffix")],
            Type::String,
            |call| Ok(Value::string(call.text(0).strip_suffix(call.text(1)).unwrap_or(call.text(0)))),
        ),
    ]
}

/// Returns a list of strings.
pub(super) fn strings<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Value {
    Value::list(Type::String, texts.into_iter().map(Value::string).collect())
}

/// Returns the one character that is the lower case of a character: what depends on context or language is not done.
fn lower(c: char) -> char {
    if c == 'İ' {
        return 'i';
    }
    let mut mapped = c.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => c,
    }
}

/// Returns the one character that is the upper case of a character, the same where there is none.
fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => greek_with_iota(c).unwrap_or(c),
    }
}

/// Greek letters with an iota below have a capital of their own beside the one of two letters.
fn greek_with_iota(c: char) -> Option<char> {
    let code = u32::from(c);
    let capital = match code {
        0x1f80..=0x1faf if code & 8 == 0 => code + 8,
        0x1fb3 | 0x1fc3 | 0x1ff3 => code + 9,
        _ => return None,
    };
    char::from_u32(capital)
}

fn title(text: &str) -> String {
    let mut before = ' ';
    let mut titled = String::with_capacity(text.len());
    for c in text.chars() {
        titled.push(if is_separator(before) { title_case(c) } else { c });
        before = c;
    }
    titled
}

fn title_case(c: char) -> char {
    match c {
        // The digraphs have a third form for the beginning of a word.
        'Ǆ' | 'ǅ' | 'ǆ' => 'ǅ',
        'Ǉ' | 'ǈ' | 'ǉ' => 'ǈ',
        'Ǌ' | 'ǋ' | 'ǌ' => 'ǋ',
        'Ǳ' | 'ǲ' | 'ǳ' => 'ǲ',
        other => upper(other),
    }
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() { !c.is_ascii_alphanumeric() && c != '_' } else { !c.is_alphanumeric() && c.is_whitespace() }
}

fn join(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    if call.values.len() < 2 {
        return Err(FunctionError::new("at least one list is required"));
    }
    if !call.values.iter().all(Value::is_wholly_known) {
        return Ok(call.unknown());
    }
    let mut texts = Vec::new();
    for index in 1..call.values.len() {
        for (at, element) in call.elements(index).iter().enumerate() {
            let text = element.as_str();
            texts.push(text.ok_or_else(|| FunctionError::argument(index, format!("element {at} is null")))?);
        }
    }
    let length = texts.iter().map(|text| text.len() + call.text(0).len()).fold(0, usize::saturating_add);
    if length > limits::TEXT {
        return Err(FunctionError::new("the text would be too long"));
    }
    Ok(Value::string(texts.join(call.text(0))))
}

fn split<'t>(separator: &str, text: &'t str) -> Vec<&'t str> {
    if separator.is_empty() {
        return text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()]).collect();
    }
    text.split(separator).collect()
}

fn replace(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (text, from, to) = (call.text(0), call.text(1), call.text(2));
    let pattern = from.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
    // Most texts are too short for this to be worth counting.
    let is_long = |count: &dyn Fn() -> usize| {
        (text.len() + 1).saturating_mul(to.len()) > limits::TEXT && count().saturating_mul(to.len()) > limits::TEXT
    };
    let too_long = || FunctionError::new("the text would be too long");
    let Some(pattern) = pattern else {
        if is_long(&|| text.matches(from).count()) {
            return Err(too_long());
        }
        return Ok(Value::string(replace_text(text, from, to)));
    };
    let pattern = regular_expression::compile(pattern).map_err(|message| FunctionError::argument(1, message))?;
    if is_long(&|| pattern.find_iter(text).count()) {
        return Err(too_long());
    }
    Ok(Value::string(pattern.replace_all(text, to)))
}

fn replace_text(text: &str, from: &str, to: &str) -> String {
    if from.is_empty() {
        // Before every character and at the end.
        return text.chars().fold(to.to_owned(), |done, c| done + c.encode_utf8(&mut [0; 4]) + to);
    }
    text.replace(from, to)
}

fn substring(text: &str, offset: i64, length: i64) -> String {
    let characters: Vec<&str> = text.graphemes(true).collect();
    let size = i64::try_from(characters.len()).unwrap_or(i64::MAX);
    let start = if offset < 0 { (offset + size).max(0) } else { offset.min(size) };
    // With a negative offset Terraform takes a length of zero for "all".
    let to_the_end = length < 0 || (length == 0 && offset < 0);
    let end = if to_the_end { size } else { start.saturating_add(length).min(size) };
    let at = |position: i64| usize::try_from(position).unwrap_or(0);
    characters[at(start)..at(end)].concat()
}

fn starts_with(call: &Arguments<'_>) -> Value {
    let prefix = call.text(1);
    if let Some(text) = call.value(0).as_str() {
        return Value::bool(text.starts_with(prefix));
    }
    let known = call.value(0).refinement().and_then(|refinement| refinement.prefix.as_deref()).unwrap_or("");
    // As in Terraform, a beginning that is shorter than what is asked for decides nothing, even if it differs from it.
    if known.len() >= prefix.len() { Value::bool(known.starts_with(prefix)) } else { call.unknown() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_change_one_by_one() {
        assert_eq!("straße ŉ ᾳ ǆ".chars().map(upper).collect::<String>(), "STRAßE ŉ ᾼ Ǆ");
        assert_eq!("ΑΣ".chars().map(lower).collect::<String>(), "ασ");
        assert_eq!(title("foo bar_baz b-c ǆ"), "Foo Bar_baz B-C ǅ");
    }
}
