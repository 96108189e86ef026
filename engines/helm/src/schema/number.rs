//! Numbers without loss: decimal digits and a power of ten, and how messages show them.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};

/// Exponents beyond this are refused: arithmetic on them would take a million digits.
const MAX_EXPONENT: i64 = 5_000;

/// `digits` times ten to the power of `exponent`; no zeros at the end of the digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Number {
    digits: BigInt,
    exponent: i64,
}

impl Number {
    /// The number that a JSON number spells; `None` when its exponent is out of bounds.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let fraction = fraction.trim_end_matches('0');
        let all = format!("{whole}{fraction}");
        let significant = all.trim_end_matches('0');
        if significant.is_empty() || significant == "-" {
            return Some(Self {
                digits: BigInt::ZERO,
                exponent: 0,
            });
        }
        let exponent = exponent
            .checked_sub(i64::try_from(fraction.len()).ok()?)?
            .checked_add(i64::try_from(all.len() - significant.len()).ok()?)?;
        if exponent.abs() > MAX_EXPONENT || significant.len() > 5_000 {
            return None;
        }
        Some(Self {
            digits: significant.parse().ok()?,
            exponent,
        })
    }

    pub(super) fn from_float(value: f64) -> Option<Self> {
        Self::parse(&format!("{value:e}"))
    }

    pub(super) fn from_int(value: i64) -> Option<Self> {
        Self::parse(&value.to_string())
    }

    pub(super) fn from_uint(value: u64) -> Option<Self> {
        Self::parse(&value.to_string())
    }

    /// Whether there is no fraction.
    pub(super) fn is_integer(&self) -> bool {
        self.exponent >= 0
    }

    /// The integer, when this is one that fits.
    pub(super) fn as_i64(&self) -> Option<i64> {
        if !self.is_integer() || self.exponent > 19 {
            return None;
        }
        i64::try_from(self.scaled(0)).ok()
    }

    /// Whether this is `step` taken a whole number of times.
    pub(super) fn is_multiple_of(&self, step: &Self) -> bool {
        if step.digits == BigInt::ZERO {
            return false;
        }
        let least = self.exponent.min(step.exponent);
        self.scaled(least) % step.scaled(least) == BigInt::ZERO
    }

    /// The nearest float.
    pub(super) fn as_f64(&self) -> f64 {
        format!("{}e{}", self.digits, self.exponent)
            .parse()
            .unwrap_or(f64::NAN)
    }

    /// The digits when the last of them counts ten to the power of `exponent`.
    fn scaled(&self, exponent: i64) -> BigInt {
        let shift = u32::try_from(self.exponent - exponent).unwrap_or(0);
        &self.digits * BigInt::from(10).pow(shift)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.digits.sign() != other.digits.sign() || self.digits.sign() == Sign::NoSign {
            return self.digits.sign().cmp(&other.digits.sign());
        }
        let least = self.exponent.min(other.exponent);
        self.scaled(least).cmp(&other.scaled(least))
    }
}

/// A count as the messages show it, in groups of three digits: `1,234`.
pub(super) fn show_count(count: impl TryInto<i64>) -> String {
    grouped(&count.try_into().unwrap_or(i64::MAX).to_string())
}

/// A number as the messages show it: `1,234.5`, and with an exponent from a million on and below
/// a ten-thousandth (`1.5×10⁰⁶`).
pub(super) fn show_number(number: &Number) -> String {
    let value = number.as_f64();
    if value.is_infinite() {
        return if value > 0.0 { "∞" } else { "-∞" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let power: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&power) {
        let plain = format!("{value}");
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let point = if fraction.is_empty() { "" } else { "." };
        return format!("{}{point}{fraction}", grouped(whole));
    }
    let sign = if power < 0 { "⁻" } else { "" };
    let digits: String = format!("{:02}", power.abs())
        .chars()
        .map(superscript)
        .collect();
    format!("{mantissa}×10{sign}{digits}")
}

fn superscript(digit: char) -> char {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    digit
        .to_digit(10)
        .and_then(|digit| DIGITS.get(digit as usize))
        .copied()
        .unwrap_or(digit)
}

/// A comma between each three digits.
fn grouped(digits: &str) -> String {
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let mut out = sign.to_owned();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    #[test]
    fn spellings_of_one_number_are_equal() {
        for text in ["100", "1e2", "100.00", "1.00E+2", "1000e-1"] {
            assert_eq!(number(text), number("100"), "{text}");
        }
        assert_eq!(number("-0.0"), number("0"));
        assert_eq!(Number::from_float(0.1).unwrap(), number("0.1"));
        assert!(Number::parse("1e999999").is_none());
    }

    #[test]
    fn multiples_are_exact_where_floats_are_not() {
        assert!(number("1.1").is_multiple_of(&number("0.1")));
        assert!(number("0").is_multiple_of(&number("3")));
        assert!(!number("1.001").is_multiple_of(&number("0.01")));
        assert!(number("1e300").is_multiple_of(&number("1e-300")));
    }

    #[test]
    fn order_follows_sign_and_size() {
        assert!(number("-2") < number("-1.5"));
        assert!(number("-1") < number("0"));
        assert!(number("1e20") > number("99999999999999999999"));
    }

    #[test]
    fn messages_group_digits_and_raise_exponents() {
        for (text, shown) in [
            ("1000000", "1×10⁰⁶"),
            ("1234567.5", "1.2345675×10⁰⁶"),
            ("-1e-7", "-1×10⁻⁰⁷"),
            ("1234.123456789", "1,234.123456789"),
            ("12345", "12,345"),
            ("-0.5", "-0.5"),
            ("0", "0"),
        ] {
            assert_eq!(show_number(&number(text)), shown);
        }
        assert_eq!(show_count(1_234_567), "1,234,567");
    }
}
