//! Kubeconfigs of users (K19.2): what they may say, and what is not read from them.

use std::collections::BTreeMap;
use std::time::Duration;

use artifact::Algorithm;
use kube::Config;
use kube::config::{AuthInfo, Cluster, KubeConfigOptions, Kubeconfig};

use crate::kubeconfig;

/// How long another cluster may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// The keys of the Secret that are looked for where the reference names none.
const KEYS: [&str; 2] = ["value", "value.yaml"];

/// Whether a kubeconfig may ask for a server that is not verified (`--insecure-kubeconfig-tls`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verification {
    /// It may not.
    Always,
    /// It may.
    AsAsked,
}

impl Verification {
    /// From the value of `--insecure-kubeconfig-tls`.
    pub const fn as_asked_if(insecure_kubeconfig_tls: bool) -> Self {
        if insecure_kubeconfig_tls {
            Self::AsAsked
        } else {
            Self::Always
        }
    }
}

/// Another cluster.
#[derive(Clone)]
pub(super) struct Remote {
    /// Names the content of the kubeconfig.
    pub digest: String,
    /// How to reach the cluster.
    pub config: Config,
}

/// Why there is no other cluster.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KubeConfigError {
    /// The Secret has no such key.
    #[error("KubeConfig secret '{secret}' does not contain a '{key}' key with data")]
    NoKey {
        /// The Secret.
        secret: String,
        /// The key.
        key: String,
    },
    /// The value is no kubeconfig that can be used.
    #[error("failed to load KubeConfig from secret '{secret}': {cause}")]
    Invalid {
        /// The Secret.
        secret: String,
        /// What is wrong, without a word of what it holds.
        cause: String,
    },
}

/// Reads the kubeconfig in the data of a Secret. Only what stands in it counts: files, programs and plugins that it names are
/// left out.
pub(super) async fn read(
    secret: &str,
    data: &BTreeMap<String, Vec<u8>>,
    key: Option<&str>,
    verification: Verification,
) -> Result<Remote, KubeConfigError> {
    let given = key.filter(|key| !key.is_empty());
    let mut keys = given.map_or(KEYS.to_vec(), |key| vec![key]).into_iter();
    let value = keys.find_map(|key| data.get(key).filter(|value| !value.is_empty()));
    let value = value.ok_or_else(|| KubeConfigError::NoKey {
        secret: secret.to_owned(),
        key: given.unwrap_or(KEYS[0]).to_owned(),
    })?;
    let invalid = |cause: &str| KubeConfigError::Invalid {
        secret: secret.to_owned(),
        cause: cause.to_owned(),
    };
    // The parser's own words could quote a token.
    std::str::from_utf8(value).map_err(|_| invalid("it is not text"))?;
    let mut kubeconfig = kubeconfig::parse(value).map_err(|_| invalid("it is no kubeconfig"))?;
    confine(&mut kubeconfig, verification);
    let mut config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
        .await
        .map_err(|error| invalid(&error.to_string()))?;
    config.connect_timeout = Some(CONNECT_TIMEOUT);
    let digest = Algorithm::Sha256.digest(value).to_string();
    Ok(Remote { digest, config })
}

/// Keeps what stands in the kubeconfig itself, and no way out of it.
fn confine(kubeconfig: &mut Kubeconfig, verification: Verification) {
    for named in &mut kubeconfig.auth_infos {
        if let Some(all) = named.auth_info.take() {
            named.auth_info = Some(AuthInfo {
                username: all.username,
                password: all.password,
                token: all.token,
                client_certificate_data: all.client_certificate_data,
                client_key_data: all.client_key_data,
                ..AuthInfo::default()
            });
        }
    }
    for named in &mut kubeconfig.clusters {
        if let Some(all) = named.cluster.take() {
            named.cluster = Some(Cluster {
                server: all.server,
                certificate_authority_data: all.certificate_authority_data,
                insecure_skip_tls_verify: all
                    .insecure_skip_tls_verify
                    .filter(|_| verification == Verification::AsAsked),
                proxy_url: all.proxy_url,
                tls_server_name: all.tls_server_name,
                ..Cluster::default()
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONFIG: &str = "apiVersion: v1\nkind: Config\ncurrent-context: c\n\
        contexts: [{name: c, context: {cluster: k, user: u}}]\n\
        clusters: [{name: k, cluster: {server: 'https://example.com:6443', insecure-skip-tls-verify: true}}]\n\
        users: [{name: u, user: {token: t0ken, tokenFile: /etc/passwd, client-certificate: /etc/hosts, client-key: /etc/hosts, \
        exec: {apiVersion: client.authentication.k8s.io/v1, command: rm}}}]\n";

    async fn of(entries: &[(&str, &str)], key: Option<&str>) -> Result<Remote, KubeConfigError> {
        let data = entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.as_bytes().to_vec()));
        read("remote", &data.collect(), key, Verification::Always).await
    }

    #[tokio::test]
    async fn k19_2_files_programs_and_unverified_servers_are_left_out() {
        let remote = of(&[("value", CONFIG)], None).await.unwrap();
        assert_eq!(remote.config.cluster_url.host(), Some("example.com"));
        assert!(!remote.config.accept_invalid_certs);
        let auth = &remote.config.auth_info;
        assert!(auth.token.is_some());
        assert!(auth.exec.is_none() && auth.token_file.is_none());
        assert!(auth.client_certificate.is_none() && auth.client_key.is_none());
    }

    #[tokio::test]
    async fn k19_2_unverified_servers_need_the_flag() {
        let data = BTreeMap::from([("value".to_owned(), CONFIG.as_bytes().to_vec())]);
        let remote = read("remote", &data, None, Verification::AsAsked)
            .await
            .unwrap();
        assert!(remote.config.accept_invalid_certs);
    }

    #[tokio::test]
    async fn k19_2_the_key_is_value_then_value_yaml_unless_named() {
        assert!(of(&[("value.yaml", CONFIG)], None).await.is_ok());
        assert!(of(&[("mine", CONFIG)], Some("mine")).await.is_ok());
        let error = of(&[("value", CONFIG)], Some("mine")).await.err().unwrap();
        assert_eq!(
            error.to_string(),
            "KubeConfig secret 'remote' does not contain a 'mine' key with data"
        );
        let error = of(&[("value", "")], None).await.err().unwrap();
        assert_eq!(
            error.to_string(),
            "KubeConfig secret 'remote' does not contain a 'value' key with data"
        );
    }

    #[tokio::test]
    async fn what_is_no_kubeconfig_is_refused_without_being_quoted() {
        for text in ["s3cret: [", "users: s3cret", "- s3cret"] {
            let error = of(&[("value", text)], None)
                .await
                .err()
                .unwrap()
                .to_string();
            assert!(!error.contains("s3cret"), "{error}");
        }
    }
}
