//! Regular expressions, which Terraform reads by the rules of RE2, and the functions of them.
//!
//! The `regex` crate has nearly the same syntax and the same semantics; [`translate`] takes care of what differs: classes
//! like `\d` are ASCII only in RE2, brackets inside of a class are literal, braces that count nothing are too.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "functions name the types that they take; all others are wrong, and so would be new ones"
)]

use std::fmt::Write as _;
use std::iter::Peekable;
use std::str::Chars;

use regex::{Captures, Regex};
use wpinfra_core::{Type, Value};

use super::FunctionError;
use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    let parameters = || [Parameter::string("pattern"), Parameter::string("string")];
    vec![
        Signature::new(
            "regex",
            "Returns what the first match of the pattern captures.",
            parameters(),
            Type::Dynamic,
            first,
        )
        .typed(|arguments| type_of_match(&arguments[0])),
        Signature::new(
            "regexall",
            "Returns what each match of the pattern captures.",
            parameters(),
            Type::list(Type::Dynamic),
            |call| {
                let pattern = compile(call.text(0)).map_err(|message| FunctionError::argument(0, message))?;
                let element = call.expected.element().cloned().unwrap_or(Type::Dynamic);
                let found = pattern.captures_iter(call.text(1)).map(|captures| captured(&captures, &element));
                Ok(Value::list(element.clone(), found.collect()))
            },
        )
        .typed(|arguments| type_of_match(&arguments[0]).map(Type::list)),
    ]
}

fn first(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let pattern = compile(call.text(0)).map_err(|message| FunctionError::argument(0, message))?;
    match pattern.captures(call.text(1)) {
        Some(captures) => Ok(captured(&captures, call.expected)),
        None => Err(FunctionError::new("the pattern matches nothing in the given text")),
    }
}

fn type_of_match(pattern: &Value) -> Result<Type, FunctionError> {
    let Some(text) = pattern.as_str() else { return Ok(Type::Dynamic) };
    let pattern = compile(text).map_err(|message| FunctionError::argument(0, message))?;
    let names: Vec<Option<&str>> = pattern.capture_names().skip(1).collect();
    if names.is_empty() {
        return Ok(Type::String);
    }
    if names.iter().all(Option::is_none) {
        return Ok(Type::tuple(names.iter().map(|_| Type::String)));
    }
    if names.iter().any(Option::is_none) {
        return Err(FunctionError::argument(0, "named and unnamed groups cannot stand in one pattern"));
    }
    Ok(Type::object(names.into_iter().flatten().map(|name| (name, Type::String))))
}

fn captured(captures: &Captures<'_>, ty: &Type) -> Value {
    let text = |found: Option<regex::Match<'_>>| {
        found.map_or_else(|| Value::null(Type::String), |found| Value::string(found.as_str()))
    };
    match ty {
        Type::Tuple(groups) => Value::tuple((1..=groups.len()).map(|index| text(captures.get(index))).collect()),
        Type::Object(object) => {
            Value::object(object.attributes.keys().map(|name| (name.clone(), text(captures.name(name)))))
        }
        _ => text(captures.get(0)),
    }
}

/// Compiles a pattern in the syntax of RE2.
pub(super) fn compile(pattern: &str) -> Result<Regex, String> {
    let translated = translate(pattern).map_err(|problem| format!("not a regular expression: {problem}"))?;
    Regex::new(&translated).map_err(|error| {
        // The last line says what is wrong; those before show the pattern, which was translated.
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or("").trim_start_matches("error: ");
        format!("not a regular expression: {reason}")
    })
}

