//! Canonical quantities (apimachinery `api/resource/quantity.go`): `1000m` is `1`, `0.5Gi` is `512Mi`.

/// How a quantity is written. It is kept when it is written anew, where no precision is lost.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    /// Powers of ten with a letter: `100m`, `2G`.
    Decimal,
    /// Powers of ten with an exponent: `1e3`.
    Exponent,
    /// Powers of 1024: `1Mi`.
    Binary,
}

/// A number: `mantissa` × 10^`scale`.
#[derive(Clone, Copy)]
struct Amount {
    mantissa: i128,
    scale: i32,
}

/// Digits beyond which Go leaves the way of small numbers, on which a canonical text is kept as it was written.
const SMALL_DIGITS: i32 = 18;
/// The finest amount, 10^-9.
const NANO: i32 = -9;

/// The canonical text of a quantity; `None` for what is none, or is too large for any use.
pub(super) fn canonical(text: &str) -> Option<String> {
    if text == "0" {
        return Some(text.to_owned());
    }
    let parts = Parts::split(text)?;
    let (base, exponent, format) = suffix(parts.suffix)?;
    if parts.is_kept_as_written(exponent, format) {
        return Some(text.to_owned());
    }
    let mut amount = parts.amount()?;
    if base == 2 {
        let factor = 1_i128.checked_shl(exponent.unsigned_abs())?;
        amount.mantissa = amount.mantissa.checked_mul(factor)?;
    } else {
        amount.scale = amount.scale.checked_add(exponent)?;
    }
    let amount = amount.rounded_up_to(NANO)?;
    let capped = if format == Format::Binary {
        amount.capped()
    } else {
        amount
    };
    capped.write(format)
}

/// The parts of a quantity as it is written, leading zeros stripped.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    suffix: &'a str,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Option<Self> {
        let (negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let has_digits = rest.bytes().any(|byte| byte.is_ascii_digit());
        let rest = rest.trim_start_matches('0');
        let (whole, rest) = rest.split_at(digits(rest));
        let (fraction, suffix) = match rest.strip_prefix('.') {
            Some(rest) => rest.split_at(digits(rest)),
            None => ("", rest),
        };
        has_digits.then_some(Self {
            negative,
            whole: if whole.is_empty() { "0" } else { whole },
            fraction,
            suffix,
        })
    }

    fn amount(&self) -> Option<Amount> {
        let digits: i128 = format!("{}{}", self.whole, self.fraction).parse().ok()?;
        Some(Amount {
            mantissa: if self.negative { -digits } else { digits },
            scale: -i32::try_from(self.fraction.len()).ok()?,
        })
    }

    /// Small numbers that look canonical are not written anew, although `1.500` or `+1` is not what would be written.
    fn is_kept_as_written(&self, exponent: i32, format: Format) -> bool {
        let len = |text: &str| i32::try_from(text.len()).unwrap_or(i32::MAX);
        let digits = format!("{}{}", self.whole, self.fraction);
        match format {
            Format::Binary => {
                // 1Mi has about six decimal digits.
                let precision = 15 - len(self.whole) - exponent * 3 / 10 - 1;
                let value = digits.parse::<i64>().unwrap_or_default();
                self.fraction.is_empty() && precision >= 0 && exponent % 10 == 0 && value & 7 != 0
            }
            Format::Decimal | Format::Exponent => {
                let scale = exponent - len(self.fraction);
                SMALL_DIGITS >= len(self.whole) + len(self.fraction)
                    && scale >= NANO
                    && scale % 3 == 0
                    && !digits.ends_with("000")
                    && !digits.starts_with('0')
            }
        }
    }
}

/// Base, exponent and format of a suffix.
fn suffix(text: &str) -> Option<(i32, i32, Format)> {
    let decimal = |exponent| Some((10, exponent, Format::Decimal));
    let binary = |exponent| Some((2, exponent, Format::Binary));
    match text {
        "n" => decimal(-9),
        "u" => decimal(-6),
        "m" => decimal(-3),
        "" => decimal(0),
        "k" => decimal(3),
        "M" => decimal(6),
        "G" => decimal(9),
        "T" => decimal(12),
        "P" => decimal(15),
        "E" => decimal(18),
        "Ki" => binary(10),
        "Mi" => binary(20),
        "Gi" => binary(30),
        "Ti" => binary(40),
        "Pi" => binary(50),
        "Ei" => binary(60),
        _ => {
            let exponent: i32 = text.strip_prefix(['e', 'E'])?.parse().ok()?;
            // Far beyond any amount, and near enough for the arithmetic here.
            (-30..=30)
                .contains(&exponent)
                .then_some((10, exponent, Format::Exponent))
        }
    }
}

