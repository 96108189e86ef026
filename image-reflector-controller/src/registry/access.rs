//! Credentials, certificates and proxy of an ImageRepository, read from their Secrets at each pass (A1 to A4).

use std::time::Duration;

use common::kube::Client;
use common::object::Object as _;
use common::secrets::{SecretError, Secrets};
use crds::image::ImageRepository;
use crds::meta::LocalObjectReference;
use crds::source::OciProvider;
use oci::registry::{Access, Security};
use oci::{Keychain, Login, Registry, Repository};

/// The header `User-Agent`.
const USER_AGENT: &str = "flux/v2";

/// The least time that registry and credentials get (section 1.1).
const LEAST_TIMEOUT: Duration = Duration::from_secs(1);

/// Why there is no way to the registry.
#[derive(Debug, thiserror::Error)]
pub enum AccessError {
    /// A Secret cannot be used.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The client cannot be made.
    #[error(transparent)]
    Client(#[from] Box<oci::Error>),
    /// The provider cannot log in yet.
    #[error(
        "spec.provider '{0}' is not supported yet: use a Secret with credentials and provider 'generic'"
    )]
    Provider(String),
    /// It took too long.
    #[error("{}", super::DEADLINE)]
    Deadline,
}

/// Whether the object asks for the identity of a ServiceAccount in a cloud, for which there is a feature gate (R2).
pub fn gate(object: &ImageRepository) -> bool {
    let account = object.spec.service_account_name.as_deref();
    provider(object) != OciProvider::Generic && account.is_some_and(|name| !name.is_empty())
}

/// How long credentials and registry may take together (R11, section 1.1).
pub fn timeout(object: &ImageRepository) -> Duration {
    let spec = &object.spec;
    let given = spec.timeout.as_ref().unwrap_or(&spec.interval).as_std();
    given.max(LEAST_TIMEOUT)
}

/// Prepares a conversation about the image of an ImageRepository, with the Secrets beside it.
///
/// # Errors
/// What cannot be read or used.
pub async fn connect(
    client: Client,
    object: &ImageRepository,
    image: Repository,
) -> Result<Registry, AccessError> {
    let secrets = Secrets::within(client, object.key().namespace.to_string());
    let spec = &object.spec;
    let mut access = Access {
        security: if spec.insecure {
            Security::HttpToo
        } else {
            Security::Https
        },
        user_agent: USER_AGENT,
        ..Access::default()
    };
    if let Some(name) = name(spec.proxy_secret_ref.as_ref()) {
        access.proxy = secrets.proxy(name).await?;
    }
    let provider = provider(object);
    if provider != OciProvider::Generic {
        return Err(AccessError::Provider(provider.as_str().to_owned()));
    }
    if let Some(name) = name(spec.cert_secret_ref.as_ref()) {
        access.tls = secrets.tls(name).await?;
    }
    access.login = login(&secrets, object, &image).await?;
    Registry::new(image, access).map_err(|error| AccessError::Client(Box::new(error)))
}

async fn login(
    secrets: &Secrets,
    object: &ImageRepository,
    image: &Repository,
) -> Result<Login, SecretError> {
    let spec = &object.spec;
    let account = spec.service_account_name.as_deref();
    let account = account.filter(|name| !name.is_empty());
    let secret = name(spec.secret_ref.as_ref());
    let keychain: Keychain = secrets.keychain(secret, account).await?;
    Ok(keychain.resolve(image))
}

fn name(reference: Option<&LocalObjectReference>) -> Option<&str> {
    let name = reference?.name.as_str();
    (!name.is_empty()).then_some(name)
}

fn provider(object: &ImageRepository) -> OciProvider {
    match object.spec.provider.clone() {
        Some(OciProvider::Other(text)) if text.is_empty() => OciProvider::Generic,
        given => given.unwrap_or(OciProvider::Generic),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(spec: &serde_json::Value) -> ImageRepository {
        serde_json::from_value(serde_json::json!({ "metadata": {}, "spec": spec })).unwrap()
    }

    #[test]
    fn the_timeout_is_the_interval_and_no_less_than_a_second() {
        let of = |spec: serde_json::Value| timeout(&object(&spec));
        let seconds = Duration::from_secs;
        assert_eq!(of(serde_json::json!({"interval": "5m"})), seconds(300));
        let both = serde_json::json!({"interval": "5m", "timeout": "20s"});
        assert_eq!(of(both), seconds(20));
        let short = serde_json::json!({"interval": "5m", "timeout": "10ms"});
        assert_eq!(of(short), seconds(1));
    }

    #[test]
    fn r2_accounts_of_clouds_need_the_gate() {
        let asks = |spec: serde_json::Value| gate(&object(&spec));
        assert!(asks(
            serde_json::json!({"provider": "aws", "serviceAccountName": "a"})
        ));
        assert!(!asks(serde_json::json!({"provider": "aws"})));
        assert!(!asks(
            serde_json::json!({"provider": "generic", "serviceAccountName": "a"})
        ));
        assert!(!asks(serde_json::json!({"serviceAccountName": "a"})));
    }
}
