//! Acting as a service account (K19.1).

use http::{HeaderName, HeaderValue, Request};
use kube::Client;
use kube::client::Body;

/// As whom the cluster is spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Identity {
    /// As the controller itself.
    Controller,
    /// As the service account of this user name, `system:serviceaccount:<namespace>:<name>`.
    ServiceAccount(String),
}

/// Why no identity could be established. There is no falling back to the controller's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentityError {
    /// A service account is asked for in no namespace.
    #[error("can't impersonate service account {0:?}: the object has no namespace")]
    NoNamespace(String),
    /// Not a name that a service account can have, for instance one that is empty or holds a colon.
    #[error("can't impersonate service account {0:?}: expected the name of a ServiceAccount")]
    BadName(String),
}

impl Identity {
    /// The identity of an object in `namespace` whose spec names `account`, where `default` is
    /// `--default-service-account`. Neither named means the controller itself. A name that is present but empty counts
    /// as not named; so does an empty default.
    ///
    /// # Errors
    /// See [`IdentityError`]; a name that is not one is refused, never ignored.
    pub fn of(
        namespace: &str,
        account: Option<&str>,
        default: Option<&str>,
    ) -> Result<Self, IdentityError> {
        let Some(name) = [account, default]
            .into_iter()
            .flatten()
            .find(|name| !name.is_empty())
        else {
            return Ok(Self::Controller);
        };
        if namespace.is_empty() {
            return Err(IdentityError::NoNamespace(name.to_owned()));
        }
        let valid =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        if !name.chars().all(valid) {
            return Err(IdentityError::BadName(name.to_owned()));
        }
        Ok(Self::ServiceAccount(format!(
            "system:serviceaccount:{namespace}:{name}"
        )))
    }
}

/// A client that acts as the identity, over the connections of `client`; for the controller itself, `client` as it is.
///
/// The API server adds the groups of the service account by itself, so the user name is all that is sent.
///
/// # Errors
/// When the user name is empty or cannot stand in a header: such a request would go out as the controller.
pub fn impersonated(client: &Client, identity: &Identity) -> Result<Client, IdentityError> {
    let user = match identity {
        Identity::Controller => return Ok(client.clone()),
        Identity::ServiceAccount(user) => user,
    };
    let header = HeaderValue::from_str(user)
        .ok()
        .filter(|header| !header.is_empty())
        .ok_or_else(|| IdentityError::BadName(user.clone()))?;
    let inner = client.clone();
    let service = tower::service_fn(move |mut request: Request<Body>| {
        request
            .headers_mut()
            .insert(IMPERSONATE_USER, header.clone());
        let inner = inner.clone();
        async move { inner.send(request).await }
    });
    Ok(Client::new(service, client.default_namespace()))
}

/// The header that names the user to act as.
const IMPERSONATE_USER: HeaderName = HeaderName::from_static("impersonate-user");

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn k19_1_the_spec_wins_over_the_default_and_neither_means_the_controller() {
        let user = |account, default| Identity::of("apps", account, default);
        let named = |name: &str| {
            Ok(Identity::ServiceAccount(format!(
                "system:serviceaccount:apps:{name}"
            )))
        };
        assert_eq!(user(Some("deployer"), Some("fallback")), named("deployer"));
        assert_eq!(user(None, Some("fallback")), named("fallback"));
        assert_eq!(user(Some(""), Some("fallback")), named("fallback"));
        assert_eq!(user(None, None), Ok(Identity::Controller));
        assert_eq!(user(Some(""), Some("")), Ok(Identity::Controller));
    }

    #[test]
    fn k19_1_what_is_no_name_is_refused_and_never_falls_back() {
        for name in ["a:b", "system:admin", " ", "A", "a/b"] {
            assert_eq!(
                Identity::of("apps", Some(name), None),
                Err(IdentityError::BadName(name.into()))
            );
        }
        assert_eq!(
            Identity::of("", Some("a"), None),
            Err(IdentityError::NoNamespace("a".into()))
        );
    }

    #[tokio::test]
    async fn k19_1_requests_carry_the_user_name_and_a_name_that_cannot_be_sent_is_refused() {
        let (client, seen) = recording_client();
        let account = Identity::of("apps", Some("deployer"), None).unwrap();
        for identity in [Identity::Controller, account] {
            let client = impersonated(&client, &identity).unwrap();
            client.apiserver_version().await.unwrap_err();
        }
        let user = "system:serviceaccount:apps:deployer".to_owned();
        assert_eq!(*seen.lock().unwrap(), [None, Some(user)]);
        for user in ["", "a\nb"] {
            let refused = impersonated(&client, &Identity::ServiceAccount(user.into()));
            assert_eq!(refused.err(), Some(IdentityError::BadName(user.into())));
        }
        assert_eq!(
            seen.lock().unwrap().len(),
            2,
            "and nothing was sent in its name"
        );
    }

    type Seen = Arc<Mutex<Vec<Option<String>>>>;

    /// A client whose requests go nowhere, and as whom they were made.
    fn recording_client() -> (Client, Seen) {
        let seen = Seen::default();
        let record = seen.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let user = request.headers().get(IMPERSONATE_USER);
            record
                .lock()
                .unwrap()
                .push(user.map(|user| user.to_str().unwrap().to_owned()));
            async {
                Ok::<_, Infallible>(
                    http::Response::builder()
                        .status(500)
                        .body(Body::empty())
                        .unwrap(),
                )
            }
        });
        (Client::new(service, "default"), seen)
    }
}
