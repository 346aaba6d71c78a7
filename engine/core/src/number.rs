//! Numbers of the Terraform language: binary floating point with 512 bits, rounded to the nearest, ties to even.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

/// Bits of a number that was written in a configuration.
pub const PARSED_PRECISION: u64 = 512;
/// Bits of a number that a function computed from a machine integer.
const INTEGER_PRECISION: u64 = 64;
/// Bits of a number that a function computed from a machine float.
const FLOAT_PRECISION: u64 = 53;
/// Decimal exponents beyond this are refused: their digits would take too long.
const MAX_DECIMAL_EXPONENT: i64 = 100_000;
/// From this decimal exponent on numbers are infinite, or zero, for Terraform as well, whose numbers have 32 bits for the power of two.
const INFINITE_DECIMAL_EXPONENT: i64 = 646_456_993;
/// Powers of two beyond this are infinite, or zero: a million decimal digits, where Terraform goes on to 600 million.
const MAX_EXPONENT: i64 = 1 << 22;
/// What stands for the power of two of an infinite number.
const INFINITE: i64 = i64::MAX;
/// What stands for the power of two of a zero below zero.
const NEGATIVE: i64 = -1;

/// A number: `mantissa · 2^exponent`, the mantissa odd or zero; or infinite, or a zero with a sign.
#[derive(Clone)]
pub struct Number {
    mantissa: BigInt,
    exponent: i64,
    /// Bits to which operations on this number round; the larger one of two counts.
    precision: u64,
}

/// Why a text is not a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a number is required")]
pub struct NumberError;

impl Number {
    fn new(mantissa: BigInt, exponent: i64, precision: u64) -> Self {
        Self { mantissa, exponent, precision }.rounded()
    }

    /// Rounds to the precision, ties to even, and makes the mantissa odd.
    fn rounded(mut self) -> Self {
        let excess = self.mantissa.bits().saturating_sub(self.precision);
        if excess > 0 {
            let unit = BigInt::one() << excess;
            let (quotient, remainder) = self.mantissa.abs().div_rem(&unit);
            let up = match (&remainder + &remainder).cmp(&unit) {
                Ordering::Less => false,
                Ordering::Equal => quotient.is_odd(),
                Ordering::Greater => true,
            };
            let magnitude = if up { quotient + 1 } else { quotient };
            self.mantissa = if self.mantissa.is_negative() { -magnitude } else { magnitude };
            self.exponent += i64::try_from(excess).unwrap_or(i64::MAX);
        }
        if self.mantissa.is_zero() {
            self.exponent = 0;
        } else if let Some(zeros) = self.mantissa.trailing_zeros().filter(|zeros| *zeros > 0) {
            self.mantissa >>= zeros;
            self.exponent += i64::try_from(zeros).unwrap_or(i64::MAX);
        }
        let magnitude = self.exponent.saturating_add_unsigned(self.mantissa.bits());
        if magnitude > MAX_EXPONENT {
            return Self::infinite(self.is_negative());
        }
        if magnitude < -MAX_EXPONENT {
            return Self::zero(self.is_negative(), self.precision);
        }
        self
    }

    /// Returns the number above, or below, all others.
    pub fn infinite(negative: bool) -> Self {
        let mantissa = if negative { -BigInt::one() } else { BigInt::one() };
        Self { mantissa, exponent: INFINITE, precision: PARSED_PRECISION }
    }

    /// Returns zero, which keeps the sign of what it was computed from.
    fn zero(negative: bool, precision: u64) -> Self {
        Self { mantissa: BigInt::zero(), exponent: if negative { NEGATIVE } else { 0 }, precision }
    }

    /// Reads a decimal number: `-1.5e3`, `Inf`.
    pub fn parse(text: &str) -> Result<Self, NumberError> {
        let (negative, digits) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        if matches!(digits, "Inf" | "inf") {
            return Ok(Self::infinite(negative));
        }
        let exponent_at = |at: usize| digits[at + 1..].parse::<i64>().map_err(|_| NumberError);
        let (digits, exponent, binary) = match digits.find(['e', 'E', 'p']) {
            // Go's reader knows an exponent of two as well.
            Some(at) if digits[at..].starts_with('p') => (&digits[..at], 0, exponent_at(at)?),
            Some(at) => (&digits[..at], exponent_at(at)?, 0),
            None => (digits, 0, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all: String = [whole, fraction].concat();
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NumberError);
        }
        let exponent = exponent.saturating_sub(i64::try_from(fraction.len()).unwrap_or(i64::MAX));
        let mantissa: BigInt = all.parse().map_err(|_| NumberError)?;
        if mantissa.is_zero() || exponent < -INFINITE_DECIMAL_EXPONENT {
            return Ok(Self::zero(negative, PARSED_PRECISION));
        }
        if exponent > INFINITE_DECIMAL_EXPONENT {
            return Ok(Self::infinite(negative));
        }
        if exponent.abs() > MAX_DECIMAL_EXPONENT || binary.abs() > MAX_DECIMAL_EXPONENT {
            return Err(NumberError);
        }
        let mantissa = if negative { -mantissa } else { mantissa };
        let power = BigInt::from(10).pow(exponent.unsigned_abs());
        if exponent >= 0 {
            return Ok(Self::new(mantissa * power, binary, PARSED_PRECISION));
        }
        Ok(Self::quotient(&mantissa, &power, binary, PARSED_PRECISION))
    }

