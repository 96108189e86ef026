//! Why a pass stopped before its end, and what follows from it.

use std::borrow::Cow;
use std::time::Duration;

use crate::conditions::{ConditionType, reasons};
use crate::queue::Interrupted;
use crate::redact;

/// The result class of a stop (R7). Success is not among them: a pass that runs to its end succeeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Failed; runs again by the retry rule of the kind's [`Schedule`](super::Schedule).
    Retry,
    /// Failed; runs again after an exponential back-off whatever the kind's rule.
    Backoff,
    /// Only a change of the object or of what it refers to can help: Stalled, no further run.
    Stall,
    /// Something else must happen first; looked at again after this time.
    Wait(Duration),
    /// Nothing to do: as a success, but what is in status stays as it is.
    NoOp,
    /// Runs again at once, rate-limited.
    Requeue,
    /// Handed back unfinished (shutdown, object gone): nothing is written, nothing planned.
    Abandon,
}

/// Who is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Nobody.
    None,
    /// A Normal Kubernetes event, never posted to the events address.
    Trace,
    /// A Normal Kubernetes event, posted with severity info.
    Info,
    /// A Warning Kubernetes event, posted with severity error.
    Error,
}

/// The policy of a module's error type; gives a [`Stop`] by `?`.
pub trait Policy: std::error::Error {
    /// The reason, in CamelCase, for conditions and events.
    fn reason(&self) -> &'static str;

    /// What happens next.
    fn class(&self) -> Class;

    /// The condition that says so, besides Ready.
    fn condition(&self) -> Option<ConditionType> {
        None
    }

    /// Who is told; by default as R7 has it for the class.
    fn notice(&self) -> Notice {
        Notice::of(self.class())
    }

    /// The text of the event where it is not that of the condition.
    fn event(&self) -> Option<String> {
        None
    }
}

impl Notice {
    /// Whom R7 tells about a class.
    pub const fn of(class: Class) -> Self {
        match class {
            Class::Retry | Class::Backoff | Class::Stall => Self::Error,
            Class::Wait(_) | Class::NoOp => Self::Trace,
            Class::Requeue | Class::Abandon => Self::None,
        }
    }
}

/// Why a pass stopped, with its policy. Its message is fit to be shown: URLs in it have lost userinfo and query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Boxed, since every step returns it and nearly none does so in earnest.
    pub(super) details: Box<Details>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Details {
    pub reason: Cow<'static, str>,
    pub message: String,
    pub class: Class,
    pub notice: Notice,
    pub condition: Option<ConditionType>,
    pub event: Option<String>,
    pub metadata: Vec<(String, String)>,
    pub keeps_ready: bool,
    pub observes: bool,
}

impl Stop {
    /// A stop with the notice of its class.
    pub fn new(
        class: Class,
        reason: impl Into<Cow<'static, str>>,
        message: impl AsRef<str>,
    ) -> Self {
        let details = Details {
            reason: reason.into(),
            message: redact::urls_in(message.as_ref()),
            class,
            notice: Notice::of(class),
            condition: None,
            event: None,
            metadata: Vec::new(),
            keeps_ready: false,
            observes: false,
        };
        Self {
            details: Box::new(details),
        }
    }

    /// Nothing to do; see [`Class::NoOp`].
    pub fn no_op(reason: impl Into<Cow<'static, str>>, message: impl AsRef<str>) -> Self {
        Self::new(Class::NoOp, reason, message)
    }

    /// Ends the pass without a trace, for a shutdown or an object that is gone.
    pub fn abandon() -> Self {
        Self::new(Class::Abandon, "", "")
    }

    /// Also writes this condition: True when it is negative, False when it is positive.
    #[must_use]
    pub fn with_condition(mut self, condition: ConditionType) -> Self {
        self.details.condition = Some(condition);
        self
    }

    /// Tells somebody else than the class would.
    #[must_use]
    pub fn with_notice(mut self, notice: Notice) -> Self {
        self.details.notice = notice;
        self
    }

    /// Gives the event another text than the condition.
    #[must_use]
    pub fn with_event(mut self, text: impl AsRef<str>) -> Self {
        self.details.event = Some(redact::urls_in(text.as_ref()));
        self
    }

    /// Adds metadata to the event.
    #[must_use]
    pub fn with_metadata(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.details.metadata.push((key.into(), value.into()));
        self
    }

    /// Leaves Ready as it is, for failures that say nothing about it.
    #[must_use]
    pub fn keeping_ready(mut self) -> Self {
        self.details.keeps_ready = true;
        self
    }

    /// Moves `observedGeneration` for kinds where only success does (K3.1).
    #[must_use]
    pub fn observing_generation(mut self) -> Self {
        self.details.observes = true;
        self
    }

    /// What happens next.
    pub fn class(&self) -> Class {
        self.details.class
    }

    /// The reason for conditions and events.
    pub fn reason(&self) -> &str {
        &self.details.reason
    }

    /// The text for conditions.
    pub fn message(&self) -> &str {
        &self.details.message
    }
}

impl From<Interrupted> for Stop {
    /// A shutdown leaves everything as it is; a change runs the pass anew, and needs no words.
    fn from(interrupted: Interrupted) -> Self {
        match interrupted {
            Interrupted::Shutdown => Self::abandon(),
            Interrupted::Changed(_) => Self::new(
                Class::Requeue,
                reasons::PROGRESSING,
                interrupted.to_string(),
            )
            .keeping_ready(),
        }
    }
}

impl<E: Policy> From<E> for Stop {
    fn from(error: E) -> Self {
        let mut stop = Self::new(error.class(), error.reason(), error.to_string());
        stop.details.notice = error.notice();
        stop.details.condition = error.condition();
        stop.details.event = error.event().map(|text| redact::urls_in(&text));
        stop
    }
}
