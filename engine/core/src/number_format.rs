//! Numbers as text in the notations of Go's `%e`, `%f` and `%g`.

use num_bigint::BigInt;
use num_traits::{Pow, Zero};

use crate::number::Number;

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// `1.5e+03`
    Scientific,
    /// `1500`
    Plain,
    /// The shorter one of the two by the size of the exponent.
    General,
}

impl Number {
    /// Returns the number in the notation, with so many digits after the point (of all digits for `General`), or with as few as
    /// mean this number and no other.
    pub fn to_text(&self, notation: Notation, precision: Option<usize>) -> String {
        if self.is_infinite() {
            return self.to_string();
        }
        let (mut digits, mut point) = match precision {
            _ if self.is_zero() => (String::new(), 0),
            None => self.shortest_digits(),
            Some(_) => self.exact_digits(),
        };
        let wanted = precision.and_then(|precision| match notation {
            Notation::Scientific => Some(precision + 1),
            Notation::Plain => usize::try_from(point + i64::try_from(precision).unwrap_or(i64::MAX)).ok().or(Some(0)),
            Notation::General => Some(precision.max(1)),
        });
        if let Some(wanted) = wanted {
            let below =
                notation == Notation::Plain && point + i64::try_from(precision.unwrap_or(0)).unwrap_or(i64::MAX) < 0;
            if below {
                (digits, point) = (String::new(), 0);
            } else {
                round(&mut digits, &mut point, wanted);
            }
        }
        let text = match notation {
            Notation::Scientific => scientific(&digits, point, precision.unwrap_or(digits.len().max(1) - 1)),
            Notation::Plain => {
                let least = usize::try_from(i64::try_from(digits.len()).unwrap_or(0) - point).unwrap_or(0);
                plain(&digits, point, precision.unwrap_or(least))
            }
            Notation::General => general(&digits, point, precision),
        };
        if self.is_negative() { format!("-{text}") } else { text }
    }

    /// Returns all decimal digits of the magnitude without zeros at either end, and the power of ten of the first.
    fn exact_digits(&self) -> (String, i64) {
        let (mantissa, exponent) = self.parts();
        let mantissa = mantissa.magnitude();
        let by = exponent.unsigned_abs();
        let (all, fraction) = if exponent >= 0 {
            (mantissa << by, 0)
        } else {
            let five: BigInt = BigInt::from(5).pow(by);
            (mantissa * five.magnitude(), i64::try_from(by).unwrap_or(i64::MAX))
        };
        if all.is_zero() {
            return (String::new(), 0);
        }
        let digits = all.to_string();
        let point = i64::try_from(digits.len()).unwrap_or(i64::MAX) - fraction;
        (digits.trim_end_matches('0').to_owned(), point)
    }
}

/// Rounds to so many digits, ties to even.
fn round(digits: &mut String, point: &mut i64, wanted: usize) {
    if digits.len() <= wanted {
        return;
    }
    let mut bytes = std::mem::take(digits).into_bytes();
    let rest = bytes.split_off(wanted);
    // There are no zeros at the end, so a tie is a single 5.
    let up = match rest.as_slice() {
        [b'5'] => bytes.last().is_some_and(|last| last % 2 == 1),
        [first, ..] => *first >= b'5',
        [] => false,
    };
    if up {
        while bytes.last() == Some(&b'9') {
            bytes.pop();
        }
        if let Some(last) = bytes.last_mut() {
            *last += 1;
        } else {
            bytes.push(b'1');
            *point += 1;
        }
    }
    while bytes.last() == Some(&b'0') {
        bytes.pop();
    }
    if bytes.is_empty() {
        *point = 0;
    }
    *digits = bytes.into_iter().map(char::from).collect();
}

fn scientific(digits: &str, point: i64, precision: usize) -> String {
    let first = digits.get(..1).unwrap_or("0");
    let fraction = digits.get(1..).unwrap_or("");
    let exponent = if digits.is_empty() { 0 } else { point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    let dot = if precision > 0 { "." } else { "" };
    format!("{first}{dot}{fraction:0<precision$}e{sign}{:02}", exponent.unsigned_abs())
}

fn plain(digits: &str, point: i64, precision: usize) -> String {
    let digit =
        |at: i64| usize::try_from(at).ok().and_then(|at| digits.as_bytes().get(at)).map_or('0', |b| char::from(*b));
    let mut text = String::new();
    if point <= 0 {
        text.push('0');
    }
    text.extend((0..point.max(0)).map(digit));
    if precision > 0 {
        text.push('.');
        let precision = i64::try_from(precision).unwrap_or(i64::MAX);
        text.extend((point..point + precision).map(digit));
    }
    text
}

fn general(digits: &str, point: i64, precision: Option<usize>) -> String {
    let count = i64::try_from(digits.len()).unwrap_or(i64::MAX);
    // Shortest digits change the notation where six digits would.
    let mut limit = precision.map_or(6, |precision| i64::try_from(precision.max(1)).unwrap_or(i64::MAX));
    if precision.is_some() && limit > count && count >= point {
        limit = count;
    }
    let exponent = point - 1;
    if !digits.is_empty() && (exponent < -4 || exponent >= limit) {
        return scientific(digits, point, digits.len() - 1);
    }
    plain(digits, point, usize::try_from((count - point).max(0)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_as_go_does() {
        let check = |text: &str, notation, precision, expected: &str| {
            assert_eq!(Number::parse(text).expect(text).to_text(notation, precision), expected);
        };
        check("12345.678", Notation::Scientific, Some(6), "1.234568e+04");
        check("0", Notation::Scientific, Some(6), "0.000000e+00");
        check("12345.678", Notation::Plain, Some(6), "12345.678000");
        check("0.5", Notation::Plain, Some(0), "0");
        check("1.5", Notation::Plain, Some(0), "2");
        check("0.004", Notation::Plain, Some(2), "0.00");
        check("0.006", Notation::Plain, Some(2), "0.01");
        check("0.0006", Notation::Plain, Some(2), "0.00");
        check("999.96", Notation::Plain, Some(1), "1000.0");
        check("-3.14159", Notation::Plain, Some(2), "-3.14");
        check("1e30", Notation::General, None, "1e+30");
        check("100000000", Notation::General, None, "1e+08");
        check("12345.678", Notation::General, None, "12345.678");
        check("0.00001", Notation::General, None, "1e-05");
        check("1234567", Notation::General, Some(10), "1234567");
        check("0.1", Notation::General, Some(10), "0.1");
        check("100", Notation::General, Some(10), "100");
    }
}
