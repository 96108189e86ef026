//! Who may talk to the control plane, and how: administrator, impersonated users, service accounts.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use k8s_openapi::api::authentication::v1::{TokenRequest, TokenRequestSpec};
use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};
use k8s_openapi::api::core::v1::ServiceAccount;
use kube::api::PostParams;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};

use super::ControlPlane;

/// The token of the only user that the API server knows; it listens on the loopback interface and lives as long as a test.
const ADMIN_TOKEN: &str = "control-plane-admin";

/// How long the API server may take to hear of a new role, and how often it is asked.
const HEARD: Duration = Duration::from_mins(1);
const LOOK: Duration = Duration::from_millis(20);

/// The static token file: token, user, uid, groups.
pub(super) fn token_file() -> String {
    format!("{ADMIN_TOKEN},admin,admin,system:masters\n")
}

pub(super) fn admin_kubeconfig(url: &str, ca: &str) -> String {
    kubeconfig(url, ca, "admin", ADMIN_TOKEN)
}

/// A kubeconfig in JSON, which is YAML.
fn kubeconfig(url: &str, ca: &str, user: &str, token: &str) -> String {
    let name = "sluice-control-plane";
    let config = serde_json::json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{ "name": name, "cluster": {
            "server": url,
            "certificate-authority-data": BASE64_STANDARD.encode(ca),
        }}],
        "users": [{ "name": user, "user": { "token": token }}],
        "contexts": [{ "name": name, "context": { "cluster": name, "user": user }}],
        "current-context": name,
    });
    format!("{config:#}\n")
}

pub(super) async fn client(kubeconfig: &str) -> anyhow::Result<Client> {
    Ok(Client::try_from(config(kubeconfig).await?)?)
}

async fn config(kubeconfig: &str) -> anyhow::Result<Config> {
    let parsed = Kubeconfig::from_yaml(kubeconfig)?;
    Ok(Config::from_custom_kubeconfig(parsed, &KubeConfigOptions::default()).await?)
}

impl ControlPlane {
    /// A client that acts as `user` in `groups`, with that user's rights only.
    pub async fn client_as(&self, user: &str, groups: &[&str]) -> anyhow::Result<Client> {
        let mut config = config(&admin_kubeconfig(self.url(), self.ca())).await?;
        config.auth_info.impersonate = Some(user.to_owned());
        let groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
        config.auth_info.impersonate_groups = (!groups.is_empty()).then_some(groups);
        Ok(Client::try_from(config)?)
    }

    /// Waits until a user may do this with a resource of the core group: the API server heeds a role a moment after it is stored.
    pub async fn wait_allowed(
        &self,
        user: &str,
        namespace: &str,
        verb: &str,
        resource: &str,
    ) -> anyhow::Result<()> {
        let reviews: Api<SubjectAccessReview> = Api::all(self.client().await);
        let attributes = ResourceAttributes {
            namespace: Some(namespace.to_owned()),
            verb: Some(verb.to_owned()),
            resource: Some(resource.to_owned()),
            ..ResourceAttributes::default()
        };
        let review = SubjectAccessReview {
            spec: SubjectAccessReviewSpec {
                user: Some(user.to_owned()),
                resource_attributes: Some(attributes),
                ..SubjectAccessReviewSpec::default()
            },
            ..SubjectAccessReview::default()
        };
        let end = Instant::now() + HEARD;
        loop {
            let answer = reviews.create(&PostParams::default(), &review).await?;
            if answer.status.is_some_and(|status| status.allowed) {
                return Ok(());
            }
            if Instant::now() >= end {
                bail!("{user} may not {verb} {resource} in {namespace} after {HEARD:?}");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// A bearer token of a service account, valid for an hour; the account is created if it does not exist.
    pub async fn service_account_token(
        &self,
        namespace: &str,
        name: &str,
    ) -> anyhow::Result<String> {
        let accounts: Api<ServiceAccount> = Api::namespaced(self.client().await, namespace);
        let account: ServiceAccount =
            serde_json::from_value(serde_json::json!({ "metadata": { "name": name } }))?;
        match accounts.create(&PostParams::default(), &account).await {
            Err(kube::Error::Api(status)) if status.code == 409 => {}
            result => drop(result?),
        }
        let request = TokenRequest {
            spec: Some(TokenRequestSpec {
                expiration_seconds: Some(3600),
                ..Default::default()
            }),
            ..Default::default()
        };
        let answer = accounts
            .create_token_request(name, &PostParams::default(), &request)
            .await?;
        let token = answer.status.and_then(|status| status.token);
        token.context("the API server issued no token")
    }

    /// A client whose credential is this bearer token.
    pub async fn client_with_token(&self, token: &str) -> anyhow::Result<Client> {
        client(&self.kubeconfig_with_token(token)).await
    }

    /// A kubeconfig in which `token` is the credential, for a program that acts as that user.
    pub fn kubeconfig_with_token(&self, token: &str) -> String {
        kubeconfig(self.url(), self.ca(), "user", token)
    }
}
