//! Floating-point numbers as Go's `strconv` and `encoding/json` print them.

use std::fmt::LowerExp;
use std::str::FromStr;

/// `value` as `strconv.FormatFloat(value, 'g', -1, 64)`: the shortest digits that read back, with
/// an exponent (of at least two digits) below 1e-4 and from 1e+06 on. Infinities and NaN are
/// spelled `.inf`, `-.inf` and `.nan`, as YAML has them.
pub(crate) fn format_general(value: f64) -> String {
    if value.is_nan() {
        return ".nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    Decimal::shortest(value).general()
}

/// Like [`format_general`], with the digits that are enough for 32 bits.
pub(crate) fn format_general_single(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the digits of the nearest f32 are wanted"
    )]
    let single = value as f32;
    if single.is_finite() {
        return Decimal::shortest(single).general();
    }
    format_general(f64::from(single))
}

/// `value`, which must be finite, as `encoding/json` prints a float64: no exponent from 1e-6 up to
/// 1e21, and no padding of a negative exponent.
pub(crate) fn format_json(value: f64) -> String {
    let magnitude = value.abs();
    let decimal = Decimal::shortest(value);
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return decimal.positional();
    }
    match decimal.exponent {
        exponent if exponent < 0 => format!("{}e-{}", decimal.mantissa, exponent.abs()),
        exponent => format!("{}e+{exponent:02}", decimal.mantissa),
    }
}

/// `strconv`'s `'g'` with shortest digits switches to an exponent here.
const GENERAL_EXPONENT: i32 = 6;

/// A finite number in decimal.
struct Decimal {
    /// Sign, first digit, and the others behind a point: `-1.25`.
    mantissa: String,
    /// The power of ten of the first digit.
    exponent: i32,
}

impl Decimal {
    /// The shortest digits that read back as `value`; of two that are equally near, those that end
    /// with an even digit, where the standard library takes the larger.
    fn shortest<T: Copy + LowerExp + FromStr + PartialEq>(value: T) -> Self {
        let shortest = format!("{value:e}");
        let (mantissa, _) = split_exponent(&shortest);
        let digits = mantissa.bytes().filter(u8::is_ascii_digit).count();
        // With a precision the standard library rounds half to even.
        let even = format!("{value:.*e}", digits.saturating_sub(1));
        let reads_back = even.parse().is_ok_and(|parsed: T| parsed == value);
        let (mantissa, exponent) = split_exponent(if reads_back { &even } else { &shortest });
        Self {
            mantissa: mantissa.to_owned(),
            exponent,
        }
    }

    fn general(&self) -> String {
        if (-4..GENERAL_EXPONENT).contains(&self.exponent) {
            return self.positional();
        }
        let sign = if self.exponent < 0 { '-' } else { '+' };
        format!("{}e{sign}{:02}", self.mantissa, self.exponent.abs())
    }

    /// Without an exponent: `0.00125`, `1250`.
    fn positional(&self) -> String {
        let (sign, digits) = match self.mantissa.strip_prefix('-') {
            Some(digits) => ("-", digits.replace('.', "")),
            None => ("", self.mantissa.replace('.', "")),
        };
        let Ok(whole) = usize::try_from(self.exponent) else {
            let zeros = self.exponent.unsigned_abs() as usize - 1;
            return format!("{sign}0.{}{digits}", "0".repeat(zeros));
        };
        match digits.split_at_checked(whole + 1) {
            Some((whole, "")) => format!("{sign}{whole}"),
            Some((whole, fraction)) => format!("{sign}{whole}.{fraction}"),
            None => format!("{sign}{digits}{}", "0".repeat(whole + 1 - digits.len())),
        }
    }
}

/// The digits before the `e`, and the power of ten behind it.
fn split_exponent(scientific: &str) -> (&str, i32) {
    match scientific.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, exponent.parse().unwrap_or(0)),
        None => (scientific, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn general_format_turns_to_exponents_where_go_does() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (2.75, "2.75"),
            (100_000.5, "100000.5"),
            (1e6, "1e+06"),
            (1_234_567.5, "1.2345675e+06"),
            (-1e6, "-1e+06"),
            (1e100, "1e+100"),
            (0.0001, "0.0001"),
            (1e-5, "1e-05"),
            (1.5e-7, "1.5e-07"),
            (f64::INFINITY, ".inf"),
            (f64::NEG_INFINITY, "-.inf"),
            (f64::NAN, ".nan"),
        ] {
            assert_eq!(format_general(value), text);
        }
    }

    #[test]
    fn json_format_keeps_exponents_for_the_far_ends() {
        for (value, text) in [
            (0.0, "0"),
            (1e6, "1000000"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1e-6, "0.000001"),
            (9.9e-7, "9.9e-7"),
            (1e-10, "1e-10"),
            (-1250.5, "-1250.5"),
            (0.00125, "0.00125"),
            // Halfway between two shortest forms: the even digit wins.
            (23_584_050_876_046.313, "23584050876046.312"),
            (-964_736_836_691_038.3, "-964736836691038.2"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
        ] {
            assert_eq!(format_json(value), text);
        }
    }
}
