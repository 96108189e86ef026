//! Gitea and Forgejo, which also show that work is under way (section 13.23).

use common::redact::Secret;
use reqwest::Url;
use serde_json::json;

use super::super::message::Missing;
use super::super::{
    Delivery, EncodeError, Lookup, Message, Notifier, Settings, SettingsError, address,
};
use super::{Report, Repository, States, newest_says, status_id};
use crate::event::{Event, PROGRESSING};

const STATES: States = States {
    service: "gitea",
    success: "success",
    failure: "failure",
};
const UNDER_WAY: States = States {
    service: "gitea",
    success: "pending",
    failure: "pending",
};
/// How many statuses are looked at for a duplicate.
const PAGE: &str = "50";

/// A repository at Gitea.
pub struct Gitea {
    api: Url,
    owner: String,
    name: String,
    token: Secret,
    status: String,
}

impl Gitea {
    /// # Errors
    /// Without a token, a status id, or an address of two segments.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let status = status_id(settings)?;
        let token = settings.token_or_password();
        if token.expose().is_empty() {
            return Err(SettingsError::Token("gitea token cannot be empty"));
        }
        let repository = Repository::of(settings)?;
        let (owner, name) = repository.owner_and_name()?;
        Ok(Self {
            api: address::join(&repository.host, ["api", "v1"]),
            owner: owner.to_owned(),
            name: name.to_owned(),
            token: token.clone(),
            status,
        })
    }

    fn url(&self, segments: &[&str]) -> Url {
        let repository = ["repos", self.owner.as_str(), self.name.as_str()];
        address::join(
            &self.api,
            repository.into_iter().chain(segments.iter().copied()),
        )
    }

    fn authorized(&self, message: Message) -> Result<Message, EncodeError> {
        message.with("authorization", &format!("token {}", self.token.expose()))
    }
}

impl Notifier for Gitea {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        let states = if event.reason == PROGRESSING {
            &UNDER_WAY
        } else {
            &STATES
        };
        let report = Report::new(event, states)?;
        let mut list = self.url(&["commits", &report.commit, "statuses"]);
        list.query_pairs_mut().append_pair("limit", PAGE);
        let body = json!({
            "state": report.state,
            "target_url": "",
            "description": report.description,
            "context": self.status,
        });
        let message = Message::post(self.url(&["statuses", &report.commit]), &body);
        let context = self.status.clone();
        let lookup = Lookup {
            question: self.authorized(Message::get(list))?,
            failure: "could not list commit statuses",
            missing: Missing::Error,
            known: Box::new(move |statuses| {
                let said = (report.state, report.description.as_str());
                newest_says(statuses, "status", &context, said)
            }),
        };
        Ok(Delivery::Unless {
            lookup: Box::new(lookup),
            message: Box::new(self.authorized(message)?),
        })
    }
}
