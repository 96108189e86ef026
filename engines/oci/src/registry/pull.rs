//! Manifests and blobs.

use artifact::{Algorithm, Digest};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use transport::chain;

use super::{Registry, read, shown};
use crate::error::Error;
use crate::manifest::{Descriptor, INDEXES, Index, MANIFESTS, Manifest};
use crate::name::{Version, parse_digest};

/// Bytes of a manifest.
const MAX_MANIFEST: u64 = 8 << 20;

/// The header with the digest of a manifest.
const DIGEST: &str = "Docker-Content-Digest";

/// A manifest or index as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawManifest {
    /// The digest of its bytes.
    pub digest: Digest,
    /// What the registry says it is.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Registry {
    /// The digest that a tag stands for; of a digest, itself. Asks with HEAD, and with GET if that does not tell (O1).
    pub async fn resolve(&self, version: &Version) -> Result<Digest, Error> {
        if let Version::Digest(digest) = version {
            return Ok(digest.clone());
        }
        match self.head(version).await {
            Ok(digest) => Ok(digest),
            Err(_) => Ok(self.manifest(version).await?.digest),
        }
    }

    /// The digest of a manifest, without fetching it.
    pub async fn head(&self, version: &Version) -> Result<Digest, Error> {
        let path = format!("manifests/{version}");
        let response = self.ask(Method::HEAD, &path, &accepted()).await?;
        let header = response
            .headers()
            .get(DIGEST)
            .and_then(|value| value.to_str().ok());
        match header {
            Some(digest) => Ok(parse_digest(digest)?),
            None => Err(Error::Header {
                method: "HEAD".to_owned(),
                url: shown(response.url()),
                header: DIGEST,
            }),
        }
    }

    /// A manifest or index. When it is asked for by digest, its bytes are checked.
    pub async fn manifest(&self, version: &Version) -> Result<RawManifest, Error> {
        let path = format!("manifests/{version}");
        let response = self.ask(Method::GET, &path, &accepted()).await?;
        let media_type = response
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .map(|value| {
                value
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned()
            })
            .unwrap_or_default();
        let bytes = read(response, MAX_MANIFEST, "manifest").await?;
        let algorithm = match version {
            Version::Digest(digest) => digest.algorithm(),
            Version::Tag(_) => Algorithm::Sha256,
        };
        let digest = algorithm.digest(&bytes);
        match version {
            Version::Digest(expected) if *expected != digest => Err(Error::Digest {
                what: format!("{}@{expected}", self.repository),
                expected: expected.clone(),
                actual: digest,
            }),
            _ => Ok(RawManifest {
                digest,
                media_type,
                bytes,
            }),
        }
    }

    /// The manifest of an image; of an index, that for linux on amd64 (O1).
    pub async fn image(&self, digest: &Digest) -> Result<Manifest, Error> {
        let raw = self.manifest(&Version::Digest(digest.clone())).await?;
        if !INDEXES.contains(&&*raw.media_type) {
            return self.parse(&raw);
        }
        let index: Index = self.parse(&raw)?;
        let child = index
            .default_platform()
            .ok_or_else(|| Error::NoPlatform(format!("{}@{digest}", self.repository)))?;
        let child = Version::Digest(child.digest.clone());
        let raw = self.manifest(&child).await?;
        self.parse(&raw)
    }

    /// Copies a blob to `out`. Nothing of it may be used unless this returns `Ok`: the digest is known at the end.
    pub async fn pull(
        &self,
        blob: &Descriptor,
        limit: u64,
        out: &mut (impl AsyncWrite + Unpin),
    ) -> Result<u64, Error> {
        let path = format!("blobs/{}", blob.digest);
        let mut response = self.ask(Method::GET, &path, "").await?;
        let url = shown(response.url());
        let limit = if blob.size == 0 {
            limit
        } else {
            limit.min(blob.size)
        };
        let mut hasher = blob.digest.algorithm().hasher();
        let mut size = 0;
        let failed = |source| Error::Write {
            what: blob.digest.to_string(),
            source,
        };
        loop {
            let chunk = response.chunk().await.map_err(|error| Error::Connection {
                method: "GET".to_owned(),
                url: url.clone(),
                message: chain(&error.without_url()),
            })?;
            let Some(chunk) = chunk else { break };
            size += chunk.len() as u64;
            if size > limit {
                return Err(Error::Limit {
                    url,
                    what: "blob",
                    limit,
                });
            }
            hasher.update(&chunk);
            out.write_all(&chunk).await.map_err(failed)?;
        }
        out.flush().await.map_err(failed)?;
        let actual = hasher.finish();
        if actual == blob.digest {
            Ok(size)
        } else {
            Err(Error::Digest {
                what: url,
                expected: blob.digest.clone(),
                actual,
            })
        }
    }

    /// A blob in memory.
    pub async fn blob(&self, blob: &Descriptor, limit: u64) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.pull(blob, limit, &mut bytes).await?;
        Ok(bytes)
    }

    pub(super) fn parse<T: serde::de::DeserializeOwned>(
        &self,
        raw: &RawManifest,
    ) -> Result<T, Error> {
        serde_json::from_slice(&raw.bytes).map_err(|error| Error::Malformed {
            url: format!("{}@{}", self.repository, raw.digest),
            what: "manifest",
            message: error.to_string(),
        })
    }
}

/// Everything that is understood.
fn accepted() -> String {
    let types: Vec<&str> = MANIFESTS.into_iter().chain(INDEXES).collect();
    types.join(",")
}
