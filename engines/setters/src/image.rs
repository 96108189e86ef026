//! What policies ask for.

use std::fmt;

/// What a policy last resolved to: the `latestRef` of an ImagePolicy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// The repository as the user spells it.
    pub name: String,
    /// The tag.
    pub tag: String,
    /// The digest; empty when the policy reflects none.
    pub digest: String,
}

/// An ImagePolicy that has an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Its namespace, the first part of a marker.
    pub namespace: String,
    /// Its name, the second part of a marker.
    pub name: String,
    /// Its image.
    pub latest: Image,
}

/// A policy's image is no reference, so that nothing is updated (M6).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("encountered invalid image ref {image:?}: could not parse reference: {image}")]
pub struct InvalidImage {
    /// The reference.
    pub image: String,
}

/// `<name>:<tag>[@<digest>]`.
impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.name, self.tag)?;
        if !self.digest.is_empty() {
            write!(f, "@{}", self.digest)?;
        }
        Ok(())
    }
}

impl Policy {
    /// The values of its four markers.
    pub(crate) fn setters(&self) -> [(String, String); 4] {
        let Self {
            namespace,
            name,
            latest,
        } = self;
        [
            (format!("{namespace}:{name}"), latest.to_string()),
            (format!("{namespace}:{name}:tag"), latest.tag.clone()),
            (format!("{namespace}:{name}:name"), latest.name.clone()),
            (format!("{namespace}:{name}:digest"), latest.digest.clone()),
        ]
    }
}

impl Image {
    /// Whether this can stand where an image is named (`name.ParseReference` of go-containerregistry, weak validation).
    pub(crate) fn check(&self) -> Result<(), InvalidImage> {
        let tag = is_made_of(&self.tag, 128, |c| {
            c.is_ascii_alphanumeric() || "_-.".contains(c)
        });
        let digest = self.digest.is_empty() || is_digest(&self.digest);
        if tag && digest && is_repository(&self.name) {
            return Ok(());
        }
        Err(InvalidImage {
            image: self.to_string(),
        })
    }
}

fn is_repository(name: &str) -> bool {
    // A scheme reads as a host with a port that is left out.
    if name.starts_with("http://") || name.starts_with("https://") {
        return false;
    }
    let (host, path) = match name.split_once('/') {
        Some((host, path)) if host == "localhost" || host.contains(['.', ':']) => {
            (Some(host), path)
        }
        _ => (None, name),
    };
    let repository = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-./".contains(c);
    is_made_of(path, 255, repository) && host.is_none_or(is_host)
}

/// `<name>[:<port>]`, `<address>[:<port>]` or `[<address>][:<port>]`.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => (
            address,
            rest.strip_prefix(':')
                .or_else(|| rest.is_empty().then_some("")),
        ),
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, Some("")),
        },
    };
    let bracketed = host.starts_with('[');
    let in_name = |c: char| {
        !c.is_ascii_control() && !" /?#@\\[]<>\"^`{|}%".contains(c) && (bracketed || c != ':')
    };
    name.chars().all(in_name) && port.is_some_and(|port| port.chars().all(|c| c.is_ascii_digit()))
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length
        && hex
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_made_of(text: &str, most: usize, allowed: impl Fn(char) -> bool) -> bool {
    (1..=most).contains(&text.chars().count()) && text.chars().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(name: &str, tag: &str, digest: &str) -> Image {
        Image {
            name: name.into(),
            tag: tag.into(),
            digest: digest.into(),
        }
    }

    #[test]
    fn m6_images_that_are_no_references_are_refused() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for good in [
            image("app", "v1", ""),
            image("ghcr.io/org/app", "1.0_x", ""),
            image("localhost:5000/app", "1", &digest),
            image("[::1]:5000/app", "1", ""),
        ] {
            assert_eq!(good.check(), Ok(()), "{good}");
        }
        for bad in [
            image("", "v1", ""),
            image("app", "", ""),
            image("App", "1", ""),
            image("app", "a b", ""),
            image("app", "v1", "sha256:00"),
            image("app", "v1", "md5:00"),
            image("ghcr.io/", "1", ""),
            image("https://ghcr.io/app", "1", ""),
            image("me@ghcr.io/app", "1", ""),
            image("ghcr.io:port/app", "1", ""),
        ] {
            assert!(bad.check().is_err(), "{bad}");
        }
        let error = image("App", "1", "").check().unwrap_err();
        assert_eq!(
            error.to_string(),
            "encountered invalid image ref \"App:1\": could not parse reference: App:1"
        );
    }

    #[test]
    fn a_policy_sets_image_tag_name_and_digest() {
        let policy = Policy {
            namespace: "ns".into(),
            name: "p".into(),
            latest: image("app", "v1", "sha256:00"),
        };
        let setters = policy.setters();
        let shown: Vec<String> = setters
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(
            shown,
            [
                "ns:p=app:v1@sha256:00",
                "ns:p:tag=v1",
                "ns:p:name=app",
                "ns:p:digest=sha256:00"
            ]
        );
    }
}
