//! Paths of artifacts below the store: `<kind>/<namespace>/<name>/<file>` (S1).

use std::fmt;

/// The directory of one object: `<lower case kind>/<namespace>/<name>`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectDir(String);

/// The path of one artifact, as in `status.artifact.path`. It never leads out of the store.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ArtifactPath {
    text: String,
    directory: usize,
}

/// The text is no path of an artifact.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid artifact path '{0}': expected <kind>/<namespace>/<name>/<file>")]
pub struct PathError(pub String);

impl ObjectDir {
    /// The directory of an object; the kind is lowered.
    pub fn new(kind: &str, namespace: &str, name: &str) -> Result<Self, PathError> {
        let text = format!("{}/{namespace}/{name}", kind.to_lowercase());
        if [kind, namespace, name].into_iter().all(is_segment) {
            Ok(Self(text))
        } else {
            Err(PathError(text))
        }
    }

    /// The path of a file in it.
    pub fn file(&self, name: &str) -> Result<ArtifactPath, PathError> {
        let text = format!("{}/{name}", self.0);
        if is_segment(name) {
            Ok(ArtifactPath {
                text,
                directory: self.0.len(),
            })
        } else {
            Err(PathError(text))
        }
    }

    /// The path relative to the store.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ArtifactPath {
    /// Reads a path from a status.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let segments: Vec<&str> = text.split('/').collect();
        match segments[..] {
            [kind, namespace, name, file] => ObjectDir::new(kind, namespace, name)?.file(file),
            _ => Err(PathError(text.to_owned())),
        }
    }

    /// The path relative to the store.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The file's name.
    pub fn file_name(&self) -> &str {
        &self.text[self.directory + 1..]
    }

    /// The directory of its object.
    pub fn object(&self) -> ObjectDir {
        ObjectDir(self.text[..self.directory].to_owned())
    }
}

impl fmt::Display for ArtifactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// One path segment that names something below its directory.
fn is_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['/', '\\', '\0'])
}