    /// Returns `numerator / denominator · 2^exponent`, rounded.
    fn quotient(numerator: &BigInt, denominator: &BigInt, exponent: i64, precision: u64) -> Self {
        // Enough bits that the last one can stand for everything below it without changing how the rest rounds.
        let shift = (precision + 2 + denominator.bits()).saturating_sub(numerator.bits());
        let (quotient, remainder) = (numerator.abs() << shift).div_rem(&denominator.abs());
        let sticky = (quotient << 1u8) + u8::from(!remainder.is_zero());
        let negative = numerator.is_negative() != denominator.is_negative();
        let shift = i64::try_from(shift).unwrap_or(i64::MAX);
        Self::new(if negative { -sticky } else { sticky }, exponent - shift - 1, precision)
    }

    /// Returns the number of a machine float; zero for not-a-number.
    pub fn from_f64(value: f64) -> Self {
        let bits = value.abs().to_bits();
        let (raw_exponent, fraction) = (i64::try_from(bits >> 52).unwrap_or(0), bits & ((1 << 52) - 1));
        if value.is_infinite() {
            return Self::infinite(value < 0.0);
        }
        if value == 0.0 || value.is_nan() {
            return Self::zero(value.is_sign_negative() && !value.is_nan(), FLOAT_PRECISION);
        }
        let (mantissa, exponent) =
            if raw_exponent == 0 { (fraction, -1074) } else { (fraction | (1 << 52), raw_exponent - 1075) };
        let mantissa = BigInt::from(mantissa);
        Self::new(if value < 0.0 { -mantissa } else { mantissa }, exponent, FLOAT_PRECISION)
    }

    /// Returns the number of an integer of any size.
    pub fn from_integer(value: BigInt) -> Self {
        let precision = value.bits().max(INTEGER_PRECISION);
        Self::new(value, 0, precision)
    }

    /// Returns a text that [`Self::parse`] reads as this very number: decimal where that is exact, otherwise mantissa and power of two.
    pub fn to_exact_text(&self) -> String {
        let decimal = self.to_string();
        let is_exact = Self::parse(&decimal).is_ok_and(|read| read == *self);
        if is_exact { decimal } else { format!("{}p{}", self.mantissa, self.exponent) }
    }

    /// Returns mantissa and power of two.
    pub(crate) fn parts(&self) -> (&BigInt, i64) {
        (&self.mantissa, self.exponent)
    }

    /// Returns the same number with other rounding in what is computed from it.
    fn with_precision(self, precision: u64) -> Self {
        Self { precision, ..self }.rounded()
    }

    /// Tells whether the number is above or below all others.
    pub fn is_infinite(&self) -> bool {
        self.exponent == INFINITE
    }

    /// Tells whether the number is below zero, or a zero that came from there.
    pub fn has_minus(&self) -> bool {
        self.is_negative() || (self.is_zero() && self.exponent == NEGATIVE)
    }

    /// Tells whether the number has no fraction, and an end.
    pub fn is_integer(&self) -> bool {
        (self.exponent >= 0 && !self.is_infinite()) || self.is_zero()
    }

    /// Tells whether the number is zero.
    pub fn is_zero(&self) -> bool {
        self.mantissa.is_zero()
    }

