//! Names of images as specs have them (R3).

use oci::{Reference, Repository};

/// The text is no name of an image alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// It starts as a URL does.
    #[error("image '{image}' should not include URL scheme; remove '{scheme}://'")]
    Scheme {
        /// As given.
        image: String,
        /// What stands before `://`.
        scheme: String,
    },
    /// It goes on behind the name.
    #[error("image '{image}' should not include a tag; remove ':{tag}'")]
    Tag {
        /// As given.
        image: String,
        /// What stands behind the colon.
        tag: String,
    },
    /// It is no name.
    #[error("could not parse reference: {0}")]
    Reference(String),
}

/// Reads `[<host>[:<port>]/]<path>`: no scheme, no tag, no digest.
///
/// # Errors
/// What to remove, or that it is none.
pub fn parse(image: &str) -> Result<Repository, ImageError> {
    if let Some((scheme, _)) = image.split_once("://") {
        return Err(ImageError::Scheme {
            image: image.to_owned(),
            scheme: scheme.to_owned(),
        });
    }
    let reference = Reference::parse(image).map_err(|_| ImageError::Reference(image.to_owned()))?;
    let repository = reference.repository;
    let name = image.strip_prefix(repository.registry()).unwrap_or(image);
    match name.split(':').nth(1) {
        Some(tag) => Err(ImageError::Tag {
            image: image.to_owned(),
            tag: tag.to_owned(),
        }),
        None => Ok(repository),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Answers of image-reflector-controller 1.2's `ParseImageReference`, taken down by hand.
    #[test]
    fn r3_images_have_neither_scheme_nor_tag_nor_digest() {
        let hex = "a".repeat(64);
        for (image, expected) in [
            ("alpine", Ok("index.docker.io/library/alpine")),
            ("docker.io/alpine", Ok("index.docker.io/library/alpine")),
            ("org/app", Ok("index.docker.io/org/app")),
            ("ghcr.io/org/app", Ok("ghcr.io/org/app")),
            ("localhost:5000/app", Ok("localhost:5000/app")),
            ("[::1]:5000/app", Ok("[::1]:5000/app")),
            (
                "oci://ghcr.io/app",
                Err("image 'oci://ghcr.io/app' should not include URL scheme; remove 'oci://'"),
            ),
            (
                "ghcr.io/app:v1",
                Err("image 'ghcr.io/app:v1' should not include a tag; remove ':v1'"),
            ),
            (
                "localhost:5000/app:v1",
                Err("image 'localhost:5000/app:v1' should not include a tag; remove ':v1'"),
            ),
            ("ghcr.io/App", Err("could not parse reference: ghcr.io/App")),
            ("", Err("could not parse reference: ")),
        ] {
            let found = parse(image).map(|name| name.to_string());
            let found = found.map_err(|error| error.to_string());
            assert_eq!(
                found.as_deref().map_err(String::as_str),
                expected,
                "{image}"
            );
        }
        let digest = format!("ghcr.io/app@sha256:{hex}");
        assert_eq!(
            parse(&digest).unwrap_err().to_string(),
            format!("image '{digest}' should not include a tag; remove ':{hex}'")
        );
    }
}
