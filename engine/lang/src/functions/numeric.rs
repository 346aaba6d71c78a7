//! Functions of numbers.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "functions name the types that they take; all others are wrong, and so would be new ones"
)]

use num_bigint::BigInt;
use num_traits::Num;
use wpinfra_core::convert::convert;
use wpinfra_core::{Number, Type, Value};

use super::FunctionError;
use super::float;
use super::signature::{Arguments, Parameter, Signature, integer};

pub(super) fn signatures() -> Vec<Signature> {
    let num = || Parameter::number("num");
    vec![
        Signature::new("abs", "Returns the number without its sign.", [num()], Type::Number, |call| {
            Ok(Value::number(call.number(0).abs()))
        }),
        Signature::new("ceil", "Rounds up to a whole number.", [num()], Type::Number, |call| {
            Ok(Value::number(call.number(0).ceil()))
        }),
        Signature::new("floor", "Rounds down to a whole number.", [num()], Type::Number, |call| {
            Ok(Value::number(call.number(0).floor()))
        }),
        Signature::new(
            "log",
            "Returns the logarithm of the number to the base.",
            [num(), Parameter::number("base")],
            Type::Number,
            |call| machine_float(float::ln(float_argument(call, 0)?) / float::ln(float_argument(call, 1)?)),
        ),
        Signature::new("max", "Returns the greatest of the numbers.", [], Type::Number, |call| {
            extreme(call, |candidate, best| candidate > best)
        })
        .variadic(Parameter::number("numbers")),
        Signature::new("min", "Returns the least of the numbers.", [], Type::Number, |call| {
            extreme(call, |candidate, best| candidate < best)
        })
        .variadic(Parameter::number("numbers")),
        Signature::new(
            "parseint",
            "Reads a whole number that is written in the base, from 2 to 62.",
            [Parameter::any("number"), Parameter::number("base")],
            Type::Dynamic,
            parse_integer,
        )
        .typed(|arguments| match arguments[0].ty() {
            Type::String => Ok(Type::Number),
            other => Err(FunctionError::argument(0, format!("must be a string, not {}", other.friendly_name()))),
        }),
        Signature::new(
            "pow",
            "Raises the number to the power.",
            [num(), Parameter::number("power")],
            Type::Number,
            |call| machine_float(float::power(float_argument(call, 0)?, float_argument(call, 1)?)),
        ),
        Signature::new(
            "range",
            "Returns a sequence of numbers: up to a limit, from a start to a limit, or by a step.",
            [],
            Type::list(Type::Number),
            range,
        )
        .variadic(Parameter::number("params")),
        Signature::new("signum", "Returns -1, 0 or 1 by the sign of a whole number.", [num()], Type::Number, |call| {
            Ok(Value::number(call.integer(0)?.signum()))
        }),
        Signature::new(
            "sum",
            "Adds up the numbers of a list, tuple or set.",
            [Parameter::any("list")],
            Type::Dynamic,
            sum,
        ),
    ]
}

/// Returns the argument as a machine float, if it is not too large for one.
fn float_argument(call: &Arguments<'_>, index: usize) -> Result<f64, FunctionError> {
    let number = call.number(index);
    let float = number.to_f64();
    if float.is_infinite() && !number.is_infinite() {
        return Err(FunctionError::argument(index, "the number is too large"));
    }
    Ok(float)
}

fn machine_float(value: f64) -> Result<Value, FunctionError> {
    if value.is_nan() {
        return Err(FunctionError::new("the result is not a number"));
    }
    Ok(Value::number(Number::from_f64(value)))
}

fn extreme(call: &Arguments<'_>, better: fn(&Number, &Number) -> bool) -> Result<Value, FunctionError> {
    let numbers = (0..call.values.len()).map(|index| call.number(index));
    let best = numbers.reduce(|best, candidate| if better(candidate, best) { candidate } else { best });
    best.map(|best| Value::number(best.clone())).ok_or_else(|| FunctionError::new("at least one number is required"))
}

