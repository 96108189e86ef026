//! Spreading runs over time, so that objects that were created together do not stay together.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher as _, Hasher as _};
use std::time::Duration;

/// How much a success interval may be stretched or shrunk (R13): `--interval-jitter-percentage`, 0 to 99.
///
/// Only the interval after a success is spread; retries are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Jitter {
    percent: u8,
}

impl Jitter {
    /// A spread of `percent` to either side; above 99 counts as 99.
    pub const fn percent(percent: u8) -> Self {
        Self {
            percent: if percent > 99 { 99 } else { percent },
        }
    }

    /// The interval times a factor chosen uniformly between `1 - p` and `1 + p`.
    pub fn apply(self, interval: Duration) -> Duration {
        self.apply_with(interval, unit())
    }

    /// As [`Jitter::apply`] with the random number, in `[0, 1)`, given.
    pub fn apply_with(self, interval: Duration, unit: f64) -> Duration {
        if self.percent == 0 {
            return interval;
        }
        let spread = f64::from(self.percent) / 100.0;
        let factor = 1.0 + spread * (2.0 * unit - 1.0);
        Duration::try_from_secs_f64(interval.as_secs_f64() * factor).unwrap_or(interval)
    }
}

/// The pause, plus up to as much again.
pub(crate) fn up_to_double(pause: Duration) -> Duration {
    pause.mul_f64(1.0 + unit())
}

/// A number in `[0, 1)`. Spreading load needs no better source than the randomly keyed hasher of the standard library.
fn unit() -> f64 {
    let bits = RandomState::new().build_hasher().finish() >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
    let unit = bits as f64 / (1u64 << 53) as f64;
    unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r13_the_interval_stays_within_the_percentage() {
        let jitter = Jitter::percent(5);
        let interval = Duration::from_secs(100);
        assert_eq!(jitter.apply_with(interval, 0.0), Duration::from_secs(95));
        assert_eq!(jitter.apply_with(interval, 0.5), Duration::from_secs(100));
        for _ in 0..1000 {
            let spread = jitter.apply(interval).as_secs_f64();
            assert!((95.0..105.0).contains(&spread), "{spread}");
        }
    }

    #[test]
    fn r13_no_percentage_means_the_interval_itself_and_100_is_out_of_bounds() {
        assert_eq!(
            Jitter::default().apply(Duration::from_secs(7)),
            Duration::from_secs(7)
        );
        assert_eq!(Jitter::percent(200), Jitter::percent(99));
        assert_eq!(
            Jitter::percent(99).apply_with(Duration::MAX, 0.9),
            Duration::MAX,
            "no overflow"
        );
    }
}
