//! Writes that the planner does not make: objects created, replaced, and applied with a say in conflicts and validation.

use apply::cluster::ApiError;
use apply::{Object, ObjectRef};
use serde_json::Value;

use super::{KubeCluster, request};

/// What the server makes of fields that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validation {
    /// They are refused, as are fields that come twice.
    Strict,
    /// They are dropped.
    Ignore,
}

impl Validation {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Strict => "Strict",
            Self::Ignore => "Ignore",
        }
    }
}

/// What becomes of fields that another manager has applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflicts {
    /// They are taken.
    Force,
    /// They are an error.
    Refuse,
}

/// The media types of patches whose body is an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Merge {
    /// RFC 7396: for custom resources.
    Json,
    /// Kubernetes' own: lists merge by the keys of their items.
    Strategic,
}

/// Who writes, and how strictly the server looks at it.
#[derive(Debug, Clone, Copy)]
pub struct Writing<'a> {
    /// The field manager.
    pub manager: &'a str,
    /// Unknown fields.
    pub validation: Validation,
}

impl KubeCluster {
    /// Creates an object.
    ///
    /// # Errors
    /// `AlreadyExists` among others.
    pub async fn create(&self, object: &Object, writing: Writing<'_>) -> Result<Object, ApiError> {
        let path = self.path(&object.gvk(), object.namespace()).await?;
        let uri = path.with(&writing.parameters());
        self.object(request::create(&uri, object.as_value())).await
    }

    /// Puts an object in the place of the one that is there; with a resource version only if that has not moved.
    ///
    /// # Errors
    /// `NotFound` and `Conflict` among others.
    pub async fn replace(&self, object: &Object, writing: Writing<'_>) -> Result<Object, ApiError> {
        let path = self.path(&object.gvk(), object.namespace()).await?;
        let uri = path.object(object.name()).with(&writing.parameters());
        self.object(request::replace(&uri, object.as_value())).await
    }

    /// Server-side apply.
    ///
    /// # Errors
    /// What the server says.
    pub async fn apply_strictly(
        &self,
        object: &Object,
        writing: Writing<'_>,
        conflicts: Conflicts,
    ) -> Result<Object, ApiError> {
        let path = self.path(&object.gvk(), object.namespace()).await?;
        let force = match conflicts {
            Conflicts::Force => "true",
            Conflicts::Refuse => "false",
        };
        let [manager, validation] = writing.parameters();
        let parameters = [manager, validation, ("force", force)];
        let uri = path.object(object.name()).with(&parameters);
        let media_type = "application/apply-patch+yaml";
        self.object(request::patched(&uri, media_type, object.as_value()))
            .await
    }

    /// Merges a patch into an object.
    ///
    /// # Errors
    /// What the server says.
    pub async fn merge(
        &self,
        target: &ObjectRef,
        patch: &Value,
        kind: Merge,
        writing: Writing<'_>,
    ) -> Result<Object, ApiError> {
        let path = self.path(&target.gvk, &target.namespace).await?;
        let media_type = match kind {
            Merge::Json => "application/merge-patch+json",
            Merge::Strategic => "application/strategic-merge-patch+json",
        };
        let uri = path.object(&target.name).with(&writing.parameters());
        self.object(request::patched(&uri, media_type, patch)).await
    }

    /// The objects of a list, or the object, that `lookup` asks for, as the server has them.
    ///
    /// # Errors
    /// What the server says; `NotFound` for an object that is not there.
    pub async fn look_up(
        &self,
        gvk: &apply::Gvk,
        namespace: &str,
        name: Option<&str>,
    ) -> Result<Value, ApiError> {
        let path = self.path(gvk, namespace).await?;
        let path = name.map_or(path.clone(), |name| path.object(name));
        self.client
            .request(request::get(&path))
            .await
            .map_err(super::api_error)
    }
}

impl Writing<'_> {
    fn parameters(&self) -> [(&'static str, &str); 2] {
        [
            ("fieldManager", self.manager),
            ("fieldValidation", self.validation.as_str()),
        ]
    }
}
