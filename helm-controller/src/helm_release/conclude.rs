//! From the end of the loop to the end of the pass.

use std::time::Duration;

use common::conditions::{self, STALLED};
use common::reconcile::{Class, Flow, Notice, Pass, Stop};

use super::{HelmReleases, reasons};
use crate::report::{Event, reason, summary};
use crate::state::Verdict;
use jiff::Timestamp;

impl HelmReleases {
    /// What the skeleton is to make of a verdict. Conditions and Ready are written already.
    pub(super) fn conclude_with(
        &self,
        pass: &mut Pass<Self>,
        verdict: Verdict,
    ) -> Result<Flow, Stop> {
        let quiet = |class, reason: &'static str, message: &str| {
            Stop::new(class, reason, message)
                .with_notice(Notice::None)
                .keeping_ready()
        };
        Err(match verdict {
            Verdict::Done => quiet(Class::NoOp, "", ""),
            Verdict::Again => quiet(Class::Requeue, "", ""),
            Verdict::After(delay) => {
                let delay = self.settings.jitter.apply(delay);
                quiet(Class::Wait(delay), "", "").observing_generation()
            }
            Verdict::Failed => quiet(Class::Backoff, reasons::RECONCILE_ERROR, ""),
            Verdict::Terminal(refusal) => {
                let stalled = conditions::find(&pass.object.status.conditions, STALLED);
                let text =
                    stalled.map_or_else(|| refusal.to_string(), |found| found.message.clone());
                let reason = match refusal {
                    crate::state::Refusal::MissingRollbackTarget => reason::MISSING_ROLLBACK_TARGET,
                    _ => reason::RETRIES_EXCEEDED,
                };
                quiet(Class::Stall, reason, &text)
            }
        })
    }

    /// Ready from what the actions left behind.
    pub(super) fn summarize(&self, pass: &mut Pass<Self>) {
        summary::summarize(&mut pass.object, self.settings.algorithm, Timestamp::now());
    }

    /// Tells of what an action came to.
    pub(super) fn tell(pass: &Pass<Self>, event: Option<Event>) {
        let Some(event) = event else { return };
        let metadata: Vec<(&str, &str)> = event
            .metadata
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        pass.event(event.notice, event.reason, &event.message, &metadata);
    }

    /// Something newer came up while objects were waited for (H15.6).
    pub(super) fn overtaken(origin: &common::queue::Origin) -> Stop {
        let text = format!("New reconciliation triggered by {origin}");
        let event =
            format!("Health checks canceled due to new reconciliation triggered by {origin}");
        Stop::new(
            Class::Wait(Duration::ZERO),
            reasons::HEALTH_CHECK_CANCELED,
            text,
        )
        .with_event(event)
        .with_notice(Notice::Info)
    }
}
