//! Floating-point numbers as Go's `strconv` and `encoding/json` print them.

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
    general(&format!("{value}"), &format!("{value:e}"))
}

/// Like [`format_general`], with the digits that are enough for 32 bits.
pub(crate) fn format_general_single(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the digits of the nearest f32 are wanted"
    )]
    let single = value as f32;
    if !single.is_finite() {
        return format_general(f64::from(single));
    }
    general(&format!("{single}"), &format!("{single:e}"))
}

/// Chooses between a number's two forms.
fn general(positional: &str, scientific: &str) -> String {
    let (mantissa, exponent) = split_exponent(scientific);
    if (-4..GENERAL_EXPONENT).contains(&exponent) {
        return positional.to_owned();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// `strconv`'s `'g'` with shortest digits switches to an exponent here.
const GENERAL_EXPONENT: i32 = 6;

/// `value`, which must be finite, as `encoding/json` prints a float64: no exponent from 1e-6 up to
/// 1e21, and no padding of a negative exponent.
pub(crate) fn format_json(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return format!("{value}");
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = split_exponent(&scientific);
    if exponent < 0 {
        return format!("{mantissa}e-{}", exponent.abs());
    }
    format!("{mantissa}e+{exponent:02}")
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
        ] {
            assert_eq!(format_json(value), text);
        }
    }
}
