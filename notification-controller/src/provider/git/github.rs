//! GitHub and GitHub Enterprise.

use common::redact::Secret;
use reqwest::Url;
use reqwest::header::{ACCEPT, HeaderValue};
use serde_json::json;

use super::super::message::Missing;
use super::super::{
    Delivery, EncodeError, Lookup, Message, Notifier, Settings, SettingsError, address,
};
use super::{Report, Repository, States, newest_says, status_id};
use crate::event::{Event, PROGRESSING};

const STATES: States = States {
    service: "github",
    success: "success",
    failure: "failure",
};
/// How many statuses are looked at for a duplicate.
const PAGE: &str = "50";

/// A repository at GitHub, and a token for it.
pub(super) struct Hub {
    api: Url,
    owner: String,
    name: String,
    token: Secret,
}

impl Hub {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let token = settings.token_or_password();
        if token.expose().is_empty() {
            return Err(SettingsError::Token(if settings.github_app {
                "credentials of a GitHub App are not supported yet: put a token into the secret"
            } else {
                "github token or github app details must be specified"
            }));
        }
        let repository = Repository::of(settings)?;
        let (owner, name) = repository.owner_and_name()?;
        let api = match repository.host.host_str() {
            Some("github.com") if repository.host.port().is_none() => {
                Url::parse("https://api.github.com/")
                    .map_err(|_| SettingsError::Empty("no GitHub address"))?
            }
            _ => address::join(&repository.host, ["api", "v3"]),
        };
        Ok(Self {
            api,
            owner: owner.to_owned(),
            name: name.to_owned(),
            token: token.clone(),
        })
    }

    /// An address below that of the repository.
    pub(super) fn url(&self, segments: &[&str]) -> Url {
        let repository = ["repos", self.owner.as_str(), self.name.as_str()];
        let segments = repository.into_iter().chain(segments.iter().copied());
        address::join(&self.api, segments)
    }

    pub(super) fn authorized(&self, message: Message) -> Result<Message, EncodeError> {
        let mut message = message.bearer(self.token.expose())?;
        let json = HeaderValue::from_static("application/vnd.github.v3+json");
        message.headers.insert(ACCEPT, json);
        Ok(message)
    }
}

/// Statuses of commits at GitHub.
pub struct GitHub {
    hub: Hub,
    status: String,
}

impl GitHub {
    /// # Errors
    /// Without a token, a status id, or an address of two segments.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let status = status_id(settings)?;
        let hub = Hub::new(settings)?;
        Ok(Self { hub, status })
    }
}

impl Notifier for GitHub {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        if event.reason == PROGRESSING {
            return Ok(Delivery::Skip);
        }
        let report = Report::new(event, &STATES)?;
        let mut list = self.hub.url(&["commits", &report.commit, "statuses"]);
        list.query_pairs_mut().append_pair("per_page", PAGE);
        let body = json!({
            "state": report.state,
            "description": report.description,
            "context": self.status,
        });
        let message = Message::post(self.hub.url(&["statuses", &report.commit]), &body);
        let context = self.status.clone();
        let lookup = Lookup {
            question: self.hub.authorized(Message::get(list))?,
            failure: "could not list commit statuses",
            missing: Missing::Error,
            known: Box::new(move |statuses| {
                let said = (report.state, report.description.as_str());
                newest_says(statuses, "state", &context, said)
            }),
        };
        Ok(Delivery::Unless {
            lookup: Box::new(lookup),
            message: Box::new(self.hub.authorized(message)?),
        })
    }
}
