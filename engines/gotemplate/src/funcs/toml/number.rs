//! Numbers, dates and times.

use super::read::{Read, Reader};
use crate::fmt;
use crate::funcs::Time;
use crate::funcs::time::Zone;
use crate::value::Value;

impl<'a> Reader<'a> {
    pub fn signed_number(&mut self) -> Read<Value> {
        let start = self.rest();
        self.next()?;
        match self.peek() {
            Some(c @ ('i' | 'n')) => {
                let word = if c == 'i' { "inf" } else { "nan" };
                if !self.rest().starts_with(word) {
                    let shown = &start[..2];
                    return Err(self.fault(format!("invalid float: '{shown}'")));
                }
                self.at += 3;
                Ok(Value::Float(start[..4].parse().unwrap_or(f64::NAN)))
            }
            Some('.') => Err(self.fault("floats must start with a digit, not '.'")),
            Some(c) if c.is_ascii_digit() => {
                if let Some(base) = self.rest()[1..].chars().next()
                    && c == '0'
                    && matches!(base, 'b' | 'o' | 'x')
                {
                    let shown = &start[..3];
                    return Err(self.fault(format!(
                        "cannot use sign with non-decimal numbers: '{shown}'"
                    )));
                }
                self.take_while(|c| c.is_ascii_digit() || c == '_');
                self.rest_of_number(start)
            }
            _ => Err(self.unexpected_behind("expected a digit but got ", "")),
        }
    }

    pub fn number_or_date(&mut self) -> Read<Value> {
        let start = self.rest();
        for (prefix, what, radix) in [
            ("0b", "a binary", 2),
            ("0o", "an octal", 8),
            ("0x", "a hexadecimal", 16),
        ] {
            let Some(digits) = start.strip_prefix(prefix) else {
                continue;
            };
            self.at += 2;
            let first = digits.chars().next();
            if !first.is_some_and(|c| c.is_digit(radix)) {
                let shown = first.map_or_else(|| "\0".to_owned(), String::from);
                return Err(self.fault(format!("not {what} number: '{prefix}{shown}'")));
            }
            let spelled = self.take_while(|c| c.is_digit(radix) || c == '_');
            return self.integer(&start[..2 + spelled.len()], spelled, radix);
        }
        self.take_while(|c| c.is_ascii_digit());
        if matches!(self.peek(), Some('-' | ':')) {
            self.take_while(|c| c.is_ascii_digit() || "-:Tt .Zz+".contains(c));
            let spelled = &start[..start.len() - self.rest().len()];
            return self.date(spelled.trim());
        }
        self.take_while(|c| c.is_ascii_digit() || c == '_');
        self.rest_of_number(start)
    }

    /// What follows the digits of a decimal number that began at `start`.
    fn rest_of_number(&mut self, start: &'a str) -> Read<Value> {
        let is_float = matches!(self.peek(), Some('.' | 'e' | 'E'));
        if is_float {
            self.take_while(|c| c.is_ascii_digit() || "_.-+eE".contains(c));
        }
        let spelled = &start[..start.len() - self.rest().len()];
        if is_float {
            self.float(spelled)
        } else {
            let digits = spelled.strip_prefix('+').unwrap_or(spelled);
            self.integer(spelled, digits, 10)
        }
    }

    fn integer(&self, spelled: &str, digits: &str, radix: u32) -> Read<Value> {
        let quoted = fmt::quote(spelled);
        if !has_sound_underscores(spelled) {
            return Err(self.fault(format!(
                "Invalid integer {quoted}: underscores must be surrounded by digits"
            )));
        }
        if has_leading_zero(spelled) {
            return Err(self.fault(format!(
                "Invalid integer {quoted}: cannot have leading zeroes"
            )));
        }
        i64::from_str_radix(&digits.replace('_', ""), radix)
            .map(Value::int64)
            .map_err(|_| self.fault(format!("{spelled} is out of range for int64")))
    }

    fn float(&self, spelled: &str) -> Read<Value> {
        let quoted = fmt::quote(spelled);
        let invalid = |why: &str| Err(self.fault(format!("Invalid float {quoted}: {why}")));
        let mut parts = spelled
            .split(['.', 'e', 'E'])
            .filter(|part| !part.is_empty());
        if !parts.clone().all(has_sound_underscores) {
            return invalid("underscores must be surrounded by digits");
        }
        if parts.next().is_some_and(has_leading_zero) {
            return invalid("cannot have leading zeroes");
        }
        let has_sound_points = spelled
            .match_indices('.')
            .all(|(at, _)| spelled[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
        if !has_sound_points {
            return invalid("'.' must be followed by one or more digits");
        }
        match spelled.replace('_', "").parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Value::Float(number)),
            Ok(_) => Err(self.fault(format!("{spelled} is out of range for float64"))),
            Err(_) => Err(self.fault(format!("Invalid float value: {quoted}"))),
        }
    }

    fn date(&self, spelled: &str) -> Read<Value> {
        const LAYOUTS: [(&str, &str); 7] = [
            ("2006-01-02T15:04:05.999999999Z07:00", ""),
            ("2006-01-02T15:04:05.999999999", "datetime-local"),
            ("2006-01-02", "date-local"),
            ("15:04:05.999999999", "time-local"),
            ("2006-01-02T15:04Z07:00", ""),
            ("2006-01-02T15:04", "datetime-local"),
            ("15:04", "time-local"),
        ];
        let text = spelled.replace(['t', ' '], "T").replace('z', "Z");
        let invalid = || self.fault(format!("invalid datetime: {}", fmt::quote(&text)));
        for (layout, zone) in LAYOUTS {
            let Ok(time) = Time::parse(layout, &text) else {
                continue;
            };
            let is_padded = layout
                .bytes()
                .take_while(|byte| !matches!(byte, b'.' | b'Z'))
                .zip(text.bytes())
                .all(|(wanted, found)| wanted.is_ascii_digit() || wanted == found);
            if !is_padded {
                return Err(invalid());
            }
            let time = match zone {
                "" => time,
                zone => time.with_zone(Zone::Fixed {
                    name: zone.to_owned(),
                    offset: 0,
                }),
            };
            return Ok(Value::host(time));
        }
        Err(invalid())
    }
}

fn has_leading_zero(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'+' | b'-', b'0', _, ..] => true,
        _ => false,
    }
}

/// Every underscore stands between hexadecimal digits, and a digit stands at the end.
fn has_sound_underscores(text: &str) -> bool {
    let mut accepts = false;
    for c in text.chars() {
        if c == '_' && !accepts {
            return false;
        }
        accepts = c.is_ascii_hexdigit();
    }
    accepts
}
