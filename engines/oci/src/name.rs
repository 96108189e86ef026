//! Names of repositories and references: `[<host>[:<port>]/]<path>[:<tag> | @<digest>]`.

use std::fmt;
use std::net::Ipv4Addr;

use artifact::Digest;

/// What names without a host belong to.
const DEFAULT_REGISTRY: &str = "index.docker.io";

/// The tag of a reference that names none.
pub const DEFAULT_TAG: &str = "latest";

const REPOSITORY_CHARACTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789_-./";
const TAG_CHARACTERS: &str = "abcdefghijklmnopqrstuvwxyz0123456789_-.ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// The text names nothing in a registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing was given.
    #[error("a repository name must be specified")]
    Empty,
    /// Too short or too long.
    #[error("{what} must be between 1 and {most} characters in length: {text}")]
    Length {
        /// `repository` or `tag`.
        what: &'static str,
        /// The limit.
        most: usize,
        /// What was given.
        text: String,
    },
    /// A character that does not belong there.
    #[error("{what} can only contain the characters `{allowed}`: {text}")]
    Characters {
        /// `repository` or `tag`.
        what: &'static str,
        /// Those that do.
        allowed: &'static str,
        /// What was given.
        text: String,
    },
    /// The host is none.
    #[error("registries must be valid RFC 3986 URI authorities: {0}")]
    Host(String),
    /// The digest is none.
    #[error("cannot parse hash: \"{0}\"")]
    Digest(String),
}

/// A repository in a registry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Repository {
    registry: String,
    path: String,
}

/// One thing in a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where.
    pub repository: Repository,
    /// Which.
    pub version: Version,
}

/// What names a manifest in its repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// A name that can move.
    Tag(String),
    /// The content itself.
    Digest(Digest),
}

impl Repository {
    /// Reads `[<host>[:<port>]/]<path>`, without a scheme.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        let (registry, path) = match text.split_once('/') {
            Some((host, path)) if host == "localhost" || host.contains(['.', ':']) => (host, path),
            _ => (DEFAULT_REGISTRY, text),
        };
        check("repository", path, REPOSITORY_CHARACTERS, 255)?;
        check_host(registry)?;
        let registry = if registry == "docker.io" {
            DEFAULT_REGISTRY
        } else {
            registry
        };
        let path = if registry == DEFAULT_REGISTRY && !path.contains('/') {
            format!("library/{path}")
        } else {
            path.to_owned()
        };
        Ok(Self {
            registry: registry.to_owned(),
            path,
        })
    }

    /// Host and port of the registry.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The path within the registry.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A repository below this one: `<path>/<name>`.
    pub fn below(&self, name: &str) -> Result<Self, NameError> {
        Self::parse(&format!("{self}/{name}"))
    }

    /// A tag of it.
    pub fn tag(&self, tag: &str) -> Result<Reference, NameError> {
        check("tag", tag, TAG_CHARACTERS, 128)?;
        Ok(Reference {
            repository: self.clone(),
            version: Version::Tag(tag.to_owned()),
        })
    }

    /// A manifest of it by content.
    pub fn digest(&self, digest: Digest) -> Reference {
        Reference {
            repository: self.clone(),
            version: Version::Digest(digest),
        }
    }

    /// Whether registries at this address are spoken to over plain http when they do not answer over https (O5).
    pub fn is_local(&self) -> bool {
        let host = match self.registry.strip_prefix('[') {
            Some(rest) => rest.split(']').next().unwrap_or_default(),
            None => self.registry.split(':').next().unwrap_or_default(),
        };
        host == "localhost"
            || host == "::1"
            || matches!(host.rsplit_once('.'), Some((_, "local" | "localhost")))
            || host
                .parse::<Ipv4Addr>()
                .is_ok_and(|address| address.is_private() || address == Ipv4Addr::LOCALHOST)
    }
}

impl Reference {
    /// Reads `<repository>[:<tag> | @<digest>]`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if let Some((repository, digest)) = text.split_once('@') {
            return Ok(Repository::parse(repository)?.digest(parse_digest(digest)?));
        }
        match text.rsplit_once(':') {
            Some((repository, tag)) if !tag.contains('/') => {
                Repository::parse(repository)?.tag(tag)
            }
            _ => Repository::parse(text)?.tag(DEFAULT_TAG),
        }
    }
}

