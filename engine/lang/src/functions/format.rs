//! `format` and `formatlist`.

use unicode_segmentation::UnicodeSegmentation;
use wpinfra_core::convert::convert;
use wpinfra_core::number_format::Notation;
use wpinfra_core::refinement::Refinement;
use wpinfra_core::{Number, Type, Value};

use super::FunctionError;
use super::json;
use super::signature::{Arguments, Parameter, Signature};

pub(super) fn signatures() -> Vec<Signature> {
    let pattern = || [Parameter::string("format")];
    let arguments = || Parameter::any("args").nullable().unknown();
    vec![
        Signature::new(
            "format",
            "Puts values into a text wherever it has verbs like %s and %d.",
            pattern(),
            Type::Dynamic,
            |call| format(call.text(0), &call.values[1..]),
        )
        .variadic(arguments())
        .typed(|_| Ok(Type::String)),
        Signature::new(
            "formatlist",
            "Puts the elements of lists one after another into a text, and returns a list of texts.",
            pattern(),
            Type::Dynamic,
            format_list,
        )
        .variadic(arguments())
        .typed(|_| Ok(Type::list(Type::String))),
    ]
}

fn format_list(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let mut length = None;
    for (index, value) in call.values.iter().enumerate().skip(1).filter(|(_, value)| is_iterated(value)) {
        let Some(elements) = value.elements() else { return Ok(call.unknown()) };
        match length {
            Some((first, expected)) if expected != elements.len() => {
                let message = format!(
                    "has {} elements, but argument {first} has {expected}; all lists must be of one length",
                    elements.len()
                );
                return Err(FunctionError::argument(index, message));
            }
            Some(_) => {}
            None => length = Some((index, elements.len())),
        }
    }
    let count = length.map_or(1, |(_, length)| length);
    let mut texts = Vec::with_capacity(count);
    for at in 0..count {
        let row = call.values[1..].iter().map(|value| match value.elements() {
            Some(elements) if is_iterated(value) => elements[at].clone(),
            _ => value.clone(),
        });
        let row: Vec<Value> = row.collect();
        let text = format(call.text(0), &row)
            .map_err(|error| FunctionError::new(format!("in element {at} of the result: {}", error.message)))?;
        texts.push(text);
    }
    Ok(Value::list(Type::String, texts))
}

fn is_iterated(value: &Value) -> bool {
    matches!(value.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) && !value.is_null()
}

fn format(pattern: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
    if !arguments.iter().all(Value::is_wholly_known) {
        let prefix = pattern.split('%').next().unwrap_or("");
        let refinement =
            if prefix.is_empty() { Refinement::not_null() } else { Refinement::with_prefix(prefix.to_owned()) };
        return Ok(Value::refined(Type::String, refinement));
    }
    let mut text = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let (mut next, mut highest) = (0, 0);
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        let (verb, length) = Verb::parse(&rest[at..]).map_err(FunctionError::new)?;
        let source = &rest[at..at + length];
        rest = &rest[at + length..];
        if verb.letter == '%' {
            text.push('%');
            continue;
        }
        let index = verb.argument.map_or(next, |number| number.wrapping_sub(1));
        let value = arguments.get(index).ok_or_else(|| {
            let given = arguments.len();
            FunctionError::new(format!("{source:?} needs argument {}, but {given} are given", index.wrapping_add(1)))
        })?;
        next = index + 1;
        highest = highest.max(next);
        let formatted = verb.format(value).map_err(|message| FunctionError::new(format!("{source:?}: {message}")))?;
        text.push_str(&formatted);
    }
    text.push_str(rest);
    if highest < arguments.len() {
        let message = if highest == 0 {
            "too many arguments: the format has no verbs".to_owned()
        } else {
            format!("too many arguments: the format uses only {highest}")
        };
        return Err(FunctionError::argument(highest + 1, message));
    }
    Ok(Value::string(text))
}

/// One verb of a format with what stands between the percent sign and the letter.
#[derive(Default)]
struct Verb {
    plus: bool,
    minus: bool,
    sharp: bool,
    zero: bool,
    space: bool,
    width: Option<usize>,
    precision: Option<usize>,
    argument: Option<usize>,
    letter: char,
}

/// Wider fields are more likely a mistake than meant.
const WIDEST: usize = 10_000_000;

impl Verb {
    /// Reads a verb from its percent sign on, and how many bytes it takes.
    fn parse(source: &str) -> Result<(Self, usize), String> {
        let mut verb = Self::default();
        let mut rest = source[1..].char_indices().map(|(at, c)| (at + 1, c)).peekable();
        while let Some((_, flag)) = rest.next_if(|(_, c)| matches!(c, '+' | '-' | '#' | '0' | ' ')) {
            match flag {
                '+' => verb.plus = true,
                '-' => verb.minus = true,
                '#' => verb.sharp = true,
                '0' => verb.zero = true,
                _ => verb.space = true,
            }
        }
        let digits = |rest: &mut Rest<_>| number_at(rest).map_err(|()| format!("a number in {source:?} is too large"));
        verb.width = digits(&mut rest)?;
        if rest.next_if(|(_, c)| *c == '.').is_some() {
            verb.precision = Some(digits(&mut rest)?.unwrap_or(0));
        }
        if rest.next_if(|(_, c)| *c == '[').is_some() {
            verb.argument = digits(&mut rest)?;
            if verb.argument.is_none() || rest.next_if(|(_, c)| *c == ']').is_none() {
                return Err(format!("the number of an argument in {source:?} is not complete"));
            }
        }
        match rest.next() {
            Some((at, letter)) if letter == '%' || letter.is_ascii_alphabetic() => {
                verb.letter = letter;
                Ok((verb, at + 1))
            }
            Some((_, other)) => Err(format!("{other:?} is not a verb")),
            None => Err("a percent sign stands alone at the end; write %% for one".to_owned()),
        }
    }

