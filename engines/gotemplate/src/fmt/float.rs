//! Floating point numbers as text (`strconv.FormatFloat`).

use std::fmt::Write as _;

/// No number has more digits behind its point than this, nor more significant ones.
const MOST_DIGITS: usize = 1_100;

/// `strconv.FormatFloat(value, format, precision, 64)`: `format` is one of `b`, `e`, `E`, `f`, `g`, `G`, `x`, `X`; without a precision
/// there are as few digits as read back as the same number.
pub fn float(value: f64, format: char, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let mut out = String::new();
    if value.is_sign_negative() {
        out.push('-');
    }
    let value = value.abs();
    match format {
        'b' => binary(&mut out, value),
        'x' => hexadecimal(&mut out, value, precision),
        'X' => {
            let mut text = String::new();
            hexadecimal(&mut text, value, precision);
            out.push_str(&text.to_ascii_uppercase());
        }
        'e' | 'E' => {
            let digits = Digits::of(value, precision.map(|precision| precision + 1));
            digits.exponential(
                &mut out,
                precision.unwrap_or(digits.len_or_one() - 1),
                format,
            );
        }
        'g' | 'G' => general(&mut out, value, format, precision),
        _ => {
            if let Some(precision) = precision {
                let exact = precision.min(MOST_DIGITS);
                let _ = write!(out, "{value:.exact$}");
                out.extend(std::iter::repeat_n('0', precision - exact));
            } else {
                let digits = Digits::of(value, None);
                digits.plain(&mut out, digits.fraction());
            }
        }
    }
    out
}

/// The fewest digits that read back as `value`, with an exponent. Of two that are equally near Go takes the one with an even last digit,
/// the standard library the larger one. Only numbers with many digits can lie between two such.
fn shortest(value: f64) -> String {
    const FEWEST: usize = 15;
    let text = format!("{value:e}");
    let digits = text
        .bytes()
        .take_while(|byte| *byte != b'e')
        .filter(u8::is_ascii_digit)
        .count();
    if digits < FEWEST {
        return text;
    }
    // With a precision the standard library rounds half to even.
    let even = format!("{value:.*e}", digits - 1);
    let reads_back = even.parse() == Ok(value);
    if reads_back { even } else { text }
}

/// A decimal number: `0.ddd` times ten to the power of `point`.
struct Digits {
    digits: String,
    point: i32,
}

impl Digits {
    /// The value rounded to `count` digits, or as few as identify it.
    fn of(value: f64, count: Option<usize>) -> Self {
        let text = match count {
            Some(count) => format!("{value:.*e}", count.saturating_sub(1).min(MOST_DIGITS)),
            None => shortest(value),
        };
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let mut digits = mantissa.replace('.', "");
        digits.truncate(digits.trim_end_matches('0').len());
        let point = if digits.is_empty() {
            0
        } else {
            exponent.parse().unwrap_or(0) + 1
        };
        Self { digits, point }
    }

    fn len_or_one(&self) -> usize {
        self.digits.len().max(1)
    }

    /// How many digits stand behind the point.
    fn fraction(&self) -> usize {
        let len = i32::try_from(self.digits.len()).unwrap_or(i32::MAX);
        usize::try_from(len - self.point).unwrap_or(0)
    }

    /// `d.ddde+dd` with `fraction` digits behind the point.
    fn exponential(&self, out: &mut String, fraction: usize, letter: char) {
        let mut digits = self.digits.chars();
        out.push(digits.next().unwrap_or('0'));
        if fraction > 0 {
            out.push('.');
            let rest = digits.as_str();
            let shown = rest.len().min(fraction);
            out.push_str(&rest[..shown]);
            out.extend(std::iter::repeat_n('0', fraction - shown));
        }
        let exponent = if self.digits.is_empty() {
            0
        } else {
            self.point - 1
        };
        let sign = if exponent < 0 { '-' } else { '+' };
        let _ = write!(out, "{letter}{sign}{:02}", exponent.unsigned_abs());
    }

    /// `ddd.ddd` with `fraction` digits behind the point.
    fn plain(&self, out: &mut String, fraction: usize) {
        let digit = |at: i64| {
            let index = usize::try_from(at).ok();
            index
                .and_then(|index| self.digits.as_bytes().get(index))
                .map_or('0', |byte| char::from(*byte))
        };
        let point = i64::from(self.point);
        if point > 0 {
            out.extend((0..point).map(digit));
        } else {
            out.push('0');
        }
        if fraction > 0 {
            out.push('.');
            let end = point + i64::try_from(fraction).unwrap_or(0);
            out.extend((point..end).map(digit));
        }
    }
}

/// `%e` for large and small exponents, `%f` for the rest.
fn general(out: &mut String, value: f64, format: char, precision: Option<usize>) {
    let precision = precision.map(|precision| precision.max(1));
    let digits = Digits::of(value, precision);
    let len = digits.digits.len();
    let as_point = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let limit = match precision {
        None => 6,
        Some(precision) if precision > len && as_point(len) >= digits.point => as_point(len),
        Some(precision) => as_point(precision),
    };
    let exponent = digits.point - 1;
    if exponent < -4 || exponent >= limit {
        let letter = if format == 'g' { 'e' } else { 'E' };
        let shown = precision.map_or(len, |precision| precision.min(len));
        digits.exponential(out, shown.saturating_sub(1), letter);
    } else {
        digits.plain(out, digits.fraction());
    }
}

/// The bits of a positive number: a mantissa of 53 bits and the power of two that its last bit stands for.
fn parts(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let mantissa = bits & ((1 << 52) - 1);
    let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    if exponent == 0 {
        (mantissa, -1074)
    } else {
        (mantissa | 1 << 52, exponent - 1075)
    }
}

/// `4503599627370496p-52`
fn binary(out: &mut String, value: f64) {
    let (mantissa, exponent) = parts(value);
    let sign = if exponent < 0 { "" } else { "+" };
    let _ = write!(out, "{mantissa}p{sign}{exponent}");
}

/// `0x1.8p+01`
fn hexadecimal(out: &mut String, value: f64, precision: Option<usize>) {
    let (mut mantissa, mut exponent) = parts(value);
    exponent = if mantissa == 0 { 0 } else { exponent + 52 };
    // The leading bit goes to the 60th place, so that 15 digits follow it.
    mantissa <<= 8;
    while mantissa != 0 && mantissa & (1 << 60) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision) = precision.filter(|precision| *precision < 15) {
        let shift = precision * 4;
        let extra = mantissa << shift & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        // Half a unit rounds to even.
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & (1 << 61) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let _ = write!(out, "0x{}", mantissa >> 60);
    let digits = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let shown = match precision {
        Some(precision) => {
            let mut digits: String = digits.chars().take(precision).collect();
            digits.extend(std::iter::repeat_n('0', precision - digits.len()));
            digits
        }
        None => digits.trim_end_matches('0').to_owned(),
    };
    if !shown.is_empty() {
        let _ = write!(out, ".{shown}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    let _ = write!(out, "p{sign}{:02}", exponent.unsigned_abs());
}
