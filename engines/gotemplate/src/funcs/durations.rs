//! Durations: sprig's texts and Helm's conversions.

use std::slice::Iter;

use super::cast::float;
use super::time::Time;
use super::world::now;
use super::{Duration, methods};
use crate::exec::{Context, FuncError, FuncResult, Function, Functions, Int64, Param, Return};
use crate::fmt;
use crate::value::{Host, IntKind, Kind, Str, Type, Value};

const MICROSECOND: i64 = 1_000;
const MILLISECOND: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

pub(super) fn add(functions: &mut Functions) {
    functions.add("duration", |seconds: Value| {
        let seconds = match &seconds {
            Value::Str(text) => whole_seconds(text),
            Value::Int(IntKind::Int64, seconds) => *seconds,
            _ => 0,
        };
        Duration::from_seconds(seconds).to_string()
    });
    functions.add("durationRound", duration_round);
    functions.add("mustToDuration", |value: Value| to_duration(&value));
    let units: [(&'static str, i64); 3] = [
        ("durationSeconds", SECOND),
        ("durationMinutes", MINUTE),
        ("durationHours", HOUR),
    ];
    for (name, unit) in units {
        functions.add(name, move |value: Value| in_units(&value, unit));
    }
    functions.add("durationDays", |value: Value| in_units(&value, HOUR) / 24.0);
    functions.add("durationWeeks", |value: Value| {
        in_units(&value, HOUR) / 24.0 / 7.0
    });
    for (name, unit) in [
        ("durationMilliseconds", MILLISECOND),
        ("durationMicroseconds", MICROSECOND),
        ("durationNanoseconds", 1),
    ] {
        functions.add(name, move |value: Value| {
            Int64(to_duration(&value).unwrap_or_default().nanos() / unit)
        });
    }
    functions.add("durationRoundTo", |value: Value, unit: Value| {
        with_unit(&value, &unit, Duration::round)
    });
    functions.add("durationTruncateTo", |value: Value, unit: Value| {
        with_unit(&value, &unit, Duration::truncate)
    });
}

/// Go's `strconv.ParseInt(text, 10, 64)` with its error ignored.
fn whole_seconds(text: &Str) -> i64 {
    let Some(text) = text.as_utf8() else { return 0 };
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    match text.parse() {
        Ok(seconds) => seconds,
        Err(_) if text.starts_with('-') => i64::MIN,
        Err(_) => i64::MAX,
    }
}

/// The largest unit of which there is more than one, and how many of it.
fn duration_round(context: &mut Context, value: Value) -> Result<String, FuncError> {
    const DAY: i64 = 24 * HOUR;
    let duration = match &value {
        Value::Str(text) => Duration::parse(&text.to_str_lossy()).unwrap_or_default(),
        Value::Int(IntKind::Int64, nanos) => Duration::from_nanos(*nanos),
        _ => match value.as_host::<Time>() {
            Some(date) => now(context)?.since(date),
            None => Duration::default(),
        },
    };
    let nanos = duration.nanos().unsigned_abs();
    let units = [
        (365 * DAY, "y"),
        (30 * DAY, "mo"),
        (DAY, "d"),
        (HOUR, "h"),
        (MINUTE, "m"),
        (SECOND, "s"),
    ];
    let found = units.iter().find(|(unit, _)| nanos > unit.unsigned_abs());
    Ok(match found {
        Some((unit, name)) => format!("{}{name}", nanos / unit.unsigned_abs()),
        None => "0s".to_owned(),
    })
}

fn in_units(value: &Value, unit: i64) -> f64 {
    to_duration(value).unwrap_or_default().in_units(unit)
}

fn with_unit(value: &Value, unit: &Value, change: fn(Duration, Duration) -> Duration) -> Duration {
    let Ok(duration) = to_duration(value) else {
        return Duration::default();
    };
    match to_duration(unit) {
        Ok(unit) => change(duration, unit),
        Err(_) => duration,
    }
}

/// A duration, a text such as `1h30m`, or a number of seconds, in a text as well.
fn to_duration(value: &Value) -> Result<Duration, FuncError> {
    if let Some(duration) = value.as_host::<Duration>() {
        return Ok(*duration);
    }
    match value.underlying() {
        Value::Nil => Err(FuncError::new("invalid duration")),
        Value::Str(text) if matches!(value, Value::Str(_)) => {
            let shown = text.to_str_lossy();
            let trimmed = shown.trim();
            if trimmed.is_empty() {
                return Err(FuncError::new("empty duration"));
            }
            if let Ok(duration) = Duration::parse(trimmed) {
                return Ok(duration);
            }
            match float(trimmed) {
                Some(seconds) => from_float(seconds),
                None => Err(FuncError::new(format!(
                    "could not parse duration {}",
                    fmt::quote(&text)
                ))),
            }
        }
        Value::Int(_, seconds) => {
            if seconds.checked_mul(SECOND).is_none() {
                return Err(overflow("seconds", &seconds.to_string()));
            }
            Ok(Duration::from_seconds(seconds))
        }
        Value::Uint(_, seconds) => match i64::try_from(seconds) {
            Ok(whole) if whole.checked_mul(SECOND).is_some() => Ok(Duration::from_seconds(whole)),
            _ => Err(overflow("seconds", &seconds.to_string())),
        },
        Value::Float(seconds) => from_float(seconds),
        _ => Err(FuncError::new(format!(
            "unsupported duration type {}",
            value.type_name()
        ))),
    }
}

fn overflow(what: &str, shown: &str) -> FuncError {
    FuncError::new(format!("duration {what} overflow: {shown}"))
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "as in Helm"
)]
fn from_float(seconds: f64) -> Result<Duration, FuncError> {
    let shown = |number: f64| match number {
        number if number.is_nan() => "NaN".to_owned(),
        number if number.is_infinite() && number > 0.0 => "+Inf".to_owned(),
        number if number.is_infinite() => "-Inf".to_owned(),
        number => String::from_utf8_lossy(&fmt::sprint(&[Value::Float(number)])).into_owned(),
    };
    if !seconds.is_finite() {
        return Err(FuncError::new(format!(
            "invalid duration seconds: {}",
            shown(seconds)
        )));
    }
    let limit = i64::MAX as f64 / SECOND as f64;
    if seconds.abs() > limit {
        return Err(overflow("seconds", &shown(seconds)));
    }
    let nanos = seconds * SECOND as f64;
    if nanos.abs() > i64::MAX as f64 {
        return Err(overflow("nanoseconds", &shown(nanos)));
    }
    Ok(Duration::from_nanos(nanos as i64))
}

const DURATION: &str = "time.Duration";

impl Param for Duration {
    const TYPE: Type = Type::Host(DURATION, Kind::Int(IntKind::Int64));

    fn take(arguments: &mut Iter<'_, Value>) -> Option<Self> {
        arguments.next()?.as_host::<Self>().copied()
    }
}

impl Return for Duration {
    const TYPE: Type = Type::Host(DURATION, Kind::Int(IntKind::Int64));

    fn into_result(self) -> FuncResult {
        Ok(Value::host(self))
    }
}

impl Host for Duration {
    fn type_name(&self) -> &'static str {
        DURATION
    }

    fn kind(&self) -> Kind {
        Kind::Int(IntKind::Int64)
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int64(self.nanos()))
    }

    fn method(&self, name: &str) -> Option<&'static Function> {
        methods::of_duration(name)
    }

    fn text(&self) -> Option<Str> {
        Some(Str::from(self.to_string()))
    }

    fn equals(&self, other: &dyn Host) -> Option<bool> {
        let other = other as &dyn std::any::Any;
        Some(other.downcast_ref::<Self>() == Some(self))
    }
}
