//! Credentials in the form of docker's configuration (O4, H6, P2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use select::glob::Glob;
use serde::Deserialize;
use transport::{Basic, Hidden};

use crate::name::Repository;

/// What is sent to prove who we are.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Login {
    /// Nothing.
    #[default]
    Anonymous,
    /// A user name and password, for the registry or its token service.
    Basic(Basic),
    /// A token of the registry, sent as it is.
    RegistryToken(Hidden),
    /// A token that the token service exchanges.
    IdentityToken(Hidden),
}

/// Credentials for several registries. The most specific entry that matches a repository counts, and among equals the
/// first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keychain {
    entries: Vec<(String, Login)>,
}

/// The configuration cannot be read. No message repeats any of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeychainError {
    /// It is no JSON of the expected shape.
    #[error("invalid docker config: {0}")]
    Json(String),
    /// The `auth` of an entry is no base64 of `<user>:<password>`.
    #[error(
        "invalid docker config: field 'auth' of '{0}' is not base64 of '<username>:<password>'"
    )]
    Auth(String),
}

#[derive(Deserialize)]
struct Config {
    #[serde(default)]
    auths: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry {
    username: String,
    password: String,
    auth: String,
    identitytoken: String,
    registrytoken: String,
}

impl Keychain {
    /// The same credentials for every repository.
    pub fn single(login: Login) -> Self {
        Self {
            entries: vec![(String::new(), login)],
        }
    }

    /// Whether there are no credentials at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds the entries of a `config.json`: the value of a Secret of type `kubernetes.io/dockerconfigjson`.
    pub fn add_config(&mut self, json: &[u8]) -> Result<(), KeychainError> {
        let config: Config =
            serde_json::from_slice(json).map_err(|error| KeychainError::Json(place(&error)))?;
        self.add(config.auths)
    }

    /// Adds the entries of a `.dockercfg`: the value of a Secret of type `kubernetes.io/dockercfg`.
    pub fn add_legacy_config(&mut self, json: &[u8]) -> Result<(), KeychainError> {
        let auths =
            serde_json::from_slice(json).map_err(|error| KeychainError::Json(place(&error)))?;
        self.add(auths)
    }

    /// The credentials for a repository.
    pub fn resolve(&self, repository: &Repository) -> Login {
        let target = repository.to_string();
        let found = self
            .entries
            .iter()
            .find(|(pattern, _)| matches(pattern, &target));
        found.map_or(Login::Anonymous, |(_, login)| login.clone())
    }

    /// The credentials whose entry is for exactly this host (H6).
    pub fn for_host(&self, host: &str) -> Option<Login> {
        let found = self.entries.iter().find(|(pattern, _)| pattern == host);
        found.map(|(_, login)| login.clone())
    }