fn parse_integer(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (text, base) = (call.text(0), call.integer(1)?);
    let base = u32::try_from(base)
        .ok()
        .filter(|base| (2..=62).contains(base))
        .ok_or_else(|| FunctionError::argument(1, "the base must be a whole number from 2 to 62"))?;
    let wrong = || FunctionError::argument(0, format!("{text:?} is not a whole number in base {base}"));
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(wrong());
    }
    let magnitude =
        if base <= 36 { BigInt::from_str_radix(digits, base).ok() } else { parse_in_large_base(digits, base) };
    let magnitude = magnitude.ok_or_else(wrong)?;
    Ok(Value::number(Number::from_integer(if negative { -magnitude } else { magnitude })))
}

/// Beyond base 36 small letters come before capitals and mean something else.
fn parse_in_large_base(digits: &str, base: u32) -> Option<BigInt> {
    let mut total = BigInt::from(0);
    for byte in digits.bytes() {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            b'A'..=b'Z' => byte - b'A' + 36,
            _ => return None,
        };
        if u32::from(digit) >= base {
            return None;
        }
        total = total * base + digit;
    }
    Some(total)
}

const RANGE_LIMIT: usize = 1024;

fn range(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let (zero, one) = (Number::from(0_i64), Number::from(1_i64));
    let number = |index: usize| call.number(index).clone();
    let toward = |start: &Number, end: &Number| if end < start { -one.clone() } else { one.clone() };
    let (start, end, step) = match call.values.len() {
        1 => (zero.clone(), number(0), toward(&zero, call.number(0))),
        2 => (number(0), number(1), toward(call.number(0), call.number(1))),
        3 => (number(0), number(1), number(2)),
        _ => return Err(FunctionError::new("range takes one, two or three numbers")),
    };
    if step.is_zero() {
        return Err(FunctionError::argument(2, "the step must not be zero"));
    }
    let down = step.is_negative();
    if down && end > start {
        return Err(FunctionError::argument(1, "with a negative step the limit must be below the start"));
    }
    if !down && end < start {
        return Err(FunctionError::argument(1, "with a positive step the limit must be above the start"));
    }
    let mut numbers = Vec::new();
    let mut current = start;
    while if down { current > end } else { current < end } {
        if numbers.len() >= RANGE_LIMIT {
            return Err(FunctionError::new(format!(
                "more than {RANGE_LIMIT} numbers; bring the limit nearer or take a larger step"
            )));
        }
        let next = current.add(&step).ok_or_else(|| FunctionError::new("a limit or the step is infinite"))?;
        numbers.push(Value::number(current));
        current = next;
    }
    Ok(Value::list(Type::Number, numbers))
}

fn sum(call: &Arguments<'_>) -> Result<Value, FunctionError> {
    let wrong = || FunctionError::argument(0, "must be a list, set or tuple of numbers");
    let list = call.value(0);
    if !matches!(list.ty(), Type::List(_) | Type::Set(_) | Type::Tuple(_)) {
        return Err(wrong());
    }
    let elements = call.elements(0);
    if elements.is_empty() {
        return Err(FunctionError::argument(0, "must not be empty"));
    }
    if !list.is_wholly_known() {
        return Ok(Value::unknown(Type::Number));
    }
    let mut total: Option<Number> = None;
    for element in elements {
        let number = convert(element, &Type::Number).map_err(|_| wrong())?;
        let number = number.as_number().ok_or_else(wrong)?;
        total = match total {
            None => Some(number.clone()),
            Some(total) => {
                let sum = total.add(number);
                Some(sum.ok_or_else(|| FunctionError::argument(0, "infinite numbers of both signs have no sum"))?)
            }
        };
    }
    Ok(Value::number(total.expect("there is at least one element")))
}

/// Returns the argument as a position or a count.
pub(super) fn count(call: &Arguments<'_>, index: usize) -> Result<usize, FunctionError> {
    let whole = integer(call.number(index)).map_err(|message| FunctionError::argument(index, message))?;
    usize::try_from(whole).map_err(|_| FunctionError::argument(index, "must not be negative"))
}
