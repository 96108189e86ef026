//! Bitbucket's cloud, of which there is one, so that the address names the repository alone.

use common::redact::Secret;
use reqwest::Url;
use serde_json::json;
use sha1::{Digest as _, Sha1};

use super::super::message::Missing;
use super::super::{
    Delivery, EncodeError, Lookup, Message, Notifier, Settings, SettingsError, address, words,
};
use super::{Report, Repository, States, status_id};
use crate::event::{Event, PROGRESSING};
use crate::hex;

const API: &str = "https://api.bitbucket.org/2.0";
const STATES: States = States {
    service: "bitbucket",
    success: "SUCCESSFUL",
    failure: "FAILED",
};

/// A repository at Bitbucket.
pub struct Bitbucket {
    api: Url,
    owner: String,
    name: String,
    username: String,
    password: Secret,
    status: String,
}

impl Bitbucket {
    /// # Errors
    /// Without a token of the form `user:password`, a status id, or an address of two segments.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let token = settings.token.expose();
        if token.is_empty() {
            return Err(SettingsError::Token("bitbucket token cannot be empty"));
        }
        let status = status_id(settings)?;
        let repository = Repository::of(settings)?;
        let (username, password) = match token.split_once(':') {
            Some((username, password)) if !password.contains(':') => (username, password),
            _ => {
                return Err(SettingsError::Token(
                    "invalid token format, expected to be <user>:<password>",
                ));
            }
        };
        let (owner, name) = repository.owner_and_name()?;
        let api = Url::parse(API).map_err(|_| SettingsError::Empty("no Bitbucket address"))?;
        Ok(Self {
            api,
            owner: owner.to_owned(),
            name: name.to_owned(),
            username: username.to_owned(),
            password: Secret::new(password.to_owned()),
            status,
        })
    }

    fn url(&self, segments: &[&str]) -> Url {
        let repository = ["repositories", self.owner.as_str(), self.name.as_str()];
        address::join(
            &self.api,
            repository.into_iter().chain(segments.iter().copied()),
        )
    }
}

impl Notifier for Bitbucket {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        if event.reason == PROGRESSING {
            return Ok(Delivery::Skip);
        }
        let report = Report::new(event, &STATES)?;
        // The service takes keys of up to 40 letters.
        let key = hex::encode(&Sha1::digest(&self.status));
        let build = ["commit", report.commit.as_str(), "statuses", "build"];
        let body = json!({
            "state": report.state,
            "key": key,
            "name": words::name(event),
            "description": report.description,
            "url": "https://bitbucket.org",
        });
        let message = Message::post(self.url(&build), &body);
        let question = Message::get(self.url(&[&build[..], &[key.as_str()]].concat()));
        let authorized = |message: Message| message.basic(&self.username, self.password.expose());
        let lookup = Lookup {
            question: authorized(question)?,
            failure: "could not get commit status",
            missing: Missing::Nothing,
            known: Box::new(move |status| {
                status["state"] == report.state && status["description"] == *report.description
            }),
        };
        Ok(Delivery::Unless {
            lookup: Box::new(lookup),
            message: Box::new(authorized(message)?),
        })
    }
}