fn translate(pattern: &str) -> Result<String, String> {
    let mut translated = String::with_capacity(pattern.len() + 8);
    let mut rest = pattern.chars().peekable();
    // Whether what stands before can be repeated, and whether it is a repetition itself.
    let mut repeated = false;
    while let Some(c) = rest.next() {
        let mut repeats = false;
        match c {
            '\\' => escape(&mut translated, &mut rest, false)?,
            '[' => class(&mut translated, &mut rest)?,
            '(' => group(&mut translated, &mut rest)?,
            '*' | '+' | '?' => {
                if repeated {
                    return Err(format!("nothing to repeat before {c:?}"));
                }
                repeats = true;
                translated.push(c);
            }
            '{' => match counts(&rest) {
                Some(counts) => {
                    if repeated {
                        return Err("a repetition cannot be repeated".to_owned());
                    }
                    repeats = true;
                    for _ in 0..counts.chars().count() {
                        rest.next();
                    }
                    if counts.split(',').any(|count| count.trim_end_matches('}').parse::<u32>().is_ok_and(|n| n > 1000))
                    {
                        return Err("a repetition of more than 1000 times".to_owned());
                    }
                    translated.push('{');
                    translated.push_str(&counts);
                }
                None => translated.push_str(r"\{"),
            },
            '}' => translated.push_str(r"\}"),
            ']' => translated.push_str(r"\]"),
            other => translated.push(other),
        }
        if repeats && rest.next_if_eq(&'?').is_some() {
            translated.push('?');
        }
        repeated = repeats;
    }
    Ok(translated)
}

/// Returns the rest of a repetition like `{2,3}` after its opening brace; `None` if the brace stands for itself.
fn counts(rest: &Peekable<Chars<'_>>) -> Option<String> {
    let mut found = String::new();
    for c in rest.clone() {
        found.push(c);
        match c {
            '0'..='9' | ',' => {}
            '}' => break,
            _ => return None,
        }
    }
    let inner = found.strip_suffix('}')?;
    let (least, most) = inner.split_once(',').unwrap_or((inner, ""));
    let valid = !least.is_empty() && !most.contains(',');
    valid.then_some(found)
}

fn group(translated: &mut String, rest: &mut Peekable<Chars<'_>>) -> Result<(), String> {
    translated.push('(');
    if rest.next_if_eq(&'?').is_none() {
        return Ok(());
    }
    translated.push('?');
    if let Some('P' | '<') = rest.peek() {
        // A named group, or something that only backtracking can do, which the compiler refuses.
        while let Some(c) = rest.next_if(|c| *c != '>' && *c != ')') {
            translated.push(c);
        }
        return Ok(());
    }
    while let Some(c) = rest.next_if(|c| matches!(c, 'i' | 'm' | 's' | 'U' | '-')) {
        translated.push(c);
    }
    match rest.peek() {
        Some(':' | ')') => {
            translated.extend(rest.next());
            Ok(())
        }
        Some(other) => Err(format!("unknown kind of group \"(?{other}\"")),
        None => Err("a group is not closed".to_owned()),
    }
}

/// Translates what follows a backslash; inside of a class some of it means something else.
fn escape(translated: &mut String, rest: &mut Peekable<Chars<'_>>, in_class: bool) -> Result<(), String> {
    let c = rest.next().ok_or("a backslash stands at the end")?;
    let class = |inside: &str, negated: bool| match (in_class, negated) {
        (true, false) => inside.to_owned(),
        (_, true) => format!("[^{inside}]"),
        (false, false) => format!("[{inside}]"),
    };
    match c {
        'd' | 'D' => translated.push_str(&class("0-9", c == 'D')),
        'w' | 'W' => translated.push_str(&class("0-9A-Za-z_", c == 'W')),
        's' | 'S' => translated.push_str(&class(r"\t\n\f\r ", c == 'S')),
        'b' if !in_class => translated.push_str(r"(?-u:\b)"),
        'B' | 'A' | 'z' if !in_class => {
            translated.push('\\');
            translated.push(c);
        }
        'a' | 'f' | 'n' | 'r' | 't' | 'v' => {
            translated.push('\\');
            translated.push(c);
        }
        'p' | 'P' => unicode_class(translated, rest, c == 'P'),
        'x' => {
            translated.push_str(r"\x");
            if rest.peek() == Some(&'{') {
                while let Some(c) = rest.next_if(|c| *c != '}') {
                    translated.push(c);
                }
            } else {
                translated.extend(rest.next());
                translated.extend(rest.next());
                return Ok(());
            }
            translated.extend(rest.next());
        }
        'Q' => quoted(translated, rest),
        '0'..='7' => octal(translated, rest, c)?,
        other if other.is_ascii() && !other.is_ascii_alphanumeric() => literal(translated, other),
        other => return Err(format!("unknown escape \"\\{other}\"")),
    }
    Ok(())
}

