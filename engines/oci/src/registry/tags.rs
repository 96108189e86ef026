//! The tags of a repository, page by page.

use reqwest::header::LINK;
use reqwest::{Method, Response, Url};
use serde::Deserialize;

use super::{Registry, read, shown};
use crate::error::Error;

/// Tags asked for at a time; registries may give fewer, or all.
const PAGE: usize = 1000;

/// Bytes of a page.
const MAX_PAGE: u64 = 64 << 20;

/// Tags of a repository.
const MAX_TAGS: usize = 1_000_000;

#[derive(Deserialize)]
struct Page {
    /// Some registries write null for none.
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl Registry {
    /// All tags, in the order of the registry.
    pub async fn tags(&self) -> Result<Vec<String>, Error> {
        let mut response = self
            .ask(Method::GET, &format!("tags/list?n={PAGE}"), "")
            .await?;
        let mut tags = Vec::new();
        loop {
            let next = next(&response)?;
            let url = shown(response.url());
            let body = read(response, MAX_PAGE, "list of tags").await?;
            let page: Page = serde_json::from_slice(&body).map_err(|error| Error::Malformed {
                url,
                what: "list of tags",
                message: error.to_string(),
            })?;
            let page = page.tags.unwrap_or_default();
            let is_empty = page.is_empty();
            tags.extend(page);
            if tags.len() > MAX_TAGS {
                return Err(Error::TooManyTags {
                    repository: self.repository.to_string(),
                    limit: MAX_TAGS,
                });
            }
            match next {
                // A page without tags that has a successor would go on for ever.
                Some(url) if !is_empty => response = self.ask_url(Method::GET, url, "").await?,
                _ => return Ok(tags),
            }
        }
    }
}

/// The next page, from the header `Link: <address>; rel="next"`. It is on the same registry.
fn next(response: &Response) -> Result<Option<Url>, Error> {
    let link = response
        .headers()
        .get(LINK)
        .and_then(|value| value.to_str().ok());
    let Some(link) = link else { return Ok(None) };
    let malformed = |message: String| Error::Malformed {
        url: shown(response.url()),
        what: "link to the next page",
        message,
    };
    let address = link
        .strip_prefix('<')
        .and_then(|rest| rest.split_once('>'))
        .map(|(address, _)| address)
        .ok_or_else(|| malformed("expected '<address>'".to_owned()))?;
    if address.is_empty() {
        return Ok(None);
    }
    let next = response
        .url()
        .join(address)
        .map_err(|error| malformed(error.to_string()))?;
    if next.origin() != response.url().origin() {
        return Err(malformed("it leads to another host".to_owned()));
    }
    Ok(Some(next))
}
