//! Instants: now, reading and printing. Texts follow Go's layouts.

use std::slice::Iter;

use super::time::{MONTHS, Time, WEEKDAYS, Zone};
use super::world::now;
use super::{Duration, methods};
use crate::exec::{Context, FuncError, FuncResult, Function, Functions, Param, Return};
use crate::value::{Data, Host, IntKind, Kind, Str, Type, Value};

pub(super) fn add(functions: &mut Functions) {
    functions.add("now", |context: &mut Context| now(context));
    functions.add("date", |context: &mut Context, layout: Str, date: Value| {
        shown(context, &layout, &date, b"Local")
    });
    for name in ["dateInZone", "date_in_zone"] {
        functions.add(
            name,
            |context: &mut Context, layout: Str, date: Value, zone: Str| {
                shown(context, &layout, &date, &zone)
            },
        );
    }
    functions.add("htmlDate", |context: &mut Context, date: Value| {
        shown(context, b"2006-01-02", &date, b"Local")
    });
    functions.add(
        "htmlDateInZone",
        |context: &mut Context, date: Value, zone: Str| shown(context, b"2006-01-02", &date, &zone),
    );
    for name in ["dateModify", "date_modify"] {
        functions.add(name, |change: Str, date: Time| {
            match Duration::parse(&change.to_str_lossy()) {
                Ok(change) => date.plus(change),
                Err(_) => date,
            }
        });
    }
    for name in ["mustDateModify", "must_date_modify"] {
        functions.add(name, |change: Str, date: Time| {
            Duration::parse(&change.to_str_lossy())
                .map(|change| date.plus(change))
                .map_err(|error| FuncError::new(error.to_string()))
        });
    }
    functions.add("toDate", |layout: Str, text: Str| {
        parse(&layout, &text).unwrap_or(Time::ZERO)
    });
    functions.add("mustToDate", |layout: Str, text: Str| parse(&layout, &text));
    functions.add("unixEpoch", |date: Time| date.seconds.to_string());
    functions.add("ago", ago);
}

fn parse(layout: &Str, text: &Str) -> Result<Time, FuncError> {
    Time::parse(&layout.to_str_lossy(), &text.to_str_lossy())
        .map_err(|error| FuncError::new(error.to_string()))
}

/// An instant, or seconds since 1970 as an `int`, `int64` or `int32`.
fn instant(date: &Value) -> Option<Time> {
    match date {
        Value::Int(IntKind::Int | IntKind::Int64 | IntKind::Int32, seconds) => {
            Some(Time::from_unix(*seconds))
        }
        _ => date.as_host::<Time>().cloned(),
    }
}

/// Anything that is no instant stands for now; a zone that does not exist is UTC.
fn shown(
    context: &mut Context,
    layout: &[u8],
    date: &Value,
    zone: &[u8],
) -> Result<String, FuncError> {
    let date = match instant(date) {
        Some(date) => date,
        None => now(context)?,
    };
    let zone = Zone::named(&String::from_utf8_lossy(zone)).unwrap_or(Zone::Utc);
    Ok(date
        .with_zone(zone)
        .format(&String::from_utf8_lossy(layout)))
}

fn ago(context: &mut Context, date: Value) -> Result<String, FuncError> {
    let now = now(context)?;
    let date = match &date {
        // Here alone an `int32` is no date.
        Value::Int(IntKind::Int32, _) => now.clone(),
        date => instant(date).unwrap_or_else(|| now.clone()),
    };
    Ok(now
        .since(&date)
        .round(Duration::from_seconds(1))
        .to_string())
}

const TIME: &str = "time.Time";

impl Param for Time {
    const TYPE: Type = Type::Host(TIME, Kind::Struct);

    fn take(arguments: &mut Iter<'_, Value>) -> Option<Self> {
        arguments.next()?.as_host::<Self>().cloned()
    }
}

impl Return for Time {
    const TYPE: Type = Type::Host(TIME, Kind::Struct);

    fn into_result(self) -> FuncResult {
        Ok(Value::host(self))
    }
}

impl Host for Time {
    fn type_name(&self) -> &'static str {
        TIME
    }

    fn kind(&self) -> Kind {
        Kind::Struct
    }

    fn field(&self, name: &str) -> Option<crate::value::Field> {
        matches!(name, "wall" | "ext" | "loc").then_some(crate::value::Field::Unexported)
    }

    fn method(&self, name: &str) -> Option<&'static Function> {
        methods::of_time(name)
    }

    fn text(&self) -> Option<Str> {
        Some(Str::from(self.to_string()))
    }

    fn data(&self) -> Data {
        let text = self.format("2006-01-02T15:04:05.999999999Z07:00");
        Data::Plain(text.into())
    }

    fn equals(&self, other: &dyn Host) -> Option<bool> {
        let other = other as &dyn std::any::Any;
        Some(other.downcast_ref::<Self>() == Some(self))
    }
}

/// A named integer: a month, a day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    type_name: &'static str,
    value: i64,
    text: &'static str,
}

impl Named {
    /// 1 is January.
    pub fn month(value: i64) -> Self {
        Self {
            type_name: "time.Month",
            value,
            text: name(&MONTHS, value - 1),
        }
    }

    /// 0 is Sunday.
    pub fn weekday(value: i64) -> Self {
        Self {
            type_name: "time.Weekday",
            value,
            text: name(&WEEKDAYS, value),
        }
    }
}

impl Named {
    /// Its name in English.
    pub fn name(self) -> &'static str {
        self.text
    }
}

impl Param for Named {
    const TYPE: Type = Type::Int(IntKind::Int);

    fn take(arguments: &mut Iter<'_, Value>) -> Option<Self> {
        arguments.next()?.as_host::<Self>().copied()
    }
}

fn name(names: &[&'static str], index: i64) -> &'static str {
    usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index).copied())
        .unwrap_or_default()
}

impl Host for Named {
    fn type_name(&self) -> &'static str {
        self.type_name
    }

    fn kind(&self) -> Kind {
        Kind::Int(IntKind::Int)
    }

    fn underlying(&self) -> Option<Value> {
        Some(Value::int(self.value))
    }

    fn method(&self, name: &str) -> Option<&'static Function> {
        methods::of_named(name)
    }

    fn text(&self) -> Option<Str> {
        Some(Str::from(self.text))
    }

    fn equals(&self, other: &dyn Host) -> Option<bool> {
        let other = other as &dyn std::any::Any;
        Some(other.downcast_ref::<Self>() == Some(self))
    }
}
