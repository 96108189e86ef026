//! Provider.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::definition::{Column, InitialStatus, NO_SUBSTITUTION};
use crate::go;
use crate::meta::duration::{INTERVAL, TIMEOUT};
use crate::meta::{Duration, LocalObjectReference};
use crate::resource::custom_resource;
use crate::text_enum::text_enum;

custom_resource! {
    /// A service that events are sent to.
    Provider { spec: ProviderSpec }
    definition: {
        group: super::GROUP,
        version: super::VERSION_BETA,
        kind: "Provider",
        plural: "providers",
        short_names: &[],
        categories: super::CATEGORIES,
        annotations: NO_SUBSTITUTION,
        columns: &[Column::AGE],
        initial_status: InitialStatus::Empty,
    }
}

/// Which service, and how to reach it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("x-kubernetes-validations" = [{
    "rule": "self.type == 'github' || self.type == 'gitlab' || self.type == 'gitea' \
             || self.type == 'bitbucketserver' || self.type == 'bitbucket' \
             || self.type == 'azuredevops' || !has(self.commitStatusExpr)",
    "message": "spec.commitStatusExpr is only supported for the 'github', 'gitlab', 'gitea', \
                'bitbucketserver', 'bitbucket', 'azuredevops' provider types",
}]))]
pub struct ProviderSpec {
    /// The kind of service.
    pub r#type: ProviderType,
    /// Accepted for older manifests; it has no effect.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = INTERVAL))]
    pub interval: Option<Duration>,
    /// Channel, room or project at the service.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(max = 2048))]
    pub channel: Option<String>,
    /// Name to appear under.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(max = 2048))]
    pub username: Option<String>,
    /// Address of the service; the Secret may hold it instead.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(max = 2048))]
    pub address: Option<String>,
    /// Limit for sending one event.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = TIMEOUT))]
    pub timeout: Option<Duration>,
    /// Address of a proxy; `proxySecretRef` has replaced it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    #[schemars(length(max = 2048), regex(pattern = r"^(http|https)://.*$"))]
    pub proxy: Option<String>,
    /// Secret with the `address` of a proxy, and `username` and `password` for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub proxy_secret_ref: Option<LocalObjectReference>,
    /// Secret with the credentials, under keys that depend on the kind of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret_ref: Option<LocalObjectReference>,
    /// ServiceAccount whose cloud identity logs in.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub service_account_name: Option<String>,
    /// Secret with `ca.crt`, `tls.crt` and `tls.key` for the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cert_secret_ref: Option<LocalObjectReference>,
    /// Stops sending.
    #[serde(skip_serializing_if = "go::zero", deserialize_with = "go::null")]
    pub suspend: bool,
    /// CEL expression over `event`, `alert` and `provider` for the id of a commit status.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "go::text")]
    pub commit_status_expr: Option<String>,
}

text_enum! {
    /// Kinds of services.
    ProviderType {
        /// Slack.
        Slack = "slack",
        /// Discord.
        Discord = "discord",
        /// Microsoft Teams.
        MsTeams = "msteams",
        /// Rocket.Chat.
        Rocket = "rocket",
        /// Any webhook.
        Generic = "generic",
        /// Any webhook, with a signature.
        GenericHmac = "generic-hmac",
        /// Commit statuses at GitHub.
        GitHub = "github",
        /// Commit statuses at GitLab.
        GitLab = "gitlab",
        /// Commit statuses at Gitea.
        Gitea = "gitea",
        /// Comments on pull requests at Gitea.
        GiteaPullRequestComment = "giteapullrequestcomment",
        /// Commit statuses at Bitbucket Server.
        BitbucketServer = "bitbucketserver",
        /// Commit statuses at Bitbucket.
        Bitbucket = "bitbucket",
        /// Commit statuses at Azure DevOps.
        AzureDevOps = "azuredevops",
        /// Google Chat.
        GoogleChat = "googlechat",
        /// Google Cloud Pub/Sub.
        GooglePubSub = "googlepubsub",
        /// Webex.
        Webex = "webex",
        /// Sentry.
        Sentry = "sentry",
        /// Azure Event Hubs.
        AzureEventHub = "azureeventhub",
        /// Telegram.
        Telegram = "telegram",
        /// Lark.
        Lark = "lark",
        /// Matrix.
        Matrix = "matrix",
        /// Opsgenie.
        Opsgenie = "opsgenie",
        /// Prometheus Alertmanager.
        Alertmanager = "alertmanager",
        /// Annotations at Grafana.
        Grafana = "grafana",
        /// Repository dispatch events at GitHub.
        GitHubDispatch = "githubdispatch",
        /// Comments on pull requests at GitHub.
        GitHubPullRequestComment = "githubpullrequestcomment",
        /// Comments on merge requests at GitLab.
        GitLabMergeRequestComment = "gitlabmergerequestcomment",
        /// The service of `PagerDuty`.
        PagerDuty = "pagerduty",
        /// Datadog.
        DataDog = "datadog",
        /// NATS.
        Nats = "nats",
        /// Zulip.
        Zulip = "zulip",
        /// Traces over OpenTelemetry.
        Otel = "otel",
        /// Zoom.
        Zoom = "zoom",
        /// incident.io.
        IncidentIo = "incident.io",
    }
}
