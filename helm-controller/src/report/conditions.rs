//! Writing the conditions of one object at one time.

use common::conditions::{self, Status};
use crds::helm::HelmRelease;
use crds::meta::Condition;
use jiff::Timestamp;

/// Writes conditions of an object, as of now.
#[derive(Debug)]
pub struct Marker<'a> {
    /// The object.
    pub object: &'a mut HelmRelease,
    /// The time of transitions.
    pub now: Timestamp,
}

impl<'a> Marker<'a> {
    /// For one object.
    pub fn new(object: &'a mut HelmRelease, now: Timestamp) -> Self {
        Self { object, now }
    }

    fn generation(&self) -> i64 {
        self.object.metadata.generation.unwrap_or_default()
    }

    /// Writes a condition.
    pub fn set(&mut self, kind: &str, status: Status, reason: &str, message: &str) {
        let generation = self.generation();
        let list = &mut self.object.status.conditions;
        conditions::set(list, kind, status, reason, message, generation, self.now);
    }

    /// Writes True.
    pub fn mark_true(&mut self, kind: &str, reason: &str, message: &str) {
        self.set(kind, Status::True, reason, message);
    }

    /// Writes False.
    pub fn mark_false(&mut self, kind: &str, reason: &str, message: &str) {
        self.set(kind, Status::False, reason, message);
    }

    /// Writes Unknown.
    pub fn mark_unknown(&mut self, kind: &str, reason: &str, message: &str) {
        self.set(kind, Status::Unknown, reason, message);
    }

    /// Writes Reconciling, which ends Stalled.
    pub fn mark_reconciling(&mut self, reason: &str, message: &str) {
        let generation = self.generation();
        let list = &mut self.object.status.conditions;
        conditions::mark_reconciling(list, reason, message, generation, self.now);
    }

    /// Writes Stalled, which ends Reconciling.
    pub fn mark_stalled(&mut self, reason: &str, message: &str) {
        let generation = self.generation();
        let list = &mut self.object.status.conditions;
        conditions::mark_stalled(list, reason, message, generation, self.now);
    }

    /// Drops a condition.
    pub fn remove(&mut self, kind: &str) {
        conditions::remove(&mut self.object.status.conditions, kind);
    }

    /// A condition as it is.
    pub fn find(&self, kind: &str) -> Option<&Condition> {
        conditions::find(&self.object.status.conditions, kind)
    }

    /// Whether a condition is there and True.
    pub fn is_true(&self, kind: &str) -> bool {
        self.find(kind).is_some_and(Condition::is_true)
    }

    /// The message of a condition, empty without one.
    pub fn message(&self, kind: &str) -> String {
        self.find(kind)
            .map(|found| found.message.clone())
            .unwrap_or_default()
    }

    /// Puts a True condition in the place of another one, with the time of that one's transition.
    pub fn replace_with_true(&mut self, target: &str, kind: &str, reason: &str, message: &str) {
        let Some(old) = self.find(target).cloned() else {
            return;
        };
        self.remove(target);
        self.remove(kind);
        self.mark_true(kind, reason, message);
        let list = &mut self.object.status.conditions;
        let replaced = list.iter_mut().find(|condition| condition.r#type == kind);
        if let Some(new) = replaced {
            new.last_transition_time = old.last_transition_time;
        }
    }
}