fn literal(translated: &mut String, c: char) {
    _ = write!(translated, r"\x{{{:x}}}", u32::from(c));
}

/// Takes everything up to `\E`, or to the end, literally.
fn quoted(translated: &mut String, rest: &mut Peekable<Chars<'_>>) {
    while let Some(c) = rest.next() {
        if c == '\\' && rest.next_if_eq(&'E').is_some() {
            return;
        }
        literal(translated, c);
    }
}

fn octal(translated: &mut String, rest: &mut Peekable<Chars<'_>>, first: char) -> Result<(), String> {
    let mut code = first.to_digit(8).unwrap_or(0);
    if first != '0' && !rest.peek().is_some_and(|c| c.is_digit(8)) {
        return Err(format!("\"\\{first}\" would refer to a group, which this kind of pattern cannot do"));
    }
    for _ in 0..2 {
        let Some(digit) = rest.next_if(|c| c.is_digit(8)) else { break };
        code = code * 8 + digit.to_digit(8).unwrap_or(0);
    }
    _ = write!(translated, r"\x{{{code:x}}}");
    Ok(())
}

fn unicode_class(translated: &mut String, rest: &mut Peekable<Chars<'_>>, mut negated: bool) {
    let mut name = String::new();
    if rest.next_if_eq(&'{').is_some() {
        negated ^= rest.next_if_eq(&'^').is_some();
        while let Some(c) = rest.next_if(|c| *c != '}') {
            name.push(c);
        }
        rest.next();
    } else {
        name.extend(rest.next());
    }
    _ = write!(translated, r"\{}{{{name}}}", if negated { 'P' } else { 'p' });
}

fn class(translated: &mut String, rest: &mut Peekable<Chars<'_>>) -> Result<(), String> {
    translated.push('[');
    if rest.next_if_eq(&'^').is_some() {
        translated.push('^');
    }
    let mut first = true;
    while let Some(c) = rest.next() {
        match c {
            ']' if !first => {
                translated.push(']');
                return Ok(());
            }
            '\\' => escape(translated, rest, true)?,
            '[' if rest.peek() == Some(&':') => {
                translated.push('[');
                while let Some(c) = rest.next_if(|c| *c != ']') {
                    translated.push(c);
                }
                translated.extend(rest.next());
            }
            // A hyphen makes a range unless it stands first or last; two of them would be a set operator.
            '-' if !first && rest.peek().is_some_and(|next| *next != ']' && *next != '-') => translated.push('-'),
            '-' => translated.push_str(r"\-"),
            '[' | ']' | '&' | '~' | '^' => {
                translated.push('\\');
                translated.push(c);
            }
            other => translated.push(other),
        }
        first = false;
    }
    Err("a class is not closed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: Option<&str>) {
        let compiled = compile(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        assert_eq!(compiled.find(text).map(|found| found.as_str()), expected, "{pattern}");
    }

    #[test]
    fn means_what_re2_means() {
        check(r"\d+", "٣12", Some("12"));
        check(r"[\D]+", "12ab3", Some("ab"));
        check(r"[[a]+", "x[a[", Some("[a["));
        check(r"[a&&b]+", "x&b", Some("&b"));
        check(r"[]a]+", "xa]", Some("a]"));
        check(r"a{,2}", "a{,2}", Some("a{,2}"));
        check(r"\Qa.b\E+", "a.bbb", Some("a.bbb"));
        check(r"\p{^Greek}", "αx", Some("x"));
        check(r"\101\x42\x{43}", "ABC", Some("ABC"));
        check(r"(?P<year>\d{4})-(?<month>\d\d)", "on 2024-05", Some("2024-05"));
        check(r"(?i)STRASSE\_", "strasse_", Some("strasse_"));
        check(r"[a-z-]+$", "1a-b", Some("a-b"));
    }

    #[test]
    fn refuses_what_re2_refuses() {
        for pattern in ["a**", "(?=a)", r"(a)\1", "[a", "(a", "a)", r"\y", "a{1001}", "*a", "(?x)a b", r"\"] {
            assert!(compile(pattern).is_err(), "{pattern}");
        }
    }
}
