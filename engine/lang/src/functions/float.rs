//! Machine arithmetic that must give the very bits that Go's `math` package gives.

/// Returns the natural logarithm by the classic reduction: `x = 2^k · (1 + f)`, then a polynomial in `f / (2 + f)`.
///
/// The mathematics library of the system rounds more carefully, and so gives other last digits than Terraform does.
pub(super) fn ln(x: f64) -> f64 {
    const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const EVEN: [f64; 3] = [3.999_999_999_940_942e-1, 2.222_219_843_214_978_4e-1, 1.531_383_769_920_937_3e-1];
    const ODD: [f64; 4] =
        [6.666_666_666_666_735e-1, 2.857_142_874_366_239e-1, 1.818_357_216_161_805e-1, 1.479_819_860_511_658_6e-1];
    if x.is_nan() || x == f64::INFINITY {
        return x;
    }
    if x < 0.0 {
        return f64::NAN;
    }
    if x == 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut fraction, mut exponent) = split(x);
    if fraction < std::f64::consts::FRAC_1_SQRT_2 {
        fraction *= 2.0;
        exponent -= 1;
    }
    let f = fraction - 1.0;
    let k = f64::from(exponent);
    let s = f / (2.0 + f);
    let s2 = s * s;
    let s4 = s2 * s2;
    let t1 = s2 * (ODD[0] + s4 * (ODD[1] + s4 * (ODD[2] + s4 * ODD[3])));
    let t2 = s4 * (EVEN[0] + s4 * (EVEN[1] + s4 * EVEN[2]));
    let remainder = t1 + t2;
    let half_square = 0.5 * f * f;
    k * LN2_HIGH - ((half_square - (s * (half_square + remainder) + k * LN2_LOW)) - f)
}

/// Returns `x^y`: the whole part of `y` by repeated squaring, the fraction by logarithm.
pub(super) fn power(x: f64, y: f64) -> f64 {
    if y == 0.0 || (x - 1.0).abs() == 0.0 {
        return 1.0;
    }
    if (y - 1.0).abs() == 0.0 {
        return x;
    }
    if x == 0.0 || x.is_nan() || y.is_nan() || x.is_infinite() || y.is_infinite() {
        return x.powf(y);
    }
    if (y - 0.5).abs() == 0.0 {
        return x.sqrt();
    }
    if (y + 0.5).abs() == 0.0 {
        return 1.0 / x.sqrt();
    }
    let (mut whole, mut fraction) = (y.abs().trunc(), y.abs().fract());
    if fraction != 0.0 && x < 0.0 {
        return f64::NAN;
    }
    if whole >= 9.223_372_036_854_776e18 {
        return x.powf(y);
    }
    let mut mantissa = 1.0;
    let mut exponent: i64 = 0;
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        mantissa = (fraction * ln(x)).exp();
    }
    let (mut square, square_exponent) = split(x);
    let mut square_exponent = i64::from(square_exponent);
    #[expect(clippy::cast_possible_truncation, reason = "the bound was checked above")]
    let mut remaining = whole as i64;
    while remaining != 0 {
        if !(-(1 << 12)..=(1 << 12)).contains(&square_exponent) {
            exponent += square_exponent;
            break;
        }
        if remaining & 1 == 1 {
            mantissa *= square;
            exponent += square_exponent;
        }
        square *= square;
        square_exponent *= 2;
        if square < 0.5 {
            square += square;
            square_exponent -= 1;
        }
        remaining >>= 1;
    }
    if y < 0.0 {
        mantissa = 1.0 / mantissa;
        exponent = -exponent;
    }
    scale(mantissa, exponent)
}

/// Splits a finite number into a fraction of at least one half and below one, and a power of two.
fn split(x: f64) -> (f64, i32) {
    let (x, shift) = if x.abs() < f64::MIN_POSITIVE { (x * 2.0_f64.powi(52), -52) } else { (x, 0) };
    let bits = x.to_bits();
    let exponent = i32::try_from((bits >> 52) & 0x7ff).unwrap_or(0) - 1022;
    (f64::from_bits((bits & !(0x7ff << 52)) | (1022 << 52)), exponent + shift)
}

fn scale(mantissa: f64, exponent: i64) -> f64 {
    let exponent = i32::try_from(exponent.clamp(-5000, 5000)).unwrap_or(0);
    // In steps, so that no intermediate power overflows.
    let half = exponent / 2;
    mantissa * 2.0_f64.powi(half) * 2.0_f64.powi(exponent - half)
}
