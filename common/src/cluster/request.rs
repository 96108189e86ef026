//! The HTTP requests behind the verbs.

use apply::cluster::ApplyMode;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{Method, Request};
use serde_json::Value;

use super::path::Path;

/// How much of each object a list is to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Accept {
    Objects,
    Metadata,
}

impl Accept {
    const fn media_type(self) -> &'static str {
        match self {
            Self::Objects => "application/json",
            Self::Metadata => "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
        }
    }
}

/// Which state of the cluster a list tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// The state of now. The server waits until its cache has caught up with all writes, whoever made them: up to 100 ms where there
    /// are many.
    Latest,
    /// What the server has in its cache, some moments old.
    Cached,
}

impl View {
    const fn resource_version(self) -> &'static str {
        match self {
            Self::Latest => "",
            Self::Cached => "0",
        }
    }
}

/// The kinds of patch that are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PatchKind {
    /// Server-side apply with force (compat K14.1).
    Apply(ApplyMode),
    /// RFC 6902.
    Json,
}

/// How long a watch may last before the server ends it, in seconds: under the five minutes after which proxies and
/// API servers cut connections.
const WATCH_SECONDS: &str = "290";

pub(super) fn get(path: &Path) -> Request<Vec<u8>> {
    build(Method::GET, &path.with(&[]), None, None)
}

pub(super) fn list(
    path: &Path,
    label_selector: &str,
    limit: usize,
    token: &str,
    (accept, view): (Accept, View),
) -> Request<Vec<u8>> {
    let limit = limit.to_string();
    // The token of a further page says itself which state it goes on with.
    let view = if token.is_empty() { view } else { View::Latest };
    let uri = path.with(&[
        ("labelSelector", label_selector),
        ("limit", &limit),
        ("continue", token),
        ("resourceVersion", view.resource_version()),
    ]);
    build(Method::GET, &uri, Some(accept.media_type()), None)
}

pub(super) fn watch(path: &Path, name: Option<&str>, since: Option<&str>) -> Request<Vec<u8>> {
    let field_selector = name
        .map(|name| format!("metadata.name={name}"))
        .unwrap_or_default();
    let uri = path.with(&[
        ("watch", "true"),
        ("fieldSelector", &field_selector),
        ("resourceVersion", since.unwrap_or_default()),
        ("timeoutSeconds", WATCH_SECONDS),
    ]);
    build(Method::GET, &uri, None, None)
}

pub(super) fn patch(
    path: &Path,
    body: &Value,
    field_manager: &str,
    kind: PatchKind,
) -> Request<Vec<u8>> {
    let (media_type, force, dry_run) = match kind {
        PatchKind::Apply(ApplyMode::DryRun) => ("application/apply-patch+yaml", "true", "All"),
        PatchKind::Apply(ApplyMode::Persist) => ("application/apply-patch+yaml", "true", ""),
        PatchKind::Json => ("application/json-patch+json", "", ""),
    };
    let uri = path.with(&[
        ("dryRun", dry_run),
        ("fieldManager", field_manager),
        ("force", force),
    ]);
    build(Method::PATCH, &uri, None, Some((media_type, body)))
}

/// A patch whose parameters stand in the address already.
pub(super) fn patched(uri: &str, media_type: &str, body: &Value) -> Request<Vec<u8>> {
    build(Method::PATCH, uri, None, Some((media_type, body)))
}

pub(super) fn create(uri: &str, body: &Value) -> Request<Vec<u8>> {
    build(Method::POST, uri, None, Some(("application/json", body)))
}

pub(super) fn replace(uri: &str, body: &Value) -> Request<Vec<u8>> {
    build(Method::PUT, uri, None, Some(("application/json", body)))
}

pub(super) fn delete(path: &Path, options: &Value) -> Request<Vec<u8>> {
    build(
        Method::DELETE,
        &path.with(&[]),
        None,
        Some(("application/json", options)),
    )
}

fn build(
    method: Method,
    uri: &str,
    accept: Option<&str>,
    body: Option<(&str, &Value)>,
) -> Request<Vec<u8>> {
    let mut request = Request::builder()
        .method(method)
        .uri(uri)
        .header(ACCEPT, accept.unwrap_or("application/json"));
    let mut bytes = Vec::new();
    if let Some((media_type, body)) = body {
        request = request.header(CONTENT_TYPE, media_type);
        bytes = body.to_string().into_bytes();
    }
    request
        .body(bytes)
        .expect("paths and parameters are percent-encoded")
}

#[cfg(test)]
mod tests {
    use super::*;
    use apply::Gvk;
    use apply::cluster::{Mapping, Scope};
    use serde_json::json;

    fn path() -> Path {
        let gvk = Gvk::new("v1", "ConfigMap");
        let plural = "configmaps".to_owned();
        Path::of(
            &Mapping {
                gvk,
                plural,
                scope: Scope::Namespaced,
            },
            "a",
        )
    }

    #[test]
    fn k14_1_an_apply_is_forced_and_says_when_it_is_a_dry_run() {
        let request = patch(
            &path().object("x"),
            &json!({}),
            "me",
            PatchKind::Apply(ApplyMode::DryRun),
        );
        assert_eq!(request.method(), Method::PATCH);
        let uri = "/api/v1/namespaces/a/configmaps/x?dryRun=All&fieldManager=me&force=true";
        assert_eq!(request.uri(), uri);
        assert_eq!(
            request.headers()[CONTENT_TYPE],
            "application/apply-patch+yaml"
        );
        let request = patch(
            &path().object("x"),
            &json!({}),
            "me",
            PatchKind::Apply(ApplyMode::Persist),
        );
        assert_eq!(
            request.uri(),
            "/api/v1/namespaces/a/configmaps/x?fieldManager=me&force=true"
        );
    }

    #[test]
    fn a_watch_of_one_object_selects_it_by_name() {
        let request = watch(&path(), Some("x"), Some("7"));
        assert_eq!(
            request.uri(),
            "/api/v1/namespaces/a/configmaps?watch=true&fieldSelector=metadata.name%3Dx&resourceVersion=7\
             &timeoutSeconds=290"
        );
    }

    #[test]
    fn a_list_of_metadata_asks_for_it() {
        let request = list(&path(), "a=b", 5, "", (Accept::Metadata, View::Latest));
        assert_eq!(
            request.uri(),
            "/api/v1/namespaces/a/configmaps?labelSelector=a%3Db&limit=5"
        );
        assert_eq!(
            request.headers()[ACCEPT],
            "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
        );
    }

    #[test]
    fn a_list_from_the_cache_says_so_on_its_first_page_alone() {
        let wanted = (Accept::Metadata, View::Cached);
        let uri = |token| list(&path(), "a=b", 5, token, wanted).uri().to_string();
        let all = "/api/v1/namespaces/a/configmaps?labelSelector=a%3Db&limit=5";
        assert_eq!(uri(""), format!("{all}&resourceVersion=0"));
        assert_eq!(uri("t"), format!("{all}&continue=t"));
    }
}
