//! The proleptic Gregorian calendar.

/// Names of the months, January first.
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Names of the days of the week, Sunday first.
pub const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// A date and a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// The year; 0 is the one before 1.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// 1 to 31.
    pub day: i64,
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// 0 to 999,999,999.
    pub nanos: u32,
    /// 0 is Sunday.
    pub weekday: i64,
}

impl Civil {
    /// The date and time that lies `seconds` after 1970-01-01T00:00:00.
    pub fn from_seconds(seconds: i64, nanos: u32) -> Self {
        let days = seconds.div_euclid(86_400);
        let clock = seconds.rem_euclid(86_400);
        let (year, month, day) = date(days);
        Self {
            year,
            month,
            day,
            hour: clock / 3600,
            minute: clock / 60 % 60,
            second: clock % 60,
            nanos,
            weekday: (days + 4).rem_euclid(7),
        }
    }

    /// Seconds since 1970-01-01T00:00:00. Months and days may lie outside their range and count on.
    pub fn to_seconds(self) -> i64 {
        let days = days_before(self.year, self.month).saturating_add(self.day.saturating_sub(1));
        days.saturating_mul(86_400)
            .saturating_add(self.hour * 3600 + self.minute * 60 + self.second)
    }

    /// 1 to 366.
    pub fn year_day(&self) -> i64 {
        days_before(self.year, self.month) - days_before(self.year, 1) + self.day
    }

    /// The year and the week of ISO 8601.
    pub fn iso_week(&self) -> (i64, i64) {
        // A week belongs to the year in which its Thursday lies.
        let days = days_before(self.year, self.month) + self.day - 1;
        let thursday = days + 3 - (self.weekday + 6) % 7;
        let (year, _, _) = date(thursday);
        (year, (thursday - days_before(year, 1)) / 7 + 1)
    }
}

/// Whether February has 29 days.
pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days a month has.
pub(super) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to the first of a month, which may lie outside 1 to 12.
fn days_before(year: i64, month: i64) -> i64 {
    // Years are counted from March on, so that the odd day is the last of its year.
    let months = year
        .saturating_mul(12)
        .saturating_add(month.saturating_sub(3));
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12));
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let days = of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5;
    era.saturating_mul(146_097)
        .saturating_add(days)
        .saturating_sub(719_468)
}

/// The date that lies `days` after 1970-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days.saturating_add(719_468);
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}
