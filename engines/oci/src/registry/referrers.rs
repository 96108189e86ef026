//! What refers to a manifest, such as its signatures (OCI distribution specification 1.1, "Listing Referrers").

use artifact::Digest;
use reqwest::Method;

use super::{RawManifest, Registry, read};
use crate::error::Error;
use crate::manifest::{Descriptor, INDEXES, Index};
use crate::name::Version;

/// Bytes of a list of referrers.
const MAX_LIST: u64 = 8 << 20;

impl Registry {
    /// The manifests that refer to this one. A registry without the API is asked for the fallback tag.
    pub async fn referrers(&self, digest: &Digest) -> Result<Vec<Descriptor>, Error> {
        let path = format!("referrers/{digest}");
        let answer = self.ask(Method::GET, &path, INDEXES[0]).await;
        let raw = match answer {
            Ok(response) => {
                let bytes = read(response, MAX_LIST, "list of referrers").await?;
                RawManifest {
                    digest: digest.clone(),
                    media_type: INDEXES[0].to_owned(),
                    bytes,
                }
            }
            Err(error) if error.is_not_found() => {
                let tag = Version::Tag(digest.to_string().replacen(':', "-", 1));
                match self.manifest(&tag).await {
                    Ok(raw) => raw,
                    Err(error) if error.is_not_found() => return Ok(Vec::new()),
                    Err(error) => return Err(error),
                }
            }
            Err(error) => return Err(error),
        };
        let index: Index = self.parse(&raw)?;
        Ok(index.manifests)
    }
}
