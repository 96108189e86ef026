//! One event of a kind per interval (E11, E12).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use crate::event::{Event, key};

/// How many different events are remembered. Beyond, events pass unlimited until old ones are swept: a flood must cost neither
/// memory nor messages.
const MAX_KEYS: usize = 100_000;

/// What makes two events the same: a digest over object, message and revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LimitKey([u8; 32]);

impl LimitKey {
    /// The key of an event (E11). Severity, reason and other metadata do not count.
    pub fn of(event: &Event) -> Self {
        let involved = &event.involved_object;
        let mut parts = vec![
            "event".to_owned(),
            format!("name={}", involved.name),
            format!("namespace={}", involved.namespace),
            format!("kind={}", involved.kind),
            format!("message={}", event.message),
        ];
        for name in [key::ORIGIN_REVISION, key::REVISION, key::TOKEN] {
            if let Some(value) = event.of_group(name) {
                parts.push(format!("{name}={value}"));
            }
        }
        Self(Sha256::digest(parts.join("/")).into())
    }
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// The first of its window.
    Passed,
    /// A repetition.
    Refused,
}

/// Windows by key, each beginning when its key was first seen.
#[derive(Debug)]
pub struct Limiter {
    interval: Duration,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    windows: HashMap<LimitKey, Window>,
    swept: Instant,
}

#[derive(Debug)]
struct Window {
    /// When the key was first seen.
    start: Instant,
    /// The last window in which the key was seen, counted from `start`.
    tick: u128,
    seen: Instant,
}

impl Limiter {
    /// A limiter that lets one event of a key through per interval; no interval stands for a second.
    pub fn new(interval: Duration) -> Self {
        let interval = if interval.is_zero() {
            Duration::from_secs(1)
        } else {
            interval
        };
        Self {
            interval,
            state: Mutex::new(State {
                windows: HashMap::new(),
                swept: Instant::now(),
            }),
        }
    }

    /// Asks for a key; also says how long its window still lasts.
    pub fn take(&self, key: LimitKey, now: Instant) -> (Grant, Duration) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.sweep(&mut state, now);
        if let Some(window) = state.windows.get_mut(&key) {
            let age = now.saturating_duration_since(window.start);
            let tick = age.as_nanos() / self.interval.as_nanos();
            let grant = if tick > window.tick {
                Grant::Passed
            } else {
                Grant::Refused
            };
            (window.tick, window.seen) = (tick, now);
            let into = u64::try_from(age.as_nanos() % self.interval.as_nanos());
            let left = self
                .interval
                .saturating_sub(Duration::from_nanos(into.unwrap_or_default()));
            return (grant, left);
        }
        if state.windows.len() < MAX_KEYS {
            let window = Window {
                start: now,
                tick: 0,
                seen: now,
            };
            state.windows.insert(key, window);
        }
        (Grant::Passed, self.interval)
    }

    /// Once per interval, forgets what was not seen for two.
    fn sweep(&self, state: &mut State, now: Instant) {
        if now.saturating_duration_since(state.swept) < self.interval {
            return;
        }
        state.swept = now;
        let kept = self.interval * 2;
        state
            .windows
            .retain(|_, window| now.saturating_duration_since(window.seen) < kept);
        state.windows.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::tests::sample;

    const GROUP: &str = "kustomize.toolkit.fluxcd.io";

    fn with(metadata: &[(&str, &str)]) -> LimitKey {
        let metadata: Vec<(String, &str)> = metadata
            .iter()
            .map(|(name, value)| (format!("{GROUP}/{name}"), *value))
            .collect();
        let metadata: Vec<(&str, &str)> = metadata
            .iter()
            .map(|(name, value)| (name.as_str(), *value))
            .collect();
        LimitKey::of(&sample("info", &metadata))
    }

    #[test]
    fn e11_the_key_is_the_digest_of_the_parts_in_upstreams_order() {
        let key = with(&[("token", "t"), ("revision", "r"), ("originRevision", "o")]);
        let parts = "event/name=webapp/namespace=flux-system/kind=Kustomization/\
                     message=Health check passed\nsecond line/originRevision=o/revision=r/token=t";
        assert_eq!(key.0, <[u8; 32]>::from(Sha256::digest(parts)));
    }

    #[test]
    fn e11_severity_reason_and_other_metadata_do_not_count() {
        let mut other = sample("error", &[("event.toolkit.fluxcd.io/revision", "x")]);
        other.reason = "Other".into();
        assert_eq!(LimitKey::of(&other), with(&[]));
        assert_ne!(with(&[("revision", "a")]), with(&[("revision", "b")]));
        assert_ne!(with(&[("token", "a")]), with(&[]));
    }

    #[test]
    fn e12_one_event_per_window_that_begins_when_it_is_first_seen() {
        let minute = Duration::from_mins(1);
        let limiter = Limiter::new(minute * 5);
        let start = Instant::now();
        let key = with(&[]);
        let ask = |after: Duration| limiter.take(key, start + after);
        assert_eq!(ask(Duration::ZERO), (Grant::Passed, minute * 5));
        assert_eq!(ask(minute * 2), (Grant::Refused, minute * 3));
        assert_eq!(
            limiter.take(with(&[("revision", "x")]), start + minute).0,
            Grant::Passed
        );
        // The window does not move with repetitions.
        assert_eq!(ask(minute * 6), (Grant::Passed, minute * 4));
        assert_eq!(ask(minute * 9), (Grant::Refused, minute));
        assert_eq!(ask(minute * 10).0, Grant::Passed);
    }

    #[test]
    fn e12_what_was_not_seen_for_two_intervals_is_forgotten() {
        let limiter = Limiter::new(Duration::from_secs(10));
        let start = Instant::now();
        for number in 0..100 {
            limiter.take(with(&[("revision", &number.to_string())]), start);
        }
        let later = start + Duration::from_secs(25);
        assert_eq!(limiter.take(with(&[]), later).0, Grant::Passed);
        assert_eq!(limiter.state.lock().unwrap().windows.len(), 1);
    }
}
