//! `Job`: healthy when it has completed, not when it has merely started (compat K16.5).

use crate::Health;
use crate::conditions::Condition;
use crate::fields::{at, int, string};
use serde_json::Value;

pub(crate) fn status(object: &Value, conditions: &[Condition<'_>]) -> Health {
    if at(object, "/spec/suspend").and_then(Value::as_bool) == Some(true) {
        return Health::current("Job is suspended");
    }
    let parallelism = int(object, "/spec/parallelism", 1);
    let completions = int(object, "/spec/completions", parallelism);
    let succeeded = int(object, "/status/succeeded", 0);
    let failed = int(object, "/status/failed", 0);
    for condition in conditions.iter().filter(|condition| condition.is_true()) {
        match condition.kind {
            "Complete" => {
                return Health::current(format!(
                    "Job Completed. succeeded: {succeeded}/{completions}"
                ));
            }
            "Failed" => {
                return Health::failed(format!("Job Failed. failed: {failed}/{completions}"));
            }
            _ => {}
        }
    }
    if string(object, "/status/startTime", "").is_empty() {
        return Health::in_progress(format!("Job not started. active: 0/{parallelism}"));
    }
    let active = int(object, "/status/active", 0);
    Health::in_progress(format!(
        "Job in progress. success:{succeeded}, active: {active}, failed: {failed}"
    ))
}
