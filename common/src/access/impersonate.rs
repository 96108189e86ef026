//! Acting as a service account (K19.1).

use kube::{Client, Config};

use crate::metrics::RequestCounter;
use crate::runtime::client_from;

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
    /// The client could not be made.
    #[error("failed to set up impersonation of {user}: {cause}")]
    Client {
        /// The user name.
        user: String,
        /// What went wrong.
        cause: String,
    },
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

/// A client that acts as the identity; for the controller itself, one that acts as `config` says.
///
/// # Errors
/// When the client cannot be made, or the user name is empty.
pub fn impersonated(
    config: &Config,
    identity: &Identity,
    requests: &RequestCounter,
) -> Result<Client, IdentityError> {
    let mut config = config.clone();
    let user = match identity {
        Identity::Controller => String::new(),
        Identity::ServiceAccount(user) if user.is_empty() => {
            return Err(IdentityError::BadName(String::new()));
        }
        Identity::ServiceAccount(user) => {
            config.auth_info.impersonate = Some(user.clone());
            user.clone()
        }
    };
    client_from(config, requests).map_err(|error| IdentityError::Client {
        user,
        cause: error.to_string(),
    })
}

#[cfg(test)]
mod tests {
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
        let config = Config::new("http://127.0.0.1:1".parse().unwrap());
        let empty = Identity::ServiceAccount(String::new());
        assert!(impersonated(&config, &empty, &RequestCounter::default()).is_err());
    }
}