/// Reads `<algorithm>:<hex>`; as everywhere with registries, the algorithm has to be said.
pub fn parse_digest(text: &str) -> Result<Digest, NameError> {
    text.contains(':')
        .then(|| Digest::parse(text).ok())
        .flatten()
        .ok_or_else(|| NameError::Digest(text.to_owned()))
}

fn check(
    what: &'static str,
    text: &str,
    allowed: &'static str,
    most: usize,
) -> Result<(), NameError> {
    let text = || text.to_owned();
    if !(1..=most).contains(&text().chars().count()) {
        return Err(NameError::Length {
            what,
            most,
            text: text(),
        });
    }
    if text().contains(|c| !allowed.contains(c)) {
        return Err(NameError::Characters {
            what,
            allowed,
            text: text(),
        });
    }
    Ok(())
}

fn check_host(host: &str) -> Result<(), NameError> {
    let parsed = reqwest::Url::parse(&format!("https://{host}/"));
    let plain = !host.contains(['@', '/', '?', '#', '\\', ' ']);
    match parsed {
        Ok(url) if plain && url.has_host() => Ok(()),
        _ => Err(NameError::Host(host.to_owned())),
    }
}

impl fmt::Display for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.path)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.version {
            Version::Tag(tag) => write!(f, "{}:{tag}", self.repository),
            Version::Digest(digest) => write!(f, "{}@{digest}", self.repository),
        }
    }
}

/// The last part of an address in the API.
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_docker_reads_them() {
        for (text, shown) in [
            ("ghcr.io/org/app", "ghcr.io/org/app"),
            ("localhost/app", "localhost/app"),
            ("localhost:5000/app", "localhost:5000/app"),
            ("[::1]:5000/app", "[::1]:5000/app"),
            ("app", "index.docker.io/library/app"),
            ("docker.io/app", "index.docker.io/library/app"),
            ("org/app", "index.docker.io/org/app"),
        ] {
            assert_eq!(
                Repository::parse(text).unwrap().to_string(),
                shown,
                "{text}"
            );
        }
    }

    #[test]
    fn o1_tags_and_digests_do_not_belong_into_a_repository() {
        let say = |text: &str| Repository::parse(text).unwrap_err().to_string();
        let allowed = "abcdefghijklmnopqrstuvwxyz0123456789_-./";
        assert_eq!(
            say("ghcr.io/org/app:1.0"),
            format!("repository can only contain the characters `{allowed}`: org/app:1.0")
        );
        assert!(say("ghcr.io/app@sha256:00").contains("can only contain"));
        assert!(say("ghcr.io/Org").contains("can only contain"));
        assert!(say("ghcr.io/").contains("between 1 and 255"));
        assert_eq!(say(""), "a repository name must be specified");
        assert!(say("me:pass@h.example/app").contains("RFC 3986"));
    }

    #[test]
    fn references_have_a_tag_or_a_digest() {
        let hex = "a".repeat(64);
        for (text, shown) in [
            ("ghcr.io/app", "ghcr.io/app:latest".to_owned()),
            ("ghcr.io:443/app", "ghcr.io:443/app:latest".to_owned()),
            ("ghcr.io/app:1.0_x", "ghcr.io/app:1.0_x".to_owned()),
            (
                &*format!("ghcr.io/app@sha256:{hex}"),
                format!("ghcr.io/app@sha256:{hex}"),
            ),
        ] {
            assert_eq!(Reference::parse(text).unwrap().to_string(), shown, "{text}");
        }
        assert!(Reference::parse("ghcr.io/app:a+b").is_err());
        assert!(Reference::parse(&format!("ghcr.io/app@{hex}")).is_err());
        assert!(Reference::parse("ghcr.io/app@sha256:00").is_err());
    }

    #[test]
    fn o5_local_addresses_are_known() {
        let local = |text: &str| Repository::parse(text).unwrap().is_local();
        for text in [
            "localhost:5000/a",
            "127.0.0.1:1/a",
            "[::1]:1/a",
            "registry.local/a",
            "10.1.2.3/a",
            "192.168.0.1:80/a",
        ] {
            assert!(local(text), "{text}");
        }
        for text in ["ghcr.io/a", "127.0.0.2/a", "8.8.8.8/a", "a/b"] {
            assert!(!local(text), "{text}");
        }
    }
}
