//! Bitbucket Server and Data Center, whose addresses may have a path before the repository.

use common::redact::Secret;
use reqwest::Url;
use serde_json::json;
use sha1::{Digest as _, Sha1};

use super::super::message::Missing;
use super::super::{
    Delivery, EncodeError, Lookup, Message, Notifier, Settings, SettingsError, address, words,
};
use super::{Report, States, status_id};
use crate::event::{Event, PROGRESSING};
use crate::hex;

const STATES: States = States {
    service: "bitbucket server",
    success: "SUCCESSFUL",
    failure: "FAILED",
};
/// Stands before project and repository in the address of a clone.
const SCM: &str = "/scm/";

/// A repository at a Bitbucket Server.
pub struct BitbucketServer {
    /// The commits of the repository.
    commits: Url,
    /// The address of the provider, without credentials.
    shown: String,
    login: Login,
    status: String,
}

enum Login {
    Token(Secret),
    Basic(String, Secret),
}

impl BitbucketServer {
    /// # Errors
    /// Without credentials, a status id, or the address of a clone over http or https.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let mut url = address::parse(settings, "git address")?;
        let invalid = |cause: &str| SettingsError::Address {
            what: "git address",
            cause: cause.to_owned(),
        };
        // Both fail only for addresses without a host, which were refused.
        let _ = url.set_username("");
        let _ = url.set_password(None);
        let shown = url.to_string();
        let path = url.path().strip_suffix(".git").unwrap_or(url.path());
        let (context, repository) = path
            .rsplit_once(SCM)
            .ok_or_else(|| invalid("supplied provider address is not http(s) git clone url"))?;
        let (project, name) = repository
            .split_once('/')
            .filter(|(_, name)| !name.contains('/'))
            .ok_or_else(|| SettingsError::Repository(repository.to_owned()))?;
        let commits = format!("{context}/rest/api/latest/projects/{project}/repos/{name}/commits");
        url.set_path(&commits);
        url.set_query(None);
        let status = status_id(settings)?;
        let (token, password) = (&settings.token, &settings.password);
        let login = if !token.expose().is_empty() {
            Login::Token(token.clone())
        } else if settings.username.is_empty() || password.expose().is_empty() {
            return Err(SettingsError::Token(
                "invalid credentials, expected to be one of username/password or API Token",
            ));
        } else {
            Login::Basic(settings.username.clone(), password.clone())
        };
        Ok(Self {
            commits: url,
            shown,
            login,
            status,
        })
    }

    fn authorized(&self, message: Message) -> Result<Message, EncodeError> {
        let message = match &self.login {
            Login::Token(token) => message.bearer(token.expose())?,
            Login::Basic(username, password) => message.basic(username, password.expose())?,
        };
        message
            .with("x-atlassian-token", "no-check")?
            .with("x-requested-with", "XMLHttpRequest")
    }
}

impl Notifier for BitbucketServer {
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError> {
        if event.reason == PROGRESSING {
            return Ok(Delivery::Skip);
        }
        let report = Report::new(event, &STATES)?;
        // The service takes keys of up to 40 letters, and shows the name alone.
        let key = hex::encode(&Sha1::digest(&self.status));
        let name = format!("{} [{}]", words::name(event), report.description);
        let builds = address::join(&self.commits, [report.commit.as_str(), "builds"]);
        let mut list = builds.clone();
        list.query_pairs_mut().append_pair("key", &key);
        let body = json!({
            "description": report.description,
            "key": key,
            "name": name,
            "state": report.state,
            "url": self.shown,
        });
        let lookup = Lookup {
            question: self.authorized(Message::get(list))?,
            failure: "could not get existing commit status",
            missing: Missing::Nothing,
            known: Box::new(move |status| {
                status["key"] == *key
                    && status["state"] == report.state
                    && status["description"] == *report.description
                    && status["name"] == *name
            }),
        };
        Ok(Delivery::Unless {
            lookup: Box::new(lookup),
            message: Box::new(self.authorized(Message::post(builds, &body))?),
        })
    }
}
