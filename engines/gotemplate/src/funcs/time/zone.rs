//! Time zones.

use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

/// Where a clock hangs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Zone {
    /// UTC, which is the local zone as well.
    Utc,
    /// An offset east of UTC in seconds, with the abbreviation that came with it if any.
    Fixed {
        /// Such as `CEST`; empty if unknown.
        name: String,
        /// Seconds east of UTC.
        offset: i32,
    },
    /// A zone of the database.
    Named(TimeZone),
}

/// What holds in a zone at an instant.
pub(super) struct Rule {
    pub abbreviation: String,
    pub offset: i32,
}

impl Zone {
    /// The zone with that name (`Europe/Berlin`); names are case-sensitive. The empty name, `UTC`
    /// and `Local` are UTC.
    pub fn named(name: &str) -> Option<Self> {
        static DATABASE: OnceLock<TimeZoneDatabase> = OnceLock::new();
        if matches!(name, "" | "UTC" | "Local") {
            return Some(Self::Utc);
        }
        let database = DATABASE.get_or_init(TimeZoneDatabase::bundled);
        let zone = database.get(name).ok()?;
        (zone.iana_name() == Some(name)).then_some(Self::Named(zone))
    }

    /// What Go's `Location.String` gives.
    pub fn location(&self) -> &str {
        match self {
            Self::Utc => "UTC",
            Self::Fixed { name, .. } => name,
            Self::Named(zone) => zone.iana_name().unwrap_or_default(),
        }
    }

    pub(super) fn at(&self, seconds: i64) -> Rule {
        match self {
            Self::Utc => Rule {
                abbreviation: "UTC".to_owned(),
                offset: 0,
            },
            Self::Fixed { name, offset } => Rule {
                abbreviation: name.clone(),
                offset: *offset,
            },
            Self::Named(zone) => {
                let seconds = seconds.clamp(
                    Timestamp::MIN.as_second() + 1,
                    Timestamp::MAX.as_second() - 1,
                );
                let instant = Timestamp::from_second(seconds).unwrap_or_default();
                let info = zone.to_offset_info(instant);
                Rule {
                    abbreviation: info.abbreviation().to_owned(),
                    offset: info.offset().seconds(),
                }
            }
        }
    }
}
