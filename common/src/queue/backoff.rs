//! Exponential delays per key.

use std::time::Duration;

/// The bounds of the delay after a failure: `--min-retry-delay` and `--max-retry-delay` (R7: 750ms to 15m).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// The delay after the first failure.
    pub min: Duration,
    /// The longest delay.
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self {
            min: Duration::from_millis(750),
            max: Duration::from_mins(15),
        }
    }
}

impl Backoff {
    /// The delay after `failures` failures in a row: doubled each time, never above `max`.
    pub fn delay(&self, failures: u32) -> Duration {
        let doublings = failures.saturating_sub(1).min(63);
        let nanos = self.min.as_nanos().saturating_mul(1 << doublings);
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX)).min(self.max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r7_delays_double_from_750ms_to_15m() {
        let backoff = Backoff::default();
        let delays: Vec<_> = [1, 2, 3, 11, 12, 64, u32::MAX]
            .map(|n| backoff.delay(n).as_millis())
            .into();
        assert_eq!(
            delays,
            [750, 1500, 3000, 768_000, 900_000, 900_000, 900_000]
        );
    }
}
