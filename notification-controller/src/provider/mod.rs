//! Providers: what an event looks like to a service, one file per service.
//!
//! ```text
//! Provider, Secrets ──▶ Settings ──▶ notifier(…) ──▶ Notifier ──event──▶ Delivery ──▶ Sender ──HTTP──▶ service
//!      (settings, secret, transport)   pure, may refuse     pure: requests to make         retries, limits, redirects
//! ```
//!
//! Encoders are pure: they know no client and no clock. Everything that could show in a message is held in types that do not
//! print.

mod address;
mod chat;
pub mod git;
mod message;
pub mod secret;
pub mod sender;
pub mod settings;
pub mod tls;
mod words;

mod alertmanager;
mod data_dog;
mod discord;
mod forwarder;
mod google_chat;
mod grafana;
mod incident_io;
mod lark;
mod matrix;
mod opsgenie;
mod pager_duty;
mod rocket;
mod slack;
mod teams;
mod telegram;
mod webex;
mod zoom;
mod zulip;

pub use message::{Delivery, EncodeError, Lookup, Message, Verdict};
pub use settings::{Settings, SettingsError};

use crds::notification::ProviderType;

use crate::event::Event;

/// A provider that is set up.
pub trait Notifier: Send + Sync {
    /// The requests that tell a service of an event.
    ///
    /// # Errors
    /// When the event lacks what the service needs.
    fn delivery(&self, event: &Event) -> Result<Delivery, EncodeError>;
}

/// Sets a provider up.
///
/// # Errors
/// What is missing or wrong in its spec or Secret, or that its type is not supported.
pub fn notifier(settings: &Settings) -> Result<Box<dyn Notifier>, SettingsError> {
    Ok(match &settings.kind {
        ProviderType::Generic => Box::new(forwarder::Forwarder::new(settings)?),
        ProviderType::GenericHmac => Box::new(forwarder::Forwarder::signing(settings)?),
        ProviderType::Slack => Box::new(slack::Slack::new(settings)?),
        ProviderType::Discord => Box::new(discord::Discord::new(settings)?),
        ProviderType::MsTeams => Box::new(teams::Teams::new(settings)?),
        ProviderType::GoogleChat => Box::new(google_chat::GoogleChat::new(settings)?),
        ProviderType::Telegram => Box::new(telegram::Telegram::new(settings)?),
        ProviderType::Matrix => Box::new(matrix::Matrix::new(settings)?),
        ProviderType::Alertmanager => Box::new(alertmanager::Alertmanager::new(settings)?),
        ProviderType::Grafana => Box::new(grafana::Grafana::new(settings)?),
        ProviderType::PagerDuty => Box::new(pager_duty::PagerDuty::new(settings)?),
        ProviderType::Rocket => Box::new(rocket::Rocket::new(settings)?),
        ProviderType::Webex => Box::new(webex::Webex::new(settings)?),
        ProviderType::Opsgenie => Box::new(opsgenie::Opsgenie::new(settings)?),
        ProviderType::Lark => Box::new(lark::Lark::new(settings)?),
        ProviderType::DataDog => Box::new(data_dog::DataDog::new(settings)?),
        ProviderType::Zulip => Box::new(zulip::Zulip::new(settings)?),
        ProviderType::Zoom => Box::new(zoom::Zoom::new(settings)?),
        ProviderType::IncidentIo => Box::new(incident_io::IncidentIo::new(settings)?),
        ProviderType::GitHubDispatch => {
            Box::new(git::github_dispatch::GitHubDispatch::new(settings)?)
        }
        ProviderType::GitHub => Box::new(git::github::GitHub::new(settings)?),
        ProviderType::GitLab => Box::new(git::gitlab::GitLab::new(settings)?),
        ProviderType::Gitea => Box::new(git::gitea::Gitea::new(settings)?),
        ProviderType::Bitbucket => Box::new(git::bitbucket::Bitbucket::new(settings)?),
        ProviderType::BitbucketServer => {
            Box::new(git::bitbucket_server::BitbucketServer::new(settings)?)
        }
        other => return Err(SettingsError::Unsupported(other.to_string())),
    })
}

/// Whether a type reports on commits (section 6).
pub fn reports_on_commits(kind: &ProviderType) -> bool {
    matches!(
        kind,
        ProviderType::GitHub
            | ProviderType::GitLab
            | ProviderType::Gitea
            | ProviderType::BitbucketServer
            | ProviderType::Bitbucket
            | ProviderType::AzureDevOps
    )
}

/// Whether a type comments on change requests (section 7).
pub fn comments_on_changes(kind: &ProviderType) -> bool {
    matches!(
        kind,
        ProviderType::GitHubPullRequestComment
            | ProviderType::GitLabMergeRequestComment
            | ProviderType::GiteaPullRequestComment
    )
}

/// Whether a type forwards events as they are.
pub fn forwards(kind: &ProviderType) -> bool {
    matches!(kind, ProviderType::Generic | ProviderType::GenericHmac)
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