    fn format(&self, value: &Value) -> Result<String, String> {
        if value.is_null() && self.letter != 'v' {
            return Err("null cannot be formatted".to_owned());
        }
        match self.letter {
            'v' => Ok(self.format_any(value)),
            't' => {
                let value = convert(value, &Type::Bool).map_err(|_| "a bool is required".to_owned())?;
                Ok(value.as_bool().unwrap_or(false).to_string())
            }
            'b' | 'd' | 'o' | 'x' | 'X' => self.format_integer(&number(value)?),
            'e' | 'E' | 'f' | 'g' | 'G' => Ok(self.format_float(&number(value)?)),
            's' | 'q' => {
                let value = convert(value, &Type::String).map_err(|_| "a string is required".to_owned())?;
                Ok(self.format_text(value.as_str().unwrap_or("")))
            }
            other => Err(format!("there is no verb '{other}'")),
        }
    }

    fn format_any(&self, value: &Value) -> String {
        if !self.sharp && !value.is_null() {
            if let Some(text) = value.as_str() {
                return self.padded(text.to_owned());
            }
            if let Some(number) = value.as_number() {
                return Self { precision: None, letter: 'g', ..*self }.format_float(number);
            }
            if let Some(value) = value.as_bool() {
                return self.padded(value.to_string());
            }
        }
        self.padded(json::encode(value))
    }

    fn format_text(&self, text: &str) -> String {
        let text: String = match self.precision {
            Some(most) => text.graphemes(true).take(most).collect(),
            None => text.to_owned(),
        };
        self.padded(if self.letter == 'q' { json::quoted(&text) } else { text })
    }

    fn format_integer(&self, number: &Number) -> Result<String, String> {
        let integer = number.to_integer().ok_or_else(|| "a whole number is required".to_owned())?;
        let magnitude = integer.magnitude();
        let (digits, prefix) = match self.letter {
            'b' => (magnitude.to_str_radix(2), "0b"),
            'o' => (magnitude.to_str_radix(8), "0"),
            'x' => (magnitude.to_str_radix(16), "0x"),
            'X' => (magnitude.to_str_radix(16).to_uppercase(), "0X"),
            _ => (magnitude.to_string(), ""),
        };
        let digits = format!("{digits:0>width$}", width = self.precision.unwrap_or(0));
        let prefix = if self.sharp { prefix } else { "" };
        let sign = self.sign(number);
        Ok(self.with_zeros(&format!("{sign}{prefix}"), &digits, self.zero && self.precision.is_none()))
    }

    fn format_float(&self, number: &Number) -> String {
        let (notation, precision) = match self.letter {
            'e' | 'E' => (Notation::Scientific, Some(self.precision.unwrap_or(6))),
            'f' => (Notation::Plain, Some(self.precision.unwrap_or(6))),
            _ => (Notation::General, self.precision),
        };
        let text = number.abs().to_text(notation, precision);
        let text = if matches!(self.letter, 'E' | 'G') { text.to_uppercase() } else { text };
        self.with_zeros(self.sign(number), &text, self.zero)
    }

    fn sign(&self, number: &Number) -> &'static str {
        match (number.is_negative(), self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        }
    }

    /// Fills up with zeros between sign and digits, or else with spaces.
    fn with_zeros(&self, sign: &str, digits: &str, zeros: bool) -> String {
        let width = self.width.unwrap_or(0).saturating_sub(sign.len());
        if zeros && !self.minus {
            return format!("{sign}{digits:0>width$}");
        }
        Self { zero: false, ..*self }.padded(format!("{sign}{digits}"))
    }

    fn padded(&self, text: String) -> String {
        let missing = self.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
        let fill = if self.zero && !self.minus { "0" } else { " " }.repeat(missing);
        if self.minus { text + &fill } else { fill + &text }
    }
}

/// What is left of a format, with positions.
type Rest<I> = std::iter::Peekable<I>;

/// Reads the number that stands next, if one does; fails where it is too large.
fn number_at(rest: &mut Rest<impl Iterator<Item = (usize, char)>>) -> Result<Option<usize>, ()> {
    let mut number: Option<usize> = None;
    while let Some((_, c)) = rest.next_if(|(_, c)| c.is_ascii_digit()) {
        let digit = c.to_digit(10).and_then(|digit| usize::try_from(digit).ok()).unwrap_or(0);
        let value = number.unwrap_or(0) * 10 + digit;
        if value > WIDEST {
            return Err(());
        }
        number = Some(value);
    }
    Ok(number)
}

fn number(value: &Value) -> Result<Number, String> {
    let wrong = || "a number is required".to_owned();
    convert(value, &Type::Number).map_err(|_| wrong())?.as_number().cloned().ok_or_else(wrong)
}