    /// Tells whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        self.mantissa.is_negative()
    }

    /// Returns the number as an integer if it has no fraction.
    pub fn to_integer(&self) -> Option<BigInt> {
        self.is_integer().then(|| self.truncated())
    }

    /// Returns the number as a machine integer if it is one.
    pub fn to_i64(&self) -> Option<i64> {
        // A number with a large exponent must not be written out before it is known to fit.
        if !self.is_integer() || self.mantissa.bits() + self.exponent.unsigned_abs() > 64 {
            return None;
        }
        self.truncated().to_i64()
    }

    /// Returns the nearest machine float.
    pub fn to_f64(&self) -> f64 {
        if self.is_infinite() || self.is_zero() {
            let magnitude = if self.is_zero() { 0.0 } else { f64::INFINITY };
            return if self.has_minus() { -magnitude } else { magnitude };
        }
        let rounded = Self::new(self.mantissa.clone(), self.exponent, FLOAT_PRECISION);
        let mantissa = rounded.mantissa.to_f64().unwrap_or(0.0);
        let exponent =
            i32::try_from(rounded.exponent).unwrap_or(if rounded.exponent < 0 { i32::MIN } else { i32::MAX });
        // In two steps, so that a subnormal result is not rounded to zero on the way.
        mantissa * 2.0_f64.powi(exponent / 2) * 2.0_f64.powi(exponent - exponent / 2)
    }

    /// Returns the whole part, towards zero; the number must have an end.
    pub fn truncated(&self) -> BigInt {
        if self.is_infinite() || self.is_zero() {
            return BigInt::zero();
        }
        if self.exponent >= 0 {
            return &self.mantissa << self.exponent.unsigned_abs();
        }
        let magnitude = self.mantissa.abs() >> self.exponent.unsigned_abs();
        if self.mantissa.is_negative() { -magnitude } else { magnitude }
    }

    /// Returns the largest integer that is not above the number.
    #[must_use]
    pub fn floor(&self) -> Self {
        if self.is_integer() || self.is_infinite() {
            return self.clone();
        }
        let whole = self.truncated();
        Self::new(if self.is_negative() { whole - 1 } else { whole }, 0, self.precision)
    }

    /// Returns the smallest integer that is not below the number.
    #[must_use]
    pub fn ceil(&self) -> Self {
        if self.is_integer() || self.is_infinite() {
            return self.clone();
        }
        let whole = self.truncated();
        Self::new(if self.is_negative() { whole } else { whole + 1 }, 0, self.precision)
    }

    /// Returns the number without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.has_minus() { -self.clone() } else { self.clone() }
    }

    fn joint_precision(&self, other: &Self) -> u64 {
        self.precision.max(other.precision)
    }

    /// Returns both mantissas at the smaller one of the two exponents.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, i64) {
        let exponent = self.exponent.min(other.exponent);
        let scaled = |number: &Self| &number.mantissa << (number.exponent - exponent).unsigned_abs();
        (scaled(self), scaled(other), exponent)
    }

    /// Returns the sum; `None` of infinite numbers with different signs.
    pub fn add(&self, other: &Self) -> Option<Self> {
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return (self == other).then(|| self.clone()),
            (true, false) => return Some(self.clone()),
            (false, true) => return Some(other.clone()),
            (false, false) => {}
        }
        let precision = self.joint_precision(other);
        if self.is_zero() && other.is_zero() {
            return Some(Self::zero(self.has_minus() && other.has_minus(), precision));
        }
        let (left, right, exponent) = self.aligned(other);
        Some(Self::new(left + right, exponent, precision))
    }

    /// Returns the difference; `None` of infinite numbers with the same sign.
    pub fn subtract(&self, other: &Self) -> Option<Self> {
        self.add(&-other.clone())
    }

    /// Returns the product, `None` of zero and an infinite number; where its digits need more bits than the factors have, it gets them.
    pub fn multiply(&self, other: &Self) -> Option<Self> {
        let negative = self.has_minus() != other.has_minus();
        if self.is_infinite() || other.is_infinite() {
            return (!self.is_zero() && !other.is_zero()).then(|| Self::infinite(negative));
        }
        if self.is_zero() || other.is_zero() {
            return Some(Self::zero(negative, self.joint_precision(other)));
        }
        let product = Self::new(&self.mantissa * &other.mantissa, self.exponent + other.exponent, PARSED_PRECISION);
        let precision = self.joint_precision(other).max(product.mantissa.bits());
        Some(product.with_precision(precision))
    }

    /// Returns the quotient, which is infinite where the divisor is zero; `None` of two zeros and of two infinite numbers.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        let negative = self.has_minus() != other.has_minus();
        let precision = self.joint_precision(other);
        match (self.is_infinite() || other.is_zero(), self.is_zero() || other.is_infinite()) {
            (true, true) => None,
            (true, false) => Some(Self::infinite(negative)),
            (false, true) => Some(Self::zero(negative, precision)),
            (false, false) => {
                Some(Self::quotient(&self.mantissa, &other.mantissa, self.exponent - other.exponent, precision))
            }
        }
    }

    /// Returns what remains after dividing to a whole number, with the sign of `self`; all of it if `other` is zero, and `None` if
    /// one of the two is infinite.
    pub fn remainder(&self, other: &Self) -> Option<Self> {
        if self.is_infinite() || other.is_infinite() {
            return None;
        }
        if other.is_zero() {
            return Some(self.clone());
        }
        // Each step rounds to the bits of the dividend.
        let rounded = |mantissa, exponent| Self::new(mantissa, exponent, self.precision);
        let whole = rounded(self.divide(other)?.truncated(), 0);
        let product = rounded(&whole.mantissa * &other.mantissa, whole.exponent + other.exponent);
        self.subtract(&product)
    }

    /// Returns the fewest decimal digits that mean this number and no other of the same precision, and the power of ten of the first.
    pub(crate) fn shortest_digits(&self) -> (String, i64) {
        // The neighbours lie half a unit in the last place away; below a power of two only a quarter.
        let pad = self.precision.saturating_sub(self.mantissa.bits()) + 2;
        let mantissa = self.mantissa.abs() << pad;
        let exponent = self.exponent - i64::try_from(pad).unwrap_or(i64::MAX);
        let high = BigInt::from(2);
        let low = if self.mantissa.abs().is_one() { BigInt::one() } else { BigInt::from(2) };
        let inclusive = (&mantissa >> 2u8).is_even();
        let (mut value, mut low, mut high, mut unit) = if exponent >= 0 {
            let by = exponent.unsigned_abs();
            (mantissa << by, low << by, high << by, BigInt::one())
        } else {
            (mantissa, low, high, BigInt::one() << exponent.unsigned_abs())
        };
        let ten = BigInt::from(10);
        let mut point = 0;
        while value >= unit {
            unit *= &ten;
            point += 1;
        }
        while &value * &ten < unit {
            value *= &ten;
            low *= &ten;
            high *= &ten;
            point -= 1;
        }
        let mut digits = String::new();
        loop {
            value *= &ten;
            low *= &ten;
            high *= &ten;
            let (digit, rest) = value.div_rem(&unit);
            value = rest;
            let below = if inclusive { value <= low } else { value < low };
            let sum = &value + &high;
            let above = if inclusive { sum >= unit } else { sum > unit };
            let digit = digit.to_u8().unwrap_or(0);
            if !below && !above {
                digits.push(char::from(b'0' + digit));
                continue;
            }
            let up = above && (!below || &value + &value >= unit);
            digits.push(char::from(b'0' + digit + u8::from(up)));
            return (carried(digits, &mut point), point);
        }
    }
}

