//! The methods that templates call on instants, durations, months and days of the week.

use std::sync::LazyLock;

use super::Duration;
use super::dates::Named;
use super::time::{Civil, Time, Zone};
use crate::exec::{Function, Functions};
use crate::value::{Str, Value};

/// A number in a date.
type Part = fn(&Civil) -> i64;

/// What one instant is to another.
type Relation = fn(&Time, &Time) -> bool;

pub(super) fn of_time(name: &str) -> Option<&'static Function> {
    TIME.get(name)
}

pub(super) fn of_duration(name: &str) -> Option<&'static Function> {
    DURATION.get(name)
}

pub(super) fn of_named(name: &str) -> Option<&'static Function> {
    NAMED.get(name)
}

static TIME: LazyLock<Functions> = LazyLock::new(|| {
    let mut methods = Functions::new();
    let fields: [(&'static str, Part); 7] = [
        ("Year", |civil| civil.year),
        ("Day", |civil| civil.day),
        ("Hour", |civil| civil.hour),
        ("Minute", |civil| civil.minute),
        ("Second", |civil| civil.second),
        ("Nanosecond", |civil| i64::from(civil.nanos)),
        ("YearDay", Civil::year_day),
    ];
    for (name, field) in fields {
        methods.insert(
            name,
            Function::method(move |time: Time| field(&time.civil())),
        );
    }
    let scaled: [(&'static str, i64); 4] = [
        ("Unix", 1),
        ("UnixMilli", 1_000),
        ("UnixMicro", 1_000_000),
        ("UnixNano", 1_000_000_000),
    ];
    for (name, scale) in scaled {
        methods.insert(
            name,
            Function::method(move |time: Time| {
                let fraction = i64::from(time.nanos) / (1_000_000_000 / scale);
                let whole = time.seconds.wrapping_mul(scale);
                Value::int64(whole.wrapping_add(fraction))
            }),
        );
    }
    methods.insert(
        "Month",
        Function::method(|time: Time| Value::host(Named::month(time.civil().month))),
    );
    methods.insert(
        "Weekday",
        Function::method(|time: Time| Value::host(Named::weekday(time.civil().weekday))),
    );
    methods.insert(
        "Format",
        Function::method(|time: Time, layout: Str| time.format(&layout.to_str_lossy())),
    );
    methods.insert("String", Function::method(|time: Time| time.to_string()));
    methods.insert(
        "IsZero",
        Function::method(|time: Time| (time.seconds, time.nanos) == (Time::ZERO.seconds, 0)),
    );
    for name in ["UTC", "Local"] {
        methods.insert(
            name,
            Function::method(|time: Time| time.with_zone(Zone::Utc)),
        );
    }
    methods.insert(
        "Add",
        Function::method(|time: Time, duration: Duration| time.plus(duration)),
    );
    methods.insert(
        "Sub",
        Function::method(|time: Time, other: Time| time.since(&other)),
    );
    methods.insert(
        "AddDate",
        Function::method(|time: Time, years: i64, months: i64, days: i64| {
            time.plus_date(years, months, days)
        }),
    );
    let orders: [(&'static str, Relation); 3] = [
        ("Before", |a, b| (a.seconds, a.nanos) < (b.seconds, b.nanos)),
        ("After", |a, b| (a.seconds, a.nanos) > (b.seconds, b.nanos)),
        ("Equal", |a, b| (a.seconds, a.nanos) == (b.seconds, b.nanos)),
    ];
    for (name, holds) in orders {
        methods.insert(
            name,
            Function::method(move |a: Time, b: Time| holds(&a, &b)),
        );
    }
    methods.insert(
        "Compare",
        Function::method(|a: Time, b: Time| (a.seconds, a.nanos).cmp(&(b.seconds, b.nanos)) as i64),
    );
    methods
});

static DURATION: LazyLock<Functions> = LazyLock::new(|| {
    const SECOND: i64 = 1_000_000_000;
    let mut methods = Functions::new();
    for (name, unit) in [
        ("Seconds", SECOND),
        ("Minutes", 60 * SECOND),
        ("Hours", 3600 * SECOND),
    ] {
        methods.insert(
            name,
            Function::method(move |duration: Duration| duration.in_units(unit)),
        );
    }
    for (name, unit) in [
        ("Milliseconds", 1_000_000),
        ("Microseconds", 1_000),
        ("Nanoseconds", 1),
    ] {
        methods.insert(
            name,
            Function::method(move |duration: Duration| Value::int64(duration.nanos() / unit)),
        );
    }
    methods.insert(
        "String",
        Function::method(|duration: Duration| duration.to_string()),
    );
    methods.insert(
        "Abs",
        Function::method(|duration: Duration| {
            Duration::from_nanos(duration.nanos().saturating_abs())
        }),
    );
    methods.insert(
        "Round",
        Function::method(|duration: Duration, unit: Duration| duration.round(unit)),
    );
    methods.insert(
        "Truncate",
        Function::method(|duration: Duration, unit: Duration| duration.truncate(unit)),
    );
    methods
});

static NAMED: LazyLock<Functions> = LazyLock::new(|| {
    let mut methods = Functions::new();
    methods.insert("String", Function::method(|named: Named| named.name()));
    methods
});
