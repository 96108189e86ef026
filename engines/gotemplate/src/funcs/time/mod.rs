//! Instants, layouts and durations as Go's `time` has them.
//!
//! | file | what it holds |
//! |---|---|
//! | [`calendar`] | days to dates and back |
//! | [`zone`] | zones from the compiled-in database |
//! | [`layout`] | the elements of a layout such as `Jan _2 15:04` |
//! | [`format`], [`parse`], [`elements`] | an instant to text and back |
//! | [`duration`] | `1h30m` |
//!
//! The local zone is UTC: an engine does not look at the machine that it runs on.

mod calendar;
mod duration;
mod elements;
mod format;
mod layout;
mod parse;
mod zone;

pub use calendar::{Civil, MONTHS, WEEKDAYS};
pub use duration::Duration;
pub use parse::ParseError;
pub use zone::Zone;

/// An instant with the zone that it is shown in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Time {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Nanoseconds within the second.
    pub nanos: u32,
    /// Where the clock hangs.
    pub zone: Zone,
}

impl Time {
    /// 0001-01-01T00:00:00Z, which Go takes for "no time at all".
    pub const ZERO: Self = Self {
        seconds: -62_135_596_800,
        nanos: 0,
        zone: Zone::Utc,
    };

    /// A number of seconds since 1970, in the local zone.
    pub fn from_unix(seconds: i64) -> Self {
        Self {
            seconds,
            nanos: 0,
            zone: Zone::Utc,
        }
    }

    /// The date and the clock in the zone of the instant.
    pub fn civil(&self) -> Civil {
        let offset = self.zone.at(self.seconds).offset;
        Civil::from_seconds(self.seconds.saturating_add(i64::from(offset)), self.nanos)
    }

    /// The same instant in another zone.
    #[must_use]
    pub fn with_zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// The instant that lies `duration` later.
    #[must_use]
    pub fn plus(mut self, duration: Duration) -> Self {
        let nanos = i64::from(self.nanos) + duration.nanos() % 1_000_000_000;
        self.seconds = self
            .seconds
            .wrapping_add(duration.nanos() / 1_000_000_000)
            .wrapping_add(nanos.div_euclid(1_000_000_000));
        self.nanos = u32::try_from(nanos.rem_euclid(1_000_000_000)).unwrap_or_default();
        self
    }

    /// The same clock time on another date; days beyond the end of a month run on into the next.
    #[must_use]
    pub fn plus_date(self, years: i64, months: i64, days: i64) -> Self {
        let offset = i64::from(self.zone.at(self.seconds).offset);
        let mut civil = self.civil();
        civil.year = civil.year.saturating_add(years);
        civil.month = civil.month.saturating_add(months);
        civil.day = civil.day.saturating_add(days);
        Self {
            seconds: civil.to_seconds().saturating_sub(offset),
            ..self
        }
    }

    /// How much later `self` is than `earlier`; the largest duration where it does not fit.
    pub fn since(&self, earlier: &Self) -> Duration {
        let seconds = i128::from(self.seconds) - i128::from(earlier.seconds);
        let nanos = seconds * 1_000_000_000 + i128::from(self.nanos) - i128::from(earlier.nanos);
        Duration::clamped(nanos)
    }

    /// The text of `layout` with its elements filled in.
    pub fn format(&self, layout: &str) -> String {
        format::format(self, layout)
    }

    /// Reads `value` as `layout` says; without a zone in it the time is local.
    pub fn parse(layout: &str, value: &str) -> Result<Self, ParseError> {
        parse::parse(layout, value)
    }
}

impl std::fmt::Display for Time {
    /// As Go's `Time.String` without the reading of a monotonic clock.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.format("2006-01-02 15:04:05.999999999 -0700 MST"))
    }
}
