//! What holds for every kind, and the order in which the rules are asked (compat K16.5).

use crate::conditions::{Condition, conditions};
use crate::fields::{at, kind, string};
use crate::{Health, Status, kinds};
use jiff::Timestamp;
use serde_json::Value;

/// Deletion, observed generation, `Reconciling` and `Stalled`, then the kind's own rule, then `Ready`.
pub(crate) fn status(object: &Value, now: Timestamp) -> Health {
    decide(object, now).unwrap_or_else(|unreadable| unreadable)
}

fn decide(object: &Value, now: Timestamp) -> Result<Health, Health> {
    if !string(object, "/metadata/deletionTimestamp", "").is_empty() {
        return Ok(Health::new(
            Status::Terminating,
            "Resource scheduled for deletion",
        ));
    }
    if let Some(lagging) = generation_not_observed(object) {
        return Ok(lagging);
    }
    let conditions = conditions(object)?;
    for condition in &conditions {
        match condition.kind {
            "Reconciling" if condition.is_true() => {
                return Ok(Health::in_progress(condition.message));
            }
            "Stalled" if condition.is_true() => return Ok(Health::failed(condition.message)),
            _ => {}
        }
    }
    if let Some(health) = kinds::status(object, &conditions, now) {
        return Ok(health);
    }
    Ok(ready(&conditions).unwrap_or_else(|| Health::current("Resource is current")))
}

/// `status.observedGeneration` against `metadata.generation`, where both are there. Some controllers write
/// the observed generation as a string (Argo Rollouts does): its number counts, any other text is skipped.
pub(crate) fn generation_not_observed(object: &Value) -> Option<Health> {
    let generation = at(object, "/metadata/generation")?.as_i64()?;
    let observed = match at(object, "/status/observedGeneration")? {
        Value::String(text) => text.parse().ok()?,
        number => number.as_i64()?,
    };
    (observed != generation).then(|| {
        Health::in_progress(format!(
            "{} generation is {generation}, but latest observed generation is {observed}",
            kind(object)
        ))
    })
}

/// The first condition `Ready` that has one of the three known states.
fn ready(conditions: &[Condition<'_>]) -> Option<Health> {
    conditions
        .iter()
        .filter(|condition| condition.kind == "Ready")
        .find_map(|condition| match condition.status {
            "True" => Some(Health::current("Resource is Ready")),
            "False" | "Unknown" => Some(Health::in_progress(condition.message)),
            _ => None,
        })
}