/// Turns a last digit of "ten" (':' in ASCII order) into a carry.
fn carried(digits: String, point: &mut i64) -> String {
    let mut bytes = digits.into_bytes();
    while bytes.last() == Some(&b':') {
        bytes.pop();
        if let Some(last) = bytes.last_mut() {
            *last += 1;
        } else {
            bytes.push(b'1');
            *point += 1;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::new(value.into(), 0, INTEGER_PRECISION)
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self::new(value.into(), 0, INTEGER_PRECISION)
    }
}

impl From<i32> for Number {
    fn from(value: i32) -> Self {
        Self::from(i64::from(value))
    }
}

impl std::ops::Neg for Number {
    type Output = Self;

    fn neg(self) -> Self {
        if self.is_zero() {
            return Self::zero(!self.has_minus(), self.precision);
        }
        Self { mantissa: -self.mantissa, ..self }
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.mantissa == other.mantissa && (self.is_zero() || self.exponent == other.exponent)
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.mantissa.hash(state);
        if !self.is_zero() {
            self.exponent.hash(state);
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let sign = |number: &Self| match number.mantissa.sign() {
            Sign::Minus => -1,
            Sign::NoSign => 0,
            Sign::Plus => 1,
        };
        sign(self).cmp(&sign(other)).then_with(|| {
            if self.is_zero() {
                return Ordering::Equal;
            }
            if self.is_infinite() || other.is_infinite() {
                let larger = self.is_infinite().cmp(&other.is_infinite());
                return if self.is_negative() { larger.reverse() } else { larger };
            }
            let (left, right, _) = self.aligned(other);
            left.cmp(&right)
        })
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Writes all digits without an exponent, as Terraform does: `0.3333…`, `10000000000000000000000`.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_infinite() {
            return f.write_str(if self.is_negative() { "-Inf" } else { "+Inf" });
        }
        if self.is_zero() {
            return f.write_str(if self.has_minus() { "-0" } else { "0" });
        }
        if self.is_integer() && self.mantissa.bits() + self.exponent.unsigned_abs() <= self.precision {
            return write!(f, "{}", self.truncated());
        }
        let (digits, point) = self.shortest_digits();
        if self.is_negative() {
            f.write_str("-")?;
        }
        match usize::try_from(point) {
            Err(_) | Ok(0) => write!(f, "0.{}{digits}", "0".repeat(usize::try_from(-point).unwrap_or(0))),
            Ok(point) if point >= digits.len() => write!(f, "{digits}{}", "0".repeat(point - digits.len())),
            Ok(point) => write!(f, "{}.{}", &digits[..point], &digits[point..]),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).expect(text)
    }

    #[test]
    fn prints_as_written() {
        for text in ["0", "1", "-1", "0.1", "-0.25", "9007199254740993", "123456789.000001", "0.00000001"] {
            assert_eq!(number(text).to_string(), text);
        }
        assert_eq!(number("1e3").to_string(), "1000");
        assert_eq!(number("1.50").to_string(), "1.5");
    }

    #[test]
    fn arithmetic_has_512_bits() {
        let third = number("1").divide(&number("3")).expect("not zero").to_string();
        // What `terraform console` prints for 1/3: the last digits show where 512 bits end.
        assert_eq!(third, format!("0.{}5", "3".repeat(154)));
        assert_eq!(number("7").remainder(&number("-3")).expect("not zero"), number("1"));
        assert_eq!(number("-7").remainder(&number("3")).expect("not zero"), number("-1"));
    }

    #[test]
    fn precision_is_that_of_the_factors_or_of_the_product() {
        // pow(2, 0.5) * 3 and pow(3, 0.5) / 7 in `terraform console`
        let root = Number::from_f64(2.0_f64.sqrt()).multiply(&number("3")).expect("finite");
        assert_eq!(root.to_string(), "4.2426406871192854364238655762164853513240814208984375");
        let third = Number::from(1_i64).divide(&Number::from(3_i64)).expect("not zero").to_string();
        assert_eq!(third, "0.33333333333333333334");
        assert_eq!(number("7").remainder(&number("2.5")).expect("not zero"), number("2"));
        assert_eq!(number("5").remainder(&number("0")).expect("all of it"), number("5"));
        assert_eq!(number("1p3"), number("8"));
    }

    #[test]
    fn refuses_what_is_no_number() {
        for text in ["", "-", "1e", "a", "1.2.3", "0x10", "1e999999", "١"] {
            assert!(Number::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn infinity_and_zero_have_signs() {
        let show = |number: Option<Number>| number.map_or_else(|| "none".to_owned(), |number| number.to_string());
        let (one, zero, infinite) = (number("1"), number("0"), number("Inf"));
        assert_eq!(show(one.divide(&zero)), "+Inf");
        assert_eq!(show(one.divide(&number("-0"))), "-Inf");
        assert_eq!(show(zero.divide(&zero)), "none");
        assert_eq!(show(one.divide(&-infinite.clone())), "-0");
        assert_eq!(show(infinite.add(&-infinite.clone())), "none");
        assert_eq!(show(infinite.subtract(&one)), "+Inf");
        assert_eq!(show(infinite.multiply(&zero)), "none");
        assert_eq!(show(zero.multiply(&number("-1"))), "-0");
        assert_eq!(show(zero.subtract(&zero)), "0");
        assert_eq!(show(infinite.remainder(&one)), "none");
        assert!(number("-0") == zero && -infinite.clone() < number("-1e400") && infinite > number("1e400"));
        assert!(!infinite.is_integer() && infinite.to_i64().is_none() && number("-0").is_integer());
        assert_eq!(number("1e999999999"), infinite);
        let mut large = number("1e100000");
        for _ in 0..70 {
            large = large.multiply(&large).expect("no zero");
        }
        assert_eq!(large, infinite);
        assert_eq!(one.divide(&large).map(|tiny| tiny.is_zero()), Some(true));
        assert_eq!(number("-0.5").ceil().to_string(), "0");
    }

    #[test]
    fn floats_survive() {
        for value in [0.0, -0.0, f64::INFINITY, 1.5, -2.25, 1e300, 5e-324, f64::MAX] {
            assert_eq!(Number::from_f64(value).to_f64().to_bits(), f64::to_bits(value), "{value}");
        }
    }

    #[test]
    fn orders_across_signs_and_exponents() {
        let mut numbers = ["2", "-3", "0.5", "0", "1e30", "-0.25"].map(number);
        numbers.sort();
        assert_eq!(numbers.map(|n| n.to_string()).join(" "), "-3 -0.25 0 0.5 2 1000000000000000000000000000000");
    }
}
