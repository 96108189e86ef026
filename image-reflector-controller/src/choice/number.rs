//! Numbers as Go's `strconv.ParseFloat` reads them.

/// The number that a text is as a whole; none where Go reports an error, numbers out of range included.
pub(super) fn parse(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => {
            let infinite = f64::INFINITY;
            return Some(if text.starts_with('-') {
                -infinite
            } else {
                infinite
            });
        }
        "nan" if unsigned.len() == text.len() => return Some(f64::NAN),
        _ => {}
    }
    if !underscores_separate(unsigned) {
        return None;
    }
    let digits = unsigned.replace('_', "");
    let hexadecimal = digits
        .strip_prefix("0x")
        .or_else(|| digits.strip_prefix("0X"));
    let number = match hexadecimal {
        Some(digits) => parse_hexadecimal(digits)?,
        None => parse_decimal(&digits)?,
    };
    let number = if text.starts_with('-') {
        -number
    } else {
        number
    };
    number.is_finite().then_some(number)
}

/// `12`, `1.5`, `.5`, `5.`, `1e3`; the library also reads names, which are ruled out here.
fn parse_decimal(digits: &str) -> Option<f64> {
    let allowed = |byte: u8| byte.is_ascii_digit() || b".eE+-".contains(&byte);
    let sound = digits.bytes().all(allowed) && !digits.starts_with(['+', '-']);
    sound.then(|| digits.parse().ok()).flatten()
}

/// `1.8p3`; the exponent is of two and must be there.
fn parse_hexadecimal(digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once(['p', 'P'])?;
    let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if power.is_empty() || !power.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut number = 0.0_f64;
    for digit in whole.chars().chain(fraction.chars()) {
        number = number * 16.0 + f64::from(digit.to_digit(16)?);
    }
    let places = i32::try_from(fraction.len()).ok()?;
    exponent = exponent.checked_sub(places.checked_mul(4)?)?;
    Some(number * 2.0_f64.powi(exponent))
}

/// Whether every underscore stands between digits, or between a prefix such as `0x` and a digit.
fn underscores_separate(text: &str) -> bool {
    if !text.contains('_') {
        return true;
    }
    let hexadecimal = text.len() >= 2 && text.as_bytes()[..2].eq_ignore_ascii_case(b"0x");
    // What stands before: a digit, an underscore, or something else.
    let (mut before, body) = if hexadecimal {
        ('0', &text[2..])
    } else {
        ('^', text)
    };
    for letter in body.chars() {
        let is_digit = letter.is_ascii_digit() || hexadecimal && letter.is_ascii_hexdigit();
        let kind = match letter {
            _ if is_digit => '0',
            '_' if before != '0' => return false,
            '_' => '_',
            _ if before == '_' => return false,
            _ => '!',
        };
        before = kind;
    }
    before != '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of Go 1.26's `strconv.ParseFloat(text, 64)`, taken down by hand.
    #[test]
    fn l15_numbers_are_those_of_go() {
        for (text, expected) in [
            ("1", Some(1.0)),
            ("-1.5", Some(-1.5)),
            ("+2", Some(2.0)),
            (".5", Some(0.5)),
            ("5.", Some(5.0)),
            ("1e3", Some(1000.0)),
            ("1E-2", Some(0.01)),
            ("007", Some(7.0)),
            ("20240101", Some(20_240_101.0)),
            ("1_000", Some(1000.0)),
            ("0x1p4", Some(16.0)),
            ("0x1.8p1", Some(3.0)),
            ("0x_1p4", Some(16.0)),
            ("Inf", Some(f64::INFINITY)),
            ("-infinity", Some(f64::NEG_INFINITY)),
            ("", None),
            (".", None),
            ("e3", None),
            ("1e", None),
            ("0x1", None),
            ("0xp1", None),
            ("1__0", None),
            ("_1", None),
            ("1_", None),
            ("1._5", None),
            ("1.2.3", None),
            ("v1", None),
            ("1e400", None),
            ("infin", None),
            ("-nan", None),
            ("+-1", None),
            (" 1", None),
            ("0b11", None),
        ] {
            assert_eq!(parse(text), expected, "{text:?}");
        }
        assert!(parse("NaN").is_some_and(f64::is_nan));
    }
}