impl Amount {
    /// Rounds away from zero to a scale: who asks for a little gets a little.
    fn rounded_up_to(self, scale: i32) -> Option<Self> {
        if self.scale >= scale {
            return Some(self);
        }
        let divisor = 10_i128.checked_pow(scale.abs_diff(self.scale))?;
        let away = self.mantissa.signum() * i128::from(self.mantissa % divisor != 0);
        Some(Self {
            mantissa: self.mantissa / divisor + away,
            scale,
        })
    }

    /// Cut at the largest 64-bit integer. Only amounts that are whole numbers can be that large here.
    fn capped(self) -> Self {
        let max = i128::from(i64::MAX);
        match 10_i128.checked_pow(self.scale.unsigned_abs()) {
            Some(factor) if self.scale < 0 && self.mantissa.abs() / factor <= max => self,
            Some(factor)
                if self.scale >= 0
                    && self
                        .mantissa
                        .checked_mul(factor)
                        .is_some_and(|whole| whole.abs() <= max) =>
            {
                self
            }
            _ => Self {
                mantissa: max * self.mantissa.signum(),
                scale: 0,
            },
        }
    }

    /// The whole number that this is, if it is one.
    fn whole(self) -> Option<i128> {
        let factor = 10_i128.checked_pow(self.scale.unsigned_abs())?;
        if self.scale >= 0 {
            self.mantissa.checked_mul(factor)
        } else {
            (self.mantissa % factor == 0).then(|| self.mantissa / factor)
        }
    }

    fn write(self, format: Format) -> Option<String> {
        if self.mantissa == 0 {
            return Some("0".to_owned());
        }
        match (format, self.whole()) {
            // Under 1Ki, and with a fraction, powers of ten say it better.
            (Format::Binary, Some(whole)) if whole.abs() >= 1024 => write_binary(whole),
            (Format::Binary | Format::Decimal, _) => self.write_decimal(Format::Decimal),
            (Format::Exponent, _) => self.write_decimal(Format::Exponent),
        }
    }

    /// With the largest exponent that is a multiple of three.
    fn write_decimal(self, format: Format) -> Option<String> {
        let Self {
            mut mantissa,
            scale: mut exponent,
        } = self;
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        while exponent.rem_euclid(3) != 0 {
            mantissa = mantissa.checked_mul(10)?;
            exponent -= 1;
        }
        if format == Format::Exponent {
            return Some(match exponent {
                0 => mantissa.to_string(),
                _ => format!("{mantissa}e{exponent}"),
            });
        }
        let letter = match exponent {
            -9 => "n",
            -6 => "u",
            -3 => "m",
            0 => "",
            3 => "k",
            6 => "M",
            9 => "G",
            12 => "T",
            15 => "P",
            18 => "E",
            _ => return None,
        };
        Some(format!("{mantissa}{letter}"))
    }
}

fn write_binary(mut whole: i128) -> Option<String> {
    let mut power = 0;
    while whole % 1024 == 0 {
        whole /= 1024;
        power += 1;
    }
    let letters = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"].get(power)?;
    Some(format!("{whole}{letters}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k14_7_quantities_become_canonical() {
        for (text, want) in [
            ("0", "0"),
            ("0m", "0"),
            ("-0", "0"),
            ("100m", "100m"),
            ("1000m", "1"),
            ("1.5", "1500m"),
            ("0.1", "100m"),
            ("0.5Gi", "512Mi"),
            ("1024Mi", "1Gi"),
            ("1500Mi", "1500Mi"),
            ("8192Ki", "8Mi"),
            ("512Ki", "512Ki"),
            ("0.5Ki", "512"),
            ("1.5Gi", "1536Mi"),
            ("1000k", "1M"),
            ("128974848", "128974848"),
            ("129e6", "129e6"),
            ("1e1", "10"),
            ("1000E3", "1e6"),
            ("0.1m", "100u"),
            ("0.0000000001", "1n"),
            ("-1.5", "-1500m"),
            (".5", "500m"),
            ("20Ei", "9223372036854775807"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn k14_7_small_numbers_that_look_canonical_are_kept_as_written() {
        for text in ["1.500", "1.", "+1", "007", "1E3", "+1Gi"] {
            assert_eq!(canonical(text).as_deref(), Some(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_quantity_is_refused() {
        for text in [
            "", "m", "1KB", "1 Gi", "1ki", "one", "1e", "1.2.3", "--1", "1e99",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }
}
