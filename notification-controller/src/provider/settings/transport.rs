//! How a service is reached, and what of that its type honours.

use common::redact::Secret;
use crds::notification::ProviderType;

use super::SettingsError;
use crate::provider::tls::Tls;

/// How a service is reached.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transport {
    /// The proxy; that of the environment when there is none.
    pub proxy: Option<Secret>,
    /// Certificates.
    pub tls: Option<Tls>,
}

impl Transport {
    /// What of it a type honours (the table of section 4).
    pub(super) fn honoured_by(self, kind: &ProviderType) -> Self {
        let (proxy, tls) = match kind {
            ProviderType::Discord | ProviderType::GoogleChat | ProviderType::Telegram => {
                (Honoured::Yes, Honoured::No)
            }
            ProviderType::Sentry
            | ProviderType::Matrix
            | ProviderType::GitLab
            | ProviderType::GitLabMergeRequestComment
            | ProviderType::Bitbucket
            | ProviderType::BitbucketServer
            | ProviderType::AzureDevOps
            | ProviderType::GitHub
            | ProviderType::GitHubDispatch
            | ProviderType::GitHubPullRequestComment => (Honoured::No, Honoured::Yes),
            ProviderType::Lark | ProviderType::Nats => (Honoured::No, Honoured::No),
            _ => (Honoured::Yes, Honoured::Yes),
        };
        Self {
            proxy: self.proxy.filter(|_| proxy == Honoured::Yes),
            tls: self.tls.filter(|_| tls == Honoured::Yes),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Honoured {
    Yes,
    No,
}

/// Refuses a proxy of the spec, the deprecated form, that cannot be used.
pub(super) fn check_proxy(proxy: &Secret) -> Result<(), SettingsError> {
    let known = |url: &reqwest::Url| {
        matches!(url.scheme(), "http" | "https" | "socks5") && url.host_str().is_some()
    };
    reqwest::Url::parse(proxy.expose())
        .ok()
        .filter(known)
        .map(drop)
        .ok_or(SettingsError::OldProxy)
}