    fn add(
        &mut self,
        auths: serde_json::Map<String, serde_json::Value>,
    ) -> Result<(), KeychainError> {
        for (key, value) in auths {
            let entry: Entry = serde_json::from_value(value)
                .map_err(|_| KeychainError::Json(format!("entry '{key}' is malformed")))?;
            let login = login(&key, entry)?;
            self.entries.push((normalize(&key), login));
        }
        // Longer names are more specific; of the rest the order of the file is kept.
        self.entries.sort_by(|(a, _), (b, _)| b.cmp(a));
        Ok(())
    }
}

/// Where JSON is broken, without showing what is there.
fn place(error: &serde_json::Error) -> String {
    format!("line {} column {}", error.line(), error.column())
}

fn login(key: &str, entry: Entry) -> Result<Login, KeychainError> {
    let (mut username, mut password) = (entry.username, entry.password);
    if !entry.auth.is_empty() {
        let invalid = || KeychainError::Auth(key.to_owned());
        // Some write it without padding.
        let bytes = STANDARD
            .decode(&entry.auth)
            .or_else(|_| base64::engine::general_purpose::STANDARD_NO_PAD.decode(&entry.auth))
            .map_err(|_| invalid())?;
        let text = String::from_utf8(bytes).map_err(|_| invalid())?;
        let (user, secret) = text.split_once(':').ok_or_else(invalid)?;
        (username, password) = (user.to_owned(), secret.trim_matches('\0').to_owned());
    }
    Ok(if !entry.registrytoken.is_empty() {
        Login::RegistryToken(entry.registrytoken.into())
    } else if !entry.identitytoken.is_empty() {
        Login::IdentityToken(entry.identitytoken.into())
    } else if username.is_empty() && password.is_empty() {
        Login::Anonymous
    } else {
        Login::Basic(Basic {
            username,
            password: password.into(),
        })
    })
}

/// `https://index.docker.io/v1/` is `index.docker.io`, `h/v2/x` is `h/x`.
fn normalize(key: &str) -> String {
    let key = key
        .strip_prefix("https://")
        .or_else(|| key.strip_prefix("http://"))
        .unwrap_or(key);
    let (host, path) = key.find('/').map_or((key, ""), |slash| key.split_at(slash));
    let path = match path {
        "/v1/" | "/v2/" | "/" => "",
        _ => path
            .strip_prefix("/v1/")
            .or_else(|| path.strip_prefix("/v2/"))
            .map_or(path, |rest| &path[path.len() - rest.len() - 1..]),
    };
    format!("{host}{path}")
}

/// Whether an entry is for a repository: each label of the host by glob, the port exactly, the path as prefix. The
/// empty entry is for all.
fn matches(pattern: &str, target: &str) -> bool {
    if pattern.is_empty() {
        return true;
    }
    let split = |text: &str| {
        let (authority, path) = text
            .find('/')
            .map_or((text, ""), |slash| text.split_at(slash));
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port),
            _ => (authority, ""),
        };
        (host.to_owned(), port.to_owned(), path.to_owned())
    };
    let (pattern_host, pattern_port, pattern_path) = split(pattern);
    let (host, port, path) = split(target);
    let patterns: Vec<&str> = pattern_host.split('.').collect();
    let labels: Vec<&str> = host.split('.').collect();
    pattern_port == port
        && patterns.len() == labels.len()
        && path.starts_with(&pattern_path)
        && patterns.iter().zip(labels).all(|(pattern, label)| {
            Glob::parse(pattern.as_bytes()).is_ok_and(|glob| glob.matches(label.as_bytes()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keychain(json: &str) -> Keychain {
        let mut keychain = Keychain::default();
        keychain.add_config(json.as_bytes()).unwrap();
        keychain
    }

    fn user(keychain: &Keychain, repository: &str) -> String {
        match keychain.resolve(&Repository::parse(repository).unwrap()) {
            Login::Basic(basic) => format!("{}:{}", basic.username, basic.password.expose()),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn o4_the_most_specific_entry_counts() {
        let keychain = keychain(
            r#"{"auths": {
                "ghcr.io": {"username": "host", "password": "p"},
                "ghcr.io/org": {"username": "org", "password": "p"},
                "*.example.com": {"username": "glob", "password": "p"},
                "r.test:5000": {"auth": "dTpwOnE="},
                "https://index.docker.io/v1/": {"username": "hub", "password": "p"}
            }}"#,
        );
        assert_eq!(user(&keychain, "ghcr.io/org/app"), "org:p");
        assert_eq!(user(&keychain, "ghcr.io/other/app"), "host:p");
        assert_eq!(user(&keychain, "eu.example.com/app"), "glob:p");
        assert_eq!(user(&keychain, "a.b.example.com/app"), "Anonymous");
        assert_eq!(user(&keychain, "r.test:5000/app"), "u:p:q");
        assert_eq!(user(&keychain, "r.test/app"), "Anonymous");
        assert_eq!(user(&keychain, "app"), "hub:p");
        assert!(keychain.for_host("ghcr.io").is_some());
        assert!(keychain.for_host("eu.example.com").is_none());
    }

    #[test]
    fn o4_tokens_and_older_files_are_read() {
        let tokens = keychain(
            r#"{"auths": {"a.test": {"registrytoken": "t"}, "b.test": {"identitytoken": "i", "username": "u"}}}"#,
        );
        let resolve = |name: &str| tokens.resolve(&Repository::parse(name).unwrap());
        assert!(matches!(resolve("a.test/x"), Login::RegistryToken(_)));
        assert!(matches!(resolve("b.test/x"), Login::IdentityToken(_)));
        let mut legacy = Keychain::default();
        legacy
            .add_legacy_config(br#"{"c.test": {"username": "u", "password": "p"}}"#)
            .unwrap();
        assert_eq!(user(&legacy, "c.test/x"), "u:p");
    }

    #[test]
    fn what_is_broken_is_told_without_its_content() {
        let mut keychain = Keychain::default();
        let mut say = |json: &str| {
            keychain
                .add_config(json.as_bytes())
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            say(r#"{"auths": hush}"#),
            "invalid docker config: line 1 column 11"
        );
        for json in [
            r#"{"auths": {"h": {"auth": "hush!"}}}"#,
            r#"{"auths": {"h": {"auth": "aHVzaA=="}}}"#,
        ] {
            let message = say(json);
            assert!(
                message.contains("'auth' of 'h'") && !message.contains("hush"),
                "{message}"
            );
        }
        assert_eq!(
            say(r#"{"auths": {"h": {"username": 1}}}"#),
            "invalid docker config: entry 'h' is malformed"
        );
    }
}
