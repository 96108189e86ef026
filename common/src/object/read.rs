//! Reading what a user names.

use std::fmt::Debug;

use k8s_openapi::NamespaceResourceScope;
use kube::core::Status;
use kube::{Api, Client, Error, Resource};
use serde::de::DeserializeOwned;

/// Reads an object by a name that a user wrote.
///
/// What no object can be called is not asked for, since a slash in it would lead elsewhere: it is not found.
///
/// # Errors
/// Those of the request; 404 with the words of the API server for what is not there.
pub async fn read<K>(client: &Client, namespace: &str, name: &str) -> Result<K, Error>
where
    K: Resource<DynamicType = (), Scope = NamespaceResourceScope>
        + Clone
        + Debug
        + DeserializeOwned,
{
    if !is_name(name) {
        return Err(not_found::<K>(name));
    }
    let api: Api<K> = Api::namespaced(client.clone(), namespace);
    api.get(name).await
}

/// Whether an object can have this name.
fn is_name(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && !text.contains(['/', '%', '?', '#'])
}

fn not_found<K: Resource<DynamicType = ()>>(name: &str) -> Error {
    let mut resource = K::plural(&()).into_owned();
    let group = K::group(&());
    if !group.is_empty() {
        resource = format!("{resource}.{group}");
    }
    let message = format!("{resource} \"{name}\" not found");
    Error::Api(Status::failure(&message, "NotFound").with_code(404).boxed())
}

#[cfg(test)]
mod tests {
    use crds::source::GitRepository;
    use k8s_openapi::api::core::v1::Secret;

    use super::*;

    #[test]
    fn a_name_that_leads_elsewhere_is_none() {
        for text in [
            "",
            ".",
            "..",
            "../other/secrets/key",
            "a/status",
            "a?watch=1",
            "a%2fb",
            "a#b",
        ] {
            assert!(!is_name(text), "{text}");
        }
        assert!(is_name("podinfo.v1"));
    }

    #[test]
    fn what_is_not_there_is_told_in_the_words_of_the_api_server() {
        let message = |error| match error {
            Error::Api(status) => (status.code, status.message),
            other => panic!("{other}"),
        };
        let secret = message(not_found::<Secret>("a/b"));
        assert_eq!(secret, (404, "secrets \"a/b\" not found".to_owned()));
        let source = message(not_found::<GitRepository>("a/b")).1;
        let words = "gitrepositories.source.toolkit.fluxcd.io \"a/b\" not found";
        assert_eq!(source, words);
    }
}
