//! Reading Secrets that objects of users name.

use std::collections::BTreeMap;

use common::k8s_openapi::api::core::v1::Secret;
use common::kube::{self, Api, Client};

use crate::kinds::fits_a_path;

/// The data of a Secret.
pub type Data = BTreeMap<String, Vec<u8>>;

/// Why a Secret is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// No object has such a name.
    #[error("{0:?} is not the name of an object")]
    Name(String),
    /// What the API server says.
    #[error(transparent)]
    Request(Box<kube::Error>),
}

/// Reads a Secret.
///
/// # Errors
/// When the name is none, or the API server does not give it out.
pub async fn read(client: &Client, namespace: &str, name: &str) -> Result<Data, ReadError> {
    if !fits_a_path(name) {
        return Err(ReadError::Name(name.to_owned()));
    }
    let secrets: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let secret = secrets
        .get(name)
        .await
        .map_err(|error| ReadError::Request(Box::new(error)))?;
    let data = secret.data.unwrap_or_default().into_iter();
    Ok(data.map(|(key, value)| (key, value.0)).collect())
}
