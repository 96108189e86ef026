//! When to try again.

use std::time::Duration;

use reqwest::header::RETRY_AFTER;
use reqwest::{Response, StatusCode};

/// Tries after the first one (B5).
pub(super) const RETRIES: u32 = 4;

/// The pauses between tries: doubled each time, within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// The first pause.
    pub min: Duration,
    /// The longest pause.
    pub max: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            min: Duration::from_secs(2),
            max: Duration::from_secs(30),
        }
    }
}

impl Retry {
    /// The pause after so many attempts.
    pub(super) fn pause(self, attempts: u32) -> Duration {
        let factor = 1u32 << attempts.saturating_sub(1).min(16);
        self.min.saturating_mul(factor).min(self.max)
    }
}

/// Whether another try may be answered otherwise.
pub(super) fn worth(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS
        || status.is_server_error() && status != StatusCode::NOT_IMPLEMENTED
}

/// The pause that an answer asks for, in seconds; dates are left to the usual pauses.
pub(super) fn asked(response: &Response) -> Option<Duration> {
    let patient = matches!(
        response.status(),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
    );
    let value = response.headers().get(RETRY_AFTER).filter(|_| patient)?;
    let seconds = value.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Whether a failure is one that does not go away: a certificate that is not trusted.
pub(super) fn hopeless(cause: &str) -> bool {
    cause.contains("invalid peer certificate")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b5_pauses_double_from_two_seconds_to_thirty() {
        let pauses: Vec<u64> = (1..=6)
            .map(|n| Retry::default().pause(n).as_secs())
            .collect();
        assert_eq!(pauses, [2, 4, 8, 16, 30, 30]);
        assert_eq!(Retry::default().pause(u32::MAX).as_secs(), 30);
    }

    #[test]
    fn b5_only_429_and_server_errors_but_501_are_worth_another_try() {
        for (code, expected) in [
            (429, true),
            (500, true),
            (503, true),
            (501, false),
            (404, false),
            (200, false),
        ] {
            assert_eq!(
                worth(StatusCode::from_u16(code).unwrap()),
                expected,
                "{code}"
            );
        }
    }
}
