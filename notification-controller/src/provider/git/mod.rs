//! The state of a cluster as a status on a commit (section 6).
//!
//! Every service is asked first whether it knows already, so that an event that repeats leaves one status.

mod address;
pub mod bitbucket;
pub mod bitbucket_server;
pub mod gitea;
pub mod github;
pub mod github_dispatch;
pub mod gitlab;
mod revision;

use crds::notification::{Alert, Provider};
use expr::TextProgram;
use serde_json::Value;

use super::{EncodeError, Settings, SettingsError, words};
use crate::event::{ERROR, Event, INFO};

use address::Repository;

/// The default id of the statuses of a Provider: kind and name of the object, and the beginning of the Provider's unique id, so
/// that two clusters do not overwrite each other (G3).
pub fn default_status(provider_uid: &str, event: &Event) -> String {
    let start = provider_uid.split('-').next().unwrap_or_default();
    let involved = &event.involved_object;
    format!("{}/{}/{start}", involved.kind, involved.name).to_lowercase()
}

/// The id of a status by `spec.commitStatusExpr` (X2), which sees the event with its combined metadata, the alert and the provider.
///
/// # Errors
/// What is wrong with the expression, or what it lacks.
pub fn status_by_expression(
    expression: &str,
    event: &Event,
    alert: &Alert,
    provider: &Provider,
) -> Result<String, String> {
    let failed = |cause: &str| {
        format!(
            "failed to evaluate the spec.commitStatusExpr CEL expression for the event: {cause}"
        )
    };
    let program = TextProgram::compile(expression, &["event", "alert", "provider"])
        .map_err(|error| failed(&format!("failed to compile expression: {error}")))?;
    // All three are made of texts and have a JSON form.
    let of = |value: serde_json::Result<Value>| value.map_err(|error| failed(&error.to_string()));
    let variables = [
        ("event", of(serde_json::to_value(event))?),
        ("alert", of(serde_json::to_value(alert))?),
        ("provider", of(serde_json::to_value(provider))?),
    ];
    let variables = variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    program
        .eval(&variables)
        .map_err(|error| failed(&error.to_string()))
}

/// The id, which must not be empty.
fn status_id(settings: &Settings) -> Result<String, SettingsError> {
    if settings.commit_status.is_empty() {
        return Err(SettingsError::Empty("commit status cannot be empty"));
    }
    Ok(settings.commit_status.clone())
}

/// What the states of a service are called.
struct States {
    service: &'static str,
    success: &'static str,
    failure: &'static str,
}

impl States {
    fn of(&self, event: &Event) -> Result<&'static str, EncodeError> {
        match event.severity.as_str() {
            INFO => Ok(self.success),
            ERROR => Ok(self.failure),
            _ => Err(EncodeError::NoState(self.service)),
        }
    }
}

/// What is said about a commit.
struct Report {
    commit: String,
    state: &'static str,
    description: String,
}

impl Report {
    fn new(event: &Event, states: &States) -> Result<Self, EncodeError> {
        Ok(Self {
            commit: revision::commit(event)?,
            state: states.of(event)?,
            description: words::description(event),
        })
    }
}

/// Whether the newest status of the context says the same. Statuses come newest first; incomplete ones do not count.
fn newest_says(statuses: &Value, state_field: &str, context: &str, report: (&str, &str)) -> bool {
    let text =
        |status: &Value, field: &str| status.get(field).and_then(Value::as_str).map(str::to_owned);
    let all = statuses.as_array().into_iter().flatten();
    let newest = all
        .filter_map(|status| {
            Some((
                text(status, "context")?,
                text(status, state_field)?,
                text(status, "description")?,
            ))
        })
        .find(|(found, ..)| found == context);
    newest.is_some_and(|(_, state, description)| (&*state, &*description) == report)
}

#[cfg(test)]
mod tests;
