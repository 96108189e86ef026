//! When an object runs again.

use std::time::Duration;

use super::{Class, RetryRule, Schedule, Verdict};
use crate::metrics::ReconcileResult;

/// What the controller loop does with a key after its pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Nothing is planned; a change brings it back.
    Await,
    /// Runs again after this time; failures are forgotten.
    After(Duration),
    /// Runs again after a delay that grows with each failure.
    Backoff,
    /// Runs again after a fixed time, counted as a failure.
    RetryAfter(Duration),
}

impl Action {
    /// The table of R7 and of section 6.
    pub fn of(verdict: &Verdict, schedule: &Schedule) -> Self {
        // An interval of nothing, which the schemas let through, plans nothing; it must not become a loop without rest.
        let interval = || match schedule.interval {
            None | Some(Duration::ZERO) => Self::Await,
            Some(every) => Self::After(schedule.jitter.apply(every)),
        };
        match verdict {
            Verdict::Success => interval(),
            Verdict::Suspended | Verdict::Finalized => Self::Await,
            Verdict::Stopped(stop) => match stop.details.class {
                Class::NoOp => interval(),
                Class::Stall | Class::Abandon => Self::Await,
                Class::Wait(delay) => Self::After(delay),
                Class::Backoff | Class::Requeue => Self::Backoff,
                Class::Retry => match schedule.retry {
                    RetryRule::Backoff => Self::Backoff,
                    RetryRule::After(Duration::ZERO) => Self::Await,
                    RetryRule::After(delay) => Self::RetryAfter(delay),
                },
            },
        }
    }

    /// How the pass counts in `controller_runtime_reconcile_total`.
    pub fn result(&self, verdict: &Verdict) -> ReconcileResult {
        match (self, verdict) {
            (Self::Backoff, Verdict::Stopped(stop)) if stop.details.class == Class::Requeue => {
                ReconcileResult::Requeue
            }
            (Self::Backoff, _) => ReconcileResult::Error,
            (Self::After(_) | Self::RetryAfter(_), _) => ReconcileResult::RequeueAfter,
            (Self::Await, _) => ReconcileResult::Success,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Stop;
    use super::*;

    const INTERVAL: Duration = Duration::from_mins(10);

    fn action(class: Class, schedule: &Schedule) -> Action {
        Action::of(&Verdict::Stopped(Stop::new(class, "R", "m")), schedule)
    }

    #[test]
    fn r7_result_classes_decide_the_next_run() {
        let schedule = Schedule::every(INTERVAL);
        assert_eq!(
            Action::of(&Verdict::Success, &schedule),
            Action::After(INTERVAL)
        );
        assert_eq!(action(Class::NoOp, &schedule), Action::After(INTERVAL));
        assert_eq!(action(Class::Retry, &schedule), Action::Backoff);
        assert_eq!(action(Class::Stall, &schedule), Action::Await);
        assert_eq!(
            action(Class::Wait(Duration::from_secs(30)), &schedule),
            Action::After(Duration::from_secs(30))
        );
        assert_eq!(action(Class::Requeue, &schedule), Action::Backoff);
        assert_eq!(Action::of(&Verdict::Suspended, &schedule), Action::Await);
    }

    #[test]
    fn section_6_an_interval_of_nothing_plans_nothing() {
        let schedule = Schedule::every(Duration::ZERO).with_retry_after(Duration::ZERO);
        assert_eq!(Action::of(&Verdict::Success, &schedule), Action::Await);
        assert_eq!(action(Class::NoOp, &schedule), Action::Await);
        assert_eq!(action(Class::Retry, &schedule), Action::Await);
        assert_eq!(
            action(Class::Wait(Duration::ZERO), &schedule),
            Action::After(Duration::ZERO),
            "what a step asks for is done"
        );
    }

    #[test]
    fn section_6_retry_interval_is_fixed_but_api_errors_back_off() {
        let schedule = Schedule::every(INTERVAL).with_retry_after(Duration::from_mins(1));
        assert_eq!(
            action(Class::Retry, &schedule),
            Action::RetryAfter(Duration::from_mins(1))
        );
        assert_eq!(action(Class::Backoff, &schedule), Action::Backoff);
    }

    #[test]
    fn m4_results_are_counted_by_what_follows() {
        let schedule = Schedule::every(INTERVAL);
        let count = |class| {
            let verdict = Verdict::Stopped(Stop::new(class, "R", "m"));
            Action::of(&verdict, &schedule).result(&verdict)
        };
        assert_eq!(count(Class::Retry), ReconcileResult::Error);
        assert_eq!(count(Class::Requeue), ReconcileResult::Requeue);
        assert_eq!(count(Class::Stall), ReconcileResult::Success);
        assert_eq!(count(Class::NoOp), ReconcileResult::RequeueAfter);
    }
}
