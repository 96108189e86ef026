//! GitLab, whose projects may lie in groups within groups.

use common::redact::Secret;
use reqwest::Url;
use serde_json::{Value, json};

use super::super::message::Missing;
use super::super::{
    Delivery, EncodeError, Lookup, Message, Notifier, Settings, SettingsError, address,
};
use super::{Report, Repository, States, status_id};
use crate::event::{Event, PROGRESSING};

const STATES: States = States {
    service: "gitlab",
    success: "success",
    failure: "failed",
};
const TOKEN: &str = "private-token";

/// A project at GitLab.
pub struct GitLab {
    host: Url,
    project: String,
    token: Secret,
    status: String,
}

impl GitLab {
    /// # Errors
    /// Without a token, a status id, or a project.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let token = settings.token_or_password();
        if token.expose().is_empty() {
            return Err(SettingsError::Token("gitlab token cannot be empty"));
        }
        let repository = Repository::of(settings)?;
        if repository.path.is_empty() {
            return Err(SettingsError::Repository(repository.path));
        }
        Ok(Self {
            host: repository.host,
            project: repository.path,
            token: token.clone(),
            status: status_id(settings)?,
        })
    }

    /// The project is one segment, its slashes escaped.
    fn url(&self, segments: &[&str]) -> Url {
        let start = ["api", "v4", "projects", self.project.as_str()];
        address::join(
            &self.host,
            start.into_iter().chain(segments.iter().copied()),
        )
    }
}

impl Notifier for GitLab {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        if event.reason == PROGRESSING {
            return Ok(Delivery::Skip);
        }
        let report = Report::new(event, &STATES)?;
        let mut list = self.url(&["repository", "commits", &report.commit, "statuses"]);
        list.query_pairs_mut().append_pair("name", &self.status);
        let body = json!({
            "state": report.state,
            "name": self.status,
            "description": report.description,
        });
        let message = Message::post(self.url(&["statuses", &report.commit]), &body);
        let name = self.status.clone();
        let lookup = Lookup {
            question: Message::get(list).with(TOKEN, self.token.expose())?,
            failure: "unable to list commit status",
            missing: Missing::Error,
            known: Box::new(move |statuses| {
                let same = |status: &Value| {
                    [
                        ("sha", report.commit.as_str()),
                        ("status", report.state),
                        ("description", &report.description),
                        ("name", &name),
                    ]
                    .iter()
                    .all(|(field, value)| status[field] == *value)
                };
                statuses.as_array().into_iter().flatten().any(same)
            }),
        };
        Ok(Delivery::Unless {
            lookup: Box::new(lookup),
            message: Box::new(message.with(TOKEN, self.token.expose())?),
        })
    }
}
